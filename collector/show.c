#include "collector/show.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/memory.h"

struct settings {
    const char *state;
};

static const struct option options[] = {
    { "state", OPTION_TEXT, offsetof(struct settings, state), "DIR", .fallback = STATE_DIRECTORY,
      .from_environment = true, .help = "where the memory of earlier runs is kept" },
    { 0 },
};

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct state *state;
    char *path;

    if (arguments->count != 1) {
        error_set(err, ERROR_OPTION, "give the id of one store, as a report has it");
        return ANSWER_NONE;
    }
    state = state_open(settings->state, false, err);
    path = state == NULL ? NULL : memory_path(state, arguments->items[0], err);
    if (path != NULL)
        puts(path);
    free(path);
    state_close(state);
    return path == NULL ? ANSWER_NONE : ANSWER_YES;
}

const struct command show_command = {
    "show", "ID", "print the path of a store that a report names by its id", options, sizeof(struct settings),
    run
};
