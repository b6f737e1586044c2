#include "collector/runtime/openssldir.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"

/* The system's, in the order of preference. */
static const char *const crypto_libraries[] = {
    "/usr/lib/*/libcrypto.so.3", "/usr/lib64/libcrypto.so.3", "/usr/lib/*/libcrypto.so.*",
    "/usr/lib64/libcrypto.so.*", "/lib/*/libcrypto.so.*",
};

static void add_path(struct text_list *list, const char *folder, const char *name)
{
    char *path = tree_join(folder, name);

    text_list_add(list, path);
    free(path);
}

void openssldir_add_stores(struct text_list *stores, const char *openssl_dir)
{
    add_path(stores, openssl_dir, "cert.pem");
    add_path(stores, openssl_dir, "certs");
}

char *openssldir_configuration(const char *openssl_dir)
{
    return tree_join(openssl_dir, "openssl.cnf");
}

char *openssldir_of(int root_fd, const char *path)
{
    return tree_find_text(root_fd, path, "OPENSSLDIR: \"", "\"");
}

char *openssldir_library(int root_fd, const char *pattern)
{
    struct text_list paths = { 0 };
    char *library = NULL;

    tree_glob(root_fd, pattern, &paths);
    for (size_t i = 0; library == NULL && i < paths.count; i++) {
        char *directory = openssldir_of(root_fd, paths.items[i]);

        if (directory != NULL)
            library = memory_text(paths.items[i]);
        free(directory);
    }
    text_list_clear(&paths);
    return library;
}

char *openssldir_system_library(int root_fd)
{
    char *library = NULL;

    for (size_t i = 0; library == NULL && i < sizeof(crypto_libraries) / sizeof(crypto_libraries[0]); i++)
        library = openssldir_library(root_fd, crypto_libraries[i]);
    return library;
}

char *openssldir_of_system(int root_fd)
{
    char *library = openssldir_system_library(root_fd),
         *directory = library == NULL ? NULL : openssldir_of(root_fd, library);

    free(library);
    return directory;
}

/* "OpenSSL 3.0.19 27 Jan 2026", among other texts that begin with its name. */
char *openssldir_version(int root_fd, const char *path)
{
    static const char *const series[] = { "3.", "1.1.", "1.0.", "0.9." };
    struct text version = { 0 };

    for (size_t i = 0; version.size == 0 && i < sizeof(series) / sizeof(series[0]); i++) {
        struct text mark = { 0 };
        char *rest;

        text_format(&mark, "OpenSSL %s", series[i]);
        rest = tree_find_text(root_fd, path, text_string(&mark), " ");
        if (rest != NULL)
            text_format(&version, "%s%s", series[i], rest);
        free(rest);
        text_clear(&mark);
    }
    return version.size == 0 ? NULL : text_take(&version);
}

const char *openssldir_model(const char *model, const char *version)
{
    if (version == NULL || !(text_starts(version, "1.0.") || text_starts(version, "0.")))
        return model;
    return text_starts(version, "1.0.2") ? "openssl-1.0.2" : NULL;
}
