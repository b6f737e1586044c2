/*
 * The command `probe`: handshakes with the campaign's validation endpoints, from this host and within
 * their budget. It shows whether this host reaches them and which chain arrives here. It is our own
 * handshake, not that of this host's software: it never says that a client is ready. What does not
 * arrive is no fault of a trust store, since egress rules and proxies are where most of it is lost.
 */
#pragma once

#include "collector/state.h"
#include "schema/base/option.h"
#include "schema/campaign/campaign.h"
#include "schema/wire/codec.h"

struct probe_list {
    Rootshift__V1__Probe **items; /* each owned with its texts */
    size_t count;
};

struct probe_request {
    const struct campaign *campaign;
    struct state *state;
    int64_t at; /* endpoints in use at this instant */
    int timeout_ms;
};

/*
 * One Probe for each (endpoint, name, address), one after the other; those for which no budget is left
 * have the class `budget`. False with *err when the state fails. Add to *list; clear it.
 */
MUST_CHECK bool probe_endpoints(const struct probe_request *request, struct probe_list *list,
                                struct error *err);
void probe_list_clear(struct probe_list *list);

/* Exits with 0 when each endpoint answered with its chain, 2 when one did not, 3 when there was none to ask. */
extern const struct command probe_command;
