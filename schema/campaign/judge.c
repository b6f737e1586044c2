#include "schema/campaign/judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schema/trust/by_key.h"
#include "schema/trust/parameter.h"
#include "schema/trust/rule.h"

static const char *const root_states[] = {
    [ROOT_STATE_UNKNOWN] = "unknown",
    [ROOT_TRUSTED] = "trusted",
    [ROOT_TRUSTED_VIA_KEY] = "trusted_via_key",
    [ROOT_PRESENT_NOT_TRUSTED] = "present_not_trusted",
    [ROOT_ABSENT] = "absent",
};

const char *root_state_name(enum root_state state)
{
    return root_states[state];
}

struct judgement judgement_of(const char *reason, enum evidence evidence)
{
    const struct reason *row = reason_find(reason);

    assert(row != NULL);
    return (struct judgement){ .verdict = row->verdict,
                               .reason = row->code,
                               .evidence = evidence,
                               .valid_until = CLOCK_NEVER,
                               .chain = SIZE_MAX };
}

/*
 * A chain, whose it is, and who is to accept it. Entries that are known by their fingerprint alone are
 * kept apart: a host sends every certificate whose subject or issuer occurs in the campaign, so the
 * others cannot matter, and one that could is asked for (`misses_certificate`).
 */
struct question {
    const struct campaign *campaign;
    const struct campaign_chain *chain;
    const struct judge_subject *subject;
    struct trust_set known;     /* shallow: the subject's entries that have a certificate */
    struct fingerprint *keys;   /* identities of the roots that will do */
    struct path_ground *ground; /* of a chain that is known by its certificates */
};

/* Whether an entry of a root's key has a name that this client takes for the root's. */
static bool is_named_alike(const struct model *model, const struct campaign_root *root,
                           const struct trust_entry *entry)
{
    return entry->certificate == NULL || rule_name_fits(model, root->certificate, entry->certificate);
}

/* Where only the roots of a chain are known, an entry of their key and another name for this client is none of them. */
static bool is_misspelt(const struct question *question, const struct trust_entry *entry)
{
    for (size_t i = 0; i < question->chain->accepts_count; i++) {
        const struct campaign_root *root = &question->campaign->roots[question->chain->accepts[i]];

        if (fingerprint_equal(&entry->key_identity, &question->keys[i]) &&
            !is_named_alike(question->subject->model, root, entry))
            return true;
    }
    return false;
}

static bool has_certificates(const struct question *question)
{
    return question->chain->certificates.count > 0;
}

static struct trust_set known_entries(const struct question *question)
{
    const struct trust_set *trust = question->subject->trust;
    struct trust_set known = *trust;

    known.entries = memory_new(trust->count * sizeof(*known.entries));
    known.count = 0;
    for (size_t i = 0; i < trust->count; i++) {
        if (trust->entries[i].certificate != NULL &&
            (has_certificates(question) || !is_misspelt(question, &trust->entries[i])))
            known.entries[known.count++] = trust->entries[i];
    }
    return known;
}

static enum path_verdict verdict_at(const struct question *question, int64_t at, const char **reason)
{
    const struct judge_subject *subject = question->subject;
    const struct trust_entry *via = NULL;
    enum path_verdict verdict;

    *reason = NULL;
    if (question->ground != NULL)
        return path_ground_verdict(question->ground, at, NULL, reason);
    verdict = by_key_verdict(&question->known, subject->model, at, question->keys,
                             question->chain->accepts_count, reason, &via);
    if (verdict != PATH_TRUSTED || !parameter_refuses_public(&question->known))
        return verdict;
    *reason = "algorithms-restricted"; /* by what will hang from the root, of which nothing is known */
    return PATH_UNDETERMINED;
}

static struct path_ground *make_ground(const struct question *question)
{
    const struct path_query query = { .chain = &question->chain->certificates,
                                      .trust = &question->known,
                                      .model = question->subject->model,
                                      .leaf_is_template = true,
                                      .signatures = question->subject->signatures,
                                      .limits = PATH_LIMITS_DEFAULT };

    return has_certificates(question) ? path_ground_new(&query) : NULL;
}

/* instants at which the answer may change */

struct instants {
    int64_t *items;
    size_t count;
};

static void add_instant(struct instants *instants, int64_t instant, int64_t from, int64_t until)
{
    if (instant <= from || instant >= until)
        return;
    instants->items = array_grow(instants->items, instants->count, sizeof(*instants->items));
    instants->items[instants->count++] = instant;
}

