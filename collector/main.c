/* rootshift-collector: a row a command; what a command does stands in its noun's file. */
#include "schema/base/option.h"

static const struct command commands[] = {
    { 0 },
};

static const struct program program = {
    .name = "rootshift-collector",
    .summary = "which trust stores this host's software believes, and whether it survives a change of root",
    .commands = commands,
};

int main(int argc, char **argv)
{
    return option_main(&program, argc, argv);
}
