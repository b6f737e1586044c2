#include "collector/client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <strings.h>

#include "collector/access.h"
#include "collector/running.h"
#include "collector/tree.h"
#include "collector/unclaimed.h"

static void free_client(struct client *client)
{
    free(client->executable);
    free(client->version);
    free(client->password);
    free(client->store_type);
    free(client->home);
    free(client->refusals);
    free(client->processes);
    free(client->changes);
    text_list_clear(&client->stores);
    text_list_clear(&client->settings);
    trust_set_free(client->trust);
}

void client_list_clear(struct client_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free_client(&list->items[i]);
    free(list->items);
    *list = (struct client_list){ 0 };
}

/* What a store has to be for who reads it. OpenSSL 3 takes a file where a directory is asked for (by_store.c). */
enum form { FORM_ANY, FORM_FILE };

/* Whose settings these are, on which host. */
struct speaker {
    int root_fd;
    const struct process *process; /* NULL: the runtime's own defaults */
    const struct trust_settings *settings;
};

static void add_store(struct client *client, const struct speaker *speaker, const char *path, enum form form,
                      bool within)
{
    enum client_refusal refusal = CLIENT_READS;
    struct stat status;

    if (form == FORM_FILE && tree_status(speaker->root_fd, path, &status) && S_ISDIR(status.st_mode))
        refusal = CLIENT_WANTS_FILE;
    else if (speaker->process != NULL && !access_allows(speaker->process, speaker->root_fd, path, within))
        refusal = CLIENT_MAY_NOT_READ;
    text_list_add(&client->stores, path);
    client->refusals = array_grow(client->refusals, client->stores.count - 1, sizeof(*client->refusals));
    client->refusals[client->stores.count - 1] = refusal;
}

/* A path from a setting, which counts from where the process stands. */
static void add_set(struct client *client, const struct speaker *speaker, const char *path, enum form form)
{
    char *whole = tree_join(speaker->process == NULL ? NULL : speaker->process->working_directory, path);

    if (path[0] != '\0')
        add_store(client, speaker, whole, form, true);
    free(whole);
}

static void add_directories(struct client *client, const struct speaker *speaker, const char *colon_list)
{
    char *copy = memory_text(colon_list), *rest = copy, *directory;

    while ((directory = strsep(&rest, ":")) != NULL)
        add_set(client, speaker, directory, FORM_ANY);
    free(copy);
}

/* OpenSSL's two defaults, each replaced by its own variable. */
static void choose_openssl(struct client *client, const struct text_list *defaults,
                           const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directories = settings_get(speaker->settings, SETTING_DIRECTORY);

    if (file != NULL)
        add_set(client, speaker, file, FORM_FILE);
    else if (defaults->count > 0)
        add_store(client, speaker, defaults->items[0], FORM_FILE, false);
    if (directories != NULL)
        add_directories(client, speaker, directories);
    else
        for (size_t i = 1; i < defaults->count; i++)
            add_store(client, speaker, defaults->items[i], FORM_ANY, false);
}

/* What certifi's users read: one file, or what stands in its place. */
static void choose_bundle(struct client *client, const struct text_list *defaults,
                          const struct speaker *speaker)
{
    const char *bundle = settings_get(speaker->settings, SETTING_BUNDLE);

    if (bundle != NULL)
        add_set(client, speaker, bundle, FORM_ANY);
    else if (defaults->count > 0)
        add_store(client, speaker, defaults->items[0], FORM_ANY, false);
}

/* php.ini or a word of the command line names all that is read, else it is OpenSSL's. */
static void choose_php(struct client *client, const struct installed *installed,
                       const struct speaker *speaker)
{
    const char *bundle = settings_get(speaker->settings, SETTING_BUNDLE);

    if (bundle != NULL)
        add_set(client, speaker, bundle, FORM_FILE);
    else if (!installed->told)
        choose_openssl(client, &installed->stores, speaker);
    for (size_t i = 0; bundle == NULL && installed->told && i < installed->stores.count; i++)
        add_store(client, speaker, installed->stores.items[i], FORM_ANY, false);
}

