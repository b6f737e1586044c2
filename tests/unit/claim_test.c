/* Answers made by hand, the trace of RFC 8448, and OpenSSL's own server in the same process. */
#include "schema/tls/claim.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "tests/support/check.h"
#include "tests/support/trace.h"

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static struct {
    SSL_CTX *context;
    struct offer *offer;
    struct traffic *traffic;
} ours;

static void prepare(const char *hello, const uint8_t *private_key)
{
    struct error err = { 0 };

    ours.context = hello_context(hello_find(hello), NULL, &err);
    ours.offer = offer_new(hello_find(hello), ours.context, &err);
    ours.traffic = traffic_new(NULL, private_key, &err);
    assert_true(ours.offer != NULL && ours.traffic != NULL);
}

static void put_away(void)
{
    offer_free(ours.offer);
    traffic_free(ours.traffic);
    SSL_CTX_free(ours.context);
}

static void begin(struct claim *claim, enum offer_shape shape, uint8_t hello[OFFER_BYTES_MAX], size_t *size)
{
    static const uint8_t random[OFFER_RANDOM_BYTES] = { 1, 2, 3 };

    *size = offer_write(ours.offer, shape, "www.example.com", random, traffic_share(ours.traffic), hello);
    assert_true(*size > 0);
    claim_begin(claim, ours.offer, ours.traffic, (struct span){ hello, *size });
}

/* Until it answers, `cut` bytes at a time. */
static enum claim_answer feed(struct claim *claim, const uint8_t *bytes, size_t size, size_t cut)
{
    enum claim_answer answer = CLAIM_MORE;

    for (size_t at = 0; at < size && answer == CLAIM_MORE; at += cut)
        answer = claim_read(claim, bytes + at, size - at < cut ? size - at : cut);
    return answer;
}

/* --- TLS 1.2, by hand ----------------------------------------------------------------------------- */

#define RANDOM 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
/* ServerHello without session and extensions, of a cipher */
#define SERVER_HELLO(minor, ...) 2, 0, 0, 38, 3, minor, RANDOM, 0, __VA_ARGS__, 0
/* of two frames without anything in them */
#define FRAME 0x30, 6, 0x30, 0, 0x30, 0, 3, 0
#define CERTIFICATE 11, 0, 0, 25, 0, 0, 22, 0, 0, 8, FRAME, 0, 0, 8, FRAME
#define RECORD(type, size) type, 3, 3, 0, size
#define ECDHE 0xc0, 0x2f

