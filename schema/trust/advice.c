#include "schema/trust/advice.h"

#include <stdlib.h>

static bool would_do(const struct path_query *query)
{
    return path_verdict_of(query, NULL) == PATH_TRUSTED;
}

static bool is_served(const struct path_query *query, const struct certificate *certificate)
{
    for (size_t i = 0; i < query->chain->count; i++) {
        if (fingerprint_equal(certificate_fingerprint(query->chain->items[i]),
                              certificate_fingerprint(certificate)))
            return true;
    }
    return false;
}

static void name_certificate(struct text *out, const struct certificate *certificate)
{
    char print[FINGERPRINT_TEXT_BYTES];

    text_format(out, "\"%s\" (SHA-256 %.16s…)", certificate_label(certificate),
                fingerprint_format(certificate_fingerprint(certificate), print));
}

/* The servers send one certificate more. */
static bool try_serving(const struct explain_subject *subject, struct text *out)
{
    for (size_t i = 0; subject->spare != NULL && i < subject->spare->count; i++) {
        struct certificate *spare = subject->spare->items[i];
        struct certificate_list chain = { 0 };
        struct path_query query = *subject->query;
        bool helps;

        if (is_served(&query, spare))
            continue;
        for (size_t at = 0; at < query.chain->count; at++)
            certificate_list_add(&chain, query.chain->items[at]);
        certificate_list_add(&chain, spare);
        query.chain = &chain;
        helps = would_do(&query);
        certificate_list_clear(&chain);
        if (!helps)
            continue;
        text_add(out, certificate_is_self_issued(spare) ? "serve " : "serve the cross-certificate ");
        name_certificate(out, spare);
        text_format(out, ", issued by %s", certificate_issuer(spare));
        return true;
    }
    return false;
}

/* A trust set as the client has it, so far without entries. */
static struct trust_set *start_set(const struct trust_set *now)
{
    struct trust_set *set = trust_set_new();

    set->complete = now == NULL || now->complete;
    for (size_t i = 0; now != NULL && i < now->parameters.count; i++)
        text_list_add(&set->parameters, now->parameters.items[i]);
    return set;
}

static void add_entry(struct trust_set *set, const struct trust_entry *entry, uint32_t marks)
{
    trust_set_add(set, &entry->fingerprint, &entry->key_identity, marks, entry->certificate);
}

/* With this set in the place of the client's own, which is freed. */
static bool set_would_do(const struct explain_subject *subject, struct trust_set *set)
{
    struct path_query query = *subject->query;
    bool helps;

    query.trust = set;
    helps = would_do(&query);
    trust_set_free(set);
    return helps;
}

static void add_entries(struct trust_set *set, const struct trust_set *from, bool self_issued)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct trust_entry *entry = &from->entries[i];
        bool is_root = entry->certificate != NULL && certificate_is_self_issued(entry->certificate);

        if (is_root == self_issued)
            add_entry(set, entry, entry->marks);
    }
}

/* Where the client follows the first certificate of a name, a cross-certificate can hide its root. */
static bool try_reordering(const struct explain_subject *subject, struct text *out)
{
    const struct trust_set *now = subject->query->trust;
    struct trust_set *set;

    if (!subject->query->model->order_matters || now == NULL)
        return false;
    set = start_set(now);
    add_entries(set, now, true);
    add_entries(set, now, false);
    if (!set_would_do(subject, set))
        return false;
    text_add(out, "put the self-signed roots first in the trust store: this client follows the first "
                  "certificate of a name, and a cross-certificate stands before its root");
    return true;
}

static bool lifting_helps(const struct explain_subject *subject, size_t lifted)
{
    const struct trust_set *now = subject->query->trust;
    struct trust_set *set = start_set(now);

    for (size_t i = 0; i < now->count; i++)
        add_entry(set, &now->entries[i], now->entries[i].marks & ~(i == lifted ? TRUST_MARK_REJECTED : 0u));
    return set_would_do(subject, set);
}

/* To add once more what the store rejects would leave it rejected. */
static bool try_lifting(const struct explain_subject *subject, struct text *out)
{
    const struct trust_set *now = subject->query->trust;

    for (size_t i = 0; now != NULL && i < now->count; i++) {
        const struct trust_entry *entry = &now->entries[i];

        if ((entry->marks & TRUST_MARK_REJECTED) == 0 || entry->certificate == NULL ||
            !lifting_helps(subject, i))
            continue;
        text_add(out, "lift the rejection of ");
        name_certificate(out, entry->certificate);
        text_add(out, " in the trust store");
        return true;
    }
    return false;
}

