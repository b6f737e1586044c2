#include "schema/trust/search.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "schema/trust/rule.h"
#include "schema/x509/constraint.h"
#include "schema/x509/policy.h"

/* Labels of one search: 80 bytes each, 5 MiB. Real trust sets need a few hundred. */
#define LABELS_MAX (1 << 16)

/* Name constraints that one search tells apart: one bit each, twice what a mesh of twelve CAs can hold. */
#define CONSTRAINED_MAX 256
#define MASK_WORDS (CONSTRAINED_MAX / 64)

#define NONE SIZE_MAX

/* A set of constraints. */
struct mask {
    uint64_t words[MASK_WORDS];
};

/* One way from the leaf up to a member, that member included. */
struct label {
    size_t member;
    size_t below;       /* the label before it; NONE for the leaf */
    size_t next;        /* the number of the next label of the same member; 0 for none */
    uint32_t depth;     /* certificates */
    uint32_t cas;       /* intermediates that are not self-issued: what path lengths count */
    struct mask broken; /* constraints that this way must not come by: some name below is outside */
    bool needless;      /* one that came after it is no worse */
};

/* Whether a member is without problems in some place of a path. */
enum soundness { SOUND_NOT_ASKED, SOUND_YES, SOUND_NO };

/* What is known of a member while searching. All zero for most of them, which no way comes by. */
struct place {
    size_t labels;      /* the number of the first of its labels; 0 for none */
    size_t slot;        /* the number of its own constraint; 0 for none */
    struct mask broken; /* constraints that its own names break */
    struct mask above;  /* constraints that a way from here may come by */
    bool visited, broken_known, untracked;
    enum soundness ca, anchor;
};

/* A constraint, and its text: equal ones share a bit. */
struct tracked {
    struct constraint *constraint;
    const ASN1_OCTET_STRING *text;
};

struct labels {
    struct pool *pool;
    struct label *items;
    size_t count;
    size_t *reached; /* members, in the order in which they were reached */
    size_t reached_count;
    struct place *places;        /* one a member */
    struct tracked *constraints; /* bit i of a mask is number i + 1 of a slot */
    size_t constraint_count;
    const char *bound;
};

static bool mask_has(const struct mask *mask, size_t slot)
{
    return slot != 0 && (mask->words[(slot - 1) / 64] >> (slot - 1) % 64 & 1) != 0;
}

static void mask_set(struct mask *mask, size_t slot)
{
    if (slot != 0)
        mask->words[(slot - 1) / 64] |= UINT64_C(1) << (slot - 1) % 64;
}

/* True when that made a difference. */
static bool mask_add(struct mask *mask, const struct mask *other)
{
    bool more = false;

    for (size_t i = 0; i < MASK_WORDS; i++) {
        more = more || (other->words[i] & ~mask->words[i]) != 0;
        mask->words[i] |= other->words[i];
    }
    return more;
}

static bool mask_within(const struct mask *mask, const struct mask *other)
{
    for (size_t i = 0; i < MASK_WORDS; i++) {
        if ((mask->words[i] & ~other->words[i]) != 0)
            return false;
    }
    return true;
}

/* The constraint of this member among those that are told apart. */
static void track_constraint(struct labels *labels, size_t member)
{
    X509 *x509 = certificate_x509(labels->pool->members[member].certificate);
    struct place *place = &labels->places[member];
    int at = X509_get_ext_by_NID(x509, NID_name_constraints, -1);
    const ASN1_OCTET_STRING *text;

    if (at < 0)
        return;
    text = X509_EXTENSION_get_data(X509_get_ext(x509, at));
    for (size_t i = 0; i < labels->constraint_count && place->slot == 0; i++) {
        if (ASN1_STRING_cmp(labels->constraints[i].text, text) == 0)
            place->slot = i + 1;
    }
    if (place->slot != 0)
        return;
    place->untracked = labels->constraint_count == CONSTRAINED_MAX;
    if (place->untracked)
        return;
    labels->constraints =
        array_grow(labels->constraints, labels->constraint_count, sizeof(*labels->constraints));
    labels->constraints[labels->constraint_count++] =
        (struct tracked){ constraint_new(labels->pool->members[member].certificate), text };
    place->slot = labels->constraint_count;
}

/* What stands above decides which constraints are worth remembering; from the top down, as often as it changes. */
static void look_above(struct labels *labels)
{
    for (bool more = labels->constraint_count > 0; more;) {
        more = false;
        for (size_t at = labels->reached_count; at-- > 0;) {
            const struct pool_member *member = &labels->pool->members[labels->reached[at]];
            struct place *place = &labels->places[labels->reached[at]];

            for (size_t i = 0; i < member->issuer_count; i++) {
                const struct place *issuer = &labels->places[member->issuers[i].member];
                struct mask above = issuer->above;

                mask_set(&above, issuer->slot);
                more |= mask_add(&place->above, &above);
            }
        }
    }
}

