#include "schema/base/option.h"
#include "scanner/explain_command.h"

/* The commands in the order of --help; each noun brings its options and its run function. */
static const struct command commands[] = {
    { "explain", NULL, "which roots a chain hangs from for a client, and why a path is no good",
      explain_options, sizeof(struct explain_settings), explain_run },
    { 0 },
};

static const struct program scanner = {
    .name = "rootshift-scanner",
    .summary = "what TLS endpoints serve, and what a client makes of it",
    .commands = commands,
};

int main(int argc, char **argv)
{
    return option_main(&scanner, argc, argv);
}
