/*
 * What the distinct chains of a run are: which of the campaign's chains, for whom they break, and what is wrong with
 * their leaves whoever looks. Each is parsed and judged once and remembered, so that a record costs a look into a table.
 *
 * Servers may be hostile and show a new chain each time: memory is bounded, and so is the share of time that examining
 * takes. Beyond it a chain is not examined, and nothing is said about it.
 */
#pragma once

#include "schema/campaign/outlook.h"
#include "schema/tls/handshake.h"

/* Wrong with what a server presents, for every client that verifies. Bits. */
enum finding {
    FINDING_MALFORMED = 1,     /* the leaf is no certificate */
    FINDING_EXPIRED = 2,       /* the leaf, at the instant of the record */
    FINDING_NOT_YET_VALID = 4, /* likewise */
    FINDING_HOSTNAME = 8,      /* the leaf is not for the target's name */
    FINDING_WRONG_ORDER =
        16, /* a certificate does not stand behind one that it issued (RFC 5246 section 7.4.2) */
    FINDINGS = 5
};

const char *finding_name(int number); /* of the bit 1 << number: "expired", … */

/* Borrowed from the examiner until its next call. */
struct examined {
    bool known;            /* false: there was no chain, or it was not examined */
    size_t campaign_chain; /* SERVED_NONE (served.h) */
    unsigned findings;
    const char *breaks;    /* JSON; NULL: not judged */
    const char *judgement; /* the name of the answer at length, hex; NULL as `breaks` */
    const char *verdicts;  /* that answer, JSON, when nothing was said of it before; else NULL */
};

struct examiner;

/* Examining may take this long at first, and half of all time that goes by after that. */
#define EXAMINER_ALLOWANCE_US 2000000

/* Both borrowed. */
struct examiner *examiner_new(const struct campaign *campaign, struct outlook *outlook, int64_t allowance_us);
void examiner_free(struct examiner *examiner); /* NULL is fine */

/* An identified chain, as it was served at `at` (Unix seconds) to who asked for `name` (NULL: nobody can say). */
void examiner_look(struct examiner *examiner, const struct handshake_chain *chain, const char *name,
                   int64_t at, struct examined *examined);
