#include "schema/campaign/served.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"
#include "schema/x509/cache.h"
#include "schema/x509/names.h"
#include "schema/x509/signature.h"

/* Distinct chains that are remembered; a fleet has few, and forgetting only costs time. */
#define MEMORY_ROWS 1024
/* Signatures checked for one chain: a hundred certificates that all bear one name would ask for thousands. */
#define CHECKS_MAX 256
/* So many certificates above leaves are looked for in the memory of parsed ones before it begins anew. */
#define CACHE_LOOKS 2048

struct served {
    const struct campaign *campaign;
    struct signature_memory *signatures;
    size_t checked;                  /* signatures, for the chain that is looked at */
    struct certificate_cache *cache; /* what stands above leaves is the same again and again */
    size_t looks;
    struct memory_row {
        struct fingerprint chain;
        size_t answer;
        bool filled;
    } rows[MEMORY_ROWS];
};

struct served *served_new(const struct campaign *campaign)
{
    struct served *served = memory_new(sizeof(*served));

    served->campaign = campaign;
    served->signatures = signature_memory_new();
    served->cache = certificate_cache_new();
    return served;
}

void served_free(struct served *served)
{
    if (served == NULL)
        return;
    signature_memory_free(served->signatures);
    certificate_cache_free(served->cache);
    free(served);
}

static bool issued(struct served *served, const struct certificate *issuer, const struct certificate *subject)
{
    return served->checked < CHECKS_MAX &&
           X509_NAME_cmp(X509_get_issuer_name(certificate_x509(subject)),
                         X509_get_subject_name(certificate_x509(issuer))) == 0 &&
           signature_check(served->signatures, issuer, subject, &served->checked) == SIGNATURE_GOOD;
}

/* Mark the campaign's roots that a path from served certificate `at` can end in. */
static void walk(struct served *served, const struct certificate_list *list, size_t at, bool *visited,
                 bool *reached)
{
    const struct certificate *here = list->items[at];

    visited[at] = true;
    for (size_t i = 0; i < served->campaign->root_count; i++) {
        const struct certificate *root = served->campaign->roots[i].certificate;

        /* the root's own key, served as root or as cross-certificate, or a link to it */
        reached[i] = reached[i] ||
                     fingerprint_equal(certificate_key_identity(here), certificate_key_identity(root)) ||
                     issued(served, root, here);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (!visited[i] && issued(served, list->items[i], here))
            walk(served, list, i, visited, reached);
    }
}

static bool accepts_exactly(const struct campaign *campaign, const struct campaign_chain *chain,
                            const bool *reached)
{
    for (size_t i = 0; i < campaign->root_count; i++) {
        bool accepted = false;

        for (size_t j = 0; j < chain->accepts_count; j++)
            accepted = accepted || chain->accepts[j] == i;
        if (accepted != reached[i])
            return false;
    }
    return true;
}

/* How many certificates stand above the leaf, roots at the end apart: servers may send those or not. */
static size_t count_above(const struct certificate_list *list)
{
    size_t count = list->count;

    while (count > 1 && certificate_is_self_issued(list->items[count - 1]))
        count--;
    return count - 1;
}

static bool lists_exactly(const struct campaign_chain *chain, const struct certificate_list *served)
{
    size_t above = count_above(&chain->certificates);

    if (count_above(served) != above)
        return false;
    for (size_t i = 1; i <= above; i++) {
        bool found = false; /* in any order: some servers mix them, and clients sort */

        for (size_t j = 1; j <= above; j++)
            found = found || fingerprint_equal(certificate_fingerprint(chain->certificates.items[i]),
                                               certificate_fingerprint(served->items[j]));
        if (!found)
            return false;
    }
    return true;
}

