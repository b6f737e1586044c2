#include "collector/stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/client.h"
#include "collector/sandbox.h"
#include "schema/base/input.h"
#include "schema/base/json.h"
#include "schema/base/log.h"

struct settings {
    struct text_list paths, passwords;
    const char *root;
    bool json;
};

static const struct option options[] = {
    { "path", OPTION_LIST, offsetof(struct settings, paths), "PATH",
      .help = "only these; else every store that is found" },
    { "password", OPTION_LIST, offsetof(struct settings, passwords), "WORD",
      .help = "try these on keystores given by --path" },
    { "root", OPTION_TEXT, offsetof(struct settings, root), "DIR", .fallback = "/",
      .help = "the host is this directory tree" },
    { "json", OPTION_FLAG, offsetof(struct settings, json), .help = "JSON instead of text" },
    { 0 },
};

static const char *const integrities[] = {
    [STORE_INTEGRITY_NONE] = "none",
    [STORE_INTEGRITY_VERIFIED] = "verified",
    [STORE_INTEGRITY_UNVERIFIED] = "unverified",
    [STORE_INTEGRITY_BROKEN] = "broken",
};

static const char *const trusts[] = {
    [STORE_TRUST_UNSAID] = NULL,
    [STORE_TRUST_SERVER] = "server",
    [STORE_TRUST_OTHER] = "other",
    [STORE_TRUST_REJECTED] = "rejected",
};

/* What an entry has beyond being there, as words. */
static void list_marks(const struct store_entry *entry, struct text_list *marks)
{
    const struct {
        bool set;
        const char *word;
    } words[] = {
        { trusts[entry->trust] != NULL, trusts[entry->trust] },
        { entry->kind == STORE_ENTRY_X509, "x509-label" },
        { entry->kind == STORE_ENTRY_KEY_CHAIN, "of-a-key" },
        { entry->java_trusted, "java-trusted" },
        { entry->hashed == STORE_HASHED_FOUND, "hashed" },
        { entry->hashed == STORE_HASHED_LOOSE || entry->hashed == STORE_HASHED_ASTRAY, "rehash-needed" },
        { entry->unread, "unread" },
        { entry->overwritten, "overwritten" },
        { entry->trailing, "trailing-bytes" },
        { entry->after_bom, "after-bom" },
        { entry->by_line == STORE_LINE_UNSEEN, "unseen-by-line" },
        { entry->by_line == STORE_LINE_DAMAGED, "damaged-by-line" },
        { entry->kind == STORE_ENTRY_DAMAGED, "damaged" },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].set)
            text_list_add(marks, words[i].word);
    }
}

static size_t certificates_in(const struct store *store)
{
    size_t count = 0;

    for (size_t i = 0; i < store->count; i++)
        count += store->items[i].certificate != NULL;
    return count;
}

static void write_marks(const struct store *store, struct json *json)
{
    json_key(json, "marks");
    json_array(json);
    for (size_t i = 0; i < store->count; i++) {
        struct text_list marks = { 0 };

        if (store->items[i].certificate == NULL)
            continue;
        list_marks(&store->items[i].entry, &marks);
        json_texts(json, &marks);
        text_list_clear(&marks);
    }
    json_array_end(json);
}

/* `sha256` and `marks` go together, entry by entry in the store's own order. */
static void write_store(const struct store *store, struct json *json)
{
    json_object(json);
    json_key_text(json, "path", store->path);
    json_key_text(json, "resolved", store->resolved);
    json_key_text(json, "format", store_format_name(store->format));
    json_key_text(json, "state", store_state_name(store->state));
    json_key_text(json, "problem", store->problem);
    json_key_text(json, "integrity", integrities[store->integrity]);
    json_key_bool(json, "encrypted", store->encrypted);
    json_key_number(json, "certificates", (int64_t)certificates_in(store));
    json_key(json, "sha256");
    json_array(json);
    for (size_t i = 0; i < store->count; i++) {
        if (store->items[i].certificate != NULL)
            json_fingerprint(json, certificate_fingerprint(store->items[i].certificate));
    }
    json_array_end(json);
    write_marks(store, json);
    json_key(json, "digest");
    if (store->state == STORE_READ || store->state == STORE_PARTIAL)
        json_fingerprint(json, &store->digest);
    else
        json_null(json);
    json_object_end(json);
}

