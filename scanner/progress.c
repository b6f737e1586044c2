#include "scanner/progress.h"

#include <inttypes.h>

#include "schema/base/clock.h"

void progress_print(const struct progress *progress, FILE *out)
{
    const struct totals *totals = progress->totals;
    uint64_t rate = progress->elapsed_ms > 0
                        ? (totals->records - progress->records_before) * 1000 / (uint64_t)progress->elapsed_ms
                        : 0;

    fprintf(out,
            "\r\033[K%" PRId64 " s: %" PRIu64 " targets, %" PRIu64 " records (%" PRIu64 " ok), %" PRIu64
            "/s, in flight %zu of %zu, oldest %.1f s, waiting %zu, resolving %zu, resolver %" PRIu64
            " of %" PRIu64 ", unwritten %" PRIu64,
            progress->elapsed_ms / 1000, progress->targets, totals->records,
            totals->outcomes[STAGE_DONE][CLASS_OK], rate, progress->in_flight, progress->room,
            (double)progress->oldest_ms / 1000, progress->waiting, progress->resolving,
            progress->resolver.answered, progress->resolver.asked, progress->unwritten);
    fflush(out);
}

void progress_write(const struct progress *progress, struct json *json)
{
    json_key_text(json, "run", progress->run);
    json_key_instant(json, "started_at", progress->started_at);
    json_key_instant(json, "ended_at", clock_now());
    json_key_number(json, "elapsed_ms", progress->elapsed_ms);
    json_key_number(json, "targets", (int64_t)progress->targets);
    json_key_number(json, "written", (int64_t)progress->written);
    json_key_bool(json, "interrupted", progress->interrupted);
    json_key_number(json, "dropped", (int64_t)progress->dropped);
    totals_write(progress->totals, json);
    json_key(json, "resolver");
    json_object(json);
    json_key_number(json, "asked", (int64_t)progress->resolver.asked);
    json_key_number(json, "answered", (int64_t)progress->resolver.answered);
    json_key_number(json, "late", (int64_t)progress->resolver.late);
    json_object_end(json);
}
