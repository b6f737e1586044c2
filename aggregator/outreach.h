/*
 * What to tell each partner, in its language: what breaks when, on which hosts, what to do about it
 * with the very path, by when, whom to ask, and where it can be tried. As CSV, as JSON, or as one
 * text a partner that is ready to send. An export is remembered, so that the next can say what is new.
 */
#pragma once

#include "aggregator/database.h"
#include "schema/campaign/campaign.h"

/* One thing that stands in the way of one partner in one phase. All owned. */
struct outreach_item {
    char *phase, *host, *client, *runtime, *executable, *verdict, *reason, *key;
    struct text_list stores, fix;
    int64_t starts, ready_by;
    bool may; /* the client may talk to the campaign's servers, and was not seen to */
    bool is_new;
};

struct outreach_partner {
    char *id, *name, *contact;
    bool chinese;
    struct outreach_item *items;
    size_t count;
};

struct outreach {
    const struct campaign *campaign; /* borrowed */
    int64_t as_of;                   /* the caller's to fill in */
    struct outreach_partner *partners;
    size_t count;
};

/* `partner` is one id, or NULL for all. Inside the caller's transaction, whose time is asked for. */
MUST_CHECK bool outreach_load(struct database *database, const struct campaign *campaign, const char *partner,
                              struct outreach *outreach, struct error *err);
void outreach_clear(struct outreach *outreach);

/* Remember that all this was said, of `partner` alone or, with NULL, of all. */
MUST_CHECK bool outreach_note(struct database *database, const struct outreach *outreach, const char *partner,
                              struct error *err);

/* Drop what the last export said already. */
void outreach_keep_new(struct outreach *outreach);

void outreach_print_csv(const struct outreach *outreach, struct text *out);
void outreach_print_json(const struct outreach *outreach, struct text *out);
void outreach_print_text(const struct outreach *outreach, struct text *out);