static const struct answer_case {
    const char *name;
    const uint8_t *bytes;
    size_t size;
    enum claim_answer answer;
    enum outcome_stage reached;
    int alert;
} cases[] = {
    { "two records", BYTES(RECORD(22, 42), SERVER_HELLO(3, ECDHE), RECORD(22, 29), CERTIFICATE), CLAIM_SHOWN,
      STAGE_CERTIFICATE, -1 },
    { "one record", BYTES(RECORD(22, 71), SERVER_HELLO(3, ECDHE), CERTIFICATE), CLAIM_SHOWN,
      STAGE_CERTIFICATE, -1 },
    { "a Certificate over three records",
      BYTES(RECORD(22, 43), SERVER_HELLO(3, ECDHE), 11, RECORD(22, 5), 0, 0, 25, 0, 0, RECORD(22, 23), 22, 0,
            0, 8, FRAME, 0, 0, 8, FRAME),
      CLAIM_SHOWN, STAGE_CERTIFICATE, -1 },
    { "a warning and a HelloRequest are no answer",
      BYTES(RECORD(21, 2), 1, 112, RECORD(22, 4), 0, 0, 0, 0, RECORD(22, 71), SERVER_HELLO(3, ECDHE),
            CERTIFICATE),
      CLAIM_SHOWN, STAGE_CERTIFICATE, -1 },
    { "a hello only", BYTES(RECORD(22, 42), SERVER_HELLO(3, ECDHE)), CLAIM_MORE, STAGE_CERTIFICATE, -1 },
    { "half a record", BYTES(RECORD(22, 42), 2, 0, 0), CLAIM_MORE, STAGE_HELLO, -1 },
    { "an alert", BYTES(RECORD(21, 2), 2, 40), CLAIM_ALERT, STAGE_HELLO, 40 },
    { "an alert after the hello", BYTES(RECORD(22, 42), SERVER_HELLO(3, ECDHE), RECORD(21, 2), 2, 80),
      CLAIM_ALERT, STAGE_CERTIFICATE, 80 },
    { "close_notify", BYTES(RECORD(21, 2), 1, 0), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "half an alert", BYTES(RECORD(21, 1), 2), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "a version that was not offered", BYTES(RECORD(22, 42), SERVER_HELLO(2, ECDHE)), CLAIM_UNUSUAL,
      STAGE_HELLO, -1 },
    { "a cipher that was not offered", BYTES(RECORD(22, 42), SERVER_HELLO(3, 0, 0x18)), CLAIM_UNUSUAL,
      STAGE_HELLO, -1 },
    { "a cipher of TLS 1.3 in TLS 1.2", BYTES(RECORD(22, 42), SERVER_HELLO(3, 0x13, 1)), CLAIM_UNUSUAL,
      STAGE_HELLO, -1 },
    { "a compression", BYTES(RECORD(22, 42), 2, 0, 0, 38, 3, 3, RANDOM, 0, ECDHE, 1), CLAIM_UNUSUAL,
      STAGE_HELLO, -1 },
    { "an alert of no known level", BYTES(RECORD(21, 2), 3, 40), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "two hellos", BYTES(RECORD(22, 42), SERVER_HELLO(3, ECDHE), RECORD(22, 42), SERVER_HELLO(3, ECDHE)),
      CLAIM_UNUSUAL, STAGE_CERTIFICATE, -1 },
    { "a Certificate before the hello", BYTES(RECORD(22, 29), CERTIFICATE), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "a key exchange without Certificate", BYTES(RECORD(22, 46), SERVER_HELLO(3, ECDHE), 12, 0, 0, 0),
      CLAIM_UNUSUAL, STAGE_CERTIFICATE, -1 },
    { "a Certificate without certificates",
      BYTES(RECORD(22, 42), SERVER_HELLO(3, ECDHE), RECORD(22, 7), 11, 0, 0, 3, 0, 0, 0), CLAIM_UNUSUAL,
      STAGE_CERTIFICATE, -1 },
    { "a certificate that is none",
      BYTES(RECORD(22, 42), SERVER_HELLO(3, ECDHE), RECORD(22, 14), 11, 0, 0, 10, 0, 0, 7, 0, 0, 4, 'j', 'u',
            'n', 'k'),
      CLAIM_UNUSUAL, STAGE_CERTIFICATE, -1 },
    { "an extension longer than the hello",
      BYTES(RECORD(22, 46), 2, 0, 0, 42, 3, 3, RANDOM, 0, ECDHE, 0, 0, 2, 0, 23), CLAIM_UNUSUAL, STAGE_HELLO,
      -1 },
    { "TLS 1.3 by a hello without a share",
      BYTES(RECORD(22, 50), 2, 0, 0, 46, 3, 3, RANDOM, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4), CLAIM_UNUSUAL,
      STAGE_HELLO, -1 },
    { "a message of 16 MiB", BYTES(RECORD(22, 4), 2, 0xff, 0xff, 0xff), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "a record of 64 KiB", BYTES(22, 3, 3, 0xff, 0xff), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "an empty record", BYTES(RECORD(22, 0)), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "application data", BYTES(RECORD(23, 1), 0), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
    { "plain HTTP", BYTES('H', 'T', 'T', 'P', '/'), CLAIM_UNUSUAL, STAGE_HELLO, -1 },
};

static void answer_is_the_same_however_it_is_cut(void **state)
{
    const struct answer_case *row = *state;

    prepare("modern", NULL);
    for (size_t cut = 1; cut <= row->size; cut++) {
        struct claim claim;
        uint8_t hello[OFFER_BYTES_MAX];
        size_t size;

        begin(&claim, OFFER_TLS12, hello, &size);
        assert_int_equal(feed(&claim, row->bytes, row->size, cut), row->answer);
        assert_int_equal(claim.reached, row->reached);
        assert_int_equal(claim.alert, row->alert);
        if (row->answer == CLAIM_SHOWN)
            assert_int_equal(claim.chain.count, 2);
        if (row->answer == CLAIM_SHOWN) {
            assert_string_equal(claim.tls, "TLSv1.2");
            assert_string_equal(claim.cipher, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
            assert_memory_equal(claim.chain.items[1].der, ((const uint8_t[]){ FRAME }), 8);
        }
        claim_clear(&claim);
    }
    put_away();
}

/* --- TLS 1.3, the trace --------------------------------------------------------------------------- */

static void begin_trace(struct claim *claim, const struct trace *trace)
{
    claim_begin(claim, ours.offer, ours.traffic, (struct span){ trace->hello, trace->hello_bytes });
}

static void prepare_trace(void)
{
    uint8_t key[TRAFFIC_SHARE_BYTES];

    trace_bytes(trace_private_key, key, sizeof(key));
    prepare("modern", key);
}

static void the_trace_is_read_however_it_is_cut(void **state)
{
    const struct trace trace = trace_read();

    (void)state;
    prepare_trace();
    for (size_t cut = 1; cut <= trace.answer_bytes; cut++) {
        struct claim claim;

        begin_trace(&claim, &trace);
        assert_int_equal(feed(&claim, trace.answer, trace.answer_bytes, cut), CLAIM_SHOWN);
        assert_string_equal(claim.tls, "TLSv1.3");
        assert_string_equal(claim.cipher, "TLS_AES_128_GCM_SHA256");
        assert_string_equal(claim.group, "x25519");
        assert_int_equal(claim.chain.count, 1);
        assert_int_equal(claim.chain.items[0].size, 432);
        claim_clear(&claim);
    }
    put_away();
}

/* Whatever bit is turned, nothing is shown; but for the first record's version, which nobody looks at. */
static void a_turned_bit_shows_nothing(void **state)
{
    struct trace trace = trace_read();

    (void)state;
    prepare_trace();
    for (size_t bit = 8 * 3; bit < 8 * trace.answer_bytes; bit += 3) {
        struct claim claim;

        trace.answer[bit / 8] ^= (uint8_t)(1 << bit % 8);
        begin_trace(&claim, &trace);
        assert_int_not_equal(feed(&claim, trace.answer, trace.answer_bytes, trace.answer_bytes), CLAIM_SHOWN);
        claim_clear(&claim);
        trace.answer[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    put_away();
}

/* Its keys are another's than those of the hello before it: nobody who holds them has said this. */
static void a_chain_in_the_clear_shows_nothing(void **state)
{
    static const uint8_t clear[] = { 11, 0, 0, 17, 0, 0, 0, 13, 0, 0, 8, FRAME, 0, 0 };
    const struct trace trace = trace_read();
    uint8_t bytes[512];
    size_t hello_bytes = 5 + trace.answer[4];
    struct claim claim;

    (void)state;
    memcpy(bytes, trace.answer, hello_bytes);
    memcpy(bytes + hello_bytes, clear, sizeof(clear));
    bytes[4] = (uint8_t)(bytes[4] + sizeof(clear));
    prepare_trace();
    begin_trace(&claim, &trace);
    assert_int_equal(feed(&claim, bytes, hello_bytes + sizeof(clear), sizeof(bytes)), CLAIM_UNUSUAL);
    claim_clear(&claim);
    put_away();
}

/* --- OpenSSL's server ----------------------------------------------------------------------------- */

static const struct server_case {
    const char *name, *hello;
    enum offer_shape shape;
    int version;
    const char *ciphers, *groups; /* of the server; NULL: its own */
    int verify;
    enum claim_answer answer;
    const char *tls, *cipher;
} servers[] = {
    { "AES-128-GCM", "modern", OFFER_TLS13, TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256", NULL, 0, CLAIM_SHOWN,
      "TLSv1.3", "TLS_AES_128_GCM_SHA256" },
    { "AES-256-GCM", "modern", OFFER_TLS13, TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384", NULL, 0, CLAIM_SHOWN,
      "TLSv1.3", "TLS_AES_256_GCM_SHA384" },
    { "ChaCha20", "modern", OFFER_TLS13, TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256", NULL, 0, CLAIM_SHOWN,
      "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256" },
    { "a client certificate is asked for", "modern", OFFER_TLS13, TLS1_3_VERSION, NULL, NULL,
      SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, CLAIM_SHOWN, "TLSv1.3", "TLS_AES_128_GCM_SHA256" },
    { "another group", "modern", OFFER_TLS13, TLS1_3_VERSION, NULL, "P-384", 0, CLAIM_UNUSUAL, NULL, NULL },
    { "TLS 1.2 by a hello of both", "modern", OFFER_TLS13, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256",
      NULL, 0, CLAIM_SHOWN, "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
    { "TLS 1.2", "modern", OFFER_TLS12, TLS1_2_VERSION, "AES256-SHA", NULL, 0, CLAIM_SHOWN, "TLSv1.2",
      "TLS_RSA_WITH_AES_256_CBC_SHA" },
    { "TLS 1.2 of a server of both", "modern", OFFER_TLS12, 0, NULL, NULL, 0, CLAIM_SHOWN, "TLSv1.2", NULL },
    { "TLS 1.3 only, asked in TLS 1.2", "modern", OFFER_TLS12, TLS1_3_VERSION, NULL, NULL, 0, CLAIM_ALERT,
      NULL, NULL },
    { "TLS 1.2 only, asked in TLS 1.3", "rsa-tls13", OFFER_TLS13, TLS1_2_VERSION, NULL, NULL, 0, CLAIM_ALERT,
      NULL, NULL },
    { "TLS 1.0", "legacy", OFFER_TLS12, TLS1_VERSION, "AES128-SHA:@SECLEVEL=0", NULL, 0, CLAIM_SHOWN, "TLSv1",
      "TLS_RSA_WITH_AES_128_CBC_SHA" },
    { "an RSA server asked for ECDSA", "ecdsa-tls12", OFFER_TLS12, 0, NULL, NULL, 0, CLAIM_ALERT, NULL,
      NULL },
};

static X509 *certify(EVP_PKEY *key)
{
    X509 *certificate = X509_new();

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

static SSL *make_server(const struct server_case *row, EVP_PKEY *key, X509 *certificate)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL *server;

    SSL_CTX_set_min_proto_version(context, row->version);
    SSL_CTX_set_max_proto_version(context, row->version);
    if (row->ciphers != NULL && row->version == TLS1_3_VERSION)
        assert_int_equal(SSL_CTX_set_ciphersuites(context, row->ciphers), 1);
    else if (row->ciphers != NULL)
        assert_int_equal(SSL_CTX_set_cipher_list(context, row->ciphers), 1);
    if (row->groups != NULL)
        assert_int_equal(SSL_CTX_set1_groups_list(context, row->groups), 1);
    SSL_CTX_set_verify(context, row->verify, NULL);
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    server = SSL_new(context);
    SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(server);
    SSL_CTX_free(context);
    return server;
}

static void openssl_is_read_as_it_answers(void **state)
{
    const struct server_case *row = *state;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = certify(key);
    SSL *server = make_server(row, key, certificate);
    struct claim claim;
    uint8_t hello[OFFER_BYTES_MAX];
    char *answer;
    size_t size;
    long answer_bytes;

    prepare(row->hello, NULL);
    begin(&claim, row->shape, hello, &size);
    BIO_write(SSL_get_rbio(server), hello, (int)size);
    SSL_do_handshake(server);
    answer_bytes = BIO_get_mem_data(SSL_get_wbio(server), &answer);
    assert_true(answer_bytes > 0);
    assert_int_equal(feed(&claim, (const uint8_t *)answer, (size_t)answer_bytes, 1000), row->answer);
    if (row->answer == CLAIM_SHOWN) {
        unsigned char *der = NULL;
        int der_bytes = i2d_X509(certificate, &der);

        assert_string_equal(claim.tls, row->tls);
        assert_non_null(claim.cipher);
        if (row->cipher != NULL)
            assert_string_equal(claim.cipher, row->cipher);
        assert_int_equal(claim.chain.count, 1);
        assert_int_equal(claim.chain.items[0].size, der_bytes);
        assert_memory_equal(claim.chain.items[0].der, der, (size_t)der_bytes);
        OPENSSL_free(der);
    }
    claim_clear(&claim);
    put_away();
    SSL_free(server);
    X509_free(certificate);
    EVP_PKEY_free(key);
    ERR_clear_error();
}

int main(void)
{
    const struct CMUnitTest trace[] = { cmocka_unit_test(the_trace_is_read_however_it_is_cut),
                                        cmocka_unit_test(a_turned_bit_shows_nothing),
                                        cmocka_unit_test(a_chain_in_the_clear_shows_nothing) };

    return RUN_ROWS(cases, answer_is_the_same_however_it_is_cut) +
           RUN_ROWS(servers, openssl_is_read_as_it_answers) + cmocka_run_group_tests(trace, NULL, NULL);
}
