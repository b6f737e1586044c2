#include "collector/runtime/kind.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/home.h"
#include "collector/host/tree.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"
#include "collector/runtime/python_path.h"

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

/* certifi's file, or the one that a distribution's patch of it points to: Debian's by a name, others' at once. */
static char *certifi_store(int root_fd, const char *module)
{
    static const char *const marks[] = { "DEBIAN_CA_CERTS_PATH = '", "return '", "return \"" };
    char *core = tree_join(module, "core.py"), *patched = NULL;

    for (size_t i = 0; patched == NULL && i < sizeof(marks) / sizeof(marks[0]); i++) {
        patched = tree_find_text(root_fd, core, marks[i], "'\"");
        if (patched != NULL && patched[0] != '/') {
            free(patched);
            patched = NULL;
        }
    }
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

/* Whether the contexts of a library are made by ssl.create_default_context(), or as that makes them. */
static bool follows_default(int root_fd, enum runtime runtime, const char *module)
{
    const char *file = runtime == RUNTIME_PIP     ? "_vendor/urllib3/util/ssl_.py"
                       : runtime == RUNTIME_HTTPX ? "_config.py"
                                                  : "../urllib3/util/ssl_.py";
    const char *mark = runtime == RUNTIME_HTTPX ? "create_default_context" : "VERIFY_X509_STRICT";
    char *path = tree_join(module, file);
    bool follows = tree_has_text(root_fd, path, mark) || runtime == RUNTIME_CERTIFI;

    free(path);
    return follows;
}

/* pip from 24.2 on and Python from 3.10 on: OpenSSL's store beside certifi's file, by way of truststore. */
static void add_stores_of_truststore(struct installed *pip, int root_fd, const struct installed *python,
                                     const char *module)
{
    char *truststore = tree_join(module, "_vendor/truststore");
    int major = 0, minor = 0;

    sscanf(python->version, "%d.%d", &major, &minor);
    if (tree_is_directory(root_fd, truststore) && (major > 3 || minor >= 10)) {
        for (size_t i = 0; i < python->stores.count; i++)
            text_list_add(&pip->system_stores, python->stores.items[i]);
    }
    free(truststore);
}

/*
 * Libraries that bring a file of their own. httplib2 and botocore take certifi's where that is installed; their contexts
 * are not those of ssl.create_default_context().
 */
static const struct bringer {
    enum runtime runtime;
    const char *module, *file, *model;
    bool asks_certifi;
    const char *code, *mark; /* where a distribution's patch names another file; NULL: nowhere */
} bringers[] = {
    { RUNTIME_HTTPLIB2, "httplib2", "cacerts.txt", "openssl", true, "certs.py", "BUILTIN_CA_CERTS = \"" },
    { RUNTIME_BOTOCORE, "botocore", "cacert.pem", "openssl", true, NULL, NULL },
    { RUNTIME_GRPC, "grpc/_cython/_credentials", "roots.pem", "boringssl", false, NULL, NULL },
};

static char *brought_store(int root_fd, const struct bringer *bringer, const char *module)
{
    char *code = bringer->code == NULL ? NULL : tree_join(module, bringer->code),
         *patched = code == NULL ? NULL : tree_find_text(root_fd, code, bringer->mark, "\"");

    free(code);
    return patched != NULL ? patched : tree_join(module, bringer->file);
}

static void add_bringer(struct installed_list *list, int root_fd, const struct installed *python,
                        const struct bringer *bringer, const char *module, const char *certifi)
{
    struct installed *installed = installed_add(list, bringer->runtime, python->executable, python->resolved,
                                                python->home, bringer->model);
    char *store = bringer->asks_certifi && certifi != NULL ? certifi_store(root_fd, certifi)
                                                           : brought_store(root_fd, bringer, module);

    if (installed != NULL) {
        text_list_add(&installed->stores, store);
        installed->version = memory_text("");
        installed->unclear = python->unclear;
        if (bringer->asks_certifi && python->configuration != NULL)
            installed->configuration = memory_text(python->configuration);
        installed->own_level = bringer->asks_certifi && python->own_level;
        if (bringer->asks_certifi && strcmp(python->model, "openssl-1.0.2") == 0)
            installed->model = python->model;
    }
    free(store);
}

/* A library of this Python that brings its own idea of what to trust. */
static void add_library(struct installed_list *list, int root_fd, const struct installed *python,
                        enum runtime runtime, const char *module, const char *certifi)
{
    struct installed *installed =
        installed_add(list, runtime, python->executable, python->resolved, python->home,
                      model_of(python->version, follows_default(root_fd, runtime, module)));
    char *store = certifi_store(root_fd, certifi);

    if (installed != NULL) {
        text_list_add(&installed->stores, store);
        installed->version = module_version(root_fd, module);
        if (installed->version == NULL)
            installed->version = memory_text("");
        if (python->configuration != NULL)
            installed->configuration = memory_text(python->configuration);
        installed->own_level = python->own_level;
        installed->unclear = python->unclear;
        if (strcmp(python->model, "openssl-1.0.2") == 0)
            installed->model = python->model;
        if (runtime == RUNTIME_REQUESTS)
            add_bundle_of_urllib3(installed, root_fd, module);
        if (runtime == RUNTIME_PIP)
            add_stores_of_truststore(installed, root_fd, python, module);
    }
    free(store);
}

/* Those that are found in these folders; of several of one name the first. */
static void add_libraries(struct installed_list *list, int root_fd, const struct installed *python,
                          const struct text_list *folders)
{
    char *requests = find_module(root_fd, folders, "requests"),
         *certifi = find_module(root_fd, folders, "certifi"), *httpx = find_module(root_fd, folders, "httpx"),
         *pip = find_module(root_fd, folders, "pip/_vendor/certifi");

    if (certifi != NULL && requests != NULL)
        add_library(list, root_fd, python, RUNTIME_REQUESTS, requests, certifi);
    if (certifi != NULL && httpx != NULL)
        add_library(list, root_fd, python, RUNTIME_HTTPX, httpx, certifi);
    if (certifi != NULL && requests == NULL)
        add_library(list, root_fd, python, RUNTIME_CERTIFI, certifi, certifi);
    if (pip != NULL) {
        char *vendor = tree_folder(pip), *module = tree_folder(vendor);

        add_library(list, root_fd, python, RUNTIME_PIP, module, pip);
        free(module);
        free(vendor);
    }
    for (size_t i = 0; i < sizeof(bringers) / sizeof(bringers[0]); i++) {
        char *module = find_module(root_fd, folders, bringers[i].module);

        if (module != NULL)
            add_bringer(list, root_fd, python, &bringers[i], module, certifi);
        free(module);
    }
    free(pip);
    free(httpx);
    free(certifi);
    free(requests);
}

/* A module of an application's own folder can have any name; these are the files of the libraries. */
static bool has_library(int root_fd, const struct text_list *folders)
{
    static const char *const files[] = { "requests/adapters.py",    "certifi/core.py",
                                         "httpx/_config.py",        "httplib2/certs.py",
                                         "botocore/httpsession.py", "grpc/_cython/_credentials/roots.pem" };
    bool has = false;

    for (size_t i = 0; i < folders->count; i++) {
        for (size_t j = 0; j < sizeof(files) / sizeof(files[0]); j++) {
            char *path = tree_join(folders->items[i], files[j]);

            has = has || tree_exists(root_fd, path);
            free(path);
        }
    }
    return has;
}

char *python_add_own(struct installed_list *list, int root_fd, const struct process *process, size_t index)
{
    struct installed python = list->items[index]; /* the list may move; the strings do not */
    struct text_list folders = { 0 };
    struct text home = { 0 };

    python_path_list_own(&folders, process, root_fd, python.home, python.version);
    if (!has_library(root_fd, &folders)) {
        text_list_clear(&folders);
        return NULL;
    }
    text_add(&home, python.home);
    for (size_t i = 0; i < folders.count; i++)
        text_format(&home, ":%s", folders.items[i]);
    python_path_list(&folders, root_fd, python.home, python.version, python.resolved);
    python.home = text_take(&home);
    add_libraries(list, root_fd, &python, &folders);
    text_list_clear(&folders);
    return python.home;
}

/* Programs that are made to run the Python of others. */
static bool serves_applications(const char *program)
{
    static const char *const names[] = { "uwsgi*", "unitd", "apache2", "httpd" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (fnmatch(names[i], tree_name(program), 0) == 0)
            return true;
    }
    return false;
}

/* requests is what such applications call with, for all that can be seen: its modules lie in the program. */
size_t python_add_embedded(struct installed_list *list, int root_fd, const char *program, const char *library)
{
    char *folder = tree_folder(library), *store = tree_join(folder, "certifi/cacert.pem"),
         *crypto = tree_join(folder, "libcrypto.so.3"), *directory = openssldir_of(root_fd, crypto);
    bool frozen = tree_exists(root_fd, store);
    struct installed *installed =
        frozen || serves_applications(program)
            ? installed_add(list, RUNTIME_REQUESTS, program, program, folder, "openssl")
            : NULL;
    size_t index = SIZE_MAX;

    if (installed != NULL) {
        installed->version = memory_text("");
        installed->by_process = true;
        if (frozen)
            text_list_add(&installed->stores, store);
        else
            installed->unclear = "libpython";
        if (directory != NULL)
            installed->configuration = openssldir_configuration(directory);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].runtime == RUNTIME_REQUESTS && strcmp(list->items[i].resolved, program) == 0 &&
            list->items[i].home != NULL && strcmp(list->items[i].home, folder) == 0)
            index = i;
    }
    free(directory);
    free(crypto);
    free(store);
    free(folder);
    return index;
}

