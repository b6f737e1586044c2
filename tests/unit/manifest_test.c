#include "schema/campaign/manifest.h"

#include "schema/wire/codec.h"
#include "tests/support/judged.h"

/* The old root's own chain is listed, the new root's cross-certificate is not. */
static const char file[] =
    "campaign: sent\n"
    "version: 1\n"
    "timezone: UTC\n"
    "title: sent\n"
    "contact: mail@pay.example\n"
    "roots:\n"
    "  new: { file: new.pem, sha256: ~new~, role: new }\n"
    "  old: { file: old.pem, sha256: ~old~, role: old }\n"
    "chains:\n"
    "  new: { certificates: chain-new.pem }\n"
    "phases:\n"
    "  - { name: all, serves: [ new ], starts: 2024-01-01, ready_by: 2024-01-01, source: notice }\n"
    "ends: 2028-01-01\n";

static struct campaign *campaign;
static struct campaign *campaigns[1];
static const struct campaign_shelf shelf = { campaigns, 1 };

static struct trust_set *make_set(void)
{
    const char *names[] = { "new", "cross", "other", "issuing", "brief-issuing" };
    struct trust_set *set = trust_set_new();

    for (size_t i = 0; i < 5; i++) {
        struct certificate *certificate = migration_certificate(names[i]);

        trust_set_add(set, certificate_fingerprint(certificate), certificate_key_identity(certificate),
                      i == 1 ? TRUST_MARK_EXPLICIT : 0, certificate);
        certificate_free(certificate);
    }
    text_list_add(&set->parameters, "security_level=2");
    return set;
}

static void only_what_matters_and_is_not_listed_travels(void **state)
{
    struct trust_set *set = make_set();
    Rootshift__V1__TrustManifest *manifest = manifest_new(set, model_find("openssl"), &shelf);

    (void)state;
    assert_int_equal(manifest->n_entries, 5);
    assert_int_equal(manifest->entries[0]->der.len, 0); /* a root of the campaign */
    assert_true(manifest->entries[1]->der.len > 0);     /* its cross-certificate: same subject */
    assert_int_equal(manifest->entries[2]->der.len, 0); /* a stranger */
    assert_int_equal(manifest->entries[3]->der.len, 0); /* listed in a chain */
    assert_true(manifest->entries[4]->der.len > 0);     /* issued by the new root */
    protobuf_c_message_free_unpacked(&manifest->base, NULL);
    trust_set_free(set);
}

