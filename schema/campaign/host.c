#include "schema/campaign/host.h"

#include <arpa/inet.h>
#include <string.h>

static const char *const relevances[] = {
    [RELEVANCE_UNKNOWN] = "unknown",
    [RELEVANCE_TALKS] = "talks",
    [RELEVANCE_MAY] = "may",
    [RELEVANCE_EXCLUDED] = "excluded",
};

const char *relevance_name(enum relevance relevance)
{
    return relevances[relevance];
}

struct judgement host_running(struct judgement now, const struct judgement *before)
{
    struct judgement judgement = before != NULL ? *before : judgement_of("restart-needed", now.evidence);

    if (verdict_worse(judgement.verdict, now.verdict) == now.verdict)
        return now;
    judgement.reason = "restart-needed";
    judgement.ended = now.ended;
    return judgement;
}

static bool same_address(const char *a, const char *b)
{
    unsigned char left[16], right[16];

    if (inet_pton(AF_INET, a, left) == 1)
        return inet_pton(AF_INET, b, right) == 1 && memcmp(left, right, 4) == 0;
    return inet_pton(AF_INET6, a, left) == 1 && inet_pton(AF_INET6, b, right) == 1 &&
           memcmp(left, right, 16) == 0;
}

size_t host_endpoint_of(const struct campaign *campaign, const char *address)
{
    static const int preference[] = {
        [USE_PRODUCTION] = 0, [USE_SANDBOX] = 1, [USE_VALIDATION] = 2, [USE_FALLBACK] = 3
    };
    size_t found = SIZE_MAX;

    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        const struct campaign_endpoint *endpoint = &campaign->endpoints[i];

        for (size_t at = 0; at < endpoint->addresses.count; at++) {
            if (same_address(endpoint->addresses.items[at], address) &&
                (found == SIZE_MAX || preference[endpoint->use] > preference[campaign->endpoints[found].use]))
                found = i;
        }
    }
    return found;
}

struct judgement host_bound(struct judgement judgement, const struct campaign *campaign, size_t phase,
                            size_t endpoint, int64_t at)
{
    const struct campaign_phase *row = &campaign->phases[phase];
    const struct campaign_endpoint *fallback = &campaign->endpoints[endpoint];
    bool ended = at >= row->end;
    struct judgement bound = judgement_of("bound-to-fallback", judgement.evidence);

    if (fallback->use != USE_FALLBACK || fallback->until >= row->end ||
        judgement.verdict == VERDICT_NOT_READY)
        return judgement;
    if (fallback->until > (ended ? row->starts : at))
        bound.valid_until = fallback->until;
    bound.ended = judgement.ended;
    bound.chain = fallback->chain;
    return bound;
}

struct judgement host_judge(const struct host_client *clients, size_t count)
{
    struct judgement host = judgement_of("no-client", EVIDENCE_NONE);
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        struct judgement judgement = clients[i].judgement;

        if (clients[i].relevance == RELEVANCE_EXCLUDED)
            continue;
        if (clients[i].unclaimed) {
            if (judgement.verdict == VERDICT_READY)
                continue;
            judgement = judgement_of("unclaimed-store", judgement.evidence);
            judgement.ended = clients[i].judgement.ended;
        }
        if (!any || judgement_outweighs(&judgement, &host))
            host = judgement;
        any = true;
    }
    return host;
}
