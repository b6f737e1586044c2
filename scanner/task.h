/*
 * One target on its way through a run: its line, the addresses it stands for, and which of its probes
 * have their records. An attempt is one of those probes.
 */
#pragma once

#include <netinet/in.h>
#include <sys/queue.h>

#include "scanner/compare.h"
#include "scanner/loop.h"
#include "scanner/piece.h"
#include "schema/tls/target.h"

/* Hellos are bits in a place. */
#define TASK_HELLOS_MAX 16

/* One address of a target. */
struct place {
    char address[INET6_ADDRSTRLEN];
    uint16_t recorded; /* a bit for each hello whose record is written */
};

struct task {
    TAILQ_ENTRY(task) link;
    uint64_t seq;
    int64_t position; /* where its line begins in the source */
    struct target target;
    const char *request_path; /* borrowed from the campaign; NULL for "/" */
    bool addresses_incomplete;
    struct piece *piece;  /* whose work it is, held; NULL: the run's own */
    uint16_t hellos;      /* a bit for each of the run's that is said; 0: all */
    size_t open;          /* attempts without a record */
    struct place *places; /* none before the name is resolved */
    size_t place_count;
    struct compare *compares; /* one a hello, when the target has several addresses */
    size_t compare_count;
};

TAILQ_HEAD(task_list, task);

struct attempt {
    struct errand errand; /* first: it travels as its parcel */
    TAILQ_ENTRY(attempt) link;
    struct task *task;
    struct place *place; /* the task's */
    struct peer *peer;   /* the queue's */
    int64_t started_us;
};

TAILQ_HEAD(attempt_list, attempt);

struct task *task_new(uint64_t seq, int64_t position); /* `position` may be learnt later */
void task_free(struct task *task);                     /* a piece that it still holds is not done */

/* Once: these are its addresses, literals, copied. */
void task_set_places(struct task *task, char *const *addresses, size_t count, size_t hello_count);

bool task_says(const struct task *task, size_t hello);
bool task_has_record(const struct task *task);

/* The attempt counts as open until attempt_free(). */
struct attempt *attempt_new(struct task *task, struct place *place, size_t hello);
void attempt_free(struct attempt *attempt);
