/*
 * The answer of the path engine in words: the JSON document that programs read, and a tree that a
 * person can follow, with the one change that would help most. Pure, like the engine.
 */
#pragma once

#include "schema/base/json.h"
#include "schema/trust/path.h"

/* A root that the campaign names; paths say which of them they hang from. */
struct explain_root {
    const char *name;
    struct certificate *certificate; /* borrowed */
};

/* All members are borrowed. */
struct explain_subject {
    const char *chain;  /* whose answer this is, where there are several */
    const char *client; /* the model or release */
    const struct path_query *query;
    const struct path_result *result;
    const struct explain_root *roots; /* may be NULL */
    size_t root_count;
    const struct certificate_list *spare; /* certificates that servers could send besides; may be NULL */
    const struct text_list *warnings;     /* what was left out on the way here */
};

/* The members of the document, into an object that is open. */
void explain_json(const struct explain_subject *subject, struct json *json);

/* The tree, lines ended by newlines. */
void explain_text(const struct explain_subject *subject, struct text *out);
