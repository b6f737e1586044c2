#include "schema/store/store.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schema/base/input.h"
#include "schema/store/reader.h"
#include "schema/x509/cache.h"

/* In the order in which they are asked: those with a magic number first, PEM last, for it may stand anywhere. */
static const struct store_reader *const readers[] = {
    &store_reader_jks, &store_reader_jceks, &store_reader_pkcs12, &store_reader_der, &store_reader_pem,
};

static const char *const format_names[STORE_FORMATS] = {
    [STORE_FORMAT_UNKNOWN] = "unknown", [STORE_PEM] = "pem",     [STORE_DER] = "der",
    [STORE_DIRECTORY] = "directory",    [STORE_JKS] = "jks",     [STORE_JCEKS] = "jceks",
    [STORE_PKCS12] = "pkcs12",          [STORE_ELF] = "program",
};

static const char *const state_names[] = {
    [STORE_READ] = "read",     [STORE_PARTIAL] = "partial",   [STORE_OPAQUE] = "opaque",
    [STORE_DENIED] = "denied", [STORE_DANGLING] = "dangling",
};

const char *store_format_name(enum store_format format)
{
    return format_names[format];
}

const char *store_state_name(enum store_state state)
{
    return state_names[state];
}

/* The first trouble is the one that is told. */
void store_trouble(struct store *store, enum store_state state, const char *problem)
{
    if (store->problem == NULL)
        store->problem = memory_text(problem);
    if (store->state == STORE_READ || state == STORE_OPAQUE)
        store->state = state;
}

static char *copy_or_null(const char *string)
{
    return string == NULL ? NULL : memory_text(string);
}

bool store_keep(void *context, const struct store_entry *entry)
{
    struct store *store = context;
    struct store_item item = { .entry = *entry };
    struct error err = { 0 };

    if (store->count == STORE_ENTRIES_MAX) {
        store_trouble(store, STORE_PARTIAL, "more entries than are read");
        return false;
    }
    item.entry.der = NULL;
    if (entry->der != NULL) {
        item.certificate = certificate_cache_parse(store->cache, entry->der, entry->der_bytes, &err);
        if (item.certificate != NULL) {
            item.entry.der = certificate_der(item.certificate, &item.entry.der_bytes);
        } else {
            item.entry.kind = STORE_ENTRY_DAMAGED;
            item.entry.damage = err.message;
            if (item.entry.by_line == STORE_LINE_SEEN)
                item.entry.by_line = STORE_LINE_DAMAGED;
        }
    }
    item.entry.alias = copy_or_null(item.entry.alias);
    item.entry.damage = copy_or_null(item.entry.damage);
    if (item.entry.damage != NULL)
        store_trouble(store, STORE_PARTIAL, item.entry.damage);
    store->items = array_grow(store->items, store->count, sizeof(*store->items));
    store->items[store->count++] = item;
    return true;
}

/* Of equal aliases Java keeps what came last: PKCS12KeyStore compares without case, JavaKeyStore with it. */
static int (*alias_order(const struct store *store))(const char *, const char *)
{
    return store->format == STORE_PKCS12 ? strcasecmp : strcmp;
}

struct named {
    struct store_item *item;
    int (*compare)(const char *, const char *);
};

static int by_alias_then_place(const void *a, const void *b)
{
    const struct named *first = a, *second = b;
    int order = first->compare(first->item->entry.alias, second->item->entry.alias);

    if (order != 0)
        return order;
    return first->item < second->item ? -1 : first->item > second->item;
}

static void mark_overwritten(struct store *store)
{
    struct named *named = memory_new((store->count + 1) * sizeof(*named));
    size_t count = 0;

    for (size_t i = 0; i < store->count; i++) {
        if (store->items[i].entry.alias != NULL)
            named[count++] = (struct named){ &store->items[i], alias_order(store) };
    }
    qsort(named, count, sizeof(*named), by_alias_then_place);
    for (size_t i = count, last = count; i-- > 0;) {
        struct store_entry *entry = &named[i].item->entry;
        const struct store_entry *kept;

        if (last == count || named[i].compare(entry->alias, named[last].item->entry.alias) != 0)
            last = i;
        kept = &named[last].item->entry;
        /* the certificates of one key entry share its alias and its place */
        entry->overwritten =
            i != last && (entry->offset != kept->offset || kept->kind != STORE_ENTRY_KEY_CHAIN);
    }
    free(named);
}

