/*
 * One target on its way through a run: its line, the addresses it stands for, and how many of its
 * probes still have no record. An attempt is one of those probes.
 */
#pragma once

#include <netinet/in.h>
#include <sys/queue.h>

#include "scanner/compare.h"
#include "scanner/loop.h"
#include "schema/tls/target.h"

struct task {
    uint64_t seq;
    struct target target;
    const char *request_path; /* borrowed from the campaign; NULL for "/" */
    bool addresses_incomplete;
    size_t open;              /* attempts without a record */
    struct compare *compares; /* one a hello, when the target has several addresses */
    size_t addresses;
};

struct attempt {
    struct errand errand; /* first: it travels as its parcel */
    TAILQ_ENTRY(attempt) link;
    struct task *task;
    char address[INET6_ADDRSTRLEN];
    int64_t started_us;
};

TAILQ_HEAD(attempt_list, attempt);

struct task *task_new(uint64_t seq);
void task_free(struct task *task);

/* `address` is a literal. The attempt counts as open until attempt_free(). */
struct attempt *attempt_new(struct task *task, const char *address, size_t hello);
void attempt_free(struct attempt *attempt);
