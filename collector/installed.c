#include "collector/installed.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/openssldir.h"
#include "collector/php.h"
#include "collector/python.h"
#include "collector/tree.h"

/* Where each runtime is looked for. */
static const struct place {
    enum runtime runtime;
    const char *pattern;
} places[] = {
    { RUNTIME_OPENSSL, "/usr/lib/*/libcrypto.so.*" },
    { RUNTIME_OPENSSL, "/usr/lib64/libcrypto.so.*" },
    { RUNTIME_OPENSSL, "/usr/local/lib/libcrypto.so.*" },
    { RUNTIME_OPENSSL, "/usr/local/lib64/libcrypto.so.*" },
    { RUNTIME_OPENSSL, "/opt/*/lib/libcrypto.so.*" },
    { RUNTIME_CURL, "/usr/bin/curl" },
    { RUNTIME_CURL, "/usr/local/bin/curl" },
    { RUNTIME_PYTHON, "/usr/bin/python[23]*" },
    { RUNTIME_PYTHON, "/usr/local/bin/python[23]*" },
    { RUNTIME_PYTHON, "/root/.pyenv/versions/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/home/*/.pyenv/versions/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/opt/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/opt/*/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/srv/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/srv/*/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/app/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/home/*/*/bin/python[23]*" },
    { RUNTIME_PYTHON, "/home/*/*/*/bin/python[23]*" },
    { RUNTIME_NODE, "/usr/bin/node" },
    { RUNTIME_NODE, "/usr/local/bin/node" },
    { RUNTIME_NODE, "/usr/local/*/bin/node" },
    { RUNTIME_NODE, "/opt/*/bin/node" },
    { RUNTIME_NODE, "/root/.nvm/versions/node/*/bin/node" },
    { RUNTIME_NODE, "/home/*/.nvm/versions/node/*/bin/node" },
    { RUNTIME_JAVA, "/usr/lib/jvm/*/bin/java" },
    { RUNTIME_JAVA, "/usr/java/*/bin/java" },
    { RUNTIME_JAVA, "/usr/local/*/bin/java" },
    { RUNTIME_JAVA, "/opt/*/bin/java" },
    { RUNTIME_JAVA, "/opt/*/*/bin/java" },
    { RUNTIME_JAVA, "/srv/*/bin/java" },
    { RUNTIME_JAVA, "/srv/*/*/bin/java" },
    { RUNTIME_JAVA, "/app/*/bin/java" },
    { RUNTIME_JAVA, "/root/.sdkman/candidates/java/*/bin/java" },
    { RUNTIME_JAVA, "/home/*/.sdkman/candidates/java/*/bin/java" },
    { RUNTIME_JAVA, "/usr/bin/java" },
};

static void free_installed(struct installed *installed)
{
    free(installed->executable);
    free(installed->resolved);
    free(installed->version);
    free(installed->home);
    text_list_clear(&installed->stores);
    text_list_clear(&installed->system_stores);
}

void installed_list_clear(struct installed_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free_installed(&list->items[i]);
    free(list->items);
    text_list_clear(&list->plain);
    *list = (struct installed_list){ 0 };
}

static const struct installed *find(const struct installed_list *list, enum runtime runtime,
                                    const char *resolved, const char *home)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct installed *item = &list->items[i];

        if (item->runtime == runtime && strcmp(item->resolved, resolved) == 0 &&
            (home == NULL || item->home == NULL || strcmp(item->home, home) == 0))
            return item;
    }
    return NULL;
}

struct installed *installed_add(struct installed_list *list, enum runtime runtime, const char *executable,
                                const char *resolved, const char *home, const char *model)
{
    if (find(list, runtime, resolved, home) != NULL)
        return NULL;
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count] = (struct installed){
        .runtime = runtime,
        .executable = memory_text(executable),
        .resolved = memory_text(resolved),
        .home = home == NULL ? NULL : memory_text(home),
        .model = model,
    };
    return &list->items[list->count++];
}

static void add_openssl(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *directory = openssldir_of(root_fd, path);
    struct installed *installed =
        directory == NULL ? NULL : installed_add(list, RUNTIME_OPENSSL, path, resolved, directory, "openssl");

    if (installed != NULL) {
        installed->version = tree_find_text(root_fd, path, "OpenSSL ", " ");
        openssldir_add_stores(&installed->stores, directory);
    }
    free(directory);
}

/* curl's bundle and directory are set when it is built; both stand in the bytes of its library. */
static void add_curl(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt",
                                           "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                           "/etc/ssl/cert.pem" };
    struct text_list libraries = { 0 };
    struct installed *installed = installed_add(list, RUNTIME_CURL, path, resolved, NULL, "openssl-partial");

    if (installed == NULL)
        return;
    tree_glob(root_fd, "/usr/lib/*/libcurl.so.4", &libraries);
    tree_glob(root_fd, "/usr/lib64/libcurl.so.4", &libraries);
    text_list_add(&libraries, path);
    for (size_t i = 0; installed->version == NULL && i < libraries.count; i++) {
        const char *library = libraries.items[i];

        installed->version = tree_find_text(root_fd, library, "libcurl/", " ");
        for (size_t j = 0; installed->version != NULL && j < sizeof(bundles) / sizeof(bundles[0]); j++) {
            char *rest = tree_find_text(root_fd, library, bundles[j], "");

            if (rest != NULL && rest[0] == '\0' && installed->stores.count == 0)
                text_list_add(&installed->stores, bundles[j]);
            free(rest);
        }
    }
    if (installed->stores.count > 0 && strcmp(installed->stores.items[0], bundles[0]) == 0)
        text_list_add(&installed->stores, "/etc/ssl/certs"); /* Debian builds with both */
    text_list_clear(&libraries);
}

