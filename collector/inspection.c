#include "collector/inspection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/memory.h"
#include "collector/restart.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"

/* The name of a campaign's server in a process's command line or environment. */
static bool mentions(const char *text, const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        const struct text_list *names = &campaign->endpoints[i].server_names;

        for (size_t j = 0; j < names->count; j++) {
            if (strcasestr(text, names->items[j]) != NULL)
                return true;
        }
    }
    for (size_t i = 0; i < campaign->affected_names.count; i++) {
        const char *name = campaign->affected_names.items[i];

        if (strcasestr(text, text_starts(name, "*.") ? name + 1 : name) != NULL)
            return true;
    }
    return false;
}

static bool is_mentioned(const struct text_list *words, const struct campaign *campaign)
{
    for (size_t i = 0; i < words->count; i++) {
        if (mentions(words->items[i], campaign))
            return true;
    }
    return false;
}

static void list_addresses(struct inspection *inspection)
{
    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];

        for (size_t j = 0; j < campaign->endpoint_count; j++) {
            for (size_t k = 0; k < campaign->endpoints[j].addresses.count; k++)
                text_list_add(&inspection->addresses, campaign->endpoints[j].addresses.items[k]);
        }
    }
}

static enum client_speech speech_of(void *context, const struct process *process)
{
    struct inspection *inspection = context;

    if (process_talks_to(process, inspection->sockets))
        return CLIENT_CONNECTS;
    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];

        if (is_mentioned(&process->arguments, campaign) || is_mentioned(&process->environment, campaign))
            return CLIENT_NAMES;
    }
    return CLIENT_SILENT;
}

static struct judgement worse(struct judgement a, struct judgement b)
{
    return verdict_worse(a.verdict, b.verdict) == a.verdict ? a : b;
}

static struct judge_subject subject_of(const struct client *client, struct signature_memory *signatures)
{
    return (struct judge_subject){ client->trust, client->choice.model, signatures };
}

static void judge_now(struct inspection *inspection, size_t index, struct signature_memory *signatures)
{
    const struct client *client = &inspection->clients.items[index];
    struct judge_subject subject = subject_of(client, signatures);

    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];
        struct assessment *assessment = &inspection->assessments[index][i];

        assessment->phases = memory_new((campaign->phase_count + 1) * sizeof(*assessment->phases));
        assessment->chains = memory_new((campaign->chain_count + 1) * sizeof(*assessment->chains));
        for (size_t j = 0; j < campaign->phase_count; j++)
            assessment->phases[j] = judge_phase(campaign, j, &subject, inspection->request->at);
        for (size_t j = 0; j < campaign->chain_count; j++)
            assessment->chains[j] =
                judge_chain(campaign, j, &subject, inspection->request->at, inspection->request->at + 1);
    }
}

struct campaign_shelf inspection_campaigns(const struct inspection *inspection)
{
    return (struct campaign_shelf){ inspection->request->campaigns, inspection->request->campaign_count };
}

/*
 * The worst of the sets that processes have read, in one phase; false when it cannot be said. Where some of them
 * are unseen, the seen ones can speak against the client and not for it.
 */
static bool judge_read(const struct inspection *inspection, const struct client *client,
                       const struct restart *restart, size_t campaign, size_t phase,
                       struct signature_memory *signatures, struct judgement *worst, size_t *which)
{
    const struct campaign_shelf shelf = inspection_campaigns(inspection);
    bool known = false, unseen = restart->unseen;

    for (size_t i = 0; i < restart->count; i++) {
        struct error ignored = { 0 };
        struct trust_set *set = manifest_open(restart->read[i], &shelf, &ignored);
        struct judge_subject subject = { set, client->choice.model, signatures };
        struct judgement judgement;

        if (set == NULL) { /* of a model that is no more */
            unseen = true;
            continue;
        }
        judgement =
            judge_phase(inspection->request->campaigns[campaign], phase, &subject, inspection->request->at);
        if (!known || worse(*worst, judgement).verdict != worst->verdict) {
            *worst = judgement;
            *which = i;
        }
        known = true;
        trust_set_free(set);
    }
    return known && (!unseen || worst->verdict == VERDICT_NOT_READY);
}

