#include "aggregator/web/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"

/* Threads, and jobs that may wait for them, a lane. */
static const struct {
    size_t threads, waiting_max;
} lanes[LANES] = {
    [LANE_PAGE] = { 2, 64 },
    [LANE_LIST] = { 2, 4 }, /* a slow reader holds a thread: never one that answers pages */
};

#define THREADS_MAX 4

struct queue {
    struct job *first, **last;
    size_t waiting, idle; /* jobs, threads */
};

struct workers {
    struct worker_settings settings;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* of anything that the lock guards */
    struct queue queues[LANES];
    bool stopping;
    int ready_fd;
    pthread_t threads[THREADS_MAX];
    size_t thread_count;
};

struct worker {
    struct workers *workers;
    enum lane lane;
};

static void notify(const struct workers *workers)
{
    const uint64_t one = 1;

    (void)!write(workers->ready_fd, &one, sizeof(one)); /* full only when it says "ready" already */
}

/* Runs on the worker, from inside a page. */
static bool flush_piece(struct reply *reply)
{
    struct job *job = (struct job *)((char *)reply - offsetof(struct job, reply));
    struct workers *workers = job->workers;
    bool wanted;

    pthread_mutex_lock(&workers->lock);
    text_append(&job->pieces, text_string(&reply->body), reply->body.size);
    reply->body.size = 0;
    job->started = true;
    notify(workers);
    while ((job->pieces.size > 0 || job->in_flight) && !job->cancelled && !workers->stopping)
        pthread_cond_wait(&workers->changed, &workers->lock);
    wanted = !job->cancelled && !workers->stopping;
    pthread_mutex_unlock(&workers->lock);
    return wanted;
}

static struct database *connect_database(const struct workers *workers, struct error *err)
{
    struct database *database = database_open(workers->settings.conninfo, "serve", err);
    char limits[96];

    snprintf(limits, sizeof(limits), "SET statement_timeout = %d; SET default_transaction_read_only = on",
             WORKER_STATEMENT_MS);
    if (database != NULL && !database_script(database, limits, err)) {
        database_close(database);
        database = NULL;
    }
    return database;
}

static bool answer(struct job *job, struct database *database, int64_t at, struct error *err)
{
    struct page page = { .request = &job->request, .database = database, .at = at, .reply = &job->reply };
    bool ok = database_begin(database, "ISOLATION LEVEL REPEATABLE READ READ ONLY", err) &&
              database_set_time(database, at, err) && job->route->answer(&page, err);

    database_rollback(database); /* it has only read */
    return ok;
}

/* A connection that broke while it was idle is made anew once, before anything was sent. */
static void run_job(struct job *job, struct database **database)
{
    int64_t at = job->workers->settings.at != 0 ? job->workers->settings.at : clock_now();

    for (int attempt = 0; attempt < 2; attempt++) {
        if (*database == NULL)
            *database = connect_database(job->workers, &job->err);
        if (*database == NULL)
            return;
        job->ok = answer(job, *database, at, &job->err);
        if (job->ok || job->err.kind != ERROR_NETWORK || job->started)
            return;
        database_close(*database);
        *database = NULL;
        job->reply.body.size = 0;
    }
}

static struct job *next_job(struct workers *workers, enum lane lane)
{
    struct queue *queue = &workers->queues[lane];
    struct job *job;

    pthread_mutex_lock(&workers->lock);
    queue->idle++;
    while (queue->first == NULL && !workers->stopping)
        pthread_cond_wait(&workers->changed, &workers->lock);
    queue->idle--;
    job = workers->stopping ? NULL : queue->first;
    if (job != NULL) {
        queue->first = job->next;
        queue->waiting--;
        if (queue->first == NULL)
            queue->last = &queue->first;
    }
    pthread_mutex_unlock(&workers->lock);
    return job;
}

