#include "schema/trust/release.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "schema/trust/by_key.h"

static void hold(struct trust_set *set, struct certificate *certificate)
{
    trust_set_add(set, certificate_fingerprint(certificate), certificate_key_identity(certificate), 0,
                  certificate);
}

static struct release *add(struct release_list *list, const char *name, const char *model)
{
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count] = (struct release){ .name = memory_text(name),
                                                 .model = model_find(model),
                                                 .holds = trust_set_new(),
                                                 .differ = trust_set_new(),
                                                 .any = trust_set_new() };
    return &list->items[list->count++];
}

void release_list_clear(struct release_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        trust_set_free(list->items[i].holds);
        trust_set_free(list->items[i].differ);
        trust_set_free(list->items[i].any);
    }
    free(list->items);
    *list = (struct release_list){ 0 };
}

static void add_version(struct release_list *list, const struct catalogue *catalogue, const char *name,
                        const char *product, const struct version *version)
{
    struct release *release = add(list, name, catalogue_model(catalogue, product, version));

    for (size_t i = 0; i < catalogue_root_count(catalogue); i++) {
        const struct catalogue_root *root = catalogue_root(catalogue, i);
        enum catalogue_answer answer = catalogue_holds(catalogue, root, product, version);

        if (answer == CATALOGUE_HOLDS)
            hold(release->holds, root->certificate);
        if (answer == CATALOGUE_HOLDS || answer == CATALOGUE_SOURCES_DIFFER)
            hold(release->differ, root->certificate);
        if (answer != CATALOGUE_LACKS)
            hold(release->any, root->certificate);
    }
}

/* --- ranges --------------------------------------------------------------------------------------- */

struct step {
    struct version version;
    const char *text;
};

static int compare_steps(const void *a, const void *b)
{
    return version_compare(&((const struct step *)a)->version, &((const struct step *)b)->version);
}

void release_range_name(struct text *out, const char *product, const char *from, const char *below)
{
    text_add(out, product);
    if (from != NULL)
        text_format(out, " from %s", from);
    if (below != NULL)
        text_format(out, " below %s", below);
}

static void add_range(struct release_list *list, const struct catalogue *catalogue, const char *product,
                      const struct step *from, const struct step *below)
{
    static const struct version oldest = { { 0 } };
    struct text name = { 0 };
    struct release *release;

    release_range_name(&name, product, from == NULL ? NULL : from->text, below == NULL ? NULL : below->text);
    add_version(list, catalogue, text_string(&name), product, from == NULL ? &oldest : &from->version);
    release = &list->items[list->count - 1];
    release->product = product;
    release->from = from == NULL ? NULL : from->text;
    release->below = below == NULL ? NULL : below->text;
    text_clear(&name);
}

static void add_ranges(struct release_list *list, const struct catalogue *catalogue, const char *product)
{
    struct step *steps = NULL;
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < catalogue_fact_count(catalogue); i++) {
        const struct catalogue_fact *fact = catalogue_fact(catalogue, i);
        struct step step = { .text = fact->version };

        if (strcmp(fact->product, product) != 0 ||
            !catalogue_version(catalogue, product, fact->version, &step.version))
            continue;
        steps = array_grow(steps, count, sizeof(*steps));
        steps[count++] = step;
    }
    if (count > 0)
        qsort(steps, count, sizeof(*steps), compare_steps);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || version_compare(&steps[i].version, &steps[kept - 1].version) != 0)
            steps[kept++] = steps[i];
    }
    for (size_t i = 0; i <= kept; i++)
        add_range(list, catalogue, product, i > 0 ? &steps[i - 1] : NULL, i < kept ? &steps[i] : NULL);
    free(steps);
}

/* --- what a person asks for ----------------------------------------------------------------------- */

static bool add_pinned(struct release_list *list, const char *path, struct error *err)
{
    struct certificate_list certificates = { 0 };
    bool ok = certificate_list_read_pem(&certificates, path, err);

    if (ok && certificates.count != 1)
        ok = error_set(err, ERROR_FORMAT, "%s: expected one certificate, there are %zu", path,
                       certificates.count);
    if (ok) {
        const struct certificate *certificate = certificates.items[0];
        struct text name = { 0 };
        struct release *release;

        text_format(&name, "pinned %s %s",
                    certificate_is_self_issued(certificate)             ? "root"
                    : X509_check_ca(certificate_x509(certificate)) != 0 ? "intermediate"
                                                                        : "leaf",
                    certificate_label(certificate));
        release = add(list, text_string(&name), "rfc5280");
        release->pinned = true;
        hold(release->holds, certificates.items[0]);
        text_clear(&name);
    }
    certificate_list_clear(&certificates);
    return ok;
}

static bool refuse_product(const struct catalogue *catalogue, const char *name, struct error *err)
{
    struct text known = { 0 };

    for (size_t i = 0; catalogue_product(catalogue, i) != NULL; i++)
        text_format(&known, " %s", catalogue_product(catalogue, i));
    error_set(err, ERROR_OPTION, "there is no product \"%s\"; known are%s, and pinned:FILE", name,
              text_string(&known));
    text_clear(&known);
    return false;
}

