/*
 * The words of a judgement. The numbers of verdicts and evidence are those of the wire
 * (schema/wire/rootshift.proto), the names those of every JSON, table and page.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum verdict { VERDICT_UNKNOWN = 0, VERDICT_READY = 1, VERDICT_NOT_READY = 2 };

/* From weakest to strongest. */
enum evidence {
    EVIDENCE_NONE = 0,
    EVIDENCE_DECLARED = 1,
    EVIDENCE_LISTED_BY_KEY = 2,
    EVIDENCE_LISTED = 3,
    EVIDENCE_PROBED = 4,
    EVIDENCE_LIVE = 5,
};

const char *verdict_name(enum verdict verdict);    /* "ready", "not_ready", "unknown" */
const char *evidence_name(enum evidence evidence); /* "listed_by_key", … */
bool verdict_parse(const char *name, enum verdict *verdict);
bool evidence_parse(const char *name, enum evidence *evidence);

/* The worse of two: not_ready, then unknown, then ready. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

/*
 * Why: a closed list of codes with what they mean for a person. A code that gives `ready` and is not
 * "ok" is also a finding: ready, and yet somebody should know.
 */
struct reason {
    const char *code;
    /*
     * That it gives. Only "restart-needed" may also come with `not_ready`, where the old state was
     * seen and fails.
     */
    enum verdict verdict;
    const char *en, *zh; /* one sentence */
};

/* The row of a code; NULL for none. The table ends with a row without code. */
const struct reason *reason_find(const char *code);
const struct reason *reason_all(void);
