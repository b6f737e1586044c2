#include "schema/tls/library.h"

#include <openssl/decoder.h>
#include <openssl/ssl.h>

#include "schema/tls/hello.h"
#include "tests/support/check.h"
#include "tests/support/pki.h"

static const struct kind {
    const char *name, *type, *group; /* of the server's key */
    int bits;
} kinds[] = {
    { "RSA", "RSA", NULL, 2048 },  { "RSA-PSS", "RSA-PSS", NULL, 2048 }, { "P-256", "EC", "P-256", 0 },
    { "P-384", "EC", "P-384", 0 }, { "P-521", "EC", "P-521", 0 },        { "Ed25519", "ED25519", NULL, 0 },
    { "Ed448", "ED448", NULL, 0 },
};

/* What both sides agree on, group and version by the server's wish. */
static const struct agreement {
    const char *name;
    int version;
    const char *groups, *ciphers;
} agreements[] = {
    { "TLS 1.3, X25519", TLS1_3_VERSION, "X25519", "DEFAULT" },
    { "TLS 1.3, X448", TLS1_3_VERSION, "X448", "DEFAULT" },
    { "TLS 1.3, P-384", TLS1_3_VERSION, "P-384", "DEFAULT" },
    { "TLS 1.3, ffdhe3072", TLS1_3_VERSION, "ffdhe3072", "DEFAULT" },
    { "TLS 1.2, P-256", TLS1_2_VERSION, "P-256", "ECDHE" },
    { "TLS 1.2, DHE", TLS1_2_VERSION, "P-256", "kDHE" },
    { "TLS 1.2, ChaCha20", TLS1_2_VERSION, "P-256", "CHACHA20" },
};

static EVP_PKEY *make_key(const struct kind *kind)
{
    EVP_PKEY *key = NULL;

    if (kind->bits > 0) {
        EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind->type, NULL);

        assert_int_equal(EVP_PKEY_keygen_init(context), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, kind->bits), 1);
        assert_int_equal(EVP_PKEY_generate(context, &key), 1);
        EVP_PKEY_CTX_free(context);
    } else {
        key = kind->group != NULL ? EVP_EC_gen(kind->group) : EVP_PKEY_Q_keygen(NULL, NULL, kind->type);
    }
    assert_non_null(key);
    return key;
}

static SSL *connected(SSL_CTX *context, BIO *from, BIO *to)
{
    SSL *ssl = SSL_new(context);

    assert_non_null(ssl);
    BIO_up_ref(from);
    BIO_up_ref(to);
    SSL_set_bio(ssl, from, to);
    return ssl;
}

static void assert_handshake(SSL_CTX *client_context, SSL_CTX *server_context)
{
    BIO *up = BIO_new(BIO_s_mem()), *down = BIO_new(BIO_s_mem());
    SSL *client = connected(client_context, down, up), *server = connected(server_context, up, down);
    int both = 0;

    BIO_set_mem_eof_return(up, -1);
    BIO_set_mem_eof_return(down, -1);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    for (int turn = 0; turn < 10 && both != 2; turn++) {
        both = SSL_do_handshake(client) == 1 ? 1 : 0;
        both += SSL_do_handshake(server) == 1 ? 1 : 0;
    }
    assert_int_equal(both, 2);
    assert_non_null(X509_get0_pubkey(SSL_get0_peer_certificate(client)));
    SSL_free(client);
    SSL_free(server);
    BIO_free(up);
    BIO_free(down);
}

static SSL_CTX *server_of(const struct agreement *agreement, const struct certificate *certificate,
                          EVP_PKEY *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(context, 0);
    assert_int_equal(SSL_CTX_set_dh_auto(context, 1), 1);
    assert_int_equal(SSL_CTX_set_min_proto_version(context, agreement->version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(context, agreement->version), 1);
    assert_int_equal(SSL_CTX_set1_groups_list(context, agreement->groups), 1);
    assert_int_equal(SSL_CTX_set_cipher_list(context, agreement->ciphers), 1);
    assert_int_equal(SSL_CTX_use_certificate(context, certificate_x509(certificate)), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    return context;
}

/* Each key of a server, with all that a handshake can agree on. */
static void handshakes_are_those_of_the_default_provider(void **state)
{
    const struct kind *kind = *state;
    struct error err = { 0 };
    struct library *library = library_new(&err);
    SSL_CTX *client = hello_context(hello_find("modern"), library_context(library), &err);
    EVP_PKEY *key = make_key(kind);
    struct certificate *certificate =
        pki_issue(&(struct pki_request){ .subject = "CN=pay.example",
                                         .own_key = key,
                                         .digest = kind->bits > 0 || kind->group != NULL ? "SHA256" : "" });

    assert_non_null(client);
    for (size_t i = 0; i < sizeof(agreements) / sizeof(agreements[0]); i++) {
        SSL_CTX *server;

        if (strcmp(agreements[i].ciphers, "kDHE") == 0 && kind->bits == 0)
            continue; /* no DHE with ECDSA */
        server = server_of(&agreements[i], certificate, key);
        assert_handshake(client, server);
        SSL_CTX_free(server);
    }
    certificate_free(certificate);
    EVP_PKEY_free(key);
    SSL_CTX_free(client);
    library_free(library);
}

static void cipher_suites_are_those_of_the_default_provider(void **state)
{
    struct error err = { 0 };
    struct library *library = library_new(&err);
    SSL_CTX *own = SSL_CTX_new_ex(library_context(library), NULL, TLS_client_method());
    SSL_CTX *plain = SSL_CTX_new(TLS_client_method());

    (void)state;
    assert_int_equal(SSL_CTX_set_cipher_list(own, "ALL:COMPLEMENTOFALL"), 1);
    assert_int_equal(SSL_CTX_set_cipher_list(plain, "ALL:COMPLEMENTOFALL"), 1);
    assert_int_equal(sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(own)),
                     sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(plain)));
    for (int i = 0; i < sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(plain)); i++)
        assert_ptr_equal(sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(own), i),
                         sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(plain), i));
    SSL_CTX_free(own);
    SSL_CTX_free(plain);
    library_free(library);
}

static void count(OSSL_DECODER *decoder, void *counted)
{
    assert_non_null(decoder);
    ++*(int *)counted;
}

static void decoders_are_few(void **state)
{
    struct error err = { 0 };
    struct library *library = library_new(&err);
    int few = 0, all = 0;

    (void)state;
    OSSL_DECODER_do_all_provided(library_context(library), count, &few);
    OSSL_DECODER_do_all_provided(NULL, count, &all);
    assert_in_range(few, sizeof(kinds) / sizeof(kinds[0]) - 2,
                    all / 2); /* the three curves are one kind of key */
    library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cipher_suites_are_those_of_the_default_provider),
        cmocka_unit_test(decoders_are_few),
    };

    return RUN_ROWS(kinds, handshakes_are_those_of_the_default_provider) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