/* Both ends of a certificate's validity are inclusive, so it is first invalid one second after its end. */
static void add_validity(struct instants *instants, const struct certificate *certificate, int64_t from,
                         int64_t until)
{
    add_instant(instants, certificate_not_before(certificate), from, until);
    add_instant(instants, certificate_not_after(certificate) + 1, from, until);
}

static int compare_instants(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* Names by their digests, which are equal where any client may take them for equal. */
struct names {
    const struct fingerprint **items;
    size_t count;
};

static bool has_name(const struct names *names, const struct fingerprint *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (fingerprint_equal(names->items[i], name))
            return true;
    }
    return false;
}

static void add_name(struct names *names, const struct fingerprint *name)
{
    if (has_name(names, name))
        return;
    names->items = array_grow(names->items, names->count, sizeof(*names->items));
    names->items[names->count++] = name;
}

/*
 * Of a trust set only what can stand in a path for this chain matters: entries named as the issuer of
 * something that matters. Their validity, and that of what is served, is all that can change an answer.
 */
static struct instants find_instants(const struct question *question, int64_t from, int64_t until)
{
    const struct trust_set *trust = &question->known;
    const struct campaign_chain *chain = question->chain;
    struct instants instants = { 0 };
    struct names names = { 0 };
    bool *seen = memory_new(trust->count * sizeof(*seen));

    for (size_t i = 0; i < chain->certificates.count; i++) {
        const struct certificate *certificate = chain->certificates.items[i];

        add_name(&names, certificate_subject_digest(certificate)); /* itself may be an anchor */
        add_name(&names, certificate_issuer_digest(certificate));
        if (i > 0)
            add_validity(&instants, certificate, from, until);
    }
    for (size_t i = 0; i < chain->accepts_count; i++)
        add_name(&names,
                 certificate_subject_digest(question->campaign->roots[chain->accepts[i]].certificate));

    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < trust->count; i++) {
            const struct certificate *certificate = trust->entries[i].certificate;

            if (seen[i] || !has_name(&names, certificate_subject_digest(certificate)))
                continue;
            seen[i] = more = true;
            add_name(&names, certificate_issuer_digest(certificate));
            add_validity(&instants, certificate, from, until);
        }
    }
    if (instants.count > 0)
        qsort(instants.items, instants.count, sizeof(*instants.items), compare_instants);
    free(names.items);
    free(seen);
    return instants;
}

/* why not */

static bool is_key_of_chain(const struct question *question, const struct fingerprint *key)
{
    for (size_t i = 0; i < question->chain->accepts_count; i++) {
        if (fingerprint_equal(&question->keys[i], key))
            return true;
    }
    for (size_t i = 0; i < question->chain->certificates.count; i++) {
        if (fingerprint_equal(certificate_key_identity(question->chain->certificates.items[i]), key))
            return true;
    }
    return false;
}

/* Whether an entry that could decide the matter is known by its fingerprint alone. */
static bool misses_certificate(const struct question *question)
{
    const struct trust_set *trust = question->subject->trust;

    for (size_t i = 0; i < trust->count; i++) {
        if (trust->entries[i].certificate == NULL &&
            is_key_of_chain(question, &trust->entries[i].key_identity))
            return true;
    }
    return false;
}

static bool is_valid_at(const struct certificate *certificate, int64_t at)
{
    return certificate_not_before(certificate) <= at && at <= certificate_not_after(certificate);
}

/* What stands in the way of a chain that no path accepts: the worst that its roots can say for themselves. */
static const char *reason_of_refusal(const struct question *question, int64_t at)
{
    const struct judge_subject *subject = question->subject;
    const struct trust_set *trust = &question->known;
    bool cross = false, distrusted = false, expired = false, needs_new = false;
    bool stern = parameter_refuses_public(subject->trust);

    if (subject->trust->count == 0)
        return "store-empty";
    for (size_t i = 0; i < question->chain->accepts_count; i++) {
        const struct campaign_root *root = &question->campaign->roots[question->chain->accepts[i]];

        needs_new = needs_new || root->role == ROOT_NEW;
        if (judge_root(root, trust, subject->model, at) == ROOT_TRUSTED)
            return stern ? "too-weak" : "path-refused";
        for (size_t entry = 0; entry < trust->count; entry++) {
            if (!fingerprint_equal(&trust->entries[entry].key_identity, &question->keys[i]))
                continue;
            if (!fingerprint_equal(&trust->entries[entry].fingerprint,
                                   certificate_fingerprint(root->certificate)))
                cross = true;
            else if (subject->model->anchor_dates && !is_valid_at(root->certificate, at))
                expired = true;
            else
                distrusted = true;
        }
    }
    if (distrusted)
        return stern ? "too-weak" : "root-distrusted";
    if (expired)
        return "root-expired";
    if (cross)
        return "cross-only";
    return needs_new || question->chain->accepts_count == 0 ? "root-missing" : "old-root-missing";
}

