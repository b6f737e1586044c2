/*
 * What running processes can have read: trust stores are read once, when a process starts, so one that was
 * repaired since says nothing about it. Exact where an earlier look saw the stores between the process's
 * start and their change; else what it read is unseen.
 */
#pragma once

#include "collector/client.h"
#include "collector/state.h"
#include "schema/wire/codec.h"

struct restart {
    bool needed; /* some process can have read something else than what is there now */
    bool unseen; /* and of some process nobody saw what */
    Rootshift__V1__TrustManifest **read; /* other trust sets than the present one that processes have read, or
                                            where that is unseen may have */
    size_t count;
};

/* `state` may be NULL: nothing is remembered. Clear with restart_clear(). */
void restart_find(struct restart *restart, const struct client *client, struct state *state);
void restart_clear(struct restart *restart);
