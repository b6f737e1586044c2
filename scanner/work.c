#include "scanner/work.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "scanner/horizon.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/wire/codec.h"
#include "schema/wire/consumer.h"
#include "schema/wire/topic.h"

/* Taken out of librdkafka's queue at once. */
#define BATCH 100
#define COMMIT_MS 1000 /* between two commits */
#define IDLE_MS 500    /* between two looks at whether all is done */
#define TEND_MS 1000   /* the group is heard at least so often, however many pieces wait */

/* A partition that is ours, as long as it is. */
struct share {
    int32_t partition;
    uint64_t assignment; /* tells a piece of now from one of an earlier time that we had it */
    struct horizon horizon;
    int64_t read;      /* the next offset that is not read */
    int64_t committed; /* as far as we have said */
};

struct taken {
    struct piece piece; /* first: a piece is what it travels as */
    TAILQ_ENTRY(taken) link;
    struct work *work;
    Rootshift__V1__ScanTarget *order;
    int32_t partition;
    uint64_t assignment;
    int64_t offset;
};

TAILQ_HEAD(taken_list, taken);

struct work {
    struct consumer *consumer;
    struct share *shares;
    size_t share_count;
    uint64_t assignments;
    struct taken_list waiting, open; /* read, and not handed out; handed out */
    struct consumer_partition *goal; /* with `once`: what the topic held; NULL otherwise */
    size_t goal_count;
    int64_t polled_ms, committed_ms, looked_ms;
    bool drained;
};

static const char *topic(void)
{
    return topics[TOPIC_SCAN_TARGETS].name;
}

static struct share *find_share(const struct work *work, int32_t partition)
{
    for (size_t i = 0; i < work->share_count; i++) {
        if (work->shares[i].partition == partition)
            return &work->shares[i];
    }
    return NULL;
}

/* --- what the group says -------------------------------------------------------------------------- */

/* Work that the log has lost, or that was numbered anew, cannot be had; what there is goes on. */
static int64_t start_of(const struct consumer_partition *partition)
{
    if (partition->start == CONSUMER_FROM_START)
        return partition->low;
    if (partition->start >= partition->low && partition->start <= partition->high)
        return partition->start;
    log_event(LOG_WARNING, "work lost partition=%d committed=%lld low=%lld high=%lld", partition->partition,
              (long long)partition->start, (long long)partition->low, (long long)partition->high);
    return partition->low;
}

static bool take_partitions(void *context, struct consumer_partition *partitions, size_t count,
                            struct error *err)
{
    struct work *work = context;

