#include "aggregator/content.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/campaign/manifest.h"
#include "schema/wire/envelope.h"

/* A host's name as DNS has it (RFC 1035), with room for what people make of it. */
#define NAME_BYTES_MAX 256

/* Skew beyond a year is no skew. */
#define SKEW_MAX_MS (INT64_C(365) * CLOCK_DAY * 1000)

static bool wrong(struct error *err, const char *what, const char *how)
{
    return error_set(err, ERROR_FORMAT, "%s: %s", what, how);
}

bool content_check_enrolment(const Rootshift__V1__Enrolment *enrolment, struct error *err)
{
    if (*enrolment->partner == '\0' || *enrolment->host == '\0' || strlen(enrolment->host) > NAME_BYTES_MAX)
        return wrong(err, "enrolment", "no partner or host");
    if (enrolment->enrolled_at <= 0 || enrolment->enrolled_at > CLOCK_NEVER)
        return wrong(err, "enrolment", "no instant");
    return true;
}

/* Framed as on the wire, so that no two sets run together into the same bytes. */
static struct fingerprint content_id(const Rootshift__V1__TrustManifest *manifest)
{
    struct text text = { 0 };
    struct fingerprint id;

    envelope_frame(&text, manifest->complete ? "complete" : "incomplete", manifest->complete ? 8 : 10);
    for (size_t i = 0; i < manifest->n_parameters; i++)
        envelope_frame(&text, manifest->parameters[i], strlen(manifest->parameters[i]));
    for (size_t i = 0; i < manifest->n_entries; i++) {
        const Rootshift__V1__TrustEntry *entry = manifest->entries[i];
        const uint8_t marks[4] = { (uint8_t)(entry->marks >> 24), (uint8_t)(entry->marks >> 16),
                                   (uint8_t)(entry->marks >> 8), (uint8_t)entry->marks };

        envelope_frame(&text, entry->sha256.data, entry->sha256.len);
        envelope_frame(&text, entry->key_identity.data, entry->key_identity.len);
        envelope_frame(&text, marks, sizeof(marks));
    }
    id = fingerprint_of(text.bytes, text.size);
    text_clear(&text);
    return id;
}

bool content_check_manifest(const Rootshift__V1__TrustManifest *manifest, struct fingerprint *id,
                            struct error *err)
{
    static const struct campaign_shelf nothing; /* what campaigns know is asked when the set is judged */
    struct trust_set *set = manifest_open(manifest, &nothing, err);

    if (set == NULL)
        return error_within(err, "manifest");
    trust_set_free(set);
    *id = content_id(manifest);
    return true;
}

static bool check_client(const Rootshift__V1__Client *client, struct error *err)
{
    if (*client->id == '\0')
        return wrong(err, "report", "a client without id");
    if ((client->trust_set.len != 0 && client->trust_set.len != FINGERPRINT_BYTES) ||
        (client->trust_set_before.len != 0 && client->trust_set_before.len != FINGERPRINT_BYTES))
        return wrong(err, "report", "a client's trust_set has not 32 bytes");
    return true;
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether any of `count` words stands twice; sorts them. */
static bool stands_twice(const char **words, size_t count)
{
    qsort(words, count, sizeof(*words), compare_words);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(words[i - 1], words[i]) == 0)
            return true;
    }
    return false;
}

/* Two rows under one id would hide each other: which of them counts is not ours to guess. */
static bool check_ids(const Rootshift__V1__HostReport *report, struct error *err)
{
    const char **words = memory_new((report->n_clients + report->n_stores + 1) * sizeof(*words));
    bool twice;

    for (size_t i = 0; i < report->n_clients; i++)
        words[i] = report->clients[i]->id;
    twice = stands_twice(words, report->n_clients);
    for (size_t i = 0; i < report->n_stores; i++)
        words[i] = report->stores[i]->id;
    twice = stands_twice(words, report->n_stores) || twice;
    free(words);
    return !twice || wrong(err, "report", "the id of a client or store stands twice");
}

bool content_check_report(const Rootshift__V1__HostReport *report, struct error *err)
{
    if (report->host == NULL || *report->host->name == '\0' || strlen(report->host->name) > NAME_BYTES_MAX)
        return wrong(err, "report", "no host name");
    if (report->sequence == 0)
        return wrong(err, "report", "no sequence");
    if (report->observed_at <= 0)
        return wrong(err, "report", "no observed_at");
    if (report->clock_skew_ms > SKEW_MAX_MS || report->clock_skew_ms < -SKEW_MAX_MS)
        return wrong(err, "report", "clock_skew_ms is more than a year");
    for (size_t i = 0; i < report->n_clients; i++) {
        if (!check_client(report->clients[i], err))
            return false;
    }
    for (size_t i = 0; i < report->n_probes; i++) {
        if (report->probes[i]->probed_at < 0 || report->probes[i]->probed_at > CLOCK_NEVER)
            return wrong(err, "report", "a probe's instant is none");
    }
    for (size_t i = 0; i < report->n_campaigns; i++) {
        if (report->campaigns[i]->version < 0)
            return wrong(err, "report", "a campaign's version is negative");
    }
    return check_ids(report, err);
}
