/* The path behind a store's id: reports may name a store by its id alone, and only this host knows more. */
#pragma once

#include "schema/base/option.h"

/* `rootshift-collector show ID` */
extern const struct command show_command;
