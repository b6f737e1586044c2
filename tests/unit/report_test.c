#include "collector/report.h"

#include <unistd.h>

#include "collector/decode.h"
#include "collector/enroll.h"
#include "collector/outbox.h"
#include "collector/publish.h"
#include "schema/base/input.h"
#include "schema/wire/token.h"
#include "tests/support/mock_broker.h"
#include "tests/support/state.h"

#define NOW INT64_C(1800000000)
#define NOW_MS (NOW * 1000)

static const uint8_t secret[TOKEN_SECRET_BYTES] = "a secret of thirty-two bytes....";

/* A token of the partner "shop" that ends a day after NOW; the caller frees it. */
static char *a_token(void)
{
    Rootshift__V1__EnrolmentToken token = ROOTSHIFT__V1__ENROLMENT_TOKEN__INIT;
    char *brokers[] = { (char *)"kafka-1:9093", (char *)"kafka-2:9093" };
    struct error err;

    token.token_id = (ProtobufCBinaryData){ 16, (uint8_t *)"0123456789abcdef" };
    token.secret = (ProtobufCBinaryData){ sizeof(secret), (uint8_t *)(uintptr_t)secret };
    token.centre = (ProtobufCBinaryData){ 32, (uint8_t *)"the centre's key, of 32 bytes too" };
    token.partner = (char *)"shop";
    token.brokers = brokers;
    token.n_brokers = 2;
    token.expires_at = NOW + 86400;
    return token_format(&token, &err);
}

static bool enroll(struct state *state, const char *host, const char *environment, int64_t now,
                   struct identity *identity, struct error *err)
{
    char *token = a_token();
    struct enroll_request request = { .token = token, .host = host, .environment = environment };
    bool ok = enroll_host(&request, state, now, identity, err);

    free(token);
    return ok;
}

static void enrolled_host_proves_its_key_with_the_token(void **state)
{
    Rootshift__V1__Enrolment *enrolment;
    struct identity identity, loaded;
    struct envelope envelope;
    struct outbox_item item;
    struct error err;

    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(identity_load(&loaded, *state, &err));
    assert_string_equal(loaded.partner, "shop");
    assert_string_equal(loaded.host, "web-1");
    assert_string_equal(loaded.brokers, "kafka-1:9093,kafka-2:9093");
    assert_true(fingerprint_equal(key_id(loaded.key), key_id(identity.key)));

    assert_true(outbox_next(*state, 0, &item, &err));
    assert_int_equal(item.kind, OUTBOX_ENROLMENT);
    assert_true(envelope_parse(&envelope, item.sealed.bytes, item.sealed.size, &err));
    assert_true(envelope_verify(&envelope, identity.key, &err));
    assert_true(fingerprint_equal(&envelope.recipient, &loaded.centre));
    enrolment = envelope_message(&envelope, &err);
    assert_true(token_is_proven(secret, enrolment));
    assert_memory_equal(enrolment->public_key.data, key_public(identity.key), KEY_PUBLIC_BYTES);
    assert_string_equal(enrolment->host, "web-1");
    assert_string_equal(enrolment->environment, "sandbox");
    assert_memory_equal(enrolment->token_id.data, "0123456789abcdef", 16);
    assert_int_equal(enrolment->enrolled_at, NOW);
    codec_free(enrolment);
    envelope_clear(&envelope);
    text_clear(&item.sealed);
    identity_clear(&identity);
    identity_clear(&loaded);
}

static void enrolling_again_keeps_the_key(void **state)
{
    struct identity first, second;
    struct error err;

    assert_true(enroll(*state, "web-1", "production", NOW, &first, &err));
    assert_true(enroll(*state, "web-2", "test", NOW, &second, &err));
    assert_true(fingerprint_equal(key_id(first.key), key_id(second.key)));
    identity_clear(&first);
    identity_clear(&second);
    assert_true(identity_load(&first, *state, &err));
    assert_string_equal(first.host, "web-2");
    identity_clear(&first);
}

static const struct refused_case {
    const char *name, *host, *environment;
    int64_t now;
    const char *says;
} refused[] = {
    { "a token that has expired is refused", "web-1", "production", NOW + 86400, "expired on 2027-01-16" },
    { "an unknown environment is refused", "web-1", "staging", NOW, "staging" },
    { "the unknown environment is none", "web-1", "unknown", NOW, "--environment" },
    { "a host name with a blank is refused", "web 1", "production", NOW, "no host name" },
    { "an empty host name is refused", "", "production", NOW, "no host name" },
};

