#include "scanner/run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "scanner/names.h"
#include "scanner/pace.h"
#include "scanner/progress.h"
#include "scanner/task.h"
#include "schema/base/clock.h"
#include "schema/base/json.h"

/* Descriptors that are not probes: output, Kafka's sockets, the resolver, mailboxes. */
#define DESCRIPTORS_KEPT 128
/* Attempts that are looked at for one that an address's cap admits, before the others must wait. */
#define LOOK_AHEAD 256
/* Targets read ahead of their probes: two seconds' worth. */
#define AHEAD_SECONDS 2
#define AHEAD_MIN 64

#define BEAT_MS 100
#define STATUS_MS 1000

struct run {
    struct run_plan plan;
    struct event_base *base;
    struct names *names;
    struct pace *pace;
    struct ledger *ledger;
    struct mailbox *ended;
    struct loop **loops;
    size_t next_loop;
    struct event *due, *beat, *readable, *signals[2];

    bool exhausted;        /* no target comes any more */
    size_t endpoint, name; /* the campaign's next target */
    size_t resolving;
    struct attempt_list waiting, in_flight; /* in flight: oldest first */
    size_t waiting_count;

    bool interrupted;                          /* a signal came before everything had started */
    uint64_t dropped;                          /* attempts that were never made */
    int64_t started_at, started_ms, status_ms; /* Unix seconds; monotonic */
    bool on_terminal;
    struct error failure; /* of the source; ERROR_NONE: none */
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void pump(struct run *run);

static void stop_reading(struct run *run)
{
    run->exhausted = true;
    event_del(run->readable);
}

/* --- targets -------------------------------------------------------------------------------------- */

static void add_attempts(struct run *run, struct task *task, char *const *addresses, size_t count)
{
    task->addresses = count;
    if (count > 1)
        task->compares = memory_new(run->plan.hello_count * sizeof(*task->compares));
    for (size_t i = 0; i < count; i++) {
        for (size_t hello = 0; hello < run->plan.hello_count; hello++) {
            struct attempt *attempt = attempt_new(task, addresses[i], hello);

            attempt->errand.depth = run->plan.depth;
            attempt->errand.limit_ms = run->plan.timeout_ms;
            TAILQ_INSERT_TAIL(&run->waiting, attempt, link);
            run->waiting_count++;
        }
    }
}

/* A lookup needs to know both. */
struct question {
    struct run *run;
    struct task *task;
};

static void receive_addresses(void *context, const struct names_answer *answer)
{
    struct question question = *(struct question *)context;
    struct run *run = question.run;
    struct task *task = question.task;
    char **addresses = memory_resize(NULL, answer->count + 1, sizeof(char *));

    free(context);
    run->resolving--;
    task->addresses_incomplete = answer->incomplete;
    for (size_t i = 0; i < answer->count; i++)
        addresses[i] = answer->addresses[i];
    if (answer->class == CLASS_OK) {
        add_attempts(run, task, addresses, answer->count);
    } else {
        struct outcome outcome = outcome_make(STAGE_RESOLVE, answer->class, "%s", answer->detail);

        ledger_unprobed(run->ledger, task, &outcome);
        ledger_end(run->ledger, task);
    }
    free(addresses);
    pump(run);
}

static void begin_task(struct run *run, struct task *task, const struct text_list *addresses)
{
    if (addresses != NULL && addresses->count > 0) {
        add_attempts(run, task, addresses->items, addresses->count);
    } else if (task->target.address != NULL) {
        add_attempts(run, task, &task->target.address, 1);
    } else {
        struct question *question = memory_new(sizeof(*question));

        *question = (struct question){ run, task };
        run->resolving++;
        names_resolve(run->names, task->target.name, receive_addresses, question);
    }
}

static void begin_line(struct run *run, const char *line, size_t size)
{
    struct task *task = ledger_begin(run->ledger);
    struct error err = { 0 };

    if (target_parse(line, size, &task->target, &err)) {
        begin_task(run, task, NULL);
    } else {
        struct outcome outcome =
            outcome_make(STAGE_INPUT, CLASS_MALFORMED, "%.*s", OUTCOME_DETAIL_BYTES - 1, err.message);

        ledger_unprobed(run->ledger, task, &outcome);
        ledger_end(run->ledger, task);
    }
}

/* The next (endpoint, server name) of the campaign that is in use. False: that was all. */
static bool begin_endpoint(struct run *run)
{
    const struct campaign *campaign = run->plan.campaign;

    while (run->endpoint < campaign->endpoint_count) {
        const struct campaign_endpoint *endpoint = &campaign->endpoints[run->endpoint];
        const char *name =
            run->name < endpoint->server_names.count ? endpoint->server_names.items[run->name] : NULL;
        bool nameless = endpoint->server_names.count == 0 && run->name == 0;
        bool used = endpoint->from <= run->plan.at && run->plan.at < endpoint->until;
        struct task *task;
        struct error err = { 0 };

        if (!used || (name == NULL && !nameless)) {
            run->endpoint++;
            run->name = 0;
            continue;
        }
        run->name++;
        task = ledger_begin(run->ledger);
        task->request_path = endpoint->request_path;
        if (target_make(nameless && endpoint->addresses.count > 0 ? endpoint->addresses.items[0] : NULL, name,
                        endpoint->port, endpoint->name, &task->target, &err)) {
            begin_task(run, task, &endpoint->addresses);
        } else {
            struct outcome outcome =
                outcome_make(STAGE_INPUT, CLASS_MALFORMED, "%.*s", OUTCOME_DETAIL_BYTES - 1, err.message);

            ledger_unprobed(run->ledger, task, &outcome);
            ledger_end(run->ledger, task);
        }
        return true;
    }
    return false;
}

static bool wants_targets(const struct run *run)
{
    size_t ahead = (size_t)run->plan.rate * AHEAD_SECONDS;

    return !run->exhausted && run->waiting_count + run->resolving < (ahead > AHEAD_MIN ? ahead : AHEAD_MIN);
}

static void read_targets(struct run *run)
{
    while (wants_targets(run)) {
        const char *line;
        size_t size;
        struct error err = { 0 };

        if (run->plan.source == NULL) {
            if (!begin_endpoint(run))
                stop_reading(run);
            continue;
        }
        switch (source_next(run->plan.source, &line, &size, &err)) {
        case SOURCE_LINE: begin_line(run, line, size); break;
        case SOURCE_WAITING: event_add(run->readable, NULL); return;
        case SOURCE_ENDED: stop_reading(run); break;
        case SOURCE_FAILED:
            run->failure = err;
            stop_reading(run);
            break;
        }
    }
}

/* --- probes --------------------------------------------------------------------------------------- */

static void start_attempt(struct run *run, struct attempt *attempt)
{
    TAILQ_REMOVE(&run->waiting, attempt, link);
    run->waiting_count--;
    TAILQ_INSERT_TAIL(&run->in_flight, attempt, link);
    attempt->started_us = now_us();
    pace_started(run->pace, &attempt->errand.address, attempt->started_us);
    loop_hand(run->loops[run->next_loop], &attempt->errand);
    run->next_loop = (run->next_loop + 1) % (size_t)run->plan.loops;
}

static struct attempt *find_admissible(struct run *run)
{
    struct attempt *attempt;
    int looked = 0;

