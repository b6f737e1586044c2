#include "schema/campaign/outlook.h"

#include <stdlib.h>
#include <string.h>

/*
 * Pairs of served certificates of which one may have issued the other, as far as their names say. A bundle of a
 * hundred roots has as many; more is a mesh made to be searched, and each pair is a signature to check.
 */
#define PAIRS_MAX 128

struct outlook {
    const struct campaign *campaign;
    struct catalogue *catalogue;
    struct release_list clients;
    size_t *same; /* of each client the first one that is judged alike */
    struct signature_memory *signatures;
};

/* --- who is asked --------------------------------------------------------------------------------- */

static bool are_alike(const struct release *a, const struct release *b)
{
    const struct trust_set *sets[][2] = { { a->holds, b->holds },
                                          { a->differ, b->differ },
                                          { a->any, b->any } };

    if (a->model != b->model || a->pinned != b->pinned)
        return false;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        struct fingerprint left = trust_set_digest(sets[i][0], a->model),
                           right = trust_set_digest(sets[i][1], b->model);

        if (!fingerprint_equal(&left, &right))
            return false;
    }
    return true;
}

static void find_same(struct outlook *outlook)
{
    outlook->same = memory_new(outlook->clients.count * sizeof(*outlook->same) + 1);
    for (size_t i = 0; i < outlook->clients.count; i++) {
        while (outlook->same[i] < i &&
               !are_alike(&outlook->clients.items[outlook->same[i]], &outlook->clients.items[i]))
            outlook->same[i]++;
    }
}

static bool add_clients(struct outlook *outlook, const struct text_list *clients, struct error *err)
{
    const char *product;

    for (size_t i = 0; i < clients->count; i++) {
        if (!release_list_add(&outlook->clients, outlook->catalogue, clients->items[i], err))
            return false;
    }
    for (size_t i = 0; clients->count == 0 && (product = catalogue_product(outlook->catalogue, i)) != NULL;
         i++) {
        if (!release_list_add(&outlook->clients, outlook->catalogue, product, err))
            return false;
    }
    return true;
}

struct outlook *outlook_new(const struct campaign *campaign, const struct text_list *clients,
                            struct error *err)
{
    struct outlook *outlook = memory_new(sizeof(*outlook));

    outlook->campaign = campaign;
    outlook->signatures = signature_memory_new();
    outlook->catalogue = catalogue_new(err);
    if (outlook->catalogue == NULL || !add_clients(outlook, clients, err)) {
        outlook_free(outlook);
        return NULL;
    }
    find_same(outlook);
    return outlook;
}

void outlook_free(struct outlook *outlook)
{
    if (outlook == NULL)
        return;
    release_list_clear(&outlook->clients);
    catalogue_free(outlook->catalogue);
    signature_memory_free(outlook->signatures);
    free(outlook->same);
    free(outlook);
}

/* --- judging -------------------------------------------------------------------------------------- */

/* One chain over one interval. */
struct matter {
    struct outlook *outlook;
    const struct campaign_chain *chain;
    const struct release *client;
    int64_t from, until;
};

static struct judgement judge_with(const struct matter *matter, const struct trust_set *trust)
{
    const struct judge_subject subject = { trust, matter->client->model, matter->outlook->signatures };

    return judge_served(matter->outlook->campaign, matter->chain, &subject, matter->from, matter->until);
}

static bool may_accept_with(const struct matter *matter, const struct trust_set *trust)
{
    return judge_with(matter, trust).verdict != VERDICT_NOT_READY;
}

/* A release whose list holds none of the roots that we know is no empty store. */
static const char *what_is_missing(const struct matter *matter)
{
    bool needs_new = matter->chain->accepts_count == 0;

    for (size_t i = 0; i < matter->chain->accepts_count; i++)
        needs_new = needs_new || matter->outlook->campaign->roots[matter->chain->accepts[i]].role == ROOT_NEW;
    return needs_new ? "root-missing" : "old-root-missing";
}

/* The same as release_search() says of one instant, of an interval. */
static struct judgement judge_client(const struct matter *matter)
{
    const struct release *client = matter->client;
    struct judgement judgement = judge_with(matter, client->holds);
    bool hides = strcmp(judgement.reason, "cross-hides-gap") == 0;

    if (client->pinned || (judgement.verdict != VERDICT_NOT_READY && !hides))
        return judgement;
    if (hides) /* that it lacks the new root must be known, too */
        return strcmp(judge_with(matter, client->any).reason, "ok") == 0
                   ? judgement_of("ok", judgement.evidence)
                   : judgement;
    if (may_accept_with(matter, client->differ))
        return judgement_of("sources-differ", judgement.evidence);
    if (may_accept_with(matter, client->any) ||
        release_hangs_elsewhere(matter->outlook->catalogue, &matter->chain->certificates))
        return judgement_of("root-not-in-table", judgement.evidence);
    if (strcmp(judgement.reason, "store-empty") == 0)
        judgement.reason = what_is_missing(matter);
    return judgement;
}

static bool is_mesh(const struct certificate_list *list)
{
    size_t pairs = 0;

    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < list->count; j++)
            pairs += i != j && fingerprint_equal(certificate_issuer_digest(list->items[i]),
                                                 certificate_subject_digest(list->items[j]));
    }
    return pairs > PAIRS_MAX;
}

static void lower(int64_t *until, int64_t instant, int64_t at)
{
    if (instant > at && instant < *until)
        *until = instant;
}

