/*
 * What a run writes down: each ended probe becomes a record in the sink and a count in the totals, and
 * the addresses of one name are compared. Losing a record is remembered: after that nothing more is
 * written, because a list with a hole in it is worse than one that ends.
 */
#pragma once

#include "scanner/sink.h"
#include "scanner/task.h"
#include "schema/campaign/campaign.h"

#define LEDGER_HELLOS_MAX 16

/* All borrowed for the life of the ledger. */
struct ledger_heading {
    struct sink *sink;
    const struct campaign *campaign; /* NULL for none */
    const struct hello *hellos[LEDGER_HELLOS_MAX];
    size_t hello_count;
    bool on_terminal; /* a status line must be cleared before a sentence */
};

struct ledger_totals {
    uint64_t targets, records, certificates;
    uint64_t outcomes[STAGES][CLASSES];
    uint64_t names_alike, names_different; /* names with several addresses, by the chains these serve */
};

struct ledger;

struct ledger *ledger_new(const struct ledger_heading *heading);
void ledger_free(struct ledger *ledger);             /* NULL is fine */
const char *ledger_run(const struct ledger *ledger); /* the run's name in every record */

struct task *ledger_begin(struct ledger *ledger); /* a new target, numbered */

/* It never came to a probe: one record for each hello that would have been said. */
void ledger_unprobed(struct ledger *ledger, const struct task *task, const struct outcome *outcome);
void ledger_attempt(struct ledger *ledger, const struct attempt *attempt);
void ledger_end(struct ledger *ledger, struct task *task); /* taken; every attempt of it has ended */

/* Several times a second; and once at the end. False when a record was lost, now or earlier. */
MUST_CHECK bool ledger_poll(struct ledger *ledger, struct error *err);
MUST_CHECK bool ledger_finish(struct ledger *ledger, struct error *err);
bool ledger_has_lost(const struct ledger *ledger);

const struct ledger_totals *ledger_totals(const struct ledger *ledger);
