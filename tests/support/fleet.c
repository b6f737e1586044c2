/*
 * Hosts for tests of the centre: as many as asked for, each with a key of its own, enrolled by a token
 * and reporting a trust set of real roots. Signed like any collector's, into a file or into Kafka.
 *
 * What a host holds follows from its number modulo ten: 7 has the old root alone, 8 names a trust set and
 * never sends it, 9 has both roots in a set that could not be read whole; all others hold both roots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "schema/base/option.h"
#include "schema/trust/trust_set.h"
#include "schema/wire/envelope.h"
#include "schema/wire/publisher.h"
#include "schema/wire/token.h"
#include "schema/wire/topic.h"

#define MODEL "openssl"

struct settings {
    struct kafka_settings kafka;
    const char *tokens, *out, *keys, *new_root, *old_root, *campaign;
    int64_t hosts, reports, time, poison;
    bool flip, lost_root, not_enrolled, bad_signature, wrong_digest;
};

struct roots {
    struct certificate_list new_root, old_root;
};

struct host {
    int64_t number;
    struct key *key;
    Rootshift__V1__EnrolmentToken *token;
    char name[32];
};

struct sink {
    const struct settings *settings;
    struct text file;
    struct publisher *publisher;
    struct waiting {
        struct fingerprint key;
        struct text sealed;
    } * waiting; /* sent in one go, so that a broker gets full batches */
    size_t waiting_count, failures;
};

static void give_up(const struct error *err)
{
    fprintf(stderr, "fleet: %s\n", err->message);
    exit(3);
}

static void send_bytes(struct sink *sink, const struct fingerprint *key, struct text *sealed)
{
    if (sink->publisher == NULL) {
        envelope_append(&sink->file, sealed->bytes, sealed->size);
        text_clear(sealed);
        return;
    }
    sink->waiting = array_grow(sink->waiting, sink->waiting_count, sizeof(*sink->waiting));
    sink->waiting[sink->waiting_count++] = (struct waiting){ *key, *sealed };
    *sealed = (struct text){ 0 };
}

static void send_message(struct sink *sink, const struct host *host, const void *message)
{
    struct fingerprint centre = fingerprint_of(host->token->centre.data, host->token->centre.len);
    struct text sealed = { 0 };
    struct error err;

    if (!envelope_seal(host->key, &centre, message, &sealed, &err))
        give_up(&err);
    /* The payload is the last field: its last byte is signed. */
    if (sink->settings->bad_signature)
        sealed.bytes[sealed.size - 1] ^= 1;
    send_bytes(sink, key_id(host->key), &sealed);
}

static ProtobufCBinaryData bytes_of(const void *bytes, size_t size)
{
    return (ProtobufCBinaryData){ size, (uint8_t *)(uintptr_t)bytes };
}

static void enrol(struct sink *sink, const struct host *host)
{
    Rootshift__V1__Enrolment enrolment = ROOTSHIFT__V1__ENROLMENT__INIT;
    char environment[] = "production";
    uint8_t hmac[TOKEN_HMAC_BYTES];

    enrolment.public_key = bytes_of(key_public(host->key), KEY_PUBLIC_BYTES);
    enrolment.partner = host->token->partner;
    enrolment.host = (char *)(uintptr_t)host->name;
    enrolment.token_id = host->token->token_id;
    enrolment.enrolled_at = sink->settings->time;
    enrolment.environment = environment;
    token_prove(host->token->secret.data, &enrolment, hmac);
    enrolment.hmac = bytes_of(hmac, sizeof(hmac));
    send_message(sink, host, &enrolment);
}

static void add_root(struct trust_set *set, struct certificate_list *list)
{
    trust_set_add(set, certificate_fingerprint(list->items[0]), certificate_key_identity(list->items[0]), 0,
                  list->items[0]);
}

/* What this host's clients trust: a few roots of nobody, then those that matter. */
static struct trust_set *trust_of(const struct settings *settings, const struct host *host,
                                  struct roots *roots)
{
    struct trust_set *set = trust_set_new();

