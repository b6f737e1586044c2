/*
 * The command `inspect`: what this host's software believes, whether it survives each phase, and what to do
 * where it does not. Nothing is sent and nothing is written but what --export asks for.
 */
#pragma once

#include "schema/base/option.h"

/* `rootshift-collector inspect`: exits with the worst verdict over phases that are not over. */
extern const struct command inspect_command;
