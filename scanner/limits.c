#include "scanner/limits.h"

#include <unistd.h>

static int default_loops(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores < 1 ? 1 : cores > LIMITS_LOOPS_MAX ? LIMITS_LOOPS_MAX : (int)cores;
}

/* A name that SNI can carry. */
static bool check_identification(const char *name, struct error *err)
{
    struct target target = { 0 };
    bool ok = name == NULL ||
              target_make(STARTTLS_NONE, NULL, name, starttls_port(STARTTLS_NONE), NULL, &target, err);

    target_clear(&target);
    return ok || error_within(err, "--identification");
}

struct fence *limits_apply(const struct limits *limits, struct run_plan *plan, struct error *err)
{
    struct fence *fence = check_identification(limits->identification, err)
                              ? fence_open(limits->allow, limits->deny, err)
                              : NULL;

    plan->rate = (int)limits->rate;
    plan->timeout_ms = (int)limits->timeout_s * 1000;
    plan->loops = limits->loops > 0 ? (int)limits->loops : default_loops();
    plan->in_flight = (int)limits->in_flight;
    plan->per_address = (int)limits->per_address;
    plan->per_network = (int)limits->per_network;
    plan->resolver = limits->resolver;
    plan->identification = limits->identification;
    plan->fence = fence;
    return fence;
}
