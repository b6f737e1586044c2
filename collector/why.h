/* The command `why`: an error message of a client, explained. */
#pragma once

#include "schema/base/option.h"

/* `rootshift-collector why TEXT` */
extern const struct command why_command;