/* The catalogue's own word for it; NULL for none. */
static const char *find_product(const struct catalogue *catalogue, const char *name)
{
    const char *product;

    for (size_t i = 0; (product = catalogue_product(catalogue, i)) != NULL; i++) {
        if (strcmp(product, name) == 0)
            return product;
    }
    return NULL;
}

bool release_list_add(struct release_list *list, const struct catalogue *catalogue, const char *text,
                      struct error *err)
{
    const char *colon = strchr(text, ':'), *product;
    char *name = memory_text(text);
    struct version version;
    bool ok = true;

    if (colon != NULL)
        name[colon - text] = '\0';
    product = find_product(catalogue, name);
    if (colon != NULL && strcmp(name, "pinned") == 0)
        ok = add_pinned(list, colon + 1, err);
    else if (product == NULL)
        ok = refuse_product(catalogue, name, err);
    else if (colon == NULL)
        add_ranges(list, catalogue, product);
    else if (catalogue_version(catalogue, product, colon + 1, &version))
        add_version(list, catalogue, text, product, &version);
    else
        ok = error_set(err, ERROR_OPTION, "\"%s\" is no version of %s", colon + 1, product);
    free(name);
    return ok;
}

/* --- judging -------------------------------------------------------------------------------------- */

static bool bears_name(const struct certificate *certificate, const X509_NAME *name)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate_x509(certificate)), name) == 0;
}

static bool is_served(const struct certificate_list *list, const X509_NAME *name)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (bears_name(list->items[i], name))
            return true;
    }
    return false;
}

static bool is_listed(const struct catalogue *catalogue, const X509_NAME *name)
{
    for (size_t i = 0; i < catalogue_root_count(catalogue); i++) {
        if (bears_name(catalogue_root(catalogue, i)->certificate, name))
            return true;
    }
    return false;
}

/* Whether a root that the catalogue does not know could end a path: as issuer of something served, or served itself. */
static bool hangs_elsewhere(const struct catalogue *catalogue, const struct certificate_list *served,
                            const struct certificate_list *known)
{
    for (size_t i = 0; served != NULL && i < served->count; i++) {
        const X509_NAME *issuer = X509_get_issuer_name(certificate_x509(served->items[i]));

        if (is_listed(catalogue, issuer))
            continue;
        if (certificate_is_self_issued(served->items[i]) ||
            (!is_served(served, issuer) && !is_served(known, issuer)))
            return true;
    }
    return false;
}

static const char *doubt(const struct release *release, const struct catalogue *catalogue,
                         const struct path_query *query)
{
    struct path_query wider = *query;
    const char *reason;

    wider.trust = release->differ;
    if (path_verdict_of(&wider, &reason) == PATH_TRUSTED)
        return "sources-differ";
    wider.trust = release->any;
    if (path_verdict_of(&wider, &reason) == PATH_TRUSTED ||
        hangs_elsewhere(catalogue, query->chain, query->known) ||
        hangs_elsewhere(catalogue, query->known, query->chain))
        return "root-not-in-table";
    return NULL;
}

bool release_hangs_elsewhere(const struct catalogue *catalogue, const struct certificate_list *chain)
{
    return hangs_elsewhere(catalogue, chain, NULL);
}

void release_search(const struct release *release, const struct catalogue *catalogue,
                    const struct path_query *query, struct path_result *result)
{
    const char *reason;

    path_search(query, result);
    if (result->verdict != PATH_UNTRUSTED || release->pinned)
        return;
    reason = doubt(release, catalogue, query);
    if (reason != NULL) {
        result->verdict = PATH_UNDETERMINED;
        result->reason = reason;
    }
}

static bool knows_keys(const struct catalogue *catalogue, const struct fingerprint *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;

        for (size_t j = 0; j < catalogue_root_count(catalogue) && !known; j++)
            known = fingerprint_equal(&keys[i],
                                      certificate_key_identity(catalogue_root(catalogue, j)->certificate));
        if (!known)
            return false;
    }
    return true;
}

enum path_verdict release_accepts_key(const struct release *release, const struct catalogue *catalogue,
                                      int64_t at, const struct fingerprint *keys, size_t count,
                                      const char **reason, const struct trust_entry **via)
{
    enum path_verdict verdict = by_key_verdict(release->holds, release->model, at, keys, count, reason, via);
    const struct trust_entry *ignored;
    const char *other;

    if (verdict != PATH_UNTRUSTED)
        return verdict;
    if (release->pinned) {
        if (certificate_is_self_issued(release->holds->entries[0].certificate))
            return PATH_UNTRUSTED;
        *reason = "chain-not-at-hand";
    } else if (by_key_verdict(release->differ, release->model, at, keys, count, &other, &ignored) ==
               PATH_TRUSTED)
        *reason = "sources-differ";
    else if (!knows_keys(catalogue, keys, count) ||
             by_key_verdict(release->any, release->model, at, keys, count, &other, &ignored) == PATH_TRUSTED)
        *reason = "root-not-in-table";
    else
        return PATH_UNTRUSTED;
    return PATH_UNDETERMINED;
}
