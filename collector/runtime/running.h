/*
 * What a process runs, of the things that are installed and have trust rules of their own: found by its program, by
 * argv[0] where a program is shared, by the libraries that it maps and, where the program is of no kind that we know, by
 * what stands in its bytes.
 */
#pragma once

#include "collector/host/process.h"
#include "collector/runtime/installed.h"

#define RUNNING_PER_PROCESS 8

struct running {
    const struct process *process; /* borrowed */
    size_t found[RUNNING_PER_PROCESS];
    size_t
        count; /* one for each of its trust rules (a Python with requests has two), as indices into the list */
    char *openssl_dir, *openssl_version; /* of the libcrypto that it maps; NULL where that is not seen */
};

/* The list grows where the process runs from a place that was not looked at. Clear with running_clear(). */
void running_find(struct running *running, struct installed_list *list, const struct process *process,
                  int root_fd);
void running_clear(struct running *running);
