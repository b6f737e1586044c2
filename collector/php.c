#include "collector/php.h"

#include <stdlib.h>
#include <string.h>

#include "collector/tree.h"

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

void php_stores(int root_fd, const char *resolved, struct text_list *stores)
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
