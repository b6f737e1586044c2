#include "schema/wire/envelope.h"

#include <unistd.h>

#include "tests/support/check.h"

/* A small message, sealed by a new key for the id 42 42 42 …. */
struct sealed {
    struct key *key;
    struct fingerprint recipient;
    struct text bytes;
};

static struct sealed seal_small(void)
{
    struct sealed sealed = { 0 };
    Rootshift__V1__WantedManifests message = ROOTSHIFT__V1__WANTED_MANIFESTS__INIT;
    ProtobufCBinaryData digest = { 2, (uint8_t *)"hi" };
    struct error err;

    sealed.key = key_make(&err);
    memset(sealed.recipient.bytes, 0x42, FINGERPRINT_BYTES);
    message.n_digests = 1;
    message.digests = &digest;
    assert_true(envelope_seal(sealed.key, &sealed.recipient, &message, &sealed.bytes, &err));
    return sealed;
}

static void clear_sealed(struct sealed *sealed)
{
    key_free(sealed->key);
    text_clear(&sealed->bytes);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* The layout by hand, the signature by the openssl tool: Ed25519 gives the same one each time. */
static void signature_is_what_openssl_makes_of_the_documented_bytes(void **state)
{
    static const char schema[] = "rootshift.v1.WantedManifests";
    static const uint8_t payload[] = { 0x0a, 0x02, 'h', 'i' };
    struct sealed sealed = seal_small();
    char directory[] = "/tmp/envelope_test.XXXXXX", path[64];
    uint8_t to_sign[256], signature[KEY_SIGNATURE_BYTES + 1];
    size_t at = 0;
    struct envelope envelope;
    struct text command = { 0 };
    struct error err;
    FILE *file;

    (void)state;
#define PUT(bytes, size) (memcpy(to_sign + at, (bytes), (size)), at += (size))
    PUT("rootshift-v1", 12);
    PUT("\0\0\0\0\0\0\0\x1c", 8);
    PUT(schema, 28);
    PUT("\0\0\0\0\0\0\0\x20", 8);
    PUT(key_id(sealed.key)->bytes, 32);
    PUT("\0\0\0\0\0\0\0\x20", 8);
    PUT("\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42", 16);
    PUT("\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42\x42", 16);
    PUT("\0\0\0\0\0\0\0\x04", 8);
    PUT(payload, 4);
#undef PUT
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/message", directory);
    write_file(path, to_sign, at);
    snprintf(path, sizeof(path), "%s/key", directory);
    assert_true(key_save(sealed.key, path, &err));
    text_format(&command, "cd %s && openssl pkeyutl -sign -rawin -inkey key -in message -out signature",
                directory);
    assert_int_equal(system(command.bytes), 0);
    snprintf(path, sizeof(path), "%s/signature", directory);
    file = fopen(path, "r");
    assert_int_equal(fread(signature, 1, sizeof(signature), file), KEY_SIGNATURE_BYTES);
    fclose(file);

    assert_true(envelope_parse(&envelope, sealed.bytes.bytes, sealed.bytes.size, &err));
    assert_memory_equal(envelope.wire->signature.data, signature, KEY_SIGNATURE_BYTES);
    text_clear(&command);
    text_format(&command, "rm -r %s", directory);
    assert_int_equal(system(command.bytes), 0);
    text_clear(&command);
    envelope_clear(&envelope);
    clear_sealed(&sealed);
}

static void sealed_is_opened_by_the_senders_key(void **state)
{
    struct sealed sealed = seal_small();
    Rootshift__V1__WantedManifests *message;
    struct envelope envelope;
    struct error err;

    (void)state;
    assert_true(envelope_parse(&envelope, sealed.bytes.bytes, sealed.bytes.size, &err));
    assert_true(envelope_verify(&envelope, sealed.key, &err));
    assert_ptr_equal(envelope.type, &rootshift__v1__wanted_manifests__descriptor);
    assert_true(fingerprint_equal(&envelope.recipient, &sealed.recipient));
    assert_true(fingerprint_equal(&envelope.key_id, key_id(sealed.key)));
    message = envelope_message(&envelope, &err);
    assert_int_equal(message->n_digests, 1);
    assert_memory_equal(message->digests[0].data, "hi", 2);
    codec_free(message);
    envelope_clear(&envelope);
    clear_sealed(&sealed);
}

static void spoil_schema(Rootshift__V1__Envelope *wire)
{
    strcpy(wire->schema, "rootshift.v1.CentreKeys");
}

static void spoil_key_id(Rootshift__V1__Envelope *wire)
{
    wire->key_id.data[31] ^= 1;
}

static void spoil_recipient(Rootshift__V1__Envelope *wire)
{
    wire->recipient.data[0] ^= 1;
}

static void spoil_signature(Rootshift__V1__Envelope *wire)
{
    wire->signature.data[0] ^= 1;
}

static void spoil_payload(Rootshift__V1__Envelope *wire)
{
    wire->payload.data[2] ^= 1;
}

static void cut_payload(Rootshift__V1__Envelope *wire)
{
    wire->payload.len = 0;
}

static void cut_key_id(Rootshift__V1__Envelope *wire)
{
    wire->key_id.len--;
}

static void cut_recipient(Rootshift__V1__Envelope *wire)
{
    wire->recipient.len = 0;
}

static void cut_signature(Rootshift__V1__Envelope *wire)
{
    wire->signature.len--;
}

static void name_newer_major(Rootshift__V1__Envelope *wire)
{
    strcpy(wire->schema, "rootshift.v2.HostReport");
}

static void name_tenth_major(Rootshift__V1__Envelope *wire)
{
    strcpy(wire->schema, "rootshift.v10.HostReport");
}

static void name_unknown_message(Rootshift__V1__Envelope *wire)
{
    strcpy(wire->schema, "rootshift.v1.Weather");
}

static void name_message_that_does_not_travel(Rootshift__V1__Envelope *wire)
{
    strcpy(wire->schema, "rootshift.v1.Client");
}

static void name_nothing(Rootshift__V1__Envelope *wire)
{
    wire->schema[0] = '\0';
}

static const struct spoilt_case {
    const char *name;
    void (*spoil)(Rootshift__V1__Envelope *wire);
    enum error_kind kind; /* of the parser: ERROR_FORMAT; of the signature: ERROR_DENIED */
    const char *says;
} spoilt[] = {
    { "another schema breaks the signature", spoil_schema, ERROR_DENIED, "signature" },
    { "another key id is another key's", spoil_key_id, ERROR_DENIED, "another key" },
    { "another recipient breaks the signature", spoil_recipient, ERROR_DENIED, "signature" },
    { "another signature is refused", spoil_signature, ERROR_DENIED, "signature" },
    { "another payload breaks the signature", spoil_payload, ERROR_DENIED, "signature" },
    { "an empty payload breaks the signature", cut_payload, ERROR_DENIED, "signature" },
    { "a short key id is refused", cut_key_id, ERROR_FORMAT, "key id of 31 bytes" },
    { "no recipient is refused", cut_recipient, ERROR_FORMAT, "recipient of 0 bytes" },
    { "a short signature is refused", cut_signature, ERROR_FORMAT, "signature of 63 bytes" },
    { "a newer major version is named", name_newer_major, ERROR_FORMAT,
      "v2.HostReport: another major version" },
    { "version ten is not version one", name_tenth_major, ERROR_FORMAT, "another major version" },
    { "an unknown message is named", name_unknown_message, ERROR_FORMAT,
      "\"rootshift.v1.Weather\" is unknown" },
    { "a message that does not travel alone is unknown", name_message_that_does_not_travel, ERROR_FORMAT,
      "unknown" },
    { "no schema is refused", name_nothing, ERROR_FORMAT, "\"\" is unknown" },
};

static void spoilt_envelope_is_refused(void **state)
{
    const struct spoilt_case *row = *state;
    struct sealed sealed = seal_small();
    struct text bytes = { 0 };
    Rootshift__V1__Envelope *wire;
    struct envelope envelope;
    struct error err;

    wire = codec_unpack(&rootshift__v1__envelope__descriptor, sealed.bytes.bytes, sealed.bytes.size, &err);
    row->spoil(wire);
    assert_true(codec_pack(wire, &bytes, &err));
    codec_free(wire);
    if (row->kind == ERROR_DENIED) {
        assert_true(envelope_parse(&envelope, bytes.bytes, bytes.size, &err));
        assert_false(envelope_verify(&envelope, sealed.key, &err));
        envelope_clear(&envelope);
    } else {
        assert_false(envelope_parse(&envelope, bytes.bytes, bytes.size, &err));
    }
    assert_int_equal(err.kind, row->kind);
    if (strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
    text_clear(&bytes);
    clear_sealed(&sealed);
}

static void each_cut_is_refused_or_breaks_the_signature(void **state)
{
    struct sealed sealed = seal_small();
    struct envelope envelope;
    struct error err;

    (void)state;
    for (size_t size = 0; size < sealed.bytes.size; size++) {
        if (!envelope_parse(&envelope, sealed.bytes.bytes, size, &err))
            continue;
        assert_false(envelope_verify(&envelope, sealed.key, &err));
        envelope_clear(&envelope);
    }
    clear_sealed(&sealed);
}

static void report_file_gives_back_its_envelopes(void **state)
{
    char *large = memory_new(20000);
    struct text file = { 0 };
    const uint8_t *sealed;
    size_t at = 0, size;
    struct error err;

    (void)state;
    memset(large, 'x', 20000);
    envelope_append(&file, "one", 3);
    envelope_append(&file, large, 20000); /* a length of three bytes */
    envelope_append(&file, "", 0);
    assert_true(envelope_next((uint8_t *)file.bytes, file.size, &at, &sealed, &size, &err));
    assert_int_equal(size, 3);
    assert_memory_equal(sealed, "one", 3);
    assert_true(envelope_next((uint8_t *)file.bytes, file.size, &at, &sealed, &size, &err));
    assert_int_equal(size, 20000);
    assert_memory_equal(sealed, large, 20000);
    assert_true(envelope_next((uint8_t *)file.bytes, file.size, &at, &sealed, &size, &err));
    assert_int_equal(size, 0);
    assert_int_equal(at, file.size);
    text_clear(&file);
    free(large);
}

static const struct file_case {
    const char *name, *bytes;
    size_t size;
    const char *says;
} files[] = {
    { "a cut envelope is refused", "\x04one", 4, "cut after 3 of 4" },
    { "a cut length is refused", "\x80", 1, "the length is cut" },
    { "a length without end is refused", "\x80\x80\x80\x80\x80\x01", 6, "absurd" },
    { "a length beyond every envelope is refused", "\xff\xff\xff\x7f", 4, "absurd" },
    { "a text is refused", "{\"campaigns\":[]}", 16, "cut after 15 of 123" },
};

static void file_is_refused_as_described(void **state)
{
    const struct file_case *row = *state;
    const uint8_t *sealed;
    size_t at = 0, size;
    struct error err;

    assert_false(envelope_next((const uint8_t *)row->bytes, row->size, &at, &sealed, &size, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    if (strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(signature_is_what_openssl_makes_of_the_documented_bytes),
        cmocka_unit_test(sealed_is_opened_by_the_senders_key),
        cmocka_unit_test(each_cut_is_refused_or_breaks_the_signature),
        cmocka_unit_test(report_file_gives_back_its_envelopes),
    };

    return RUN_ROWS(spoilt, spoilt_envelope_is_refused) + RUN_ROWS(files, file_is_refused_as_described) +
           cmocka_run_group_tests(rest, NULL, NULL);
}
