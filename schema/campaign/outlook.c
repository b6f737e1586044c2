#include "schema/campaign/outlook.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Pairs of served certificates of which one may have issued the other, as far as their names say. A bundle of a
 * hundred roots has as many; more is a mesh made to be searched, and each pair is a signature to check.
 */
#define PAIRS_MAX 128

/* Roots of the catalogue are bits. */
#define ROOTS_MAX 64

/* Which of them a client certainly holds, and with those that are in doubt (release.h). */
struct holdings {
    uint64_t holds, differ, any;
};

struct outlook {
    const struct campaign *campaign;
    struct catalogue *catalogue;
    struct release_list clients;
    struct holdings *holdings; /* of each client */
    struct signature_memory *signatures;
};

/* --- who is asked --------------------------------------------------------------------------------- */

static uint64_t bits_of(const struct catalogue *catalogue, const struct trust_set *set)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < catalogue_root_count(catalogue); i++) {
        const struct fingerprint *print = certificate_fingerprint(catalogue_root(catalogue, i)->certificate);

        for (size_t j = 0; j < set->count; j++) {
            if (fingerprint_equal(&set->entries[j].fingerprint, print))
                bits |= UINT64_C(1) << i;
        }
    }
    return bits;
}

static void find_holdings(struct outlook *outlook)
{
    outlook->holdings = memory_new((outlook->clients.count + 1) * sizeof(*outlook->holdings));
    for (size_t i = 0; i < outlook->clients.count; i++) {
        const struct release *client = &outlook->clients.items[i];

        outlook->holdings[i] = (struct holdings){ bits_of(outlook->catalogue, client->holds),
                                                  bits_of(outlook->catalogue, client->differ),
                                                  bits_of(outlook->catalogue, client->any) };
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
    assert(catalogue_root_count(outlook->catalogue) <= ROOTS_MAX);
    find_holdings(outlook);
    return outlook;
}

void outlook_free(struct outlook *outlook)
{
    if (outlook == NULL)
        return;
    release_list_clear(&outlook->clients);
    catalogue_free(outlook->catalogue);
    signature_memory_free(outlook->signatures);
    free(outlook->holdings);
    free(outlook);
}

/* --- judging -------------------------------------------------------------------------------------- */

/* One chain over one interval. */
struct matter {
    struct outlook *outlook;
    const struct campaign_chain *chain;
    const struct release *client;
    struct holdings holdings; /* the client's, of roots that can matter */
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
    if (matter->holdings.differ != matter->holdings.holds && may_accept_with(matter, client->differ))
        return judgement_of("sources-differ", judgement.evidence);
    if ((matter->holdings.any != matter->holdings.holds && may_accept_with(matter, client->any)) ||
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

/* The names that a root must bear to stand in a path of this chain, or to be a reason for what is said of it. */
struct bearers {
    struct fingerprint *items; /* digests of subjects */
    size_t count;
};

static void add_bearer(struct bearers *bearers, const struct fingerprint *name)
{
    bearers->items = array_grow(bearers->items, bearers->count, sizeof(*bearers->items));
    bearers->items[bearers->count++] = *name;
}

static bool is_borne(const struct bearers *bearers, const struct certificate *root)
{
    for (size_t i = 0; i < bearers->count; i++) {
        if (fingerprint_equal(&bearers->items[i], certificate_subject_digest(root)))
            return true;
    }
    return false;
}

/*
 * The roots that can matter for a chain. Most clients differ in others alone, and so they are judged once. As bits of
 * the catalogue.
 */
static uint64_t find_relevant(const struct outlook *outlook, const struct campaign_chain *chain)
{
    struct bearers bearers = { 0 };
    uint64_t relevant = 0, before;

    for (size_t i = 0; i < chain->certificates.count; i++) {
        add_bearer(&bearers, certificate_subject_digest(chain->certificates.items[i]));
        add_bearer(&bearers, certificate_issuer_digest(chain->certificates.items[i]));
    }
    for (size_t i = 0; i < chain->accepts_count; i++)
        add_bearer(&bearers,
                   certificate_subject_digest(outlook->campaign->roots[chain->accepts[i]].certificate));
    do { /* a root that somebody else has issued brings its issuer's name along */
        before = relevant;
        for (size_t i = 0; i < catalogue_root_count(outlook->catalogue); i++) {
            const struct certificate *root = catalogue_root(outlook->catalogue, i)->certificate;

            if ((relevant & UINT64_C(1) << i) != 0 || !is_borne(&bearers, root))
                continue;
            relevant |= UINT64_C(1) << i;
            add_bearer(&bearers, certificate_issuer_digest(root));
        }
    } while (relevant != before);
    free(bearers.items);
    return relevant;
}

static struct holdings only(struct holdings holdings, uint64_t relevant)
{
    return (struct holdings){ holdings.holds & relevant, holdings.differ & relevant,
                              holdings.any & relevant };
}

/* The first client that answers as this one must; itself, when nobody before it does. */
static size_t find_same(const struct outlook *outlook, size_t client, uint64_t relevant)
{
    const struct release *own = &outlook->clients.items[client];
    struct holdings holdings = only(outlook->holdings[client], relevant);

    for (size_t i = 0; !own->pinned && i < client; i++) {
        struct holdings others = only(outlook->holdings[i], relevant);

        if (!outlook->clients.items[i].pinned && outlook->clients.items[i].model == own->model &&
            others.holds == holdings.holds && others.differ == holdings.differ && others.any == holdings.any)
            return i;
    }
    return client;
}

static void judge_clients(struct outlook *outlook, const struct campaign_chain *chain, uint64_t relevant,
                          int64_t at, struct outlook_phase *row)
{
    row->judgements = memory_new((outlook->clients.count + 1) * sizeof(*row->judgements));
    for (size_t i = 0; i < outlook->clients.count; i++) {
        const struct matter matter = { .outlook = outlook,
                                       .chain = chain,
                                       .client = &outlook->clients.items[i],
                                       .holdings = only(outlook->holdings[i], relevant),
                                       .from = judge_from(row->phase, at),
                                       .until = row->phase->end };
        size_t same = find_same(outlook, i, relevant);

        row->judgements[i] = same < i ? row->judgements[same] : judge_client(&matter);
    }
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
    uint64_t relevant;

    *view = (struct outlook_view){ 0 };
    if (is_mesh(&chain->certificates))
        return false;
    relevant = find_relevant(outlook, chain);
    view->phases = memory_new((campaign->phase_count + 1) * sizeof(*view->phases));
    view->until = find_until(outlook, chain, at);
    for (size_t i = 0; i < campaign->phase_count; i++) {
        struct outlook_phase *row = &view->phases[view->count];

        if (at >= campaign->phases[i].end)
            continue;
        row->phase = &campaign->phases[i];
        judge_clients(outlook, chain, relevant, at, row);
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
