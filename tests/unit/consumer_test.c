#include "schema/wire/consumer.h"

#include "schema/base/clock.h"
#include "schema/wire/publisher.h"
#include "tests/support/mock_broker.h"

#define PARTITIONS 4
#define PATIENCE_MS 30000

/* The authority for offsets, as PostgreSQL is for the aggregator. */
struct ledger {
    int64_t next[PARTITIONS];
    bool held[PARTITIONS];
    int64_t high[PARTITIONS];
    size_t assigned, revoked, troubles;
    bool deny;
    struct error last_trouble;
    int32_t trouble_partition;
    size_t records, bytes;
};

static bool give_starts(void *context, struct consumer_partition *partitions, size_t count, struct error *err)
{
    struct ledger *ledger = context;

    if (ledger->deny)
        return error_set(err, ERROR_DATABASE, "the database is away");
    for (size_t i = 0; i < count; i++) {
        partitions[i].start = ledger->next[partitions[i].partition];
        ledger->held[partitions[i].partition] = true;
        ledger->high[partitions[i].partition] = partitions[i].high;
        assert_int_equal(partitions[i].low, 0);
    }
    ledger->assigned += count;
    return true;
}

static void take_back(void *context, const struct consumer_partition *partitions, size_t count, bool lost)
{
    struct ledger *ledger = context;

    (void)lost;
    for (size_t i = 0; i < count; i++)
        ledger->held[partitions[i].partition] = false;
    ledger->revoked += count;
}

static void note_trouble(void *context, const char *topic, int32_t partition, const struct error *err)
{
    struct ledger *ledger = context;

    if (topic == NULL)
        return;
    ledger->troubles++;
    ledger->last_trouble = *err;
    ledger->trouble_partition = partition;
}

static const struct consumer_events events = { give_starts, take_back, note_trouble };

static void ignore_report(void *context, uint64_t ticket, const struct error *failure)
{
    (void)context;
    (void)ticket;
    assert_null(failure);
}

static void publish(const struct mock_broker *broker, size_t count)
{
    struct kafka_settings settings = { broker->address, NULL };
    struct error err;
    struct publisher *publisher = publisher_open(&settings, ignore_report, NULL, &err);

    for (size_t i = 0; i < count; i++) {
        struct text payload = { 0 };

        text_format(&payload, "payload %zu", i);
        assert_true(publisher_send(publisher, "t", &i, sizeof(i), &payload, i, &err));
    }
    assert_true(publisher_flush(publisher, 10000, &err));
    publisher_close(publisher);
}

static struct consumer *open_consumer(const struct mock_broker *broker, struct ledger *ledger)
{
    static char conf[] = "/tmp/consumer_test.XXXXXX";
    struct kafka_settings settings = { broker->address, conf };
    struct text_list topics = { 0 };
    struct consumer *consumer;
    struct error err;
    FILE *file;

    memcpy(conf + strlen(conf) - 6, "XXXXXX", 6);
    file = fdopen(mkstemp(conf), "w");
    fputs("session.timeout.ms=3000\nheartbeat.interval.ms=500\n", file);
    fclose(file);
    text_list_add(&topics, "t");
    consumer = consumer_open(&settings, "group", &topics, &events, ledger, &err);
    if (consumer == NULL)
        fail_msg("%s", err.message);
    text_list_clear(&topics);
    remove(conf);
    return consumer;
}

