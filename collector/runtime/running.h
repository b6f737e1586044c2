/*
 * What a process runs, of the things that are installed and have trust rules of their own: found by its program, by
 * argv[0] where a program is shared, and, where the program is of no kind that we know, by what stands in its bytes.
 */
#pragma once

#include "collector/runtime/installed.h"
#include "collector/host/process.h"

#define RUNNING_PER_PROCESS 8

/*
 * One for each of the process's trust rules (a Python with requests has two), as indices into the list, which grows
 * where the process runs from a place that was not looked at. Returns how many.
 */
size_t running_of_process(struct installed_list *list, const struct process *process, int root_fd,
                          size_t found[RUNNING_PER_PROCESS]);
