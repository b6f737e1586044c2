/*
 * rootshift-broker: an embedded Kafka for the quickstart and the tests, which is librdkafka's mock
 * cluster in a process of its own; and the topic table (schema/wire/topic.h) for real clusters.
 *
 * The mock keeps 5 MiB a partition in memory and silently drops what is older, knows no compaction,
 * no TLS and no rights, and forgets everything when it ends. It is for looking at and for testing, never for keeping.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>

#include "schema/base/clock.h"
#include "schema/wire/kafka.h"
#include "schema/wire/topic.h"

#define CREATE_TIMEOUT_MS 30000

struct settings {
    bool detached;
    int64_t replicas;
    struct kafka_settings kafka;
};

static bool create_mock_topics(rd_kafka_mock_cluster_t *cluster, struct error *err)
{
    for (size_t i = 0; i < TOPICS; i++) {
        rd_kafka_resp_err_t code =
            rd_kafka_mock_topic_create(cluster, topics[i].name, topics[i].partitions, 1);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return error_set(err, ERROR_SYSTEM, "topic %s: %s", topics[i].name, rd_kafka_err2str(code));
    }
    return true;
}

/* The signals that end us were blocked before librdkafka made its threads, so they come here alone. */
static void wait_for_end(const sigset_t *ends)
{
    int which;

    sigwait(ends, &which);
}

static bool serve(rd_kafka_mock_cluster_t *cluster, const sigset_t *ends, struct error *err)
{
    if (!create_mock_topics(cluster, err))
        return false;
    if (printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster)) < 0 || fflush(stdout) != 0)
        return error_errno(err, "standard output");
    wait_for_end(ends);
    return true;
}

static int run(void *settings, const struct text_list *arguments, struct error *err)
{
    const struct settings *given = settings;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_mock_cluster_t *cluster;
    pid_t parent = getppid();
    rd_kafka_t *client;
    sigset_t ends;
    char why[256];
    bool ok;

    (void)arguments;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (!given->detached) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) /* it was quicker than we */
            return ANSWER_YES;
    }
    rd_kafka_conf_set(conf, "log_level", "3", why,
                      sizeof(why)); /* that this client has no broker is no news */
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        error_set(err, ERROR_SYSTEM, "librdkafka: %s", why);
        return ANSWER_NONE;
    }
    cluster = rd_kafka_mock_cluster_new(client, 1);
    ok = cluster != NULL ? serve(cluster, &ends, err) : error_set(err, ERROR_SYSTEM, "no mock cluster");
    if (cluster != NULL)
        rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

static int list(void *settings, const struct text_list *arguments, struct error *err)
{
    (void)settings;
    (void)arguments;
    (void)err;
    for (size_t i = 0; i < TOPICS; i++)
        printf("%-24s partitions=%-3d cleanup.policy=%-7s max.message.bytes=%-8zu %s\n", topics[i].name,
               topics[i].partitions, topics[i].compacted ? "compact" : "delete", topics[i].bytes_max,
               topics[i].meaning);
    return ANSWER_YES;
}

static rd_kafka_NewTopic_t *new_topic(const struct topic *topic, int replicas)
{
    char why[256], bytes[24];
    rd_kafka_NewTopic_t *made =
        rd_kafka_NewTopic_new(topic->name, topic->partitions, replicas, why, sizeof(why));

    if (made == NULL)
        return NULL;
    snprintf(bytes, sizeof(bytes), "%zu", topic->bytes_max);
    rd_kafka_NewTopic_set_config(made, "cleanup.policy", topic->compacted ? "compact" : "delete");
    rd_kafka_NewTopic_set_config(made, "max.message.bytes", bytes);
    return made;
}

/* Prints what became of each; false when one neither was there nor is now. */
static bool read_results(rd_kafka_event_t *event, struct error *err)
{
    const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
    const rd_kafka_topic_result_t **rows;
    size_t count;
    bool ok = true;

    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, kafka_error_kind(rd_kafka_event_error(event)), "creating topics: %s",
                         rd_kafka_event_error_string(event));
    rows = rd_kafka_CreateTopics_result_topics(result, &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(rows[i]);
        const char *name = rd_kafka_topic_result_name(rows[i]);

        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            printf("%s %s\n", name, code == RD_KAFKA_RESP_ERR_NO_ERROR ? "created" : "is there already");
        else
            ok = error_set(err, kafka_error_kind(code), "topic %s: %s", name, rd_kafka_err2str(code));
    }
    return ok;
}

static bool create_topics(rd_kafka_t *client, int replicas, struct error *err)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_NewTopic_t *wanted[TOPICS];
    rd_kafka_event_t *event;
    char why[256];
    bool ok;

    for (size_t i = 0; i < TOPICS; i++)
        wanted[i] = new_topic(&topics[i], replicas);
    rd_kafka_AdminOptions_set_request_timeout(options, CREATE_TIMEOUT_MS, why, sizeof(why));
    rd_kafka_AdminOptions_set_operation_timeout(options, CREATE_TIMEOUT_MS, why, sizeof(why));
    rd_kafka_CreateTopics(client, wanted, TOPICS, options, queue);
    event = rd_kafka_queue_poll(queue, CREATE_TIMEOUT_MS + 5000);
    ok = event != NULL ? read_results(event, err)
                       : error_set(err, ERROR_TIMEOUT, "creating topics: no answer");
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_NewTopic_destroy_array(wanted, TOPICS);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    return ok;
}

static int create(void *settings, const struct text_list *arguments, struct error *err)
{
    static const struct kafka_property nothing[] = { { 0 } };
    const struct settings *given = settings;
    rd_kafka_conf_t *conf = kafka_conf(&given->kafka, nothing, err);
    rd_kafka_t *client;
    char why[256];
    bool ok;

    (void)arguments;
    if (conf == NULL)
        return ANSWER_NONE;
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        error_set(err, ERROR_OPTION, "Kafka: %s", why);
        return ANSWER_NONE;
    }
    ok = create_topics(client, (int)given->replicas, err);
    rd_kafka_destroy(client);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

static const struct option run_options[] = {
    { "detached", OPTION_FLAG, offsetof(struct settings, detached),
      .help = "live on when the process that started this one ends" },
    { 0 },
};

static const struct option create_options[] = {
    KAFKA_OPTIONS(struct settings, kafka),
    { "replicas", OPTION_NUMBER, offsetof(struct settings, replicas), "N", .fallback = "-1", .low = -1,
      .high = 32, .help = "copies of each topic; -1 takes the cluster's own default" },
    { 0 },
};

static const struct command commands[] = {
    { "run", NULL, "embedded broker on loopback: print its address, serve until SIGTERM or the parent's end",
      run_options, sizeof(struct settings), run },
    { "topics", NULL, "list the topics and their settings", NULL, sizeof(struct settings), list },
    { "create", NULL, "create the topics on a real cluster; those that exist are left as they are",
      create_options, sizeof(struct settings), create },
    { 0 },
};

static const struct program program = {
    .name = "rootshift-broker",
    .summary = "an embedded Kafka for trying Rootshift out, and the topics for a real one",
    .commands = commands,
};

int main(int argc, char **argv)
{
    return option_main(&program, argc, argv);
}
