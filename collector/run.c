#include "collector/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/look.h"
#include "collector/publish.h"
#include "collector/schedule.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"
#include "schema/wire/topic.h"

struct settings {
    struct look_settings look;
    const char *state, *interval, *topic;
    bool once;
    struct kafka_settings kafka;
};

static const struct option options[] = {
    { "once", OPTION_FLAG, offsetof(struct settings, once),
      .help = "one report, then exit with the host's verdict" },
    { "interval", OPTION_TEXT, offsetof(struct settings, interval), "TIME", .fallback = "6h",
      .help = "from one report to the next, give or take a tenth" },
    LOOK_OPTIONS(struct settings, look),
    { "state", OPTION_TEXT, offsetof(struct settings, state), "DIR", .fallback = STATE_DIRECTORY,
      .from_environment = true, .help = "where this host was enrolled" },
    { "topic", OPTION_TEXT, offsetof(struct settings, topic), "NAME", .fallback = "rootshift.in",
      .from_environment = true,
      .help = "where to write: rootshift.in, or rootshift.in.PARTNER where the partner has its own" },
    KAFKA_OPTIONS(struct settings, kafka),
    { 0 },
};

/* Set by a signal; the descriptor ends a wait that is about to begin, too. */
static volatile sig_atomic_t stop;
static int stop_event = -1;

static void ask_to_stop(int number)
{
    int saved = errno;

    (void)number;
    stop = 1;
    (void)!eventfd_write(stop_event, 1);
    errno = saved;
}

static bool listen_for_signals(struct error *err)
{
    struct sigaction action = { .sa_handler = ask_to_stop, .sa_flags = SA_RESTART };

    stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_event < 0)
        return error_errno(err, "eventfd");
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    return true;
}

/* Until then, or until somebody asks to stop. */
static void wait_until(int64_t deadline_ms)
{
    struct pollfd wake = { .fd = stop_event, .events = POLLIN };
    int64_t left_ms;

    while (stop == 0 && (left_ms = deadline_ms - clock_monotonic_ms()) > 0)
        poll(&wake, 1, left_ms > 3600000 ? 3600000 : (int)left_ms);
}

/* All that a round needs. */
struct round {
    const struct settings *settings;
    struct state *state;
};

static bool put_in_outbox(void *context, const struct report *report, struct error *err)
{
    const struct round *round = context;
    struct identity identity;
    bool ok;

    if (!identity_load(&identity, round->state, err))
        return false;
    ok = report_put(report, &identity, round->state, clock_now_unix_ms(), err);
    identity_clear(&identity);
    return ok;
}

static bool publish(struct round *round, struct error *err)
{
    struct publish_result result;
    struct identity identity;
    bool ok;

    if (!identity_load(&identity, round->state, err))
        return false;
    ok = publish_outbox(round->state, &identity, &round->settings->kafka, round->settings->topic, &stop,
                        &result, err);
    identity_clear(&identity);
    return ok;
}

static bool look(struct round *round, enum answer *answer, struct error *err)
{
    return look_at_host(&round->settings->look, round->settings->state, round->state, put_in_outbox, round,
                        answer, err);
}

static enum answer run_once(struct round *round, struct error *err)
{
    enum answer answer;

    return look(round, &answer, err) && publish(round, err) ? answer : ANSWER_NONE;
}

/* Looks follow the schedule whatever becomes of the outbox; between two of them it is tried again and again. */
static enum answer run_for_ever(struct round *round, int64_t interval_ms)
{
    int64_t next_look = clock_monotonic_ms() + schedule_first_ms(interval_ms, arc4random());
    int64_t next_try = clock_monotonic_ms(); /* what an earlier life left behind need not wait */
    unsigned failures = 0;
    enum answer answer;
    struct error err;

    while (stop == 0) {
        int64_t now = clock_monotonic_ms();

        if (now >= next_look) {
            if (!look(round, &answer, &err))
                log_event(LOG_ERROR, "look failed error=\"%s\"", err.message);
            next_look = now + schedule_next_ms(interval_ms, arc4random());
            next_try = now;
        }
        if (now >= next_try) {
            bool published = publish(round, &err);

            failures = published ? 0 : failures + 1;
            if (!published && stop == 0)
                log_event(LOG_ERROR, "publish failed times=%u error=\"%s\"", failures, err.message);
            next_try =
                published ? INT64_MAX : clock_monotonic_ms() + schedule_retry_ms(failures, arc4random());
        }
        wait_until(next_look < next_try ? next_look : next_try);
    }
    log_event(LOG_INFO, "run stopped");
    return ANSWER_YES;
}

static bool check(const struct settings *settings, int64_t *interval, struct error *err)
{
    if (!topic_is_in(settings->topic))
        return error_set(err, ERROR_OPTION, "--topic %s: reports go to %s or %s.PARTNER", settings->topic,
                         topics[TOPIC_IN].name, topics[TOPIC_IN].name);
    if (!clock_parse_duration(settings->interval, interval, err))
        return error_within(err, "--interval");
    if (*interval < CLOCK_MINUTE || *interval > 30 * CLOCK_DAY)
        return error_set(err, ERROR_OPTION, "--interval %s: from 1m to 30d", settings->interval);
    return true;
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct round round = { .settings = settings };
    struct identity identity;
    enum answer answer = ANSWER_NONE;
    int64_t interval;

    (void)arguments;
    if (!check(settings, &interval, err) || !listen_for_signals(err))
        return ANSWER_NONE;
    round.state = state_open(settings->state, true, err);
    if (round.state != NULL &&
        identity_load(&identity, round.state, err)) { /* else nothing could ever be sent */
        identity_clear(&identity);
        answer = settings->once ? run_once(&round, err) : run_for_ever(&round, interval * 1000);
    }
    state_close(round.state);
    close(stop_event);
    return answer;
}

const struct command run_command = { "run",
                                     NULL,
                                     "inspect, sign and publish: once, or on a schedule until SIGTERM",
                                     options,
                                     sizeof(struct settings),
                                     run };
