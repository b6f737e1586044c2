#include "collector/host_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "collector/fix.h"
#include "collector/host/tree.h"
#include "collector/trust.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"

/* An item of a repeated field, initialised by its message's own function. */
#define ADD(list, count, type, init)                                                                         \
    ((list) = array_grow((list), (count), sizeof(*(list))), (list)[(count)] = memory_new(sizeof(type)),      \
     init((list)[(count)]), (list)[(count)++])

static ProtobufCBinaryData bytes_of(const struct fingerprint *print)
{
    return (ProtobufCBinaryData){ .len = FINGERPRINT_BYTES,
                                  .data = memory_copy(print->bytes, FINGERPRINT_BYTES) };
}

/* protobuf-c's strings are never NULL and are freed one by one. */
static char *text_of(const char *string)
{
    return memory_text(string == NULL ? "" : string);
}

static int64_t instant_of(int64_t instant)
{
    return instant == CLOCK_NEVER ? 0 : instant; /* printed as null */
}

/* NAME with one campaign, campaign/NAME with several. */
static char *key_of(const struct inspection *inspection, size_t campaign, const char *name)
{
    struct text key = { 0 };

    if (inspection->request->campaign_count > 1)
        text_format(&key, "%s/", inspection->request->campaigns[campaign]->name);
    text_add(&key, name);
    return text_take(&key);
}

static void add_campaigns(Rootshift__V1__HostReport *report, const struct inspection *inspection)
{
    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];
        Rootshift__V1__CampaignUsed *used =
            ADD(report->campaigns, report->n_campaigns, Rootshift__V1__CampaignUsed,
                rootshift__v1__campaign_used__init);

        used->campaign = text_of(campaign->name);
        used->version = campaign->version;
        used->digest = bytes_of(&campaign->digest);
    }
}

static char *first_line(int root_fd, const char *path)
{
    struct error err = { 0 };
    struct input input;
    char *line;

    if (!input_read(root_fd, path, 65536, &input, &err))
        return text_of("");
    input.bytes[strcspn((char *)input.bytes, "\r\n")] = '\0';
    line = memory_text((char *)input.bytes);
    input_clear(&input);
    return line;
}

static char *host_name(int root_fd)
{
    char name[256] = "", *line;

    if (root_fd == INPUT_MACHINE && gethostname(name, sizeof(name) - 1) == 0)
        return memory_text(name);
    line = first_line(root_fd, "/etc/hostname");
    return line;
}

static void add_host(Rootshift__V1__HostReport *report, const struct inspection *inspection)
{
    Rootshift__V1__Host *host = memory_new(sizeof(*host));
    struct utsname kernel = { 0 };
    char *os = tree_find_text(inspection->root_fd, "/etc/os-release", "PRETTY_NAME=\"", "\"");

    rootshift__v1__host__init(host);
    uname(&kernel);
    host->name = host_name(inspection->root_fd);
    host->os = os != NULL ? os : text_of("");
    host->kernel = text_of(kernel.release);
    host->boot_id = first_line(INPUT_MACHINE, "/proc/sys/kernel/random/boot_id");
    host->collector = text_of(ROOTSHIFT_VERSION);
    report->host = host;
}

static void add_text(char ***list, size_t *count, const char *text)
{
    *list = array_grow(*list, *count, sizeof(**list));
    (*list)[(*count)++] = memory_text(text);
}

static void add_visibility(Rootshift__V1__HostReport *report, const struct inspection *inspection)
{
    Rootshift__V1__Visibility *visibility = memory_new(sizeof(*visibility));
    struct text line = { 0 };

    rootshift__v1__visibility__init(visibility);
    if (inspection->processes.unreadable > 0) {
        text_format(&line, "%zu processes: not permitted", inspection->processes.unreadable);
        add_text(&visibility->unread, &visibility->n_unread, text_string(&line));
        text_clear(&line);
    }
    for (size_t i = 0; i < shelf_count(inspection->shelf); i++) {
        const struct store *store = shelf_at(inspection->shelf, i);

        if (store->state == STORE_DENIED)
            add_text(&visibility->unread, &visibility->n_unread, store->problem);
    }
    visibility->level = visibility->n_unread == 0 ? ROOTSHIFT__V1__VISIBILITY__LEVEL__LEVEL_FULL
                                                  : ROOTSHIFT__V1__VISIBILITY__LEVEL__LEVEL_PARTIAL;
    report->visibility = visibility;
}

