#include "scanner/totals.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} counts[] = {
    { "records", offsetof(struct totals, records) },
    { "certificates", offsetof(struct totals, certificates) },
    { "unexamined", offsetof(struct totals, unexamined) },
    { "names_alike", offsetof(struct totals, names_alike) },
    { "names_different", offsetof(struct totals, names_different) },
};

#define COUNTS (sizeof(counts) / sizeof(counts[0]))

/* "stage/class" */
static const char *outcome_name(int stage, int class, char name[64])
{
    snprintf(name, 64, "%s/%s", outcome_stage_name((enum outcome_stage)stage),
             outcome_class_name((enum outcome_class) class));
    return name;
}

void totals_write(const struct totals *totals, struct json *json)
{
    char name[64];

    for (size_t i = 0; i < COUNTS; i++)
        json_key_number(json, counts[i].name,
                        (int64_t) * (const uint64_t *)((const char *)totals + counts[i].offset));
    json_key(json, "outcomes");
    json_object(json);
    for (int stage = 0; stage < STAGES; stage++) {
        for (int class = 0; class < CLASSES; class ++) {
            if (totals->outcomes[stage][class] != 0)
                json_key_number(json, outcome_name(stage, class, name),
                                (int64_t)totals->outcomes[stage][class]);
        }
    }
    json_object_end(json);
}

static bool read_count(tree_value object, const char *name, bool required, uint64_t *count, struct error *err)
{
    int64_t number;

    if (!required && tree_member(object, name) == NULL)
        return true;
    if (!tree_read_whole(object, name, 0, INT64_MAX, &number, err))
        return false;
    *count = (uint64_t)number;
    return true;
}

bool totals_read(struct totals *totals, tree_value object, struct error *err)
{
    tree_value outcomes = tree_member(object, "outcomes");
    uint64_t sum = 0;
    char name[64];

    *totals = (struct totals){ 0 };
    for (size_t i = 0; i < COUNTS; i++) {
        if (!read_count(object, counts[i].name, true, (uint64_t *)((char *)totals + counts[i].offset), err))
            return false;
    }
    for (int stage = 0; stage < STAGES; stage++) {
        for (int class = 0; class < CLASSES; class ++) {
            if (!read_count(outcomes, outcome_name(stage, class, name), false,
                            &totals->outcomes[stage][class], err))
                return false;
            sum += totals->outcomes[stage][class];
        }
    }
    return sum == totals->records ||
           error_set(err, ERROR_FORMAT, "the outcomes do not add up to the records");
}
