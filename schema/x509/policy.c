#include "schema/x509/policy.h"

#include <stdlib.h>

#include <openssl/x509v3.h>

#include "schema/base/text.h"

/* What one certificate says. */
struct said {
    CERTIFICATEPOLICIES *policies; /* NULL for none */
    long explicit_after;           /* certificates until a policy has to be explicit; -1: not asked for */
    bool open;                     /* it says something that is not followed */
};

static bool has(const X509 *x509, int nid)
{
    return X509_get_ext_by_NID(x509, nid, -1) >= 0;
}

bool policy_may_ask(const struct certificate *certificate)
{
    return has(certificate_x509(certificate), NID_policy_constraints);
}

static void listen(struct said *said, const struct certificate *certificate)
{
    X509 *x509 = certificate_x509(certificate);
    POLICY_CONSTRAINTS *constraints = X509_get_ext_d2i(x509, NID_policy_constraints, NULL, NULL);

    *said = (struct said){ .policies = X509_get_ext_d2i(x509, NID_certificate_policies, NULL, NULL),
                           .explicit_after = -1 };
    if (constraints != NULL && constraints->requireExplicitPolicy != NULL)
        said->explicit_after = ASN1_INTEGER_get(constraints->requireExplicitPolicy);
    said->open = said->explicit_after < -1 || has(x509, NID_policy_mappings) ||
                 has(x509, NID_inhibit_any_policy) ||
                 (said->policies == NULL && has(x509, NID_certificate_policies)) ||
                 (constraints == NULL && has(x509, NID_policy_constraints));
    POLICY_CONSTRAINTS_free(constraints);
}

/* Section 6.1.4 h and i, 6.1.5 a and b: self-issued intermediates do not count, the leaf does. */
static bool is_asked(const struct said *said, const struct certificate *const *certificates, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        long below = at > 0;

        for (size_t i = 1; i < at; i++)
            below += !fingerprint_equal(certificate_subject_digest(certificates[i]),
                                        certificate_issuer_digest(certificates[i]));
        if (said[at].explicit_after >= 0 && said[at].explicit_after <= below)
            return true;
    }
    return false;
}

static bool has_policy(const struct said *said, const ASN1_OBJECT *policy)
{
    for (int i = 0; i < sk_POLICYINFO_num(said->policies); i++) {
        const ASN1_OBJECT *own = sk_POLICYINFO_value(said->policies, i)->policyid;

        if (OBJ_obj2nid(own) == NID_any_policy || OBJ_cmp(own, policy) == 0)
            return true;
    }
    return false;
}

/* Whether one of the leaf's policies is everybody's; any policy of the leaf's leaves open which that would be. */
static enum policy_answer find_shared(const struct said *said, size_t count)
{
    enum policy_answer answer = POLICY_REFUSED;

    for (int i = 0; i < sk_POLICYINFO_num(said[0].policies); i++) {
        const ASN1_OBJECT *policy = sk_POLICYINFO_value(said[0].policies, i)->policyid;
        bool shared = true;

        if (OBJ_obj2nid(policy) == NID_any_policy)
            answer = POLICY_OPEN;
        for (size_t at = 1; at < count && shared; at++)
            shared = has_policy(&said[at], policy);
        if (shared)
            return POLICY_SATISFIED;
    }
    return answer;
}

static enum policy_answer answer_of(const struct said *said, const struct certificate *const *certificates,
                                    size_t count)
{
    bool open = false, asked = is_asked(said, certificates, count);

    for (size_t at = 0; at < count; at++) {
        open = open || said[at].open;
        if (asked && !open && said[at].policies == NULL)
            return POLICY_REFUSED;
    }
    if (open)
        return asked ? POLICY_OPEN : POLICY_SATISFIED;
    return asked ? find_shared(said, count) : POLICY_SATISFIED;
}

enum policy_answer policy_of_path(const struct certificate *const *certificates, size_t count)
{
    struct said *said;
    enum policy_answer answer;
    bool constrained = false;

    for (size_t at = 0; at < count; at++)
        constrained = constrained || policy_may_ask(certificates[at]);
    if (!constrained)
        return POLICY_SATISFIED;
    said = memory_new(count * sizeof(*said));
    for (size_t at = 0; at < count; at++)
        listen(&said[at], certificates[at]);
    answer = answer_of(said, certificates, count);
    for (size_t at = 0; at < count; at++)
        CERTIFICATEPOLICIES_free(said[at].policies);
    free(said);
    return answer;
}
