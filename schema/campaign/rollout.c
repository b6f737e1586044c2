#include "schema/campaign/rollout.h"

#include <stdlib.h>
#include <string.h>

static size_t find_chain(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; name != NULL && i < campaign->chain_count; i++) {
        if (strcmp(campaign->chains[i].name, name) == 0)
            return i;
    }
    return ROLLOUT_OTHER;
}

static const struct campaign_endpoint *find_endpoint(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        if (strcmp(campaign->endpoints[i].name, name) == 0)
            return &campaign->endpoints[i];
    }
    return NULL;
}

static bool rolls_out(const struct campaign_phase *phase, size_t chain)
{
    for (size_t i = 0; i < phase->rollout_count; i++) {
        if (phase->rollout[i].chain == chain)
            return true;
    }
    return false;
}

/* Greater is newer; -1 for a chain that no phase serves. */
static int64_t age_rank(const struct campaign *campaign, size_t chain)
{
    for (size_t i = 0; i < campaign->phase_count; i++) {
        const struct campaign_phase *phase = &campaign->phases[i];

        for (size_t j = 0; j < phase->serves_count; j++) {
            size_t rolled_out = rolls_out(phase, chain) ? phase->serves_count : 0;

            if (phase->serves[j] == chain)
                return (int64_t)(i * 2 * campaign->chain_count + rolled_out + j);
        }
    }
    return -1;
}

static const struct campaign_phase *running_phase(const struct campaign *campaign, int64_t at)
{
    for (size_t i = 0; i < campaign->phase_count; i++) {
        if (campaign->phases[i].starts <= at && at < campaign->phases[i].end)
            return &campaign->phases[i];
    }
    return NULL;
}

static bool concerns(const struct campaign *campaign, const struct campaign_phase *phase,
                     const struct campaign_endpoint *endpoint)
{
    if (endpoint == NULL || phase->endpoint_count == 0)
        return true;
    for (size_t i = 0; i < phase->endpoint_count; i++) {
        if (&campaign->endpoints[phase->endpoints[i]] == endpoint)
            return true;
    }
    return false;
}

/* The newest step of the chain; without one -1. */
static int stepped(const struct campaign_phase *phase, size_t chain, int64_t at)
{
    int percent = -1;

    for (size_t i = 0; i < phase->rollout_count; i++) {
        if (phase->rollout[i].chain == chain)
            percent = phase->rollout[i].from <= at ? phase->rollout[i].percent : percent < 0 ? 0 : percent;
    }
    return percent;
}

/* What is not rolled out has the rest; where several share it the campaign does not say how. */
static int percent_of(const struct campaign_phase *phase, size_t chain, int64_t at)
{
    int own = stepped(phase, chain, at), rest = 100;
    size_t sharing = 0;

    if (own >= 0)
        return own;
    for (size_t i = 0; i < phase->serves_count; i++) {
        int percent = stepped(phase, phase->serves[i], at);

        rest -= percent > 0 ? percent : 0;
        sharing += percent < 0;
    }
    return sharing == 1 && rest >= 0 ? rest : ROLLOUT_UNPLANNED;
}

/* What an endpoint is held against. */
struct plan {
    const struct campaign_phase *phase;
    size_t own_chain; /* ROLLOUT_OTHER: the phase's */
    bool production;
};

static struct plan plan_of(const struct campaign *campaign, const char *name, int64_t at)
{
    const struct campaign_endpoint *endpoint = find_endpoint(campaign, name);
    struct plan plan = { running_phase(campaign, at), ROLLOUT_OTHER, *name == '\0' };

    if (endpoint != NULL) {
        plan.production = endpoint->use == USE_PRODUCTION;
        if (endpoint->use == USE_VALIDATION || endpoint->use == USE_FALLBACK)
            plan.own_chain = endpoint->chain;
    }
    if (plan.own_chain != ROLLOUT_OTHER || (plan.phase != NULL && !concerns(campaign, plan.phase, endpoint)))
        plan.phase = NULL;
    return plan;
}

static bool is_planned(const struct plan *plan, size_t chain)
{
    if (plan->own_chain != ROLLOUT_OTHER)
        return chain == plan->own_chain;
    if (plan->phase == NULL)
        return true;
    for (size_t i = 0; i < plan->phase->serves_count; i++) {
        if (plan->phase->serves[i] == chain)
            return true;
    }
    return false;
}

