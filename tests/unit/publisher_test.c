#include "schema/wire/publisher.h"

#include "tests/support/mock_broker.h"

struct reports {
    size_t delivered, failed;
    uint64_t tickets; /* their sum */
    struct error last;
};

static void count_report(void *context, uint64_t ticket, const struct error *failure)
{
    struct reports *reports = context;

    reports->tickets += ticket;
    if (failure == NULL) {
        reports->delivered++;
        return;
    }
    reports->failed++;
    reports->last = *failure;
}

static struct text a_payload(size_t size)
{
    struct text payload = { 0 };

    while (payload.size < size)
        text_add(&payload, "0123456789");
    return payload;
}

static void records_arrive_and_are_reported_once(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings settings = { broker.address, NULL };
    struct reports reports = { 0 };
    struct error err;
    struct publisher *publisher;

    (void)state;
    mock_broker_create(&broker, "t", 1);
    publisher = publisher_open(&settings, count_report, &reports, &err);
    assert_non_null(publisher);
    for (uint64_t i = 1; i <= 100; i++) {
        struct text payload = a_payload(1000);

        assert_true(publisher_send(publisher, "t", "key", 3, &payload, i, &err));
        assert_null(payload.bytes);
    }
    assert_true(publisher_flush(publisher, 10000, &err));
    assert_int_equal(reports.delivered, 100);
    assert_int_equal(reports.failed, 0);
    assert_int_equal(reports.tickets, 5050);
    assert_int_equal(publisher_poll(publisher, 0), 0);
    publisher_close(publisher);
    mock_broker_stop(&broker);
}

static void record_that_is_too_big_is_refused_at_once(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings settings = { broker.address, NULL };
    struct reports reports = { 0 };
    struct text payload = a_payload(5 * 1000 * 1000);
    struct error err;
    struct publisher *publisher = publisher_open(&settings, count_report, &reports, &err);

    (void)state;
    assert_false(publisher_send(publisher, "t", "key", 3, &payload, 1, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_null(payload.bytes);
    assert_true(publisher_flush(publisher, 1000, &err));
    assert_int_equal(reports.delivered + reports.failed, 0);
    publisher_close(publisher);
    mock_broker_stop(&broker);
}

static void unanswered_records_are_given_up_and_the_next_ones_arrive(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings settings = { broker.address, NULL };
    struct reports reports = { 0 };
    struct text payload = a_payload(100);
    struct error err;
    struct publisher *publisher = publisher_open(&settings, count_report, &reports, &err);

    (void)state;
    mock_broker_create(&broker, "t", 1);
    assert_int_equal(rd_kafka_mock_broker_set_down(broker.cluster, 1), 0);
    assert_true(publisher_send(publisher, "t", "key", 3, &payload, 7, &err));
    assert_false(publisher_flush(publisher, 500, &err));
    assert_int_equal(err.kind, ERROR_TIMEOUT);
    assert_true(error_is_retriable(err.kind));
    assert_int_equal(reports.failed, 1);
    assert_true(error_is_retriable(reports.last.kind));

    assert_int_equal(rd_kafka_mock_broker_set_up(broker.cluster, 1), 0);
    payload = a_payload(100);
    assert_true(publisher_send(publisher, "t", "key", 3, &payload, 8, &err));
    assert_true(publisher_flush(publisher, 10000, &err));
    assert_int_equal(reports.delivered, 1);
    assert_int_equal(reports.tickets, 15);
    publisher_close(publisher);
    mock_broker_stop(&broker);
}

/* A broker that refuses for want of rights is not tried again in vain. */
static void refused_record_is_reported_with_its_kind(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings settings = { broker.address, NULL };
    struct reports reports = { 0 };
    struct text payload = a_payload(100);
    struct error err;
    struct publisher *publisher = publisher_open(&settings, count_report, &reports, &err);

    (void)state;
    mock_broker_create(&broker, "t", 1);
    rd_kafka_mock_push_request_errors(broker.cluster, 0 /* Produce */, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_true(publisher_send(publisher, "t", "key", 3, &payload, 1, &err));
    assert_true(publisher_flush(publisher, 10000, &err));
    assert_int_equal(reports.failed, 1);
    assert_int_equal(reports.last.kind, ERROR_DENIED);
    assert_false(error_is_retriable(reports.last.kind));
    publisher_close(publisher);
    mock_broker_stop(&broker);
}

static void closing_reports_what_waits(void **state)
{
    struct kafka_settings settings = { "127.0.0.1:1", NULL }; /* nobody listens there */
    struct reports reports = { 0 };
    struct text payload = a_payload(100);
    struct error err;
    struct publisher *publisher = publisher_open(&settings, count_report, &reports, &err);

    (void)state;
    assert_true(publisher_send(publisher, "t", NULL, 0, &payload, 1, &err));
    assert_int_equal(publisher_poll(publisher, 100), 1);
    publisher_close(publisher);
    assert_int_equal(reports.failed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_arrive_and_are_reported_once),
        cmocka_unit_test(record_that_is_too_big_is_refused_at_once),
        cmocka_unit_test(unanswered_records_are_given_up_and_the_next_ones_arrive),
        cmocka_unit_test(refused_record_is_reported_with_its_kind),
        cmocka_unit_test(closing_reports_what_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
