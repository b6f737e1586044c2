#include "schema/trust/trust_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "schema/trust/lookup.h"

struct trust_set *trust_set_new(void)
{
    struct trust_set *set = memory_new(sizeof(*set));

    set->complete = true;
    return set;
}

void trust_set_free(struct trust_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++)
        certificate_free(set->entries[i].certificate);
    free(set->entries);
    text_list_clear(&set->parameters);
    text_list_clear(&set->notes);
    free(set);
}

void trust_set_add(struct trust_set *set, const struct fingerprint *fingerprint,
                   const struct fingerprint *key_identity, uint32_t marks, struct certificate *certificate)
{
    set->entries = array_grow(set->entries, set->count, sizeof(*set->entries));
    set->entries[set->count++] = (struct trust_entry){
        .fingerprint = *fingerprint,
        .key_identity = *key_identity,
        .marks = marks,
        .certificate = certificate != NULL ? certificate_ref(certificate) : NULL,
    };
}

void trust_set_note(struct trust_set *set, const char *format, ...)
{
    struct text text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    text_vformat(&text, format, arguments);
    va_end(arguments);
    if (!text_list_has(&set->notes, text_string(&text)))
        text_list_add(&set->notes, text_string(&text));
    text_clear(&text);
}

/* One file of a store: the whole store, or in a directory the items with one file's name. */
struct file {
    const struct store *store;
    const struct model *model;
    size_t from, until; /* items */
    char name[512];     /* for notes */
};

static bool is_directory(const struct store *store)
{
    return store->format == STORE_DIRECTORY;
}

static bool is_keystore(const struct store *store)
{
    return store->format == STORE_JKS || store->format == STORE_JCEKS || store->format == STORE_PKCS12;
}

static bool can_read(const struct model *model, enum store_format format)
{
    switch (model->formats) {
    case MODEL_READS_ANY: return true;
    case MODEL_READS_PEM: return format == STORE_PEM || format == STORE_DIRECTORY || format == STORE_ELF;
    case MODEL_READS_KEYSTORES: return format == STORE_JKS || format == STORE_JCEKS || format == STORE_PKCS12;
    }
    return false;
}