static void print_store(const struct store *store)
{
    printf("%s: %s, %s, %zu certificates%s%s\n", store->path, store_format_name(store->format),
           store_state_name(store->state), certificates_in(store), store->problem == NULL ? "" : ": ",
           store->problem == NULL ? "" : store->problem);
    for (size_t i = 0; i < store->count; i++) {
        const struct store_item *item = &store->items[i];
        struct text_list marks = { 0 };
        char text[FINGERPRINT_TEXT_BYTES];

        list_marks(&item->entry, &marks);
        if (item->certificate != NULL)
            printf("  %s  %s", fingerprint_format(certificate_fingerprint(item->certificate), text),
                   certificate_label(item->certificate));
        else
            printf("  byte %zu: %s", item->entry.offset,
                   item->entry.damage == NULL ? "no certificate" : item->entry.damage);
        for (size_t j = 0; j < marks.count; j++)
            printf(" [%s]", marks.items[j]);
        putchar('\n');
        text_list_clear(&marks);
    }
}

/* The stores in question, printed as they come. True when each could be read to its end. */
struct showing {
    const struct settings *settings;
    struct json json;
    bool all_read;
};

static void show(struct showing *showing, const struct store *store)
{
    showing->all_read = showing->all_read && store->state == STORE_READ;
    if (showing->settings->json)
        write_store(store, &showing->json);
    else
        print_store(store);
}

static void show_given(struct showing *showing, int root_fd)
{
    struct store_options passwords = { .passwords = &showing->settings->passwords };

    for (size_t i = 0; i < showing->settings->paths.count; i++) {
        struct store *store = store_load(root_fd, showing->settings->paths.items[i], &passwords);

        show(showing, store);
        store_free(store);
    }
}

static enum client_speech says_nothing(void *context, const struct process *process)
{
    (void)context;
    (void)process;
    return CLIENT_SILENT;
}

static bool show_all(struct showing *showing, int root_fd, struct error *err)
{
    struct process_list processes;
    struct client_list clients;
    struct shelf *shelf;

    if (!process_list_read(&processes, showing->settings->root, err))
        return false;
    shelf = shelf_new(root_fd);
    client_list_read(&clients, &processes, shelf, root_fd, says_nothing, NULL);
    for (size_t i = 0; i < shelf_count(shelf); i++)
        show(showing, shelf_at(shelf, i));
    client_list_clear(&clients);
    shelf_free(shelf);
    process_list_clear(&processes);
    return true;
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct showing showing = { .settings = settings, .all_read = true };
    int root_fd = INPUT_MACHINE;
    bool ok = true;

    (void)arguments;
    if (strcmp(settings->root, "/") != 0 && (root_fd = input_root_open(settings->root, err)) < 0)
        return ANSWER_NONE;
    if (!sandbox_enter(false, err))
        log_event(LOG_WARNING, "sandbox failed error=%s", err->message);
    json_object(&showing.json);
    json_key(&showing.json, "stores");
    json_array(&showing.json);
    if (settings->paths.count > 0)
        show_given(&showing, root_fd);
    else
        ok = show_all(&showing, root_fd, err);
    json_array_end(&showing.json);
    json_object_end(&showing.json);
    if (ok && settings->json)
        puts(text_string(&showing.json.text));
    json_clear(&showing.json);
    if (root_fd != INPUT_MACHINE)
        close(root_fd);
    if (!ok)
        return ANSWER_NONE;
    return settings->paths.count == 0 || showing.all_read ? ANSWER_YES : ANSWER_UNDECIDED;
}

const struct command stores_command = {
    .name = "stores",
    .summary = "what is in the trust stores",
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
