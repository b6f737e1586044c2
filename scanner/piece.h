/*
 * One piece of work that somebody else gave out: a target, what to say to it, and under which run and number its
 * records go. Its receipt tells when all of them have arrived.
 */
#pragma once

#include "scanner/receipt.h"
#include "schema/tls/probe.h"

/* Texts are empty where nothing is known. */
struct piece {
    struct receipt receipt;
    bool given_away;  /* somebody else does it now: what has not started need not */
    const char *scan; /* the run of its records */
    uint64_t seq;
    const char *name, *address, *tag, *request_path;
    enum starttls starttls;
    int port;
    const struct hello *hello;
    enum probe_depth depth;
};
