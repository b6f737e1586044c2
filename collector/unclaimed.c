#include "collector/unclaimed.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "collector/host/tree.h"

/* Where applications and their configuration lie, and how deep is looked. */
static const struct {
    const char *path;
    int levels;
} folders[] = {
    { "/opt", 6 },  { "/srv", 6 }, { "/app", 6 },     { "/var/www", 6 },
    { "/home", 5 }, { "/etc", 4 }, { "/var/lib", 3 }, { "/usr/local/etc", 3 },
};

/* The system's own, which its clients read or its tools make the rest from. */
static const char *const system_folders[] = { "/etc/ssl/",  "/etc/pki/", "/etc/ca-certificates/",
                                              "/etc/java-", "/etc/apt/", "/var/lib/ca-certificates-java/" };

/* By name, so that not every file has to be opened; what it is, its bytes decide. */
static const char *const names[] = {
    "*.jks",   "*.jceks",       "*.p12", "*.pfx", "*.keystore", "*.truststore", "*.ts",
    "cacerts", "*trust*store*", "*.pem", "*.crt", "*.cer",      "*.ca-bundle",  "*.bundle",
};

/* Also a JVM's own: which of them counts is known (collector/runtime/java.c). */
static bool is_system(const char *path)
{
    if (fnmatch("*/lib/security/*cacerts", path, 0) == 0)
        return true;
    for (size_t i = 0; i < sizeof(system_folders) / sizeof(system_folders[0]); i++) {
        if (text_starts(path, system_folders[i]))
            return true;
    }
    return false;
}

static bool has_name(const char *path)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (fnmatch(names[i], tree_name(path), FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

/* Used by a client under this path or, through a link, under another. */
static bool is_used(const struct client_list *list, const char *path, int root_fd)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct client *client = &list->items[i];

        for (size_t j = 0; j < client->choice.stores.count; j++) {
            char *resolved;
            bool same;

            if (client->choice.stores.items[j][0] == '\0')
                continue;
            if (strcmp(client->choice.stores.items[j], path) == 0)
                return true;
            resolved = tree_resolve(root_fd, client->choice.stores.items[j]);
            /* a file in a directory that is used is used, or was not meant to be */
            same = resolved != NULL &&
                   (strcmp(resolved, path) == 0 ||
                    (strncmp(resolved, path, strlen(resolved)) == 0 && path[strlen(resolved)] == '/'));
            free(resolved);
            if (same)
                return true;
        }
    }
    return false;
}

static bool is_keystore(const struct store *store)
{
    return store->format == STORE_JKS || store->format == STORE_JCEKS || store->format == STORE_PKCS12;
}

/*
 * Whether it was made to be trusted: certificates of CAs and no private key. One that cannot be opened may be;
 * a certificate of the application itself, with its chain, is not.
 */
static bool is_trust_store(const struct store *store)
{
    if (store->state == STORE_OPAQUE && is_keystore(store))
        return store->password_needed;
    for (size_t i = 0; i < store->count; i++) {
        const struct store_item *item = &store->items[i];

        if (item->entry.kind == STORE_ENTRY_KEY_CHAIN || item->entry.kind == STORE_ENTRY_OTHER)
            return false;
        if (item->certificate != NULL && X509_check_ca(certificate_x509(item->certificate)) == 0)
            return false;
    }
    return store->count > 0;
}

/* A running client whose kind of software reads this kind of store; NULL when there is none. */
static const struct client *reader_of(const struct client_list *list, const struct store *store)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct client *client = &list->items[i];

        if (client->process_count > 0 && (client->runtime == RUNTIME_JAVA) == is_keystore(store))
            return client;
    }
    return NULL;
}

static void add(struct client_list *list, const struct store *store, const struct client *reader)
{
    struct client client = {
        .runtime = reader->runtime,
        .executable = memory_text(reader->executable),
        .version = memory_text(reader->version),
        .choice.model = reader->choice.model->verifies ? reader->choice.model : model_find("openssl"),
        .unclaimed = true,
    };
    struct text identity = { 0 };
    struct fingerprint print;
    char text[FINGERPRINT_TEXT_BYTES];

    if (reader->home != NULL)
        client.home = memory_text(reader->home);
    text_list_add(&client.choice.stores, store->path);
    text_format(&identity, "unclaimed %s", store->path);
    print = fingerprint_of(identity.bytes, identity.size);
    memcpy(client.id, fingerprint_format(&print, text), sizeof(client.id) - 1);
    text_clear(&identity);
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count++] = client;
}

void unclaimed_add(struct client_list *list, struct shelf *shelf, int root_fd)
{
    struct text_list paths = { 0 };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        tree_walk(root_fd, folders[i].path, folders[i].levels, &paths);
    for (size_t i = 0; i < paths.count; i++) {
        const char *path = paths.items[i];
        const struct client *reader;
        struct store *store;

        if (!has_name(path) || is_system(path) || is_used(list, path, root_fd))
            continue;
        store = store_load(root_fd, path, NULL);
        reader = is_trust_store(store) ? reader_of(list, store) : NULL;
        if (reader != NULL) {
            shelf_get(shelf, path, NULL);
            add(list, store, reader);
        }
        store_free(store);
    }
    text_list_clear(&paths);
}
