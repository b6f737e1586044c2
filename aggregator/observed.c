#include "aggregator/observed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/json.h"

/* How many of the places that are alike a program is told by name. */
#define LIST_MAX 10000

static struct campaign *load_campaign(struct database *database, const char *name, struct error *err)
{
    PGresult *rows =
        database_query(database, "page_document", (struct parameter[]){ { "campaign", name }, { 0 } }, err);
    struct campaign *campaign = NULL;

    if (rows != NULL && PQntuples(rows) == 0) {
        error_set(err, ERROR_ABSENT, "no campaign \"%s\"", name);
    } else if (rows != NULL) {
        const char *document = database_value(rows, 0, "document");

        campaign = campaign_load_text(name, document, strlen(document), err);
    }
    PQclear(rows);
    return campaign;
}

static void read_rows(struct observed *observed)
{
    const PGresult *rows = observed->rows;

    observed->read = memory_new(((size_t)PQntuples(rows) + 1) * sizeof(*observed->read));
    for (int row = 0; row < PQntuples(rows); row++) {
        struct rollout_row *read = &observed->read[row];

        *read = (struct rollout_row){
            .endpoint = database_value(rows, row, "endpoint"),
            .places = database_number(rows, row, "places"),
            .named = database_bool(rows, row, "named"),
            .chain = database_is_null(rows, row, "chain") ? NULL : database_value(rows, row, "chain"),
        };
        database_texts(rows, row, "chain_before", &read->before);
    }
}

bool observed_load(struct database *database, const char *campaign, int64_t at, int list,
                   struct observed *observed, struct error *err)
{
    char list_text[16];
    const struct parameter parameters[] = { { "campaign", campaign }, { "list", list_text }, { 0 } };

    snprintf(list_text, sizeof(list_text), "%d", list);
    *observed = (struct observed){ .campaign = load_campaign(database, campaign, err) };
    if (observed->campaign == NULL)
        return false;
    observed->newest = database_query(database, "scan_newest", parameters, err);
    observed->rows = observed->newest != NULL ? database_query(database, "scan_seen", parameters, err) : NULL;
    if (observed->rows == NULL)
        return false;
    read_rows(observed);
    observed->rollout =
        rollout_new(observed->campaign, at, observed->read, (size_t)PQntuples(observed->rows));
    return true;
}

void observed_clear(struct observed *observed)
{
    rollout_free(observed->rollout);
    for (int row = 0; observed->read != NULL && row < PQntuples(observed->rows); row++)
        text_list_clear(&observed->read[row].before);
    free(observed->read);
    PQclear(observed->rows);
    PQclear(observed->newest);
    campaign_free(observed->campaign);
    *observed = (struct observed){ 0 };
}

const char *observed_chain(const struct observed *observed, size_t chain)
{
    return chain != ROLLOUT_OTHER ? observed->campaign->chains[chain].name : NULL;
}

static void write_shares(struct json *json, const struct observed *observed,
                         const struct rollout_endpoint *endpoint)
{
    json_key_text(json, "phase", endpoint->phase != NULL ? endpoint->phase->name : NULL);
    json_key_number(json, "places", endpoint->places);
    json_key_number(json, "unknown", endpoint->unknown);
    json_key(json, "chains");
    json_array(json);
    for (size_t i = 0; i < endpoint->share_count; i++) {
        const struct rollout_share *share = &endpoint->shares[i];

        json_object(json);
        json_key_text(json, "chain", observed_chain(observed, share->chain));
        json_key_number(json, "places", share->places);
        json_key(json, "share");
        json_array(json);
        json_real(json, share->low);
        json_real(json, share->high);
        json_array_end(json);
        json_key(json, "planned");
        json_real(json, share->planned != ROLLOUT_UNPLANNED ? share->planned / 100.0 : NAN); /* null */
        json_object_end(json);
    }
    json_array_end(json);
}

