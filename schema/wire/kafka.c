#include "schema/wire/kafka.h"

#include <ctype.h>
#include <string.h>

#include "schema/base/input.h"
#include "schema/base/log.h"
#include "schema/base/text.h"

#define CONF_FILE_BYTES_MAX (64 * 1024)
#define VALUE_BYTES_MAX 4096
#define SYSLOG_ERROR 3 /* of librdkafka's levels; syslog.h has names that are ours */

bool kafka_is_configured(const struct kafka_settings *settings)
{
    return settings->brokers != NULL || settings->conf_file != NULL;
}

/* librdkafka's own words: its errors are about neighbours, not about us; what matters comes as an error too. */
static void log_line(const rd_kafka_t *rk, int level, const char *facility, const char *line)
{
    log_event(level <= SYSLOG_ERROR ? LOG_WARNING : LOG_DEBUG, "kafka says client=%s about=%s text=\"%s\"",
              rk == NULL ? "-" : rd_kafka_name(rk), facility, line);
}

/* The text never holds the value: it may be a password. */
static bool set(rd_kafka_conf_t *conf, const char *key, const char *value, struct error *err)
{
    char why[256];

    switch (rd_kafka_conf_set(conf, key, value, why, sizeof(why))) {
    case RD_KAFKA_CONF_OK: return true;
    case RD_KAFKA_CONF_UNKNOWN:
        return error_set(err, ERROR_OPTION, "%s: no such property of librdkafka", key);
    case RD_KAFKA_CONF_INVALID: break;
    }
    return error_set(err, ERROR_OPTION, "%s: not a value that librdkafka takes", key);
}

static const struct kafka_property *fixed_property(const struct kafka_property *properties, const char *key)
{
    for (; properties->key != NULL; properties++) {
        if (properties->fixed && strcmp(properties->key, key) == 0)
            return properties;
    }
    return NULL;
}

static char *trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text + strspn(text, " \t");
}

/* One line of the file, which is altered. */
static bool read_line(rd_kafka_conf_t *conf, const struct kafka_property *properties, char *line,
                      struct error *err)
{
    const struct kafka_property *fixed;
    char *key = trim(line), *equals;

    if (*key == '\0' || *key == '#')
        return true;
    equals = strchr(key, '=');
    if (equals == NULL || equals == key)
        return error_set(err, ERROR_OPTION, "expected key=value");
    *equals = '\0';
    key = trim(key);
    fixed = fixed_property(properties, key);
    if (fixed != NULL)
        return error_set(err, ERROR_OPTION, "%s: always %s here; leave it out", key, fixed->value);
    return set(conf, key, trim(equals + 1), err);
}

static bool read_conf_file(rd_kafka_conf_t *conf, const struct kafka_property *properties, const char *path,
                           struct error *err)
{
    struct input file;
    char *rest;
    int number = 0;
    bool ok = true;

    if (!input_read(INPUT_MACHINE, path, CONF_FILE_BYTES_MAX, &file, err))
        return error_within(err, "--kafka-conf");
    rest = (char *)file.bytes;
    for (char *line; ok && (line = strsep(&rest, "\n")) != NULL;) {
        number++;
        ok = read_line(conf, properties, line, err);
    }
    explicit_bzero(file.bytes, file.size); /* it may have held a password */
    input_clear(&file);
    return ok || error_within(err, "%s:%d", path, number);
}

/* The value as librdkafka understood it; "" when it has none. */
static const char *get(const rd_kafka_conf_t *conf, const char *key, char value[VALUE_BYTES_MAX])
{
    size_t size = VALUE_BYTES_MAX;

    if (rd_kafka_conf_get(conf, key, value, &size) != RD_KAFKA_CONF_OK)
        value[0] = '\0';
    return value;
}

static bool check(const rd_kafka_conf_t *conf, struct error *err)
{
    char value[VALUE_BYTES_MAX];

    if (get(conf, "bootstrap.servers", value)[0] == '\0')
        return error_set(err, ERROR_OPTION,
                         "nobody says where Kafka is: give --broker, or bootstrap.servers in --kafka-conf");
    if (strstr(get(conf, "security.protocol", value), "ssl") == NULL)
        return true;
    if (get(conf, "ssl.ca.location", value)[0] == '\0' && get(conf, "ssl.ca.pem", value)[0] == '\0')
        return error_set(err, ERROR_OPTION,
                         "ssl.ca.location is missing: TLS to Kafka must name its CA file, for the system's "
                         "trust store may "
                         "be what is being migrated");
    return true;
}

static bool fill(rd_kafka_conf_t *conf, const struct kafka_settings *settings,
                 const struct kafka_property *properties, struct error *err)
{
    for (const struct kafka_property *row = properties; row->key != NULL; row++) {
        if (!set(conf, row->key, row->value, err))
            return false;
    }
    if (settings->conf_file != NULL && !read_conf_file(conf, properties, settings->conf_file, err))
        return false;
    if (settings->brokers != NULL && !set(conf, "bootstrap.servers", settings->brokers, err))
        return error_within(err, "--broker");
    return check(conf, err);
}

rd_kafka_conf_t *kafka_conf(const struct kafka_settings *settings, const struct kafka_property *properties,
                            struct error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set_log_cb(conf, log_line);
    if (!fill(conf, settings, properties, err)) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    return conf;
}

static const struct {
    rd_kafka_resp_err_t code;
    enum error_kind kind;
} kinds[] = {
    { RD_KAFKA_RESP_ERR__TRANSPORT, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR__RESOLVE, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, ERROR_NETWORK },
    { RD_KAFKA_RESP_ERR__SSL, ERROR_NETWORK }, /* an unclean close is one too */
    { RD_KAFKA_RESP_ERR__TIMED_OUT, ERROR_TIMEOUT },
    { RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ERROR_TIMEOUT },
    { RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ERROR_TIMEOUT },
    { RD_KAFKA_RESP_ERR__PURGE_QUEUE, ERROR_TIMEOUT }, /* we purge what took too long */
    { RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, ERROR_TIMEOUT },
    { RD_KAFKA_RESP_ERR__AUTHENTICATION, ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ERROR_DENIED },
    { RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERROR_DENIED },
    { RD_KAFKA_RESP_ERR__QUEUE_FULL, ERROR_LIMIT },
    { RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERROR_LIMIT },
    { RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ERROR_ABSENT },
    { RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ERROR_ABSENT },
    { RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERROR_ABSENT },
    { RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, ERROR_ABSENT },
    { RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, ERROR_ABSENT },
};

enum error_kind kafka_error_kind(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].code == code)
            return kinds[i].kind;
    }
    return ERROR_SYSTEM;
}
