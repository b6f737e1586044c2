#include "scanner/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "scanner/crew.h"
#include "scanner/feed.h"
#include "scanner/metrics.h"
#include "scanner/pace.h"
#include "scanner/progress.h"
#include "scanner/summary.h"
#include "scanner/watch.h"
#include "schema/base/clock.h"
#include "schema/base/option.h"

/* Descriptors that are not probes: output, Kafka's sockets, the resolver, mailboxes. */
#define DESCRIPTORS_KEPT 128
/* Targets read ahead of their probes: two seconds' worth, as far as memory should go for it. */
#define AHEAD_SECONDS 2
#define AHEAD_MIN 64
#define AHEAD_MAX 4096

/* Probes start in handfuls, this far apart: a wake-up for each costs as much as a cheap probe. */
#define HANDFUL_US 10000

#define STATUS_MS 1000

/* Of the loop, when all has ended: many times what it takes. */
#define LAST_TURNS 1000

struct run {
    struct run_plan plan;
    struct event_base *base;
    struct names *names;
    struct pace *pace;
    struct agenda own, *agenda; /* the journal's, or its own */
    struct ledger *ledger;
    struct queue *queue;
    struct feed *feed;
    struct crew *crew;
    struct watch *watch;
    struct metrics *metrics; /* NULL: nobody asks */

    bool interrupted;                          /* ended before everything had started */
    struct error helplessness;                 /* that it was our own shortage; ERROR_NONE: it was a signal */
    int64_t started_at, started_ms, status_ms; /* Unix seconds; monotonic */
    uint64_t records_before;                   /* of the run that is resumed */
    bool on_terminal;
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- what moves ----------------------------------------------------------------------------------- */

static void start_attempt(struct run *run, struct attempt *attempt)
{
    queue_take(run->queue, attempt);
    attempt->started_us = now_us();
    pace_started(run->pace, attempt->started_us);
    crew_start(run->crew, attempt);
}

/* Somebody else does that work now. */
static void drop_given_away(struct run *run, struct attempt *attempt)
{
    struct task *task = attempt->task;

    queue_take(run->queue, attempt);
    queue_ended(run->queue, attempt);
    attempt_free(attempt);
    if (task->open == 0)
        ledger_end(run->ledger, task);
}

static void start_due(struct run *run)
{
    while (!sink_is_full(run->plan.sink) && pace_has_room(run->pace, now_us())) {
        struct attempt *attempt = queue_next(run->queue);
        int64_t wait_us;

        if (attempt == NULL)
            return;
        if (attempt->task->piece != NULL && attempt->task->piece->given_away) {
            drop_given_away(run, attempt);
            continue;
        }
        wait_us = pace_wait_us(run->pace, now_us());
        if (wait_us > 0) {
            watch_ask(run->watch, wait_us > HANDFUL_US ? wait_us : HANDFUL_US);
            return;
        }
        start_attempt(run, attempt);
    }
}

static void start_probes(struct run *run)
{
    start_due(run);
    crew_send(run->crew);
}

/* Nothing will start any more of its own accord. */
static bool has_started_all(const struct run *run)
{
    return feed_has_ended(run->feed) && feed_resolving(run->feed) == 0 && queue_count(run->queue) == 0;
}

/* To go on would make records of our own trouble, and of nothing else. */
static void give_up(struct run *run, const char *what, const struct outcome *outcome)
{
    if (run->helplessness.kind != ERROR_NONE || has_started_all(run))
        return;
    run->interrupted = true;
    error_set(&run->helplessness, ERROR_LIMIT,
              "most %s fail by our own shortage (%s: %s), however few are made", what,
              outcome_class_name(outcome->class), outcome->detail);
}

/* Everything that can move, moves; then either something is in flight or the run is over. */
static void pump(void *context)
{
    struct run *run = context;
    bool stops;

    if (feed_is_helpless(run->feed)) {
        const struct outcome silence =
            outcome_make(STAGE_RESOLVE, CLASS_LOCAL_RESOLVER, "no resolver answers");

        give_up(run, "lookups", &silence);
    }
    stops = run->interrupted || ledger_has_lost(run->ledger);
    if (stops)
        feed_stop(run->feed);
    feed_fill(run->feed);
    if (!stops)
        start_probes(run);
    if (crew_oldest(run->crew) == NULL && feed_resolving(run->feed) == 0 && (stops || has_started_all(run)))
        event_base_loopbreak(run->base);
}

static void receive_ended(void *context, struct attempt *attempt)
{
    struct run *run = context;
    struct task *task = attempt->task;
    const struct outcome *outcome = &attempt->errand.result.outcome;

    queue_ended(run->queue, attempt);
    pace_ended(run->pace, attempt->started_us, now_us(), outcome_is_local(outcome->class));
    if (pace_is_helpless(run->pace))
        give_up(run, "probes", outcome);
    ledger_attempt(run->ledger, attempt);
    attempt_free(attempt);
    if (task->open == 0)
        ledger_end(run->ledger, task);
    watch_ask(run->watch, 0); /* once for all that came back together */
}

/* --- how it stands -------------------------------------------------------------------------------- */

static struct progress progress_of(const struct run *run)
{
    const struct attempt *oldest = crew_oldest(run->crew);

