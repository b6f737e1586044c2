#include "collector/runtime/choice.h"

#include <stdlib.h>

#include "collector/host/access.h"
#include "collector/host/tree.h"
#include "collector/runtime/kind.h"
#include "collector/runtime/openssldir.h"
#include "collector/runtime/running.h"

void choice_add_store(struct choice *choice, const struct speaker *speaker, const char *path,
                      enum choice_form form, bool within)
{
    enum choice_refusal refusal = CHOICE_READS;
    struct stat status;
    bool is_there = tree_status(speaker->root_fd, path, &status);

    if (speaker->process != NULL && !access_sees_same(speaker->process, speaker->root_fd, path))
        refusal = CHOICE_SEES_OTHER;
    else if (form == CHOICE_FILE && is_there && S_ISDIR(status.st_mode))
        refusal = CHOICE_WANTS_FILE;
    else if (form == CHOICE_DIRECTORY && is_there && !S_ISDIR(status.st_mode))
        refusal = CHOICE_WANTS_DIRECTORY;
    else if (speaker->process != NULL && !access_allows(speaker->process, speaker->root_fd, path, within))
        refusal = CHOICE_MAY_NOT_READ;
    text_list_add(&choice->stores, path);
    choice->refusals = array_grow(choice->refusals, choice->stores.count - 1, sizeof(*choice->refusals));
    choice->refusals[choice->stores.count - 1] = refusal;
}

void choice_add_set(struct choice *choice, const struct speaker *speaker, const char *path,
                    enum choice_form form)
{
    char *whole = tree_join(speaker->process == NULL ? NULL : speaker->process->working_directory, path);

    if (path[0] != '\0')
        choice_add_store(choice, speaker, whole, form, true);
    free(whole);
}

static void name_settings(struct choice *choice, const struct trust_settings *settings)
{
    for (size_t i = 0; i < SETTING_SLOTS; i++) {
        const char *name = settings->slots[i].name;

        if (name != NULL && !text_list_has(&choice->settings, name))
            text_list_add(&choice->settings, name);
    }
}

/* Its program was deleted and nothing put in its place: of what kind it was, and which stores it read, is gone too. */
static bool is_gone(const struct process *process, int root_fd)
{
    return process->executable_deleted && process->executable != NULL &&
           !tree_exists(root_fd, process->executable);
}

/* What is loaded decides where it looks, and, of those that judge as OpenSSL does, how. */
static void take_openssl(struct choice *choice, struct speaker *speaker, const struct running *running)
{
    const char *model = choice->model->name;

    speaker->openssl_dir = running->openssl_dir;
    if (!text_starts(model, "openssl"))
        return;
    model = openssldir_model(model, running->openssl_version);
    if (model == NULL)
        choice_doubt(choice, "an older OpenSSL");
    else
        choice->model = model_find(model);
}

void choice_make(struct choice *choice, const struct installed *installed, int root_fd,
                 const struct running *running)
{
    const struct process *process = running == NULL ? NULL : running->process;
    struct trust_settings settings = { 0 };
    struct speaker speaker = { root_fd, process, &settings, NULL };

    *choice = (struct choice){ .model = model_find(installed->model) };
    if (running != NULL && !installed->carries_openssl)
        take_openssl(choice, &speaker, running);
    if (process != NULL)
        settings_read(&settings, process, installed, root_fd);
    choice->brings_code = settings_get(&settings, SETTING_CODE) != NULL;
    choice->adds_unread = settings_get(&settings, SETTING_UNREAD) != NULL;
    if (process != NULL && (!process->environment_read || is_gone(process, root_fd) ||
                            settings_get(&settings, SETTING_UNSETTLED) != NULL))
        choice_doubt(choice, settings.slots[SETTING_UNSETTLED].name);
    for (size_t i = 0; i < settings.files.count; i++)
        text_list_add(&choice->files, settings.files.items[i]);
    for (size_t i = 0; i < installed->files.count; i++)
        text_list_add(&choice->files, installed->files.items[i]);
    if (installed->unclear != NULL) {
        choice_doubt(choice, installed->unclear);
        text_list_add(&choice->settings, installed->unclear);
    }
    if (kind_of(installed->runtime)->choose != NULL)
        kind_of(installed->runtime)->choose(choice, installed, &speaker);
    for (size_t i = 0; process != NULL && i < choice->files.count; i++) {
        if (!access_sees_same(process, root_fd, choice->files.items[i]))
            choice_doubt(choice, "its processes see other files than these");
    }
    if (settings_get(&settings, SETTING_UNVERIFIED) != NULL)
        choice->model = model_find("none");
    name_settings(choice, &settings);
    settings_clear(&settings);
}

void choice_clear(struct choice *choice)
{
    text_list_clear(&choice->stores);
    text_list_clear(&choice->settings);
    text_list_clear(&choice->parameters);
    text_list_clear(&choice->files);
    free(choice->refusals);
    free(choice->password);
    free(choice->store_type);
    *choice = (struct choice){ 0 };
}

void choice_doubt(struct choice *choice, const char *by)
{
    if (!choice->unsettled)
        choice->unsettled_by = by;
    choice->unsettled = true;
}

bool choice_is_assumed(const struct choice *choice)
{
    return choice->settings.count == 0 || choice->brings_code;
}

bool choice_is_refused(const struct choice *choice)
{
    for (size_t i = 0; choice->refusals != NULL && i < choice->stores.count; i++) {
        if (choice->refusals[i] != CHOICE_READS)
            return true;
    }
    return false;
}