    TAILQ_FOREACH(attempt, &run->waiting, link)
    {
        if (pace_admits(run->pace, &attempt->errand.address))
            return attempt;
        if (++looked == LOOK_AHEAD)
            break;
    }
    return NULL;
}

static void start_probes(struct run *run)
{
    int64_t wait_us = 0;

    while (!sink_is_full(run->plan.sink) && pace_has_room(run->pace)) {
        struct attempt *attempt = find_admissible(run);

        if (attempt == NULL)
            break;
        wait_us = pace_wait_us(run->pace, now_us());
        if (wait_us > 0)
            break;
        start_attempt(run, attempt);
    }
    for (int i = 0; i < run->plan.loops; i++)
        loop_send(run->loops[i]);
    if (wait_us > 0 && wait_us < 10000)
        wait_us = 10000;
    if (wait_us > 0)
        event_add(run->due, &(struct timeval){ wait_us / 1000000, wait_us % 1000000 });
}

static void drop_waiting(struct run *run)
{
    struct attempt *attempt;

    while ((attempt = TAILQ_FIRST(&run->waiting)) != NULL) {
        struct task *task = attempt->task;

        TAILQ_REMOVE(&run->waiting, attempt, link);
        run->waiting_count--;
        run->dropped++;
        attempt_free(attempt);
        if (task->open == 0)
            ledger_end(run->ledger, task);
    }
}

/* Everything that can move, moves; then either something is in flight or the run is over. */
static void pump(struct run *run)
{
    if (ledger_has_lost(run->ledger) && !run->exhausted)
        stop_reading(run);
    read_targets(run);
    if (run->interrupted || ledger_has_lost(run->ledger))
        drop_waiting(run);
    start_probes(run);
    if (run->exhausted && run->resolving == 0 && run->waiting_count == 0 && TAILQ_EMPTY(&run->in_flight))
        event_base_loopbreak(run->base);
}

static void receive_ended(void *context, struct parcel *parcel)
{
    struct run *run = context;
    struct attempt *attempt = (struct attempt *)parcel;
    struct task *task = attempt->task;

    TAILQ_REMOVE(&run->in_flight, attempt, link);
    pace_ended(run->pace, &attempt->errand.address, now_us() - attempt->started_us,
               outcome_is_local(attempt->errand.result.outcome.class));
    ledger_attempt(run->ledger, attempt);
    attempt_free(attempt);
    if (task->open == 0)
        ledger_end(run->ledger, task);
    pump(run);
}

/* --- the clock and the terminal ------------------------------------------------------------------- */

static struct progress progress_of(const struct run *run)
{
    const struct attempt *oldest = TAILQ_FIRST(&run->in_flight);

