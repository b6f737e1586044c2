#include "schema/campaign/manifest.h"

#include <stdlib.h>
#include <string.h>

/* certificates that a campaign lists */

typedef bool certificate_visitor(const void *context, struct certificate *certificate);

static bool visit_list(const struct certificate_list *list, certificate_visitor *visit, const void *context)
{
    for (size_t i = 0; i < list->count; i++) {
        if (visit(context, list->items[i]))
            return true;
    }
    return false;
}

/* Every certificate of every campaign, until one is what `visit` looks for. */
static bool visit_shelf(const struct campaign_shelf *shelf, certificate_visitor *visit, const void *context)
{
    for (size_t i = 0; i < shelf->count; i++) {
        const struct campaign *campaign = shelf->campaigns[i];

        for (size_t at = 0; at < campaign->root_count; at++) {
            if (visit(context, campaign->roots[at].certificate))
                return true;
        }
        for (size_t at = 0; at < campaign->chain_count; at++) {
            if (visit_list(&campaign->chains[at].certificates, visit, context))
                return true;
        }
        if (visit_list(&campaign->intermediates, visit, context))
            return true;
    }
    return false;
}

static bool is_same(const void *context, struct certificate *certificate)
{
    return fingerprint_equal(certificate_fingerprint(certificate), context);
}

/* Whether two certificates have a subject or issuer in common, for whatever client. */
static bool is_related(const void *context, struct certificate *certificate)
{
    const struct certificate *other = context;
    const struct fingerprint *names[] = { certificate_subject_digest(certificate),
                                          certificate_issuer_digest(certificate) };

    for (size_t i = 0; i < 2; i++) {
        if (fingerprint_equal(certificate_subject_digest(other), names[i]) ||
            fingerprint_equal(certificate_issuer_digest(other), names[i]))
            return true;
    }
    return false;
}

struct search {
    const struct fingerprint *print;
    struct certificate **found;
};

static bool find_same(const void *context, struct certificate *certificate)
{
    const struct search *search = context;

    if (!is_same(search->print, certificate))
        return false;
    *search->found = certificate;
    return true;
}

/* packing */

static ProtobufCBinaryData copy_bytes(const void *bytes, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = memory_copy(bytes, size) };
}

static bool must_travel(const struct trust_entry *entry, const struct campaign_shelf *shelf)
{
    return entry->certificate != NULL && !visit_shelf(shelf, is_same, &entry->fingerprint) &&
           visit_shelf(shelf, is_related, entry->certificate);
}

static Rootshift__V1__TrustEntry *pack_entry(const struct trust_entry *entry,
                                             const struct campaign_shelf *shelf)
{
    Rootshift__V1__TrustEntry *packed = memory_new(sizeof(*packed));

    rootshift__v1__trust_entry__init(packed);
    packed->sha256 = copy_bytes(entry->fingerprint.bytes, FINGERPRINT_BYTES);
    packed->key_identity = copy_bytes(entry->key_identity.bytes, FINGERPRINT_BYTES);
    packed->marks = entry->marks;
    if (must_travel(entry, shelf)) {
        size_t size;
        const uint8_t *der = certificate_der(entry->certificate, &size);

        packed->der = copy_bytes(der, size);
    }
    return packed;
}

Rootshift__V1__TrustManifest *manifest_new(const struct trust_set *trust, const struct model *model,
                                           const struct campaign_shelf *shelf)
{
    Rootshift__V1__TrustManifest *manifest = memory_new(sizeof(*manifest));
    struct fingerprint digest = trust_set_digest(trust, model);

    rootshift__v1__trust_manifest__init(manifest);
    manifest->digest = copy_bytes(digest.bytes, FINGERPRINT_BYTES);
    manifest->model = memory_text(model->name);
    manifest->complete = trust->complete;
    manifest->entries = memory_new(trust->count * sizeof(*manifest->entries));
    for (size_t i = 0; i < trust->count; i++)
        manifest->entries[manifest->n_entries++] = pack_entry(&trust->entries[i], shelf);
    manifest->parameters = memory_new(trust->parameters.count * sizeof(*manifest->parameters));
    for (size_t i = 0; i < trust->parameters.count; i++)
        manifest->parameters[manifest->n_parameters++] = memory_text(trust->parameters.items[i]);
    return manifest;
}

