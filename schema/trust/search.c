#include "schema/trust/search.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "schema/trust/rule.h"
#include "schema/x509/constraint.h"

/* Labels of one search: 64 bytes each, 4 MiB. Real trust sets need a few hundred. */
#define LABELS_MAX (1 << 16)

/* CAs with name constraints that one search tells apart: one bit each. */
#define CONSTRAINED_MAX 64

#define NONE SIZE_MAX

/* One way from the leaf up to a member, that member included. */
struct label {
    size_t member;
    size_t below;    /* the label before it; NONE for the leaf */
    size_t next;     /* the next label of the same member */
    size_t depth;    /* certificates */
    size_t cas;      /* intermediates that are not self-issued: what path lengths count */
    uint64_t broken; /* constrained CAs that this way must not come by: some name below is outside */
};

/* What is known of a member while searching. */
struct place {
    size_t labels;   /* first of its labels */
    uint64_t broken; /* constraints that its own names break */
    uint64_t slot;   /* its own constraint's bit; 0 for none */
    bool visited, broken_known, untracked;
    int8_t ca, anchor; /* without problems in that place: 1 yes, 0 no, -1 not asked yet */
};

struct labels {
    struct pool *pool;
    struct label *items;
    size_t count;
    struct place *places; /* one a member */
    struct constraint *constraints[CONSTRAINED_MAX];
    size_t constraint_count;
    const char *bound;
};

/* Every member that any walk can reach, and a bit for each of them that constrains names. */
static void explore(struct labels *labels)
{
    struct pool *pool = labels->pool;
    size_t *queue = memory_new((pool->count + 1) * sizeof(*queue)), count = 1;

    labels->places[0].visited = true;
    for (size_t at = 0; at < count; at++) {
        const struct pool_member *member = pool_issuers(pool, queue[at]);
        struct constraint *constraint = queue[at] != 0 ? constraint_new(member->certificate) : NULL;

        if (constraint != NULL && labels->constraint_count < CONSTRAINED_MAX) {
            labels->places[queue[at]].slot = UINT64_C(1) << labels->constraint_count;
            labels->constraints[labels->constraint_count++] = constraint;
        } else if (constraint != NULL) {
            constraint_free(constraint);
            labels->places[queue[at]].untracked = true;
        }
        for (size_t i = 0; i < member->issuer_count; i++) {
            struct place *place = &labels->places[member->issuers[i].member];

            if (!place->visited)
                queue[count++] = member->issuers[i].member;
            place->visited = true;
        }
    }
    free(queue);
}

/*
 * Whether names alone lead to an anchor: without checking a signature, so that a crowd of namesakes
 * which hangs from nothing costs nothing.
 */
static bool names_reach_anchor(struct pool *pool)
{
    size_t *queue = memory_new((pool->count + 1) * sizeof(*queue)), count = 1;
    bool *queued = memory_new(pool->count * sizeof(*queued)), reached = false;

    queued[0] = true;
    for (size_t at = 0; at < count && !reached; at++) {
        size_t end, first = pool_find_subject(pool, pool->members[queue[at]].certificate, &end);

        reached = pool->members[queue[at]].anchor;
        if (first < end && queued[pool->by_subject[end - 1]] && queued[pool->by_subject[first]])
            continue; /* namesakes are queued together */
        for (; first < end; first++) {
            size_t issuer = pool->by_subject[first];

            if (!queued[issuer])
                queue[count++] = issuer;
            queued[issuer] = true;
        }
    }
    free(queued);
    free(queue);
    return reached;
}

static bool anchor_is_near(const struct labels *labels)
{
    for (size_t i = 0; i < labels->pool->count; i++) {
        if (labels->places[i].visited && labels->pool->members[i].anchor)
            return true;
    }
    return false;
}

/* Self-issued intermediates are free of constraints, a leaf never is (RFC 5280 section 6.1.3 b). */
static uint64_t broken_by(struct labels *labels, size_t member)
{
    struct place *place = &labels->places[member];
    const struct pool_member *of = &labels->pool->members[member];

    if (place->broken_known || (member != 0 && of->self_issued))
        return place->broken;
    place->broken_known = true;
    for (size_t i = 0; i < labels->constraint_count; i++) {
        enum constraint_result result = constraint_check(labels->constraints[i], of->certificate);

        if (result != CONSTRAINT_PERMITTED)
            place->broken |= UINT64_C(1) << i;
        if (result == CONSTRAINT_ENDLESS)
            labels->bound = "constraints-limit";
    }
    return place->broken;
}

static bool is_sound(struct labels *labels, size_t member, enum rule_place as)
{
    struct place *place = &labels->places[member];
    int8_t *known = as == RULE_ANCHOR ? &place->anchor : &place->ca;
    const struct pool_member *of = &labels->pool->members[member];

    if (as == RULE_LEAF || *known == -1) {
        const struct rule_subject subject = { .query = labels->pool->query,
                                              .certificate = of->certificate,
                                              .marks = of->marks,
                                              .place = as,
                                              .signature_counts =
                                                  as == RULE_CA || (as == RULE_LEAF && !of->anchor),
                                              .last = as == RULE_ANCHOR || (as == RULE_LEAF && of->anchor) };

        if (as == RULE_LEAF)
            return rule_problems(&subject) == 0;
        *known = rule_problems(&subject) == 0;
    }
    return *known == 1;
}

