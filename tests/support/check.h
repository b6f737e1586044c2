/* What every unit test includes: cmocka with what it needs before it, and rows as tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Run one function over a table: each row becomes a test of its own, and finds itself in *state. */
#define RUN_ROWS(cases, function)                                                                            \
    run_rows(#cases, (cases), sizeof((cases)[0]), sizeof(cases) / sizeof((cases)[0]), (function))

/* Rows start with `const char *name`. Returns the number that failed. */
static inline int run_rows(const char *group, const void *rows, size_t size, size_t count,
                           CMUnitTestFunction function)
{
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    int failed;

    for (size_t i = 0; i < count; i++) {
        const void *row = (const char *)rows + i * size;

        tests[i] = (struct CMUnitTest){ .name = *(const char *const *)row,
                                        .test_func = function,
                                        .initial_state = (void *)(uintptr_t)row };
    }
    failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}
