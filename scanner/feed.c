#include "scanner/feed.h"

#include <stdlib.h>

#include "scanner/endpoints.h"
#include "scanner/shortage.h"
#include "schema/base/clock.h"

/* Attempts that may wait behind a cap, beside those whose turn comes: so far a busy network is looked past. */
#define BLOCKED_MAX 16384
/* Lookups of which most must fail by our resolver before that is the rule. */
#define LOOKUPS 64

struct feed {
    struct feed_plan plan;
    struct endpoints endpoints;
    struct event *readable;
    bool ended;
    size_t resolving;
    struct shortage lookups;
    struct error failure; /* ERROR_NONE: none */
};

/* --- from targets to attempts --------------------------------------------------------------------- */

/* At the stage of our own input, since the peer has no part in it. */
static void end_denied(struct feed *feed, struct attempt *attempt, const char *why)
{
    attempt->errand.result.outcome = outcome_make(STAGE_INPUT, CLASS_REFUSED, "%s", why);
    attempt->errand.result.started_at_ms = clock_now_unix_ms();
    ledger_attempt(feed->plan.ledger, attempt);
    attempt_free(attempt);
}

static void add_attempt(struct feed *feed, struct task *task, struct place *place, size_t hello)
{
    struct attempt *attempt = attempt_new(task, place, hello);
    const char *denial =
        feed->plan.fence != NULL ? fence_denies(feed->plan.fence, &attempt->errand.address) : NULL;

    attempt->errand.depth = task->piece != NULL ? task->piece->depth : feed->plan.depth;
    attempt->errand.limit_ms = feed->plan.timeout_ms;
    if (attempt->errand.server_name == NULL)
        attempt->errand.server_name = feed->plan.identification;
    if (denial == NULL)
        queue_add(feed->plan.queue, attempt);
    else
        end_denied(feed, attempt, denial);
}

/* What has no record yet: everything, or what an earlier run left. */
static void add_attempts(struct feed *feed, struct task *task)
{
    for (size_t i = 0; i < task->place_count; i++) {
        for (size_t hello = 0; hello < feed->plan.hello_count; hello++) {
            if (task_says(task, hello) && (task->places[i].recorded & 1U << hello) == 0)
                add_attempt(feed, task, &task->places[i], hello);
        }
    }
    if (task->open == 0)
        ledger_end(feed->plan.ledger, task);
}

static void probe_addresses(struct feed *feed, struct task *task, char *const *addresses, size_t count)
{
    task_set_places(task, addresses, count, feed->plan.hello_count);
    add_attempts(feed, task);
}

static void end_unprobed(struct feed *feed, struct task *task, struct outcome outcome)
{
    ledger_unprobed(feed->plan.ledger, task, &outcome);
    ledger_end(feed->plan.ledger, task);
}

static void end_malformed(struct feed *feed, struct task *task, const struct error *why)
{
    end_unprobed(feed, task,
                 outcome_make(STAGE_INPUT, CLASS_MALFORMED, "%.*s", OUTCOME_DETAIL_BYTES - 1, why->message));
}

/* A lookup needs to know both. */
struct question {
    struct feed *feed;
    struct task *task;
};

static void receive_addresses(void *context, const struct names_answer *answer)
{
    struct question question = *(struct question *)context;
    struct feed *feed = question.feed;
    struct task *task = question.task;
    char **addresses = memory_resize(NULL, answer->count + 1, sizeof(char *));

    free(context);
    feed->resolving--;
    shortage_note(&feed->lookups, answer->class == CLASS_LOCAL_RESOLVER);
    task->addresses_incomplete = answer->incomplete;
    for (size_t i = 0; i < answer->count; i++)
        addresses[i] = answer->addresses[i];
    if (answer->class == CLASS_OK)
        probe_addresses(feed, task, addresses, answer->count);
    else
        end_unprobed(feed, task, outcome_make(STAGE_RESOLVE, answer->class, "%s", answer->detail));
    free(addresses);
    feed->plan.moved(feed->plan.context);
}

static void resolve(struct feed *feed, struct task *task)
{
    struct question *question = memory_new(sizeof(*question));

    *question = (struct question){ feed, task };
    feed->resolving++;
    names_resolve(feed->plan.names, task->target.name, receive_addresses, question);
}

/* `addresses` are those that somebody bound the name to; NULL or none: the target's own, or what resolving says. */
static void begin_task(struct feed *feed, struct task *task, const struct text_list *addresses)
{
    if (task->place_count > 0) /* known from an earlier run: what was probed then must not be probed again */
        add_attempts(feed, task);
    else if (addresses != NULL && addresses->count > 0)
        probe_addresses(feed, task, addresses->items, addresses->count);
    else if (task->target.address != NULL)
        probe_addresses(feed, task, &task->target.address, 1);
    else
        resolve(feed, task);
}

/* --- reading -------------------------------------------------------------------------------------- */

static void begin_line(struct feed *feed, const char *line, size_t size, int64_t position)
{
    struct task *task = agenda_begin(feed->plan.agenda, position);
    struct error err = { 0 };

    if (task == NULL)
        return;
    if (target_parse(line, size, &task->target, &err))
        begin_task(feed, task, NULL);
    else
        end_malformed(feed, task, &err);
}

