/*
 * Decisions of the gate as they are kept: numbered, signed by the centre, each hashed over the one
 * before it, so that a row that is changed, dropped or put in between is seen. What was decided can be
 * decided again from the row alone.
 */
#pragma once

#include "aggregator/database.h"
#include "aggregator/gate.h"
#include "aggregator/journal.h"
#include "schema/wire/key.h"

struct decision {
    struct journal_entry entry; /* its number, and the hash that goes over all before it too */
    char *input;                /* the whole document */
    struct gate_result result;
};

void decision_clear(struct decision *decision);

/* Look, decide and keep, in one REPEATABLE READ transaction as of `at` (0: now). */
MUST_CHECK bool decision_make(struct database *database, const struct key *centre, const char *campaign,
                              const char *phase, int64_t at, struct decision *decision, struct error *err);

/* Decide again from what was kept under `number`. ERROR_CONFLICT when the answer is another one now. */
MUST_CHECK bool decision_show(struct database *database, int64_t number, struct decision *decision,
                              struct error *err);

/*
 * Every row: its hash, its place in the chain, its signature, and the verdict from its input; and that every
 * decision of `journal` is still there. ERROR_CONFLICT names the first that is not as it was. *head is the
 * last that is right, number 0 for none. Signatures must be those of `centre`, so that a chain made by
 * somebody else is none.
 */
MUST_CHECK bool decision_verify(struct database *database, const struct key *centre,
                                const struct journal *journal, struct journal_entry *head, struct error *err);