static bool length_allows(const struct labels *labels, size_t member, const struct label *below)
{
    long most = X509_get_pathlen(certificate_x509(labels->pool->members[member].certificate));

    return most < 0 || below->cas <= (size_t)most;
}

/* Whether `member` may stand above this way, as an intermediate or as its anchor. */
static bool may_follow(struct labels *labels, const struct label *below, size_t member, enum rule_place as)
{
    const struct place *place = &labels->places[member];
    const struct model *model = labels->pool->query->model;
    unsigned checks = as == RULE_ANCHOR ? model->anchor_checks : MODEL_ANCHOR_ALL;

    if (!is_sound(labels, member, as) ||
        (as == RULE_CA && model->cas_max != 0 && below->cas >= model->cas_max))
        return false;
    if ((checks & MODEL_ANCHOR_NAMES) != 0 && place->untracked) {
        labels->bound = "constraints-limit";
        return false;
    }
    return ((checks & MODEL_ANCHOR_NAMES) == 0 || (below->broken & place->slot) == 0) &&
           ((checks & MODEL_ANCHOR_LENGTH) == 0 || length_allows(labels, member, below));
}

/* Labels come in order of depth, so an earlier one is never longer. */
static bool is_needless(const struct labels *labels, const struct label *label)
{
    for (size_t at = labels->places[label->member].labels; at != NONE; at = labels->items[at].next) {
        const struct label *other = &labels->items[at];

        if (other->cas <= label->cas && (other->broken & ~label->broken) == 0)
            return true;
    }
    return false;
}

static void add_label(struct labels *labels, struct label label)
{
    if (is_needless(labels, &label))
        return;
    if (labels->count >= LABELS_MAX) {
        labels->bound = "search-limit";
        return;
    }
    label.next = labels->places[label.member].labels;
    labels->places[label.member].labels = labels->count;
    labels->items = array_grow(labels->items, labels->count, sizeof(*labels->items));
    labels->items[labels->count++] = label;
}

/* The way up to label `top`, and the anchor above it unless that is the label's own member. */
static void take_path(const struct labels *labels, size_t top, size_t anchor, struct search *search)
{
    size_t at = labels->items[top].depth;

    search->count = at + (anchor != NONE);
    search->members = memory_new(search->count * sizeof(*search->members));
    if (anchor != NONE)
        search->members[at] = anchor;
    for (size_t label = top; label != NONE; label = labels->items[label].below)
        search->members[--at] = labels->items[label].member;
}

/* All steps up from one label. True when one of them ends at an anchor. */
static bool climb(struct labels *labels, size_t from, struct search *search)
{
    const struct pool_member *member = pool_issuers(labels->pool, labels->items[from].member);

    for (size_t i = 0; i < member->issuer_count; i++) {
        const struct label below = labels->items[from]; /* a copy: the array may move */
        size_t issuer = member->issuers[i].member;
        const struct pool_member *above = &labels->pool->members[issuer];

        if (!member->issuers[i].key_id_fits)
            continue;
        if (below.depth >= labels->pool->query->limits.depth) {
            labels->bound = "depth-limit";
            continue;
        }
        if (above->anchor && may_follow(labels, &below, issuer, RULE_ANCHOR)) {
            take_path(labels, from, issuer, search);
            return true;
        }
        if (may_follow(labels, &below, issuer, RULE_CA))
            add_label(labels, (struct label){ .member = issuer,
                                              .below = from,
                                              .depth = below.depth + 1,
                                              .cas = below.cas + !above->self_issued,
                                              .broken = below.broken | broken_by(labels, issuer) });
    }
    return false;
}

static void run(struct labels *labels, struct search *search)
{
    if (!is_sound(labels, 0, RULE_LEAF))
        return;
    if (labels->pool->members[0].anchor) {
        add_label(labels, (struct label){ .below = NONE, .depth = 1 });
        take_path(labels, 0, NONE, search);
        return;
    }
    if (!names_reach_anchor(labels->pool))
        return;
    explore(labels);
    if (labels->pool->exhausted)
        labels->bound = "signature-limit";
    else if (!anchor_is_near(labels))
        return; /* nothing to be found, however far one looked */
    add_label(labels, (struct label){ .below = NONE, .depth = 1, .broken = broken_by(labels, 0) });
    for (size_t at = 0; at < labels->count; at++) {
        if (climb(labels, at, search))
            return;
    }
}

void search_valid(struct pool *pool, struct search *search)
{
    struct labels labels = { .pool = pool, .places = memory_new(pool->count * sizeof(*labels.places)) };

    *search = (struct search){ 0 };
    for (size_t i = 0; i < pool->count; i++)
        labels.places[i] = (struct place){ .labels = NONE, .ca = -1, .anchor = -1 };
    run(&labels, search);
    if (search->members == NULL)
        search->bound = labels.bound;
    for (size_t i = 0; i < labels.constraint_count; i++)
        constraint_free(labels.constraints[i]);
    free(labels.items);
    free(labels.places);
}
