/*
 * PEM (RFC 7468) as it is found in the field. Every block is described twice: by itself, as a reader
 * that looks for markers anywhere sees it, and as a reader that goes line by line does.
 */
#include "schema/store/reader.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

static const char begin_mark[] = "-----BEGIN ", end_mark[] = "-----END ", dashes[] = "-----";

#define BEGIN_SIZE (sizeof(begin_mark) - 1)
#define END_SIZE (sizeof(end_mark) - 1)
#define DASHES_SIZE (sizeof(dashes) - 1)
#define NOWHERE SIZE_MAX

static const struct {
    const char *label;
    enum store_entry_kind kind;
} labels[] = {
    { "CERTIFICATE", STORE_ENTRY_CERTIFICATE },
    { "X509 CERTIFICATE", STORE_ENTRY_X509 },
    { "TRUSTED CERTIFICATE", STORE_ENTRY_TRUSTED },
};

/* A walk through one file. The two cursors only move forward, so a file full of BEGINs costs no more than its size. */
struct scan {
    const uint8_t *bytes;
    size_t size;
    size_t next_end;      /* first END at or behind the present block; NOWHERE when there is none */
    size_t next_line_end; /* the same, at the start of a line */
    size_t swallowed;     /* up to here a line-wise reader is still in an earlier block */
    uint8_t *room;        /* for one decoded block */
    size_t room_bytes;
};

static size_t find(const struct scan *scan, size_t from, const char *mark, size_t mark_size)
{
    const uint8_t *at =
        from >= scan->size ? NULL : memmem(scan->bytes + from, scan->size - from, mark, mark_size);

    return at == NULL ? NOWHERE : (size_t)(at - scan->bytes);
}

/* OpenSSL passes over a byte order mark at the start of a file. */
static bool starts_with_bom(const uint8_t *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
}

static bool starts_line(const struct scan *scan, size_t at)
{
    return at == 0 || scan->bytes[at - 1] == '\n' || (at == 3 && starts_with_bom(scan->bytes, scan->size));
}

/* Only blanks up to the next line feed: OpenSSL cuts them off a line before it looks. */
static bool ends_line(const struct scan *scan, size_t at)
{
    while (at < scan->size && scan->bytes[at] <= ' ' && scan->bytes[at] != '\n')
        at++;
    return at >= scan->size || scan->bytes[at] == '\n';
}

static size_t next_line(const struct scan *scan, size_t at)
{
    const uint8_t *feed = at >= scan->size ? NULL : memchr(scan->bytes + at, '\n', scan->size - at);

    return feed == NULL ? scan->size : (size_t)(feed - scan->bytes) + 1;
}

static void advance_ends(struct scan *scan, size_t at)
{
    if (scan->next_end != NOWHERE && scan->next_end < at)
        scan->next_end = find(scan, at, end_mark, END_SIZE);
    while (scan->next_line_end != NOWHERE &&
           (scan->next_line_end < at || !starts_line(scan, scan->next_line_end)))
        scan->next_line_end =
            find(scan, scan->next_line_end < at ? at : scan->next_line_end + 1, end_mark, END_SIZE);
}

/* The length of the label that starts at `at`; NOWHERE unless five dashes end it on the same line. */
static size_t label_size(const struct scan *scan, size_t at)
{
    for (size_t i = at; i < scan->size && i - at < 80 && scan->bytes[i] >= ' '; i++) {
        if (scan->size - i >= DASHES_SIZE && memcmp(scan->bytes + i, dashes, DASHES_SIZE) == 0)
            return i - at;
    }
    return NOWHERE;
}

static bool is_end_of(const struct scan *scan, size_t at, const uint8_t *label, size_t size)
{
    return at != NOWHERE && label_size(scan, at + END_SIZE) == size &&
           memcmp(scan->bytes + at + END_SIZE, label, size) == 0;
}

static int base64_value(uint8_t letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

/* RFC 4648 section 4 with blanks anywhere. What is wrong, or NULL; `out` has room for 3 bytes in 4 letters. */
static const char *decode(const uint8_t *text, size_t size, uint8_t *out, size_t *out_size)
{
    uint32_t bits = 0;
    size_t letters = 0, padding = 0;

    *out_size = 0;
    for (size_t i = 0; i < size; i++) {
        int value = base64_value(text[i]);

        if (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r'))
            continue;
        if (text[i] == ':')
            return "has header lines, which no reader of certificates takes";
        if (text[i] == '=')
            padding++;
        else if (value < 0)
            return "holds a byte that is not base64";
        else if (padding > 0)
            return "goes on behind its base64 padding";
        bits = bits << 6 | (uint32_t)(value < 0 ? 0 : value);
        if (++letters % 4 == 0) {
            out[(*out_size)++] = (uint8_t)(bits >> 16);
            out[(*out_size)++] = (uint8_t)(bits >> 8);
            out[(*out_size)++] = (uint8_t)bits;
        }
    }
    if (letters % 4 != 0 || padding > 2)
        return "its base64 is cut short";
    *out_size -= padding;
    return NULL;
}

static bool has_purpose(const STACK_OF(ASN1_OBJECT) * purposes)
{
    for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++) {
        int purpose = OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes, i));

        if (purpose == NID_server_auth || purpose == NID_anyExtendedKeyUsage)
            return true;
    }
    return false;
}

/*
 * What OpenSSL's CertAux behind a TRUSTED CERTIFICATE says: SEQUENCE { trust, [0] reject, alias, keyid, … }.
 * Rejection is looked at first; a trust list, once there, trusts for nothing else.
 */
