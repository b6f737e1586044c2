/* The command `stores`: what is in the trust stores of a host, or in the one at a path. */
#pragma once

#include "schema/base/option.h"

/* `rootshift-collector stores` */
extern const struct command stores_command;
