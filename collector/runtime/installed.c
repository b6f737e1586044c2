#include "collector/runtime/installed.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/kind.h"
#include "collector/runtime/openssldir.h"

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
    { RUNTIME_GNUTLS, "/usr/lib/*/libgnutls.so.[0-9]*" },
    { RUNTIME_GNUTLS, "/usr/lib64/libgnutls.so.[0-9]*" },
    { RUNTIME_GNUTLS, "/usr/lib/libgnutls.so.[0-9]*" },
    { RUNTIME_GNUTLS, "/usr/local/lib/libgnutls.so.[0-9]*" },
    { RUNTIME_GIT, "/usr/lib/git-core/git-remote-http" },
    { RUNTIME_GIT, "/usr/libexec/git-core/git-remote-http" },
    { RUNTIME_WGET, "/usr/bin/wget" },
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
    { RUNTIME_DOTNET, "/usr/bin/dotnet" },
    { RUNTIME_DOTNET, "/usr/share/dotnet/dotnet" },
    { RUNTIME_DOTNET, "/usr/lib/dotnet/dotnet" },
    { RUNTIME_DOTNET, "/usr/lib64/dotnet/dotnet" },
    { RUNTIME_DOTNET, "/opt/*/dotnet" },
    { RUNTIME_DOTNET, "/root/.dotnet/dotnet" },
    { RUNTIME_DOTNET, "/home/*/.dotnet/dotnet" },
    { RUNTIME_NODE, "/usr/bin/node" },
    { RUNTIME_NODE, "/usr/local/bin/node" },
    { RUNTIME_NODE, "/usr/local/*/bin/node" },
    { RUNTIME_NODE, "/opt/*/bin/node" },
    { RUNTIME_NODE, "/root/.nvm/versions/node/*/bin/node" },
    { RUNTIME_NODE, "/home/*/.nvm/versions/node/*/bin/node" },
    { RUNTIME_PHP, "/usr/bin/php*" },
    { RUNTIME_PHP, "/usr/sbin/php-fpm*" },
    { RUNTIME_PHP, "/usr/local/bin/php*" },
    { RUNTIME_PHP, "/usr/local/sbin/php-fpm*" },
    { RUNTIME_PHP, "/opt/*/php*/bin/php" },
    { RUNTIME_PHP, "/opt/*/php*/root/usr/bin/php" },
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
    free(installed->configuration);
    free(installed->configuration_name);
    free(installed->told_file);
    free(installed->told_directory);
    text_list_clear(&installed->stores);
    text_list_clear(&installed->files);
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

void installed_set_openssl(struct installed *installed, const char *version)
{
    const char *model = openssldir_model(installed->model, version);

    if (model == NULL)
        installed->unclear = "an older OpenSSL";
    else
        installed->model = model;
}

/* By what a program's file is called: a pattern for the last component of the resolved path. */
static const struct mark {
    enum runtime runtime;
    const char *file;
} marks[] = {
    { RUNTIME_OPENSSL, "libcrypto.so.*" },
    { RUNTIME_CURL, "curl" },
    { RUNTIME_GNUTLS, "libgnutls.so.*" },
    { RUNTIME_GIT, "git-remote-http" },
    { RUNTIME_WGET, "wget" },
    { RUNTIME_DOTNET, "dotnet" },
    { RUNTIME_PYTHON, "python[23].[0-9]*" },
    { RUNTIME_NODE, "node*" },
    { RUNTIME_JAVA, "java" },
    { RUNTIME_PHP, "php" },
    { RUNTIME_PHP, "php[0-9].[0-9]" },
    { RUNTIME_PHP, "php-cgi*" },
    { RUNTIME_PHP, "php-fpm*" },
    { RUNTIME_PHP, "libphp*.so" },
};

void installed_add_program(struct installed_list *list, int root_fd, const char *path)
{
    char *resolved = tree_is_file(root_fd, path) ? tree_resolve(root_fd, path) : NULL;

    for (size_t i = 0; resolved != NULL && i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (fnmatch(marks[i].file, tree_name(resolved), 0) == 0)
            kind_of(marks[i].runtime)->add(list, root_fd, path, resolved);
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
