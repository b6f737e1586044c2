#include "collector/runtime/libcurl.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"

static bool names(int root_fd, const char *library, const char *path)
{
    char *rest = tree_find_text(root_fd, library, path, "");
    bool whole = rest != NULL && rest[0] == '\0';

    free(rest);
    return whole;
}

char *libcurl_add_stores(struct text_list *stores, int root_fd, const char *program)
{
    static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt",
                                           "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                           "/etc/ssl/cert.pem" };
    struct text_list libraries = { 0 };
    char *version = NULL;

    tree_glob(root_fd, "/usr/lib/*/libcurl.so.4", &libraries);
    tree_glob(root_fd, "/usr/lib64/libcurl.so.4", &libraries);
    text_list_add(&libraries, program);
    for (size_t i = 0; version == NULL && i < libraries.count; i++) {
        version = tree_find_text(root_fd, libraries.items[i], "libcurl/", " ");
        for (size_t j = 0; version != NULL && j < sizeof(bundles) / sizeof(bundles[0]); j++) {
            if (stores->count == 0 && names(root_fd, libraries.items[i], bundles[j]))
                text_list_add(stores, bundles[j]);
        }
    }
    if (stores->count > 0 && strcmp(stores->items[0], bundles[0]) == 0)
        text_list_add(stores, "/etc/ssl/certs"); /* Debian builds with both */
    text_list_clear(&libraries);
    return version;
}