static void begin_endpoint(struct feed *feed)
{
    const struct campaign_endpoint *endpoint;
    const char *name;
    struct task *task;
    struct error err = { 0 };

    if (!endpoints_next(&feed->endpoints, &endpoint, &name)) {
        feed_stop(feed);
        return;
    }
    task = agenda_begin(feed->plan.agenda, 0);
    if (task == NULL)
        return;
    task->request_path = endpoint->request_path;
    if (target_make(STARTTLS_NONE,
                    name == NULL && endpoint->addresses.count > 0 ? endpoint->addresses.items[0] : NULL, name,
                    endpoint->port, endpoint->name, &task->target, &err))
        begin_task(feed, task, &endpoint->addresses);
    else
        end_malformed(feed, task, &err);
}

/* False: nothing more at present. */
static bool read_line(struct feed *feed)
{
    int64_t position = source_position(feed->plan.source);
    const char *line;
    size_t size;

    switch (source_next(feed->plan.source, &line, &size, &feed->failure)) {
    case SOURCE_LINE: begin_line(feed, line, size, position); return true;
    case SOURCE_WAITING: event_add(feed->readable, NULL); return false;
    case SOURCE_ENDED:
    case SOURCE_FAILED: break;
    }
    feed_stop(feed);
    return false;
}

static const char *or_null(const char *text)
{
    return *text != '\0' ? text : NULL;
}

static void begin_piece(struct feed *feed, struct piece *piece)
{
    struct task *task = agenda_begin(feed->plan.agenda, 0);
    struct error err = { 0 };

    ledger_take_piece(feed->plan.ledger, task, piece);
    if (target_make(piece->starttls, or_null(piece->address), or_null(piece->name), piece->port,
                    or_null(piece->tag), &task->target, &err))
        begin_task(feed, task, NULL);
    else
        end_malformed(feed, task, &err);
}

/* False: nothing more at present. */
static bool read_piece(struct feed *feed)
{
    struct piece *piece;

    switch (work_next(feed->plan.work, &piece, &feed->failure)) {
    case SOURCE_LINE: begin_piece(feed, piece); return true;
    case SOURCE_WAITING: return false; /* the run's beat asks again */
    case SOURCE_ENDED:
    case SOURCE_FAILED: break;
    }
    feed_stop(feed);
    return false;
}

static bool read_one(struct feed *feed)
{
    if (feed->plan.work != NULL)
        return read_piece(feed);
    if (feed->plan.source != NULL)
        return read_line(feed);
    begin_endpoint(feed);
    return true;
}

static bool wants_more(const struct feed *feed)
{
    size_t blocked = queue_blocked(feed->plan.queue);
    size_t near = queue_count(feed->plan.queue) - blocked + feed->resolving;

    return !feed->ended && !ledger_is_full(feed->plan.ledger) && near < feed->plan.ahead &&
           blocked < BLOCKED_MAX && feed->resolving < NAMES_LOOKUPS_MAX;
}

void feed_fill(struct feed *feed)
{
    while (wants_more(feed) && read_one(feed))
        ;
    if (feed->plan.work != NULL && feed->failure.kind == ERROR_NONE &&
        !work_tend(feed->plan.work, &feed->failure))
        feed_stop(feed);
}

static void go_on(evutil_socket_t fd, short what, void *argument)
{
    struct feed *feed = argument;

    (void)fd;
    (void)what;
    feed->plan.moved(feed->plan.context);
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* The campaign's targets that are complete already. A source was put behind them. */
static void skip_completed(struct feed *feed)
{
    const struct campaign_endpoint *endpoint;
    const char *name;

    for (uint64_t i = 0; i < feed->plan.agenda->seq; i++)
        (void)endpoints_next(&feed->endpoints, &endpoint, &name);
}

struct feed *feed_new(const struct feed_plan *plan, struct error *err)
{
    struct feed *feed = memory_new(sizeof(*feed));

    *feed = (struct feed){ .plan = *plan, .endpoints = { .campaign = plan->campaign, .at = plan->at } };
    feed->readable =
        event_new(plan->base, plan->source != NULL ? source_fd(plan->source) : -1, EV_READ, go_on, feed);
    if (plan->source == NULL)
        skip_completed(feed);
    if (feed->readable != NULL)
        return feed;
    error_set(err, ERROR_SYSTEM, "no event for the targets");
    free(feed);
    return NULL;
}

void feed_free(struct feed *feed)
{
    if (feed == NULL)
        return;
    event_free(feed->readable);
    free(feed);
}

void feed_stop(struct feed *feed)
{
    feed->ended = true;
    event_del(feed->readable);
}

int64_t feed_position(const struct feed *feed)
{
    return feed->plan.source != NULL ? source_position(feed->plan.source) : 0;
}

bool feed_has_ended(const struct feed *feed)
{
    return feed->ended;
}

size_t feed_resolving(const struct feed *feed)
{
    return feed->resolving;
}

bool feed_is_helpless(const struct feed *feed)
{
    return shortage_is_rule(&feed->lookups, LOOKUPS);
}

const struct error *feed_failure(const struct feed *feed)
{
    return feed->failure.kind != ERROR_NONE ? &feed->failure : NULL;
}