static void add_finding(Rootshift__V1__HostReport *report, const char *code, const char *subject,
                        const char *text)
{
    Rootshift__V1__Finding *finding =
        ADD(report->findings, report->n_findings, Rootshift__V1__Finding, rootshift__v1__finding__init);

    finding->code = text_of(code);
    finding->subject = text_of(subject);
    finding->text = text_of(text);
}

static void add_bindings(Rootshift__V1__HostReport *report, const struct inspection *inspection)
{
    for (size_t i = 0; i < inspection->bindings.count; i++) {
        const struct binding *binding = &inspection->bindings.items[i];
        const struct campaign *campaign = inspection->request->campaigns[binding->campaign];
        const struct campaign_endpoint *endpoint =
            binding->endpoint == SIZE_MAX ? NULL : &campaign->endpoints[binding->endpoint];
        Rootshift__V1__Binding *message =
            ADD(report->bindings, report->n_bindings, Rootshift__V1__Binding, rootshift__v1__binding__init);
        struct text text = { 0 };

        message->name = text_of(binding->name);
        message->source = text_of("hosts");
        message->endpoint = text_of(endpoint == NULL ? "" : endpoint->name);
        add_text(&message->addresses, &message->n_addresses, binding->address);
        if (endpoint != NULL && endpoint->use == USE_VALIDATION) {
            text_format(&text, "/etc/hosts binds %s to %s, an address for validation only: remove that line",
                        binding->name, binding->address);
            add_finding(report, "bound-to-validation", binding->name, text_string(&text));
            text_clear(&text);
        }
    }
}

static const Rootshift__V1__StoreState store_states[] = {
    [STORE_READ] = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_READ,
    [STORE_PARTIAL] = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_PARTIAL,
    [STORE_OPAQUE] = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_OPAQUE,
    [STORE_DENIED] = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_DENIED,
    [STORE_DANGLING] = ROOTSHIFT__V1__STORE_STATE__STORE_STATE_DANGLING,
};

/* How a store stands to each root, as the first client that reads it sees it. */
static void add_roots(Rootshift__V1__StoreSeen *message, const struct inspection *inspection,
                      const struct store *store)
{
    const struct model *model = model_find("rfc5280");
    struct trust_set *set = trust_set_new();

    if (!trust_of_store(&inspection->clients, inspection->shelf, store->path, set, &model))
        trust_set_add_store(set, model, store);
    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];

        for (size_t j = 0; j < campaign->root_count; j++) {
            Rootshift__V1__StoreSeen__RootsEntry *entry =
                ADD(message->roots, message->n_roots, Rootshift__V1__StoreSeen__RootsEntry,
                    rootshift__v1__store_seen__roots_entry__init);

            entry->key = key_of(inspection, i, campaign->roots[j].name);
            entry->value = (Rootshift__V1__RootState)judge_root(&campaign->roots[j], set, model,
                                                                inspection->request->at);
        }
    }
    trust_set_free(set);
}

static int32_t certificates_in(const struct store *store)
{
    int32_t count = 0;

    for (size_t i = 0; i < store->count; i++)
        count += store->items[i].certificate != NULL;
    return count;
}

static void add_stores(Rootshift__V1__HostReport *report, const struct inspection *inspection)
{
    size_t count = shelf_count(inspection->shelf); /* looking at roots adds views, no stores */

    for (size_t i = 0; i < count; i++) {
        const struct store *store = shelf_at(inspection->shelf, i);
        Rootshift__V1__StoreSeen *message =
            ADD(report->stores, report->n_stores, Rootshift__V1__StoreSeen, rootshift__v1__store_seen__init);
        char id[17];

        inspection_store_id(store->path, id);
        message->id = text_of(id);
        message->path = text_of(store->path);
        message->format = text_of(store_format_name(store->format));
        message->state = store_states[store->state];
        message->certificates = certificates_in(store);
        message->problem = text_of(store->problem);
        if (store->state == STORE_READ || store->state == STORE_PARTIAL)
            message->digest = bytes_of(&store->digest);
        add_roots(message, inspection, store);
    }
}