    for (int i = 0; i < 20; i++) {
        struct fingerprint print = fingerprint_of(&i, sizeof(i));

        trust_set_add(set, &print, &print, 0, NULL);
    }
    add_root(set, &roots->old_root);
    if (host->number % 10 != 7 && !settings->lost_root)
        add_root(set, &roots->new_root);
    set->complete = host->number % 10 != 9;
    return set;
}

static void send_manifest(struct sink *sink, const struct host *host, const struct trust_set *set,
                          const struct fingerprint *digest)
{
    Rootshift__V1__TrustManifest manifest = ROOTSHIFT__V1__TRUST_MANIFEST__INIT;
    Rootshift__V1__TrustEntry *entries = memory_new(set->count * sizeof(*entries)),
                              **list = memory_new(set->count * sizeof(*list));
    char model[] = MODEL;

    for (size_t i = 0; i < set->count; i++) {
        rootshift__v1__trust_entry__init(&entries[i]);
        entries[i].sha256 = bytes_of(set->entries[i].fingerprint.bytes, FINGERPRINT_BYTES);
        entries[i].key_identity = bytes_of(set->entries[i].key_identity.bytes, FINGERPRINT_BYTES);
        entries[i].marks = set->entries[i].marks;
        list[i] = &entries[i];
    }
    manifest.digest = bytes_of(digest->bytes, FINGERPRINT_BYTES);
    manifest.model = model;
    manifest.entries = list;
    manifest.n_entries = set->count;
    manifest.complete = set->complete;
    send_message(sink, host, &manifest);
    free(entries);
    free(list);
}

/* What an honest host says of itself, or, with --flip, the opposite. */
static Rootshift__V1__Verdict claim(const struct settings *settings, const struct host *host, bool needs_new)
{
    bool lacks = host->number % 10 == 7 || settings->lost_root;
    bool ready = settings->flip ? lacks && needs_new : !(lacks && needs_new);

    return ready ? ROOTSHIFT__V1__VERDICT__VERDICT_READY : ROOTSHIFT__V1__VERDICT__VERDICT_NOT_READY;
}

static void send_report(struct sink *sink, const struct host *host, int64_t number,
                        const struct fingerprint *digest)
{
    const struct settings *settings = sink->settings;
    Rootshift__V1__HostReport report = ROOTSHIFT__V1__HOST_REPORT__INIT;
    Rootshift__V1__CampaignUsed used = ROOTSHIFT__V1__CAMPAIGN_USED__INIT, *useds[] = { &used };
    Rootshift__V1__Host about = ROOTSHIFT__V1__HOST__INIT;
    Rootshift__V1__Visibility visibility = ROOTSHIFT__V1__VISIBILITY__INIT;
    Rootshift__V1__Client client = ROOTSHIFT__V1__CLIENT__INIT, *clients[] = { &client };
    Rootshift__V1__StoreSeen store = ROOTSHIFT__V1__STORE_SEEN__INIT, *stores[] = { &store };
    Rootshift__V1__PhaseJudged judged[2] = { ROOTSHIFT__V1__PHASE_JUDGED__INIT,
                                             ROOTSHIFT__V1__PHASE_JUDGED__INIT };
    Rootshift__V1__Client__PhasesEntry entries[2] = { ROOTSHIFT__V1__CLIENT__PHASES_ENTRY__INIT,
                                                      ROOTSHIFT__V1__CLIENT__PHASES_ENTRY__INIT };
    Rootshift__V1__Client__PhasesEntry *phases[] = { &entries[0], &entries[1] };
    char names[2][8] = { "gray", "g2only" }, model[] = MODEL, runtime[] = "openssl", id[] = "c1", version[32],
         reason[] = "said-so", store_id[] = "s1", path[] = "/etc/ssl/certs/ca-certificates.crt",
         format[] = "pem", boot[] = "boot-1", os[] = "=HYPERLINK(\"x\")", *store_ids[] = { store_id };

    snprintf(version, sizeof(version), "3.0.%lld",
             (long long)(number / 3)); /* changes with every third report */
    used.campaign = (char *)(uintptr_t)settings->campaign;
    used.version = 1;
    used.digest = bytes_of(digest->bytes, FINGERPRINT_BYTES);
    about.name = (char *)(uintptr_t)host->name;
    about.boot_id = boot;
    about.os = os;
    visibility.level = ROOTSHIFT__V1__VISIBILITY__LEVEL__LEVEL_FULL;
    client.id = id;
    client.runtime = runtime;
    client.version = version;
    client.model = model;
    client.relevance = ROOTSHIFT__V1__RELEVANCE__RELEVANCE_TALKS;
    client.stores = store_ids;
    client.n_stores = 1;
    client.trust_set = bytes_of(digest->bytes, FINGERPRINT_BYTES);
    store.id = store_id;
    store.path = path;
    store.format = format;
    store.state = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_READ;
    for (int i = 0; i < 2; i++) {
        judged[i].verdict = claim(settings, host, i == 1);
        judged[i].reason = reason;
        judged[i].evidence = ROOTSHIFT__V1__EVIDENCE__EVIDENCE_PROBED;
        entries[i].key = names[i];
        entries[i].value = &judged[i];
    }
    client.phases = phases;
    client.n_phases = 2;
    report.campaigns = useds;
    report.n_campaigns = 1;
    report.host = &about;
    report.environment = ROOTSHIFT__V1__ENVIRONMENT__ENVIRONMENT_PRODUCTION;
    report.visibility = &visibility;
    report.clients = clients;
    report.n_clients = 1;
    report.stores = stores;
    report.n_stores = 1;
    report.sequence = (uint64_t)(settings->time * 1000 + number);
    report.observed_at = settings->time;
    report.engine = 1;
    send_message(sink, host, &report);
}

