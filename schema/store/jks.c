/*
 * Java's own keystores, JKS and JCEKS: all numbers big-endian, "utf" a u16 length and modified UTF-8,
 * certificates never encrypted. Read as sun.security.provider.JavaKeyStore and
 * com.sun.crypto.provider.JceKeyStore read them.
 *
 *   magic u32, version u32 (1 or 2), count i32, entries, SHA-1 trailer
 *   entry: tag i32, alias utf, date i64, then
 *     1 key:     key i32+bytes, i32 n, n certificates
 *     2 trusted: certificate
 *     3 secret:  a serialised Java object (JCEKS only)
 *   certificate: type utf (absent in version 1), DER i32+bytes
 */
#include "schema/store/reader.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define MAGIC_JKS 0xFEEDFEEDu
#define MAGIC_JCEKS 0xCECECECEu
#define TRAILER_BYTES 20
#define ALIAS_BYTES_MAX 65535
#define CHAIN_MAX 1000

enum { TAG_KEY = 1, TAG_TRUSTED = 2, TAG_SECRET = 3 };

/* What is left to read. Once something did not fit, `fault` says what and nothing more is taken. */
struct cursor {
    const uint8_t *bytes;
    size_t size, at;
    const char *fault;
};

static bool fail(struct cursor *cursor, const char *fault)
{
    if (cursor->fault == NULL)
        cursor->fault = fault;
    return false;
}

static const uint8_t *take(struct cursor *cursor, size_t count)
{
    const uint8_t *at = cursor->bytes + cursor->at;

    if (cursor->fault != NULL)
        return NULL;
    if (count > cursor->size - cursor->at) {
        fail(cursor, "cut short");
        return NULL;
    }
    cursor->at += count;
    return at;
}

static uint64_t take_number(struct cursor *cursor, size_t octets)
{
    const uint8_t *at = take(cursor, octets);
    uint64_t number = 0;

    for (size_t i = 0; at != NULL && i < octets; i++)
        number = number << 8 | at[i];
    return number;
}

/* A Java int that counts bytes or things: a negative one is a fault. */
static size_t take_count(struct cursor *cursor, size_t most)
{
    uint32_t count = (uint32_t)take_number(cursor, 4);

    if (count > most)
        fail(cursor, "a length beyond all bounds");
    return cursor->fault != NULL ? 0 : count;
}

static const uint8_t *take_utf(struct cursor *cursor, size_t *size)
{
    *size = (size_t)take_number(cursor, 2);
    return take(cursor, *size);
}

/*
 * The serialised object of a secret entry has no length, so its grammar has to be followed (Java Object
 * Serialization Specification, chapter 6): what SealedObject is made of, and nothing else.
 */
enum {
    STREAM_NULL = 0x70,
    STREAM_REFERENCE,
    STREAM_CLASS,
    STREAM_OBJECT,
    STREAM_STRING,
    STREAM_ARRAY,
    STREAM_END = 0x78
};

#define CLASSES_MAX 16
#define FIELDS_MAX 16
#define STREAM_DEPTH 8

struct class_seen {
    char fields[FIELDS_MAX];
    size_t count;
    int super;  /* index; -1 for none */
    bool array; /* of bytes */
};

/* Handles number everything that can be referred to; only classes are remembered, the rest is -1. */
struct stream {
    struct cursor *cursor;
    struct class_seen classes[CLASSES_MAX];
    size_t class_count;
    int handles[256];
    size_t handle_count;
};

#define HANDLE_BASE 0x7e0000u

static bool add_handle(struct stream *stream, int class)
{
    if (stream->handle_count == sizeof(stream->handles) / sizeof(stream->handles[0]))
        return fail(stream->cursor, "a secret of too many objects");
    stream->handles[stream->handle_count++] = class;
    return true;
}

static bool walk_object(struct stream *stream, int depth);

/* A class description; *class is its index, or -1 for null. */
static bool walk_class(struct stream *stream, int depth, int *class)
{
    struct cursor *cursor = stream->cursor;
    uint8_t tag = (uint8_t)take_number(cursor, 1);
    struct class_seen *seen;
    const uint8_t *name;
    size_t size, index;

    *class = -1;
    if (cursor->fault != NULL || depth > STREAM_DEPTH)
        return fail(cursor, "a secret nested too deep");
    if (tag == STREAM_NULL)
        return true;
    if (tag == STREAM_REFERENCE) {
        uint32_t handle = (uint32_t)take_number(cursor, 4) - HANDLE_BASE;

        if (handle >= stream->handle_count || stream->handles[handle] < 0)
            return fail(cursor, "a secret that refers to nothing");
        *class = stream->handles[handle];
        return true;
    }
    if (tag != STREAM_CLASS || stream->class_count == CLASSES_MAX)
        return fail(cursor, "a secret of an unknown kind");
    index = stream->class_count++;
    seen = &stream->classes[index];
    name = take_utf(cursor, &size);
    seen->array = name != NULL && size == 2 && memcmp(name, "[B", 2) == 0;
    take(cursor, 8); /* serialVersionUID */
    if (!add_handle(stream, (int)index))
        return false;
    if (take_number(cursor, 1) != 2) /* SC_SERIALIZABLE alone: no class of ours writes data of its own */
        return fail(cursor, "a secret of an unknown kind");
    seen->count = (size_t)take_number(cursor, 2);
    if (seen->count > FIELDS_MAX)
        return fail(cursor, "a secret of too many fields");
    for (size_t i = 0; i < seen->count; i++) {
        seen->fields[i] = (char)take_number(cursor, 1);
        take_utf(cursor, &size);
        if ((seen->fields[i] == 'L' || seen->fields[i] == '[') && !walk_object(stream, depth + 1))
            return false; /* the field's type, a string */
    }
    if (take_number(cursor, 1) != STREAM_END)
        return fail(cursor, "a secret of an unknown kind");
    return walk_class(stream, depth + 1, &stream->classes[index].super) && (*class = (int)index, true);
}

