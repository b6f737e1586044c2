#include "schema/store/hashed.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

/* A file by what its name says. */
struct place {
    const struct hashed_file *file;
    unsigned long hash, number;
    bool exact;   /* as OpenSSL itself writes it: lowercase, no leading zeros */
    bool reached; /* every number below it can be loaded */
};

static bool parse_name(const char *name, struct place *place)
{
    const char *number = name + 9;
    char *end;

    for (int i = 0; i < 8; i++) {
        if (!isxdigit((unsigned char)name[i]))
            return false;
    }
    if (name[8] != '.' || !isdigit((unsigned char)*number))
        return false;
    place->exact = number[0] != '0' || number[1] == '\0';
    for (int i = 0; i < 8; i++)
        place->exact = place->exact && !isupper((unsigned char)name[i]);
    place->hash = strtoul(name, NULL, 16);
    place->number = strtoul(number, &end, 10);
    return *end == '\0' && place->number <= INT_MAX;
}

static int by_hash_and_number(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return b->exact - a->exact;
}

/* Items up to the first damage: what X509_load_cert_file() keeps even when it then fails. */
static size_t sound_until(const struct store *store, const struct hashed_file *file)
{
    size_t at = file->from;

    while (at < file->until && store->items[at].entry.by_line != STORE_LINE_DAMAGED)
        at++;
    return at;
}

/* X509_load_cert_file() on PEM: at least one certificate, and nothing damaged. */
static bool loads(const struct store *store, const struct hashed_file *file)
{
    bool any = false;

    for (size_t i = file->from; i < file->until; i++)
        any =
            any || (store->items[i].certificate != NULL && store->items[i].entry.by_line == STORE_LINE_SEEN);
    return file->pem && any && sound_until(store, file) == file->until;
}

static void find_reached(const struct store *store, struct place *places, size_t count)
{
    unsigned long next = 0;

    qsort(places, count, sizeof(*places), by_hash_and_number);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || places[i].hash != places[i - 1].hash)
            next = 0;
        places[i].reached = places[i].exact && places[i].number == next;
        if (places[i].reached && loads(store, places[i].file))
            next++;
    }
}

/* The hash of OpenSSL before 1.0, by which newer ones never look. */
static bool is_old_hash(const X509_NAME *name, unsigned long hash)
{
    bool old = X509_NAME_hash_old(name) == hash;

    ERR_clear_error();
    return old;
}

/*
 * Measured with OpenSSL 3.0 of Debian 12 (s_client, curl and Python's ssl): by -CApath, --capath or
 * load_verify_locations() only by_dir.c looks, PEM and number after number. SSL_CERT_DIR and OPENSSLDIR
 * are also read as a "store" (by_store.c) where by_dir.c found no such subject, and that one
 * takes any number, capital letters and DER, unless a file that it cannot read comes first in the order of the
 * directory. OpenSSL 1 has no such store.
 */
static enum store_hashed find_hashed(const struct place *place, const struct store_item *item)
{
    const X509_NAME *subject = X509_get_subject_name(certificate_x509(item->certificate));
    bool fits = X509_NAME_hash_ex(subject, NULL, NULL, NULL) == place->hash;

    if (fits)
        return place->reached && place->file->pem ? STORE_HASHED_FOUND : STORE_HASHED_LOOSE;
    return is_old_hash(subject, place->hash) ? STORE_HASHED_NOT : STORE_HASHED_ASTRAY;
}

void hashed_mark(struct store *store, const struct hashed_file *files, size_t count)
{
    struct place *places = memory_new((count + 1) * sizeof(*places));
    size_t named = 0;

    for (size_t i = 0; i < count; i++) {
        if (parse_name(files[i].name, &places[named]))
            places[named++].file = &files[i];
    }
    find_reached(store, places, named);
    for (size_t i = 0; i < named; i++) {
        size_t until = sound_until(store, places[i].file);

        for (size_t at = places[i].file->from; at < until; at++) {
            struct store_item *item = &store->items[at];

            if (item->entry.unread)
                item->entry.hashed = STORE_HASHED_LOOSE;
            else if (item->certificate != NULL && item->entry.by_line == STORE_LINE_SEEN)
                item->entry.hashed = find_hashed(&places[i], item);
        }
    }
    free(places);
}
