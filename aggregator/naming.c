#include "aggregator/naming.h"

#include <stdlib.h>
#include <string.h>

#include "aggregator/campaigns.h"
#include "schema/campaign/served.h"

/* The certificates of one row's chain, joined by PostgreSQL into one bytea with their sizes beside it. */
static bool read_chain(const PGresult *rows, int row, struct handshake_chain *chain, struct error *err)
{
    struct text_list sizes = { 0 };
    size_t size = 0, at = 0;
    unsigned char *bytes =
        PQunescapeBytea((const unsigned char *)database_value(rows, row, "certificates"), &size);
    bool ok = bytes != NULL;

    database_texts(rows, row, "sizes", &sizes);
    *chain = (struct handshake_chain){ .items = memory_new((sizes.count + 1) * sizeof(*chain->items)),
                                       .bytes = bytes };
    for (size_t i = 0; ok && i < sizes.count; i++) {
        size_t each = strtoul(sizes.items[i], NULL, 10);

        ok = each <= size - at;
        if (!ok)
            break;
        chain->items[chain->count++] = (struct handshake_certificate){ .der = bytes + at, .size = each };
        at += each;
    }
    text_list_clear(&sizes);
    handshake_chain_identify(chain);
    return ok || error_set(err, ERROR_DATABASE, "a chain's certificates do not add up");
}

static bool name_one(struct database *database, const PGresult *rows, int row, struct served *served,
                     const struct campaign *campaign, struct error *err)
{
    struct handshake_chain chain = { 0 };
    bool ok = read_chain(rows, row, &chain, err);

    if (ok) {
        size_t number = served_chain(served, &chain);

        ok = database_run(
            database, "naming_store",
            (struct parameter[]){ { "chain", database_value(rows, row, "chain") },
                                  { "campaign", campaign->name },
                                  { "version", database_value(rows, row, "version") },
                                  { "name", number != SERVED_NONE ? campaign->chains[number].name : NULL },
                                  { 0 } },
            NULL, err);
    }
    free(chain.items);
    PQfreemem(chain.bytes);
    return ok;
}

/* One round of at most as many as naming_pending.sql lists, in the order of campaigns. */
static bool name_round(struct database *database, int *named, struct error *err)
{
    struct campaigns campaigns = { 0 };
    const struct campaign *campaign = NULL;
    struct served *served = NULL;
    PGresult *pending = database_query(database, "naming_pending", NULL, err);
    bool ok = pending != NULL && (PQntuples(pending) == 0 || campaigns_load(database, &campaigns, err));

    *named = 0;
    for (int row = 0; ok && row < PQntuples(pending); row++) {
        const struct campaign *next = campaigns_find(&campaigns, database_value(pending, row, "campaign"));

        /* A version that was applied since we loaded them comes with the next sweep. */
        if (next == NULL || next->version != database_number(pending, row, "version"))
            continue;
        if (next != campaign) {
            served_free(served);
            served = served_new(next);
            campaign = next;
        }
        ok = name_one(database, pending, row, served, campaign, err);
        (*named)++;
    }
    served_free(served);
    PQclear(pending);
    campaigns_clear(&campaigns);
    return ok;
}

bool naming_sweep(struct database *database, struct error *err)
{
    int named = 0;
    bool ok;

    do {
        ok = database_begin(database, "", err) && name_round(database, &named, err) &&
             database_commit(database, err);
        if (!ok)
            database_rollback(database);
    } while (ok && named > 0);
    return ok || error_within(err, "naming chains");
}
