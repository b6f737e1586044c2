#include "schema/wire/codec.h"

#include "tests/support/check.h"

/* Printed as JSON and freed; the caller frees the text. */
static char *as_json(const void *message)
{
    struct json json = { 0 };

    codec_json(message, &json);
    return text_take(&json.text);
}

static void message_is_printed_by_the_rules_of_the_proto(void **state)
{
    Rootshift__V1__StoreSeen store = ROOTSHIFT__V1__STORE_SEEN__INIT;
    Rootshift__V1__StoreSeen__RootsEntry entry = ROOTSHIFT__V1__STORE_SEEN__ROOTS_ENTRY__INIT;
    Rootshift__V1__StoreSeen__RootsEntry *entries[] = { &entry };
    char *json;

    (void)state;
    entry.key = (char *)"g2";
    entry.value = ROOTSHIFT__V1__ROOT_STATE__ROOT_STATE_PRESENT_NOT_TRUSTED;
    store.path = (char *)"/etc/ssl/\"x\"";
    store.state = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_READ;
    store.certificates = -1;
    store.digest = (ProtobufCBinaryData){ 3, (uint8_t *)"\x00\xab\xff" };
    store.roots = entries;
    store.n_roots = 1;
    json = as_json(&store);
    assert_string_equal(
        json,
        "{\"id\":\"\",\"path\":\"/etc/ssl/\\\"x\\\"\",\"format\":\"\",\"state\":\"read\",\"certificates\":-1,"
        "\"digest\":\"00abff\",\"roots\":{\"g2\":\"present_not_trusted\"},\"problem\":\"\"}");
    free(json);
}

static void absent_things_keep_their_place(void **state)
{
    Rootshift__V1__TrustManifest manifest = ROOTSHIFT__V1__TRUST_MANIFEST__INIT;
    Rootshift__V1__HostReport report = ROOTSHIFT__V1__HOST_REPORT__INIT;
    char *json;

    (void)state;
    json = as_json(&manifest);
    assert_string_equal(
        json, "{\"digest\":\"\",\"model\":\"\",\"entries\":[],\"parameters\":[],\"complete\":false}");
    free(json);
    json = as_json(&report);
    assert_non_null(
        strstr(json, "\"host\":null,\"environment\":\"unknown\",\"clock_skew_ms\":0,\"visibility\":null,"));
    assert_non_null(strstr(json, "\"verdict\":{},\"probes\":[],\"sequence\":0,\"observed_at\":null,"));
    free(json);
}

static void instants_and_nested_enums_are_words(void **state)
{
    Rootshift__V1__PhaseJudged phase = ROOTSHIFT__V1__PHASE_JUDGED__INIT;
    Rootshift__V1__Visibility visibility = ROOTSHIFT__V1__VISIBILITY__INIT;
    Rootshift__V1__Probe probe = ROOTSHIFT__V1__PROBE__INIT;
    char *json;

    (void)state;
    phase.verdict = ROOTSHIFT__V1__VERDICT__VERDICT_NOT_READY;
    phase.evidence = (Rootshift__V1__Evidence)77;
    phase.valid_until = 1767225600;
    json = as_json(&phase);
    assert_string_equal(json, "{\"verdict\":\"not_ready\",\"reason\":\"\",\"evidence\":77,"
                              "\"valid_until\":\"2026-01-01T00:00:00Z\",\"fix\":[],\"ended\":false}");
    free(json);

    visibility.level = ROOTSHIFT__V1__VISIBILITY__LEVEL__LEVEL_PARTIAL;
    json = as_json(&visibility);
    assert_string_equal(json, "{\"level\":\"partial\",\"unread\":[]}");
    free(json);

    probe.probed_at = 0;
    probe.elapsed_ms = 5006;
    json = as_json(&probe);
    assert_non_null(strstr(json, "\"probed_at\":null,\"elapsed_ms\":5006}"));
    free(json);
}

static void enum_values_are_found_by_their_printed_names(void **state)
{
    int value;

    (void)state;
    assert_true(codec_enum_parse(&rootshift__v1__root_state__descriptor, "trusted_via_key", &value));
    assert_int_equal(value, ROOTSHIFT__V1__ROOT_STATE__ROOT_STATE_TRUSTED_VIA_KEY);
    assert_true(codec_enum_parse(&rootshift__v1__environment__descriptor, "sandbox", &value));
    assert_int_equal(value, ROOTSHIFT__V1__ENVIRONMENT__ENVIRONMENT_SANDBOX);
    assert_false(codec_enum_parse(&rootshift__v1__environment__descriptor, "SANDBOX", &value));
    assert_false(codec_enum_parse(&rootshift__v1__environment__descriptor, "environment_sandbox", &value));
    assert_false(codec_enum_parse(&rootshift__v1__environment__descriptor, "", &value));
}

