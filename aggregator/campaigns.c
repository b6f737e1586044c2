#include "aggregator/campaigns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "schema/base/json.h"

static const char *const weights[] = {
    [WEIGH_BY_HOSTS] = "hosts",
    [WEIGH_BY_TRAFFIC] = "traffic",
    [WEIGH_BY_PARTNERS] = "partners",
};

static void write_instant(struct json *json, const char *key, int64_t instant)
{
    json_key(json, key);
    if (instant == CLOCK_NEVER)
        json_null(json);
    else
        json_instant(json, instant);
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void write_pem(struct json *json, const struct certificate *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes;
    long size;

    PEM_write_bio_X509(bio, certificate_x509(certificate));
    size = BIO_get_mem_data(bio, &bytes);
    json_key(json, "pem");
    json_text_sized(json, bytes, (size_t)size);
    BIO_free(bio);
}

static void write_root(struct json *json, const struct campaign_root *root)
{
    json_object(json);
    json_key_text(json, "name", root->name);
    json_key_text(json, "role", root_role_name(root->role));
    json_key_text(json, "label", certificate_label(root->certificate));
    json_key(json, "sha256");
    json_fingerprint(json, certificate_fingerprint(root->certificate));
    json_key(json, "key_identity");
    json_fingerprint(json, certificate_key_identity(root->certificate));
    write_pem(json, root->certificate);
    json_object_end(json);
}

static void write_gate(struct json *json, const struct campaign_gate *gate)
{
    json_key(json, "gate_ready");
    json_real(json, gate->ready);
    json_key(json, "gate_coverage");
    json_real(json, gate->coverage);
    json_key(json, "gate_ready_of_expected");
    json_real(json, gate->ready_of_expected);
    json_key(json, "gate_waived_max");
    json_real(json, gate->waived_max);
    json_key_text(json, "gate_min_evidence", evidence_name(gate->min_evidence));
    json_key_text(json, "gate_weigh_by", weights[gate->weigh_by]);
    json_key_bool(json, "gate_critical_ready", gate->critical_ready);
    json_key_number(json, "gate_evidence_max_age_s", gate->evidence_max_age);
}

static void write_phase(struct json *json, const struct campaign *campaign, size_t ordinal)
{
    const struct campaign_phase *phase = &campaign->phases[ordinal];

    json_object(json);
    json_key_text(json, "name", phase->name);
    json_key_number(json, "ordinal", (int64_t)ordinal);
    json_key_text(json, "note_en", or_empty(phase->note.en));
    json_key_text(json, "note_zh", or_empty(phase->note.zh));
    write_instant(json, "starts", phase->starts);
    json_key_instant(json, "ends", phase->end);
    write_instant(json, "advised_by", phase->advised_by);
    json_key_instant(json, "ready_by", phase->ready_by);
    json_key_text(json, "source", campaign_source_name(phase->source));
    json_key_text(json, "advised_source", campaign_source_name(phase->advised_source));
    json_key(json, "serves");
    json_array(json);
    for (size_t i = 0; i < phase->serves_count; i++)
        json_text(json, campaign->chains[phase->serves[i]].name);
    json_array_end(json);
    json_key_texts(json, "cohorts", &phase->cohorts);
    write_gate(json, &phase->gate);
    json_object_end(json);
}

static void write_endpoint(struct json *json, const struct campaign *campaign,
                           const struct campaign_endpoint *endpoint)
{
    json_object(json);
    json_key_text(json, "name", endpoint->name);
    json_key_text(json, "use", endpoint_use_name(endpoint->use));
    json_key_text(json, "chain", campaign->chains[endpoint->chain].name);
    json_key_texts(json, "server_names", &endpoint->server_names);
    json_key_number(json, "port", endpoint->port);
    json_key_texts(json, "addresses", &endpoint->addresses);
    json_key_text(json, "request_path", endpoint->request_path);
    json_key_instant(json, "starts", endpoint->from);
    write_instant(json, "ends", endpoint->until);
    json_key_text(json, "source", campaign_source_name(endpoint->source));
    json_object_end(json);
}

/* What statements/campaign_apply.sql takes apart. */
static void write_campaign(struct json *json, const struct campaign *campaign, const char *document)
{
    json_object(json);
    json_key_text(json, "name", campaign->name);
    json_key_number(json, "version", campaign->version);
    json_key(json, "digest");
    json_fingerprint(json, &campaign->digest);
    json_key_text(json, "title_en", or_empty(campaign->title.en));
    json_key_text(json, "title_zh", or_empty(campaign->title.zh));
    json_key_text(json, "contact_en", or_empty(campaign->contact.en));
    json_key_text(json, "contact_zh", or_empty(campaign->contact.zh));
    json_key_text(json, "zone", campaign->zone);
    json_key_instant(json, "ends", campaign->ends);
    json_key_text(json, "ends_source", campaign_source_name(campaign->ends_source));
    json_key_text(json, "document", document);
    json_key(json, "roots");
    json_array(json);
    for (size_t i = 0; i < campaign->root_count; i++)
        write_root(json, &campaign->roots[i]);
    json_array_end(json);
    json_key(json, "phases");
    json_array(json);
    for (size_t i = 0; i < campaign->phase_count; i++)
        write_phase(json, campaign, i);
    json_array_end(json);
    json_key(json, "endpoints");
    json_array(json);
    for (size_t i = 0; i < campaign->endpoint_count; i++)
        write_endpoint(json, campaign, &campaign->endpoints[i]);
    json_array_end(json);
    json_object_end(json);
}

/* Whether this version is new; an older one, or another content under the same version, is refused. */
static bool check_version(struct database *database, const struct campaign *campaign, bool *is_new,
                          struct error *err)
{
    PGresult *result = database_query(database, "campaign_newest",
                                      (struct parameter[]){ { "campaign", campaign->name }, { 0 } }, err);
    bool ok = result != NULL;
    struct fingerprint digest;

    *is_new = true;
    if (ok && PQntuples(result) == 1) {
        int64_t version = database_number(result, 0, "version");

        *is_new = campaign->version > version;
        if (campaign->version < version)
            ok = error_set(
                err, ERROR_CONFLICT,
                "version %d is older than version %lld, which was applied already: a version never goes back",
                campaign->version, (long long)version);
        else if (campaign->version == version)
            ok = database_bytes(result, 0, PQfnumber(result, "digest"), digest.bytes, sizeof(digest.bytes),
                                err) &&
                 (fingerprint_equal(&digest, &campaign->digest) ||
                  error_set(err, ERROR_CONFLICT,
                            "version %d was applied already with other content: raise its version",
                            campaign->version));
    }
    PQclear(result);
    return ok;
}

static bool insert(struct database *database, const struct campaign *campaign, const char *document,
                   int64_t at, struct error *err)
{
    struct json json = { 0 };
    char time[CLOCK_TEXT_BYTES];
    bool ok;

    write_campaign(&json, campaign, document);
    ok = database_run(database, "campaign_apply",
                      (struct parameter[]){
                          { "campaign", text_string(&json.text) }, { "at", clock_format(at, time) }, { 0 } },
                      NULL, err);
    json_clear(&json);
    return ok;
}

bool campaigns_apply(struct database *database, const struct campaign *campaign, const char *document,
                     int64_t at, bool *applied, struct error *err)
{
    if (database_begin(database, "", err) && database_run(database, "campaign_lock", NULL, NULL, err) &&
        check_version(database, campaign, applied, err) &&
        (!*applied || insert(database, campaign, document, at, err)) && database_commit(database, err))
        return true;
    database_rollback(database);
    return error_within(err, "campaign %s", campaign->name);
}

bool campaigns_load(struct database *database, struct campaigns *campaigns, struct error *err)
{
    PGresult *result = database_query(database, "campaign_documents", NULL, err);
    bool ok = result != NULL;

    *campaigns = (struct campaigns){ 0 };
    for (int row = 0; ok && row < PQntuples(result); row++) {
        const char *name = database_value(result, row, "name"),
                   *document = database_value(result, row, "document");
        struct campaign *campaign = campaign_load_text(name, document, strlen(document), err);

        ok = campaign != NULL;
        if (!ok)
            break;
        campaigns->items = array_grow(campaigns->items, campaigns->count, sizeof(struct campaign *));
        campaigns->items[campaigns->count++] = campaign;
    }
    PQclear(result);
    if (!ok)
        campaigns_clear(campaigns);
    return ok;
}

void campaigns_clear(struct campaigns *campaigns)
{
    for (size_t i = 0; i < campaigns->count; i++)
        campaign_free(campaigns->items[i]);
    free(campaigns->items);
    *campaigns = (struct campaigns){ 0 };
}

const struct campaign *campaigns_find(const struct campaigns *campaigns, const char *name)
{
    for (size_t i = 0; i < campaigns->count; i++) {
        if (strcmp(campaigns->items[i]->name, name) == 0)
            return campaigns->items[i];
    }
    return NULL;
}