/* Whether something ends or begins there: a phase, or the validity of what is served above the leaf or trusted. */
static int64_t find_until(const struct outlook *outlook, const struct campaign_chain *chain, int64_t at)
{
    int64_t until = CLOCK_NEVER;

    for (size_t i = 0; i < outlook->campaign->phase_count; i++) {
        lower(&until, outlook->campaign->phases[i].starts, at);
        lower(&until, outlook->campaign->phases[i].end, at);
    }
    for (size_t i = 1; i < chain->certificates.count; i++) {
        lower(&until, certificate_not_before(chain->certificates.items[i]), at);
        lower(&until, certificate_not_after(chain->certificates.items[i]) + 1, at);
    }
    for (size_t i = 0; i < catalogue_root_count(outlook->catalogue); i++) {
        const struct certificate *root = catalogue_root(outlook->catalogue, i)->certificate;

        lower(&until, certificate_not_before(root), at);
        lower(&until, certificate_not_after(root) + 1, at);
    }
    for (size_t i = 0; i < outlook->clients.count; i++) {
        if (!outlook->clients.items[i].pinned)
            continue;
        lower(&until, certificate_not_after(outlook->clients.items[i].holds->entries[0].certificate) + 1, at);
    }
    return until;
}

bool outlook_look(struct outlook *outlook, const struct campaign_chain *chain, int64_t at,
                  struct outlook_view *view)
{
    const struct campaign *campaign = outlook->campaign;

    *view = (struct outlook_view){ 0 };
    if (is_mesh(&chain->certificates))
        return false;
    view->phases = memory_new((campaign->phase_count + 1) * sizeof(*view->phases));
    view->until = find_until(outlook, chain, at);
    for (size_t i = 0; i < campaign->phase_count; i++) {
        const struct campaign_phase *phase = &campaign->phases[i];
        struct outlook_phase *row = &view->phases[view->count];

        if (at >= phase->end)
            continue;
        *row = (struct outlook_phase){ phase,
                                       memory_new((outlook->clients.count + 1) * sizeof(*row->judgements)) };
        for (size_t j = 0; j < outlook->clients.count; j++) {
            const struct matter matter = { outlook, chain, &outlook->clients.items[j], judge_from(phase, at),
                                           phase->end };

            row->judgements[j] =
                outlook->same[j] < j ? row->judgements[outlook->same[j]] : judge_client(&matter);
        }
        view->count++;
    }
    return true;
}

void outlook_view_clear(struct outlook_view *view)
{
    for (size_t i = 0; i < view->count; i++)
        free(view->phases[i].judgements);
    free(view->phases);
    *view = (struct outlook_view){ 0 };
}

/* --- writing -------------------------------------------------------------------------------------- */

static bool same_verdict(const struct judgement *a, const struct judgement *b)
{
    return a->verdict == b->verdict;
}

static bool same_answer(const struct judgement *a, const struct judgement *b)
{
    return a->verdict == b->verdict && a->valid_until == b->valid_until && strcmp(a->reason, b->reason) == 0;
}

/* The client after those that are one range. */
static size_t end_of_range(const struct outlook *outlook, const struct outlook_phase *phase, size_t first,
                           bool (*alike)(const struct judgement *a, const struct judgement *b))
{
    const struct release *clients = outlook->clients.items;
    size_t end = first + 1;

    while (end < outlook->clients.count && clients[first].product != NULL &&
           clients[end].product == clients[first].product && clients[end].from != NULL &&
           alike(&phase->judgements[first], &phase->judgements[end]))
        end++;
    return end;
}

static void write_range(const struct outlook *outlook, size_t first, size_t end, struct json *json)
{
    const struct release *clients = outlook->clients.items;
    struct text name = { 0 };

    if (end > first + 1)
        release_range_name(&name, clients[first].product, clients[first].from, clients[end - 1].below);
    else
        text_add(&name, clients[first].name);
    json_text(json, text_string(&name));
    text_clear(&name);
}

static void write_those(const struct outlook *outlook, const struct outlook_phase *phase, const char *key,
                        enum verdict verdict, struct json *json)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0, end; i < outlook->clients.count; i = end) {
        end = end_of_range(outlook, phase, i, same_verdict);
        if (phase->judgements[i].verdict == verdict)
            write_range(outlook, i, end, json);
    }
    json_array_end(json);
}

void outlook_write_short(const struct outlook *outlook, const struct outlook_view *view, struct json *json)
{
    json_array(json);
    for (size_t i = 0; i < view->count; i++) {
        json_object(json);
        json_key_text(json, "phase", view->phases[i].phase->name);
        write_those(outlook, &view->phases[i], "clients", VERDICT_NOT_READY, json);
        write_those(outlook, &view->phases[i], "unknown", VERDICT_UNKNOWN, json);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_client(const struct outlook *outlook, const struct outlook_phase *phase, size_t first,
                         size_t end, struct json *json)
{
    const struct judgement *judgement = &phase->judgements[first];

    json_object(json);
    json_key(json, "client");
    write_range(outlook, first, end, json);
    json_key_text(json, "verdict", verdict_name(judgement->verdict));
    json_key_text(json, "reason", judgement->reason);
    json_key(json, "valid_until");
    if (judgement->valid_until == CLOCK_NEVER)
        json_null(json);
    else
        json_instant(json, judgement->valid_until);
    json_object_end(json);
}

void outlook_write_long(const struct outlook *outlook, const struct outlook_view *view, struct json *json)
{
    json_array(json);
    for (size_t i = 0; i < view->count; i++) {
        json_object(json);
        json_key_text(json, "phase", view->phases[i].phase->name);
        json_key(json, "clients");
        json_array(json);
        for (size_t j = 0, end; j < outlook->clients.count; j = end) {
            end = end_of_range(outlook, &view->phases[i], j, same_answer);
            write_client(outlook, &view->phases[i], j, end, json);
        }
        json_array_end(json);
        json_object_end(json);
    }
    json_array_end(json);
}
