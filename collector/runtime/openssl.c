#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"

void openssl_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    char *directory = openssldir_of(root_fd, path);
    struct installed *installed =
        directory == NULL ? NULL : installed_add(list, RUNTIME_OPENSSL, path, resolved, directory, "openssl");

    if (installed != NULL) {
        installed->version = openssldir_version(root_fd, path);
        installed_set_openssl(installed, installed->version);
        installed->configuration = openssldir_configuration(directory);
        openssldir_add_stores(&installed->stores, directory);
    }
    free(directory);
}

void openssl_choose_directories(struct choice *choice, const struct speaker *speaker, const char *colon_list)
{
    char *copy = memory_text(colon_list), *rest = copy, *directory;

    while ((directory = strsep(&rest, ":")) != NULL)
        choice_add_set(choice, speaker, directory, CHOICE_ANY);
    free(copy);
}

/* Its two defaults, each replaced by its own variable. */
static void choose_of(struct choice *choice, const struct text_list *defaults, const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directories = settings_get(speaker->settings, SETTING_DIRECTORY);

    if (file != NULL)
        choice_add_set(choice, speaker, file, CHOICE_FILE);
    else if (defaults->count > 0)
        choice_add_store(choice, speaker, defaults->items[0], CHOICE_FILE, false);
    if (directories != NULL)
        openssl_choose_directories(choice, speaker, directories);
    else
        for (size_t i = 1; i < defaults->count; i++)
            choice_add_store(choice, speaker, defaults->items[i], CHOICE_ANY, false);
}

void openssl_choose_of(struct choice *choice, const struct text_list *defaults, const struct speaker *speaker)
{
    struct text_list loaded = { 0 };

    if (speaker->openssl_dir != NULL)
        openssldir_add_stores(&loaded, speaker->openssl_dir);
    choose_of(choice, loaded.count > 0 ? &loaded : defaults, speaker);
    text_list_clear(&loaded);
}

void openssl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    openssl_conf_choose(choice, installed, speaker);
    openssl_choose_of(choice, &installed->stores, speaker);
}
