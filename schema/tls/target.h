/*
 * One line of a target list: where to connect, and which name to ask for there.
 *
 *   host[:port]  address[:port]  [v6]:port       a name is resolved, an address gets no server name
 *   address,server_name,port,tag                 RFC 4180 fields; those at the end may be left out,
 *                                                an empty address means: resolve the server name
 *   smtp://… imap://… pop3://… postgres://…      any of these where TLS begins by STARTTLS, with the
 *                                                usual port of that protocol
 *
 * Names are what DNS and SNI can carry (RFC 1123 section 2.1 with underscores, RFC 6066 section 3):
 * ASCII labels, so an internationalised name is written as its xn-- form. An address with a name
 * is a pin: the connection goes there, the name goes into SNI.
 */
#pragma once

#include <stddef.h>

#include "schema/base/error.h"
#include "schema/tls/starttls.h"

#define TARGET_FORMS                                                                                         \
    "host[:port], [v6]:port or address,server_name,port,tag, where TLS begins by STARTTLS behind "           \
    "smtp://, imap://, pop3:// or postgres://"

/* The longest line that can be a target: a name, an address, and 3 KiB for the caller's tag. */
#define TARGET_LINE_BYTES 4096

struct target {
    char *text;    /* the line as it was given, at most TARGET_LINE_BYTES of it */
    char *name;    /* lowercase, without the final dot; NULL: no server name */
    char *address; /* literal; NULL: resolve the name */
    enum starttls starttls;
    int port;
    char *tag; /* the caller's own, given back in the record; NULL for none */
};

/* Whether a line is no target at all: empty, or a comment that starts with '#'. A line that is too long need not be whole. */
bool target_line_is_blank(const char *line, size_t size);

/*
 * The target of one line without its end. ERROR_FORMAT says what is wrong with it; `text` is filled
 * even then. Clear in both cases.
 */
MUST_CHECK bool target_parse(const char *line, size_t size, struct target *target, struct error *err);

/* The same from parts that are known already (a campaign's endpoint); copied, each may be NULL. */
MUST_CHECK bool target_make(enum starttls starttls, const char *address, const char *name, int port,
                            const char *tag, struct target *target, struct error *err);

void target_clear(struct target *target);
