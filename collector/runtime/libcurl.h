/*
 * What a libcurl was built to read: a bundle and, where a distribution has one, a directory. Both stand in its bytes.
 */
#pragma once

#include "schema/base/text.h"

/*
 * Adds them for the OpenSSL flavour of the system's library or, where there is none, of `program`, which may carry one.
 * Returns the version; NULL where none was found. Free it.
 */
char *libcurl_add_stores(struct text_list *stores, int root_fd, const char *program);