/* The one chain that `fits`; SERVED_NONE for none or several. */
static size_t find_one(struct served *served, const struct certificate_list *list, const bool *reached)
{
    const struct campaign *campaign = served->campaign;
    size_t found = SERVED_NONE, fits = 0;

    for (size_t i = 0; i < campaign->chain_count; i++) {
        const struct campaign_chain *chain = &campaign->chains[i];
        bool by_certificates = chain->certificates.count > 1 && lists_exactly(chain, list);
        bool by_roots = chain->certificates.count == 0 && accepts_exactly(campaign, chain, reached);

        /* what stands above a leaf tells nothing when nothing stands there: then the roots do */
        if (chain->certificates.count == 1)
            by_roots = accepts_exactly(campaign, chain, reached) && count_above(list) == 0;
        if (by_certificates)
            return i;
        if (by_roots) {
            found = i;
            fits++;
        }
    }
    return fits == 1 ? found : SERVED_NONE;
}

static struct certificate *parse_one(struct served *served, const struct handshake_certificate *item,
                                     bool leaf)
{
    struct error ignored = { 0 };

    if (leaf)
        return certificate_parse(item->der, item->size, &ignored);
    if (served->looks++ == CACHE_LOOKS) {
        certificate_cache_free(served->cache);
        served->cache = certificate_cache_new();
        served->looks = 0;
    }
    return certificate_cache_parse(served->cache, item->der, item->size, &ignored);
}

/* False without a leaf: then it is no chain. Elsewhere damage is only one certificate less. */
static bool parse(struct served *served, const struct handshake_chain *chain, struct certificate_list *list)
{
    for (size_t i = 0; i < chain->count; i++) {
        struct certificate *certificate = parse_one(served, &chain->items[i], i == 0);

        if (certificate == NULL && i == 0)
            return false;
        if (certificate != NULL)
            certificate_list_add(list, certificate);
        certificate_free(certificate);
    }
    return list->count > 0;
}

void served_look(struct served *served, const struct handshake_chain *chain, struct served_view *view)
{
    const struct campaign *campaign = served->campaign;
    bool *visited = memory_new(chain->count * sizeof(bool) + 1);
    bool *reached = memory_new(campaign->root_count * sizeof(bool) + 1);

    *view = (struct served_view){ .number = SERVED_NONE };
    served->checked = 0;
    if (parse(served, chain, &view->chain.certificates)) {
        walk(served, &view->chain.certificates, 0, visited, reached);
        view->bounded = served->checked >= CHECKS_MAX;
    }
    if (view->chain.certificates.count > 0 && !view->bounded)
        view->number = find_one(served, &view->chain.certificates, reached);
    view->chain.accepts = memory_new((campaign->root_count + 1) * sizeof(*view->chain.accepts));
    for (size_t i = 0; i < campaign->root_count; i++) {
        if (reached[i])
            view->chain.accepts[view->chain.accepts_count++] = i;
    }
    free(visited);
    free(reached);
}

void served_view_clear(struct served_view *view)
{
    certificate_list_clear(&view->chain.certificates);
    free(view->chain.accepts);
    *view = (struct served_view){ 0 };
}

static size_t recognise(struct served *served, const struct handshake_chain *chain)
{
    struct served_view view;
    size_t number;

    served_look(served, chain, &view);
    number = view.number;
    served_view_clear(&view);
    return number;
}

size_t served_chain(struct served *served, const struct handshake_chain *chain)
{
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct fingerprint print;
    struct memory_row *row;
    size_t place;

    for (size_t i = 0; i < chain->count; i++)
        fingerprint_hash_add(hash, chain->items[i].print.bytes, FINGERPRINT_BYTES);
    print = fingerprint_hash_take(hash);
    memcpy(&place, print.bytes, sizeof(place));
    row = &served->rows[place % MEMORY_ROWS];
    if (!row->filled || !fingerprint_equal(&row->chain, &print))
        *row = (struct memory_row){ print, chain->count > 0 ? recognise(served, chain) : SERVED_NONE, true };
    return row->answer;
}
