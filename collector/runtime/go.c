#include "collector/runtime/kind.h"

#include <stdlib.h>

#include "collector/host/tree.h"

bool go_made(int root_fd, const char *path)
{
    return tree_has_text(root_fd, path, "\xff Go buildinf:");
}

/* Go reads the first of six files and every file of two directories (crypto/x509, root_linux.go). */
void go_add_stores(struct installed *go, int root_fd)
{
    static const char *const files[] = { "/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt",
                                         "/etc/ssl/ca-bundle.pem",
                                         "/etc/pki/tls/cacert.pem",
                                         "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                         "/etc/ssl/cert.pem" };
    static const char *const directories[] = { "/etc/ssl/certs", "/etc/pki/tls/certs" };
    size_t file = 0;

    while (file + 1 < sizeof(files) / sizeof(files[0]) && !tree_exists(root_fd, files[file]))
        file++;
    text_list_add(&go->stores, files[file]);
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        if (tree_is_directory(root_fd, directories[i]))
            text_list_add(&go->stores, directories[i]);
    }
}