/* Ready: by the new root itself, or only because servers still help? */
static const char *reason_of_acceptance(const struct question *question, int64_t at)
{
    bool needs_new = false;

    for (size_t i = 0; i < question->chain->accepts_count; i++) {
        const struct campaign_root *root = &question->campaign->roots[question->chain->accepts[i]];
        enum root_state state;

        if (root->role != ROOT_NEW)
            continue;
        needs_new = true;
        state = judge_root(root, &question->known, question->subject->model, at);
        if (state == ROOT_TRUSTED || state == ROOT_TRUSTED_VIA_KEY)
            return "ok";
    }
    return needs_new ? "cross-hides-gap" : "ok";
}

static const char *reason_of_doubt(const struct question *question, const char *reason)
{
    if (misses_certificate(question))
        return "certificate-not-sent";
    return reason != NULL && reason_find(reason) != NULL ? reason : "undetermined";
}

/* The judgement at the first instant. */
static struct judgement judge_first(const struct question *question, int64_t at)
{
    enum evidence evidence = has_certificates(question) ? EVIDENCE_LISTED : EVIDENCE_LISTED_BY_KEY;
    const char *reason;

    switch (verdict_at(question, at, &reason)) {
    case PATH_TRUSTED:
        /* A client that follows the first issuer it finds may find the unknown one first. */
        if (question->subject->model->alternatives != MODEL_ALTERNATIVES_ALL && misses_certificate(question))
            return judgement_of("certificate-not-sent", evidence);
        return judgement_of(reason_of_acceptance(question, at), evidence);
    case PATH_UNTRUSTED:
        if (misses_certificate(question))
            return judgement_of("certificate-not-sent", evidence);
        return judgement_of(reason_of_refusal(question, at), evidence);
    case PATH_UNDETERMINED: return judgement_of(reason_of_doubt(question, reason), evidence);
    }
    return judgement_of("undetermined", evidence);
}

/* What a later instant makes of a chain that is accepted at first. */
static struct judgement judge_later(const struct question *question, struct judgement first, int64_t at)
{
    struct judgement later;
    const char *reason;

    switch (verdict_at(question, at, &reason)) {
    case PATH_TRUSTED: return first;
    case PATH_UNTRUSTED:
        later = judgement_of(misses_certificate(question) ? "certificate-not-sent" : "expires-in-phase",
                             first.evidence);
        break;
    case PATH_UNDETERMINED: later = judgement_of(reason_of_doubt(question, reason), first.evidence); break;
    }
    later.valid_until = at;
    return later;
}

static struct judgement judge_interval(const struct question *question, int64_t from, int64_t until)
{
    struct judgement judgement = judge_first(question, from);
    struct instants instants;

    if (judgement.verdict != VERDICT_READY)
        return judgement;
    instants = find_instants(question, from, until);
    for (size_t i = 0; i < instants.count && judgement.verdict != VERDICT_NOT_READY; i++) {
        struct judgement later;

        if (i > 0 && instants.items[i] == instants.items[i - 1])
            continue;
        later = judge_later(question, judgement, instants.items[i]);
        if (verdict_worse(later.verdict, judgement.verdict) != judgement.verdict)
            judgement = later;
    }
    free(instants.items);
    return judgement;
}

struct judgement judge_served(const struct campaign *campaign, const struct campaign_chain *chain,
                              const struct judge_subject *subject, int64_t from, int64_t until)
{
    struct question question = { .campaign = campaign, .chain = chain, .subject = subject };
    struct judgement judgement;

    if (!subject->model->verifies)
        return judgement_of("does-not-verify",
                            has_certificates(&question) ? EVIDENCE_LISTED : EVIDENCE_LISTED_BY_KEY);
    question.keys = memory_new(question.chain->accepts_count * sizeof(*question.keys));
    for (size_t i = 0; i < question.chain->accepts_count; i++)
        question.keys[i] = *certificate_key_identity(campaign->roots[question.chain->accepts[i]].certificate);
    question.known = known_entries(&question);
    question.ground = make_ground(&question);
    judgement = judge_interval(&question, from, until);
    path_ground_free(question.ground);
    free(question.keys);
    free(question.known.entries);
    return judgement;
}