/* opening */

static bool read_print(const ProtobufCBinaryData *data, struct fingerprint *print)
{
    if (data->len != FINGERPRINT_BYTES)
        return false;
    memcpy(print->bytes, data->data, FINGERPRINT_BYTES);
    return true;
}

/* The certificate of an entry: as sent, else as a campaign lists it, else NULL; false when what was sent is not it. */
static bool resolve(const Rootshift__V1__TrustEntry *entry, const struct fingerprint *print,
                    const struct campaign_shelf *shelf, struct certificate **certificate, struct error *err)
{
    const struct search search = { print, certificate };

    *certificate = NULL;
    if (entry->der.len == 0) {
        if (visit_shelf(shelf, find_same, &search))
            certificate_ref(*certificate);
        return true;
    }
    *certificate = certificate_parse(entry->der.data, entry->der.len, err);
    if (*certificate == NULL)
        return false;
    return is_same(print, *certificate) ||
           error_set(err, ERROR_FORMAT, "the certificate is not the one that its SHA-256 names");
}

static bool open_entry(struct trust_set *set, const Rootshift__V1__TrustEntry *entry,
                       const struct campaign_shelf *shelf, struct error *err)
{
    struct certificate *certificate = NULL;
    struct fingerprint print, key;
    bool ok = read_print(&entry->sha256, &print) && read_print(&entry->key_identity, &key);

    if (!ok)
        return error_set(err, ERROR_FORMAT, "expected 32 bytes of SHA-256 and of key identity");
    ok = resolve(entry, &print, shelf, &certificate, err);
    if (ok && certificate != NULL && !fingerprint_equal(&key, certificate_key_identity(certificate)))
        ok = error_set(err, ERROR_FORMAT, "the key identity is not that of the certificate");
    if (ok)
        trust_set_add(set, &print, &key, entry->marks, certificate);
    certificate_free(certificate);
    return ok;
}

static bool fill_set(struct trust_set *set, const Rootshift__V1__TrustManifest *manifest,
                     const struct model *model, const struct campaign_shelf *shelf, struct error *err)
{
    struct fingerprint said, found;

    for (size_t i = 0; i < manifest->n_entries; i++) {
        if (!open_entry(set, manifest->entries[i], shelf, err))
            return error_within(err, "entry %zu", i);
    }
    for (size_t i = 0; i < manifest->n_parameters; i++)
        text_list_add(&set->parameters, manifest->parameters[i]);
    set->complete = manifest->complete;

    found = trust_set_digest(set, model);
    if (!read_print(&manifest->digest, &said) || !fingerprint_equal(&said, &found))
        return error_set(err, ERROR_FORMAT, "the digest is not that of the entries");
    return true;
}

struct trust_set *manifest_open(const Rootshift__V1__TrustManifest *manifest,
                                const struct campaign_shelf *shelf, struct error *err)
{
    const struct model *model = model_find(manifest->model);
    struct trust_set *set = NULL;

    if (model == NULL) {
        error_set(err, ERROR_ABSENT, "trust manifest: no model \"%.40s\"", manifest->model);
        return NULL;
    }
    if (manifest->n_entries > MANIFEST_ENTRIES_MAX) {
        error_set(err, ERROR_LIMIT, "trust manifest: more than %d entries", MANIFEST_ENTRIES_MAX);
        return NULL;
    }
    set = trust_set_new();
    if (fill_set(set, manifest, model, shelf, err))
        return set;
    error_within(err, "trust manifest");
    trust_set_free(set);
    return NULL;
}