/* Poll until `records` have come in all, or until patience ends. */
static bool read_until(struct consumer *consumer, struct ledger *ledger, size_t records, struct error *err)
{
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

    while (ledger->records < records && clock_monotonic_ms() < deadline) {
        struct consumer_record batch[50];
        size_t count;

        if (!consumer_poll(consumer, 200, batch, 50, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            assert_true(ledger->held[batch[i].partition]);
            assert_int_equal(batch[i].offset, ledger->next[batch[i].partition]);
            assert_int_equal(batch[i].key_bytes, sizeof(size_t));
            assert_memory_equal(batch[i].payload, "payload ", 8);
            ledger->next[batch[i].partition]++;
            ledger->records++;
        }
    }
    assert_int_equal(ledger->records, records);
    return true;
}

static void records_are_read_from_where_the_ledger_says(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { 0 };
    struct consumer *consumer;
    int64_t low, high, sum = 0;
    struct error err;

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    publish(&broker, 200);
    consumer = open_consumer(&broker, &ledger);
    assert_true(read_until(consumer, &ledger, 200, &err));
    assert_int_equal(ledger.assigned, PARTITIONS);
    for (int i = 0; i < PARTITIONS; i++)
        sum += ledger.high[i];
    assert_int_equal(sum, 200);
    assert_true(consumer_watermarks(consumer, "t", 0, 5000, &low, &high, &err));
    assert_int_equal(low, 0);
    assert_int_equal(high, ledger.next[0]);
    consumer_commit(consumer, &(struct consumer_partition){ .topic = "t", .partition = 0, .start = 1 }, 1);
    consumer_close(consumer);
    assert_int_equal(ledger.revoked, PARTITIONS);

    /* Kafka's own commits say 1 and nothing: they do not count. */
    publish(&broker, 20);
    ledger.assigned = 0;
    consumer = open_consumer(&broker, &ledger);
    assert_true(read_until(consumer, &ledger, 220, &err));
    consumer_close(consumer);
    mock_broker_stop(&broker);
}

static void group_is_told_what_it_committed(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { 0 };
    struct consumer_partition own[PARTITIONS] = { { 0 } }, *all;
    struct consumer *consumer;
    int64_t sum = 0;
    size_t count;
    struct error err;

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    publish(&broker, 200);
    consumer = open_consumer(&broker, &ledger);
    assert_true(read_until(consumer, &ledger, 200, &err));
    assert_true(consumer_commit_now(
        consumer, &(struct consumer_partition){ .topic = "t", .partition = 2, .start = 7 }, 1, &err));
    for (int i = 0; i < PARTITIONS; i++)
        own[i] = (struct consumer_partition){ .topic = "t", .partition = i };
    assert_true(consumer_committed(consumer, own, PARTITIONS, &err));
    for (int i = 0; i < PARTITIONS; i++)
        assert_int_equal(own[i].start, i == 2 ? 7 : CONSUMER_FROM_START);
    all = consumer_list(consumer, "t", &count, &err);
    assert_non_null(all);
    assert_int_equal(count, PARTITIONS);
    for (size_t i = 0; i < count; i++)
        sum += all[i].high - all[i].low;
    assert_int_equal(sum, 200);
    free(all);
    consumer_close(consumer);
    mock_broker_stop(&broker);
}

static void offset_beyond_the_log_stops_its_partition_only(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { .next = { 1000000 } };
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    struct consumer *consumer;
    struct error err;

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    publish(&broker, 200);
    consumer = open_consumer(&broker, &ledger);
    while (ledger.troubles == 0 && clock_monotonic_ms() < deadline) {
        struct consumer_record batch[50];
        size_t count;

        assert_true(consumer_poll(consumer, 200, batch, 50, &count, &err));
        for (size_t i = 0; i < count; i++) {
            assert_int_not_equal(batch[i].partition, 0);
            ledger.records++;
        }
    }
    assert_int_equal(ledger.troubles, 1);
    assert_int_equal(ledger.trouble_partition, 0);
    assert_int_equal(ledger.last_trouble.kind, ERROR_ABSENT);
    consumer_close(consumer);
    mock_broker_stop(&broker);
}

static void partition_that_waits_for_a_person_is_not_read(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { .next = { CONSUMER_NOT_READ, CONSUMER_NOT_READ, CONSUMER_NOT_READ, 0 } };
    struct consumer *consumer;
    int64_t low, high;
    struct error err;

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    publish(&broker, 200);
    consumer = open_consumer(&broker, &ledger);
    assert_true(consumer_watermarks(consumer, "t", 3, 5000, &low, &high, &err));
    assert_true(read_until(consumer, &ledger, (size_t)high, &err));
    assert_int_equal(ledger.assigned, PARTITIONS);
    consumer_close(consumer); /* gives back four of which one was read */
    assert_int_equal(ledger.revoked, PARTITIONS);
    mock_broker_stop(&broker);
}

static void failing_ledger_fails_the_poll(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { .deny = true };
    struct consumer *consumer;
    struct error err = { 0 };

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    publish(&broker, 1);
    consumer = open_consumer(&broker, &ledger);
    assert_false(read_until(consumer, &ledger, 1, &err));
    assert_int_equal(err.kind, ERROR_DATABASE);
    assert_false(read_until(consumer, &ledger, 1, &err));
    consumer_close(consumer);
    mock_broker_stop(&broker);
}

static void missing_topic_is_refused_at_the_door(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct kafka_settings settings = { broker.address, NULL };
    struct text_list topics = { 0 };
    struct ledger ledger = { 0 };
    struct error err;

    (void)state;
    text_list_add(&topics, "nowhere");
    assert_null(consumer_open(&settings, "group", &topics, &events, &ledger, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
    assert_non_null(strstr(err.message, "nowhere"));
    text_list_clear(&topics);
    mock_broker_stop(&broker);
}

static void closing_before_the_first_assignment_ends(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { 0 };

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    consumer_close(open_consumer(&broker, &ledger));
    assert_int_equal(ledger.assigned, 0);
    mock_broker_stop(&broker);
}

/*
 * The mock cluster lets members in three seconds after the first one came. With answers that take a second more, half
 * a second later the group is joined and nothing is given out.
 */
static void closing_amidst_joining_ends(void **state)
{
    struct mock_broker broker = mock_broker_start();
    struct ledger ledger = { 0 };
    struct consumer *consumer;
    struct consumer_record record;
    struct error err;
    size_t count;

    (void)state;
    mock_broker_create(&broker, "t", PARTITIONS);
    consumer = open_consumer(&broker, &ledger);
    for (int i = 0; i < 45; i++) {
        if (i == 10)
            rd_kafka_mock_broker_set_rtt(broker.cluster, 1, 1000);
        assert_true(consumer_poll(consumer, 100, &record, 1, &count, &err));
    }
    consumer_close(consumer);
    assert_int_equal(ledger.assigned, 0);
    rd_kafka_mock_broker_set_rtt(broker.cluster, 1, 0);
    mock_broker_stop(&broker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_from_where_the_ledger_says),
        cmocka_unit_test(group_is_told_what_it_committed),
        cmocka_unit_test(offset_beyond_the_log_stops_its_partition_only),
        cmocka_unit_test(partition_that_waits_for_a_person_is_not_read),
        cmocka_unit_test(failing_ledger_fails_the_poll),
        cmocka_unit_test(missing_topic_is_refused_at_the_door),
        cmocka_unit_test(closing_before_the_first_assignment_ends),
        cmocka_unit_test(closing_amidst_joining_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