static void a_sequence_is_unsigned(void **state)
{
    Rootshift__V1__HostReport report = ROOTSHIFT__V1__HOST_REPORT__INIT;
    char *json;

    (void)state;
    report.sequence = UINT64_MAX;
    json = as_json(&report);
    assert_non_null(strstr(json, "\"sequence\":18446744073709551615,"));
    free(json);
}

static void packed_is_read_again_with_its_maps(void **state)
{
    Rootshift__V1__Client client = ROOTSHIFT__V1__CLIENT__INIT, *again;
    Rootshift__V1__ChainJudged judged = ROOTSHIFT__V1__CHAIN_JUDGED__INIT;
    Rootshift__V1__Client__ChainsEntry chain = ROOTSHIFT__V1__CLIENT__CHAINS_ENTRY__INIT;
    Rootshift__V1__Client__ChainsEntry *chains[] = { &chain };
    int32_t pids[] = { 812, 813 };
    struct text bytes = { 0 };
    struct error err;
    char *before, *after;

    (void)state;
    judged.reason = (char *)"root-missing";
    chain.key = (char *)"g2only";
    chain.value = &judged;
    client.runtime = (char *)"java";
    client.chains = chains;
    client.n_chains = 1;
    client.processes = pids;
    client.n_processes = 2;
    assert_true(codec_pack(&client, &bytes, &err));
    again = codec_unpack(&rootshift__v1__client__descriptor, bytes.bytes, bytes.size, &err);
    assert_non_null(again);
    before = as_json(&client);
    after = as_json(again);
    assert_string_equal(before, after);
    assert_non_null(strstr(after, "\"processes\":[812,813],"));
    assert_non_null(
        strstr(after, "\"chains\":{\"g2only\":{\"verdict\":\"unknown\",\"reason\":\"root-missing\","));
    free(before);
    free(after);
    codec_free(again);
    text_clear(&bytes);
}

/* Each is read as a HostReport. */
static const struct refused_case {
    const char *name;
    const char *bytes;
    size_t size, times; /* `size` bytes, so many times over */
    enum error_kind kind;
} refused[] = {
    { "a length beyond the end is refused", "\x12\x7f\x0a", 3, 1, ERROR_FORMAT },
    { "a cut varint is refused", "\x60\xff", 2, 1, ERROR_FORMAT },
    { "a group's wire type is refused", "\x0b", 1, 1, ERROR_FORMAT },
    { "a varint where a message belongs is refused", "\x10\x01", 2, 1, ERROR_FORMAT },
    { "a million empty clients in two megabytes are refused", "\x42\x00", 2, 1000000, ERROR_LIMIT },
    { "a message longer than allowed is refused", "\x42\x00", 2, CODEC_BYTES_MAX / 2 + 1, ERROR_LIMIT },
};

static void bytes_are_refused_as_described(void **state)
{
    const struct refused_case *row = *state;
    struct text bytes = { 0 };
    struct error err;

    for (size_t i = 0; i < row->times; i++)
        text_append(&bytes, row->bytes, row->size);
    assert_null(codec_unpack(&rootshift__v1__host_report__descriptor, bytes.bytes, bytes.size, &err));
    assert_int_equal(err.kind, row->kind);
    assert_non_null(strstr(err.message, "rootshift.v1.HostReport"));
    text_clear(&bytes);
}

static void a_field_of_the_future_is_kept(void **state)
{
    const char future[] = "\xf2\x3f\x02hi"; /* field 1022 */
    Rootshift__V1__Host *host;
    struct text bytes = { 0 };
    struct error err;

    (void)state;
    host = codec_unpack(&rootshift__v1__host__descriptor, future, sizeof(future) - 1, &err);
    assert_non_null(host);
    assert_true(codec_pack(host, &bytes, &err));
    assert_int_equal(bytes.size, sizeof(future) - 1);
    assert_memory_equal(bytes.bytes, future, bytes.size);
    codec_free(host);
    text_clear(&bytes);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(message_is_printed_by_the_rules_of_the_proto),
        cmocka_unit_test(absent_things_keep_their_place),
        cmocka_unit_test(instants_and_nested_enums_are_words),
        cmocka_unit_test(enum_values_are_found_by_their_printed_names),
        cmocka_unit_test(a_sequence_is_unsigned),
        cmocka_unit_test(packed_is_read_again_with_its_maps),
        cmocka_unit_test(a_field_of_the_future_is_kept),
    };

    return RUN_ROWS(refused, bytes_are_refused_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