static bool same_name(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static size_t end_of_file(const struct store *store, size_t from)
{
    size_t until = from + 1;

    if (!is_directory(store))
        return store->count;
    while (until < store->count && same_name(store->items[until].entry.alias, store->items[from].entry.alias))
        until++;
    return until;
}

/* OpenSSL's family: of a directory only what is looked up by its name (schema/store/hashed.h). */
static bool looks_names_up(const struct file *file)
{
    return is_directory(file->store) && file->model->hashed_names_only;
}

/* Line-wise readers see a PEM text in their own way; keystores have no lines. */
static bool reads_lines(const struct file *file)
{
    return file->model->reads_by_line && !is_keystore(file->store);
}

/* Whether it is a certificate for us and none for this client, which then gives up the file. */
static bool is_flawed(const struct file *file, const struct store_item *item)
{
    return file->model->flaws_damage && item->certificate != NULL &&
           ((certificate_flaws(item->certificate) & file->model->flaws) != 0 ||
            (X509_get_extension_flags(certificate_x509(item->certificate)) & EXFLAG_INVALID) != 0);
}

/* Whether the client's reader stumbles over this item. */
static bool is_damaged(const struct file *file, const struct store_item *item)
{
    if (is_flawed(file, item))
        return true;
    if (reads_lines(file))
        return item->entry.by_line == STORE_LINE_DAMAGED;
    return item->entry.kind == STORE_ENTRY_DAMAGED || item->entry.trailing;
}

/* Whether it is there at all for this reader. */
static bool is_seen(const struct file *file, const struct store_item *item)
{
    return (!reads_lines(file) || item->entry.by_line != STORE_LINE_UNSEEN) &&
           item->entry.kind != STORE_ENTRY_OTHER;
}

static const char *damage_of(const struct store_item *item)
{
    if (item->entry.damage != NULL)
        return item->entry.damage;
    if (item->entry.trailing)
        return "bytes follow the certificate";
    return item->certificate != NULL && item->entry.by_line != STORE_LINE_DAMAGED
               ? "a certificate that this client cannot read"
               : "its lines are not as this reader wants them";
}

/* Where this reader stops in the file: `from` when nothing of it counts. */
static size_t readable_until(struct trust_set *set, const struct file *file)
{
    const struct model *model = file->model;
    bool whole = model->damage == MODEL_DAMAGE_DROPS_FILE ||
                 (is_keystore(file->store) && model->formats != MODEL_READS_ANY);

    if (looks_names_up(file)) /* what stands behind damage is marked as not found */
        return file->until;
    for (size_t i = file->from; i < file->until; i++) {
        const struct store_item *item = &file->store->items[i];

        if (!is_damaged(file, item))
            continue;
        if (whole) {
            trust_set_note(set, "%s: the whole file is dropped for what is damaged at byte %zu: %s",
                           file->name, item->entry.offset, damage_of(item));
            return file->from;
        }
        if (model->damage == MODEL_DAMAGE_KEEPS_BEFORE) {
            trust_set_note(set, "%s: everything from byte %zu on is dropped: %s", file->name,
                           item->entry.offset, damage_of(item));
            return i;
        }
        trust_set_note(set, "%s: skipped at byte %zu: %s", file->name, item->entry.offset, damage_of(item));
    }
    return file->until;
}

static uint32_t marks_of(const struct store_entry *entry)
{
    switch (entry->trust) {
    case STORE_TRUST_UNSAID: return 0;
    case STORE_TRUST_SERVER: return TRUST_MARK_EXPLICIT;
    case STORE_TRUST_OTHER: /* a list of purposes without this one rejects it: OpenSSL's obj_trust() */
    case STORE_TRUST_REJECTED: return TRUST_MARK_REJECTED;
    }
    return TRUST_MARK_REJECTED;
}

/* Why this client passes an item over; NULL when it counts. */
static const char *skip_reason(const struct file *file, const struct store_entry *entry)
{
    const struct model *model = file->model;

    if (looks_names_up(file) && entry->hashed == STORE_HASHED_NOT)
        return "its name is no hash, or damage stands before it, so it is never looked up";
    if (entry->is_der && /* measured with Go; OpenSSL's family: enum store_hashed */
        model->formats == MODEL_READS_PEM && !model->hashed_names_only)
        return "it is DER, and this client reads PEM";
    if (is_keystore(file->store) && entry->overwritten)
        return "a later entry has the same alias";
    if (entry->after_bom && model->loses_first_after_bom)
        return "the byte order mark before it hides it";
    switch (entry->kind) {
    case STORE_ENTRY_CERTIFICATE:
        if (file->store->format == STORE_PKCS12 && model->java_marks && !entry->java_trusted)
            return "it lacks the trustedKeyUsage attribute that Java asks for";
        return NULL;
    case STORE_ENTRY_X509: return model->reads_x509_label ? NULL : "X509 CERTIFICATE blocks are passed over";
    case STORE_ENTRY_TRUSTED:
        return model->trusted_block == MODEL_TRUSTED_HONOURED ? NULL
                                                              : "TRUSTED CERTIFICATE blocks are passed over";
    case STORE_ENTRY_KEY_CHAIN:
        if (!model->java_marks)
            return "it belongs to a private key";
        return entry->chain_index == 0 ? NULL : "of a key entry only the first certificate is trusted";
    case STORE_ENTRY_DAMAGED: /* not for this reader, or it would not have come here */
    case STORE_ENTRY_OTHER: break;
    }
    return NULL;
}

static void add_item(struct trust_set *set, const struct file *file, const struct store_item *item)
{
    const char *reason = skip_reason(file, &item->entry);

    if (!is_seen(file, item) || is_damaged(file, item))
        return;
    if (reason != NULL) {
        trust_set_note(set, "%s: %s is not trusted: %s", file->name,
                       item->certificate != NULL ? certificate_label(item->certificate) : "a certificate",
                       reason);
        return;
    }
    if (item->certificate == NULL)
        return;
    trust_set_add(set, certificate_fingerprint(item->certificate),
                  certificate_key_identity(item->certificate), marks_of(&item->entry), item->certificate);
    if (looks_names_up(file))
        set->entries[set->count - 1].hashed = item->entry.hashed;
}

/* What we could not read may be just what the client finds. */
static bool is_unread(const struct file *file)
{
    const struct store_entry *first = &file->store->items[file->from].entry;

    return first->unread && (!looks_names_up(file) || first->hashed != STORE_HASHED_NOT);
}

static void add_file(struct trust_set *set, const struct file *file)
{
    size_t until = readable_until(set, file);

    if (is_unread(file)) {
        trust_set_note(set, "%s: could not be read: %s", file->name,
                       damage_of(&file->store->items[file->from]));
        set->complete = false;
        return;
    }
    for (size_t i = file->from; i < until; i++)
        add_item(set, file, &file->store->items[i]);
}

static void add_files(struct trust_set *set, const struct model *model, const struct store *store)
{
    for (size_t from = 0, until; from < store->count; from = until) {
        struct file file = { .store = store, .model = model, .from = from };
        const char *alias = store->items[from].entry.alias;

        file.until = until = end_of_file(store, from);
        if (is_directory(store) && alias != NULL)
            snprintf(file.name, sizeof(file.name), "%s/%s", store->path, alias);
        else
            snprintf(file.name, sizeof(file.name), "%s", store->path);
        add_file(set, &file);
    }
}

void trust_set_add_store(struct trust_set *set, const struct model *model, const struct store *store)
{
    size_t from = set->count;

    switch (store->state) {
    case STORE_DANGLING: trust_set_note(set, "%s: there is no such store", store->path); return;
    case STORE_OPAQUE:
    case STORE_DENIED:
        trust_set_note(set, "%s: could not be read%s%s", store->path, store->problem != NULL ? ": " : "",
                       store->problem != NULL ? store->problem : "");
        set->complete = false;
        return;
    case STORE_READ:
    case STORE_PARTIAL: break;
    }
    if (!can_read(model, store->format)) {
        if (store->count > 0)
            trust_set_note(set, "%s: a client of model %s cannot read %s", store->path, model->name,
                           store_format_name(store->format));
        return;
    }
    /* Java opens a keystore as a whole or not at all; whether our reader or the file is at fault is not said. */
    if (is_keystore(store) && store->broken_off && model->formats == MODEL_READS_KEYSTORES) {
        trust_set_note(set, "%s: it breaks off, and a keystore is opened as a whole: %s", store->path,
                       store->problem != NULL ? store->problem : "");
        set->complete = false;
        return;
    }
    add_files(set, model, store);
    lookup_settle(set, from);
}

/* Copies of one entry count once: what a reader meets twice it does not trust twice. */
struct place {
    const struct trust_entry *entry;
    size_t index;
};

static int compare_entries(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = fingerprint_compare(&a->entry->fingerprint, &b->entry->fingerprint);

    if (order != 0)
        return order;
    if (a->entry->marks != b->entry->marks)
        return a->entry->marks < b->entry->marks ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    return (a->index > b->index) - (a->index < b->index);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* That a part could not be read alters verdicts like any parameter: sets that differ in it have two names. */
static char incomplete[] = "complete=no";

static void hash_parameters(struct fingerprint_hash *hash, const struct trust_set *set)
{
    char **sorted = memory_new((set->parameters.count + 1) * sizeof(*sorted));
    size_t count = 0;

    for (size_t i = 0; i < set->parameters.count; i++)
        sorted[count++] = set->parameters.items[i];
    if (!set->complete)
        sorted[count++] = incomplete;
    qsort(sorted, count, sizeof(*sorted), compare_texts);
    for (size_t i = 0; i < count; i++)
        fingerprint_hash_add(hash, sorted[i], strlen(sorted[i]) + 1);
    free(sorted);
}

struct fingerprint trust_set_digest(const struct trust_set *set, const struct model *model)
{
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct place *places = memory_new((set->count + 1) * sizeof(*places));
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++)
        places[i] = (struct place){ .entry = &set->entries[i], .index = i };
    qsort(places, set->count, sizeof(*places), compare_entries);
    for (size_t i = 0; i < set->count; i++) {
        const struct trust_entry *before = count > 0 ? places[count - 1].entry : NULL,
                                 *entry = places[i].entry;

        if (before == NULL || before->marks != entry->marks ||
            !fingerprint_equal(&before->fingerprint, &entry->fingerprint))
            places[count++] = places[i];
    }
    if (model->order_matters)
        qsort(places, count, sizeof(*places), compare_places);
    for (size_t i = 0; i < count; i++) {
        uint32_t marks = places[i].entry->marks;
        const uint8_t bytes[4] = { (uint8_t)(marks >> 24), (uint8_t)(marks >> 16), (uint8_t)(marks >> 8),
                                   (uint8_t)marks };

        fingerprint_hash_add(hash, places[i].entry->fingerprint.bytes, FINGERPRINT_BYTES);
        fingerprint_hash_add(hash, bytes, sizeof(bytes));
    }
    free(places);
    hash_parameters(hash, set);
    return fingerprint_hash_take(hash);
}