    if (!consumer_committed(work->consumer, partitions, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct share share = { .partition = partitions[i].partition, .assignment = ++work->assignments };

        partitions[i].start = share.read = share.committed = start_of(&partitions[i]);
        horizon_init(&share.horizon, share.read);
        work->shares = array_grow(work->shares, work->share_count, sizeof(*work->shares));
        work->shares[work->share_count++] = share;
    }
    log_event(LOG_INFO, "partitions taken count=%zu", count);
    return true;
}

static void free_taken(struct taken *taken)
{
    codec_free(taken->order);
    free(taken);
}

/* Pieces of a partition that was ours: those that nobody asked for yet are forgotten. */
static void give_pieces(struct work *work, int32_t partition)
{
    struct taken *taken = TAILQ_FIRST(&work->waiting), *open;

    TAILQ_FOREACH(open, &work->open, link)
    open->piece.given_away = open->piece.given_away || open->partition == partition;
    while (taken != NULL) {
        struct taken *next = TAILQ_NEXT(taken, link);

        if (taken->partition == partition) {
            TAILQ_REMOVE(&work->waiting, taken, link);
            free_taken(taken);
        }
        taken = next;
    }
}

/* Everything that is done and not committed; the number of partitions in `done`, which has room for all. */
static size_t list_done(const struct work *work, struct consumer_partition *done)
{
    size_t count = 0;

    for (size_t i = 0; i < work->share_count; i++) {
        const struct share *share = &work->shares[i];

        if (share->horizon.next > share->committed)
            done[count++] = (struct consumer_partition){ .topic = topic(),
                                                         .partition = share->partition,
                                                         .start = share->horizon.next };
    }
    return count;
}

static void note_committed(struct work *work)
{
    for (size_t i = 0; i < work->share_count; i++)
        work->shares[i].committed = work->shares[i].horizon.next;
    work->committed_ms = clock_monotonic_ms();
}

static void commit(struct work *work)
{
    struct consumer_partition *done = memory_new((work->share_count + 1) * sizeof(*done));
    size_t count = list_done(work, done);

    if (count > 0)
        consumer_commit(work->consumer, done, count);
    note_committed(work);
    free(done);
}

/* What is in flight of them ends all the same; the next who has them does it again. */
static void give_partitions(void *context, const struct consumer_partition *partitions, size_t count,
                            bool lost)
{
    struct work *work = context;

    if (!lost)
        commit(work);
    for (size_t i = 0; i < count; i++) {
        struct share *share = find_share(work, partitions[i].partition);

        give_pieces(work, partitions[i].partition);
        if (share == NULL)
            continue;
        horizon_clear(&share->horizon);
        *share = work->shares[--work->share_count];
    }
    log_event(LOG_INFO, "partitions given count=%zu lost=%d", count, lost);
}

static void complain(void *context, const char *name, int32_t partition, const struct error *err)
{
    (void)context;
    log_event(LOG_WARNING, "kafka trouble topic=%s partition=%d error=%s", name != NULL ? name : "-",
              partition, err->message);
}

static const struct consumer_events events = { take_partitions, give_partitions, complain };

/* --- pieces --------------------------------------------------------------------------------------- */

static void complete(struct receipt *receipt)
{
    struct taken *taken = (struct taken *)receipt;
    struct work *work = taken->work;
    struct share *share = find_share(work, taken->partition);

    TAILQ_REMOVE(&work->open, taken, link);
    if (!receipt->lost && share != NULL && share->assignment == taken->assignment)
        (void)horizon_end(&share->horizon, taken->offset);
    free_taken(taken);
}

/* ERROR_FORMAT when this version cannot do it. */
static bool read_piece(struct taken *taken, const struct consumer_record *record, struct error *err)
{
    Rootshift__V1__ScanTarget *order;
    struct piece *piece = &taken->piece;

    taken->order = order =
        codec_unpack(&rootshift__v1__scan_target__descriptor, record->payload, record->payload_bytes, err);
    if (order == NULL)
        return false;
    *piece = (struct piece){ .receipt = { .complete = complete },
                             .scan = order->scan,
                             .seq = order->seq,
                             .name = order->name,
                             .address = order->address,
                             .tag = order->tag,
                             .request_path = order->request_path,
                             .port = (int)order->port,
                             .hello = hello_find(order->hello) };
    if (*order->scan == '\0' || order->seq == 0 || order->seq > INT64_MAX)
        return error_set(err, ERROR_FORMAT, "no scan or number");
    if (order->port == 0 || order->port > 65535)
        return error_set(err, ERROR_FORMAT, "no port");
    if (*order->starttls != '\0' &&
        !starttls_find(order->starttls, strlen(order->starttls), &piece->starttls))
        return error_set(err, ERROR_FORMAT, "no STARTTLS \"%.40s\"", order->starttls);
    if (piece->hello == NULL)
        return error_set(err, ERROR_FORMAT, "no hello \"%.40s\"", order->hello);
    if (!probe_depth_parse(order->depth, &piece->depth))
        return error_set(err, ERROR_FORMAT, "no depth \"%.40s\"", order->depth);
    return true;
}

/* What cannot be read is nobody's work: said once, and its scan is seen to lack an answer. */
static void take_record(struct work *work, const struct consumer_record *record)
{
    struct share *share = find_share(work, record->partition);
    struct taken *taken;
    struct error why;

    if (share == NULL || record->offset < share->read)
        return; /* given back by an event of this very poll, or delivered twice */
    share->read = record->offset + 1;
    horizon_begin(&share->horizon, record->offset);
    taken = memory_new(sizeof(*taken));
    taken->work = work;
    taken->partition = record->partition;
    taken->assignment = share->assignment;
    taken->offset = record->offset;
    if (read_piece(taken, record, &why)) {
        TAILQ_INSERT_TAIL(&work->waiting, taken, link);
        return;
    }
    log_event(LOG_WARNING, "work not understood partition=%d offset=%lld error=%s", record->partition,
              (long long)record->offset, why.message);
    (void)horizon_end(&share->horizon, record->offset);
    free_taken(taken);
}

static bool poll_records(struct work *work, size_t room, struct error *err)
{
    struct consumer_record records[BATCH];
    size_t count;

    work->polled_ms = clock_monotonic_ms();
    if (!consumer_poll(work->consumer, 0, records, room, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        take_record(work, &records[i]);
    return true;
}

/* Whether the group has committed all that the topic held at the beginning. */
static bool look_at_goal(struct work *work, struct error *err)
{
    int64_t now_ms = clock_monotonic_ms();

    if (work->goal == NULL || work->assignments == 0 || !TAILQ_EMPTY(&work->open) ||
        now_ms - work->looked_ms < IDLE_MS)
        return true;
    work->looked_ms = now_ms;
    commit(work);
    if (!consumer_committed(work->consumer, work->goal, work->goal_count, err))
        return false;
    work->drained = true;
    for (size_t i = 0; i < work->goal_count; i++) {
        const struct consumer_partition *at = &work->goal[i];

        work->drained = work->drained && (at->start >= at->high || at->low == at->high);
    }
    return true;
}

enum source_answer work_next(struct work *work, struct piece **piece, struct error *err)
{
    struct taken *taken;

    if (TAILQ_EMPTY(&work->waiting) && !poll_records(work, BATCH, err))
        return SOURCE_FAILED;
    taken = TAILQ_FIRST(&work->waiting);
    if (taken == NULL) {
        if (!look_at_goal(work, err))
            return SOURCE_FAILED;
        return work->drained ? SOURCE_ENDED : SOURCE_WAITING;
    }
    TAILQ_REMOVE(&work->waiting, taken, link);
    TAILQ_INSERT_TAIL(&work->open, taken, link);
    receipt_hold(&taken->piece.receipt);
    *piece = &taken->piece;
    return SOURCE_LINE;
}

bool work_tend(struct work *work, struct error *err)
{
    int64_t now_ms = clock_monotonic_ms();

    if (now_ms - work->committed_ms >= COMMIT_MS)
        commit(work);
    return now_ms - work->polled_ms < TEND_MS || poll_records(work, 1, err);
}

/* --- the whole ------------------------------------------------------------------------------------ */

struct work *work_open(const struct kafka_settings *kafka, const char *group, bool once, struct error *err)
{
    struct work *work = memory_new(sizeof(*work));
    struct text_list wanted = { 0 };

    TAILQ_INIT(&work->waiting);
    TAILQ_INIT(&work->open);
    text_list_add(&wanted, topic());
    work->consumer = consumer_open(kafka, group, &wanted, &events, work, err);
    text_list_clear(&wanted);
    if (work->consumer != NULL && once)
        work->goal = consumer_list(work->consumer, topic(), &work->goal_count, err);
    if (work->consumer != NULL && (!once || work->goal != NULL))
        return work;
    work_close(work);
    return NULL;
}

bool work_leave(struct work *work, struct error *err)
{
    struct consumer_partition *done = memory_new((work->share_count + 1) * sizeof(*done));
    size_t count = list_done(work, done);
    bool ok = count == 0 || consumer_commit_now(work->consumer, done, count, err);

    note_committed(work);
    free(done);
    consumer_close(work->consumer);
    work->consumer = NULL;
    return ok;
}

void work_close(struct work *work)
{
    struct taken *taken;

    if (work == NULL)
        return;
    if (work->consumer != NULL)
        consumer_close(work->consumer);
    while ((taken = TAILQ_FIRST(&work->waiting)) != NULL) {
        TAILQ_REMOVE(&work->waiting, taken, link);
        free_taken(taken);
    }
    for (size_t i = 0; i < work->share_count; i++)
        horizon_clear(&work->shares[i].horizon);
    free(work->shares);
    free(work->goal);
    free(work);
}
