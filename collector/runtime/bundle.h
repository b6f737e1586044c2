/*
 * The bundles of operating systems, one of which a library is built to read.
 */
#pragma once

#include <stdbool.h>

#define BUNDLE_DEBIAN "/etc/ssl/certs/ca-certificates.crt"

/* The one whose path stands in the library's bytes; NULL when none does. Static. */
const char *bundle_of(int root_fd, const char *library);

/* Whether this very path stands there, and not as the beginning of another. */
bool bundle_is_named(int root_fd, const char *library, const char *path);