/* Fold in what the client's running processes have read. */
static void judge_restart(struct inspection *inspection, size_t index, struct state *state,
                          struct signature_memory *signatures)
{
    const struct client *client = &inspection->clients.items[index];
    struct restart restart;
    size_t kept = SIZE_MAX;
    enum verdict kept_verdict = VERDICT_READY;

    restart_find(&restart, client, state);
    inspection->restart_needed[index] = restart.needed;
    for (size_t i = 0; restart.needed && i < inspection->request->campaign_count; i++) {
        for (size_t j = 0; j < inspection->request->campaigns[i]->phase_count; j++) {
            struct judgement *phase = &inspection->assessments[index][i].phases[j], before = *phase;
            size_t which = 0;
            bool known = judge_read(inspection, client, &restart, i, j, signatures, &before, &which);

            *phase = host_running(*phase, known ? &before : NULL);
            if (known && (kept == SIZE_MAX || verdict_worse(kept_verdict, before.verdict) != kept_verdict)) {
                kept = which;
                kept_verdict = before.verdict;
            }
        }
    }
    if (kept != SIZE_MAX) { /* the one that the report names: of several, the worst */
        inspection->before[index] = restart.read[kept];
        restart.read[kept] = restart.read[--restart.count];
    }
    restart_clear(&restart);
}

static void judge_bindings(struct inspection *inspection, size_t index)
{
    for (size_t i = 0; i < inspection->bindings.count; i++) {
        const struct binding *binding = &inspection->bindings.items[i];
        const struct campaign *campaign = inspection->request->campaigns[binding->campaign];
        struct judgement *phases = inspection->assessments[index][binding->campaign].phases;

        for (size_t j = 0; j < campaign->phase_count && binding->endpoint != SIZE_MAX; j++)
            phases[j] = host_bound(phases[j], campaign, j, binding->endpoint, inspection->request->at);
    }
}

static void judge_all(struct inspection *inspection, struct state *state)
{
    struct signature_memory *signatures = signature_memory_new();
    size_t count = inspection->clients.count;

    inspection->assessments = memory_new((count + 1) * sizeof(*inspection->assessments));
    inspection->before = memory_new((count + 1) * sizeof(*inspection->before));
    inspection->restart_needed = memory_new((count + 1) * sizeof(*inspection->restart_needed));
    for (size_t i = 0; i < count; i++) {
        inspection->assessments[i] =
            memory_new((inspection->request->campaign_count + 1) * sizeof(**inspection->assessments));
        judge_now(inspection, i, signatures);
        judge_restart(inspection, i, state, signatures);
        judge_bindings(inspection, i);
    }
    signature_memory_free(signatures);
}

struct inspection *inspection_new(const struct inspection_request *request, struct error *err)
{
    struct inspection *inspection = memory_new(sizeof(*inspection));
    struct error ignored = { 0 };
    struct state *state = NULL;

    inspection->request = request;
    inspection->root_fd = INPUT_MACHINE;
    if (strcmp(request->root, "/") != 0) {
        inspection->root_fd = input_root_open(request->root, err);
        if (inspection->root_fd < 0) {
            inspection->root_fd = INPUT_MACHINE;
            goto failed;
        }
    }
    if (!process_list_read(&inspection->processes, request->root, err))
        goto failed;
    state = request->state == NULL ? NULL : state_open(request->state, false, &ignored);
    inspection->shelf = shelf_new(inspection->root_fd);
    list_addresses(inspection);
    inspection->sockets = process_sockets_new(&inspection->addresses);
    binding_list_read(&inspection->bindings, inspection->root_fd, request->campaigns,
                      request->campaign_count);
    client_list_read(&inspection->clients, &inspection->processes, inspection->shelf, inspection->root_fd,
                     speech_of, inspection);
    judge_all(inspection, state);
    state_close(state);
    return inspection;
failed:
    inspection_free(inspection);
    return NULL;
}