static void choose_node(struct client *client, const struct installed *installed,
                        const struct speaker *speaker)
{
    bool system = settings_get(speaker->settings, SETTING_SYSTEM) != NULL ||
                  (!installed->carries_roots && settings_get(speaker->settings, SETTING_BUNDLED) == NULL);
    const char *extra = settings_get(speaker->settings, SETTING_EXTRA);

    if (system) {
        client->model = model_find("openssl");
        choose_openssl(client, &installed->system_stores, speaker);
    } else {
        client->carries_roots = true;
        add_store(client, speaker, installed->home, FORM_ANY, false);
    }
    if (extra != NULL) {
        client->adds_extra = true;
        add_set(client, speaker, extra, FORM_FILE);
    }
}

/*
 * A trustStore that is no file is passed over in silence, for the JDK's own (measured with 17 and 25); both
 * are listed, so that a person sees which path leads nowhere.
 */
static void choose_java(struct client *client, const struct installed *installed,
                        const struct speaker *speaker)
{
    const char *store = settings_get(speaker->settings, SETTING_STORE),
               *type = settings_get(speaker->settings, SETTING_STORE_TYPE);
    const char *password = settings_get(speaker->settings, SETTING_PASSWORD);
    struct stat status;
    bool there = false;

    client->password = password == NULL ? NULL : memory_text(password);
    client->store_type = type == NULL || type[0] == '\0' ? NULL : memory_text(type);
    if (store != NULL && strcmp(store, "NONE") == 0) {
        client->trusts_nothing = true;
        return;
    }
    if (store != NULL) {
        add_set(client, speaker, store, FORM_FILE);
        there = tree_status(speaker->root_fd, client->stores.items[0], &status) && S_ISREG(status.st_mode);
    }
    for (size_t i = 0; !there && i < installed->stores.count; i++)
        add_store(client, speaker, installed->stores.items[i], FORM_FILE, false);
}

static void name_settings(struct client *client, const struct trust_settings *settings)
{
    for (size_t i = 0; i < SETTING_SLOTS; i++) {
        const char *name = settings->slots[i].name;

        if (name != NULL && !text_list_has(&client->settings, name))
            text_list_add(&client->settings, name);
    }
}

/* Its program was deleted and nothing put in its place: of what kind it was, and which stores it read, is gone too. */
static bool is_gone(const struct process *process, int root_fd)
{
    return process->executable_deleted && process->executable != NULL &&
           !tree_exists(root_fd, process->executable);
}

/* A client as this process was told, or with no process as the runtime's own defaults have it. */
static void describe(struct client *client, const struct installed *installed, int root_fd,
                     const struct process *process)
{
    struct trust_settings settings = { 0 };
    struct speaker speaker = { root_fd, process, &settings };

    *client = (struct client){
        .runtime = installed->runtime,
        .executable = memory_text(installed->executable),
        .version = memory_text(installed->version),
        .model = model_find(installed->model),
        .home = installed->home == NULL ? NULL : memory_text(installed->home),
    };
    if (process != NULL)
        settings_read(&settings, process, installed->runtime, root_fd);
    client->adds_unread = settings_get(&settings, SETTING_UNREAD) != NULL;
    client->unsettled = process != NULL && (!process->environment_read || is_gone(process, root_fd) ||
                                            settings_get(&settings, SETTING_UNSETTLED) != NULL);
    switch (installed->runtime) {
    case RUNTIME_OPENSSL:
    case RUNTIME_PYTHON:
    case RUNTIME_GO:
    case RUNTIME_CURL: choose_openssl(client, &installed->stores, &speaker); break;
    case RUNTIME_PHP: choose_php(client, installed, &speaker); break;
    case RUNTIME_REQUESTS:
    case RUNTIME_CERTIFI:
    case RUNTIME_PIP: choose_bundle(client, &installed->stores, &speaker); break;
    case RUNTIME_NODE: choose_node(client, installed, &speaker); break;
    case RUNTIME_JAVA: choose_java(client, installed, &speaker); break;
    case RUNTIME_UNSEEN: break;
    case RUNTIMES: break;
    }
    if (settings_get(&settings, SETTING_UNVERIFIED) != NULL)
        client->model = model_find("none");
    name_settings(client, &settings);
    settings_clear(&settings);
}

