/*
 * One path being judged: what is wrong with each certificate where it stands (rule.c), and what only
 * shows on the whole: path lengths, name constraints, signatures and how the path ends.
 */
#pragma once

#include "schema/trust/pool.h"

struct course {
    struct pool *pool;
    const size_t *members; /* leaf first */
    size_t count;
    bool anchored;     /* the last one is an anchor */
    bool headless;     /* the leaf below it is not known: the first is a CA */
    struct path *path; /* its problems are added here; NULL: they are only counted */
    size_t problems;
    size_t open; /* those among them that are only possible: more names than are compared */
};

/* Judge the path; `problems` is raised by those that were found. */
void course_judge(struct course *course);

/* Whether nothing is wrong with it but what could not be compared to its end. */
bool course_is_open(const struct course *course);