static void add_phase(Rootshift__V1__Client *message, const struct inspection *inspection, size_t client,
                      size_t campaign, size_t phase, enum guidance_language language)
{
    const struct campaign *of = inspection->request->campaigns[campaign];
    const struct judgement *judgement = &inspection->assessments[client][campaign].phases[phase];
    Rootshift__V1__Client__PhasesEntry *entry =
        ADD(message->phases, message->n_phases, Rootshift__V1__Client__PhasesEntry,
            rootshift__v1__client__phases_entry__init);
    Rootshift__V1__PhaseJudged *value = memory_new(sizeof(*value));
    struct text_list lines = { 0 };

    rootshift__v1__phase_judged__init(value);
    entry->key = key_of(inspection, campaign, of->phases[phase].name);
    entry->value = value;
    value->verdict = (Rootshift__V1__Verdict)judgement->verdict;
    value->evidence = (Rootshift__V1__Evidence)judgement->evidence;
    value->reason = text_of(judgement->reason);
    value->valid_until = instant_of(judgement->valid_until);
    value->ended = judgement->ended;
    fix_lines(of, phase, inspection->request->at, judgement, &inspection->clients.items[client],
              inspection->shelf, language, &lines);
    value->fix = lines.items; /* taken */
    value->n_fix = lines.count;
}

static void add_chain(Rootshift__V1__Client *message, const struct inspection *inspection, size_t client,
                      size_t campaign, size_t chain)
{
    const struct judgement *judgement = &inspection->assessments[client][campaign].chains[chain];
    Rootshift__V1__Client__ChainsEntry *entry =
        ADD(message->chains, message->n_chains, Rootshift__V1__Client__ChainsEntry,
            rootshift__v1__client__chains_entry__init);
    Rootshift__V1__ChainJudged *value = memory_new(sizeof(*value));

    rootshift__v1__chain_judged__init(value);
    entry->key = key_of(inspection, campaign, inspection->request->campaigns[campaign]->chains[chain].name);
    entry->value = value;
    value->verdict = (Rootshift__V1__Verdict)judgement->verdict;
    value->evidence = (Rootshift__V1__Evidence)judgement->evidence;
    value->reason = text_of(judgement->reason);
}

static void describe_client(Rootshift__V1__Client *message, const struct client *client)
{
    message->id = text_of(client->id);
    message->runtime = text_of(runtime_name(client->runtime));
    message->version = text_of(client->version);
    message->executable = text_of(client->executable);
    message->model = text_of(client->choice.model->name);
    message->relevance = (Rootshift__V1__Relevance)inspection_relevance(client);
    message->trust_set = bytes_of(&client->digest);
    message->unclaimed = client->unclaimed;
    message->assumes_default_store = choice_is_assumed(&client->choice) && !client->unclaimed;
    for (size_t i = 0; i < client->choice.stores.count; i++) {
        char id[17];

        inspection_store_id(client->choice.stores.items[i], id);
        add_text(&message->stores, &message->n_stores, id);
    }
    for (size_t i = 0; i < client->choice.settings.count; i++)
        add_text(&message->settings, &message->n_settings, client->choice.settings.items[i]);
    message->processes = memory_new((client->process_count + 1) * sizeof(*message->processes));
    for (size_t i = 0; i < client->process_count; i++)
        message->processes[message->n_processes++] = client->processes[i].pid;
}

/* What the reading rule dropped, unless it is what every hashed directory has: files beside their links. */
static void add_notes(Rootshift__V1__HostReport *report, const struct client *client)
{
    size_t told = 0;

    for (size_t i = 0; i < client->trust->notes.count && told < 5; i++) {
        if (strstr(client->trust->notes.items[i], "its name is no hash") != NULL)
            continue;
        add_finding(report, "not-read", client->id, client->trust->notes.items[i]);
        told++;
    }
    if (!client->choice.model->verifies)
        add_finding(report, "does-not-verify", client->id, reason_find("does-not-verify")->en);
}

/* Ready, and only because servers still send the cross-certificate: the phase after this one may find it out. */
static void add_gaps(Rootshift__V1__HostReport *report, const struct inspection *inspection, size_t client)
{
    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];

        for (size_t j = 0; j < campaign->phase_count; j++) {
            struct text text = { 0 };

            if (strcmp(inspection->assessments[client][i].phases[j].reason, "cross-hides-gap") != 0)
                continue;
            text_format(&text, "%s/%s: %s", campaign->name, campaign->phases[j].name,
                        reason_find("cross-hides-gap")->en);
            add_finding(report, "cross-hides-gap", inspection->clients.items[client].id, text_string(&text));
            text_clear(&text);
        }
    }
}

