#include "collector/runtime/openssldir.h"

#include <stdlib.h>

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

char *openssldir_of_any(int root_fd, const char *pattern)
{
    struct text_list paths = { 0 };
    char *directory = NULL;

    tree_glob(root_fd, pattern, &paths);
    for (size_t i = 0; directory == NULL && i < paths.count; i++)
        directory = openssldir_of(root_fd, paths.items[i]);
    text_list_clear(&paths);
    return directory;
}

char *openssldir_of_system(int root_fd)
{
    char *directory = NULL;

    for (size_t i = 0; directory == NULL && i < sizeof(crypto_libraries) / sizeof(crypto_libraries[0]); i++)
        directory = openssldir_of_any(root_fd, crypto_libraries[i]);
    return directory;
}