/* The client's store holds one root more, put in front as an administrator can. */
static bool try_adding(const struct explain_subject *subject, struct certificate *root, struct text *out)
{
    const struct trust_set *now = subject->query->trust;
    struct trust_set *set = start_set(now);

    trust_set_add(set, certificate_fingerprint(root), certificate_key_identity(root), 0, root);
    for (size_t i = 0; now != NULL && i < now->count; i++)
        add_entry(set, &now->entries[i], now->entries[i].marks);
    if (!set_would_do(subject, set))
        return false;
    text_add(out, "add root ");
    name_certificate(out, root);
    text_add(out, " to the trust store");
    return true;
}

static bool try_roots(const struct explain_subject *subject, struct text *out)
{
    for (size_t i = 0; i < subject->root_count; i++) {
        if (try_adding(subject, subject->roots[i].certificate, out))
            return true;
    }
    for (size_t i = 0; i < subject->query->chain->count; i++) {
        struct certificate *served = subject->query->chain->items[i];

        if (i > 0 && certificate_is_self_issued(served) && try_adding(subject, served, out))
            return true;
    }
    return false;
}

/* What is wrong with the leaf nobody but the server can mend. */
static const char *leaf_advice(enum path_problem_code code)
{
    switch (code) {
    case PATH_EXPIRED: return "renew the server's certificate: it has expired";
    case PATH_NOT_YET_VALID: return "wait, or check the clock: the server's certificate is not valid yet";
    case PATH_HOSTNAME: return "serve a certificate that names this host";
    case PATH_EKU:
    case PATH_KEY_USAGE: return "serve a certificate made for TLS servers";
    case PATH_WEAK_KEY:
    case PATH_WEAK_SIGNATURE: return "serve a certificate with a stronger key or signature";
    case PATH_MALFORMED:
    case PATH_CRITICAL_EXTENSION:
        return "have the server's certificate issued anew: this client cannot process it";
    case PATH_PROFILE: return "serve a certificate of the profile";
    case PATH_NAME_CONSTRAINTS: return "serve a certificate whose issuers may name this host";
    case PATH_NOT_A_CA:
    case PATH_PATH_LENGTH:
    case PATH_POLICY:
    case PATH_NO_ISSUER:
    case PATH_AKI_MISMATCH:
    case PATH_DISTRUSTED:
    case PATH_BAD_SIGNATURE:
    case PATH_PROBLEM_CODES: break;
    }
    return NULL;
}

static const char *find_leaf_advice(const struct path *path)
{
    for (size_t i = 0; path->count > 0 && i < path->problem_count; i++) {
        const char *advice = leaf_advice(path->problems[i].code);

        if (advice != NULL &&
            fingerprint_equal(&path->problems[i].certificate, certificate_fingerprint(path->certificates[0])))
            return advice;
    }
    return NULL;
}

/* What is wrong with a certificate above the leaf. */
static bool add_issuer_advice(const struct path *path, struct text *out)
{
    for (size_t i = 0; i < path->problem_count; i++) {
        for (size_t at = 1; at < path->count; at++) {
            const struct certificate *certificate = path->certificates[at];

            if (path->problems[i].code == PATH_NO_ISSUER ||
                !fingerprint_equal(&path->problems[i].certificate, certificate_fingerprint(certificate)))
                continue;
            text_add(out, path->anchored && at + 1 == path->count
                              ? "use another root than "
                              : "serve another certificate in the place of ");
            name_certificate(out, certificate);
            text_format(out, ": %s", path_problem_name(path->problems[i].code));
            return true;
        }
    }
    return false;
}

static void add_missing(const struct path *path, struct text *out)
{
    const struct certificate *last = path->certificates[path->count - 1];

    if (path->count == 1)
        text_format(out,
                    "serve the certificate of %s, which issued \"%s\"; or, if that is a root, add it to the "
                    "trust store",
                    certificate_issuer(last), certificate_label(last));
    else
        text_format(out, "add the root above \"%s\" to the trust store, or serve its certificate: %s",
                    certificate_label(last), certificate_issuer(last));
}

void advice_add(const struct explain_subject *subject, struct text *out)
{
    const struct path_result *result = subject->result;
    const struct path *closest = result->path_count > 0       ? &result->paths[0]
                                 : result->dead_end_count > 0 ? &result->dead_ends[0]
                                                              : NULL;
    const char *advice;

    if (result->verdict == PATH_TRUSTED || closest == NULL || closest->count == 0)
        return;
    advice = find_leaf_advice(closest);
    if (advice != NULL) {
        text_add(out, advice);
        return;
    }
    if (try_reordering(subject, out) || try_serving(subject, out) || try_lifting(subject, out) ||
        try_roots(subject, out) || add_issuer_advice(closest, out))
        return;
    if (!closest->anchored)
        add_missing(closest, out);
}