static void hash_text(struct fingerprint_hash *hash, const char *text)
{
    fingerprint_hash_add(hash, text, strlen(text) + 1);
}

/* Two processes of which one may read a store are two clients. */
static bool is_refused(const struct client *client)
{
    for (size_t i = 0; client->refusals != NULL && i < client->stores.count; i++) {
        if (client->refusals[i] != CLIENT_READS)
            return true;
    }
    return false;
}

static void set_id(struct client *client)
{
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct fingerprint print;
    char text[FINGERPRINT_TEXT_BYTES];

    hash_text(hash, runtime_name(client->runtime));
    hash_text(hash, client->executable);
    for (size_t i = 0; i < client->stores.count; i++)
        hash_text(hash, client->stores.items[i]);
    if (is_refused(client))
        fingerprint_hash_add(hash, client->refusals, client->stores.count * sizeof(*client->refusals));
    if (client->unsettled || client->adds_unread)
        hash_text(hash, client->unsettled ? "unsettled" : "adds");
    if (client->store_type != NULL)
        hash_text(hash, client->store_type);
    hash_text(hash, "");
    for (size_t i = 0; i < client->settings.count; i++)
        hash_text(hash, client->settings.items[i]);
    if (client->password !=
        NULL) { /* two passwords are two clients; the hash is cut so short that it tells nothing */
        struct fingerprint secret = fingerprint_of(client->password, strlen(client->password));

        fingerprint_hash_add(hash, secret.bytes, 1);
    }
    print = fingerprint_hash_take(hash);
    memcpy(client->id, fingerprint_format(&print, text), sizeof(client->id) - 1);
}

/*
 * Which formats open under a type: JKS and PKCS12 each open the other too (keystore.type.compat), JCEKS opens JKS,
 * CaseExactJKS is JKS alone. Measured with 17 and 25.
 */
static const struct store_type {
    const char *name;
    bool jks, pkcs12, jceks;
} store_types[] = {
    { "JKS", true, true, false },
    { "PKCS12", true, true, false },
    { "JCEKS", true, false, true },
    { "CaseExactJKS", true, false, false },
};

/* NULL for a type that our readers do not know, or that is no file at all: what is in it cannot be said. */
static const struct store_type *store_type_of(const struct client *client)
{
    if (client->store_type == NULL)
        return &store_types[0];
    for (size_t i = 0; i < sizeof(store_types) / sizeof(store_types[0]); i++) {
        if (strcasecmp(client->store_type, store_types[i].name) == 0)
            return &store_types[i];
    }
    return NULL;
}

/* Why Java does not open this keystore as it was told to; NULL when it does. */
static const char *java_refusal(const struct client *client, const struct store *store)
{
    const struct store_type *type = store_type_of(client);

    if (store->format == STORE_JCEKS && type != NULL && !type->jceks)
        return "a JCEKS file opens only with trustStoreType=JCEKS";
    if ((store->format == STORE_PKCS12 && type != NULL && !type->pkcs12) ||
        (store->format == STORE_JKS && type != NULL && !type->jks))
        return "it is of another kind than trustStoreType says";
    if (client->password != NULL && store->state != STORE_DANGLING && store->state != STORE_DENIED &&
        (store->password_needed ||
         (store->integrity != STORE_INTEGRITY_VERIFIED && store->integrity != STORE_INTEGRITY_NONE &&
          store->state != STORE_OPAQUE)))
        return "it does not open with the password that is set";
    return NULL;
}

