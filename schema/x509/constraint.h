/*
 * Name constraints (RFC 5280 section 4.2.1.10): which names a CA may vouch for. Read once from the
 * CA's certificate, asked for each certificate below it.
 */
#pragma once

#include "schema/x509/certificate.h"

enum constraint_result {
    CONSTRAINT_PERMITTED,
    CONSTRAINT_EXCLUDED,
    CONSTRAINT_UNDECIDABLE, /* a form or a shape that we cannot compare: counts as excluded */
    CONSTRAINT_ENDLESS,     /* more comparisons than are made: nothing is said */
};

struct constraint;

/* The forms of names (GEN_DNS, …) that a certificate constrains, a bit each; 0 where it has no constraints. */
unsigned constraint_forms(const struct certificate *ca);

/* The constraints of a CA; NULL when it has none. The certificate is borrowed and must stay. */
struct constraint *constraint_new(const struct certificate *ca);
void constraint_free(struct constraint *constraint);

/* Whether all names of `certificate`, its subject among them, satisfy them. */
enum constraint_result constraint_check(const struct constraint *constraint,
                                        const struct certificate *certificate);