static void what_arrives_is_what_was_sent(void **state)
{
    struct trust_set *set = make_set(), *opened;
    Rootshift__V1__TrustManifest *manifest = manifest_new(set, model_find("openssl"), &shelf), *received;
    struct text bytes = { 0 };
    struct error err = { 0 };
    struct fingerprint before, after;

    (void)state;
    assert_true(codec_pack(manifest, &bytes, &err));
    received = codec_unpack(&rootshift__v1__trust_manifest__descriptor, bytes.bytes, bytes.size, &err);
    assert_non_null(received);
    opened = manifest_open(received, &shelf, &err);
    if (opened == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(opened->count, 5);
    assert_non_null(opened->entries[0].certificate); /* the campaign's */
    assert_non_null(opened->entries[1].certificate);
    assert_null(opened->entries[2].certificate);
    assert_int_equal(opened->entries[1].marks, TRUST_MARK_EXPLICIT);
    assert_true(opened->complete);
    before = trust_set_digest(set, model_find("openssl"));
    after = trust_set_digest(opened, model_find("openssl"));
    assert_true(fingerprint_equal(&before, &after));
    trust_set_free(opened);
    codec_free(received);
    protobuf_c_message_free_unpacked(&manifest->base, NULL);
    trust_set_free(set);
    text_clear(&bytes);
}

static void change_nothing(Rootshift__V1__TrustManifest *manifest)
{
    (void)manifest;
}

static void lose_the_root(Rootshift__V1__TrustManifest *manifest)
{
    manifest->n_entries--;
}

static void change_marks(Rootshift__V1__TrustManifest *manifest)
{
    manifest->entries[2]->marks = TRUST_MARK_EXPLICIT;
}

static void hide_that_it_is_incomplete(Rootshift__V1__TrustManifest *manifest)
{
    manifest->complete = !manifest->complete;
}

static void change_a_parameter(Rootshift__V1__TrustManifest *manifest)
{
    manifest->parameters[0][0] = 'S';
}

static void claim_the_roots_key(Rootshift__V1__TrustManifest *manifest)
{
    memcpy(manifest->entries[1]->key_identity.data, manifest->entries[2]->key_identity.data,
           FINGERPRINT_BYTES);
}

static void claim_a_known_certificates_key(Rootshift__V1__TrustManifest *manifest)
{
    memcpy(manifest->entries[0]->key_identity.data, manifest->entries[2]->key_identity.data,
           FINGERPRINT_BYTES);
}

static void send_another_certificate(Rootshift__V1__TrustManifest *manifest)
{
    ProtobufCBinaryData der = manifest->entries[1]->der;

    manifest->entries[1]->der = manifest->entries[4]->der;
    manifest->entries[4]->der = der;
}

static void cut_a_hash(Rootshift__V1__TrustManifest *manifest)
{
    manifest->entries[0]->sha256.len = 31;
}

static void cut_the_certificate(Rootshift__V1__TrustManifest *manifest)
{
    manifest->entries[1]->der.len--;
}

static void drop_the_digest(Rootshift__V1__TrustManifest *manifest)
{
    manifest->digest.len = 0;
}

static void name_another_model(Rootshift__V1__TrustManifest *manifest)
{
    manifest->model[0] = 'X';
}

static const struct lie_case {
    const char *name;
    void (*lie)(Rootshift__V1__TrustManifest *manifest);
    const char *error; /* NULL: it opens */
} lies[] = {
    { "the truth opens", change_nothing, NULL },
    { "an entry left out", lose_the_root, "digest" },
    { "marks that were changed", change_marks, "digest" },
    { "a set that calls itself whole and is not", hide_that_it_is_incomplete, "digest" },
    { "a parameter that was changed", change_a_parameter, "digest" },
    { "a key identity that the sent certificate does not have", claim_the_roots_key,
      "entry 1: the key identity" },
    { "a key identity that the known certificate does not have", claim_a_known_certificates_key,
      "entry 0: the key identity" },
    { "another certificate than its hash says", send_another_certificate, "entry 1: the certificate is not" },
    { "a hash cut short", cut_a_hash, "entry 0: expected 32 bytes" },
    { "a certificate cut short", cut_the_certificate, "entry 1" },
    { "no digest", drop_the_digest, "digest" },
    { "a model of another time", name_another_model, "no model" },
};

static void lie_is_found(void **state)
{
    const struct lie_case *row = *state;
    struct trust_set *set = make_set(), *opened;
    Rootshift__V1__TrustManifest *manifest = manifest_new(set, model_find("openssl"), &shelf);
    size_t entries = manifest->n_entries;
    struct error err = { 0 };

    row->lie(manifest);
    opened = manifest_open(manifest, &shelf, &err);
    assert_int_equal(opened != NULL, row->error == NULL);
    if (row->error != NULL && strstr(err.message, row->error) == NULL)
        fail_msg("expected \"%s\", got \"%s\"", row->error, err.message);
    manifest->n_entries = entries;
    trust_set_free(opened);
    protobuf_c_message_free_unpacked(&manifest->base, NULL);
    trust_set_free(set);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(only_what_matters_and_is_not_listed_travels),
                                       cmocka_unit_test(what_arrives_is_what_was_sent) };
    int failed;

    campaign = judged_campaign(file);
    campaigns[0] = campaign;
    failed = RUN_ROWS(lies, lie_is_found) + cmocka_run_group_tests(rest, NULL, NULL);
    campaign_free(campaign);
    return failed + migration_remove(NULL);
}
