#include "scanner/endpoints.h"

static bool is_used(const struct endpoints *endpoints, const struct campaign_endpoint *endpoint)
{
    return endpoint->from <= endpoints->at && endpoints->at < endpoint->until;
}

/* An endpoint without names is a target all the same. */
static size_t targets_of(const struct campaign_endpoint *endpoint)
{
    return endpoint->server_names.count > 0 ? endpoint->server_names.count : 1;
}

bool endpoints_next(struct endpoints *endpoints, const struct campaign_endpoint **endpoint,
                    const char **server_name)
{
    for (; endpoints->endpoint < endpoints->campaign->endpoint_count; endpoints->endpoint++) {
        *endpoint = &endpoints->campaign->endpoints[endpoints->endpoint];
        if (is_used(endpoints, *endpoint) && endpoints->name < targets_of(*endpoint)) {
            *server_name =
                (*endpoint)->server_names.count > 0 ? (*endpoint)->server_names.items[endpoints->name] : NULL;
            endpoints->name++;
            return true;
        }
        endpoints->name = 0;
    }
    return false;
}