/* The library behind a Node that is but a small program, as distributions build it. */
static char *node_program(int root_fd, const char *resolved)
{
    char *name = tree_find_text(root_fd, resolved, "libnode.so", "");
    struct text_list found = { 0 };
    char *program = NULL;

    if (name != NULL) {
        char pattern[256];

        snprintf(pattern, sizeof(pattern), "/usr/lib/*/libnode.so%.64s", name);
        tree_glob(root_fd, pattern, &found);
        snprintf(pattern, sizeof(pattern), "/usr/lib*/libnode.so%.64s", name);
        tree_glob(root_fd, pattern, &found);
    }
    program = memory_text(found.count > 0 ? found.items[0] : resolved);
    text_list_clear(&found);
    free(name);
    return program;
}

/*
 * A Node built with --openssl-use-def-ca-store (Debian's and Fedora's) reads OpenSSL's store although the
 * Mozilla roots lie in its bytes too. The build's own settings are carried as text, this one among them.
 */
static void add_node(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed = installed_add(list, RUNTIME_NODE, path, resolved, NULL, "node");
    char *program, *mark, *directory;

    if (installed == NULL)
        return;
    program = node_program(root_fd, resolved);
    mark = tree_find_text(root_fd, program, "\"NODE_OPENSSL_CERT_STORE", "");
    directory = openssldir_of(root_fd, program);
    if (directory == NULL)
        directory = openssldir_of_system(root_fd);
    if (directory != NULL)
        openssldir_add_stores(&installed->system_stores, directory);
    installed->version = tree_find_text(root_fd, program, "node.js/v", " ");
    if (mark != NULL) {
        for (size_t i = 0; i < installed->system_stores.count; i++)
            text_list_add(&installed->stores, installed->system_stores.items[i]);
    } else {
        installed->carries_roots = true;
        text_list_add(&installed->stores, program);
    }
    installed->home = program;
    free(mark);
    free(directory);
}

/* JAVA_VERSION="17.0.15" of the file `release`, which every JDK since 7 has. */
static char *java_version(int root_fd, const char *home)
{
    char *file = tree_join(home, "release");
    char *version = tree_find_text(root_fd, file, "JAVA_VERSION=\"", "\"");

    free(file);
    return version;
}

/*
 * java.home is the folder above bin, or its jre up to JDK 8. Of jssecacerts and cacerts the first that can be
 * read is all that is read (sun.security.ssl.TrustStoreManager).
 */
static void add_java(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *bin = tree_folder(resolved), *above = tree_folder(bin), *jre = tree_join(above, "jre");
    char *jre_java = tree_join(jre, "bin/java");
    const char *home = tree_exists(root_fd, jre_java) ? jre : above;
    char *security = tree_join(home, "lib/security"), *own = tree_join(home, "lib/security/jssecacerts"),
         *cacerts = tree_join(home, "lib/security/cacerts");
    struct installed *installed = NULL;

    /* one without either trusts nobody, and is a client all the same */
    if (tree_exists(root_fd, own) || tree_exists(root_fd, cacerts) || tree_is_directory(root_fd, security))
        installed = installed_add(list, RUNTIME_JAVA, path, resolved, home, "java");
    if (installed != NULL) {
        installed->version = java_version(root_fd, above);
        if (installed->version == NULL && text_ends(above, "/jre")) {
            char *jdk = tree_folder(above);

            installed->version = java_version(root_fd, jdk);
            free(jdk);
        }
        text_list_add(&installed->stores, tree_exists(root_fd, own) ? own : cacerts);
    }
    free(cacerts);
    free(own);
    free(security);
    free(jre_java);
    free(jre);
    free(above);
    free(bin);
}

static void add_php(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed = installed_add(list, RUNTIME_PHP, path, resolved, NULL, "openssl");
    char *directory = openssldir_of_system(root_fd);

    if (installed != NULL) {
        php_stores(root_fd, resolved, &installed->stores);
        installed->told = installed->stores.count > 0;
        if (!installed->told && directory != NULL)
            openssldir_add_stores(&installed->stores, directory);
    }
    free(directory);
}

/* How a program of each kind is taken apart, and by what its file is called. */
static const struct kind {
    enum runtime runtime;
    const char *file; /* a pattern for the last component of the resolved path */
    void (*add)(struct installed_list *list, int root_fd, const char *path, const char *resolved);
} kinds[] = {
    { RUNTIME_OPENSSL, "libcrypto.so.*", add_openssl },
    { RUNTIME_CURL, "curl", add_curl },
    { RUNTIME_PYTHON, "python[23].[0-9]*", python_add },
    { RUNTIME_NODE, "node*", add_node },
    { RUNTIME_JAVA, "java", add_java },
    { RUNTIME_PHP, "php[0-9]*", add_php },
    { RUNTIME_PHP, "php-fpm[0-9]*", add_php },
};

void installed_add_program(struct installed_list *list, int root_fd, const char *path)
{
    char *resolved = tree_is_file(root_fd, path) ? tree_resolve(root_fd, path) : NULL;

    for (size_t i = 0; resolved != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (fnmatch(kinds[i].file, tree_name(resolved), 0) == 0)
            kinds[i].add(list, root_fd, path, resolved);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].version == NULL)
            list->items[i].version = memory_text("");
    }
    free(resolved);
}

void installed_list_read(struct installed_list *list, int root_fd)
{
    *list = (struct installed_list){ 0 };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct text_list paths = { 0 };

        tree_glob(root_fd, places[i].pattern, &paths);
        for (size_t j = 0; j < paths.count; j++)
            installed_add_program(list, root_fd, paths.items[j]);
        text_list_clear(&paths);
    }
}