    return (struct progress){
        .run = ledger_run(run->ledger),
        .totals = ledger_totals(run->ledger),
        .resolver = names_health(run->names),
        .elapsed_ms = clock_monotonic_ms() - run->started_ms,
        .started_at = run->started_at,
        .in_flight = pace_in_flight(run->pace),
        .room = pace_room(run->pace),
        .oldest_ms = oldest != NULL ? (now_us() - oldest->started_us) / 1000 : 0,
        .waiting = run->waiting_count,
        .resolving = run->resolving,
        .written = sink_written(run->plan.sink),
        .unwritten = sink_waiting(run->plan.sink),
        .dropped = run->dropped,
        .interrupted = run->interrupted,
    };
}

static void print_status(const struct run *run)
{
    struct progress progress = progress_of(run);

    progress_print(&progress, stderr);
}

static void keep_time(evutil_socket_t fd, short what, void *argument)
{
    struct run *run = argument;
    struct error loss = { 0 };

    (void)fd;
    (void)what;
    (void)!ledger_poll(run->ledger, &loss); /* the ledger remembers a loss, and pump() asks it */
    if (run->on_terminal && clock_monotonic_ms() - run->status_ms >= STATUS_MS) {
        run->status_ms = clock_monotonic_ms();
        print_status(run);
    }
    pump(run);
}

static void go_on(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    pump(argument);
}

/* Once: stop in order. Twice: the signal does what it always does. */
static void interrupt(evutil_socket_t number, short what, void *argument)
{
    struct run *run = argument;

    (void)number;
    (void)what;
    for (size_t i = 0; i < 2; i++)
        event_del(run->signals[i]);
    /* when everything has started already, every record will be there */
    run->interrupted = !run->exhausted || run->resolving > 0 || run->waiting_count > 0;
    fprintf(stderr, "%sstopping: what is in flight still ends; the same signal again stops at once\n",
            run->on_terminal ? "\r\033[K" : "");
    stop_reading(run);
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

static bool make_events(struct run *run, struct error *err)
{
    static const int numbers[2] = { SIGINT, SIGTERM };
    const struct timeval beat = { 0, BEAT_MS * 1000 };

    run->due = event_new(run->base, -1, 0, go_on, run);
    run->beat = event_new(run->base, -1, EV_PERSIST, keep_time, run);
    run->readable = event_new(run->base, run->plan.source != NULL ? source_fd(run->plan.source) : -1, EV_READ,
                              go_on, run);
    for (size_t i = 0; i < 2; i++) {
        run->signals[i] = evsignal_new(run->base, numbers[i], interrupt, run);
        if (run->signals[i] == NULL || event_add(run->signals[i], NULL) != 0)
            return error_set(err, ERROR_SYSTEM, "no event for a signal");
    }
    if (run->due == NULL || run->beat == NULL || run->readable == NULL || event_add(run->beat, &beat) != 0)
        return error_set(err, ERROR_SYSTEM, "no event for the clock");
    return true;
}

static bool start_loops(struct run *run, struct error *err)
{
    run->loops = memory_new((size_t)run->plan.loops * sizeof(*run->loops));
    for (int i = 0; i < run->plan.loops; i++) {
        run->loops[i] = loop_start(run->plan.hellos, run->plan.hello_count, run->ended, err);
        if (run->loops[i] == NULL)
            return false;
    }
    return true;
}

struct run *run_new(const struct run_plan *plan, struct error *err)
{
    struct run *run = memory_new(sizeof(*run));
    struct event_config *config = event_config_new();
    int descriptors = raise_descriptors();
    struct pace_limits limits = {
        .rate = plan->rate,
        .in_flight_max =
            descriptors > 2 * DESCRIPTORS_KEPT ? descriptors - DESCRIPTORS_KEPT : descriptors / 2,
        .per_address = plan->per_address,
        .per_network = plan->per_network,
    };
    struct ledger_heading heading = {
        .sink = plan->sink,
        .campaign = plan->campaign,
        .hello_count = plan->hello_count,
    };

    if (plan->in_flight > 0 && plan->in_flight * plan->loops < limits.in_flight_max)
        limits.in_flight_max = plan->in_flight * plan->loops;
    memcpy(heading.hellos, plan->hellos, sizeof(heading.hellos));
    *run = (struct run){ .plan = *plan, .started_at = clock_now(), .started_ms = clock_monotonic_ms() };
    TAILQ_INIT(&run->waiting);
    TAILQ_INIT(&run->in_flight);
    run->on_terminal = isatty(STDERR_FILENO);
    /* a rate of thousands needs timers finer than epoll's millisecond */
    run->base = event_base_new_with_config(config);
    event_config_free(config);
    if (run->base == NULL) {
        error_set(err, ERROR_SYSTEM, "no event loop");
        goto fail;
    }
    (void)!getrandom(&limits.seed, sizeof(limits.seed), 0);
    run->pace = pace_new(&limits, now_us());
    heading.on_terminal = run->on_terminal;
    run->ledger = ledger_new(&heading);
    run->names = names_new(run->base, plan->resolver, plan->timeout_ms, err);
    run->ended = run->names != NULL ? mailbox_new(run->base, receive_ended, run, err) : NULL;
    if (run->ended != NULL && make_events(run, err) && start_loops(run, err))
        return run;
fail:
    run_free(run);
    return NULL;
}

bool run_go(struct run *run, struct error *err)
{
    event_active(run->due, EV_TIMEOUT, 0);
    event_base_dispatch(run->base);
    if (run->on_terminal) {
        print_status(run);
        fputc('\n', stderr);
    }
    if (!ledger_finish(run->ledger, err))
        return false;
    if (run->failure.kind != ERROR_NONE)
        *err = run->failure;
    else if (run->interrupted)
        error_set(err, ERROR_STOPPED, "stopped before every target had its record");
    return run->failure.kind == ERROR_NONE && !run->interrupted;
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

void run_free(struct run *run)
{
    struct event *events[] = { run->due, run->beat, run->readable, run->signals[0], run->signals[1] };

    for (int i = 0; run->loops != NULL && i < run->plan.loops; i++)
        loop_stop(run->loops[i]);
    free(run->loops);
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (events[i] != NULL)
            event_free(events[i]);
    }
    mailbox_free(run->ended);
    names_free(run->names);
    pace_free(run->pace);
    ledger_free(run->ledger);
    if (run->base != NULL)
        event_base_free(run->base);
    free(run);
}