static void note(struct trust_set *trust, const char *path, const char *text)
{
    struct text line = { 0 };

    text_format(&line, "%s: %s", path, text);
    text_list_add(&trust->notes, text_string(&line));
    text_clear(&line);
}

/* lib/security/blocked.certs: a line "Algorithm=SHA-256", then one fingerprint a line (sun.security.util.UntrustedCertificates). */
static void add_blocked(struct client *client, int root_fd)
{
    char *path = tree_join(client->home, "lib/security/blocked.certs"), *rest, *line;
    struct error err = { 0 };
    struct input input;

    if (input_read(root_fd, path, 1024 * 1024, &input, &err)) {
        rest = (char *)input.bytes;
        while ((line = strsep(&rest, "\r\n")) != NULL) {
            struct fingerprint print;
            struct text parameter = { 0 };
            char text[FINGERPRINT_TEXT_BYTES];

            if (!fingerprint_parse(line, &print, &err))
                continue;
            text_format(&parameter, "blocked=%s", fingerprint_format(&print, text));
            text_list_add(&client->trust->parameters, text_string(&parameter));
            text_clear(&parameter);
        }
    }
    input_clear(&input);
    free(path);
}

static void read_java_store(const struct client *client, struct trust_set *set, struct shelf *shelf,
                            const char *path)
{
    struct shelf_view view = { .without_password = client->password == NULL, .password = client->password };
    const struct store *store = shelf_get(shelf, path, &view);
    const char *refusal = java_refusal(client, store);

    if (refusal != NULL)
        note(set, path, refusal);
    else
        trust_set_add_store(set, client->model, store);
}

static const char *const refusals[] = {
    [CLIENT_WANTS_FILE] = "a directory, where a file is read",
    [CLIENT_MAY_NOT_READ] = "who runs this client may not read it",
};

static const struct store *read_store(const struct client *client, struct trust_set *set, struct shelf *shelf,
                                      size_t index)
{
    const char *path = client->stores.items[index];
    struct shelf_view program = { .program = true };
    enum client_refusal refusal = client->refusals == NULL ? CLIENT_READS : client->refusals[index];
    const struct model *model = client->model;
    const struct store *store;

    if (refusal != CLIENT_READS) {
        note(set, path, refusals[refusal]);
        set->complete = set->complete && refusal != CLIENT_MAY_NOT_READ;
        return shelf_get(shelf, path, NULL);
    }
    if (client->runtime == RUNTIME_JAVA &&
        !client->unclaimed) { /* whoever uses an unclaimed one knows how to open it */
        read_java_store(client, set, shelf, path);
        return shelf_get(shelf, path, NULL);
    }
    store = shelf_get(shelf, path, client->carries_roots && index == 0 ? &program : NULL);
    /* Node reads the extra file itself, also where the rest is OpenSSL's */
    if (client->adds_extra && index + 1 == client->stores.count && model->verifies)
        model = model_find("node");
    trust_set_add_store(set, model, store);
    return store;
}

static void take_later(struct timespec *time, const struct timespec *other)
{
    if (other->tv_sec > time->tv_sec || (other->tv_sec == time->tv_sec && other->tv_nsec > time->tv_nsec))
        *time = *other;
}

/* Why nothing can be said of what this client trusts; NULL when it can. */
static const char *open_question(const struct client *client)
{
    if (client->runtime == RUNTIME_JAVA && store_type_of(client) == NULL)
        return "trustStoreType names a kind of store that is not read";
    if (client->runtime == RUNTIME_UNSEEN)
        return "only root, or CAP_SYS_PTRACE with CAP_DAC_READ_SEARCH, may look into them";
    return client->unsettled ? "not all of what its processes were told to trust is known" : NULL;
}

/* curl gives up (77, CURLE_SSL_CACERT_BADFILE) when its file yields nothing, and never comes to its directory. */
static bool stops_at_first(const struct client *client)
{
    return client->runtime == RUNTIME_CURL && client->model->verifies && client->trust->count == 0;
}

