#include "collector/runtime/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"

/* "3.11" out of "/usr/bin/python3.11"; NULL for a name without it. */
static char *version_of(const char *resolved)
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
static const char *model_of(const char *version, bool follows)
{
    int major = 0, minor = 0;

    sscanf(version, "%d.%d", &major, &minor);
    return follows && (major > 3 || (major == 3 && minor >= 13)) ? "openssl-partial-strict" : "openssl";
}

/*
 * The OpenSSL that the ssl module carries or was linked with: in the module itself, beside it in the prefix
 * of the program (conda), else the system's. A virtual environment has its modules where its program is.
 */
static char *openssl_library(int root_fd, const char *version, const char *resolved)
{
    char *bin = tree_folder(resolved), *prefix = tree_folder(bin), *library;
    struct text pattern = { 0 };

    text_format(&pattern, "%s/lib/python%s/lib-dynload/_ssl*.so", prefix, version);
    library = openssldir_library(root_fd, text_string(&pattern));
    text_clear(&pattern);
    if (library == NULL) {
        text_format(&pattern, "%s/lib/libcrypto.so.*", prefix);
        library = openssldir_library(root_fd, text_string(&pattern));
        text_clear(&pattern);
    }
    free(prefix);
    free(bin);
    return library != NULL ? library : openssldir_system_library(root_fd);
}

/* What a Python and its libraries have of it in common. */
static void set_openssl(struct installed *python, int root_fd, const char *library)
{
    char *directory = openssldir_of(root_fd, library), *version = openssldir_version(root_fd, library);

    if (directory != NULL) {
        python->configuration = openssldir_configuration(directory);
        openssldir_add_stores(&python->stores, directory);
    }
    installed_set_openssl(python, version);
    free(version);
    free(directory);
}

/*
 * Since 3.10 the ssl module sets the level of each of its contexts, unless it was built to leave that to OpenSSL as
 * Debian's is. What it sets stands in its bytes.
 */
static bool has_own_level(int root_fd, const char *version, const char *resolved)
{
    char *bin = tree_folder(resolved), *prefix = tree_folder(bin), *level = NULL;
    struct text pattern = { 0 };
    struct text_list modules = { 0 };

    text_format(&pattern, "%s/lib/python%s/lib-dynload/_ssl*.so", prefix, version);
    tree_glob(root_fd, text_string(&pattern), &modules);
    if (modules.count == 0)
        text_list_add(&modules, resolved);
    for (size_t i = 0; level == NULL && i < modules.count; i++)
        level = tree_find_text(root_fd, modules.items[i], "@SECLEVEL=2:", "");
    text_list_clear(&modules);
    text_clear(&pattern);
    free(prefix);
    free(bin);
    if (level == NULL)
        return false;
    free(level);
    return true;
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

/* Debian's urllib3 has a bundle for all who name none, and stays with it where requests names a directory. */
static void add_bundle_of_urllib3(struct installed *requests, int root_fd, const char *module)
{
    char *pool = tree_join(module, "../urllib3/connectionpool.py"),
         *bundle = tree_find_text(root_fd, pool, "ca_certs='", "'");

    if (bundle != NULL)
        text_list_add(&requests->system_stores, bundle);
    free(bundle);
    free(pool);
}

/* A library of this Python that brings its own idea of what to trust. */
static void add_library(struct installed_list *list, int root_fd, const struct installed *python,
                        enum runtime runtime, const char *module, const char *certifi)
{
    char *urllib3 = tree_join(module, runtime == RUNTIME_PIP ? "_vendor/urllib3/util/ssl_.py"
                                                             : "../urllib3/util/ssl_.py");
    char *strict = tree_find_text(root_fd, urllib3, "VERIFY_X509_STRICT", "");
    struct installed *installed =
        installed_add(list, runtime, python->executable, python->resolved, python->home,
                      model_of(python->version, strict != NULL || runtime == RUNTIME_CERTIFI));
    char *store = certifi_store(root_fd, certifi);

    if (installed != NULL) {
        text_list_add(&installed->stores, store);
        installed->version = module_version(root_fd, module);
        if (python->configuration != NULL)
            installed->configuration = memory_text(python->configuration);
        installed->own_level = python->own_level;
        installed->unclear = python->unclear;
        if (strcmp(python->model, "openssl-1.0.2") == 0)
            installed->model = python->model;
        if (runtime == RUNTIME_REQUESTS)
            add_bundle_of_urllib3(installed, root_fd, module);
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

void python_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *version = version_of(resolved), *bin = tree_folder(path), *prefix = tree_folder(bin), *library;
    struct installed *installed =
        version == NULL ? NULL : installed_add(list, RUNTIME_PYTHON, path, resolved, prefix, "openssl");

    if (installed != NULL) {
        installed->model = model_of(version, true);
        installed->version = memory_text(version);
        library = openssl_library(root_fd, version, resolved);
        if (library != NULL)
            set_openssl(installed, root_fd, library);
        installed->own_level = has_own_level(root_fd, version, resolved);
        free(library);
        add_libraries(list, root_fd, (size_t)(installed - list->items));
    }
    free(prefix);
    free(bin);
    free(version);
}

static bool leads_to_directory(const struct speaker *speaker, const char *path)
{
    char *whole = tree_join(speaker->process == NULL ? NULL : speaker->process->working_directory, path);
    struct stat status;
    bool directory = tree_status(speaker->root_fd, whole, &status) && S_ISDIR(status.st_mode);

    free(whole);
    return directory;
}

/*
 * What certifi's users read: one file, or what stands in its place. ssl.SSLContext.load_verify_locations() of a file
 * without certificates fails, and with it the connection, whatever lies in a directory beside it.
 */
void certifi_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *bundle = settings_get(speaker->settings, SETTING_BUNDLE);

    openssl_conf_choose(choice, installed, speaker);
    if (bundle != NULL && leads_to_directory(speaker, bundle)) {
        for (size_t i = 0; i < installed->system_stores.count; i++)
            choice_add_store(choice, speaker, installed->system_stores.items[i], CHOICE_FILE, false);
        choice->needs_first = installed->system_stores.count > 0;
    }
    if (bundle != NULL)
        choice_add_set(choice, speaker, bundle, CHOICE_ANY);
    else if (installed->stores.count > 0)
        choice_add_store(choice, speaker, installed->stores.items[0], CHOICE_ANY, false);
}
