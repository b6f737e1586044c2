/*
 * What an error message of a client means for a change of root, what it does not mean, and what to do.
 * Clients word the same failure in many ways, and say little in some of them: this is the table.
 */
#pragma once

#include <stddef.h>

#include "schema/campaign/verdict.h"

/* What the messages come down to. */
struct symptom_meaning {
    const char
        *code; /* of verdict.h where there is one: "root-missing"; else of its own: "certificate-expired" */
    const char *en, *zh;         /* what it means */
    const char *not_en, *not_zh; /* what it does not mean */
    const char *do_en, *do_zh;   /* what to do */
};

struct symptom {
    const char *text;    /* the part of the message that tells, compared without regard to case */
    const char *clients; /* who says so */
    const struct symptom_meaning *meaning;
};

/*
 * What a message, of any length, is recognised by: the most telling row of each meaning, at most `room`,
 * most telling first. A message that names its cause is not also "untelling". Returns how many.
 */
size_t symptom_find(const char *message, const struct symptom **found, size_t room);

/* The table, ended by a row without text. */
const struct symptom *symptom_all(void);
