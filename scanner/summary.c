#include "scanner/summary.h"

#include <inttypes.h>
#include <stdlib.h>

/* Lines of each part; what does not fit is counted. */
#define OUTCOMES_SHOWN 10
#define ENDPOINTS_SHOWN 8
#define STRAYS_SHOWN 6

struct outcome_count {
    enum outcome_stage stage;
    enum outcome_class class;
    uint64_t count;
};

static int most_first(const void *a, const void *b)
{
    const struct outcome_count *left = a, *right = b;

    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return left->stage != right->stage ? (int)left->stage - (int)right->stage
                                       : (int)left->class - (int)right->class;
}

static void write_count(struct text *out, const char *name, uint64_t count, uint64_t all)
{
    text_format(out, "  %-28s %10" PRIu64 "  %5.1f %%\n", name, count, 100.0 * (double)count / (double)all);
}

static void write_outcomes(const struct totals *totals, struct text *out)
{
    struct outcome_count counts[STAGES * CLASSES];
    size_t count = 0;
    uint64_t rest = 0;

    for (int stage = 0; stage < STAGES; stage++) {
        for (int class = 0; class < CLASSES; class ++) {
            if (totals->outcomes[stage][class] > 0)
                counts[count++] =
                    (struct outcome_count){ (enum outcome_stage)stage, (enum outcome_class) class,
                                            totals->outcomes[stage][class] };
        }
    }
    qsort(counts, count, sizeof(counts[0]), most_first);
    for (size_t i = 0; i < count && i < OUTCOMES_SHOWN; i++) {
        char name[64];

        snprintf(name, sizeof(name), "%s/%s", outcome_stage_name(counts[i].stage),
                 outcome_class_name(counts[i].class));
        write_count(out, name, counts[i].count, totals->records);
    }
    for (size_t i = OUTCOMES_SHOWN; i < count; i++)
        rest += counts[i].count;
    if (rest > 0)
        write_count(out, "others", rest, totals->records);
}

static const char *chain_name(const struct tally *tally, size_t chain)
{
    return chain != ROLLOUT_OTHER ? tally->campaign->chains[chain].name : "none of the campaign's chains";
}

static const char *endpoint_name(const char *name)
{
    return *name != '\0' ? name : "the list";
}

static double percent(int64_t part, int64_t all)
{
    return 100.0 * (double)part / (double)all;
}

static void write_endpoint(const struct tally *tally, const struct rollout_endpoint *endpoint,
                           struct text *out)
{
    text_format(out, "  %s", endpoint_name(endpoint->name));
    if (endpoint->phase != NULL)
        text_format(out, ", phase %s", endpoint->phase->name);
    text_format(out, ": %" PRId64 " place%s", endpoint->places, endpoint->places == 1 ? "" : "s");
    for (size_t i = 0; i < endpoint->share_count; i++) {
        const struct rollout_share *share = &endpoint->shares[i];

        text_format(out, ", %s %.3g %%", chain_name(tally, share->chain),
                    percent(share->places, endpoint->places));
        if (share->planned != ROLLOUT_UNPLANNED)
            text_format(out, " (planned %d %%)", share->planned);
    }
    if (endpoint->unknown > 0)
        text_format(out, ", unknown %.3g %%", percent(endpoint->unknown, endpoint->places));
    text_add(out, "\n");
}

static void write_stray(const struct tally *tally, const struct tally_row *row, struct text *out)
{
    text_format(out, "  %s: %s is not planned, served by", endpoint_name(row->endpoint),
                chain_name(tally, row->chain));
    for (size_t i = 0; i < row->first.count; i++)
        text_format(out, "%s %s", i > 0 ? "," : "", row->first.items[i]);
    if ((size_t)row->places > row->first.count)
        text_format(out, " and %" PRId64 " more", row->places - (int64_t)row->first.count);
    text_add(out, "\n");
}

static void write_rollout(struct tally *tally, int64_t at, struct text *out)
{
    struct rollout_row *rows = tally_rollout_rows(tally);
    struct rollout *rollout = rollout_new(tally->campaign, at, rows, tally->row_count);
    size_t strays = 0;

    text_add(out, "Chains served\n");
    for (size_t i = 0; i < rollout->endpoint_count && i < ENDPOINTS_SHOWN; i++)
        write_endpoint(tally, &rollout->endpoints[i], out);
    if (rollout->endpoint_count > ENDPOINTS_SHOWN)
        text_format(out, "  and %zu more endpoints\n", rollout->endpoint_count - ENDPOINTS_SHOWN);
    for (size_t i = 0; i < tally->row_count; i++) {
        if ((rollout->marks[i] & ROLLOUT_STRAY) != 0 && strays++ < STRAYS_SHOWN)
            write_stray(tally, &tally->rows[i], out);
    }
    if (strays > STRAYS_SHOWN)
        text_format(out, "  and %zu more that are not planned\n", strays - STRAYS_SHOWN);
    rollout_free(rollout);
    free(rows);
}

static void write_names(const struct tally *tally, const struct totals *totals, struct text *out)
{
    text_format(out, "Names whose addresses serve different chains: %" PRIu64 " of %" PRIu64 "\n",
                totals->names_different, totals->names_different + totals->names_alike);
    for (size_t i = 0; i < tally->names.count; i++)
        text_format(out, "  %s\n", tally->names.items[i]);
    if (totals->names_different > tally->names.count)
        text_format(out, "  and %" PRIu64 " more\n", totals->names_different - tally->names.count);
}

void summary_write(const struct progress *progress, struct tally *tally, int64_t at, struct text *out)
{
    const struct totals *totals = progress->totals;

    text_format(out, "%" PRIu64 " targets, %" PRIu64 " records, %" PRIu64 " certificates, %.1f s\n",
                progress->targets, totals->records, totals->certificates,
                (double)progress->elapsed_ms / 1000);
    if (totals->records == 0)
        return;
    write_outcomes(totals, out);
    if (tally->campaign != NULL && tally->row_count > 0)
        write_rollout(tally, at, out);
    if (totals->unexamined > 0)
        text_format(out, "Chains that there was no time to look at: %" PRIu64 "\n", totals->unexamined);
    if (totals->names_different > 0)
        write_names(tally, totals, out);
}
