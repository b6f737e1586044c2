/*
 * Names of a campaign that a host binds to addresses by hand, in its hosts file: that is how the notices ask
 * partners to try a new chain, and what is forgotten afterwards.
 */
#pragma once

#include "schema/campaign/host.h"

struct binding {
    char *name, *address;
    size_t campaign,
        endpoint; /* which campaign, and which of its endpoints has the address; SIZE_MAX for none */
};

struct binding_list {
    struct binding *items;
    size_t count;
};

/* From /etc/hosts inside the root. Clear with binding_list_clear(). */
void binding_list_read(struct binding_list *list, int root_fd, struct campaign *const *campaigns,
                       size_t count);
void binding_list_clear(struct binding_list *list);

/* Whether a host name is one that the campaign is about: of an endpoint, or affected ("*." stands for one label). */
bool binding_concerns(const struct campaign *campaign, const char *name);
