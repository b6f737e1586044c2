/*
 * Which of a campaign's chains a served chain is. A chain whose certificates the campaign lists is
 * recognised by them, the leaf apart, which is a template there. A chain that the campaign knows by
 * its roots is recognised when exactly those of the campaign's roots can be reached from the served
 * leaf over served certificates, each link by name and signature.
 */
#pragma once

#include "schema/campaign/campaign.h"
#include "schema/tls/handshake.h"

#define SERVED_NONE SIZE_MAX /* no chain of the campaign, or more than one fits */

struct served;

struct served *served_new(const struct campaign *campaign); /* borrowed for the life of it */
void served_free(struct served *served);                    /* NULL is fine */

/* Index into campaign.chains, for a chain that was identified. Remembered for each distinct chain. */
size_t served_chain(struct served *served, const struct handshake_chain *chain);

/* What one served chain is, when it is looked at closely. */
struct served_view {
    size_t number;               /* as above */
    struct campaign_chain chain; /* as judge_served() wants it; without certificates: its leaf is none */
    bool bounded; /* it asks for more work than is done for one chain: nothing is known about it */
};

void served_look(struct served *served, const struct handshake_chain *chain, struct served_view *view);
void served_view_clear(struct served_view *view);
