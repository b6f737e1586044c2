/*
 * What PHP's files say of trust: ini files, of which there is one set for each way of running it (cli, fpm, …), the files
 * of FPM's pools, and what lies beside scripts or in the files of services and can say otherwise.
 */
#pragma once

#include "schema/base/text.h"

/* Of each value the one that stands: NULL where nothing is said, "" where it is said to be nothing. */
struct php_trust {
    char *file;      /* openssl.cafile: for streams and, before its own, for the curl extension */
    char *directory; /* openssl.capath: for streams */
    char *curl_file; /* curl.cainfo */
    bool loads_curl; /* the extension */
    bool
        inherits; /* a pool's scripts have variables that nobody can see: FPM overwrites what it was started with */
    struct text_list files; /* that were read, or would be if they were there, and their folders */
    const char *unclear;    /* where something is said that is not followed; NULL */
};

void php_trust_clear(struct php_trust *trust);

/* A key and its value as they stand in a file. Keys that have nothing to do with trust say nothing. */
void php_trust_take(struct php_trust *trust, const char *key, const char *value, const char *where);

/* All that holds for every script of this program or module of Apache, known by the name of its file. */
void php_trust_read(struct php_trust *trust, int root_fd, const char *program);

/* Whether this is an FPM, which has pools. */
bool php_has_pools(const char *program);

/* The pools that say something of their own, each once; and what one of them says, over what is there already. */
void php_pools_list(struct text_list *pools, int root_fd, const char *program);
void php_pool_read(struct php_trust *trust, int root_fd, const char *program, const char *pool);
/* Where that stands, and the folders in which more could. */
void php_pools_add_files(struct text_list *files, int root_fd, const char *program);
bool php_pool_exists(int root_fd, const char *program, const char *pool);
