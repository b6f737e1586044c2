#include "schema/tls/offer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "schema/base/text.h"
#include "schema/tls/handshake.h"

#define RECORD_HEADER_BYTES 5
#define NAME_BYTES_MAX 253 /* RFC 1035 section 2.3.4 without the final dot */

/* RFC 8446 section 4.2 */
enum extension {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_SUPPORTED_GROUPS = 10,
    EXTENSION_POINT_FORMATS = 11,
    EXTENSION_SIGNATURE_ALGORITHMS = 13,
    EXTENSION_SUPPORTED_VERSIONS = 43,
    EXTENSION_KEY_SHARE = 51,
};

/* What is the same in every hello of one shape. */
struct shape {
    struct text ciphers;    /* two bytes each */
    struct text extensions; /* all but the server's name */
    size_t share_at;        /* in the extensions */
};

struct offer {
    const struct hello *hello;
    struct shape shapes[OFFER_SHAPES];
    struct offer_suite {
        uint32_t id;
        const char *name;
    } * suites;
    size_t suite_count;
};

static const struct {
    int version;
    const char *name;
} versions[] = {
    { TLS1_3_VERSION, "TLSv1.3" },
    { TLS1_2_VERSION, "TLSv1.2" },
    { TLS1_1_VERSION, "TLSv1.1" },
    { TLS1_VERSION, "TLSv1" },
};

/* --- what OpenSSL says ---------------------------------------------------------------------------- */

/* The lists of a ClientHello that decide which chain comes. */
struct lists {
    struct span ciphers, groups, points, signatures;
};

static bool read_extensions(struct span extensions, struct lists *lists)
{
    while (extensions.size > 0) {
        uint32_t type;
        struct span body;

        if (!span_take_number(&extensions, 2, &type) || !span_take_vector(&extensions, 2, &body))
            return false;
        switch (type) {
        case EXTENSION_SUPPORTED_GROUPS: lists->groups = body; break;
        case EXTENSION_POINT_FORMATS: lists->points = body; break;
        case EXTENSION_SIGNATURE_ALGORITHMS: lists->signatures = body; break;
        default: break;
        }
    }
    return true;
}

static bool read_hello(struct span record, struct lists *lists)
{
    struct span skipped, extensions;

    return span_take(&record, RECORD_HEADER_BYTES + HANDSHAKE_HEADER_BYTES + 2 + OFFER_RANDOM_BYTES,
                     &skipped) &&
           span_take_vector(&record, 1, &skipped) && /* session */
           span_take_vector(&record, 2, &lists->ciphers) &&
           span_take_vector(&record, 1, &skipped) && /* compression */
           span_take_vector(&record, 2, &extensions) && read_extensions(extensions, lists);
}

/* The ClientHello that OpenSSL would send, into a memory BIO that the caller frees. */
static BIO *say_hello(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    if (ssl == NULL || in == NULL || out == NULL || BIO_up_ref(out) != 1) {
        BIO_free(in);
        BIO_free(out);
        SSL_free(ssl);
        return NULL;
    }
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_connect_state(ssl);
    (void)SSL_do_handshake(ssl); /* gets as far as waiting for an answer */
    SSL_free(ssl);
    ERR_clear_error();
    return out;
}

/* --- what we say ---------------------------------------------------------------------------------- */

static void add_number(struct text *text, size_t width, size_t number)
{
    for (size_t i = width; i > 0; i--) {
        uint8_t byte = (uint8_t)(number >> 8 * (i - 1));

        text_append(text, &byte, 1);
    }
}

static void add_extension(struct text *text, enum extension type, struct span body)
{
    if (body.size == 0)
        return;
    add_number(text, 2, type);
    add_number(text, 2, body.size);
    text_append(text, body.at, body.size);
}

bool offer_is_tls13_suite(uint32_t id)
{
    return id >> 8 == 0x13; /* RFC 8446 appendix B.4 */
}

static void list_ciphers(struct shape *shape, enum offer_shape which, struct span ciphers, bool both)
{
    uint32_t id;

    while (span_take_number(&ciphers, 2, &id)) {
        if (offer_is_tls13_suite(id) ? which == OFFER_TLS13 : which == OFFER_TLS12 || both)
            add_number(&shape->ciphers, 2, id);
    }
}

static void add_versions(struct text *extensions, const struct hello *hello)
{
    struct text list = { 0 };

    add_number(&list, 1, 0); /* how long the list is */
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (versions[i].version >= hello->oldest && versions[i].version <= hello->newest)
            add_number(&list, 2, (size_t)versions[i].version);
    }
    list.bytes[0] = (char)(list.size - 1);
    add_extension(extensions, EXTENSION_SUPPORTED_VERSIONS,
                  (struct span){ (const uint8_t *)list.bytes, list.size });
    text_clear(&list);
}

/* One share of x25519 (29), whose bytes come with each hello. */
static size_t add_share(struct text *extensions)
{
    static const uint8_t share[2 + 4 + OFFER_SHARE_BYTES] = { 0, 4 + OFFER_SHARE_BYTES, 0, 29,
                                                              0, OFFER_SHARE_BYTES };

    add_extension(extensions, EXTENSION_KEY_SHARE, (struct span){ share, sizeof(share) });
    return extensions->size - OFFER_SHARE_BYTES;
}

static void make_shape(struct offer *offer, enum offer_shape which, const struct lists *lists)
{
    struct shape *shape = &offer->shapes[which];

    list_ciphers(shape, which, lists->ciphers, offer->hello->oldest < TLS1_3_VERSION);
    add_extension(&shape->extensions, EXTENSION_POINT_FORMATS, lists->points);
    add_extension(&shape->extensions, EXTENSION_SUPPORTED_GROUPS, lists->groups);
    add_extension(&shape->extensions, EXTENSION_SIGNATURE_ALGORITHMS, lists->signatures);
    if (which != OFFER_TLS13)
        return;
    add_versions(&shape->extensions, offer->hello);
    shape->share_at = add_share(&shape->extensions);
}

