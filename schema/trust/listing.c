#include "schema/trust/listing.h"

#include <stdlib.h>

#define DEPTH_MAX 32

/* Steps of a walk through a graph with cycles, where nothing can be counted ahead: a second of work. */
#define STEPS_MAX 200000

struct walker {
    struct pool *pool;
    listing_visitor *visit;
    void *context;
    size_t depth;    /* the bound on it */
    uint64_t *ways;  /* [member * (depth + 1) + certificates left]: paths upwards, plus one; 0: not counted */
    uint8_t *colour; /* of a member: 0 new, 1 on the way, 2 done */
    bool *reaches;   /* of a member: some walk from it meets an anchor */
    size_t *queue;   /* members that can be reached at all */
    size_t queued;
    bool cyclic;
    size_t
        exact; /* only ways of so many certificates are visited; 0: all. Short ones first where there are cycles */
    bool stuck_only; /* no path is complete: dead ends are visited */
    bool over;       /* a bound was reached */
    size_t way[DEPTH_MAX];
    size_t visited, steps;
    struct listing *listing;
};

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static void explore(struct walker *walker)
{
    walker->queue[walker->queued++] = 0;
    walker->colour[0] = 1;
    for (size_t at = 0; at < walker->queued; at++) {
        const struct pool_member *member = pool_issuers(walker->pool, walker->queue[at]);

        for (size_t i = 0; i < member->issuer_count; i++) {
            size_t issuer = member->issuers[i].member;

            if (walker->colour[issuer] == 0)
                walker->queue[walker->queued++] = issuer;
            walker->colour[issuer] = 1;
        }
    }
}

/* Anchors downwards, until nothing changes: as many rounds as the graph is deep. */
static void mark_reaching(struct walker *walker)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t at = walker->queued; at-- > 0;) {
            size_t index = walker->queue[at];
            const struct pool_member *member = &walker->pool->members[index];
            bool reaches = member->anchor;

            for (size_t i = 0; i < member->issuer_count && !reaches; i++)
                reaches = walker->reaches[member->issuers[i].member];
            changed |= reaches && !walker->reaches[index];
            walker->reaches[index] |= reaches;
        }
    }
}

/* Members are taken away while nothing points at them; what is left lies on cycles or above them. */
static bool has_cycle(struct walker *walker)
{
    size_t *pointed = memory_new(walker->pool->count * sizeof(*pointed));
    size_t *free_ones = memory_new((walker->queued + 1) * sizeof(*free_ones)), count = 0, taken = 0;

    for (size_t at = 0; at < walker->queued; at++) {
        const struct pool_member *member = &walker->pool->members[walker->queue[at]];

        for (size_t i = 0; i < member->issuer_count; i++)
            pointed[member->issuers[i].member]++;
    }
    if (pointed[0] == 0)
        free_ones[count++] = 0;
    for (; taken < count; taken++) {
        const struct pool_member *member = &walker->pool->members[free_ones[taken]];

        for (size_t i = 0; i < member->issuer_count; i++) {
            if (--pointed[member->issuers[i].member] == 0)
                free_ones[count++] = member->issuers[i].member;
        }
    }
    free(pointed);
    free(free_ones);
    return taken < walker->queued;
}

/* Paths from `member` upwards with `left` certificates to come. The graph has no cycles here. */
static uint64_t count_ways(struct walker *walker, size_t index, size_t left)
{
    uint64_t *known = &walker->ways[index * (walker->depth + 1) + left];
    const struct pool_member *member = &walker->pool->members[index];
    uint64_t ways = member->anchor;

    if (*known != 0)
        return *known - 1;
    for (size_t i = 0; left > 0 && i < member->issuer_count; i++)
        ways = add_saturated(ways, count_ways(walker, member->issuers[i].member, left - 1));
    *known = add_saturated(ways, 1);
    return ways;
}

static bool on_way(const struct walker *walker, size_t count, size_t member)
{
    const struct fingerprint *key = certificate_key_identity(walker->pool->members[member].certificate);

    for (size_t i = 0; i < count; i++) {
        if (fingerprint_equal(certificate_key_identity(walker->pool->members[walker->way[i]].certificate),
                              key))
            return true;
    }
    return false;
}

static void visit(struct walker *walker, size_t count, bool anchored)
{
    if (walker->exact != 0 && walker->exact != count)
        return;
    if (walker->visited >= walker->pool->query->limits.listed) {
        walker->over = true;
        return;
    }
    walker->visited++;
    walker->listing->total += walker->cyclic && anchored;
    walker->visit(walker->context, walker->way, count, anchored);
}

/* Depth first; `count` members are on the way, the last of them just added. */
static void descend(struct walker *walker, size_t count)
{
    const struct pool_member *member = &walker->pool->members[walker->way[count - 1]];
    bool stuck = true;

    walker->over = walker->over || ++walker->steps > STEPS_MAX;
    if (walker->over)
        return;
    if (member->anchor && !walker->stuck_only)
        visit(walker, count, true);
    for (size_t i = 0; i < member->issuer_count && !walker->over; i++) {
        size_t issuer = member->issuers[i].member;

        if (on_way(walker, count, issuer) || (!walker->stuck_only && !walker->reaches[issuer]))
            continue;
        stuck = false;
        if (count >= walker->depth) {
            walker->listing->truncated = true;
            break;
        }
        if (count == walker->exact)
            break;
        walker->way[count] = issuer;
        descend(walker, count + 1);
    }
    if (stuck && walker->stuck_only)
        visit(walker, count, false);
}

/* Where there are cycles a walk may lose itself among ways that lead nowhere: short ones come first. */
static void descend_all(struct walker *walker)
{
    if (!walker->cyclic) {
        descend(walker, 1);
        return;
    }
    for (walker->exact = 1; walker->exact <= walker->depth && !walker->over; walker->exact++)
        descend(walker, 1);
}

struct listing listing_visit(struct pool *pool, listing_visitor *visit_one, void *context)
{
    struct listing listing = { 0 };
    struct walker walker = { .pool = pool, .visit = visit_one, .context = context, .listing = &listing };

    walker.depth = pool->query->limits.depth < DEPTH_MAX ? pool->query->limits.depth : DEPTH_MAX;
    walker.colour = memory_new(pool->count);
    walker.reaches = memory_new(pool->count * sizeof(*walker.reaches));
    walker.queue = memory_new(pool->count * sizeof(*walker.queue));
    explore(&walker);
    mark_reaching(&walker);
    walker.stuck_only = !walker.reaches[0];
    walker.cyclic = has_cycle(&walker);
    if (!walker.cyclic) {
        walker.ways = memory_new(pool->count * (walker.depth + 1) * sizeof(*walker.ways));
        listing.total = count_ways(&walker, 0, walker.depth - 1);
    }
    descend_all(&walker);
    listing.truncated |= walker.over || pool->exhausted ||
                         (!walker.cyclic && !walker.stuck_only && listing.total > walker.visited);
    free(walker.ways);
    free(walker.queue);
    free(walker.reaches);
    free(walker.colour);
    return listing;
}
