/* The PKI of tests/support/migration in a directory of its own, made once a test program. */
#pragma once

#include "tests/support/check.h"

#include <unistd.h>

static char migration_directory[64];

/* cmocka group setup: the calls give 0 for success. */
static inline int migration_make(void **state)
{
    char command[512];

    (void)state;
    strcpy(migration_directory, "/tmp/rootshift-migration-XXXXXX");
    if (mkdtemp(migration_directory) == NULL)
        return -1;
    snprintf(command, sizeof(command), "timeout 60 '%s/tests/support/migration' '%s'", SOURCE_ROOT,
             migration_directory);
    return system(command);
}

static inline int migration_remove(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", migration_directory);
    return system(command);
}

/* "DIRECTORY/name"; valid until the next but three calls. */
static inline const char *migration_path(const char *name)
{
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", migration_directory, name);
    return path;
}
