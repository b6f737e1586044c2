#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/openssldir.h"

/* In reading order, in which the last value stands: Debian's of one version, Red Hat's, a build's own (php --ini). */
static const struct place {
    const char *folder, *files;
    bool of_version; /* the folder goes on with version and way of running */
} places[] = {
    { "/etc/php", "php.ini", true },
    { "/etc/php", "conf.d/*.ini", true },
    { "/etc", "php.ini", false },
    { "/etc/php.d", "*.ini", false },
    { "/usr/local/etc/php", "php.ini", false },
    { "/usr/local/etc/php", "conf.d/*.ini", false },
    { "/usr/local/lib", "php.ini", false },
};

/* "  = "/a/b" ; why" is /a/b; empty where nothing is said. The caller's to free. */
static char *value_of(const char *rest)
{
    char *value = memory_text(rest + strspn(rest, " \t=\"'"));

    value[strcspn(value, "\"';\r")] = '\0';
    while (value[0] != '\0' && strchr(" \t", value[strlen(value) - 1]) != NULL)
        value[strlen(value) - 1] = '\0';
    return value;
}

static void take(int root_fd, const char *path, const char *mark, char **value)
{
    char *rest = tree_find_text(root_fd, path, mark, "\n");

    if (rest != NULL) {
        free(*value);
        *value = value_of(rest);
    }
    free(rest);
}

static void list_files(int root_fd, const char *resolved, struct text_list *files)
{
    const char *name = tree_name(resolved);
    bool fpm = text_starts(name, "php-fpm");
    const char *version = name + strlen(fpm ? "php-fpm" : "php");

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct text pattern = { 0 };

        text_add(&pattern, places[i].folder);
        if (places[i].of_version)
            text_format(&pattern, "/%s/%s", version, fpm ? "fpm" : "cli");
        text_format(&pattern, "/%s", places[i].files);
        tree_glob(root_fd, text_string(&pattern), files);
        text_clear(&pattern);
    }
}

static void php_stores(int root_fd, const char *resolved, struct text_list *stores)
{
    struct text_list files = { 0 };
    char *file = NULL, *directory = NULL;

    list_files(root_fd, resolved, &files);
    for (size_t i = 0; i < files.count; i++) {
        take(root_fd, files.items[i], "\nopenssl.cafile", &file);
        take(root_fd, files.items[i], "\nopenssl.capath", &directory);
    }
    if (file != NULL && file[0] != '\0')
        text_list_add(stores, file);
    if (directory != NULL && directory[0] != '\0')
        text_list_add(stores, directory);
    free(file);
    free(directory);
    text_list_clear(&files);
}

void php_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
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

/* php(1): -d NAME=VALUE sets what an ini file would; with other ini files than the usual ones nothing is known. */
void php_settle(struct trust_settings *settings, const struct process *process,
                const struct installed *installed, int root_fd)
{
    static const char file[] = "openssl.cafile=", any[] = "openssl.";

    (void)installed;
    (void)root_fd;
    for (size_t i = 1; i < process->arguments.count && process->arguments.items[i][0] == '-'; i++) {
        const char *word = process->arguments.items[i], *value = word + 2;

        if (text_starts(word, "-c") || text_starts(word, "-n"))
            settings_set(settings, SETTING_UNSETTLED, "php.ini", "");
        if (!text_starts(word, "-d"))
            continue;
        if (value[0] == '\0' && i + 1 < process->arguments.count)
            value = process->arguments.items[++i];
        if (text_starts(value, file) && value[strlen(file)] != '\0')
            settings_set(settings, SETTING_BUNDLE, "openssl.cafile", value + strlen(file));
        else if (text_starts(value, any))
            settings_set(settings, SETTING_UNSETTLED, "-d openssl", "");
    }
}

/* php.ini or a word of the command line names all that is read, else it is OpenSSL's. */
void php_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *bundle = settings_get(speaker->settings, SETTING_BUNDLE);

    if (bundle != NULL)
        choice_add_set(choice, speaker, bundle, CHOICE_FILE);
    else if (!installed->told)
        openssl_choose_of(choice, &installed->stores, speaker);
    for (size_t i = 0; bundle == NULL && installed->told && i < installed->stores.count; i++)
        choice_add_store(choice, speaker, installed->stores.items[i], CHOICE_ANY, false);
}
