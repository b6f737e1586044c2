/* How a run stands: a line for the terminal each second, and the figures of its metadata at the end. */
#pragma once

#include <stdio.h>

#include "scanner/ledger.h"
#include "scanner/names.h"
#include "schema/base/json.h"

struct progress {
    const char *run;
    const struct totals *totals;
    uint64_t targets;        /* read so far */
    uint64_t records_before; /* of an earlier run that this one resumes */
    struct names_health resolver;
    int64_t started_at, elapsed_ms,
        oldest_ms; /* Unix seconds; since the start; of the oldest probe in flight */
    size_t in_flight, room, waiting, resolving;
    uint64_t written, unwritten, dropped; /* records; attempts that an interruption prevented */
    uint64_t bytes, rate;                 /* that the sink was given; probes a second that may begin */
    bool interrupted;
};

/* Over the previous line, without an end. */
void progress_print(const struct progress *progress, FILE *out);

/* Members of an open JSON object. */
void progress_write(const struct progress *progress, struct json *json);
