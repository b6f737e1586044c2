/*
 * round BROKER publish FIRST COUNT: publish numbered records, print the number of each that is acknowledged.
 * round BROKER read SECONDS: read rootshift.in from its start, print each record's number.
 * round BROKER show TOPIC SECONDS: read a topic from its start until nothing has come for so long, print each record's
 * key and payload in hex.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/base/clock.h"
#include "schema/wire/consumer.h"
#include "schema/wire/publisher.h"
#include "schema/wire/topic.h"

#define BATCH 1000

static void print_acknowledged(void *context, uint64_t ticket, const struct error *failure)
{
    (void)context;
    if (failure == NULL)
        printf("%" PRIu64 "\n", ticket);
    else
        fprintf(stderr, "%" PRIu64 ": %s\n", ticket, failure->message);
}

static bool publish(const struct kafka_settings *kafka, uint64_t first, uint64_t count, struct error *err)
{
    struct publisher *publisher = publisher_open(kafka, print_acknowledged, NULL, err);
    bool ok = publisher != NULL;

    for (uint64_t i = first; ok && i < first + count; i++) {
        struct text payload = { 0 };

        text_format(&payload, "%" PRIu64, i);
        ok = publisher_send(publisher, topics[TOPIC_IN].name, &i, sizeof(i), &payload, i, err);
    }
    ok = ok && publisher_flush(publisher, PUBLISHER_TIMEOUT_MS, err);
    publisher_close(publisher);
    return ok;
}

static bool start_at_the_beginning(void *context, struct consumer_partition *partitions, size_t count,
                                   struct error *err)
{
    (void)context;
    (void)err;
    for (size_t i = 0; i < count; i++)
        partitions[i].start = CONSUMER_FROM_START;
    return true;
}

static void ignore_revocation(void *context, const struct consumer_partition *partitions, size_t count,
                              bool lost)
{
    (void)context;
    (void)partitions;
    (void)count;
    (void)lost;
}

static void print_trouble(void *context, const char *topic, int32_t partition, const struct error *err)
{
    (void)context;
    fprintf(stderr, "trouble %s [%d]: %s\n", topic == NULL ? "-" : topic, partition, err->message);
}

static void print_number(const struct consumer_record *record)
{
    printf("%.*s\n", (int)record->payload_bytes, (const char *)record->payload);
}

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
}

static void print_record(const struct consumer_record *record)
{
    print_hex(record->key, record->key_bytes);
    putchar(' ');
    print_hex(record->payload, record->payload_bytes);
    putchar('\n');
}

static bool read_for(const struct kafka_settings *kafka, const char *topic, int64_t seconds,
                     void (*print)(const struct consumer_record *record), struct error *err)
{
    static const struct consumer_events events = { start_at_the_beginning, ignore_revocation, print_trouble };
    int64_t deadline = clock_monotonic_ms() + 1000 * seconds;
    struct text_list names = { 0 };
    struct consumer_record records[BATCH];
    struct consumer *consumer;
    char group[32];
    size_t count;
    bool ok;

    snprintf(group, sizeof(group), "round-%d", (int)getpid()); /* nobody to wait for */
    text_list_add(&names, topic);
    consumer = consumer_open(kafka, group, &names, &events, NULL, err);
    text_list_clear(&names);
    ok = consumer != NULL;
    while (ok && clock_monotonic_ms() < deadline) {
        ok = consumer_poll(consumer, 200, records, BATCH, &count, err);
        for (size_t i = 0; i < count; i++)
            print(&records[i]);
        if (count > 0)
            deadline = clock_monotonic_ms() + 1000 * seconds;
    }
    consumer_close(consumer);
    return ok;
}

int main(int argc, char **argv)
{
    struct kafka_settings kafka = { .brokers = argc > 1 ? argv[1] : NULL };
    struct error err;
    bool ok;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 5 && strcmp(argv[2], "publish") == 0)
        ok = publish(&kafka, strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10), &err);
    else if (argc == 4 && strcmp(argv[2], "read") == 0)
        ok = read_for(&kafka, topics[TOPIC_IN].name, strtoll(argv[3], NULL, 10), print_number, &err);
    else if (argc == 5 && strcmp(argv[2], "show") == 0)
        ok = read_for(&kafka, argv[3], strtoll(argv[4], NULL, 10), print_record, &err);
    else
        ok = error_set(&err, ERROR_OPTION,
                       "usage: round BROKER publish FIRST COUNT | round BROKER read SECONDS | round BROKER "
                       "show TOPIC SECONDS");
    if (!ok)
        fprintf(stderr, "round: %s\n", err.message);
    return ok ? 0 : 1;
}
