#include "schema/x509/names.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "schema/base/text.h"

/* Longest host name of DNS (RFC 1035 section 2.3.4), with room for an address in brackets. */
#define HOST_BYTES_MAX 256

/* Tag, length, content (X.690 section 8.1). */
static void add_element(struct text *out, uint8_t tag, const void *content, size_t size)
{
    uint8_t head[6] = { tag };
    size_t used = 1;

    if (size < 0x80) {
        head[used++] = (uint8_t)size;
    } else {
        size_t bytes = size > 0xffffff ? 4 : size > 0xffff ? 3 : size > 0xff ? 2 : 1;

        head[used++] = (uint8_t)(0x80 | bytes);
        while (bytes-- > 0)
            head[used++] = (uint8_t)(size >> (8 * bytes));
    }
    text_append(out, head, used);
    if (size > 0)
        text_append(out, content, size);
}

/* What RFC 4518 section 2.2 maps to a space. */
static bool is_space(unsigned long point)
{
    return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

/* What RFC 4518 section 2.2 maps to nothing. */
static bool is_nothing(unsigned long point)
{
    return point <= 0x08 || (point >= 0x0e && point <= 0x1f) || (point >= 0x7f && point <= 0x9f) ||
           point == 0xad || point == 0x34f || point == 0x1806 || (point >= 0x180b && point <= 0x180e) ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x2063) || (point >= 0x206a && point <= 0x206f) ||
           (point >= 0xfe00 && point <= 0xfe0f) || point == 0xfeff;
}

/*
 * The scripts in which certificate names are written in two cases. A table of our own and not the
 * C library's: key identities must be the same on every host, whatever its locales.
 */
static const struct fold {
    unsigned long from, to;
    unsigned step; /* of capitals: 2 where capital and small letter alternate */
    unsigned distance;
} folds[] = {
    { 'A', 'Z', 1, 0x20 },     { 0xc0, 0xd6, 1, 0x20 },     { 0xd8, 0xde, 1, 0x20 },
    { 0x100, 0x12e, 2, 1 },    { 0x132, 0x136, 2, 1 },      { 0x139, 0x147, 2, 1 },
    { 0x14a, 0x176, 2, 1 },    { 0x179, 0x17d, 2, 1 },      { 0x391, 0x3a1, 1, 0x20 },
    { 0x3a3, 0x3ab, 1, 0x20 }, { 0x400, 0x40f, 1, 0x50 },   { 0x410, 0x42f, 1, 0x20 },
    { 0x531, 0x556, 1, 0x30 }, { 0xff21, 0xff3a, 1, 0x20 },
};

static unsigned long fold_case(unsigned long point)
{
    for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
        const struct fold *row = &folds[i];

        if (point >= row->from && point <= row->to && (point - row->from) % row->step == 0)
            return point + row->distance;
    }
    return point;
}

/* Case folded, spaces trimmed at both ends and single inside (RFC 4518 sections 2.2 and 2.6.1). */
static void fold_text(struct text *out, const unsigned char *utf8, size_t size)
{
    bool space = false;
    size_t at = 0;

    while (at < size) {
        unsigned long point;
        unsigned char bytes[6];
        int used = UTF8_getc(utf8 + at, (int)(size - at), &point);

        if (used <= 0)
            break; /* cannot happen: OpenSSL has just written it */
        at += (size_t)used;
        if (is_space(point)) {
            space = out->size > 0;
            continue;
        }
        if (is_nothing(point))
            continue;
        if (space)
            text_append(out, " ", 1);
        space = false;
        used = UTF8_putc(bytes, sizeof(bytes), fold_case(point));
        if (used > 0)
            text_append(out, bytes, (size_t)used);
    }
}

/* The strings that are compared as text; anything else is compared as it stands. */
static bool is_text(int type)
{
    return (ASN1_tag2bit(type) &
            (B_ASN1_UTF8STRING | B_ASN1_BMPSTRING | B_ASN1_UNIVERSALSTRING | B_ASN1_PRINTABLESTRING |
             B_ASN1_T61STRING | B_ASN1_IA5STRING | B_ASN1_VISIBLESTRING | B_ASN1_NUMERICSTRING)) != 0;
}

