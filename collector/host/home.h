/*
 * Where the user of a process is at home.
 */
#pragma once

#include "collector/host/process.h"

/* $HOME, else as the host's passwd has it; NULL for neither. The caller's to free. */
char *home_of(const struct process *process, int root_fd);
