#include "collector/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/tree.h"
#include "collector/unclaimed.h"

static void free_client(struct client *client)
{
    free(client->executable);
    free(client->version);
    free(client->password);
    free(client->store_type);
    free(client->home);
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

/* A path from a setting, which counts from where the process stands. */
static void add_store(struct client *client, const struct process *process, const char *path)
{
    char *whole = tree_join(process == NULL ? NULL : process->working_directory, path);

    if (path[0] != '\0')
        text_list_add(&client->stores, whole);
    free(whole);
}

static void add_directories(struct client *client, const struct process *process, const char *colon_list)
{
    char *copy = memory_text(colon_list), *rest = copy, *directory;

    while ((directory = strsep(&rest, ":")) != NULL)
        add_store(client, process, directory);
    free(copy);
}

/* OpenSSL's two defaults, each replaced by its own variable. */
static void choose_openssl(struct client *client, const struct text_list *defaults,
                           const struct process *process, const struct trust_settings *settings)
{
    const char *file = settings_get(settings, SETTING_FILE),
               *directories = settings_get(settings, SETTING_DIRECTORY);

    if (file != NULL)
        add_store(client, process, file);
    else if (defaults->count > 0)
        text_list_add(&client->stores, defaults->items[0]);
    if (directories != NULL)
        add_directories(client, process, directories);
    else if (defaults->count > 1)
        text_list_add(&client->stores, defaults->items[1]);
}

/* What certifi's users read: one file, or what stands in its place. */
static void choose_bundle(struct client *client, const struct text_list *defaults,
                          const struct process *process, const struct trust_settings *settings)
{
    const char *bundle = settings_get(settings, SETTING_BUNDLE);

    if (bundle != NULL)
        add_store(client, process, bundle);
    else if (defaults->count > 0)
        text_list_add(&client->stores, defaults->items[0]);
}

static void choose_node(struct client *client, const struct installed *installed,
                        const struct process *process, const struct trust_settings *settings)
{
    bool system = settings_get(settings, SETTING_SYSTEM) != NULL ||
                  (!installed->carries_roots && settings_get(settings, SETTING_BUNDLED) == NULL);
    const char *extra = settings_get(settings, SETTING_EXTRA);

    if (system) {
        client->model = model_find("openssl");
        choose_openssl(client, &installed->system_stores, process, settings);
    } else {
        client->carries_roots = true;
        text_list_add(&client->stores, installed->home);
    }
    if (extra != NULL) {
        client->adds_extra = true;
        add_store(client, process, extra);
    }
    if (settings_get(settings, SETTING_UNVERIFIED) != NULL)
        client->model = model_find("none");
}

/*
 * A trustStore that is not there is passed over in silence, for the JDK's own (measured with 17 and 25); both
 * are listed, so that a person sees which path leads nowhere.
 */
static void choose_java(struct client *client, const struct installed *installed, int root_fd,
                        const struct process *process, const struct trust_settings *settings)
{
    const char *store = settings_get(settings, SETTING_STORE),
               *type = settings_get(settings, SETTING_STORE_TYPE);
    const char *password = settings_get(settings, SETTING_PASSWORD);
    bool there = false;

    client->password = password == NULL ? NULL : memory_text(password);
    client->store_type = type == NULL || type[0] == '\0' ? NULL : memory_text(type);
    if (store != NULL && strcmp(store, "NONE") == 0) {
        client->trusts_nothing = true;
        return;
    }
    if (store != NULL) {
        add_store(client, process, store);
        there = tree_exists(root_fd, client->stores.items[0]);
    }
    for (size_t i = 0; !there && i < installed->stores.count; i++)
        text_list_add(&client->stores, installed->stores.items[i]);
}

static void name_settings(struct client *client, const struct trust_settings *settings)
{
    for (size_t i = 0; i < SETTING_SLOTS; i++) {
        const char *name = settings->slots[i].name;

        if (name != NULL && !text_list_has(&client->settings, name))
            text_list_add(&client->settings, name);
    }
}

/* A client as this process was told, or with no process as the runtime's own defaults have it. */
static void describe(struct client *client, const struct installed *installed, int root_fd,
                     const struct process *process)
{
    struct trust_settings settings = { 0 };

    *client = (struct client){
        .runtime = installed->runtime,
        .executable = memory_text(installed->executable),
        .version = memory_text(installed->version),
        .model = model_find(installed->model),
        .home = installed->home == NULL ? NULL : memory_text(installed->home),
    };
    if (process != NULL)
        settings_read(&settings, process, installed->runtime, root_fd);
    switch (installed->runtime) {
    case RUNTIME_OPENSSL:
    case RUNTIME_PYTHON:
    case RUNTIME_PHP:
    case RUNTIME_GO:
    case RUNTIME_CURL: choose_openssl(client, &installed->stores, process, &settings); break;
    case RUNTIME_REQUESTS:
    case RUNTIME_CERTIFI:
    case RUNTIME_PIP: choose_bundle(client, &installed->stores, process, &settings); break;
    case RUNTIME_NODE: choose_node(client, installed, process, &settings); break;
    case RUNTIME_JAVA: choose_java(client, installed, root_fd, process, &settings); break;
    case RUNTIMES: break;
    }
    name_settings(client, &settings);
    settings_clear(&settings);
}

static void hash_text(struct fingerprint_hash *hash, const char *text)
{
    fingerprint_hash_add(hash, text, strlen(text) + 1);
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

/* Why Java does not open this keystore as it was told to; NULL when it does. */
static const char *java_refusal(const struct client *client, const struct store *store)
{
    bool jceks = client->store_type != NULL && strcasecmp(client->store_type, "JCEKS") == 0;

    if (store->format == STORE_JCEKS && !jceks)
        return "a JCEKS file opens only with trustStoreType=JCEKS";
    if (client->password != NULL && store->state != STORE_DANGLING && store->state != STORE_DENIED &&
        (store->password_needed ||
         (store->integrity != STORE_INTEGRITY_VERIFIED && store->integrity != STORE_INTEGRITY_NONE &&
          store->state != STORE_OPAQUE)))
        return "it does not open with the password that is set";
    return NULL;
}

/* Types that our readers do not know, or that are no file at all: what is in them cannot be said. */
static bool java_type_is_known(const char *type)
{
    static const char *const known[] = { "JKS", "PKCS12", "JCEKS", "CaseExactJKS" };

    for (size_t i = 0; type != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(type, known[i]) == 0)
            return true;
    }
    return type == NULL;
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

static const struct store *read_store(const struct client *client, struct trust_set *set, struct shelf *shelf,
                                      size_t index)
{
    const char *path = client->stores.items[index];
    struct shelf_view program = { .program = true };
    const struct model *model = client->model;
    const struct store *store;

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

static void read_trust(struct client *client, struct shelf *shelf, int root_fd)
{
    client->trust = trust_set_new();
    client->changes = memory_new((client->stores.count + 1) * sizeof(*client->changes));
    if (!java_type_is_known(client->store_type)) {
        client->trust->complete = false;
        text_list_add(&client->trust->notes, "trustStoreType names a kind of store that is not read");
    }
    for (size_t i = 0; i < client->stores.count; i++) {
        const struct store *store = read_store(client, client->trust, shelf, i);
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

void client_list_read(struct client_list *list, const struct process_list *processes, struct shelf *shelf,
                      int root_fd, client_talks *talks, void *context)
{
    struct installed_list installed;
    struct client client;

    *list = (struct client_list){ 0 };
    installed_list_read(&installed, root_fd);
    for (size_t i = 0; i < processes->count; i++) {
        const struct process *process = &processes->items[i];
        size_t found[INSTALLED_PER_PROCESS],
            count = installed_of_process(&installed, process, root_fd, found);
        bool speaks = count > 0 && talks(context, process);

        for (size_t j = 0; j < count; j++)
            add_speaker(list, &installed.items[found[j]], root_fd, process, speaks);
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
