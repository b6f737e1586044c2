#include "scanner/question.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "schema/store/store.h"

static const struct model *find_model(const char *name, struct error *err)
{
    const struct model *model = model_find(name);
    struct text known = { 0 };

    if (model != NULL)
        return model;
    for (const struct model *row = model_all(); row->name != NULL; row++)
        text_format(&known, " %s", row->name);
    error_set(err, ERROR_OPTION, "--model: there is no model \"%s\"; known are%s", name, text_string(&known));
    text_clear(&known);
    return NULL;
}

static void add_client(struct question *question, const struct question_client *client)
{
    question->clients = array_grow(question->clients, question->client_count, sizeof(*question->clients));
    question->clients[question->client_count++] = *client;
}

static bool add_instants(struct question *question, const char *option, const struct text_list *texts,
                         struct error *err)
{
    const char *zone = question->campaign != NULL ? question->campaign->zone : "UTC";

    for (size_t i = 0; i < texts->count; i++) {
        question->instants =
            array_grow(question->instants, question->instant_count, sizeof(*question->instants));
        if (!clock_parse(texts->items[i], zone, &question->instants[question->instant_count], err)) {
            err->kind = ERROR_OPTION;
            return error_within(err, "--%s", option);
        }
        question->instant_count++;
    }
    return true;
}

static bool read_instants(struct question *question, const struct explain_settings *settings,
                          struct error *err)
{
    if (!add_instants(question, "at", &settings->at, err) ||
        !add_instants(question, "time", &settings->time, err))
        return false;
    if (question->instant_count == 0) {
        question->instants = array_grow(NULL, 0, sizeof(*question->instants));
        question->instants[question->instant_count++] = clock_now();
    }
    return true;
}

/* A store that a person names must be there: a slip of the pen is not an empty store. */
static bool read_stores(struct question *question, const struct explain_settings *settings, struct error *err)
{
    const struct model *model = find_model(settings->model != NULL ? settings->model : "rfc5280", err);
    struct text_list passwords = { 0 };
    const struct store_options options = { .passwords = &passwords };
    bool ok = model != NULL;

    question->trust = trust_set_new();
    if (settings->password != NULL)
        text_list_add(&passwords, settings->password);
    for (size_t i = 0; ok && i < settings->trust.count; i++) {
        struct store *store = store_load(INPUT_MACHINE, settings->trust.items[i], &options);

        if (store->state == STORE_DANGLING || store->state == STORE_DENIED)
            ok = error_set(err, ERROR_ABSENT, "--trust %s: %s", store->path,
                           store->problem != NULL ? store->problem : store_state_name(store->state));
        else if (store->state == STORE_OPAQUE && store->format == STORE_FORMAT_UNKNOWN)
            ok = error_set(err, ERROR_FORMAT, "--trust %s: %s", store->path,
                           store->problem != NULL ? store->problem : "no known trust store format");
        else
            trust_set_add_store(question->trust, model, store);
        store_free(store);
    }
    text_list_clear(&passwords);
    if (ok)
        add_client(question, &(struct question_client){ model->name, model, question->trust, NULL });
    return ok;
}

static bool read_releases(struct question *question, const struct text_list *names, struct error *err)
{
    bool ok;

    question->catalogue = catalogue_new(err);
    ok = question->catalogue != NULL;
    for (size_t i = 0; ok && i < names->count; i++)
        ok = release_list_add(&question->releases, question->catalogue, names->items[i], err) ||
             error_within(err, "--client");
    for (size_t i = 0; ok && i < question->releases.count; i++) {
        const struct release *release = &question->releases.items[i];

        add_client(question,
                   &(struct question_client){ release->name, release->model, release->holds, release });
    }
    return ok;
}

static bool check_clients(const struct explain_settings *settings, struct error *err)
{
    if ((settings->trust.count > 0) == (settings->client.count > 0))
        return error_set(
            err, ERROR_OPTION,
            "one of --trust and --client is required: the stores that the client believes, or what "
            "published software it is");
    if (settings->client.count > 0 && (settings->model != NULL || settings->password != NULL))
        return error_set(err, ERROR_OPTION, "--%s is for --trust: a release has its own",
                         settings->model != NULL ? "model" : "password");
    return true;
}

static struct question_chain *add_chain(struct question *question)
{
    question->chains = array_grow(question->chains, question->chain_count, sizeof(*question->chains));
    question->chains[question->chain_count] = (struct question_chain){ 0 };
    return &question->chains[question->chain_count++];
}

/* A damaged first certificate is what the client would meet; a damaged later one it may do without. */
static void take_item(struct question_chain *chain, const struct store_item *item, size_t number)
{
    struct text warning = { 0 };

    if (item->certificate != NULL && item->entry.kind != STORE_ENTRY_DAMAGED) {
        certificate_list_add(&chain->certificates, item->certificate);
        return;
    }
    if (number == 0) {
        chain->malformed = true;
        return;
    }
    text_format(&warning, "certificate %zu of the chain cannot be parsed: %s", number + 1,
                item->entry.damage != NULL ? item->entry.damage : "not a certificate");
    text_list_add(&chain->warnings, text_string(&warning));
    text_clear(&warning);
}

