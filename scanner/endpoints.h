/* A campaign's endpoints as targets: one for each server name of each endpoint in use. */
#pragma once

#include "schema/campaign/campaign.h"

struct endpoints {
    const struct campaign *campaign; /* borrowed */
    int64_t at;                      /* which of them are in use */
    size_t endpoint, name;           /* the next; zeroed at the beginning */
};

/*
 * The next endpoint, and the server name to ask it for (NULL: it has none). False: that was all. Both are
 * the campaign's.
 */
bool endpoints_next(struct endpoints *endpoints, const struct campaign_endpoint **endpoint,
                    const char **server_name);