static void hand_back(struct job *job)
{
    struct workers *workers = job->workers;

    pthread_mutex_lock(&workers->lock);
    text_append(&job->pieces, text_string(&job->reply.body), job->reply.body.size);
    job->finished = true; /* from here on the loop's */
    notify(workers);
    pthread_mutex_unlock(&workers->lock);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct database *database = NULL;
    struct job *job;

    while ((job = next_job(worker->workers, worker->lane)) != NULL) {
        run_job(job, &database);
        if (!job->ok)
            log_event(job->err.kind == ERROR_ABSENT || job->err.kind == ERROR_FORMAT ? LOG_DEBUG
                                                                                     : LOG_WARNING,
                      "page failed route=%s error=%s: %s", job->route->pattern,
                      error_kind_name(job->err.kind), job->err.message);
        if (!job->ok && job->err.kind == ERROR_NETWORK) {
            database_close(database);
            database = NULL;
        }
        hand_back(job);
    }
    database_close(database);
    free(worker);
    return NULL;
}

static bool start_thread(struct workers *workers, enum lane lane, struct error *err)
{
    struct worker *worker = memory_new(sizeof(*worker));
    int failed;

    *worker = (struct worker){ workers, lane };
    failed = pthread_create(&workers->threads[workers->thread_count], NULL, work, worker);
    if (failed != 0) {
        free(worker);
        return error_set(err, ERROR_SYSTEM, "thread: %s", strerror(failed));
    }
    workers->thread_count++;
    return true;
}

struct workers *workers_start(const struct worker_settings *settings, struct error *err)
{
    struct workers *workers = memory_new(sizeof(*workers));

    *workers = (struct workers){ .settings = *settings, .ready_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    if (workers->ready_fd < 0) {
        error_errno(err, "eventfd");
        goto fail;
    }
    for (int lane = 0; lane < LANES; lane++) {
        workers->queues[lane].last = &workers->queues[lane].first;
        for (size_t i = 0; i < lanes[lane].threads; i++) {
            if (!start_thread(workers, (enum lane)lane, err))
                goto fail;
        }
    }
    return workers;
fail:
    workers_stop(workers);
    return NULL;
}

void workers_stop(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
    if (workers->ready_fd >= 0)
        close(workers->ready_fd);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

int workers_fd(const struct workers *workers)
{
    return workers->ready_fd;
}

bool workers_submit(struct workers *workers, struct job *job)
{
    struct queue *queue = &workers->queues[job->route->lane];
    bool room;

    pthread_mutex_lock(&workers->lock);
    /* A thread that is idle has its next job in the queue only until it wakes. */
    room = queue->waiting < lanes[job->route->lane].waiting_max + queue->idle && !workers->stopping;
    if (room) {
        job->workers = workers;
        job->next = NULL;
        if (job->route->lane == LANE_LIST)
            job->reply.flush = flush_piece;
        *queue->last = job;
        queue->last = &job->next;
        queue->waiting++;
        pthread_cond_broadcast(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    return room;
}

void workers_acknowledge(struct workers *workers)
{
    uint64_t count;

    (void)!read(workers->ready_fd, &count, sizeof(count));
}

bool workers_take(struct job *job, struct text *piece, bool *last)
{
    struct workers *workers = job->workers;
    bool news;

    pthread_mutex_lock(&workers->lock);
    news = job->finished || (job->pieces.size > 0 && !job->in_flight);
    *last = job->finished;
    if (news) {
        *piece = job->pieces;
        job->pieces = (struct text){ 0 };
        job->in_flight = piece->size > 0;
    }
    pthread_mutex_unlock(&workers->lock);
    return news;
}

void workers_sent(struct job *job)
{
    struct workers *workers = job->workers;

    pthread_mutex_lock(&workers->lock);
    job->in_flight = false;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
}

void workers_cancel(struct job *job)
{
    struct workers *workers = job->workers;

    pthread_mutex_lock(&workers->lock);
    job->cancelled = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
}

void reply_clear(struct reply *reply)
{
    text_clear(&reply->body);
    free(reply->file);
    *reply = (struct reply){ 0 };
}

struct job *job_new(const struct route *route, void *owner)
{
    struct job *job = memory_new(sizeof(*job));

    *job = (struct job){ .route = route,
                         .owner = owner,
                         .reply = { .status = 200, .type = "text/html; charset=utf-8" } };
    return job;
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    request_clear(&job->request);
    reply_clear(&job->reply);
    text_clear(&job->pieces);
    free(job);
}