void inspection_free(struct inspection *inspection)
{
    if (inspection == NULL)
        return;
    for (size_t i = 0; i < inspection->clients.count && inspection->assessments != NULL; i++) {
        for (size_t j = 0; j < inspection->request->campaign_count; j++) {
            free(inspection->assessments[i][j].phases);
            free(inspection->assessments[i][j].chains);
        }
        free(inspection->assessments[i]);
        if (inspection->before[i] != NULL)
            protobuf_c_message_free_unpacked(&inspection->before[i]->base, NULL);
    }
    free(inspection->assessments);
    free(inspection->before);
    free(inspection->restart_needed);
    process_sockets_free(inspection->sockets);
    text_list_clear(&inspection->addresses);
    binding_list_clear(&inspection->bindings);
    client_list_clear(&inspection->clients);
    shelf_free(inspection->shelf);
    process_list_clear(&inspection->processes);
    if (inspection->root_fd != INPUT_MACHINE)
        close(inspection->root_fd);
    free(inspection);
}

enum relevance inspection_relevance(const struct client *client)
{
    return client->talks ? RELEVANCE_TALKS : RELEVANCE_MAY;
}

struct judgement inspection_phase(const struct inspection *inspection, size_t campaign, size_t phase)
{
    size_t count = inspection->clients.count;
    struct host_client *clients = memory_new((count + 1) * sizeof(*clients));
    struct judgement judgement;

    for (size_t i = 0; i < count; i++) {
        const struct client *client = &inspection->clients.items[i];

        clients[i] = (struct host_client){
            .relevance = inspection_relevance(client),
            .unclaimed = client->unclaimed,
            .judgement = inspection->assessments[i][campaign].phases[phase],
        };
    }
    judgement = host_judge(clients, count);
    free(clients);
    return judgement;
}

void inspection_store_id(const char *path, char id[17])
{
    struct fingerprint print = fingerprint_of(path, strlen(path));
    char text[FINGERPRINT_TEXT_BYTES];

    memcpy(id, fingerprint_format(&print, text), 16);
    id[16] = '\0';
}

static bool note_stores(const struct inspection *inspection, struct state *state, int64_t now,
                        struct error *err)
{
    for (size_t i = 0; i < shelf_count(inspection->shelf); i++) {
        const struct store *store = shelf_at(inspection->shelf, i);
        char id[17];

        inspection_store_id(store->path, id);
        if (store->state == STORE_DANGLING)
            continue;
        if (!memory_note_store(
                state,
                &(struct memory_store){
                    .id = id, .path = store->path, .digest = store->digest, .changed = store->changed },
                now, err))
            return false;
    }
    return true;
}

static bool note_trust(const struct inspection *inspection, struct state *state, int64_t now,
                       struct error *err)
{
    const struct campaign_shelf shelf = inspection_campaigns(inspection);

    for (size_t i = 0; i < inspection->clients.count; i++) {
        const struct client *client = &inspection->clients.items[i];
        Rootshift__V1__TrustManifest *manifest = manifest_new(client->trust, client->choice.model, &shelf);
        bool ok = memory_note_trust(state, client->id, manifest, now, err);

        protobuf_c_message_free_unpacked(&manifest->base, NULL);
        if (!ok)
            return false;
    }
    return true;
}

bool inspection_remember(const struct inspection *inspection, struct state *state, int64_t now,
                         struct error *err)
{
    bool ok = state_begin(state, err);

    if (!ok)
        return false;
    ok = note_stores(inspection, state, now, err) && note_trust(inspection, state, now, err) &&
         memory_forget(state, now, err);
    return state_end(state, ok, err);
}
