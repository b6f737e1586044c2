/*
 * How fast, and how much at once: a rate per second with jitter, and a number in flight that follows from the rate
 * and from how long probes really take, ended or not (Little's law). Our own shortages squeeze it, down to one trial each half a
 * second; when most of these fail too, there is no point in going on. Pure: the time is an argument, in microseconds
 * of any clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/shortage.h"

struct pace_limits {
    int rate;          /* probes started per second */
    int in_flight_max; /* what descriptors allow */
    uint64_t seed;     /* of the jitter */
};

struct pace;

struct pace *pace_new(const struct pace_limits *limits, int64_t now_us);
void pace_free(struct pace *pace);

/* Microseconds until another probe may start by the rate; 0: now. */
int64_t pace_wait_us(const struct pace *pace, int64_t now_us);

/* Whether one more may be in flight. */
bool pace_has_room(const struct pace *pace, int64_t now_us);

/*
 * Each start has one end. An end by our own shortage (`ours`) halves the number in flight, which then
 * grows again by what is measured.
 */
void pace_started(struct pace *pace, int64_t now_us);
void pace_ended(struct pace *pace, int64_t started_us, int64_t now_us, bool ours);

size_t pace_in_flight(const struct pace *pace);
size_t pace_room(const struct pace *pace, int64_t now_us); /* how many may be in flight at present */

/* Most trials fail by our own shortage, however few are made. */
bool pace_is_helpless(const struct pace *pace);
