/*
 * GnuTLS's default: one file, named when the library is built.
 */
#pragma once

#include "collector/runtime/installed.h"

/* The system's library as a row of its own; NULL where there is none. */
const struct installed *gnutls_find(const struct installed_list *list);

/*
 * A program of another name that uses the library of this row and has nothing else to say. Returns its index; SIZE_MAX
 * where it is there already.
 */
size_t gnutls_add_program(struct installed_list *list, const struct installed *library, const char *path);

/* That of the system's library. */
const char *gnutls_model(int root_fd);

/* Where it is said that GnuTLS refuses more than it does by itself; NULL when nothing is. */
const char *gnutls_unclear(int root_fd);
