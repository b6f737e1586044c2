/* librdkafka's mock cluster inside the test: one broker on loopback, at a port of its own choice. */
#pragma once

#include "tests/support/check.h"

#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>

struct mock_broker {
    rd_kafka_t *client;
    rd_kafka_mock_cluster_t *cluster;
    const char *address;
};

static inline struct mock_broker mock_broker_start(void)
{
    struct mock_broker broker = { 0 };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    rd_kafka_conf_set(conf, "log_level", "3", why, sizeof(why));
    broker.client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    assert_non_null(broker.client);
    broker.cluster = rd_kafka_mock_cluster_new(broker.client, 1);
    assert_non_null(broker.cluster);
    broker.address = rd_kafka_mock_cluster_bootstraps(broker.cluster);
    return broker;
}

static inline void mock_broker_create(struct mock_broker *broker, const char *topic, int partitions)
{
    assert_int_equal(rd_kafka_mock_topic_create(broker->cluster, topic, partitions, 1), 0);
}

static inline void mock_broker_stop(struct mock_broker *broker)
{
    rd_kafka_mock_cluster_destroy(broker->cluster);
    rd_kafka_destroy(broker->client);
}
