/* A collector's state in a directory of its own. */
#pragma once

#include "collector/state.h"
#include "schema/base/text.h"
#include "tests/support/check.h"

static char state_directory[] = "/tmp/state_test.XXXXXX";

/* For cmocka_unit_test_setup_teardown(): *state is a struct state. */
static inline int make_state(void **state)
{
    struct error err;

    memcpy(state_directory + sizeof(state_directory) - 7, "XXXXXX", 6);
    if (mkdtemp(state_directory) == NULL)
        return -1;
    *state = state_open(state_directory, true, &err);
    return *state == NULL ? -1 : 0;
}

static inline int remove_state(void **state)
{
    char command[64];

    state_close(*state);
    snprintf(command, sizeof(command), "rm -r %s", state_directory);
    return system(command);
}

#define STATE_TEST(function) cmocka_unit_test_setup_teardown(function, make_state, remove_state)
