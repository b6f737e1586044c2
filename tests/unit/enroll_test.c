#include "collector/enroll.h"

#include "collector/outbox.h"
#include "schema/wire/envelope.h"
#include "tests/support/enrolled.h"

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
    assert_true(token_is_proven(token_secret, enrolment));
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

static void host_without_identity_is_told_to_enrol(void **state)
{
    struct identity identity;
    struct error err;

    assert_false(identity_load(&identity, *state, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
    assert_non_null(strstr(err.message, "enroll --token"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(enrolled_host_proves_its_key_with_the_token),
        STATE_TEST(enrolling_again_keeps_the_key),
        STATE_TEST(sequence_grows_whatever_the_clock_does),
        STATE_TEST(host_without_identity_is_told_to_enrol),
    };

    return RUN_ROWS(refused, enrolment_is_refused_as_described) + cmocka_run_group_tests(tests, NULL, NULL);
}