static void list_suites(struct offer *offer, SSL_CTX *context)
{
    STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context);

    offer->suite_count = (size_t)sk_SSL_CIPHER_num(ciphers);
    offer->suites = memory_new((offer->suite_count + 1) * sizeof(*offer->suites));
    for (size_t i = 0; i < offer->suite_count; i++) {
        const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, (int)i);

        offer->suites[i] =
            (struct offer_suite){ SSL_CIPHER_get_protocol_id(cipher), SSL_CIPHER_standard_name(cipher) };
    }
}

struct offer *offer_new(const struct hello *hello, SSL_CTX *context, struct error *err)
{
    struct offer *offer = memory_new(sizeof(*offer));
    BIO *said = say_hello(context);
    struct lists lists = { 0 };
    char *bytes = NULL;
    long size = said != NULL ? BIO_get_mem_data(said, &bytes) : 0;

    offer->hello = hello;
    if (size <= 0 || !read_hello((struct span){ (const uint8_t *)bytes, (size_t)size }, &lists)) {
        error_set(err, ERROR_SYSTEM, "hello %s: OpenSSL says none", hello->name);
        offer_free(offer);
        BIO_free(said);
        return NULL;
    }
    for (enum offer_shape which = 0; which < OFFER_SHAPES; which++) {
        if (offer_has(offer, which))
            make_shape(offer, which, &lists);
        assert(offer->shapes[which].ciphers.size + offer->shapes[which].extensions.size + NAME_BYTES_MAX +
                   128 <=
               OFFER_BYTES_MAX); /* the rows are ours */
    }
    list_suites(offer, context);
    BIO_free(said);
    return offer;
}

void offer_free(struct offer *offer)
{
    if (offer == NULL)
        return;
    for (enum offer_shape which = 0; which < OFFER_SHAPES; which++) {
        text_clear(&offer->shapes[which].ciphers);
        text_clear(&offer->shapes[which].extensions);
    }
    free(offer->suites);
    free(offer);
}

bool offer_has(const struct offer *offer, enum offer_shape shape)
{
    return shape == OFFER_TLS13 ? offer->hello->newest >= TLS1_3_VERSION
                                : offer->hello->oldest < TLS1_3_VERSION;
}

/* --- one hello ------------------------------------------------------------------------------------ */

static uint8_t *put_number(uint8_t *at, size_t width, size_t number)
{
    for (size_t i = width; i > 0; i--)
        *at++ = (uint8_t)(number >> 8 * (i - 1));
    return at;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* RFC 6066 section 3 */
static uint8_t *put_name(uint8_t *at, const char *name, size_t size)
{
    at = put_number(at, 2, EXTENSION_SERVER_NAME);
    at = put_number(at, 2, size + 5);
    at = put_number(at, 2, size + 3);
    at = put_number(at, 1, 0); /* host_name */
    at = put_number(at, 2, size);
    return put(at, name, size);
}

size_t offer_write(const struct offer *offer, enum offer_shape which, const char *server_name,
                   const uint8_t random[OFFER_RANDOM_BYTES], const uint8_t share[OFFER_SHARE_BYTES],
                   uint8_t bytes[OFFER_BYTES_MAX])
{
    const struct shape *shape = &offer->shapes[which];
    size_t name_bytes = server_name != NULL ? strlen(server_name) : 0;
    size_t extensions = shape->extensions.size + (name_bytes > 0 ? 9 + name_bytes : 0);
    size_t body = 2 + OFFER_RANDOM_BYTES + 1 + 2 + shape->ciphers.size + 2 + 2 + extensions;
    uint8_t *at = bytes;

    if (name_bytes > NAME_BYTES_MAX)
        return 0;
    at = put_number(at, 1, SSL3_RT_HANDSHAKE);
    at = put_number(at, 2, TLS1_VERSION); /* what old servers expect in a first record */
    at = put_number(at, 2, HANDSHAKE_HEADER_BYTES + body);
    at = put_number(at, 1, HANDSHAKE_CLIENT_HELLO);
    at = put_number(at, 3, body);
    at = put_number(at, 2, TLS1_2_VERSION);
    at = put(at, random, OFFER_RANDOM_BYTES);
    at = put_number(at, 1, 0); /* no session */
    at = put_number(at, 2, shape->ciphers.size);
    at = put(at, shape->ciphers.bytes, shape->ciphers.size);
    at = put_number(at, 2, 0x0100); /* compression: none */
    at = put_number(at, 2, extensions);
    if (name_bytes > 0)
        at = put_name(at, server_name, name_bytes);
    put(at, shape->extensions.bytes, shape->extensions.size);
    if (which == OFFER_TLS13)
        memcpy(at + shape->share_at, share, OFFER_SHARE_BYTES);
    at += shape->extensions.size;
    return (size_t)(at - bytes);
}

const char *offer_cipher(const struct offer *offer, uint32_t id)
{
    for (size_t i = 0; i < offer->suite_count; i++) {
        if (offer->suites[i].id == id)
            return offer->suites[i].name;
    }
    return NULL;
}

const char *offer_version(const struct offer *offer, uint32_t version)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (versions[i].version == (int)version && versions[i].version >= offer->hello->oldest &&
            versions[i].version <= offer->hello->newest)
            return versions[i].name;
    }
    return NULL;
}
