#include "aggregator/scan.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/copy.h"
#include "schema/base/clock.h"
#include "schema/wire/codec.h"
#include "schema/wire/publisher.h"
#include "schema/wire/topic.h"

/* Rows go to PostgreSQL when so much has come together. */
#define ROWS_BYTES (1024 * 1024)

#define TARGET_COPY                                                                                          \
    "COPY rootshift.scan_target (scan, seq, hello, endpoint, name, address, port, tag) FROM STDIN"

/* One target, of an endpoint or of a line. */
struct aim {
    int64_t seq;
    const struct campaign_endpoint *endpoint; /* NULL: of a line */
    const struct target *target;
};

/* False, with *err, ends the walk. */
typedef bool visit_aim(void *context, const struct aim *aim, struct error *err);

struct walk {
    const struct scan_order *order;
    visit_aim *visit;
    void *context;
    int64_t seq;
};

static bool visit_target(struct walk *walk, const struct campaign_endpoint *endpoint, struct target *target,
                         struct error *err)
{
    const struct aim aim = { ++walk->seq, endpoint, target };
    bool ok = walk->visit(walk->context, &aim, err);

    target_clear(target);
    return ok;
}

/* Either may be NULL. */
static bool visit_place(struct walk *walk, const struct campaign_endpoint *endpoint, const char *name,
                        const char *address, struct error *err)
{
    struct target target;

    if (!target_make(STARTTLS_NONE, address, name, endpoint->port, endpoint->name, &target, err)) {
        target_clear(&target);
        return error_within(err, "endpoint %s", endpoint->name);
    }
    return visit_target(walk, endpoint, &target, err);
}

static bool walk_endpoint(struct walk *walk, const struct campaign_endpoint *endpoint, struct error *err)
{
    size_t names = endpoint->server_names.count, addresses = endpoint->addresses.count;

    for (size_t i = 0; i < (names > 0 ? names : 1); i++) {
        for (size_t j = 0; j < (addresses > 0 ? addresses : 1); j++) {
            if (!visit_place(walk, endpoint, names > 0 ? endpoint->server_names.items[i] : NULL,
                             addresses > 0 ? endpoint->addresses.items[j] : NULL, err))
                return false;
        }
    }
    return true;
}

static bool walk_lines(struct walk *walk, struct error *err)
{
    const char *at = walk->order->lines, *end = at + walk->order->size;

    at += text_mark_bytes(at, walk->order->size);
    for (long number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline != NULL ? newline : end) - at);
        struct target target;

        if (!target_line_is_blank(at, size)) {
            if (!target_parse(at, size, &target, err)) {
                target_clear(&target);
                return error_within(err, "line %ld", number);
            }
            if (!visit_target(walk, NULL, &target, err))
                return false;
        }
        at += size + (newline != NULL);
    }
    return true;
}