static bool read_chain(struct question *question, const char *path, struct error *err)
{
    struct store *store = store_load(INPUT_MACHINE, path, NULL);
    struct question_chain *chain = add_chain(question);
    bool pem = store->format == STORE_PEM || store->format == STORE_DER;
    size_t number = 0;
    bool ok;

    for (size_t i = 0; pem && i < store->count; i++) {
        if (store->items[i].entry.kind != STORE_ENTRY_OTHER)
            take_item(chain, &store->items[i], number++);
    }
    ok = number > 0 || error_set(err, ERROR_FORMAT, "--chain %s: %s", path,
                                 store->problem != NULL ? store->problem : "there is no certificate in it");
    store_free(store);
    return ok;
}

static void take_campaign_chain(struct question *question, const struct campaign_chain *from)
{
    struct question_chain *chain = add_chain(question);

    chain->name = from->name;
    chain->is_template = true;
    for (size_t i = 0; i < from->certificates.count; i++)
        certificate_list_add(&chain->certificates, from->certificates.items[i]);
    chain->accepts = memory_new((from->accepts_count + 1) * sizeof(*chain->accepts));
    for (size_t i = 0; i < from->accepts_count; i++)
        chain->accepts[chain->accepts_count++] =
            *certificate_key_identity(question->campaign->roots[from->accepts[i]].certificate);
}

static bool take_campaign_chains(struct question *question, const char *phase_name, struct error *err)
{
    const struct campaign *campaign = question->campaign;
    const struct campaign_phase *phase =
        phase_name != NULL ? campaign_phase_find(campaign, phase_name) : NULL;

    if (phase_name != NULL && phase == NULL)
        return error_set(err, ERROR_OPTION, "--phase: campaign %s has no phase \"%s\"", campaign->name,
                         phase_name);
    question->phase = phase;
    for (size_t i = 0; phase != NULL && i < phase->serves_count; i++)
        take_campaign_chain(question, &campaign->chains[phase->serves[i]]);
    for (size_t i = 0; phase == NULL && i < campaign->chain_count; i++)
        take_campaign_chain(question, &campaign->chains[i]);
    return true;
}

static bool read_campaign(struct question *question, const char *path, struct error *err)
{
    question->campaign = campaign_load(path, err);
    if (question->campaign == NULL)
        return false;
    question->root_count = question->campaign->root_count;
    question->roots = memory_new((question->root_count + 1) * sizeof(*question->roots));
    for (size_t i = 0; i < question->root_count; i++)
        question->roots[i] = (struct explain_root){ question->campaign->roots[i].name,
                                                    question->campaign->roots[i].certificate };
    for (size_t i = 0; i < question->campaign->intermediates.count; i++)
        certificate_list_add(&question->spare, question->campaign->intermediates.items[i]);
    return true;
}

bool question_read(struct question *question, const struct explain_settings *settings, struct error *err)
{
    *question = (struct question){ 0 };
    if (settings->chain == NULL && settings->campaign == NULL)
        return error_set(err, ERROR_OPTION, "--chain or --campaign is required");
    if (settings->phase != NULL && (settings->campaign == NULL || settings->chain != NULL))
        return error_set(err, ERROR_OPTION,
                         "--phase names a phase of --campaign, whose chains are explained");
    if (!check_clients(settings, err) ||
        (settings->known != NULL && !certificate_list_read_pem(&question->known, settings->known, err)) ||
        (settings->campaign != NULL && !read_campaign(question, settings->campaign, err)) ||
        !read_instants(question, settings, err) || /* a day is one of the campaign's */
        !(settings->client.count > 0 ? read_releases(question, &settings->client, err)
                                     : read_stores(question, settings, err)))
        return false;
    return settings->chain != NULL ? read_chain(question, settings->chain, err)
                                   : take_campaign_chains(question, settings->phase, err);
}

const struct campaign_phase *question_phase(const struct question *question, int64_t at)
{
    if (question->phase != NULL)
        return question->phase;
    for (size_t i = 0; question->campaign != NULL && i < question->campaign->phase_count; i++) {
        const struct campaign_phase *phase = &question->campaign->phases[i];

        if (phase->starts <= at && at < phase->end)
            return phase;
    }
    return NULL;
}

bool question_serves(const struct question *question, size_t chain, const struct campaign_phase *phase)
{
    for (size_t i = 0; phase != NULL && question->chains[chain].name != NULL && i < phase->serves_count;
         i++) {
        if (strcmp(question->campaign->chains[phase->serves[i]].name, question->chains[chain].name) == 0)
            return true;
    }
    return phase == NULL || question->chains[chain].name == NULL;
}

void question_clear(struct question *question)
{
    for (size_t i = 0; i < question->chain_count; i++) {
        certificate_list_clear(&question->chains[i].certificates);
        text_list_clear(&question->chains[i].warnings);
        free(question->chains[i].accepts);
    }
    free(question->chains);
    free(question->clients);
    release_list_clear(&question->releases);
    catalogue_free(question->catalogue);
    free(question->instants);
    free(question->roots);
    certificate_list_clear(&question->known);
    certificate_list_clear(&question->spare);
    trust_set_free(question->trust);
    campaign_free(question->campaign);
}