static bool read_trust(const uint8_t *der, size_t size, enum store_trust *trust)
{
    const uint8_t *at = der;
    X509 *x509 = d2i_X509_AUX(NULL, &at, (long)size);

    if (x509 == NULL) {
        ERR_clear_error();
        return false;
    }
    if (has_purpose(X509_get0_reject_objects(x509)))
        *trust = STORE_TRUST_REJECTED;
    else if (has_purpose(X509_get0_trust_objects(x509)))
        *trust = STORE_TRUST_SERVER;
    else if (sk_ASN1_OBJECT_num(X509_get0_trust_objects(x509)) > 0)
        *trust = STORE_TRUST_OTHER;
    X509_free(x509);
    return true;
}

/* The block's bytes, judged by what its label promises. What is wrong, or NULL. */
static const char *read_der(struct store_entry *entry, const uint8_t *der, size_t size)
{
    size_t certificate = der_element_bytes(der, size);

    if (entry->kind == STORE_ENTRY_OTHER)
        return NULL;
    if (certificate == 0)
        return size == 0 ? "holds nothing" : "its certificate is cut short";
    entry->der = der;
    entry->der_bytes = certificate;
    if (entry->kind == STORE_ENTRY_TRUSTED) {
        if (!read_trust(der, size, &entry->trust)) {
            entry->der = NULL;
            return "the trust settings behind its certificate cannot be read";
        }
        return NULL;
    }
    entry->trailing = certificate < size;
    return NULL;
}

static enum store_entry_kind kind_of(const uint8_t *label, size_t size)
{
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (strlen(labels[i].label) == size && memcmp(labels[i].label, label, size) == 0)
            return labels[i].kind;
    }
    return STORE_ENTRY_OTHER;
}

/* How a line-wise reader sees the block whose BEGIN stands at `at`, apart from what its data holds. */
static enum store_by_line see_by_line(struct scan *scan, size_t at, const uint8_t *label, size_t size)
{
    size_t end = scan->next_line_end;

    if (at < scan->swallowed || !starts_line(scan, at) ||
        !ends_line(scan, at + BEGIN_SIZE + size + DASHES_SIZE))
        return STORE_LINE_UNSEEN;
    scan->swallowed = end == NOWHERE ? scan->size : next_line(scan, end);
    if (!is_end_of(scan, end, label, size) || !ends_line(scan, end + END_SIZE + size + DASHES_SIZE))
        return STORE_LINE_DAMAGED;
    return STORE_LINE_SEEN;
}

/* Decode from `start` to the first dash and judge that by the entry's kind. What is wrong, or NULL. */
static const char *read_data(struct scan *scan, size_t start, struct store_entry *entry)
{
    const uint8_t *text = scan->bytes + start;
    const uint8_t *dash = start >= scan->size ? NULL : memchr(text, '-', scan->size - start);
    size_t size = dash == NULL ? scan->size - start : (size_t)(dash - text), der_bytes;
    const char *fault;

    if (scan->room_bytes < size / 4 * 3 + 3) {
        scan->room_bytes = size / 4 * 3 + 3;
        scan->room = memory_resize(scan->room, scan->room_bytes, 1);
    }
    fault = decode(text, size, scan->room, &der_bytes);
    return fault != NULL ? fault : read_der(entry, scan->room, der_bytes);
}

/* One block; returns where to look for the next. */
static size_t read_block(struct scan *scan, size_t at, struct store_entry *entry)
{
    size_t size = label_size(scan, at + BEGIN_SIZE), start, next;
    const uint8_t *label = scan->bytes + at + BEGIN_SIZE;
    const char *fault, *data_fault;

    *entry = (struct store_entry){ .offset = at, .kind = STORE_ENTRY_OTHER, .by_line = STORE_LINE_UNSEEN };
    if (size == NOWHERE) {
        entry->damage = "its BEGIN line is malformed, so no reader sees the block";
        return at + BEGIN_SIZE;
    }
    start = at + BEGIN_SIZE + size + DASHES_SIZE;
    advance_ends(scan, start);
    next = find(scan, start, begin_mark, BEGIN_SIZE);
    entry->kind = kind_of(label, size);
    entry->by_line = see_by_line(scan, at, label, size);

    data_fault = read_data(scan, start, entry);
    fault = data_fault;
    if (scan->next_end == NOWHERE || (next != NOWHERE && next < scan->next_end))
        fault = "has no END line";
    else if (!is_end_of(scan, scan->next_end, label, size))
        fault = "its END line names something else";
    if (data_fault != NULL && entry->by_line == STORE_LINE_SEEN)
        entry->by_line = STORE_LINE_DAMAGED;
    if (fault != NULL) {
        entry->kind = STORE_ENTRY_DAMAGED;
        entry->damage = fault;
    }
    return start;
}

bool pem_walk(const uint8_t *bytes, size_t size, store_visitor *visit, void *context)
{
    struct scan scan = { .bytes = bytes, .size = size };
    bool going = true, first = true;
    size_t at = find(&scan, 0, begin_mark, BEGIN_SIZE);

    while (going && at != NOWHERE) {
        struct store_entry entry;
        size_t next = read_block(&scan, at, &entry);

        entry.after_bom = first && starts_with_bom(bytes, size);
        first = false;
        going = visit(context, &entry);
        at = find(&scan, next, begin_mark, BEGIN_SIZE);
    }
    free(scan.room);
    return going;
}

static bool knows(const uint8_t *bytes, size_t size)
{
    return memmem(bytes, size, begin_mark, BEGIN_SIZE) != NULL;
}

static bool walk(const uint8_t *bytes, size_t size, const struct store_options *options, struct store *store,
                 store_visitor *visit, void *context, struct error *err)
{
    (void)options;
    (void)store;
    (void)err;
    pem_walk(bytes, size, visit, context);
    return true;
}

const struct store_reader store_reader_pem = { STORE_PEM, "pem", knows, walk };
