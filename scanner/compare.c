#include "scanner/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the rest of the chains is called together. */
#define REST "other chains"

static int group_of(struct compare *compare, const char *label, int order)
{
    size_t at = 0;

    while (at < compare->group_count && strcmp(compare->groups[at].label, label) != 0)
        at++;
    if (at == compare->group_count && at >= COMPARE_GROUPS - 1) {
        at = COMPARE_GROUPS - 1;
        label = REST;
        order = -1;
    }
    if (at == compare->group_count) {
        compare->groups = array_grow(compare->groups, compare->group_count, sizeof(*compare->groups));
        compare->groups[at] = (struct compare_group){ .order = order };
        snprintf(compare->groups[at].label, sizeof(compare->groups[at].label), "%s", label);
        compare->group_count++;
    }
    compare->groups[at].count++;
    return (int)at;
}

void compare_add(struct compare *compare, const char *address, const char *label, int order)
{
    int group = label != NULL ? group_of(compare, label, order) : -1;

    compare->silent += label == NULL ? 1 : 0;
    compare->addresses = array_grow(compare->addresses, compare->count, sizeof(*compare->addresses));
    compare->addresses[compare->count++] = (struct compare_address){ address, group };
}

bool compare_find(const struct compare *compare, const char *address, const char **label, int *order)
{
    for (size_t i = 0; i < compare->count; i++) {
        int group = compare->addresses[i].group;

        if (strcmp(compare->addresses[i].address, address) != 0)
            continue;
        *label = group >= 0 ? compare->groups[group].label : NULL;
        *order = group >= 0 ? compare->groups[group].order : -1;
        return true;
    }
    return false;
}

bool compare_differs(const struct compare *compare)
{
    return compare->group_count > 1;
}

bool compare_is_alike(const struct compare *compare)
{
    return compare->group_count == 1 && compare->silent == 0;
}

static int newest_then_largest(const void *left, const void *right)
{
    const struct compare_group *a = *(const struct compare_group *const *)left,
                               *b = *(const struct compare_group *const *)right;

    if (a->order != b->order)
        return a->order < b->order ? 1 : -1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->label, b->label);
}

/* 192.0.2.9 before 192.0.2.10 */
static int by_number(const void *left, const void *right)
{
    return strverscmp(*(const char *const *)left, *(const char *const *)right);
}

static void write_addresses(const struct compare *compare, int group, struct text *text)
{
    const char **found = memory_new((compare->count + 1) * sizeof(*found));
    size_t count = 0;

    for (size_t i = 0; i < compare->count; i++) {
        if (compare->addresses[i].group == group)
            found[count++] = compare->addresses[i].address;
    }
    qsort(found, count, sizeof(*found), by_number); /* they came in the order of their answers */
    for (size_t i = 0; i < count && i < COMPARE_NAMED; i++)
        text_format(text, "%s%s", i == 0 ? ": " : ", ", found[i]);
    if (count > COMPARE_NAMED)
        text_format(text, " and %zu more", count - COMPARE_NAMED);
    free(found);
}

void compare_write(const struct compare *compare, struct text *text)
{
    const struct compare_group *sorted[COMPARE_GROUPS];
    const struct compare_group *largest = NULL;
    bool named = false;

    for (size_t i = 0; i < compare->group_count; i++)
        sorted[i] = &compare->groups[i];
    qsort(sorted, compare->group_count, sizeof(sorted[0]), newest_then_largest);
    for (size_t i = 0; i < compare->group_count; i++)
        largest = largest == NULL || sorted[i]->count > largest->count ? sorted[i] : largest;
    for (size_t i = 0; i < compare->group_count; i++) {
        const struct compare_group *group = sorted[i];

        if (i == 0)
            text_format(text, "%zu of %zu serve %s", group->count, compare->count, group->label);
        else
            text_format(text, "%s %zu %s %s", named ? ";" : ",", group->count,
                        group->order >= 0 && group->order < sorted[0]->order ? "still" : "serve",
                        group->label);
        named = group != largest;
        if (named)
            write_addresses(compare, (int)(group - compare->groups), text);
    }
    if (compare->silent == 0)
        return;
    text_format(text, "%s%zu of %zu showed no chain",
                largest == NULL ? ""
                : named         ? "; "
                                : ", ",
                compare->silent, compare->count);
    if (largest != NULL)
        write_addresses(compare, -1, text);
}

void compare_clear(struct compare *compare)
{
    free(compare->groups);
    free(compare->addresses);
    *compare = (struct compare){ 0 };
}