/* Every target in order. The same each time: what was written down is what gets published. */
static bool walk(const struct scan_order *order, visit_aim *visit, void *context, struct error *err)
{
    const struct campaign *campaign = order->campaign;
    struct walk walk = { order, visit, context, 0 };

    for (size_t i = 0; campaign != NULL && i < campaign->endpoint_count; i++) {
        const struct campaign_endpoint *endpoint = &campaign->endpoints[i];

        if (endpoint->from <= order->at && order->at < endpoint->until &&
            !walk_endpoint(&walk, endpoint, err))
            return false;
    }
    return walk_lines(&walk, err);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* --- written down --------------------------------------------------------------------------------- */

struct writing {
    const struct scan_order *order;
    struct database *database;
    const char *scan;
    struct text rows;
    int64_t pieces;
};

static bool flush_rows(struct writing *writing, struct error *err)
{
    bool ok =
        writing->rows.size == 0 || database_copy_in(writing->database, TARGET_COPY, &writing->rows, err);

    text_clear(&writing->rows);
    return ok;
}

static bool write_aim(void *context, const struct aim *aim, struct error *err)
{
    struct writing *writing = context;

    for (size_t i = 0; i < writing->order->hello_count; i++) {
        copy_text(&writing->rows, writing->scan, false);
        copy_number(&writing->rows, aim->seq, false);
        copy_text(&writing->rows, writing->order->hellos[i]->name, false);
        copy_text(&writing->rows, aim->endpoint != NULL ? aim->endpoint->name : "", false);
        copy_text(&writing->rows, or_empty(aim->target->name), false);
        copy_text(&writing->rows, or_empty(aim->target->address), false);
        copy_number(&writing->rows, aim->target->port, false);
        copy_text(&writing->rows, or_empty(aim->target->tag), true);
        writing->pieces++;
    }
    return writing->rows.size < ROWS_BYTES || flush_rows(writing, err);
}

static bool add_scan(const struct scan_order *order, struct database *database, char id[SCAN_ID_BYTES],
                     struct error *err)
{
    char at[CLOCK_TEXT_BYTES];
    PGresult *result = database_query(
        database, "scan_add",
        (struct parameter[]){ { "campaign", order->campaign != NULL ? order->campaign->name : NULL },
                              { "depth", probe_depth_name(order->depth) },
                              { "at", clock_format(order->at, at) },
                              { 0 } },
        err);

    if (result != NULL)
        snprintf(id, SCAN_ID_BYTES, "%s", database_value(result, 0, "id"));
    PQclear(result);
    return result != NULL;
}

static bool write_down(const struct scan_order *order, struct database *database, char id[SCAN_ID_BYTES],
                       int64_t *pieces, struct error *err)
{
    struct writing writing = { .order = order, .database = database, .scan = id };
    bool ok = database_begin(database, "", err) && add_scan(order, database, id, err) &&
              walk(order, write_aim, &writing, err) && flush_rows(&writing, err);

    if (ok && writing.pieces == 0)
        ok = error_set(err, ERROR_ABSENT, "nothing to scan: no line, and no endpoint that is in use");
    ok = ok && database_commit(database, err);
    if (!ok)
        database_rollback(database);
    text_clear(&writing.rows);
    *pieces = writing.pieces;
    return ok;
}

/* --- published ------------------------------------------------------------------------------------ */

struct publishing {
    const struct scan_order *order;
    struct publisher *publisher;
    const char *scan;
    int64_t refused;
    struct error failure; /* the first */
};

static void hear_report(void *context, uint64_t ticket, const struct error *failure)
{
    struct publishing *publishing = context;

    (void)ticket;
    if (failure == NULL)
        return;
    if (publishing->refused++ == 0)
        publishing->failure = *failure;
}

static bool pack(const struct publishing *publishing, const struct aim *aim, const struct hello *hello,
                 struct text *payload, struct error *err)
{
    Rootshift__V1__ScanTarget piece = ROOTSHIFT__V1__SCAN_TARGET__INIT;
    const char *path = aim->endpoint != NULL ? aim->endpoint->request_path : NULL;

    /* protobuf-c's members are not const; packing only reads */
    piece.scan = (char *)(uintptr_t)publishing->scan;
    piece.seq = (uint64_t)aim->seq;
    piece.hello = (char *)(uintptr_t)hello->name;
    piece.depth = (char *)(uintptr_t)probe_depth_name(publishing->order->depth);
    piece.name = (char *)(uintptr_t)or_empty(aim->target->name);
    piece.address = (char *)(uintptr_t)or_empty(aim->target->address);
    piece.port = (uint32_t)aim->target->port;
    piece.tag = (char *)(uintptr_t)or_empty(aim->target->tag);
    piece.request_path = (char *)(uintptr_t)or_empty(path);
    piece.starttls = (char *)(uintptr_t)or_empty(starttls_name(aim->target->starttls));
    return codec_pack(&piece, payload, err);
}

static bool publish_aim(void *context, const struct aim *aim, struct error *err)
{
    struct publishing *publishing = context;
    bool ok = true;

    for (size_t i = 0; ok && i < publishing->order->hello_count; i++) {
        const struct hello *hello = publishing->order->hellos[i];
        struct text key = { 0 }, payload = { 0 };

        topic_scan_key(aim->target->name, aim->target->address, aim->target->port, hello->name, &key);
        ok = pack(publishing, aim, hello, &payload, err) &&
             publisher_send(publishing->publisher, topics[TOPIC_SCAN_TARGETS].name, key.bytes, key.size,
                            &payload, 0, err);
        text_clear(&key);
        text_clear(&payload);
    }
    return ok;
}

static bool publish(const struct scan_order *order, const struct kafka_settings *kafka, const char *id,
                    struct error *err)
{
    struct publishing publishing = { .order = order, .scan = id };
    bool ok;

    publishing.publisher = publisher_open(kafka, hear_report, &publishing, err);
    ok = publishing.publisher != NULL && walk(order, publish_aim, &publishing, err) &&
         publisher_flush(publishing.publisher, PUBLISHER_TIMEOUT_MS, err);
    if (ok && publishing.refused > 0)
        ok = error_set(err, publishing.failure.kind, "%lld pieces of work were not taken: %s",
                       (long long)publishing.refused, publishing.failure.message);
    publisher_close(publishing.publisher);
    return ok || error_within(err, "scan %s was not wholly published", id);
}

bool scan_start(const struct scan_order *order, struct database *database, const struct kafka_settings *kafka,
                char id[SCAN_ID_BYTES], int64_t *pieces, struct error *err)
{
    return write_down(order, database, id, pieces, err) && publish(order, kafka, id, err) &&
           database_run(database, "scan_published", (struct parameter[]){ { "scan", id }, { 0 } }, NULL, err);
}
