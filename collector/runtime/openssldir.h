/*
 * OPENSSLDIR, the folder below which an OpenSSL looks for its default store. It is set when OpenSSL is built and stands
 * as text in the bytes of libcrypto, or of a program that carries one.
 */
#pragma once

#include "schema/base/text.h"

/* That of the library or program at `path`; NULL where its bytes name none. Free it. */
char *openssldir_of(int root_fd, const char *path);

/* That of the first file that matches a pattern of tree_glob() and has one; NULL for none. Free it. */
char *openssldir_of_any(int root_fd, const char *pattern);

/* The system's; NULL where there is no OpenSSL at all. Free it. */
char *openssldir_of_system(int root_fd);

/* Its configuration. The caller's to free. */
char *openssldir_configuration(const char *openssl_dir);

/* Its default: a file and a hashed directory (X509_get_default_cert_file). Copied. */
void openssldir_add_stores(struct text_list *stores, const char *openssl_dir);
