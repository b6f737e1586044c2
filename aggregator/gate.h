/*
 * The gate before a phase: rules over bounds. GO needs every rule to hold at its pessimistic bound, one
 * rule that fails even at its optimistic bound is NO-GO, everything else is INCONCLUSIVE. Pure: one document
 * in (statements/gate_input.sql), a verdict out, so that a decision can be made again from what was kept.
 */
#pragma once

#include "schema/base/json.h"

enum gate_verdict { GATE_GO, GATE_NO_GO, GATE_INCONCLUSIVE };

#define GATE_RULES_MAX 16

struct gate_rule {
    const char *name;
    const char *must; /* what must hold, for a person */
    double pessimistic, optimistic, threshold;
    bool at_most; /* the value must not be above the threshold; else not below */
    bool holds;   /* at the pessimistic bound */
    bool fails;   /* at the optimistic bound too */
};

struct gate_result {
    enum gate_verdict verdict;
    struct gate_rule rules[GATE_RULES_MAX];
    size_t rule_count;
    const char *weakest; /* name of the weakest evidence that counted; "none" */
    char campaign[128], phase[128];
    int64_t version, as_of;
};

/* ERROR_FORMAT when the document is not one of ours. */
MUST_CHECK bool gate_evaluate(const char *input, struct gate_result *result, struct error *err);

const char *gate_verdict_name(enum gate_verdict verdict); /* "go", "no-go", "inconclusive" */

/* `head` is the decision as a line of journal.h: what to keep elsewhere, so that nobody can cut the chain. */
void gate_print_json(const struct gate_result *result, int64_t number, const char *head, const char *input,
                     struct text *out);
void gate_print_text(const struct gate_result *result, int64_t number, const char *head, struct text *out);
