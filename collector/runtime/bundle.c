#include "collector/runtime/bundle.h"

#include <stdlib.h>

#include "collector/host/tree.h"

bool bundle_is_named(int root_fd, const char *library, const char *path)
{
    char *rest = tree_find_text(root_fd, library, path, "");
    bool whole = rest != NULL && rest[0] == '\0';

    free(rest);
    return whole;
}

const char *bundle_of(int root_fd, const char *library)
{
    static const char *const bundles[] = { BUNDLE_DEBIAN, "/etc/pki/tls/certs/ca-bundle.crt",
                                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };

    for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
        if (bundle_is_named(root_fd, library, bundles[i]))
            return bundles[i];
    }
    return NULL;
}
