#include "aggregator/consume.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aggregator/ingest.h"
#include "aggregator/judging.h"
#include "aggregator/migration.h"
#include "aggregator/naming.h"
#include "aggregator/offset.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"

/*
 * What hosts send: of everybody, and of partners that have a topic of their own (topic_is_in()); and what scanners
 * see. As patterns, so that a cluster without scanners needs no topics for them.
 */
static const char *const patterns[] = { "^rootshift\\.in(\\..+)?$", "^rootshift\\.scan\\.results$",
                                        "^rootshift\\.certificates$" };

/* A batch is what comes in this time, or settings->batch records. */
#define POLL_MS 200

/* How often an idle loop asks what the logs hold and whether campaigns or manifests wait for the judge. */
#define IDLE_MS 2000

/* How long a deadlock is tried again: less than CONSUMER_IDLE_MS, after which our partitions would be given away. */
#define RETRY_FOR_MS (10 * 60 * 1000)
#define RETRY_EVERY_MS 100

/* A database that is away is asked for again after these, doubling; with --once for RETRY_FOR_MS only. */
#define REOPEN_FIRST_MS 500
#define REOPEN_LAST_MS 30000

static volatile sig_atomic_t stop;

static void ask_to_stop(int number)
{
    (void)number;
    stop = 1;
}

