/*
 * For whom a chain that a server presents breaks: what published clients, by the catalogue, make of it in each phase
 * that is not over. The judge's answer for each; where the catalogue does not know a root, or its sources differ, the
 * answer is unknown, as in release_search(). Names of hosts and the leaf's own dates are not judged here: they are the
 * same for every client.
 */
#pragma once

#include "schema/base/json.h"
#include "schema/campaign/judge.h"
#include "schema/trust/release.h"

struct outlook;

/*
 * `clients` are words of release_list_add(): "java", "android:4.4", "pinned:FILE"; none: every product that the
 * catalogue knows. The campaign is borrowed. NULL with *err, ERROR_OPTION for a word that means nothing.
 */
struct outlook *outlook_new(const struct campaign *campaign, const struct text_list *clients,
                            struct error *err);
void outlook_free(struct outlook *outlook); /* NULL is fine */

struct outlook_phase {
    const struct campaign_phase *phase;
    struct judgement *judgements; /* one a client */
};

struct outlook_view {
    struct outlook_phase *phases; /* those that are not over, in the campaign's order */
    size_t count;
    int64_t until; /* the instant from which the answer may be another one */
};

/* For judge_served(), as of `at`. False when the chain asks for more work than is done for one. Clear it. */
MUST_CHECK bool outlook_look(struct outlook *outlook, const struct campaign_chain *chain, int64_t at,
                             struct outlook_view *view);
void outlook_view_clear(struct outlook_view *view);

/*
 * In short, an array: of each phase who refuses the chain and of whom it is not known. At length, an array: of each
 * phase every client with its verdict, its reason, and until when it accepts. Ranges of a product that lie side by side
 * and answer alike are one.
 */
void outlook_write_short(const struct outlook *outlook, const struct outlook_view *view, struct json *json);
void outlook_write_long(const struct outlook *outlook, const struct outlook_view *view, struct json *json);
