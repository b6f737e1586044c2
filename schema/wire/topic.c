#include "schema/wire/topic.h"

#include <string.h>

#include "schema/wire/codec.h"

/* Kafka counts the record and its batch, some 100 bytes more than key and value. */
#define AROUND 1024
#define SEALED_BYTES_MAX (CODEC_BYTES_MAX + AROUND)
#define SMALL_BYTES_MAX (64 * 1024 + AROUND) /* the longest certificate, and far more than a scan record */

/*
 * 64 partitions of rootshift.in: the embedded broker keeps 5 MiB a partition, and on a real cluster
 * that many aggregators may share the work.
 */
const struct topic topics[TOPICS] = {
    [TOPIC_IN] = { "rootshift.in", 64, false, SEALED_BYTES_MAX,
                   "sealed reports, manifests and enrolments of hosts" },
    [TOPIC_CAMPAIGNS] = { "rootshift.campaigns", 1, true, SEALED_BYTES_MAX,
                          "sealed campaigns, wanted manifests and the centre's keys" },
    [TOPIC_CERTIFICATES] = { "rootshift.certificates", 8, true, SMALL_BYTES_MAX,
                             "each certificate that a scanner has seen, once" },
    [TOPIC_SCAN_TARGETS] = { "rootshift.scan.targets", 16, false, SMALL_BYTES_MAX, "what is to be scanned" },
    [TOPIC_SCAN_RESULTS] = { "rootshift.scan.results", 16, false, SMALL_BYTES_MAX, "one record a probe" },
};

void topic_scan_key(const char *name, const char *address, int64_t port, const char *hello, struct text *key)
{
    text_format(key, "%s|%s|%lld|%s", name != NULL ? name : "", address != NULL ? address : "",
                (long long)(port > 0 ? port : 0), hello);
}

bool topic_is_in(const char *name)
{
    size_t size = strlen(topics[TOPIC_IN].name);

    return strncmp(name, topics[TOPIC_IN].name, size) == 0 &&
           (name[size] == '\0' || (name[size] == '.' && name[size + 1] != '\0'));
}