    return (struct progress){
        .run = ledger_run(run->ledger),
        .totals = ledger_totals(run->ledger),
        .targets = run->agenda->seq,
        .records_before = run->records_before,
        .resolver = names_health(run->names),
        .elapsed_ms = clock_monotonic_ms() - run->started_ms,
        .started_at = run->started_at,
        .in_flight = pace_in_flight(run->pace),
        .room = pace_room(run->pace, now_us()),
        .oldest_ms = oldest != NULL ? (now_us() - oldest->started_us) / 1000 : 0,
        .waiting = queue_count(run->queue),
        .resolving = feed_resolving(run->feed),
        .written = sink_written(run->plan.sink),
        .unwritten = sink_waiting(run->plan.sink),
        .dropped = queue_count(run->queue),
        .bytes = (uint64_t)sink_bytes(run->plan.sink),
        .rate = (uint64_t)run->plan.rate,
        .interrupted = run->interrupted,
    };
}

static void tell_progress(void *context, struct progress *progress)
{
    *progress = progress_of(context);
}

static void print_status(const struct run *run)
{
    struct progress progress = progress_of(run);

    progress_print(&progress, stderr);
}

static struct journal_state journal_state_of(const struct run *run, bool finished)
{
    return (struct journal_state){
        .ledger = run->ledger,
        .sink = run->plan.sink,
        .started_at = run->started_at,
        .source_position = feed_position(run->feed),
        .finished = finished,
    };
}

static void note(struct run *run, bool finished)
{
    struct journal_state state = journal_state_of(run, finished);

    if (run->plan.journal != NULL)
        journal_note(run->plan.journal, &state);
}

static void keep_time(void *context)
{
    struct run *run = context;
    struct error loss = { 0 };

    (void)!ledger_poll(run->ledger, &loss); /* the ledger remembers a loss, and pump() asks it */
    if (run->on_terminal && clock_monotonic_ms() - run->status_ms >= STATUS_MS) {
        run->status_ms = clock_monotonic_ms();
        print_status(run);
    }
    if (run->plan.journal != NULL) {
        struct journal_state state = journal_state_of(run, false);

        journal_keep(run->plan.journal, &state);
    }
    metrics_keep(run->metrics);
    pump(run);
}

static void stop_in_order(void *context)
{
    struct run *run = context;

    /* when everything has started already, every record will be there */
    run->interrupted = !has_started_all(run);
    fprintf(stderr, "%sstopping: what is in flight still ends; the same signal again stops at once\n",
            run->on_terminal ? "\r\033[K" : "");
    feed_stop(run->feed);
    pump(run);
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* As many descriptors as the system lets us have. */
static int raise_descriptors(void)
{
    struct rlimit limit = { 0 };

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return DESCRIPTORS_KEPT;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 65536 ? 65536 : (int)limit.rlim_cur;
}

/* libevent has said why. Its own way out would be exit(1), the answer "no". */
static void give_no_answer(int number)
{
    (void)number;
    _exit(ANSWER_NONE);
}

static struct event_base *make_base(struct error *err)
{
    struct event_base *base;

    event_set_fatal_callback(give_no_answer);
    base = event_base_new();

    if (base == NULL)
        error_set(err, ERROR_SYSTEM, "no event loop");
    return base;
}

static struct pace *make_pace(const struct run_plan *plan)
{
    int descriptors = raise_descriptors();
    struct pace_limits limits = {
        .rate = plan->rate,
        .in_flight_max =
            descriptors > 2 * DESCRIPTORS_KEPT ? descriptors - DESCRIPTORS_KEPT : descriptors / 2,
    };

    if (plan->in_flight > 0 && plan->in_flight * plan->loops < limits.in_flight_max)
        limits.in_flight_max = plan->in_flight * plan->loops;
    (void)!getrandom(&limits.seed, sizeof(limits.seed), 0);
    return pace_new(&limits, now_us());
}

static struct ledger *make_ledger(const struct run *run)
{
    struct ledger_heading heading = {
        .sink = run->plan.sink,
        .agenda = run->agenda,
        .campaign = run->plan.campaign,
        .outlook = run->plan.outlook,
        .hello_count = run->plan.hello_count,
        .tags_are_endpoints = run->plan.source == NULL && run->plan.work == NULL,
    };

    memcpy(heading.hellos, run->plan.hellos, sizeof(heading.hellos));
    return ledger_new(&heading);
}

static bool make_feed(struct run *run, struct error *err)
{
    size_t ahead = (size_t)run->plan.rate * AHEAD_SECONDS;
    struct feed_plan plan = {
        .base = run->base,
        .work = run->plan.work,
        .source = run->plan.source,
        .campaign = run->plan.campaign,
        .at = run->plan.at,
        .names = run->names,
        .fence = run->plan.fence,
        .identification = run->plan.identification,
        .agenda = run->agenda,
        .ledger = run->ledger,
        .queue = run->queue,
        .hello_count = run->plan.hello_count,
        .depth = run->plan.depth,
        .timeout_ms = run->plan.timeout_ms,
        .ahead = ahead < AHEAD_MIN   ? AHEAD_MIN
                 : ahead < AHEAD_MAX ? ahead
                                     : AHEAD_MAX,
        .moved = pump,
        .context = run,
    };

    run->feed = feed_new(&plan, err);
    return run->feed != NULL;
}

/* Go on where the journal's earlier run was. */
static bool resume(struct run *run, struct error *err)
{
    const struct checkpoint *before = run->plan.journal != NULL ? journal_resumed(run->plan.journal) : NULL;

    if (before == NULL)
        return true;
    run->started_at = before->started_at;
    run->records_before = before->totals.records;
    if (run->plan.source != NULL && !source_seek(run->plan.source, before->position, err))
        return false;
    return ledger_resume(run->ledger, before->run, &before->totals, before->tally, run->plan.out, err);
}

static bool make_parts(struct run *run, struct error *err)
{
    const struct queue_caps caps = { run->plan.per_address, run->plan.per_network };
    const struct watch_calls calls = { keep_time, pump, stop_in_order, run };

    run->pace = make_pace(&run->plan);
    agenda_init(&run->own);
    run->agenda = run->plan.journal != NULL ? journal_agenda(run->plan.journal) : &run->own;
    run->ledger = make_ledger(run);
    run->queue = queue_new(&caps);
    run->base = make_base(err);
    if (run->base == NULL || !sink_start(run->plan.sink, run->base, pump, run, err) || !resume(run, err))
        return false;
    run->names = names_new(run->base, run->plan.resolver, run->plan.timeout_ms, err);
    if (run->names == NULL || !make_feed(run, err))
        return false;
    run->watch = watch_new(run->base, &calls, err);
    if (run->watch == NULL)
        return false;
    run->crew = crew_new(run->base, run->plan.loops, run->plan.hellos, run->plan.hello_count, receive_ended,
                         run, err);
    if (run->crew != NULL && run->plan.metrics != NULL)
        run->metrics = metrics_open(run->base, run->plan.metrics, tell_progress, run, err);
    return run->crew != NULL && (run->metrics != NULL || run->plan.metrics == NULL);
}

struct run *run_new(const struct run_plan *plan, struct error *err)
{
    struct run *run = memory_new(sizeof(*run));

    *run = (struct run){ .plan = *plan, .started_at = clock_now(), .started_ms = clock_monotonic_ms() };
    run->on_terminal = isatty(STDERR_FILENO);
    if (make_parts(run, err))
        return run;
    run_free(run);
    return NULL;
}

static void explain_interruption(const struct run *run, struct error *err)
{
    const char *hint = run->plan.journal != NULL ? ": the same command with --resume goes on" : "";

    if (run->helplessness.kind == ERROR_NONE)
        error_set(err, ERROR_STOPPED, "stopped before every target had its record%s", hint);
    else
        error_set(err, run->helplessness.kind, "stopped, since %s%s", run->helplessness.message, hint);
}

/* Nobody waits for them any more; but what libevent keeps for them goes only with their callbacks. */
static void let_go_of_lookups(struct run *run)
{
    for (int turn = 0; turn < LAST_TURNS && !names_are_quiet(run->names); turn++)
        event_base_loop(run->base, EVLOOP_NONBLOCK);
}

bool run_go(struct run *run, struct error *err)
{
    bool complete;

    note(run, false); /* before the first record: a run killed in its first second can be resumed too */
    watch_ask(run->watch, 0);
    event_base_dispatch(run->base);
    let_go_of_lookups(run);
    watch_free(run->watch); /* from now on a signal does what it always does: who reads may be slow */
    run->watch = NULL;
    complete = feed_failure(run->feed) == NULL && !run->interrupted && !ledger_has_lost(run->ledger);
    note(run, complete);
    if (run->on_terminal) {
        print_status(run);
        fputc('\n', stderr);
    }
    if (!ledger_finish(run->ledger, err))
        return false;
    if (feed_failure(run->feed) != NULL)
        *err = *feed_failure(run->feed);
    else if (run->interrupted)
        explain_interruption(run, err);
    return complete;
}

void run_write_metadata(const struct run *run, struct text *line)
{
    struct progress progress = progress_of(run);
    struct json json = { 0 };

    json_object(&json);
    json_key_number(&json, "v", RECORD_VERSION);
    json_key_text(&json, "program", "rootshift-scanner " ROOTSHIFT_VERSION);
    json_key_text(&json, "campaign", run->plan.campaign != NULL ? run->plan.campaign->name : NULL);
    json_key_text(&json, "depth", probe_depth_name(run->plan.depth));
    json_key(&json, "hellos");
    json_array(&json);
    for (size_t i = 0; i < run->plan.hello_count; i++)
        json_text(&json, run->plan.hellos[i]->name);
    json_array_end(&json);
    json_key_number(&json, "rate", run->plan.rate);
    json_key_number(&json, "loops", run->plan.loops);
    json_key_number(&json, "timeout_ms", run->plan.timeout_ms);
    progress_write(&progress, &json);
    json_object_end(&json);
    text_append(line, json.text.bytes, json.text.size);
    json_clear(&json);
}

void run_write_summary(const struct run *run, struct text *out)
{
    struct progress progress = progress_of(run);

    summary_write(&progress, ledger_tally(run->ledger), run->plan.at, out);
}

void run_free(struct run *run)
{
    metrics_close(run->metrics);
    crew_free(run->crew);
    watch_free(run->watch);
    feed_free(run->feed);
    names_free(run->names);
    queue_free(run->queue);
    agenda_clear(&run->own);
    pace_free(run->pace);
    ledger_free(run->ledger);
    sink_leave(run->plan.sink);
    if (run->base != NULL)
        event_base_free(run->base);
    free(run);
}