static bool walk_fields(struct stream *stream, int class, int depth)
{
    const struct class_seen *seen = &stream->classes[class];

    if (depth > STREAM_DEPTH)
        return fail(stream->cursor, "a secret nested too deep");
    if (seen->super >= 0 && !walk_fields(stream, seen->super, depth + 1))
        return false;
    for (size_t i = 0; i < seen->count && stream->cursor->fault == NULL; i++) {
        switch (seen->fields[i]) {
        case 'Z':
        case 'B': take(stream->cursor, 1); break;
        case 'S':
        case 'C': take(stream->cursor, 2); break;
        case 'I':
        case 'F': take(stream->cursor, 4); break;
        case 'J':
        case 'D': take(stream->cursor, 8); break;
        case 'L':
        case '[': walk_object(stream, depth + 1); break;
        default: fail(stream->cursor, "a secret of an unknown kind");
        }
    }
    return stream->cursor->fault == NULL;
}

static bool walk_object(struct stream *stream, int depth)
{
    struct cursor *cursor = stream->cursor;
    uint8_t tag = (uint8_t)take_number(cursor, 1);
    size_t size;
    int class;

    if (cursor->fault != NULL || depth > STREAM_DEPTH)
        return fail(cursor, "a secret nested too deep");
    switch (tag) {
    case STREAM_NULL: return true;
    case STREAM_REFERENCE: return take(cursor, 4) != NULL;
    case STREAM_STRING: return take_utf(cursor, &size) != NULL && add_handle(stream, -1);
    case STREAM_ARRAY:
        if (!walk_class(stream, depth + 1, &class) || class < 0 || !stream->classes[class].array)
            return fail(cursor, "a secret of an unknown kind");
        return add_handle(stream, -1) && take(cursor, take_count(cursor, STORE_BYTES_MAX)) != NULL;
    case STREAM_OBJECT:
        if (!walk_class(stream, depth + 1, &class) || class < 0)
            return fail(cursor, "a secret of an unknown kind");
        return add_handle(stream, -1) && walk_fields(stream, class, depth + 1);
    default: return fail(cursor, "a secret of an unknown kind");
    }
}

static bool walk_secret(struct cursor *cursor)
{
    struct stream stream = { .cursor = cursor };

    if (take_number(cursor, 4) != 0xACED0005u) /* STREAM_MAGIC, STREAM_VERSION */
        return fail(cursor, "a secret of an unknown kind");
    return walk_object(&stream, 0);
}

/* One certificate of an entry. */
static bool take_certificate(struct cursor *cursor, uint32_t version, struct store_entry *entry)
{
    size_t type_size;

    if (version == 2) {
        const uint8_t *type = take_utf(cursor, &type_size);

        if (type == NULL)
            return false;
        if (type_size != 5 || memcmp(type, "X.509", 5) != 0)
            return fail(cursor, "a certificate that is not X.509");
    }
    entry->der_bytes = take_count(cursor, STORE_BYTES_MAX);
    entry->der = take(cursor, entry->der_bytes);
    return entry->der != NULL;
}

struct walk {
    struct cursor cursor;
    uint32_t magic, version;
    store_visitor *visit;
    void *context;
    bool stopped;
};

static bool visit(struct walk *walk, const struct store_entry *entry)
{
    walk->stopped = !walk->visit(walk->context, entry);
    return !walk->stopped;
}

static bool walk_key(struct walk *walk, struct store_entry *entry)
{
    struct cursor *cursor = &walk->cursor;
    size_t chain;

    take(cursor, take_count(cursor, STORE_BYTES_MAX));
    chain = take_count(cursor, CHAIN_MAX);
    entry->kind = STORE_ENTRY_KEY_CHAIN;
    for (entry->chain_index = 0; entry->chain_index < chain; entry->chain_index++) {
        if (!take_certificate(cursor, walk->version, entry) || !visit(walk, entry))
            return false;
    }
    entry->kind = STORE_ENTRY_OTHER;
    entry->der = NULL;
    return cursor->fault == NULL && (chain > 0 || visit(walk, entry));
}

