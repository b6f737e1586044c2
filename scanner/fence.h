/*
 * Which addresses may be probed at all: those that an allow list names (everything without one), but for those that
 * a deny list names. Lists are files of networks, one a line: 192.0.2.0/24, 2001:db8::/32, an address alone is a
 * network of one; '#' begins a comment. Each list may be long: it is sorted intervals.
 *
 * What is denied has its records like everything else: input/refused, with the list in the detail.
 *
 * IPv4 has its own networks, also where an address is written as ::ffff:192.0.2.1; ::/0 is all of IPv6 and no IPv4.
 */
#pragma once

#include <sys/socket.h>

#include "schema/base/error.h"

struct fence;

/* Paths, each may be NULL. NULL with *err, which names file and line. */
struct fence *fence_open(const char *allow, const char *deny, struct error *err);
void fence_close(struct fence *fence); /* NULL is fine */

/* NULL: it may be probed. Else the list that says no, for a person; static or the fence's. */
const char *fence_denies(const struct fence *fence, const struct sockaddr_storage *address);