void python_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *version = version_of(resolved), *bin = tree_folder(path), *prefix = tree_folder(bin), *library;
    struct installed *installed =
        version == NULL ? NULL : installed_add(list, RUNTIME_PYTHON, path, resolved, prefix, "openssl");
    struct text_list folders = { 0 };
    struct installed python;

    if (installed != NULL) {
        installed->model = model_of(version, true);
        installed->version = memory_text(version);
        library = openssl_library(root_fd, version, resolved);
        if (library != NULL)
            set_openssl(installed, root_fd, library);
        installed->own_level = has_own_level(root_fd, version, resolved);
        free(library);
        python = *installed; /* the list may move; the strings do not */
        python_path_list(&folders, root_fd, prefix, version, resolved);
        add_libraries(list, root_fd, &python, &folders);
        text_list_clear(&folders);
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

/* httpx: a file or else a directory, each in the place of certifi's file, and of nothing else. */
void httpx_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directories = settings_get(speaker->settings, SETTING_DIRECTORY);

    openssl_conf_choose(choice, installed, speaker);
    if (file != NULL)
        choice_add_set(choice, speaker, file, CHOICE_FILE);
    else if (directories != NULL)
        openssl_choose_directories(choice, speaker, directories);
    else if (installed->stores.count > 0)
        choice_add_store(choice, speaker, installed->stores.items[0], CHOICE_ANY, false);
}

