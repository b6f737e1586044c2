#include "schema/trust/lookup.h"

#include <stdlib.h>
#include <string.h>

/* A certificate that the client surely has when it needs it. */
struct held {
    const struct certificate *certificate;
    size_t index;
    bool in_file;
};

/* All of one subject together. */
struct group {
    const struct held *first;
    size_t count;
    size_t lowest;    /* index */
    size_t last_file; /* index of the last one that stands in a file; SIZE_MAX when none does */
};

struct holdings {
    struct held *items;
    size_t count;
    struct group *groups; /* sorted by subject */
    size_t group_count;
};

static const struct fingerprint *subject_of(const struct held *held)
{
    return certificate_subject_digest(held->certificate);
}

static int compare_held(const void *left, const void *right)
{
    const struct held *a = left, *b = right;
    int order = fingerprint_compare(subject_of(a), subject_of(b));

    return order != 0 ? order
                      : fingerprint_compare(certificate_fingerprint(a->certificate),
                                            certificate_fingerprint(b->certificate));
}

static bool is_sure(const struct trust_entry *entry)
{
    return entry->hashed == STORE_HASHED_NOT || entry->hashed == STORE_HASHED_FOUND;
}

static void add_to_group(struct group *group, const struct held *held)
{
    group->count++;
    if (held->index < group->lowest)
        group->lowest = held->index;
    if (held->in_file && (group->last_file == SIZE_MAX || held->index > group->last_file))
        group->last_file = held->index;
}

static void find_holdings(const struct trust_set *set, struct holdings *holdings)
{
    *holdings = (struct holdings){ .items = memory_new((set->count + 1) * sizeof(*holdings->items)),
                                   .groups = memory_new((set->count + 1) * sizeof(*holdings->groups)) };
    for (size_t i = 0; i < set->count; i++) {
        const struct trust_entry *entry = &set->entries[i];

        if (is_sure(entry) && entry->certificate != NULL)
            holdings->items[holdings->count++] =
                (struct held){ entry->certificate, i, entry->hashed == STORE_HASHED_NOT };
    }
    qsort(holdings->items, holdings->count, sizeof(*holdings->items), compare_held);
    for (size_t i = 0; i < holdings->count; i++) {
        const struct held *held = &holdings->items[i];

        if (i == 0 || !fingerprint_equal(subject_of(held), subject_of(held - 1)))
            holdings->groups[holdings->group_count++] =
                (struct group){ .first = held, .lowest = SIZE_MAX, .last_file = SIZE_MAX };
        add_to_group(&holdings->groups[holdings->group_count - 1], held);
    }
}

static int compare_group(const void *subject, const void *group)
{
    return fingerprint_compare(subject, subject_of(((const struct group *)group)->first));
}

static const struct group *find_group(const struct holdings *holdings, const struct certificate *certificate)
{
    return bsearch(certificate_subject_digest(certificate), holdings->groups, holdings->group_count,
                   sizeof(*holdings->groups), compare_group);
}

/* Whether this very certificate is held by another entry. */
static bool is_held_elsewhere(const struct group *group, const struct trust_entry *entry)
{
    const struct held like = { .certificate = entry->certificate }, *end = group->first + group->count;
    const struct held *one = bsearch(&like, group->first, group->count, sizeof(like), compare_held);

    if (one == NULL || !is_sure(entry))
        return one != NULL;
    return (one > group->first && compare_held(one - 1, one) == 0) ||
           (one + 1 < end && compare_held(one, one + 1) == 0);
}

/* Whether the client never comes to look this entry up. */
static bool is_hidden(const struct group *group, const struct trust_entry *entry, size_t index, size_t from)
{
    switch (entry->hashed) {
    case STORE_HASHED_NOT: return false;
    case STORE_HASHED_FOUND:
        return index < from ? group->last_file != SIZE_MAX && group->last_file >= from : group->lowest < from;
    case STORE_HASHED_LOOSE: return true;
    case STORE_HASHED_ASTRAY: /* once it is there it is there, whoever else bears its name */
        return is_held_elsewhere(group, entry);
    }
    return false;
}

static bool looks_up_any(const struct trust_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->entries[i].hashed != STORE_HASHED_NOT)
            return true;
    }
    return false;
}

/* The entries that are never looked up, each with a note unless it is at hand anyway. */
static bool *find_hidden(struct trust_set *set, size_t from)
{
    bool *hidden = memory_new((set->count + 1) * sizeof(*hidden));
    struct holdings holdings;

    find_holdings(set, &holdings);
    for (size_t i = 0; i < set->count; i++) {
        const struct trust_entry *entry = &set->entries[i];
        const struct group *group =
            entry->certificate != NULL ? find_group(&holdings, entry->certificate) : NULL;

        hidden[i] = group != NULL && is_hidden(group, entry, i, from);
        if (hidden[i] && !is_held_elsewhere(group, entry))
            trust_set_note(set, "%s is not looked up in a directory: another one of its name comes first",
                           certificate_label(entry->certificate));
    }
    free(holdings.items);
    free(holdings.groups);
    return hidden;
}

void lookup_settle(struct trust_set *set, size_t from)
{
    size_t kept = 0;
    bool *hidden;

    if (!looks_up_any(set))
        return;
    hidden = find_hidden(set, from);
    for (size_t i = 0; i < set->count; i++) {
        struct trust_entry *entry = &set->entries[i];

        if (hidden[i]) {
            certificate_free(entry->certificate);
            continue;
        }
        if (!is_sure(entry) && (entry->marks & TRUST_MARK_UNSURE) == 0) {
            trust_set_note(set, "%s may be found or not: its directory wants rehashing",
                           certificate_label(entry->certificate));
            entry->marks |= TRUST_MARK_UNSURE;
        }
        set->entries[kept++] = *entry;
    }
    set->count = kept;
    free(hidden);
}