static struct key *key_for(const struct settings *settings, int64_t number)
{
    struct error err;
    struct key *key;
    char path[512];

    if (settings->keys == NULL) {
        key = key_make(&err);
    } else {
        snprintf(path, sizeof(path), "%s/%lld.pem", settings->keys, (long long)number);
        key = key_load(path, &err);
        if (key == NULL && err.kind == ERROR_ABSENT) {
            key = key_make(&err);
            if (key != NULL && !key_save(key, path, &err))
                give_up(&err);
        }
    }
    if (key == NULL)
        give_up(&err);
    return key;
}

static size_t read_tokens(const char *path, Rootshift__V1__EnrolmentToken *tokens[1000])
{
    struct input input = { 0 };
    struct error err;
    size_t count = 0;
    char *rest = NULL;

    if (!input_read(INPUT_MACHINE, path, 1 << 20, &input, &err))
        give_up(&err);
    for (char *word = strtok_r((char *)input.bytes, "\n", &rest); word != NULL && count < 1000;
         word = strtok_r(NULL, "\n", &rest)) {
        tokens[count] = token_parse(word, &err);
        if (tokens[count++] == NULL)
            give_up(&err);
    }
    input_clear(&input);
    return count;
}

static void run_host(struct sink *sink, struct host *host, struct roots *roots)
{
    const struct settings *settings = sink->settings;
    struct trust_set *set = trust_of(settings, host, roots);
    struct fingerprint digest = trust_set_digest(set, model_find(MODEL));

    if (settings->wrong_digest)
        digest.bytes[0] ^= 1;
    if (!settings->not_enrolled)
        enrol(sink, host);
    if (host->number % 10 != 8)
        send_manifest(sink, host, set, &digest);
    for (int64_t i = 0; i < settings->reports; i++)
        send_report(sink, host, i, &digest);
    trust_set_free(set);
}

static void poison(struct sink *sink, int64_t number)
{
    struct fingerprint key = fingerprint_of(&number, sizeof(number));
    struct text bytes = { 0 };

    text_append(&bytes, key.bytes, (size_t)(number % 33));
    send_bytes(sink, &key, &bytes);
}

static void count_failure(void *context, uint64_t ticket, const struct error *failure)
{
    (void)ticket;
    ((struct sink *)context)->failures += failure != NULL;
}

