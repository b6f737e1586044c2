#include "collector/installed.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/php.h"
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

static const char *const crypto_libraries[] = {
    "/usr/lib/*/libcrypto.so.3", "/usr/lib64/libcrypto.so.3", "/usr/lib/*/libcrypto.so.*",
    "/usr/lib64/libcrypto.so.*", "/lib/*/libcrypto.so.*",
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

static char *resolve(int root_fd, const char *path)
{
    struct error err = { 0 };

    return input_resolve(root_fd, path, &err);
}

static void add_path(struct text_list *list, const char *folder, const char *name)
{
    char *path = tree_join(folder, name);

    text_list_add(list, path);
    free(path);
}

/* OpenSSL's own default: a file and a hashed directory below OPENSSLDIR (X509_get_default_cert_file). */
static void add_openssl_stores(struct text_list *stores, const char *openssl_dir)
{
    add_path(stores, openssl_dir, "cert.pem");
    add_path(stores, openssl_dir, "certs");
}

/* OPENSSLDIR as it stands in the bytes of the library or of a program that carries one. */
static char *openssl_dir_of(int root_fd, const char *path)
{
    return tree_find_text(root_fd, path, "OPENSSLDIR: \"", "\"");
}

static char *openssl_dir_of_any(int root_fd, const char *pattern)
{
    struct text_list paths = { 0 };
    char *directory = NULL;

    tree_glob(root_fd, pattern, &paths);
    for (size_t i = 0; directory == NULL && i < paths.count; i++)
        directory = openssl_dir_of(root_fd, paths.items[i]);
    text_list_clear(&paths);
    return directory;
}

/* The system's; NULL where there is no OpenSSL at all. */
static char *system_openssl_dir(int root_fd)
{
    char *directory = NULL;

    for (size_t i = 0; directory == NULL && i < sizeof(crypto_libraries) / sizeof(crypto_libraries[0]); i++)
        directory = openssl_dir_of_any(root_fd, crypto_libraries[i]);
    return directory;
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

/* A new row; NULL when it is known already. The strings are taken over only by what is returned. */
static struct installed *add(struct installed_list *list, enum runtime runtime, const char *executable,
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
    char *directory = openssl_dir_of(root_fd, path);
    struct installed *installed =
        directory == NULL ? NULL : add(list, RUNTIME_OPENSSL, path, resolved, directory, "openssl");

    if (installed != NULL) {
        installed->version = tree_find_text(root_fd, path, "OpenSSL ", " ");
        add_openssl_stores(&installed->stores, directory);
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
    struct installed *installed = add(list, RUNTIME_CURL, path, resolved, NULL, "openssl-partial");

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
    struct installed *installed = add(list, RUNTIME_NODE, path, resolved, NULL, "node");
    char *program, *mark, *directory;

    if (installed == NULL)
        return;
    program = node_program(root_fd, resolved);
    mark = tree_find_text(root_fd, program, "\"NODE_OPENSSL_CERT_STORE", "");
    directory = openssl_dir_of(root_fd, program);
    if (directory == NULL)
        directory = system_openssl_dir(root_fd);
    if (directory != NULL)
        add_openssl_stores(&installed->system_stores, directory);
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
        installed = add(list, RUNTIME_JAVA, path, resolved, home, "java");
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

/* "3.11" out of "/usr/bin/python3.11"; NULL for a name without it. */
static char *python_version(const char *resolved)
{
    const char *name = tree_name(resolved);
    int major, minor, used = 0;

    if (sscanf(name, "python%d.%d%n", &major, &minor, &used) != 2 || name[used] != '\0')
        return NULL;
    return memory_text(name + strlen("python"));
}

/*
 * Python 3.13 turned on partial chains and strict checking in ssl.create_default_context. urllib3, which makes
 * requests' contexts itself, follows from its own 2.4 on: `follows`.
 */
static const char *python_model(const char *version, bool follows)
{
    int major = 0, minor = 0;

    sscanf(version, "%d.%d", &major, &minor);
    return follows && (major > 3 || (major == 3 && minor >= 13)) ? "openssl-partial-strict" : "openssl";
}

/*
 * The OpenSSL that the ssl module carries or was linked with: in the module itself, beside it in the prefix
 * of the program (conda), else the system's. A virtual environment has its modules where its program is.
 */
static char *python_openssl_dir(int root_fd, const char *version, const char *resolved)
{
    char *bin = tree_folder(resolved), *prefix = tree_folder(bin), *directory;
    struct text pattern = { 0 };

    text_format(&pattern, "%s/lib/python%s/lib-dynload/_ssl*.so", prefix, version);
    directory = openssl_dir_of_any(root_fd, text_string(&pattern));
    text_clear(&pattern);
    if (directory == NULL) {
        text_format(&pattern, "%s/lib/libcrypto.so.*", prefix);
        directory = openssl_dir_of_any(root_fd, text_string(&pattern));
        text_clear(&pattern);
    }
    free(prefix);
    free(bin);
    return directory != NULL ? directory : system_openssl_dir(root_fd);
}

/* Folders of modules that this Python imports from, in the order of sys.path. Debian has one for all of Python 3. */
static void list_module_folders(int root_fd, const char *prefix, const char *version,
                                struct text_list *folders)
{
    struct text paths[4] = { { 0 } };

    text_format(&paths[0], "%s/lib/python%s/site-packages", prefix, version);
    text_format(&paths[1], "%s/lib64/python%s/site-packages", prefix, version);
    text_format(&paths[2], "%s/local/lib/python%s/dist-packages", prefix, version);
    text_format(&paths[3], "%s/lib/python%.1s/dist-packages", prefix, version);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (tree_is_directory(root_fd, text_string(&paths[i])))
            text_list_add(folders, text_string(&paths[i]));
        text_clear(&paths[i]);
    }
}

/* The first folder that has this module; NULL when none has. */
static char *find_module(int root_fd, const struct text_list *folders, const char *module)
{
    for (size_t i = 0; i < folders->count; i++) {
        char *path = tree_join(folders->items[i], module);

        if (tree_is_directory(root_fd, path))
            return path;
        free(path);
    }
    return NULL;
}

/* certifi's file, or the one that a distribution's patch of it points to. */
static char *certifi_store(int root_fd, const char *module)
{
    char *core = tree_join(module, "core.py");
    char *patched = tree_find_text(root_fd, core, "DEBIAN_CA_CERTS_PATH = '", "'");

    free(core);
    return patched != NULL ? patched : tree_join(module, "cacert.pem");
}

static char *module_version(int root_fd, const char *module)
{
    static const char *const files[] = { "__init__.py", "__version__.py" };
    char *version = NULL;

    for (size_t i = 0; version == NULL && i < sizeof(files) / sizeof(files[0]); i++) {
        char *file = tree_join(module, files[i]);

        version = tree_find_text(root_fd, file, "__version__ = \"", "\"");
        if (version == NULL)
            version = tree_find_text(root_fd, file, "__version__ = '", "'");
        free(file);
    }
    return version;
}

/* A library of this Python that brings its own idea of what to trust. */
static void add_library(struct installed_list *list, int root_fd, const struct installed *python,
                        enum runtime runtime, const char *module, const char *certifi)
{
    char *urllib3 = tree_join(module, runtime == RUNTIME_PIP ? "_vendor/urllib3/util/ssl_.py"
                                                             : "../urllib3/util/ssl_.py");
    char *strict = tree_find_text(root_fd, urllib3, "VERIFY_X509_STRICT", "");
    struct installed *installed =
        add(list, runtime, python->executable, python->resolved, python->home,
            python_model(python->version, strict != NULL || runtime == RUNTIME_CERTIFI));
    char *store = certifi_store(root_fd, certifi);

    if (installed != NULL) {
        text_list_add(&installed->stores, store);
        installed->version = module_version(root_fd, module);
    }
    free(store);
    free(strict);
    free(urllib3);
}

static void add_libraries(struct installed_list *list, int root_fd, size_t index)
{
    struct installed python = list->items[index]; /* the list may move; the strings do not */
    struct text_list folders = { 0 };
    char *requests, *certifi, *pip;

    list_module_folders(root_fd, python.home, python.version, &folders);
    requests = find_module(root_fd, &folders, "requests");
    certifi = find_module(root_fd, &folders, "certifi");
    pip = find_module(root_fd, &folders, "pip/_vendor/certifi");
    if (certifi != NULL && requests != NULL)
        add_library(list, root_fd, &python, RUNTIME_REQUESTS, requests, certifi);
    else if (certifi != NULL)
        add_library(list, root_fd, &python, RUNTIME_CERTIFI, certifi, certifi);
    if (pip != NULL) {
        char *vendor = tree_folder(pip), *module = tree_folder(vendor);

        add_library(list, root_fd, &python, RUNTIME_PIP, module, pip);
        free(module);
        free(vendor);
    }
    free(pip);
    free(certifi);
    free(requests);
    text_list_clear(&folders);
}

/*
 * A Python is its prefix, the folder above bin: a virtual environment shares the program with the Python
 * that made it and still imports other modules.
 */
static void add_python(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *version = python_version(resolved), *bin = tree_folder(path), *prefix = tree_folder(bin),
         *directory;
    struct installed *installed =
        version == NULL ? NULL : add(list, RUNTIME_PYTHON, path, resolved, prefix, "openssl");

    if (installed != NULL) {
        installed->model = python_model(version, true);
        installed->version = memory_text(version);
        directory = python_openssl_dir(root_fd, version, resolved);
        if (directory != NULL)
            add_openssl_stores(&installed->stores, directory);
        free(directory);
        add_libraries(list, root_fd, (size_t)(installed - list->items));
    }
    free(prefix);
    free(bin);
    free(version);
}

static void add_php(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed = add(list, RUNTIME_PHP, path, resolved, NULL, "openssl");
    char *directory = system_openssl_dir(root_fd);

    if (installed != NULL) {
        php_stores(root_fd, resolved, &installed->stores);
        installed->told = installed->stores.count > 0;
        if (!installed->told && directory != NULL)
            add_openssl_stores(&installed->stores, directory);
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
    { RUNTIME_PYTHON, "python[23].[0-9]*", add_python },
    { RUNTIME_NODE, "node*", add_node },
    { RUNTIME_JAVA, "java", add_java },
    { RUNTIME_PHP, "php[0-9]*", add_php },
    { RUNTIME_PHP, "php-fpm[0-9]*", add_php },
};

static void add_program(struct installed_list *list, int root_fd, const char *path)
{
    char *resolved = tree_is_file(root_fd, path) ? resolve(root_fd, path) : NULL;

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
            add_program(list, root_fd, paths.items[j]);
        text_list_clear(&paths);
    }
}

/*
 * The path by which a process was started, where that is more than its program: a virtual environment's
 * python is a link to another's, and only argv[0] tells which was meant.
 */
static char *started_as(const struct process *process, int root_fd)
{
    char *path = process->arguments.items[0][0] == '/' ? memory_text(process->arguments.items[0]) : NULL;
    char *resolved = path == NULL ? NULL : resolve(root_fd, path);
    char *bin, *prefix, *marker;
    bool environment = false;

    if (resolved != NULL && strcmp(resolved, process->executable) == 0) {
        bin = tree_folder(path);
        prefix = tree_folder(bin);
        marker = tree_join(prefix, "pyvenv.cfg");
        environment = tree_exists(root_fd, marker);
        free(marker);
        free(prefix);
        free(bin);
    }
    free(resolved);
    if (environment)
        return path;
    free(path);
    return memory_text(process->executable);
}

/*
 * Programs of no kind that we know. Whoever honours OpenSSL's variables has their name in its bytes, or in those
 * of a library that it has mapped; that is OpenSSL itself (Ruby, nginx, a static build), Go, and Rust's
 * native-certs. All but Go are judged as OpenSSL, the sternest of them.
 */
static bool honours_variables(int root_fd, const char *path)
{
    char *name = tree_find_text(root_fd, path, "SSL_CERT_FILE", "");

    free(name);
    return name != NULL;
}

static bool is_go(int root_fd, const char *path)
{
    char *mark = tree_find_text(root_fd, path, "\xff Go buildinf:", "");

    free(mark);
    return mark != NULL;
}

/* Go reads the first of six files and every file of two directories (crypto/x509, root_linux.go). */
static void add_go_stores(struct installed *go, int root_fd)
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

static bool has_no_trust(struct installed_list *list, const struct process *process, int root_fd)
{
    const char *path = process->executable;

    if (process_maps(process, "libcrypto.so") || !tree_is_file(root_fd, path))
        return false;
    if (!text_list_has(&list->plain, path) && honours_variables(root_fd, path))
        return false;
    if (!text_list_has(&list->plain, path))
        text_list_add(&list->plain, path);
    return true;
}

/* SIZE_MAX when this program has nothing to do with trust. */
static size_t add_stranger(struct installed_list *list, const struct process *process, int root_fd)
{
    const char *path = process->executable;
    struct installed *installed;
    char *directory;
    bool go;

    if (has_no_trust(list, process, root_fd))
        return SIZE_MAX;
    go = is_go(root_fd, path);
    installed = add(list, go ? RUNTIME_GO : RUNTIME_OPENSSL, path, path, NULL, go ? "go" : "openssl");
    if (installed == NULL)
        return SIZE_MAX;
    installed->version = memory_text("");
    directory = system_openssl_dir(root_fd);
    if (go)
        add_go_stores(installed, root_fd);
    else if (directory != NULL)
        add_openssl_stores(&installed->stores, directory);
    free(directory);
    return list->count - 1;
}

/*
 * The program of another user's process, which only its command line names: one without privileges sees no more. NULL
 * when that leads to no program here.
 */
static char *named_program(const struct process *process, int root_fd)
{
    static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };
    char *found = NULL;

    if (strchr(process->arguments.items[0], '/') != NULL)
        return resolve(root_fd, process->arguments.items[0]);
    for (size_t i = 0; found == NULL && i < sizeof(folders) / sizeof(folders[0]); i++) {
        char *path = tree_join(folders[i], process->arguments.items[0]);

        found = resolve(root_fd, path);
        free(path);
    }
    return found;
}

static size_t installed_of_known(struct installed_list *list, const struct process *process, int root_fd,
                                 size_t found[INSTALLED_PER_PROCESS])
{
    char *path = started_as(process, root_fd), *bin = tree_folder(path), *prefix = tree_folder(bin);
    size_t count = 0;

    add_program(list, root_fd, path);
    for (size_t i = 0; i < list->count && count < INSTALLED_PER_PROCESS; i++) {
        const struct installed *item = &list->items[i];
        bool of_python = item->runtime == RUNTIME_PYTHON || item->runtime == RUNTIME_REQUESTS ||
                         item->runtime == RUNTIME_CERTIFI || item->runtime == RUNTIME_PIP;

        if (strcmp(item->resolved, process->executable) != 0)
            continue;
        if (of_python && item->home != NULL && strcmp(item->home, prefix) != 0)
            continue;
        if (item->runtime == RUNTIME_PIP)
            continue; /* in a Python that runs something else, pip is only a file */
        found[count++] = i;
    }
    free(prefix);
    free(bin);
    free(path);
    return count;
}

size_t installed_of_process(struct installed_list *list, const struct process *process, int root_fd,
                            size_t found[INSTALLED_PER_PROCESS])
{
    struct process named = *process;
    size_t count;

    if (process->arguments.count == 0)
        return 0;
    if (process->executable == NULL) {
        named.executable = named_program(process, root_fd);
        count = named.executable == NULL ? 0 : installed_of_known(list, &named, root_fd, found);
        free(named.executable);
        return count;
    }
    count = installed_of_known(list, process, root_fd, found);
    if (count == 0) {
        found[0] = add_stranger(list, process, root_fd);
        count = found[0] != SIZE_MAX;
    }
    return count;
}