struct judgement judge_chain(const struct campaign *campaign, size_t chain,
                             const struct judge_subject *subject, int64_t from, int64_t until)
{
    struct judgement judgement = judge_served(campaign, &campaign->chains[chain], subject, from, until);

    if (judgement.verdict != VERDICT_READY)
        judgement.chain = chain;
    return judgement;
}

bool judge_root_suffices(const struct campaign *campaign, size_t chain, size_t root,
                         const struct model *model, int64_t at)
{
    const struct certificate *certificate = campaign->roots[root].certificate;
    struct trust_set *alone = trust_set_new();
    const struct judge_subject subject = { .trust = alone, .model = model };
    struct judgement judgement;

    trust_set_add(alone, certificate_fingerprint(certificate), certificate_key_identity(certificate), 0,
                  campaign->roots[root].certificate);
    judgement = judge_chain(campaign, chain, &subject, at, at + 1);
    trust_set_free(alone);
    return judgement.verdict == VERDICT_READY;
}

bool judgement_outweighs(const struct judgement *a, const struct judgement *b)
{
    if (a->verdict != b->verdict)
        return verdict_worse(a->verdict, b->verdict) == a->verdict;
    if (a->verdict == VERDICT_READY)
        return strcmp(b->reason, "ok") == 0 && strcmp(a->reason, "ok") != 0;
    if (a->valid_until == b->valid_until || a->valid_until == CLOCK_NEVER)
        return a->valid_until != b->valid_until; /* without an instant it fails from the first on */
    return b->valid_until != CLOCK_NEVER && a->valid_until < b->valid_until;
}

int64_t judge_from(const struct campaign_phase *phase, int64_t at)
{
    return at >= phase->end || at < phase->starts ? phase->starts : at;
}

struct judgement judge_phase(const struct campaign *campaign, size_t phase,
                             const struct judge_subject *subject, int64_t at)
{
    const struct campaign_phase *row = &campaign->phases[phase];
    int64_t from = judge_from(row, at);
    struct judgement judgement = judge_chain(campaign, row->serves[0], subject, from, row->end);
    enum evidence weakest = judgement.evidence;

    for (size_t i = 1; i < row->serves_count; i++) {
        struct judgement next = judge_chain(campaign, row->serves[i], subject, from, row->end);

        if (next.evidence < weakest)
            weakest = next.evidence;
        if (judgement_outweighs(&next, &judgement))
            judgement = next;
    }
    /* Ready rests on every chain; what is wrong rests on the one that says so. */
    if (judgement.verdict == VERDICT_READY)
        judgement.evidence = weakest;
    judgement.ended = at >= row->end;
    return judgement;
}

enum root_state judge_root(const struct campaign_root *root, const struct trust_set *trust,
                           const struct model *model, int64_t at)
{
    const struct fingerprint *key = certificate_key_identity(root->certificate);
    const struct trust_entry *via;
    const char *reason;
    bool present = false, unseen = false;

    for (size_t i = 0; i < trust->count; i++) {
        struct trust_entry *entry = &trust->entries[i];
        /* The entry by itself: whether it would do, whatever else the set holds. */
        const struct trust_set alone = { entry, 1, trust->parameters, { 0 }, true };

        if (!fingerprint_equal(&entry->key_identity, key) || !is_named_alike(model, root, entry))
            continue;
        present = true;
        unseen = unseen || entry->certificate == NULL || (entry->marks & TRUST_MARK_UNSURE) != 0;
        if (fingerprint_equal(&entry->fingerprint, certificate_fingerprint(root->certificate)) &&
            by_key_verdict(&alone, model, at, key, 1, &reason, &via) == PATH_TRUSTED)
            return ROOT_TRUSTED;
    }
    if (present && by_key_verdict(trust, model, at, key, 1, &reason, &via) == PATH_TRUSTED)
        return ROOT_TRUSTED_VIA_KEY;
    if (present && !unseen)
        return ROOT_PRESENT_NOT_TRUSTED;
    return trust->complete && !unseen ? ROOT_ABSENT : ROOT_STATE_UNKNOWN;
}