/* Ends early when a signal comes. */
static void wait_ms(int64_t ms)
{
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

struct loop {
    const struct settings *settings;
    struct database *database;
    struct ingest *ingest;
    struct consumer *consumer;
    struct offset_list offsets;
    char owner[128];
    bool assigned; /* at least once */
    bool unswept;  /* batches since the last sweep */
    int64_t idle_at_ms;
};

static int64_t now_of(const struct loop *loop)
{
    return loop->settings->time != 0 ? loop->settings->time : clock_now();
}

static bool take(void *context, struct consumer_partition *partitions, size_t count, struct error *err)
{
    struct loop *loop = context;

    loop->assigned = true;
    log_event(LOG_INFO, "partitions taken count=%zu", count);
    return offset_take(loop->database, &loop->offsets, partitions, count, loop->owner,
                       loop->settings->whole_log, now_of(loop), err);
}

static void give(void *context, const struct consumer_partition *partitions, size_t count, bool lost)
{
    struct loop *loop = context;

    log_event(LOG_INFO, "partitions given count=%zu lost=%d", count, lost);
    offset_give(&loop->offsets, partitions, count);
}

static void complain(void *context, const char *topic, int32_t partition, const struct error *err)
{
    (void)context;
    log_event(LOG_WARNING, "kafka trouble topic=%s partition=%d error=%s", topic != NULL ? topic : "-",
              partition, err->message);
}

/* Records of partitions that are ours, not read before, with how far each partition moves. */
struct batch {
    struct record records[INGEST_BATCH_MAX];
    size_t count;
    struct ingest_move *moves;
    size_t move_count;
};

static struct ingest_move *move_of(struct batch *batch, const struct offset *offset)
{
    for (size_t i = 0; i < batch->move_count; i++) {
        if (batch->moves[i].partition == offset->partition &&
            strcmp(batch->moves[i].topic, offset->topic) == 0)
            return &batch->moves[i];
    }
    batch->moves = array_grow(batch->moves, batch->move_count, sizeof(*batch->moves));
    batch->moves[batch->move_count] = (struct ingest_move){ .topic = offset->topic,
                                                            .partition = offset->partition,
                                                            .epoch = offset->epoch,
                                                            .expected = offset->next,
                                                            .next = offset->next };
    return &batch->moves[batch->move_count++];
}

/* False when records are missing in a log that should be whole. */
static bool add(struct loop *loop, struct batch *batch, const struct consumer_record *given,
                struct error *err)
{
    const struct offset *offset = offset_find(&loop->offsets, given->topic, given->partition);
    struct ingest_move *move;

    if (offset == NULL || !offset->readable)
        return true;
    move = move_of(batch, offset);
    if (given->offset < move->next)
        return true; /* delivered twice */
    if (loop->settings->whole_log && given->offset > move->next)
        return error_set(err, ERROR_LIMIT,
                         "%s/%d jumps from offset %lld to %lld: this broker has dropped records",
                         given->topic, given->partition, (long long)move->next, (long long)given->offset);
    /* Holes before it are compaction's or transactions': nothing was lost. */
    move->next = given->offset + 1;
    move->records++;
    batch->records[batch->count++] =
        (struct record){ .topic = given->topic,
                         .partition = given->partition,
                         .offset = given->offset,
                         .bytes = given->payload != NULL ? given->payload : (const uint8_t *)"",
                         .size = given->payload_bytes,
                         .arrived_ms = given->arrived_ms };
    return true;
}

static void settle(struct loop *loop, const struct batch *batch)
{
    struct consumer_partition *done = memory_new((batch->move_count + 1) * sizeof(*done));

    for (size_t i = 0; i < batch->move_count; i++) {
        const struct ingest_move *move = &batch->moves[i];
        struct offset *offset = offset_find(&loop->offsets, move->topic, move->partition);

        offset->next = move->next;
        if (offset->high < offset->next)
            offset->high = offset->next;
        done[i] = (struct consumer_partition){ .topic = offset->topic,
                                               .partition = offset->partition,
                                               .start = offset->next };
    }
    consumer_commit(loop->consumer, done, batch->move_count);
    free(done);
}

/* What can pass by itself is tried again, for a while: Kafka waits as long as we do not poll. */
static bool apply(struct loop *loop, const struct batch *batch, struct error *err)
{
    int64_t until = clock_monotonic_ms() + RETRY_FOR_MS;

    while (!ingest_batch(loop->ingest, batch->records, batch->count, batch->moves, batch->move_count,
                         now_of(loop), err)) {
        bool deadlock = err->kind == ERROR_CONFLICT && strstr(err->message, "SQLSTATE") != NULL;

        if (stop || !deadlock || clock_monotonic_ms() > until)
            return false;
        log_event(LOG_WARNING, "batch tried again error=%s", err->message);
        wait_ms(RETRY_EVERY_MS);
    }
    loop->unswept = true;
    settle(loop, batch);
    return true;
}

/* As the fetches say: asking for 64 partitions one by one would hold up the batches. */
static bool look_at_logs(struct loop *loop, struct error *err)
{
    for (size_t i = 0; i < loop->offsets.count; i++) {
        struct offset *offset = &loop->offsets.items[i];
        struct error unknown;
        int64_t low, high;

        if (consumer_watermarks(loop->consumer, offset->topic, offset->partition, 0, &low, &high, &unknown) &&
            high > offset->high)
            offset->high = high;
    }
    return offset_note_caught_up(loop->database, &loop->offsets, now_of(loop), err);
}

static bool is_done(const struct loop *loop)
{
    if (!loop->settings->once || !loop->assigned)
        return false;
    for (size_t i = 0; i < loop->offsets.count; i++) {
        if (loop->offsets.items[i].readable && loop->offsets.items[i].next < loop->offsets.items[i].high)
            return false;
    }
    return true;
}

/* What is done when nothing more comes at present. */
static bool rest(struct loop *loop, struct error *err)
{
    return judging_sweep(loop->database, err) && naming_sweep(loop->database, err) &&
           ingest_rest(loop->ingest, err) && look_at_logs(loop, err);
}

static bool turn(struct loop *loop, struct batch *batch, struct consumer_record *records, struct error *err)
{
    size_t count = 0;
    bool ok;

    batch->count = batch->move_count = 0;
    ok = consumer_poll(loop->consumer, POLL_MS, records, (size_t)loop->settings->batch, &count, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = add(loop, batch, &records[i], err);
    ok = ok && (batch->count == 0 || apply(loop, batch, err));
    if (!ok || (count > 0 && !is_done(loop)))
        return ok;
    if (loop->unswept || clock_monotonic_ms() - loop->idle_at_ms >= IDLE_MS) {
        loop->unswept = false;
        loop->idle_at_ms = clock_monotonic_ms();
        ok = rest(loop, err);
    }
    return ok;
}

/* As long as the database stays with us: all that it has to be asked for is asked at the beginning. */
static bool session(const struct settings *settings, struct database *database, const struct key *centre,
                    struct error *err)
{
    static const struct consumer_events events = { take, give, complain };
    struct loop loop = { .settings = settings, .database = database };
    struct batch *batch = memory_new(sizeof(*batch));
    struct consumer_record *records = memory_new(INGEST_BATCH_MAX * sizeof(*records));
    struct text_list wanted = { 0 };
    bool ok;

    gethostname(loop.owner, sizeof(loop.owner) - 16);
    snprintf(loop.owner + strlen(loop.owner), 16, "/%d", getpid());
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        text_list_add(&wanted, patterns[i]);
    loop.ingest = ingest_open(database, key_id(centre), err);
    if (loop.ingest != NULL)
        loop.consumer = consumer_open(&settings->kafka, settings->group, &wanted, &events, &loop, err);
    ok = loop.consumer != NULL;
    if (ok)
        log_event(LOG_INFO, "run started group=%s", settings->group);
    while (ok && !stop && !is_done(&loop))
        ok = turn(&loop, batch, records, err);
    /* What came last is judged before we go. */
    ok = ok && rest(&loop, err);
    if (loop.consumer != NULL)
        consumer_close(loop.consumer);
    ingest_close(loop.ingest);
    offset_clear(&loop.offsets);
    text_list_clear(&wanted);
    free(batch->moves);
    free(batch);
    free(records);
    return ok;
}

/* False when it was not to be had in time, or we were asked to stop; *err then says why it is away. */
static bool wait_for_database(const struct settings *settings, struct database *database, struct error *err)
{
    int64_t until = clock_monotonic_ms() + RETRY_FOR_MS, pause = REOPEN_FIRST_MS;

    while (!stop && (!settings->once || clock_monotonic_ms() < until)) {
        wait_ms(pause);
        pause = pause * 2 < REOPEN_LAST_MS ? pause * 2 : REOPEN_LAST_MS;
        if (!stop && database_reopen(database, err)) {
            log_event(LOG_WARNING, "database found again");
            return migration_check(database, err);
        }
    }
    return false;
}

bool consume(const struct settings *settings, struct database *database, const struct key *centre,
             struct error *err)
{
    struct sigaction action = { .sa_handler = ask_to_stop };

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    while (!session(settings, database, centre, err)) {
        if (!database_is_lost(database))
            return false;
        log_event(LOG_WARNING, "database lost error=%s", err->message);
        if (!wait_for_database(settings, database, err))
            return false;
    }
    return true;
}
