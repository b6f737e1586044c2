#include "collector/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "schema/x509/names.h"

struct manifest_scope {
    struct fingerprint *names; /* of normalised names that occur as subject or issuer */
    size_t name_count;
    struct certificate_list certificates; /* that the campaigns bring */
};

static struct fingerprint name_print(const X509_NAME *name)
{
    size_t size = 0;
    uint8_t *bytes = names_normalise(name, &size);
    struct fingerprint print = fingerprint_of(bytes, bytes == NULL ? 0 : size);

    free(bytes);
    return print;
}

static void add_name(struct manifest_scope *scope, const X509_NAME *name)
{
    scope->names = array_grow(scope->names, scope->name_count, sizeof(*scope->names));
    scope->names[scope->name_count++] = name_print(name);
}

static void add_certificate(struct manifest_scope *scope, struct certificate *certificate)
{
    X509 *x509 = certificate_x509(certificate);

    certificate_list_add(&scope->certificates, certificate);
    add_name(scope, X509_get_subject_name(x509));
    add_name(scope, X509_get_issuer_name(x509));
}

struct manifest_scope *manifest_scope_new(struct campaign *const *campaigns, size_t count)
{
    struct manifest_scope *scope = memory_new(sizeof(*scope));

    for (size_t i = 0; i < count; i++) {
        const struct campaign *campaign = campaigns[i];

        for (size_t j = 0; j < campaign->root_count; j++)
            add_certificate(scope, campaign->roots[j].certificate);
        for (size_t j = 0; j < campaign->intermediates.count; j++)
            add_certificate(scope, campaign->intermediates.items[j]);
        for (size_t j = 0; j < campaign->chain_count; j++) {
            for (size_t k = 0; k < campaign->chains[j].certificates.count; k++)
                add_certificate(scope, campaign->chains[j].certificates.items[k]);
        }
    }
    return scope;
}

void manifest_scope_free(struct manifest_scope *scope)
{
    if (scope == NULL)
        return;
    free(scope->names);
    certificate_list_clear(&scope->certificates);
    free(scope);
}

static struct certificate *find_certificate(const struct manifest_scope *scope,
                                            const struct fingerprint *print)
{
    for (size_t i = 0; i < scope->certificates.count; i++) {
        if (fingerprint_equal(certificate_fingerprint(scope->certificates.items[i]), print))
            return scope->certificates.items[i];
    }
    return NULL;
}

static bool has_name(const struct manifest_scope *scope, const X509_NAME *name)
{
    struct fingerprint print = name_print(name);

    for (size_t i = 0; i < scope->name_count; i++) {
        if (fingerprint_equal(&scope->names[i], &print))
            return true;
    }
    return false;
}

static bool must_travel(const struct manifest_scope *scope, const struct certificate *certificate)
{
    X509 *x509 = certificate_x509(certificate);

    return find_certificate(scope, certificate_fingerprint(certificate)) == NULL &&
           (has_name(scope, X509_get_subject_name(x509)) || has_name(scope, X509_get_issuer_name(x509)));
}

static ProtobufCBinaryData bytes_of(const void *bytes, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = size == 0 ? NULL : memory_copy(bytes, size) };
}

static Rootshift__V1__TrustEntry *entry_of(const struct trust_entry *entry,
                                           const struct manifest_scope *scope)
{
    Rootshift__V1__TrustEntry *message = memory_new(sizeof(*message));
    const uint8_t *der;
    size_t size;

    rootshift__v1__trust_entry__init(message);
    message->sha256 = bytes_of(entry->fingerprint.bytes, FINGERPRINT_BYTES);
    message->key_identity = bytes_of(entry->key_identity.bytes, FINGERPRINT_BYTES);
    message->marks = entry->marks;
    if (entry->certificate != NULL && must_travel(scope, entry->certificate)) {
        der = certificate_der(entry->certificate, &size);
        message->der = bytes_of(der, size);
    }
    return message;
}

/* A reader that meets an entry twice trusts it no more; where it stands first is what counts. */
static bool stands_before(const struct trust_set *set, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (set->entries[i].marks == set->entries[index].marks &&
            fingerprint_equal(&set->entries[i].fingerprint, &set->entries[index].fingerprint))
            return true;
    }
    return false;
}

Rootshift__V1__TrustManifest *manifest_of(const struct trust_set *set, const struct model *model,
                                          const struct manifest_scope *scope)
{
    Rootshift__V1__TrustManifest *manifest = memory_new(sizeof(*manifest));
    struct fingerprint digest = trust_set_digest(set, model);

    rootshift__v1__trust_manifest__init(manifest);
    manifest->digest = bytes_of(digest.bytes, FINGERPRINT_BYTES);
    manifest->model = memory_text(model->name);
    manifest->complete = set->complete;
    manifest->entries = memory_new((set->count + 1) * sizeof(*manifest->entries));
    for (size_t i = 0; i < set->count; i++) {
        if (!stands_before(set, i))
            manifest->entries[manifest->n_entries++] = entry_of(&set->entries[i], scope);
    }
    manifest->parameters = memory_new((set->parameters.count + 1) * sizeof(*manifest->parameters));
    for (size_t i = 0; i < set->parameters.count; i++)
        manifest->parameters[manifest->n_parameters++] = memory_text(set->parameters.items[i]);
    return manifest;
}

static void add_entry(struct trust_set *set, const Rootshift__V1__TrustEntry *entry,
                      const struct manifest_scope *scope)
{
    struct certificate *parsed = NULL, *certificate;
    struct fingerprint print, key_identity;
    struct error err = { 0 };

    if (entry->sha256.len != FINGERPRINT_BYTES || entry->key_identity.len != FINGERPRINT_BYTES) {
        set->complete = false; /* never written by us */
        return;
    }
    memcpy(print.bytes, entry->sha256.data, FINGERPRINT_BYTES);
    memcpy(key_identity.bytes, entry->key_identity.data, FINGERPRINT_BYTES);
    certificate = find_certificate(scope, &print);
    if (certificate == NULL && entry->der.len > 0)
        certificate = parsed = certificate_parse(entry->der.data, entry->der.len, &err);
    trust_set_add(set, &print, &key_identity, entry->marks, certificate);
    certificate_free(parsed);
}

struct trust_set *manifest_read(const Rootshift__V1__TrustManifest *manifest,
                                const struct manifest_scope *scope)
{
    struct trust_set *set = trust_set_new();

    set->complete = manifest->complete;
    for (size_t i = 0; i < manifest->n_entries; i++)
        add_entry(set, manifest->entries[i], scope);
    for (size_t i = 0; i < manifest->n_parameters; i++)
        text_list_add(&set->parameters, manifest->parameters[i]);
    return set;
}
