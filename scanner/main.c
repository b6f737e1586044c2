#include "schema/base/option.h"

/* The commands in the order of --help; each noun brings its options and its run function. */
static const struct command commands[] = {
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