static void enrolment_is_refused_as_described(void **given)
{
    const struct refused_case *row = *given;
    struct identity identity;
    struct state *state;
    struct error err;

    assert_int_equal(make_state((void **)&state), 0);
    assert_false(enroll(state, row->host, row->environment, row->now, &identity, &err));
    assert_int_equal(err.kind, ERROR_OPTION);
    if (strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
    assert_false(identity_load(&identity, state, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
    assert_int_equal(remove_state((void **)&state), 0);
}

/* A report with one client and two manifests, as an inspection makes it. */
struct sample {
    uint8_t digests[2][FINGERPRINT_BYTES];
    Rootshift__V1__TrustManifest manifests[2], *list[2];
    Rootshift__V1__HostReport host;
    struct report report;
};

static void make_sample(struct sample *sample)
{
    for (int i = 0; i < 2; i++) {
        memset(sample->digests[i], 'a' + i, FINGERPRINT_BYTES);
        rootshift__v1__trust_manifest__init(&sample->manifests[i]);
        sample->manifests[i].digest = (ProtobufCBinaryData){ FINGERPRINT_BYTES, sample->digests[i] };
        sample->list[i] = &sample->manifests[i];
    }
    rootshift__v1__host_report__init(&sample->host);
    sample->host.observed_at = NOW;
    sample->report = (struct report){ &sample->host, sample->list, 2 };
}

/* The one message of that type in a decoded file, by its place. */
static void assert_says(const struct json *json, const char *text)
{
    if (strstr(text_string(&json->text), text) == NULL)
        fail_msg("%s\ndoes not say\n%s", text_string(&json->text), text);
}

static void file_holds_enrolment_manifests_and_report(void **state)
{
    struct identity identity;
    enum decode_signature worst;
    struct json json = { 0 };
    struct sample sample;
    struct input file;
    char path[64];
    struct error err;

    make_sample(&sample);
    snprintf(path, sizeof(path), "%s/report", state_directory);
    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(report_write(&sample.report, &identity, *state, NOW_MS, path, &err));
    assert_true(input_read(INPUT_MACHINE, path, 1000000, &file, &err));
    assert_true(decode_file(file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_VALID);
    assert_says(&json, "{\"envelopes\":[{\"schema\":\"rootshift.v1.Enrolment\",");
    assert_says(&json, "\"digest\":\"6161");
    assert_says(&json, "\"digest\":\"6262");
    assert_says(&json, "\"host\":{\"name\":\"web-1\",");
    assert_says(&json, "\"environment\":\"sandbox\",\"clock_skew_ms\":0,");
    assert_says(&json, "\"sequence\":1800000000000,\"observed_at\":\"2027-01-15T08:00:00Z\",");
    json_clear(&json);

    file.bytes[file.size - 1] ^= 1; /* in the report's payload */
    assert_true(decode_file(file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_INVALID);
    json_clear(&json);
    input_clear(&file);
    identity_clear(&identity);
}

static void sequence_grows_whatever_the_clock_does(void **state)
{
    static const struct {
        int64_t now_ms;
        uint64_t sequence;
    } steps[] = { { 1000, 1000 }, { 1000, 1001 }, { 500, 1002 }, { 2000, 2000 }, { 2001, 2001 } };
    uint64_t sequence;
    struct error err;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_true(identity_next_sequence(*state, steps[i].now_ms, &sequence, &err));
        assert_int_equal(sequence, steps[i].sequence);
    }
}

static void count_kinds(struct state *state, int counts[3])
{
    struct outbox_item item;
    struct error err;
    int64_t id = 0;

    memset(counts, 0, 3 * sizeof(*counts));
    while (outbox_next(state, id, &item, &err)) {
        id = item.id;
        counts[item.kind]++;
        text_clear(&item.sealed);
    }
}

static const volatile sig_atomic_t go_on = 0, stop_now = 1;

static void outbox_is_emptied_into_kafka_and_manifests_go_once(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings kafka = { broker.address, NULL };
    struct publish_result result;
    struct identity identity;
    struct sample sample;
    struct error err;
    int counts[3];

    mock_broker_create(&broker, "rootshift.in", 4);
    make_sample(&sample);
    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(report_put(&sample.report, &identity, *state, NOW_MS, &err));
    assert_true(report_put(&sample.report, &identity, *state, NOW_MS, &err));
    count_kinds(*state, counts);
    assert_int_equal(counts[OUTBOX_ENROLMENT], 1);
    assert_int_equal(counts[OUTBOX_MANIFEST], 2);
    assert_int_equal(counts[OUTBOX_REPORT], 2);

    if (!publish_outbox(*state, &identity, &kafka, "rootshift.in", &go_on, &result, &err))
        fail_msg("%s", err.message);
    assert_int_equal(result.delivered, 5);
    assert_int_equal(result.waiting, 0);
    assert_true(publish_outbox(*state, &identity, &kafka, "rootshift.in", &go_on, &result, &err));
    assert_int_equal(result.delivered, 0);
    identity_clear(&identity);
    mock_broker_stop(&broker);
}

static void what_cannot_be_delivered_stays(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings kafka = { broker.address, NULL };
    struct publish_result result;
    struct identity identity;
    struct error err;

    mock_broker_create(&broker, "rootshift.in", 4);
    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    rd_kafka_mock_push_request_errors(broker.cluster, 0 /* Produce */, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_false(publish_outbox(*state, &identity, &kafka, "rootshift.in", &go_on, &result, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_int_equal(result.waiting, 1);

    assert_false(publish_outbox(*state, &identity, &kafka, "rootshift.in", &stop_now, &result, &err));
    assert_int_equal(err.kind, ERROR_STOPPED);
    assert_int_equal(result.waiting, 1);

    assert_true(publish_outbox(*state, &identity, &kafka, "rootshift.in", &go_on, &result, &err));
    assert_int_equal(result.delivered, 1);
    identity_clear(&identity);
    mock_broker_stop(&broker);
}

static void dropped_records_are_told_in_the_next_report(void **state)
{
    struct identity identity;
    struct outbox_item item;
    enum decode_signature worst;
    struct text file = { 0 };
    struct json json = { 0 };
    struct sample sample;
    struct error err;

    make_sample(&sample);
    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(outbox_next(*state, 0, &item, &err));
    assert_true(outbox_drop(*state, item.id, NOW, &err));
    text_clear(&item.sealed);
    sample.report.manifest_count = 0;
    assert_true(report_put(&sample.report, &identity, *state, NOW_MS, &err));
    assert_true(outbox_next(*state, 0, &item, &err));
    envelope_append(&file, item.sealed.bytes, item.sealed.size);
    assert_true(decode_file((uint8_t *)file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_UNKNOWN);
    assert_says(&json, "\"signature\":\"unknown_key\"");
    assert_says(&json, "{\"code\":\"outbox-dropped\",\"subject\":\"\",\"text\":\"1 records were dropped");
    json_clear(&json);
    text_clear(&file);
    text_clear(&item.sealed);
    identity_clear(&identity);
}

static void host_without_identity_is_told_to_enrol(void **state)
{
    struct identity identity;
    struct error err;

    assert_false(identity_load(&identity, *state, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
    assert_non_null(strstr(err.message, "enroll --token"));
}

static const struct file_case {
    const char *name, *bytes;
    size_t size;
    const char *says;
} files[] = {
    { "an empty file is no report", "", 0, "empty" },
    { "a text is no report", "hello, world\n", 13, "byte 0" },
};

static void file_is_refused_as_described(void **state)
{
    const struct file_case *row = *state;
    enum decode_signature worst;
    struct json json = { 0 };
    struct error err;

    assert_false(decode_file((const uint8_t *)row->bytes, row->size, NULL, &json, &worst, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    if (strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
    json_clear(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(enrolled_host_proves_its_key_with_the_token),
        STATE_TEST(enrolling_again_keeps_the_key),
        STATE_TEST(file_holds_enrolment_manifests_and_report),
        STATE_TEST(sequence_grows_whatever_the_clock_does),
        STATE_TEST(outbox_is_emptied_into_kafka_and_manifests_go_once),
        STATE_TEST(what_cannot_be_delivered_stays),
        STATE_TEST(dropped_records_are_told_in_the_next_report),
        STATE_TEST(host_without_identity_is_told_to_enrol),
    };

    return RUN_ROWS(refused, enrolment_is_refused_as_described) +
           RUN_ROWS(files, file_is_refused_as_described) + cmocka_run_group_tests(tests, NULL, NULL);
}
