#include "scanner/pace.h"

#include <stdlib.h>

#include "schema/base/text.h"

/* Fewer in flight than this would let one slow peer stop a small scan. */
#define ROOM_MIN 16
/* Head room over rate × occupancy, since occupancy varies. */
#define ROOM_FACTOR 2
/* How much one more probe counts: the means follow the last dozens. */
#define WEIGHT 0.05
/* Starts that were missed while the loop was busy are made up for within this time, not more. */
#define BURST_US 20000

/* A squeeze below this is its floor: starts are trials. */
#define SQUEEZE_FLOOR (1.0 / 16)
/* Above this, reached by six good trials on end, they are none any more. */
#define SQUEEZE_TRUSTED (1.0 / 4)
/* Nothing is to be had from a lower one. */
#define SQUEEZE_MIN (1.0 / 64)
#define TRIAL_GAP_US 500000
/* Eight seconds of trials. */
#define TRIALS 16

struct pace {
    struct pace_limits limits;
    int64_t next_us;
    size_t in_flight;
    double starts;    /* the newest: older ones fade */
    double spent_us;  /* by all in flight since those, fading likewise, */
    int64_t noted_us; /* up to here */
    double squeeze;   /* 1: none; below: our own shortage was met lately */
    bool on_trial;    /* the squeeze is at its floor */
    int64_t trials_from_us;
    struct shortage trials;
    uint64_t random;
};

struct pace *pace_new(const struct pace_limits *limits, int64_t now_us)
{
    struct pace *pace = memory_new(sizeof(*pace));

    pace->limits = *limits;
    pace->next_us = pace->noted_us = now_us;
    pace->squeeze = 1;
    pace->random = limits->seed | 1;
    return pace;
}

void pace_free(struct pace *pace)
{
    free(pace);
}

/* xorshift64: jitter needs no better */
static double random_share(struct pace *pace)
{
    pace->random ^= pace->random << 13;
    pace->random ^= pace->random >> 7;
    pace->random ^= pace->random << 17;
    return (double)(pace->random >> 11) / (double)(UINT64_C(1) << 53);
}

int64_t pace_wait_us(const struct pace *pace, int64_t now_us)
{
    return pace->next_us > now_us ? pace->next_us - now_us : 0;
}

static double spent_us(const struct pace *pace, int64_t now_us)
{
    return pace->spent_us + (double)pace->in_flight * (double)(now_us - pace->noted_us);
}

/*
 * How long a probe is in flight. By what those spend that are, as a mean over those that have ended would know nothing of
 * silent peers until their end.
 */
static double occupancy_us(const struct pace *pace, int64_t now_us)
{
    return pace->starts > 0 ? spent_us(pace, now_us) / pace->starts : 0;
}

static void note(struct pace *pace, int64_t now_us)
{
    pace->spent_us = spent_us(pace, now_us);
    pace->noted_us = now_us;
}

size_t pace_room(const struct pace *pace, int64_t now_us)
{
    double room = ROOM_FACTOR * pace->limits.rate * occupancy_us(pace, now_us) / 1e6 + ROOM_MIN;

    room *= pace->squeeze;
    if (room > pace->limits.in_flight_max)
        room = pace->limits.in_flight_max;
    return room < 1 ? 1 : (size_t)room;
}

bool pace_has_room(const struct pace *pace, int64_t now_us)
{
    return pace->in_flight < pace_room(pace, now_us);
}

void pace_started(struct pace *pace, int64_t now_us)
{
    double gap_us = 1e6 / pace->limits.rate;

    if (pace->on_trial && gap_us < TRIAL_GAP_US)
        gap_us = TRIAL_GAP_US;
    gap_us *= 0.5 + random_share(pace); /* the mean stays */
    if (pace->next_us < now_us - BURST_US)
        pace->next_us = now_us - BURST_US;
    pace->next_us += (int64_t)gap_us;
    note(pace, now_us);
    pace->spent_us *= 1 - WEIGHT;
    pace->starts = pace->starts * (1 - WEIGHT) + 1;
    pace->in_flight++;
}

static void squeeze(struct pace *pace, int64_t now_us)
{
    pace->squeeze = pace->squeeze / 2 > SQUEEZE_MIN ? pace->squeeze / 2 : SQUEEZE_MIN;
    if (pace->on_trial || pace->squeeze > SQUEEZE_FLOOR)
        return;
    pace->on_trial = true;
    pace->trials = (struct shortage){ 0 };
    pace->trials_from_us = now_us; /* what started before was no trial */
    pace->next_us = now_us + TRIAL_GAP_US;
}

void pace_ended(struct pace *pace, int64_t started_us, int64_t now_us, bool ours)
{
    note(pace, now_us);
    pace->in_flight--;
    if (pace->on_trial && started_us > pace->trials_from_us)
        shortage_note(&pace->trials, ours);
    if (ours) {
        squeeze(pace, now_us);
        return;
    }
    pace->squeeze += (1 - pace->squeeze) * WEIGHT;
    pace->on_trial = pace->on_trial && pace->squeeze <= SQUEEZE_TRUSTED;
}

bool pace_is_helpless(const struct pace *pace)
{
    return pace->on_trial && shortage_is_rule(&pace->trials, TRIALS);
}

size_t pace_in_flight(const struct pace *pace)
{
    return pace->in_flight;
}
