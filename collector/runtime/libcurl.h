/*
 * What a libcurl was built to read: a bundle, a directory, or both, which stand in its bytes. Whoever uses it can name
 * another one in the place of each.
 */
#pragma once

#include "collector/runtime/choice.h"

/* The model of a program that is linked with it: it comes with OpenSSL and, in Debian, with GnuTLS and NSS as well. */
const char *libcurl_model(int root_fd, const char *program);

/*
 * Adds its stores and sets the version of what is installed: those of the system's library of that model or, where there
 * is none, of the program, which may carry one. The library may tell that the model is another.
 */
void libcurl_describe(struct installed *installed, int root_fd);

/*
 * CURLOPT_CAINFO and CURLOPT_CAPATH of one who uses it, NULL where it sets none. libcurl gives up
 * (CURLE_SSL_CACERT_BADFILE) where its file yields nothing, and never comes to its directory.
 */
void libcurl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker,
                    const char *file, const char *directory);
