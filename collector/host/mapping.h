/*
 * The files that a process has mapped: its program's libraries. A file is known by how its name begins ("libssl.so").
 */
#pragma once

#include "collector/host/process.h"

struct mappings {
    const struct process *process; /* borrowed */
    char *text;                    /* of /proc/PID/maps; NULL where there is none */
    bool hidden;                   /* that may not be read */
};

void mappings_read(struct mappings *mappings, const struct process *process);
void mappings_clear(struct mappings *mappings);

/* True also where they are hidden: what cannot be excluded is assumed. */
bool mappings_have(const struct mappings *mappings, const char *library);

/* The first of that name, by its path inside the process's root; NULL where none is seen. The caller's to free. */
char *mappings_path(const struct mappings *mappings, const char *library);