static void add_value(struct text *out, const ASN1_STRING *value)
{
    unsigned char *utf8 = NULL;
    struct text folded = { 0 };
    int size = is_text(ASN1_STRING_type(value)) ? ASN1_STRING_to_UTF8(&utf8, value) : -1;

    if (size < 0) { /* not text, or text that breaks its own encoding */
        ERR_clear_error();
        add_element(out, (uint8_t)(ASN1_STRING_type(value) & 0x1f), ASN1_STRING_get0_data(value),
                    (size_t)ASN1_STRING_length(value));
        return;
    }
    fold_text(&folded, utf8, (size_t)size);
    add_element(out, V_ASN1_UTF8STRING, folded.bytes, folded.size);
    text_clear(&folded);
    OPENSSL_free(utf8);
}

static void add_attribute(struct text *out, const X509_NAME_ENTRY *entry)
{
    struct text pair = { 0 };
    unsigned char *object = NULL;
    int size = i2d_ASN1_OBJECT(X509_NAME_ENTRY_get_object(entry), &object);

    if (size > 0)
        text_append(&pair, object, (size_t)size);
    OPENSSL_free(object);
    add_value(&pair, X509_NAME_ENTRY_get_data(entry));
    add_element(out, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, pair.bytes, pair.size);
    text_clear(&pair);
}

/* The order of a SET OF (X.690 section 11.6). */
static int compare_attributes(const void *left, const void *right)
{
    const struct text *a = left, *b = right;
    int order = memcmp(a->bytes, b->bytes, a->size < b->size ? a->size : b->size);

    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* One relative name: the attributes [from, until) of `name`. */
static void add_relative(struct text *out, const X509_NAME *name, int from, int until)
{
    struct text *attributes = memory_new((size_t)(until - from) * sizeof(*attributes));
    struct text set = { 0 };

    for (int i = from; i < until; i++)
        add_attribute(&attributes[i - from], X509_NAME_get_entry(name, i));
    qsort(attributes, (size_t)(until - from), sizeof(*attributes), compare_attributes);
    for (int i = 0; i < until - from; i++) {
        text_append(&set, attributes[i].bytes, attributes[i].size);
        text_clear(&attributes[i]);
    }
    add_element(out, V_ASN1_SET | V_ASN1_CONSTRUCTED, set.bytes, set.size);
    text_clear(&set);
    free(attributes);
}

uint8_t *names_normalise_relative(const X509_NAME *name, size_t *size)
{
    struct text relatives = { 0 };
    int count = X509_NAME_entry_count(name);

    for (int from = 0, until; from < count; from = until) {
        int set = X509_NAME_ENTRY_set(X509_NAME_get_entry(name, from));

        for (until = from + 1; until < count; until++) {
            if (X509_NAME_ENTRY_set(X509_NAME_get_entry(name, until)) != set)
                break;
        }
        add_relative(&relatives, name, from, until);
    }
    *size = relatives.size;
    return (uint8_t *)text_take(&relatives);
}

uint8_t *names_normalise(const X509_NAME *name, size_t *size)
{
    struct text whole = { 0 };
    size_t inside;
    uint8_t *relatives = names_normalise_relative(name, &inside);

    add_element(&whole, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, relatives, inside);
    free(relatives);
    *size = whole.size;
    return (uint8_t *)text_take(&whole);
}

bool names_match_host(const struct certificate *certificate, const char *host)
{
    X509 *x509 = certificate_x509(certificate);
    char name[HOST_BYTES_MAX];
    size_t size = strlen(host);
    bool matches;

    if (size > 2 && host[0] == '[' && host[size - 1] == ']') {
        host++;
        size -= 2;
    }
    /* ".example.com" is to X509_check_host() any name below it */
    if (size == 0 || size >= sizeof(name) || host[0] == '.')
        return false;
    memcpy(name, host, size);
    name[size] = '\0';
    /* Only a name that is no address may be matched as a DNS name: "10.0.0.1" is never a host label. */
    ASN1_OCTET_STRING *address =
        strspn(name, "0123456789abcdefABCDEF.:") == strlen(name) ? a2i_IPADDRESS(name) : NULL;
    if (address != NULL) {
        matches =
            X509_check_ip(x509, ASN1_STRING_get0_data(address), (size_t)ASN1_STRING_length(address), 0) == 1;
        ASN1_OCTET_STRING_free(address);
    } else {
        if (size > 1 && name[size - 1] == '.') /* the root's own dot is no part of a reference name */
            name[size - 1] = '\0';
        matches = X509_check_host(x509, name, 0,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                                  NULL) == 1;
    }
    if (!matches)
        ERR_clear_error();
    return matches;
}