static void finish(struct sink *sink)
{
    struct error err;

    if (sink->publisher != NULL) {
        for (size_t i = 0; i < sink->waiting_count; i++) {
            struct waiting *next = &sink->waiting[i];

            if (!publisher_send(sink->publisher, topics[TOPIC_IN].name, next->key.bytes,
                                sizeof(next->key.bytes), &next->sealed, 0, &err))
                give_up(&err);
        }
        free(sink->waiting);
        if (!publisher_flush(sink->publisher, PUBLISHER_TIMEOUT_MS, &err))
            give_up(&err);
        publisher_close(sink->publisher);
        if (sink->failures > 0)
            give_up(&(struct error){ .message = "not everything arrived at the broker" });
    } else {
        FILE *file = fopen(sink->settings->out, "wb");

        if (file == NULL || fwrite(sink->file.bytes, 1, sink->file.size, file) != sink->file.size ||
            fclose(file) != 0)
            give_up(&(struct error){ .message = "cannot write --out" });
        text_clear(&sink->file);
    }
}

static int make(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    Rootshift__V1__EnrolmentToken *tokens[1000];
    struct sink sink = { .settings = settings };
    struct roots roots = { 0 };
    size_t count = read_tokens(settings->tokens, tokens);

    (void)arguments;
    if (!certificate_list_read_pem(&roots.new_root, settings->new_root, err) ||
        !certificate_list_read_pem(&roots.old_root, settings->old_root, err))
        return ANSWER_NONE;
    if (settings->out == NULL &&
        (sink.publisher = publisher_open(&settings->kafka, count_failure, &sink, err)) == NULL)
        return ANSWER_NONE;
    for (int64_t i = 0; i < settings->hosts; i++) {
        struct host host = { .number = i, .key = key_for(settings, i), .token = tokens[(size_t)i % count] };

        snprintf(host.name, sizeof(host.name), "host-%lld", (long long)i);
        run_host(&sink, &host, &roots);
        key_free(host.key);
    }
    for (int64_t i = 0; i < settings->poison; i++)
        poison(&sink, i);
    finish(&sink);
    for (size_t i = 0; i < count; i++)
        codec_free(tokens[i]);
    certificate_list_clear(&roots.new_root);
    certificate_list_clear(&roots.old_root);
    return ANSWER_YES;
}

#define AT(member) offsetof(struct settings, member)

static const struct option options[] = {
    KAFKA_OPTIONS(struct settings, kafka),
    { "tokens", OPTION_TEXT, AT(tokens), "FILE", .required = true,
      .help = "a token a line; hosts take turns" },
    { "new-root", OPTION_TEXT, AT(new_root), "FILE", .required = true, .help = "PEM" },
    { "old-root", OPTION_TEXT, AT(old_root), "FILE", .required = true, .help = "PEM" },
    { "campaign", OPTION_TEXT, AT(campaign), "NAME", .fallback = "centre", .help = "that hosts judge by" },
    { "out", OPTION_TEXT, AT(out), "FILE", .help = "a report file instead of Kafka" },
    { "keys", OPTION_TEXT, AT(keys), "DIR", .help = "keep the hosts' keys" },
    { "hosts", OPTION_NUMBER, AT(hosts), "N", .fallback = "10", .low = 0, .high = 1000000,
      .help = "how many" },
    { "reports", OPTION_NUMBER, AT(reports), "N", .fallback = "1", .low = 0, .high = 1000,
      .help = "of each host" },
    { "time", OPTION_INSTANT, AT(time), "T", .required = true, .help = "when they are observed" },
    { "poison", OPTION_NUMBER, AT(poison), "N", .fallback = "0", .low = 0, .high = 100000,
      .help = "records that are none" },
    { "flip", OPTION_FLAG, AT(flip), .help = "each host says the opposite of what is so" },
    { "lost-root", OPTION_FLAG, AT(lost_root), .help = "no host holds the new root" },
    { "not-enrolled", OPTION_FLAG, AT(not_enrolled), .help = "leave the enrolments out" },
    { "bad-signature", OPTION_FLAG, AT(bad_signature), .help = "spoil every signature" },
    { "wrong-digest", OPTION_FLAG, AT(wrong_digest), .help = "name trust sets wrongly" },
    { 0 },
};

static const struct command commands[] = {
    { "make", NULL, "make hosts that enrol and report", options, sizeof(struct settings), make },
    { 0 },
};

int main(int argc, char **argv)
{
    return option_main(&(struct program){ "fleet", "hosts for tests of the centre", commands }, argc, argv);
}
