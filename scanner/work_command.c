#include "scanner/work_command.h"

#include <stdio.h>

#include "scanner/work.h"
#include "schema/base/clock.h"

#define AT(member) offsetof(struct work_settings, member)

const struct option work_options[] = {
    KAFKA_OPTIONS(struct work_settings, kafka),
    { "group", OPTION_TEXT, AT(group), "NAME", "rootshift-scanner",
      .help = "consumer group: workers that share their work have one" },
    LIMITS_OPTIONS(struct work_settings, limits),
    { "metrics", OPTION_TEXT, AT(metrics), "PORT|FILE",
      .help = "figures for Prometheus: on this port of 127.0.0.1, or in a file that is replaced every five "
              "seconds" },
    { "once", OPTION_FLAG, AT(once),
      .help = "end when all work that waits by now is done, by whomever of the group" },
    { 0 },
};

/* The plan's fence, as limits_apply() has it. */
static struct fence *make_plan(const struct work_settings *settings, struct run_plan *plan, struct error *err)
{
    *plan = (struct run_plan){
        .metrics = settings->metrics, .out = "kafka", .depth = PROBE_DEPTH_HANDSHAKE, .at = clock_now()
    };
    for (const struct hello *hello = hello_all(); hello->name != NULL && plan->hello_count < TASK_HELLOS_MAX;
         hello++)
        plan->hellos[plan->hello_count++] = hello;
    return limits_apply(&settings->limits, plan, err);
}

/* To be asked to stop is how a worker ends. */
static bool labour(const struct run_plan *plan, struct error *err)
{
    struct run *run = run_new(plan, err);
    struct text said = { 0 };
    bool ok;

    if (run == NULL)
        return false;
    ok = run_go(run, err) || err->kind == ERROR_STOPPED;
    run_write_summary(run, &said);
    run_write_metadata(run, &said);
    fprintf(stderr, "%s\n", text_string(&said));
    text_clear(&said);
    run_free(run);
    return ok;
}

int work_run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct work_settings *settings = given;
    struct error late = { 0 };
    struct run_plan plan;
    struct fence *fence = make_plan(settings, &plan, err);
    bool ok = fence != NULL;

    (void)arguments;
    ok = ok && (kafka_is_configured(&settings->kafka) ||
                error_set(err, ERROR_OPTION, "say where Kafka is: --broker or --kafka-conf"));
    ok = ok && (plan.work = work_open(&settings->kafka, settings->group, settings->once, err)) != NULL &&
         (plan.sink = sink_open("kafka", &settings->kafka, err)) != NULL && labour(&plan, err);
    sink_close(plan.sink); /* what did not arrive by now is nobody's answer, and its work not done */
    if (plan.work != NULL && !work_leave(plan.work, &late) && ok) {
        *err = late;
        ok = false;
    }
    work_close(plan.work);
    fence_close(fence);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