/* False when the walk cannot go on: nothing after a fault has a known place. */
static bool walk_entry(struct walk *walk, char *alias)
{
    struct cursor *cursor = &walk->cursor;
    struct store_entry entry = { .offset = cursor->at, .alias = alias };
    uint32_t tag = (uint32_t)take_number(cursor, 4);
    size_t size;
    const uint8_t *name = take_utf(cursor, &size);

    if (name != NULL)
        memcpy(alias, name, size);
    alias[name == NULL ? 0 : size] = '\0';
    take(cursor, 8); /* when it was made */
    if (cursor->fault != NULL)
        return false;
    if (tag == TAG_KEY)
        return walk_key(walk, &entry);
    if (tag == TAG_TRUSTED) {
        entry.kind = STORE_ENTRY_CERTIFICATE;
        return take_certificate(cursor, walk->version, &entry) && visit(walk, &entry);
    }
    entry.kind = STORE_ENTRY_OTHER;
    if (tag == TAG_SECRET && walk->magic == MAGIC_JCEKS)
        return walk_secret(cursor) && visit(walk, &entry);
    return fail(cursor, "an entry of an unknown kind");
}

/* The bytes that the trailer covers, and the trailer. */
struct seal {
    const uint8_t *bytes, *trailer;
    size_t size;
};

/* SHA-1 over the password in UTF-16BE, "Mighty Aphrodite" and the body: a plain hash, no HMAC. */
static bool seal_fits(void *context, const char *password)
{
    static const char salt[] = "Mighty Aphrodite";
    const struct seal *seal = context;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    uint8_t digest[EVP_MAX_MD_SIZE];
    bool fits = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha1(), NULL) == 1;

    for (const char *at = password == NULL ? "" : password; fits && *at != '\0'; at++) {
        uint8_t pair[2] = { 0, (uint8_t)*at }; /* passwords of stores are ASCII; another one never fits */

        fits = EVP_DigestUpdate(hash, pair, 2) == 1;
    }
    fits = fits && EVP_DigestUpdate(hash, salt, sizeof(salt) - 1) == 1 &&
           EVP_DigestUpdate(hash, seal->bytes, seal->size) == 1 &&
           EVP_DigestFinal_ex(hash, digest, NULL) == 1 &&
           CRYPTO_memcmp(digest, seal->trailer, TRAILER_BYTES) == 0;
    EVP_MD_CTX_free(hash);
    return password != NULL && fits;
}

static enum store_integrity check_seal(const struct cursor *cursor, const struct store_options *options)
{
    struct seal seal = { cursor->bytes, cursor->bytes + cursor->at, cursor->at };

    if (cursor->size - cursor->at < TRAILER_BYTES)
        return STORE_INTEGRITY_BROKEN;
    return store_try_passwords(options, seal_fits, &seal) ? STORE_INTEGRITY_VERIFIED
                                                          : STORE_INTEGRITY_UNVERIFIED;
}

static bool walk(const uint8_t *bytes, size_t size, const struct store_options *options, struct store *store,
                 store_visitor *visitor, void *context, struct error *err)
{
    struct walk walk = { .cursor = { .bytes = bytes, .size = size }, .visit = visitor, .context = context };
    char *alias = memory_new(ALIAS_BYTES_MAX + 1);
    size_t count;
    bool going = true;

    walk.magic = (uint32_t)take_number(&walk.cursor, 4);
    walk.version = (uint32_t)take_number(&walk.cursor, 4);
    if (walk.version != 1 && walk.version != 2)
        fail(&walk.cursor, "a version that is neither 1 nor 2");
    count = take_count(&walk.cursor, INT32_MAX);
    for (size_t i = 0; i < count && going; i++)
        going = walk_entry(&walk, alias);
    free(alias);
    if (walk.cursor.fault != NULL)
        return error_set(err, ERROR_FORMAT, "at byte %zu: %s", walk.cursor.at, walk.cursor.fault);
    if (!walk.stopped)
        store->integrity = check_seal(&walk.cursor, options);
    return true;
}

static bool starts_with(const uint8_t *bytes, size_t size, uint32_t magic)
{
    struct cursor cursor = { .bytes = bytes, .size = size };

    return take_number(&cursor, 4) == magic && cursor.fault == NULL;
}

static bool knows_jks(const uint8_t *bytes, size_t size)
{
    return starts_with(bytes, size, MAGIC_JKS);
}

static bool knows_jceks(const uint8_t *bytes, size_t size)
{
    return starts_with(bytes, size, MAGIC_JCEKS);
}

const struct store_reader store_reader_jks = { STORE_JKS, "jks", knows_jks, walk };
const struct store_reader store_reader_jceks = { STORE_JCEKS, "jceks", knows_jceks, walk };
