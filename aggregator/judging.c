#include "aggregator/judging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/campaigns.h"
#include "schema/base/json.h"
#include "schema/campaign/judge.h"

/* Instants at which a verdict may change; INT64_MIN stands for "always before". */
struct steps {
    int64_t *instants;
    size_t count;
};

static void add_step(struct steps *steps, const struct campaign_phase *phase, int64_t instant)
{
    if (instant <= phase->starts || instant >= phase->end)
        return;
    steps->instants = array_grow(steps->instants, steps->count, sizeof(*steps->instants));
    steps->instants[steps->count++] = instant;
}

static void add_certificate(struct steps *steps, const struct campaign_phase *phase,
                            const struct certificate *certificate)
{
    add_step(steps, phase, certificate_not_before(certificate));
    add_step(steps, phase, certificate_not_after(certificate) + 1); /* notAfter itself is still valid */
}

static int compare_instants(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* Every date inside the phase of a certificate that may stand on a path. */
static struct steps steps_of(const struct campaign *campaign, const struct campaign_phase *phase,
                             const struct trust_set *trust)
{
    struct steps steps = { 0 };

    for (size_t i = 0; i < campaign->root_count; i++)
        add_certificate(&steps, phase, campaign->roots[i].certificate);
    for (size_t i = 0; i < campaign->intermediates.count; i++)
        add_certificate(&steps, phase, campaign->intermediates.items[i]);
    for (size_t i = 0; i < phase->serves_count; i++) {
        const struct certificate_list *chain = &campaign->chains[phase->serves[i]].certificates;

        for (size_t j = 0; j < chain->count; j++)
            add_certificate(&steps, phase, chain->items[j]);
    }
    for (size_t i = 0; i < trust->count; i++) {
        if (trust->entries[i].certificate != NULL)
            add_certificate(&steps, phase, trust->entries[i].certificate);
    }
    if (steps.count > 0)
        qsort(steps.instants, steps.count, sizeof(*steps.instants), compare_instants);
    return steps;
}

static void write_optional(struct json *json, const char *key, bool known, int64_t instant)
{
    json_key(json, key);
    if (known)
        json_instant(json, instant);
    else
        json_null(json);
}

static void write_judgement(struct json *json, const struct campaign *campaign,
                            const struct judgement *judged)
{
    json_key_text(json, "verdict", verdict_name(judged->verdict));
    json_key_text(json, "reason", judged->reason);
    json_key_text(json, "evidence", evidence_name(judged->evidence));
    write_optional(json, "valid_until", judged->valid_until != CLOCK_NEVER, judged->valid_until);
    json_key_text(json, "chain",
                  judged->chain < campaign->chain_count ? campaign->chains[judged->chain].name : NULL);
    json_key_bool(json, "ended", judged->ended);
}

/* One row: [from, until) is where the verdict holds. */
static void write_step(struct json *json, const struct campaign *campaign, const struct campaign_phase *phase,
                       const int64_t *from, const int64_t *until, const struct judgement *judged)
{
    json_object(json);
    json_key_text(json, "phase", phase->name);
    write_optional(json, "holds_from", from != NULL, from != NULL ? *from : 0);
    write_optional(json, "holds_until", until != NULL, until != NULL ? *until : 0);
    write_judgement(json, campaign, judged);
    json_object_end(json);
}

static bool same(const struct judgement *a, const struct judgement *b)
{
    return a->verdict == b->verdict && strcmp(a->reason, b->reason) == 0 && a->evidence == b->evidence &&
           a->valid_until == b->valid_until && a->chain == b->chain && a->ended == b->ended;
}

/* What the judge says of a client whose behaviour nobody knows. */
static struct judgement judge(const struct campaign *campaign, size_t phase,
                              const struct judge_subject *subject, int64_t at)
{
    if (subject->model == NULL)
        return (struct judgement){ .verdict = VERDICT_UNKNOWN,
                                   .reason = "model-unknown",
                                   .evidence = EVIDENCE_NONE,
                                   .valid_until = CLOCK_NEVER,
                                   .chain = SIZE_MAX,
                                   .ended = at >= campaign->phases[phase].end };
    return judge_phase(campaign, phase, subject, at);
}

/* Neighbouring steps with the same judgement are one row. */
static void write_phase(struct json *json, const struct campaign *campaign, size_t number,
                        const struct judge_subject *subject)
{
    const struct campaign_phase *phase = &campaign->phases[number];
    struct steps steps = steps_of(campaign, phase, subject->trust);
    struct judgement current = judge(campaign, number, subject, phase->starts);
    const int64_t *from = NULL;

    for (size_t i = 0; i < steps.count; i++) {
        struct judgement next;

        if (i > 0 && steps.instants[i] == steps.instants[i - 1])
            continue;
        next = judge(campaign, number, subject, steps.instants[i]);
        if (same(&current, &next))
            continue;
        write_step(json, campaign, phase, from, &steps.instants[i], &current);
        from = &steps.instants[i];
        current = next;
    }
    write_step(json, campaign, phase, from, &phase->end, &current);
    current = judge(campaign, number, subject, phase->end);
    write_step(json, campaign, phase, &phase->end, NULL, &current);
    free(steps.instants);
}

/* A certificate that the manifest named and somebody else sent, or that the campaign itself has. */
static struct certificate *known_certificate(const PGresult *rows, int row, const struct fingerprint *print,
                                             const struct campaign *campaign)
{
    struct error ignored;
    struct certificate *certificate;
    unsigned char *der;
    size_t size;

    for (size_t i = 0; i < campaign->root_count; i++) {
        if (fingerprint_equal(certificate_fingerprint(campaign->roots[i].certificate), print))
            return certificate_ref(campaign->roots[i].certificate);
    }
    for (size_t i = 0; i < campaign->intermediates.count; i++) {
        if (fingerprint_equal(certificate_fingerprint(campaign->intermediates.items[i]), print))
            return certificate_ref(campaign->intermediates.items[i]);
    }
    for (size_t i = 0; i < campaign->chain_count; i++) {
        const struct certificate_list *chain = &campaign->chains[i].certificates;

        for (size_t j = 0; j < chain->count; j++) {
            if (fingerprint_equal(certificate_fingerprint(chain->items[j]), print))
                return certificate_ref(chain->items[j]);
        }
    }
    if (database_is_null(rows, row, "der"))
        return NULL;
    der = PQunescapeBytea((const unsigned char *)database_value(rows, row, "der"), &size);
    certificate = der != NULL ? certificate_parse(der, size, &ignored) : NULL;
    PQfreemem(der);
    return certificate;
}

static bool add_entries(struct trust_set *trust, const PGresult *rows, const struct campaign *campaign,
                        struct error *err)
{
    for (int row = 0; row < PQntuples(rows); row++) {
        struct fingerprint print, identity;
        struct certificate *certificate;

        if (!database_bytes(rows, row, PQfnumber(rows, "sha256"), print.bytes, sizeof(print.bytes), err) ||
            !database_bytes(rows, row, PQfnumber(rows, "key_identity"), identity.bytes,
                            sizeof(identity.bytes), err))
            return false;
        certificate = known_certificate(rows, row, &print, campaign);
        /* What its bytes say goes before what the host said of it. */
        trust_set_add(trust, &print, certificate != NULL ? certificate_key_identity(certificate) : &identity,
                      (uint32_t)database_number(rows, row, "marks"), certificate);
        certificate_free(certificate);
    }
    return true;
}

static struct trust_set *load_trust(struct database *database, const char *id,
                                    const struct campaign *campaign, struct error *err)
{
    const struct parameter parameters[] = { { "trust_set", id }, { 0 } };
    PGresult *facts = database_query(database, "trust_set_facts", parameters, err);
    PGresult *rows = facts != NULL ? database_query(database, "trust_set_load", parameters, err) : NULL;
    struct trust_set *trust = trust_set_new();
    bool ok = rows != NULL && add_entries(trust, rows, campaign, err);

    for (int row = 0; ok && row < PQntuples(facts); row++) {
        trust->complete = database_bool(facts, row, "complete");
        if (!database_is_null(facts, row, "parameter"))
            text_list_add(&trust->parameters, database_value(facts, row, "parameter"));
    }
    PQclear(facts);
    PQclear(rows);
    if (ok)
        return trust;
    trust_set_free(trust);
    return NULL;
}

struct task {
    const char *trust_set, *model, *campaign, *version; /* borrowed */
};

static bool judge_one(struct database *database, const struct task *task, const struct campaign *campaign,
                      struct signature_memory *signatures, struct error *err)
{
    struct trust_set *trust = load_trust(database, task->trust_set, campaign, err);
    struct judge_subject subject = { trust, model_find(task->model), signatures };
    struct json json = { 0 };
    char engine[16], catalogue[16];
    bool ok;

    if (trust == NULL)
        return false;
    json_array(&json);
    for (size_t i = 0; i < campaign->phase_count; i++)
        write_phase(&json, campaign, i, &subject);
    json_array_end(&json);
    snprintf(engine, sizeof(engine), "%d", JUDGE_ENGINE_VERSION);
    snprintf(catalogue, sizeof(catalogue), "%d", JUDGING_CATALOGUE_VERSION);
    ok = database_run(database, "judging_store",
                      (struct parameter[]){ { "trust_set", task->trust_set },
                                            { "model", task->model },
                                            { "campaign", task->campaign },
                                            { "version", task->version },
                                            { "engine", engine },
                                            { "catalogue", catalogue },
                                            { "steps", text_string(&json.text) },
                                            { 0 } },
                      NULL, err);
    json_clear(&json);
    trust_set_free(trust);
    return ok;
}

/* One round of at most as many as judging_pending.sql lists. */
static bool judge_round(struct database *database, struct signature_memory *signatures, int *judged,
                        struct error *err)
{
    struct campaigns campaigns = { 0 };
    char engine[16], catalogue[16];
    const struct parameter parameters[] = { { "engine", engine }, { "catalogue", catalogue }, { 0 } };
    PGresult *pending;
    bool ok;

    snprintf(engine, sizeof(engine), "%d", JUDGE_ENGINE_VERSION);
    snprintf(catalogue, sizeof(catalogue), "%d", JUDGING_CATALOGUE_VERSION);
    *judged = 0;
    pending = database_run(database, "judging_engine", parameters, NULL, err)
                  ? database_query(database, "judging_pending", parameters, err)
                  : NULL;
    ok = pending != NULL && (PQntuples(pending) == 0 || campaigns_load(database, &campaigns, err));
    for (int row = 0; ok && row < PQntuples(pending); row++) {
        struct task task = { database_value(pending, row, "trust_set"), database_value(pending, row, "model"),
                             database_value(pending, row, "campaign"),
                             database_value(pending, row, "version") };
        const struct campaign *campaign = campaigns_find(&campaigns, task.campaign);

        /* A version that was applied since we loaded them comes with the next sweep. */
        if (campaign == NULL || campaign->version != atoi(task.version))
            continue;
        ok = judge_one(database, &task, campaign, signatures, err);
        (*judged)++;
    }
    PQclear(pending);
    campaigns_clear(&campaigns);
    return ok;
}

bool judging_sweep(struct database *database, struct error *err)
{
    struct signature_memory *signatures = signature_memory_new();
    int judged = 0;
    bool ok;

    do {
        ok = database_begin(database, "", err) && judge_round(database, signatures, &judged, err) &&
             database_commit(database, err);
        if (!ok)
            database_rollback(database);
    } while (ok && judged > 0);
    signature_memory_free(signatures);
    return ok || error_within(err, "judging");
}
