/*
 * What an OpenSSL says of itself in the bytes of libcrypto, or of a program that carries one: its version, and OPENSSLDIR,
 * the folder below which it looks for its default store.
 */
#pragma once

#include "schema/base/text.h"

/* That of the library or program at `path`; NULL where its bytes name none. Free it. */
char *openssldir_of(int root_fd, const char *path);

/* The first file that matches a pattern of tree_glob() and names one; the system's library. NULL for none. Free it. */
char *openssldir_library(int root_fd, const char *pattern);
char *openssldir_system_library(int root_fd);

/* The system's; NULL where there is no OpenSSL at all. Free it. */
char *openssldir_of_system(int root_fd);

/* "3.0.19"; NULL where the bytes name none. Free it. */
char *openssldir_version(int root_fd, const char *path);

/*
 * The model of what is `model` with an OpenSSL of today, by the version of the one that it has. NULL where nobody knows:
 * before 1.0.2 no other issuer was looked for. An unknown version (NULL) is taken for one of today.
 */
const char *openssldir_model(const char *model, const char *version);

/* Its configuration. The caller's to free. */
char *openssldir_configuration(const char *openssl_dir);

/* Its default: a file and a hashed directory (X509_get_default_cert_file). Copied. */
void openssldir_add_stores(struct text_list *stores, const char *openssl_dir);
