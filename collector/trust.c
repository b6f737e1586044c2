#include "collector/trust.h"

#include "collector/host/tree.h"
#include "collector/runtime/java.h"

static void note(struct trust_set *trust, const char *path, const char *text)
{
    struct text line = { 0 };

    text_format(&line, "%s: %s", path, text);
    text_list_add(&trust->notes, text_string(&line));
    text_clear(&line);
}

static void read_java_store(const struct client *client, struct trust_set *set, struct shelf *shelf,
                            const char *path)
{
    struct shelf_view view = { .without_password = client->choice.password == NULL,
                               .password = client->choice.password };
    const struct store *store = shelf_get(shelf, path, &view);
    bool certain;
    const char *refusal = java_refusal(&client->choice, store, &certain);

    if (refusal == NULL) {
        trust_set_add_store(set, client->choice.model, store);
        return;
    }
    note(set, path, refusal);
    set->complete = set->complete && certain;
}

static const char *const refusals[] = {
    [CHOICE_WANTS_FILE] = "a directory, where a file is read",
    [CHOICE_WANTS_DIRECTORY] = "a file, where a directory is read",
    [CHOICE_SEES_OTHER] = "its processes see another file there",
    [CHOICE_MAY_NOT_READ] = "who runs this client may not read it",
};

static const struct store *read_store(const struct client *client, struct trust_set *set, struct shelf *shelf,
                                      size_t index)
{
    const char *path = client->choice.stores.items[index];
    struct shelf_view program = { .program = true };
    enum choice_refusal refusal =
        client->choice.refusals == NULL ? CHOICE_READS : client->choice.refusals[index];
    const struct model *model = client->choice.model;
    const struct store *store;

    if (refusal != CHOICE_READS) {
        note(set, path, refusals[refusal]);
        set->complete &= refusal == CHOICE_WANTS_FILE || refusal == CHOICE_WANTS_DIRECTORY;
        return shelf_get(shelf, path, NULL);
    }
    if (client->runtime == RUNTIME_JAVA &&
        !client->unclaimed) { /* whoever uses an unclaimed one knows how to open it */
        read_java_store(client, set, shelf, path);
        return shelf_get(shelf, path, NULL);
    }
    store = shelf_get(shelf, path, client->choice.carries_roots && index == 0 ? &program : NULL);
    /* Node reads the extra file itself, also where the rest is OpenSSL's */
    if (client->choice.adds_extra && index + 1 == client->choice.stores.count && model->verifies)
        model = model_find("node");
    trust_set_add_store(set, model, store);
    return store;
}

static void take_later(struct timespec *time, const struct timespec *other)
{
    if (other->tv_sec > time->tv_sec || (other->tv_sec == time->tv_sec && other->tv_nsec > time->tv_nsec))
        *time = *other;
}

/* A file, and all that leads to it. */
static struct timespec changed_at(int root_fd, const char *path)
{
    struct timespec changed = tree_changed(root_fd, path);
    struct stat status;

    if (tree_status(root_fd, path, &status))
        take_later(&changed, &status.st_ctim);
    return changed;
}

/* Why nothing can be said of what this client trusts; false when it can. */
static bool open_question(const struct client *client, struct text *why)
{
    if (client->runtime == RUNTIME_JAVA && !java_knows_type(&client->choice))
        text_format(why, "its type of trust store, %s, is not read", client->choice.store_type);
    else if (client->runtime == RUNTIME_UNSEEN)
        text_add(why, "only root, or CAP_SYS_PTRACE with CAP_DAC_READ_SEARCH, may look into them");
    else if (client->runtime == RUNTIME_UNKNOWN_TLS)
        text_add(why, "it is connected to the platform with a TLS that is not known");
    else if (client->choice.unsettled)
        text_format(why, "not all of what it was told to trust is known%s%s",
                    client->choice.unsettled_by == NULL ? "" : ": ",
                    client->choice.unsettled_by == NULL ? "" : client->choice.unsettled_by);
    return why->size > 0;
}

static bool stops_at_first(const struct client *client)
{
    return client->choice.needs_first && client->choice.model->verifies && client->trust->count == 0;
}

void trust_read(struct client *client, struct shelf *shelf, int root_fd)
{
    struct text why = { 0 };
    bool open;

    client->trust = trust_set_new();
    client->changes = memory_new((client->choice.stores.count + 1) * sizeof(*client->changes));
    open = open_question(client, &why);
    if (open) {
        text_list_add(&client->trust->notes, text_string(&why));
        client->trust->complete = false;
    }
    if (client->choice.adds_unread)
        client->trust->complete = false;
    for (size_t i = 0; i < client->choice.stores.count; i++) {
        bool counts = !open && (i == 0 || !stops_at_first(client));
        const struct store *store = counts ? read_store(client, client->trust, shelf, i)
                                           : shelf_get(shelf, client->choice.stores.items[i], NULL);
        struct timespec link = tree_changed(root_fd, client->choice.stores.items[i]);

        client->changes[i] = store->changed;
        take_later(&client->changes[i], &link);
        take_later(&client->changed, &client->changes[i]);
    }
    for (size_t i = 0; i < client->choice.parameters.count; i++)
        text_list_add(&client->trust->parameters, client->choice.parameters.items[i]);
    for (size_t i = 0; i < client->choice.files.count; i++) {
        struct timespec changed = changed_at(root_fd, client->choice.files.items[i]);

        take_later(&client->told, &changed);
    }
    take_later(&client->changed, &client->told);
    client->digest = trust_set_digest(client->trust, client->choice.model);
    text_clear(&why);
}

bool trust_of_store(const struct client_list *list, struct shelf *shelf, const char *path,
                    struct trust_set *set, const struct model **model)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct client *client = &list->items[i];

        for (size_t j = 0; j < client->choice.stores.count; j++) {
            if (strcmp(client->choice.stores.items[j], path) != 0)
                continue;
            *model = client->choice.model;
            read_store(client, set, shelf, j);
            return true;
        }
    }
    return false;
}