/* Every member that any walk can reach, and what is to be known of the constraints on it. */
static void explore(struct labels *labels)
{
    struct pool *pool = labels->pool;

    labels->reached = memory_new((pool->count + 1) * sizeof(*labels->reached));
    labels->reached_count = 1;
    labels->places[0].visited = true;
    for (size_t at = 0; at < labels->reached_count; at++) {
        const struct pool_member *member = pool_issuers(pool, labels->reached[at]);

        if (at > 0)
            track_constraint(labels, labels->reached[at]);
        for (size_t i = 0; i < member->issuer_count; i++) {
            struct place *place = &labels->places[member->issuers[i].member];

            if (!place->visited)
                labels->reached[labels->reached_count++] = member->issuers[i].member;
            place->visited = true;
        }
    }
    look_above(labels);
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
static struct mask broken_by(struct labels *labels, size_t member)
{
    struct place *place = &labels->places[member];
    const struct pool_member *of = &labels->pool->members[member];

    if (place->broken_known || (member != 0 && of->self_issued))
        return place->broken;
    place->broken_known = true;
    for (size_t i = 0; i < labels->constraint_count; i++) {
        enum constraint_result result =
            mask_has(&place->above, i + 1)
                ? constraint_check(labels->constraints[i].constraint, of->certificate)
                : CONSTRAINT_PERMITTED;

        if (result != CONSTRAINT_PERMITTED)
            mask_set(&place->broken, i + 1);
        if (result == CONSTRAINT_ENDLESS)
            labels->bound = "constraints-limit";
    }
    return place->broken;
}

static bool has_problems(struct labels *labels, size_t member, enum rule_place as)
{
    bool anchored_leaf = as == RULE_LEAF && labels->pool->members[member].anchor;

    return pool_problems(labels->pool, member, as, as != RULE_ANCHOR && !anchored_leaf,
                         as == RULE_ANCHOR || anchored_leaf) != 0;
}

static bool is_sound(struct labels *labels, size_t member, enum rule_place as)
{
    struct place *place = &labels->places[member];
    enum soundness *known = as == RULE_ANCHOR ? &place->anchor : &place->ca;

    if (as == RULE_LEAF)
        return !has_problems(labels, member, as);
    if (*known == SOUND_NOT_ASKED)
        *known = has_problems(labels, member, as) ? SOUND_NO : SOUND_YES;
    return *known == SOUND_YES;
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
    return ((checks & MODEL_ANCHOR_NAMES) == 0 || !mask_has(&below->broken, place->slot)) &&
           ((checks & MODEL_ANCHOR_LENGTH) == 0 || length_allows(labels, member, below));
}

/* Labels come in order of depth, so an earlier one is never longer. A later one may do for some of them. */
static bool is_needless(const struct labels *labels, const struct label *label)
{
    for (size_t at = labels->places[label->member].labels; at != 0; at = labels->items[at - 1].next) {
        struct label *other = &labels->items[at - 1];

        if (other->cas <= label->cas && mask_within(&other->broken, &label->broken))
            return true;
        if (label->depth <= other->depth && label->cas <= other->cas &&
            mask_within(&label->broken, &other->broken))
            other->needless = true;
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
    labels->items = array_grow(labels->items, labels->count, sizeof(*labels->items));
    labels->items[labels->count++] = label;
    labels->places[label.member].labels = labels->count;
}

/* The label of `issuer` above another; constraints that no way from there comes by are forgotten. */
static struct label label_above(struct labels *labels, size_t from, size_t issuer)
{
    const struct label *below = &labels->items[from];
    struct label label = { .member = issuer,
                           .below = from,
                           .depth = below->depth + 1,
                           .cas = below->cas + !labels->pool->members[issuer].self_issued,
                           .broken = below->broken };
    struct mask own = broken_by(labels, issuer);

    mask_add(&label.broken, &own);
    for (size_t i = 0; i < MASK_WORDS; i++)
        label.broken.words[i] &= labels->places[issuer].above.words[i];
    return label;
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

/*
 * Policies are asked of whole paths, and ways are not told apart by them: where one that is no worse otherwise fails by
 * them, nothing is said of those that it made needless.
 */
static bool policies_allow(struct labels *labels, struct search *search)
{
    const struct certificate **certificates;
    bool allow;

    if (!labels->pool->query->model->policies)
        return true;
    certificates = memory_new(search->count * sizeof(*certificates));
    for (size_t at = 0; at + 1 < search->count; at++)
        certificates[at] = labels->pool->members[search->members[at]].certificate;
    allow = policy_of_path(certificates, search->count - 1) == POLICY_SATISFIED;
    free(certificates);
    if (allow)
        return true;
    free(search->members);
    *search = (struct search){ .by_policies = true };
    return false;
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
            if (policies_allow(labels, search))
                return true;
        }
        if (may_follow(labels, &below, issuer, RULE_CA))
            add_label(labels, label_above(labels, from, issuer));
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
        if (!labels->items[at].needless && climb(labels, at, search))
            return;
    }
}

void search_valid(struct pool *pool, struct search *search)
{
    struct labels labels = { .pool = pool, .places = memory_new(pool->count * sizeof(*labels.places)) };

    *search = (struct search){ 0 };
    run(&labels, search);
    if (search->members == NULL)
        search->bound = labels.bound;
    for (size_t i = 0; i < labels.constraint_count; i++)
        constraint_free(labels.constraints[i].constraint);
    free(labels.constraints);
    free(labels.items);
    free(labels.reached);
    free(labels.places);
}
