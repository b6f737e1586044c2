/*
 * The command `run`: look at the host, put the signed report in the outbox, publish; once, or on a
 * jittered schedule until SIGTERM. What cannot be published stays and is tried again.
 */
#pragma once

#include "schema/base/option.h"

/*
 * `rootshift-collector run`. With --once the exit code is the host's verdict, and 3 also where the
 * report could not leave the host (it stays in the outbox).
 */
extern const struct command run_command;
