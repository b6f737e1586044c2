#include "collector/runtime/libcurl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/bundle.h"
#include "collector/runtime/gnutls.h"
#include "collector/runtime/kind.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"

/* Debian's; other distributions build with a bundle alone. */
static const char default_directory[] = "/etc/ssl/certs";

#define OF_NSS "nss-pem"

/* Debian's of other libraries than OpenSSL have names of their own. */
#define GNUTLS_LIBRARY "libcurl-gnutls.so"
#define NSS_LIBRARY "libcurl-nss.so"

static bool is_of_gnutls(const char *model)
{
    return text_starts(model, "gnutls");
}

static bool is_of_openssl(const char *model)
{
    return text_starts(model, "openssl");
}

const char *libcurl_model(int root_fd, const char *program)
{
    if (tree_has_text(root_fd, program, GNUTLS_LIBRARY))
        return gnutls_model(root_fd);
    return tree_has_text(root_fd, program, NSS_LIBRARY) ? OF_NSS : "openssl-partial";
}

static const char *name_of(const char *model)
{
    return is_of_gnutls(model)    ? GNUTLS_LIBRARY ".4"
           : is_of_openssl(model) ? "libcurl.so.4"
                                  : NSS_LIBRARY ".4";
}

static bool has_openssl(int root_fd, const char *library)
{
    char *directory = openssldir_of(root_fd, library); /* of one inside it */

    free(directory);
    return directory != NULL || tree_has_text(root_fd, library, "libssl.so");
}

/* The others have one name: Red Hat's was made with NSS up to RHEL 7. */
static void read_backend(struct installed *installed, int root_fd, const char *library)
{
    if (!is_of_openssl(installed->model) || has_openssl(root_fd, library))
        return;
    if (tree_has_text(root_fd, library, "libnss3.so"))
        installed->model = OF_NSS;
    else
        installed->unclear = "libcurl's TLS";
}

static void add_stores(struct text_list *stores, int root_fd, const char *library)
{
    const char *bundle = bundle_of(root_fd, library);

    if (bundle != NULL)
        text_list_add(stores, bundle);
    if (bundle == NULL ? bundle_is_named(root_fd, library, default_directory)
                       : strcmp(bundle, BUNDLE_DEBIAN) == 0)
        text_list_add(stores, default_directory);
}

/* libcurl takes any certificate of the store for an anchor since 7.68 (its changes of 2020). */
static bool takes_partial_chains(const char *version)
{
    int major = 0, minor = 0;

    return version == NULL || sscanf(version, "%d.%d", &major, &minor) != 2 || major > 7 ||
           (major == 7 && minor >= 68);
}

static void set_openssl(struct installed *installed, int root_fd)
{
    char *library = openssldir_system_library(root_fd),
         *directory = library == NULL ? NULL : openssldir_of(root_fd, library),
         *version = library == NULL ? NULL : openssldir_version(root_fd, library);

    if (!takes_partial_chains(installed->version))
        installed->model = "openssl";
    if (directory != NULL)
        installed->configuration = openssldir_configuration(directory);
    installed_set_openssl(installed, version);
    free(version);
    free(directory);
    free(library);
}

void libcurl_describe(struct installed *installed, int root_fd)
{
    static const char *const folders[] = { "/usr/lib/*", "/usr/lib64" };
    struct text_list libraries = { 0 };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char *pattern = tree_join(folders[i], name_of(installed->model));

        tree_glob(root_fd, pattern, &libraries);
        free(pattern);
    }
    text_list_add(&libraries, installed->resolved);
    for (size_t i = 0; installed->version == NULL && i < libraries.count; i++) {
        installed->version = tree_find_text(root_fd, libraries.items[i], "libcurl/", " ");
        if (installed->version == NULL)
            continue;
        add_stores(&installed->stores, root_fd, libraries.items[i]);
        read_backend(installed, root_fd, libraries.items[i]);
    }
    if (is_of_gnutls(installed->model))
        installed->unclear = gnutls_unclear(root_fd);
    else if (is_of_openssl(installed->model))
        set_openssl(installed, root_fd);
    text_list_clear(&libraries);
}

void libcurl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker,
                    const char *file, const char *directory)
{
    if (is_of_openssl(installed->model))
        openssl_conf_choose(choice, installed, speaker);
    if (file != NULL)
        choice_add_set(choice, speaker, file, CHOICE_FILE);
    for (size_t i = 0; i < installed->stores.count; i++) {
        bool is_directory = strcmp(installed->stores.items[i], default_directory) == 0;

        if ((is_directory ? directory : file) == NULL)
            choice_add_store(choice, speaker, installed->stores.items[i],
                             is_directory ? CHOICE_ANY : CHOICE_FILE, false);
        choice->needs_first = choice->needs_first || !is_directory;
    }
    choice->needs_first = choice->needs_first || file != NULL;
    if (directory != NULL && is_of_openssl(installed->model))
        openssl_choose_directories(choice, speaker, directory);
    else if (directory != NULL && is_of_gnutls(installed->model))
        choice_add_set(choice, speaker, directory, CHOICE_ANY);
    else if (directory != NULL) /* where it is absent nothing is trusted */
        choice_doubt(choice, "CURLOPT_CAPATH");
}