static void read_trust(struct client *client, struct shelf *shelf, int root_fd)
{
    const char *open;

    client->trust = trust_set_new();
    client->changes = memory_new((client->stores.count + 1) * sizeof(*client->changes));
    open = open_question(client);
    if (open != NULL) {
        text_list_add(&client->trust->notes, open);
        client->trust->complete = false;
    }
    if (client->adds_unread)
        client->trust->complete = false;
    for (size_t i = 0; i < client->stores.count; i++) {
        bool counts = open == NULL && (i == 0 || !stops_at_first(client));
        const struct store *store = counts ? read_store(client, client->trust, shelf, i)
                                           : shelf_get(shelf, client->stores.items[i], NULL);
        struct timespec link = tree_changed(root_fd, client->stores.items[i]);

        client->changes[i] = store->changed;
        take_later(&client->changes[i], &link);
        take_later(&client->changed, &client->changes[i]);
    }
    if (client->runtime == RUNTIME_JAVA && client->home != NULL)
        add_blocked(client, root_fd);
    client->digest = trust_set_digest(client->trust, client->model);
}

bool client_list_trust_of(const struct client_list *list, struct shelf *shelf, const char *path,
                          struct trust_set *set, const struct model **model)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct client *client = &list->items[i];

        for (size_t j = 0; j < client->stores.count; j++) {
            if (strcmp(client->stores.items[j], path) != 0)
                continue;
            *model = client->model;
            read_store(client, set, shelf, j);
            return true;
        }
    }
    return false;
}

/* The client of that id, made when it is new; `client` is taken. */
static struct client *join(struct client_list *list, struct client *client)
{
    set_id(client);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].id, client->id) == 0) {
            free_client(client);
            return &list->items[i];
        }
    }
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count] = *client;
    return &list->items[list->count++];
}

/* One process as a client of this installed software. */
static void add_speaker(struct client_list *list, const struct installed *installed, int root_fd,
                        const struct process *process, bool speaks)
{
    struct client client, *joined;

    describe(&client, installed, root_fd, process);
    joined = join(list, &client);
    joined->processes = array_grow(joined->processes, joined->process_count, sizeof(*joined->processes));
    joined->processes[joined->process_count++] = (struct client_process){ process->pid, process->started_ms };
    joined->talks = joined->talks || speaks;
}

/*
 * Programs of other users that we have no right to look into: any of them may be a client, with a store of
 * its own, so that without that right no host is ready. What root itself may not see is more privileged
 * than the whole of this host: a container's keeper, not one of its services.
 */
static const struct installed unseen = {
    .runtime = RUNTIME_UNSEEN,
    .executable = (char *)(uintptr_t) "other users' programs",
    .version = (char *)(uintptr_t) "",
    .model = "rfc5280",
};

static bool is_unseen(const struct process *process)
{
    return process->executable == NULL && geteuid() != 0;
}

void client_list_read(struct client_list *list, const struct process_list *processes, struct shelf *shelf,
                      int root_fd, client_talks *talks, void *context)
{
    struct installed_list installed;
    struct client client;

    *list = (struct client_list){ 0 };
    installed_list_read(&installed, root_fd);
    for (size_t i = 0; i < processes->count; i++) {
        const struct process *process = &processes->items[i];
        size_t found[RUNNING_PER_PROCESS], count = running_of_process(&installed, process, root_fd, found);
        bool speaks = count > 0 && talks(context, process);

        for (size_t j = 0; j < count; j++)
            add_speaker(list, &installed.items[found[j]], root_fd, process, speaks);
        if (count == 0 && is_unseen(process))
            add_speaker(list, &unseen, root_fd, process, false);
    }
    for (size_t i = 0; i < installed.count; i++) {
        describe(&client, &installed.items[i], root_fd, NULL);
        join(list, &client);
    }
    unclaimed_add(list, shelf, root_fd);
    for (size_t i = 0; i < list->count; i++)
        read_trust(&list->items[i], shelf, root_fd);
    installed_list_clear(&installed);
}