static void add_clients(Rootshift__V1__HostReport *report, const struct inspection *inspection,
                        enum guidance_language language)
{
    for (size_t i = 0; i < inspection->clients.count; i++) {
        const struct client *client = &inspection->clients.items[i];
        Rootshift__V1__Client *message =
            ADD(report->clients, report->n_clients, Rootshift__V1__Client, rootshift__v1__client__init);

        describe_client(message, client);
        message->restart_needed = inspection->restart_needed[i];
        if (inspection->before[i] != NULL)
            message->trust_set_before =
                (ProtobufCBinaryData){ .len = inspection->before[i]->digest.len,
                                       .data = memory_copy(inspection->before[i]->digest.data,
                                                           inspection->before[i]->digest.len) };
        for (size_t j = 0; j < inspection->request->campaign_count; j++) {
            for (size_t k = 0; k < inspection->request->campaigns[j]->phase_count; k++)
                add_phase(message, inspection, i, j, k, language);
            for (size_t k = 0; k < inspection->request->campaigns[j]->chain_count; k++)
                add_chain(message, inspection, i, j, k);
        }
        add_notes(report, client);
        add_gaps(report, inspection, i);
    }
}

static void add_verdicts(Rootshift__V1__HostReport *report, const struct inspection *inspection)
{
    for (size_t i = 0; i < inspection->request->campaign_count; i++) {
        const struct campaign *campaign = inspection->request->campaigns[i];

        for (size_t j = 0; j < campaign->phase_count; j++) {
            struct judgement judgement = inspection_phase(inspection, i, j);
            Rootshift__V1__HostReport__VerdictEntry *entry =
                ADD(report->verdict, report->n_verdict, Rootshift__V1__HostReport__VerdictEntry,
                    rootshift__v1__host_report__verdict_entry__init);
            Rootshift__V1__PhaseVerdict *value = memory_new(sizeof(*value));

            rootshift__v1__phase_verdict__init(value);
            entry->key = key_of(inspection, i, campaign->phases[j].name);
            entry->value = value;
            value->verdict = (Rootshift__V1__Verdict)judgement.verdict;
            value->reason = text_of(judgement.reason);
            value->ended = judgement.ended;
        }
    }
}

static bool has_manifest(const struct host_report *made, const Rootshift__V1__TrustManifest *manifest)
{
    for (size_t i = 0; i < made->manifest_count; i++) {
        const Rootshift__V1__TrustManifest *other = made->manifests[i];

        if (memcmp(other->digest.data, manifest->digest.data, FINGERPRINT_BYTES) == 0 &&
            strcmp(other->model, manifest->model) == 0)
            return true;
    }
    return false;
}

/* `manifest` is taken. */
static void add_manifest(struct host_report *made, Rootshift__V1__TrustManifest *manifest)
{
    if (has_manifest(made, manifest)) {
        protobuf_c_message_free_unpacked(&manifest->base, NULL);
        return;
    }
    made->manifests = array_grow(made->manifests, made->manifest_count, sizeof(*made->manifests));
    made->manifests[made->manifest_count++] = manifest;
}

static Rootshift__V1__TrustManifest *copy_of(const Rootshift__V1__TrustManifest *manifest)
{
    size_t size = protobuf_c_message_get_packed_size(&manifest->base);
    uint8_t *bytes = memory_new(size);
    Rootshift__V1__TrustManifest *copy;

    protobuf_c_message_pack(&manifest->base, bytes);
    copy = rootshift__v1__trust_manifest__unpack(NULL, size, bytes);
    free(bytes);
    return copy;
}

void host_report_make(struct host_report *made, const struct inspection *inspection,
                      enum guidance_language language, int64_t now)
{
    Rootshift__V1__HostReport *report = memory_new(sizeof(*report));
    const struct campaign_shelf shelf = inspection_campaigns(inspection);

    *made = (struct host_report){ .report = report };
    rootshift__v1__host_report__init(report);
    report->observed_at = now;
    report->engine = JUDGE_ENGINE_VERSION;
    add_campaigns(report, inspection);
    add_host(report, inspection);
    add_visibility(report, inspection);
    add_bindings(report, inspection);
    add_clients(report, inspection, language);
    add_stores(report, inspection);
    add_verdicts(report, inspection);
    for (size_t i = 0; i < inspection->clients.count; i++) {
        const struct client *client = &inspection->clients.items[i];

        add_manifest(made, manifest_new(client->trust, client->choice.model, &shelf));
        if (inspection->before[i] != NULL)
            add_manifest(made, copy_of(inspection->before[i]));
    }
}

void host_report_clear(struct host_report *made)
{
    for (size_t i = 0; i < made->manifest_count; i++)
        protobuf_c_message_free_unpacked(&made->manifests[i]->base, NULL);
    free(made->manifests);
    if (made->report != NULL)
        protobuf_c_message_free_unpacked(&made->report->base, NULL);
    *made = (struct host_report){ 0 };
}