static unsigned mark(const struct campaign *campaign, const struct plan *plan, const struct rollout_row *row)
{
    size_t chain = find_chain(campaign, row->chain);
    unsigned marks = 0;

    if (!row->named)
        return 0;
    if (!is_planned(plan, chain))
        marks |= ROLLOUT_STRAY;
    for (size_t i = 0; chain != ROLLOUT_OTHER && i < row->before.count; i++) {
        if (age_rank(campaign, find_chain(campaign, row->before.items[i])) > age_rank(campaign, chain))
            marks |= ROLLOUT_REGRESSED;
    }
    return marks;
}

static struct rollout_share *share_of(struct rollout_endpoint *endpoint, size_t chain)
{
    for (size_t i = 0; i < endpoint->share_count; i++) {
        if (endpoint->shares[i].chain == chain)
            return &endpoint->shares[i];
    }
    endpoint->shares = array_grow(endpoint->shares, endpoint->share_count, sizeof(*endpoint->shares));
    endpoint->shares[endpoint->share_count] =
        (struct rollout_share){ .chain = chain, .planned = ROLLOUT_UNPLANNED };
    return &endpoint->shares[endpoint->share_count++];
}

/* What is planned is there also where nobody serves it yet. */
static void begin_endpoint(struct rollout_endpoint *endpoint, const char *name, const struct plan *plan,
                           int64_t at)
{
    *endpoint = (struct rollout_endpoint){ .name = name, .phase = plan->phase };
    if (plan->own_chain != ROLLOUT_OTHER)
        share_of(endpoint, plan->own_chain)->planned = 100;
    for (size_t i = 0; plan->phase != NULL && i < plan->phase->serves_count; i++) {
        size_t chain = plan->phase->serves[i];

        share_of(endpoint, chain)->planned = percent_of(plan->phase, chain, at);
    }
}

static void add_row(struct rollout_endpoint *endpoint, const struct campaign *campaign,
                    const struct rollout_row *row)
{
    endpoint->places += row->places;
    if (row->named)
        share_of(endpoint, find_chain(campaign, row->chain))->places += row->places;
    else
        endpoint->unknown += row->places;
}

static int compare_shares(const void *a, const void *b)
{
    const struct rollout_share *left = a, *right = b;

    return left->chain < right->chain ? -1 : left->chain > right->chain;
}

static void end_endpoint(struct rollout_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->share_count; i++) {
        struct rollout_share *share = &endpoint->shares[i];

        share->high = 1;
        if (endpoint->places == 0)
            continue;
        share->low = (double)share->places / (double)endpoint->places;
        share->high = (double)(share->places + endpoint->unknown) / (double)endpoint->places;
    }
    if (endpoint->share_count > 0)
        qsort(endpoint->shares, endpoint->share_count, sizeof(*endpoint->shares), compare_shares);
}

struct rollout *rollout_new(const struct campaign *campaign, int64_t at, const struct rollout_row *rows,
                            size_t count)
{
    struct rollout *rollout = memory_new(sizeof(*rollout));
    struct plan all = { running_phase(campaign, at), ROLLOUT_OTHER, true };

    rollout->marks = memory_new((count + 1) * sizeof(*rollout->marks));
    rollout->endpoints = memory_new((count + 1) * sizeof(*rollout->endpoints));
    begin_endpoint(&rollout->whole, NULL, &all, at);
    for (size_t i = 0; i < count; i++) {
        struct plan plan = plan_of(campaign, rows[i].endpoint, at);

        if (i == 0 || strcmp(rows[i].endpoint, rows[i - 1].endpoint) != 0)
            begin_endpoint(&rollout->endpoints[rollout->endpoint_count++], rows[i].endpoint, &plan, at);
        add_row(&rollout->endpoints[rollout->endpoint_count - 1], campaign, &rows[i]);
        if (plan.production && plan.phase == all.phase)
            add_row(&rollout->whole, campaign, &rows[i]);
        rollout->marks[i] = mark(campaign, &plan, &rows[i]);
    }
    for (size_t i = 0; i < rollout->endpoint_count; i++)
        end_endpoint(&rollout->endpoints[i]);
    end_endpoint(&rollout->whole);
    return rollout;
}

void rollout_free(struct rollout *rollout)
{
    if (rollout == NULL)
        return;
    for (size_t i = 0; i < rollout->endpoint_count; i++)
        free(rollout->endpoints[i].shares);
    free(rollout->endpoints);
    free(rollout->whole.shares);
    free(rollout->marks);
    free(rollout);
}