/* Rows [from, until) that carry the mark; without one, those that ended before a chain was known to be shown. */
static void write_places(struct json *json, const struct observed *observed, int from, int until,
                         const char *key, unsigned mark)
{
    const PGresult *rows = observed->rows;

    json_key(json, key);
    json_array(json);
    for (int row = from; row < until; row++) {
        bool failed = !database_bool(rows, row, "shown") && observed->read[row].places > 0;

        if (mark == 0 ? !failed : (observed->rollout->marks[row] & mark) == 0)
            continue;
        json_object(json);
        json_key_text(json, "stage", database_value(rows, row, "stage"));
        json_key_text(json, "class", database_value(rows, row, "class"));
        json_key_text(json, "chain", observed->read[row].chain);
        json_key_texts(json, "chain_before", &observed->read[row].before);
        json_key_number(json, "places", observed->read[row].places);
        json_key(json, "first_places");
        json_raw(json, database_value(rows, row, "first_places"));
        json_object_end(json);
    }
    json_array_end(json);
}

static int end_of(const struct observed *observed, int row)
{
    const char *endpoint = observed->read[row].endpoint;

    while (row < PQntuples(observed->rows) && strcmp(observed->read[row].endpoint, endpoint) == 0)
        row++;
    return row;
}

static void write_endpoint(struct json *json, const struct observed *observed,
                           const struct rollout_endpoint *endpoint, int from, int until)
{
    bool scanned = !database_is_null(observed->rows, from, "scan");

    json_object(json);
    json_key_text(json, "endpoint", *endpoint->name != '\0' ? endpoint->name : NULL);
    json_key_text(json, "scan", scanned ? database_value(observed->rows, from, "scan") : NULL);
    json_key_text(json, "started_at",
                  scanned ? database_value(observed->rows, from, "started_at_iso") : NULL);
    write_shares(json, observed, endpoint);
    write_places(json, observed, from, until, "stray", ROLLOUT_STRAY);
    write_places(json, observed, from, until, "regressed", ROLLOUT_REGRESSED);
    write_places(json, observed, from, until, "failed", 0);
    json_object_end(json);
}

static void write_newest(struct json *json, const PGresult *newest)
{
    json_key(json, "newest");
    if (PQntuples(newest) == 0) {
        json_null(json);
        return;
    }
    json_object(json);
    json_key_text(json, "scan", database_value(newest, 0, "id"));
    json_key_text(json, "started_at", database_value(newest, 0, "started_at_iso"));
    json_key_bool(json, "published", database_bool(newest, 0, "published"));
    json_key_number(json, "targets", database_number(newest, 0, "targets"));
    json_key_number(json, "answered", database_number(newest, 0, "answered"));
    json_object_end(json);
}

static void write_document(struct json *json, const struct observed *observed, int64_t at)
{
    int from = 0;

    json_object(json);
    json_key_text(json, "campaign", observed->campaign->name);
    json_key_number(json, "version", observed->campaign->version);
    json_key_instant(json, "as_of", at);
    write_newest(json, observed->newest);
    json_key(json, "production");
    json_object(json);
    write_shares(json, observed, &observed->rollout->whole);
    json_object_end(json);
    json_key(json, "endpoints");
    json_array(json);
    for (size_t i = 0; i < observed->rollout->endpoint_count; i++) {
        int until = end_of(observed, from);

        write_endpoint(json, observed, &observed->rollout->endpoints[i], from, until);
        from = until;
    }
    json_array_end(json);
    json_object_end(json);
}

bool observed_json(struct database *database, const char *campaign, int64_t at, struct text *out,
                   struct error *err)
{
    struct observed observed;
    struct json json = { 0 };
    bool ok = observed_load(database, campaign, at, LIST_MAX, &observed, err);

    if (ok) {
        write_document(&json, &observed, at);
        text_format(out, "%s\n", text_string(&json.text));
    }
    json_clear(&json);
    observed_clear(&observed);
    return ok;
}
