#include "schema/base/option.h"
#include "scanner/affected.h"
#include "scanner/explain_command.h"
#include "scanner/scan.h"
#include "scanner/work_command.h"

/* The commands in the order of --help; each noun brings its options and its run function. */
static const struct command commands[] = {
    { .name = "scan",
      .summary = "which chains endpoints serve: one record for each line, address and hello",
      .options = scan_options,
      .settings_size = sizeof(struct scan_settings),
      .run = scan_run },
    { .name = "work",
      .summary = "the same for targets that rootshift-aggregator scan-start gives out, beside other workers",
      .options = work_options,
      .settings_size = sizeof(struct work_settings),
      .run = work_run },
    { .name = "explain",
      .summary = "which roots a chain hangs from for a client, and why a path is no good",
      .options = explain_options,
      .settings_size = sizeof(struct explain_settings),
      .run = explain_run },
    { .name = "affected",
      .arguments = "NAME…",
      .summary = "whether a name's certificate is among those that the campaign changes",
      .options = affected_options,
      .settings_size = sizeof(struct affected_settings),
      .run = affected_run },
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