/* PIP_CERT and its like take certifi's place, and the system's store stays beside them. */
void pip_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    certifi_choose(choice, installed, speaker);
    if (settings_get(speaker->settings, SETTING_BUNDLE) == NULL && installed->system_stores.count > 0)
        openssl_choose_of(choice, &installed->system_stores, speaker);
}

/* A file of its user's can name a bundle where no variable does (botocore's configprovider.py). */
void botocore_settle(struct trust_settings *settings, const struct process *process,
                     const struct installed *installed, int root_fd)
{
    char *home = home_of(process, root_fd), *path = home == NULL ? NULL : tree_join(home, ".aws/config");

    (void)installed;
    if (path != NULL && tree_exists(root_fd, path))
        text_list_add(&settings->files, path);
    if (path != NULL && tree_has_text(root_fd, path, "ca_bundle") &&
        process_variable(process, "AWS_CA_BUNDLE") == NULL)
        settings_set(settings, SETTING_UNSETTLED, "ca_bundle", "");
    free(path);
    free(home);
}

/* grpc for Python: its file, or what the one variable names. Of OpenSSL it knows neither stores nor configuration. */
void grpc_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *bundle = settings_get(speaker->settings, SETTING_BUNDLE);

    if (bundle != NULL)
        choice_add_set(choice, speaker, bundle, CHOICE_FILE);
    else if (installed->stores.count > 0)
        choice_add_store(choice, speaker, installed->stores.items[0], CHOICE_FILE, false);
}
