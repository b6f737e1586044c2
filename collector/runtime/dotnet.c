#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/home.h"
#include "collector/host/tree.h"
#include "collector/runtime/openssldir.h"

/*
 * .NET on Linux asks OpenSSL only where to look, reads the file and every file of the directory itself, and adds what its
 * user keeps at home. Measured with .NET Core 3.1.23.
 */

/* Stores of the user's own, a PKCS#12 without password for each certificate. */
static const struct {
    const char *folder;
    enum setting_slot slot;
    const char *name;
} kept[] = {
    { ".dotnet/corefx/cryptography/x509stores/root", SETTING_UNREAD, "x509stores/root" },
    { ".dotnet/corefx/cryptography/x509stores/ca", SETTING_UNREAD, "x509stores/ca" },
    /* with anything in it .NET Core 3.1 refuses every server, and later ones what is in it */
    { ".dotnet/corefx/cryptography/x509stores/disallowed", SETTING_UNSETTLED, "x509stores/disallowed" },
};

static size_t add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed = installed_add(list, RUNTIME_DOTNET, path, resolved, NULL, "dotnet");
    char *directory = installed == NULL ? NULL : openssldir_of_system(root_fd);

    if (installed == NULL)
        return SIZE_MAX;
    installed->version = memory_text("");
    if (directory != NULL)
        openssldir_add_stores(&installed->stores, directory);
    free(directory);
    return list->count - 1;
}

void dotnet_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    add(list, root_fd, path, resolved);
}

size_t dotnet_add_embedded(struct installed_list *list, int root_fd, const char *program, const char *library)
{
    size_t index = add(list, root_fd, program, program);

    (void)library;
    for (size_t i = 0; i < list->count && index == SIZE_MAX; i++) {
        if (list->items[i].runtime == RUNTIME_DOTNET && strcmp(list->items[i].resolved, program) == 0)
            index = i;
    }
    list->items[index].by_process = true;
    return index;
}

static bool holds_something(int root_fd, const char *home, const char *folder)
{
    char *path = tree_join(home, folder);
    struct text_list names = { 0 };
    bool holds;

    tree_list(root_fd, path, &names);
    holds = names.count > 0;
    text_list_clear(&names);
    free(path);
    return holds;
}

void dotnet_settle(struct trust_settings *settings, const struct process *process,
                   const struct installed *installed, int root_fd)
{
    char *home = home_of(process, root_fd);

    (void)installed;
    for (size_t i = 0; home != NULL && i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (holds_something(root_fd, home, kept[i].folder))
            settings_set(settings, kept[i].slot, kept[i].name, "");
    }
    free(home);
}

/* A list with colons was one name for .NET Core 3.1; later ones take it apart. */
static void choose_directory(struct choice *choice, const struct speaker *speaker, const char *directory)
{
    if (strchr(directory, ':') != NULL)
        choice_doubt(choice, "SSL_CERT_DIR");
    else
        choice_add_set(choice, speaker, directory, CHOICE_DIRECTORY);
}

void dotnet_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directory = settings_get(speaker->settings, SETTING_DIRECTORY);
    struct text_list loaded = { 0 };
    const struct text_list *defaults = &installed->stores;

    if (speaker->openssl_dir != NULL) {
        openssldir_add_stores(&loaded, speaker->openssl_dir);
        defaults = &loaded;
    }
    if (file != NULL)
        choice_add_set(choice, speaker, file, CHOICE_FILE);
    else if (defaults->count > 0)
        choice_add_store(choice, speaker, defaults->items[0], CHOICE_FILE, false);
    if (directory != NULL)
        choose_directory(choice, speaker, directory);
    else
        for (size_t i = 1; i < defaults->count; i++)
            choice_add_store(choice, speaker, defaults->items[i], CHOICE_DIRECTORY, true);
    text_list_clear(&loaded);
}