void store_read_bytes(struct store *store, const uint8_t *bytes, size_t size,
                      const struct store_options *options)
{
    static const struct store_options none = { 0 };
    struct error err = { 0 };

    store->digest = fingerprint_of(bytes, size);
    if (size == 0) { /* what an empty file is meant to be cannot be seen; every reader finds nothing in it */
        store->format = STORE_PEM;
        return;
    }
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (!readers[i]->knows(bytes, size))
            continue;
        store->format = readers[i]->format;
        if (!readers[i]->walk(bytes, size, options == NULL ? &none : options, store, store_keep, store,
                              &err)) {
            store->broken_off = true;
            store_trouble(store, store->count > 0 ? STORE_PARTIAL : STORE_OPAQUE, err.message);
        }
        if (store->format == STORE_JKS || store->format == STORE_JCEKS || store->format == STORE_PKCS12)
            mark_overwritten(store);
        return;
    }
    store_trouble(store, STORE_OPAQUE, "no trust store format that is known");
}

static enum store_state state_of_error(enum error_kind kind)
{
    switch (kind) {
    case ERROR_ABSENT: return STORE_DANGLING;
    case ERROR_DENIED: return STORE_DENIED;
    case ERROR_NONE:
    case ERROR_OPTION:
    case ERROR_FORMAT:
    case ERROR_LIMIT:
    case ERROR_SYSTEM:
    case ERROR_NETWORK:
    case ERROR_TIMEOUT:
    case ERROR_DATABASE:
    case ERROR_CONFLICT:
    case ERROR_STOPPED:
    case ERROR_KINDS: break;
    }
    return STORE_OPAQUE;
}

void store_set_status(struct store *store, const struct stat *status)
{
    store->device = status->st_dev;
    store->inode = status->st_ino;
    store->owner = status->st_uid;
    store->changed = status->st_ctim;
}

static struct store *new_store(const char *path, const struct store_options *options)
{
    struct store *store = memory_new(sizeof(*store));

    store->cache = options == NULL ? NULL : options->cache;
    store->path = memory_text(path);
    return store;
}

struct store *store_load(int root_fd, const char *path, const struct store_options *options)
{
    struct store *store = new_store(path, options);
    struct error err = { 0 }, ignored = { 0 };
    struct input input = { 0 };
    int folder = input_open(root_fd, path, true, &err);

    store->resolved = input_resolve(root_fd, path, &ignored);
    if (folder >= 0) {
        store_read_directory(store, root_fd, folder, options);
    } else if (input_read(root_fd, path, STORE_BYTES_MAX, &input, &err)) {
        store_set_status(store, &input.status);
        store_read_bytes(store, input.bytes, input.size, options);
    } else {
        store_trouble(store, state_of_error(err.kind), err.message);
    }
    input_clear(&input);
    store->cache = NULL;
    return store;
}

struct store *store_load_bytes(const char *path, const uint8_t *bytes, size_t size,
                               const struct store_options *options)
{
    struct store *store = new_store(path, options);

    store->resolved = memory_text(path);
    store_read_bytes(store, bytes, size, options);
    store->cache = NULL;
    return store;
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->count; i++) {
        free((char *)(uintptr_t)store->items[i].entry.alias);
        free((char *)(uintptr_t)store->items[i].entry.damage);
        certificate_free(store->items[i].certificate);
    }
    free(store->items);
    free(store->path);
    free(store->resolved);
    free(store->problem);
    free(store);
}

bool store_try_passwords(const struct store_options *options, store_password_fits *fits, void *context)
{
    static const char *const usual[] = { "", NULL, "changeit" };

    if (options->without_password)
        return false;
    for (size_t i = 0; options->passwords != NULL && i < options->passwords->count; i++) {
        if (fits(context, options->passwords->items[i]))
            return true;
    }
    for (size_t i = 0; !options->only_passwords && i < sizeof(usual) / sizeof(usual[0]); i++) {
        if (fits(context, usual[i]))
            return true;
    }
    return false;
}
