/*
 * What a run writes down: each ended probe becomes a record in the sink and a count in the totals, and
 * the addresses of one name are compared. Losing a record is remembered: after that nothing more is
 * written, because a list with a hole in it is worse than one that ends.
 */
#pragma once

#include "scanner/agenda.h"
#include "scanner/sink.h"
#include "scanner/tally.h"
#include "scanner/totals.h"
#include "schema/campaign/outlook.h"

/* All borrowed for the life of the ledger. */
struct ledger_heading {
    struct sink *sink;
    struct agenda *agenda;
    const struct campaign *campaign; /* NULL for none */
    struct outlook *outlook;         /* of that campaign; NULL for none */
    bool tags_are_endpoints;         /* the campaign's: what is scanned are its endpoints */
    const struct hello *hellos[TASK_HELLOS_MAX];
    size_t hello_count;
};

struct ledger;

struct ledger *ledger_new(const struct ledger_heading *heading);
void ledger_free(struct ledger *ledger);             /* NULL is fine */
const char *ledger_run(const struct ledger *ledger); /* the run's name in every record */

/*
 * Once, before the first record: go on as the run of this name, which had counted so far; its tally is taken. Certificates
 * that its output, the file at `path`, has shown are not shown again.
 */
MUST_CHECK bool ledger_resume(struct ledger *ledger, const char *run, const struct totals *totals,
                              struct tally *tally, const char *path, struct error *err);

/* The task is this piece of work, taken: its records go under the piece's run and number. */
void ledger_take_piece(struct ledger *ledger, struct task *task, struct piece *piece);

/* It never came to a probe: one record for each hello that would have been said. */
void ledger_unprobed(struct ledger *ledger, struct task *task, const struct outcome *outcome);
void ledger_attempt(struct ledger *ledger, const struct attempt *attempt);
void ledger_end(struct ledger *ledger, struct task *task); /* taken; every attempt of it has ended */

bool ledger_is_full(const struct ledger *ledger); /* no new probe should start: the sink is slow */

/* Several times a second; and once at the end. False when a record was lost, now or earlier. */
MUST_CHECK bool ledger_poll(struct ledger *ledger, struct error *err);
MUST_CHECK bool ledger_finish(struct ledger *ledger, struct error *err);
bool ledger_has_lost(const struct ledger *ledger);

const struct totals *ledger_totals(const struct ledger *ledger);
struct tally *ledger_tally(struct ledger *ledger);
