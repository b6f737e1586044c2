#include "scanner/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void compare_add(struct compare *compare, const char *label, int order)
{
    size_t at = 0;

    compare->total++;
    if (label == NULL) {
        compare->silent++;
        return;
    }
    while (at < compare->group_count && strcmp(compare->groups[at].label, label) != 0)
        at++;
    if (at == COMPARE_GROUPS) /* more chains than a sentence can hold: the last place is for the rest */
        at--;
    if (at == compare->group_count) {
        compare->groups[at] = (struct compare_group){ .order = order };
        snprintf(compare->groups[at].label, sizeof(compare->groups[at].label), "%s", label);
        compare->group_count++;
    }
    compare->groups[at].count++;
}

bool compare_differs(const struct compare *compare)
{
    return compare->group_count > 1;
}

static int newest_then_largest(const void *left, const void *right)
{
    const struct compare_group *a = left, *b = right;

    if (a->order != b->order)
        return a->order < b->order ? 1 : -1;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->label, b->label);
}

void compare_write(const struct compare *compare, struct text *text)
{
    struct compare sorted = *compare;

    qsort(sorted.groups, sorted.group_count, sizeof(sorted.groups[0]), newest_then_largest);
    for (size_t i = 0; i < sorted.group_count; i++) {
        const struct compare_group *group = &sorted.groups[i];

        if (i == 0)
            text_format(text, "%zu of %zu serve %s", group->count, sorted.total, group->label);
        else
            text_format(text, ", %zu %s %s", group->count,
                        group->order >= 0 && group->order < sorted.groups[0].order ? "still" : "serve",
                        group->label);
    }
    if (sorted.silent > 0)
        text_format(text, "%s%zu of %zu showed no chain", sorted.group_count > 0 ? ", " : "", sorted.silent,
                    sorted.total);
}
