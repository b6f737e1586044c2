#include "collector/publish.h"

#include "collector/outbox.h"
#include "tests/support/enrolled.h"
#include "tests/support/mock_broker.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(outbox_is_emptied_into_kafka_and_manifests_go_once),
        STATE_TEST(what_cannot_be_delivered_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
