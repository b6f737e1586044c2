/* Messages: the envelope, report files, every message that may be inside, and manifests as the centre opens them. */
#include <stdio.h>
#include <stdlib.h>

#include "schema/campaign/manifest.h"
#include "schema/wire/envelope.h"
#include "tests/fuzz/fuzz.h"

static void open_message(const ProtobufCMessageDescriptor *type, const void *bytes, size_t size)
{
    static const struct campaign_shelf nothing = { 0 };
    struct error err = { 0 };
    struct json json = { 0 };
    void *message = codec_unpack(type, bytes, size, &err);

    if (message == NULL)
        return;
    codec_json(message, &json);
    json_clear(&json);
    if (type == &rootshift__v1__trust_manifest__descriptor)
        trust_set_free(manifest_open(message, &nothing, &err));
    codec_free(message);
}

static void open_envelope(const void *bytes, size_t size)
{
    struct error err = { 0 };
    struct envelope envelope;
    void *message;

    if (!envelope_parse(&envelope, bytes, size, &err))
        return;
    message = envelope_message(&envelope, &err);
    codec_free(message);
    envelope_clear(&envelope);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = { 0 };
    const uint8_t *sealed;
    size_t at = 0, sealed_size;

    open_envelope(bytes, size);
    while (at < size && envelope_next(bytes, size, &at, &sealed, &sealed_size, &err))
        open_envelope(sealed, sealed_size);
    for (size_t i = 0; envelope_types[i] != NULL; i++)
        open_message(envelope_types[i], bytes, size);
    return 0;
}

void fuzz_seeds(fuzz_add *add, void *context)
{
    struct error err = { 0 };
    struct key *key = key_make(&err);
    struct campaign *campaign = campaign_load(SOURCE_ROOT "/deploy/campaigns/alipay-2024-g2.yaml", &err);
    const struct campaign_shelf nothing = { 0 };
    struct trust_set *set = trust_set_new();
    Rootshift__V1__TrustManifest *manifest;
    struct text packed = { 0 }, sealed = { 0 }, file = { 0 };

    if (key == NULL || campaign == NULL) {
        fprintf(stderr, "seeds: %s\n", err.message);
        exit(3);
    }
    for (size_t i = 0; i < campaign->root_count; i++)
        trust_set_add(set, certificate_fingerprint(campaign->roots[i].certificate),
                      certificate_key_identity(campaign->roots[i].certificate), 0,
                      campaign->roots[i].certificate);
    manifest = manifest_new(set, model_find("openssl"), &nothing);
    if (!codec_pack(manifest, &packed, &err) || !envelope_seal(key, key_id(key), manifest, &sealed, &err)) {
        fprintf(stderr, "seeds: %s\n", err.message);
        exit(3);
    }
    envelope_append(&file, sealed.bytes, sealed.size);
    add(context, packed.bytes, packed.size);
    add(context, sealed.bytes, sealed.size);
    add(context, file.bytes, file.size);
    protobuf_c_message_free_unpacked(&manifest->base, NULL);
    trust_set_free(set);
    campaign_free(campaign);
    key_free(key);
    text_clear(&packed);
    text_clear(&sealed);
    text_clear(&file);
}
