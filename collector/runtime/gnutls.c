#include "collector/runtime/gnutls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/bundle.h"
#include "collector/runtime/ini.h"
#include "collector/runtime/kind.h"

/* [overrides] forbids hashes, signatures and small keys, measured with 3.7.9; only comments leave all as it was. */
static const char priorities[] = "/etc/gnutls/config";

static void note_line(void *context, const char *section, const char *key, const char *value)
{
    bool *says = context;

    (void)section;
    (void)key;
    (void)value;
    *says = true;
}

const char *gnutls_unclear(int root_fd)
{
    bool says = false;

    ini_walk(root_fd, priorities, note_line, &says);
    return says ? priorities : NULL;
}

/* Before 3.6.14, which is libgnutls.so.30.28. */
static bool is_old(const char *resolved)
{
    int major = 0, minor = 0, count = sscanf(tree_name(resolved), "libgnutls.so.%d.%d", &major, &minor);

    return count >= 1 && (major < 30 || (major == 30 && count == 2 && minor < 28));
}

static const char *model_of(const char *resolved)
{
    return is_old(resolved) ? "gnutls-3.6" : "gnutls";
}

const char *gnutls_model(int root_fd)
{
    static const char *const patterns[] = { "/usr/lib/*/libgnutls.so.[0-9]*",
                                            "/usr/lib64/libgnutls.so.[0-9]*",
                                            "/usr/lib/libgnutls.so.[0-9]*" };
    struct text_list libraries = { 0 };
    const char *model = "gnutls";

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        tree_glob(root_fd, patterns[i], &libraries);
    for (size_t i = 0; i < libraries.count; i++) {
        char *resolved = tree_resolve(root_fd, libraries.items[i]);

        if (resolved != NULL && is_old(resolved))
            model = model_of(resolved);
        free(resolved);
    }
    text_list_clear(&libraries);
    return model;
}

void gnutls_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed =
        installed_add(list, RUNTIME_GNUTLS, path, resolved, NULL, model_of(resolved));
    const char *bundle = installed == NULL ? NULL : bundle_of(root_fd, path);

    if (installed == NULL)
        return;
    installed->unclear = gnutls_unclear(root_fd);
    text_list_add(&installed->files, priorities);
    if (bundle != NULL)
        text_list_add(&installed->stores, bundle);
    else /* Red Hat's build has no file: it asks p11-kit for what is trusted */
        installed->unclear = "PKCS#11";
}

const struct installed *gnutls_find(const struct installed_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].runtime == RUNTIME_GNUTLS && !list->items[i].by_process)
            return &list->items[i];
    }
    return NULL;
}

size_t gnutls_add_program(struct installed_list *list, const struct installed *library, const char *path)
{
    struct text_list stores = { 0 }; /* the library may move when the list grows */
    const char *unclear = library == NULL ? "libgnutls.so" : library->unclear,
               *model = library == NULL ? "gnutls" : library->model;
    struct installed *program;

    for (size_t i = 0; library != NULL && i < library->stores.count; i++)
        text_list_add(&stores, library->stores.items[i]);
    program = installed_add(list, RUNTIME_GNUTLS, path, path, NULL, model);
    if (program == NULL) {
        text_list_clear(&stores);
        return SIZE_MAX;
    }
    program->version = memory_text("");
    program->stores = stores;
    text_list_add(&program->files, priorities);
    program->unclear = unclear;
    program->by_process = true;
    return list->count - 1;
}

void gnutls_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    for (size_t i = 0; i < installed->stores.count; i++)
        choice_add_store(choice, speaker, installed->stores.items[i], CHOICE_FILE, false);
}
