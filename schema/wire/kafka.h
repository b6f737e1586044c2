/*
 * How to reach Kafka: what --broker and --kafka-conf say, made into a librdkafka configuration. The
 * two ends are schema/wire/publisher.h and schema/wire/consumer.h.
 *
 * A --kafka-conf FILE is librdkafka's properties, `key=value` a line, `#` for comments. It may say
 * everything (addresses, TLS, SASL, limits) but what our guarantees stand on; those properties are
 * refused by name. Where it turns TLS on it must name the CA: the way home must not depend on the
 * very trust store that is being migrated.
 */
#pragma once

#include <stddef.h>

#include <librdkafka/rdkafka.h>

#include "schema/base/option.h"

struct kafka_settings {
    const char *brokers;   /* "host:port,…"; NULL when the file says it */
    const char *conf_file; /* NULL for none */
};

/* Rows of a command's option table, for settings that keep a `struct kafka_settings` as `member`. */
#define KAFKA_OPTIONS(settings, member)                                                                      \
    { "broker",                                                                                              \
      OPTION_TEXT,                                                                                           \
      offsetof(settings, member.brokers),                                                                    \
      "HOST:PORT,…",                                                                                         \
      .from_environment = true,                                                                              \
      .help = "Kafka brokers to start from" },                                                               \
    {                                                                                                        \
        "kafka-conf", OPTION_TEXT, offsetof(settings, member.conf_file), "FILE",                             \
            .from_environment = true, .help = "librdkafka properties: TLS, SASL, limits"                     \
    }

/* Whether anybody said where Kafka is. */
bool kafka_is_configured(const struct kafka_settings *settings);

/*
 * A property and why it has the value it has. With `fixed` a file may not say it: a guarantee stands
 * on it. Tables end with a row without key.
 */
struct kafka_property {
    const char *key, *value;
    bool fixed;
};

/* A constant as such a value: KAFKA_VALUE(PUBLISHER_TIMEOUT_MS). */
#define KAFKA_VALUE(constant) KAFKA_QUOTED(constant)
#define KAFKA_QUOTED(number) #number

/*
 * The configuration for one end: `properties`, then the file, then --broker. The caller's to destroy,
 * or rd_kafka_new() takes it. NULL with *err, which names file, line and key.
 */
rd_kafka_conf_t *kafka_conf(const struct kafka_settings *settings, const struct kafka_property *properties,
                            struct error *err);

/* ERROR_NETWORK, ERROR_DENIED, … for one of librdkafka's codes. */
enum error_kind kafka_error_kind(rd_kafka_resp_err_t code);
