/* rootshift-collector: a row a command; what a command does stands in its noun's file. */
#include "collector/decode.h"
#include "collector/enroll.h"
#include "collector/inspect.h"
#include "collector/probe.h"
#include "collector/report_file.h"
#include "collector/run.h"
#include "collector/show.h"
#include "collector/stores.h"
#include "collector/why.h"
#include "schema/base/option.h"

int main(int argc, char **argv)
{
    const struct command commands[] = {
        inspect_command, stores_command, probe_command, enroll_command, run_command,
        report_command,  decode_command, show_command,  why_command,    { 0 },
    };
    const struct program program = {
        .name = "rootshift-collector",
        .summary =
            "which trust stores this host's software believes, and whether it survives a change of root",
        .commands = commands,
    };

    return option_main(&program, argc, argv);
}
