/* What parameters of a trust set refuse, by the path engine; Java's own answers are in collector/runtime/java_security.c. */
#include "schema/trust/parameter.h"

#include <stdio.h>

#include "schema/trust/path.h"
#include "tests/support/check.h"
#include "tests/support/pki.h"

#define NOW INT64_C(1700000000)

/* A root and a leaf below it. Keys are "2048" for RSA of that size, else a curve. */
static const struct parameter_case {
    const char *name, *parameter, *root, *leaf, *digest;
    bool accepted;
    bool refuses_public; /* it may refuse what public CAs issue */
} cases[] = {
    { "no parameter at all", NULL, "2048", "2048", NULL, true, false },
    { "one that nobody knows", "colour=green", "2048", "2048", NULL, true, false },
    { "a key as large as asked for", "key_bits_min=RSA:2048", "2048", "2048", NULL, true, false },
    { "one bit more is asked for", "key_bits_min=RSA:2049", "2048", "2048", NULL, false, true },
    { "the anchor's key counts", "key_bits_min=RSA:3072", "2048", "3072", NULL, false, true },
    { "but not among those issued", "issued_key_bits_min=RSA:3072", "2048", "3072", NULL, true, true },
    { "which all have to be as large", "issued_key_bits_min=RSA:3072", "3072", "2048", NULL, false, true },
    { "RSA is not EC", "key_bits_min=EC:384", "2048", "2048", NULL, true, true },
    { "EC has sizes, too", "key_bits_min=EC:384", "P-384", "P-256", NULL, false, true },
    { "a kind that is refused", "key_refused=EC", "2048", "P-256", NULL, false, true },
    { "and no other", "key_refused=EC", "2048", "2048", NULL, true, true },
    { "so is Ed25519: public CAs have none", "key_refused=ED25519", "2048", "ED25519", NULL, false, false },
    { "DSA is refused without loss", "key_refused=DSA", "2048", "P-256", NULL, true, false },
    { "a digest that is refused", "digest_refused=SHA384", "2048", "2048", "SHA384", false, true },
    { "and no other", "digest_refused=SHA384", "2048", "2048", "SHA256", true, true },
    { "public CAs use no SHA-224", "digest_refused=SHA224", "2048", "2048", "SHA224", false, false },
    { "half a parameter", "key_bits_min=RSA", "2048", "2048", NULL, true, false },
    { "a kind of a strange name", "key_bits_min=12345678901234567890:1", "2048", "2048", NULL, true, false },
    { "Java knows no curve of Bitcoin's", NULL, "2048", "secp256k1", NULL, false, false },
    { "nor SHA-224 in a signature", NULL, "2048", "2048", "SHA224", false, false },
    { "nor SHA-3", NULL, "2048", "2048", "SHA3-256", false, false },
    { "SHA-512 it does", NULL, "2048", "2048", "SHA512", true, false },
    { "and NIST's curves", NULL, "P-521", "P-384", NULL, true, false },
};

static EVP_PKEY *key_of(const char *kind)
{
    return kind[0] >= '0' && kind[0] <= '9' ? pki_rsa_key(atoi(kind))
           : strcmp(kind, "ED25519") == 0   ? EVP_PKEY_Q_keygen(NULL, NULL, kind)
                                            : EVP_EC_gen(kind);
}

static void parameter_refuses_as_described(void **state)
{
    static const char *const ca[] = { "basicConstraints=critical,CA:TRUE", NULL };
    const struct parameter_case *row = *state;
    EVP_PKEY *root_key = key_of(row->root), *leaf_key = key_of(row->leaf);
    struct certificate *root =
        pki_issue(&(struct pki_request){ .subject = "CN=Root", .own_key = root_key, .extensions = ca });
    struct certificate *leaf = pki_issue(&(struct pki_request){ .subject = "CN=Leaf",
                                                                .issuer = root,
                                                                .own_key = leaf_key,
                                                                .signing_key = root_key,
                                                                .serial = 2,
                                                                .digest = row->digest });
    struct certificate_list chain = { 0 };
    struct trust_set *set = trust_set_new();
    const struct path_query query = {
        .chain = &chain, .trust = set, .model = model_find("java"), .at = NOW, .limits = PATH_LIMITS_DEFAULT
    };

    certificate_list_add(&chain, leaf);
    trust_set_add(set, certificate_fingerprint(root), certificate_key_identity(root), 0, root);
    if (row->parameter != NULL)
        text_list_add(&set->parameters, row->parameter);
    assert_int_equal(path_verdict_of(&query, NULL), row->accepted ? PATH_TRUSTED : PATH_UNTRUSTED);
    assert_int_equal(parameter_refuses_public(set), row->refuses_public);
    trust_set_free(set);
    certificate_list_clear(&chain);
    certificate_free(leaf);
    certificate_free(root);
    EVP_PKEY_free(leaf_key);
    EVP_PKEY_free(root_key);
}

int main(void)
{
    return RUN_ROWS(cases, parameter_refuses_as_described);
}
