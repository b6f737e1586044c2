/* What a path of a leaf, an issuing CA and one above it makes of policies; JDK 11 to 25 and Go 1.26 answer alike. */
#include "schema/x509/policy.h"

#include "tests/support/check.h"
#include "tests/support/pki.h"

#define P1 "certificatePolicies=1.2.3.4"
#define P2 "certificatePolicies=1.2.3.5"
#define P12 "certificatePolicies=1.2.3.4,1.2.3.5"
#define ANY "certificatePolicies=2.5.29.32.0"
#define ASK "policyConstraints=requireExplicitPolicy:"

static const struct policy_case {
    const char *name;
    const char *top[2], *issuing[2], *leaf[2]; /* their extensions */
    enum policy_answer answer;
} cases[] = {
    { "nobody asks", { NULL }, { NULL }, { NULL }, POLICY_SATISFIED },
    { "nobody asks, and they differ", { P1 }, { P2 }, { NULL }, POLICY_SATISFIED },
    { "asked for, and there is none", { ASK "0" }, { NULL }, { NULL }, POLICY_REFUSED },
    { "asked for, and all share one", { ASK "0", P1 }, { P1 }, { P1 }, POLICY_SATISFIED },
    { "one is enough", { ASK "0", P12 }, { P12 }, { P2 }, POLICY_SATISFIED },
    { "they differ", { ASK "0", P1 }, { P1 }, { P2 }, POLICY_REFUSED },
    { "one has none", { ASK "0", P1 }, { NULL }, { P1 }, POLICY_REFUSED },
    { "any policy of a CA's is one of all", { ASK "0", ANY }, { ANY }, { P1 }, POLICY_SATISFIED },
    { "of the leaf's it is open which", { ASK "0", P1 }, { P1 }, { ANY }, POLICY_OPEN },
    { "unless it is everybody's", { ASK "0", ANY }, { ANY }, { ANY }, POLICY_SATISFIED },
    { "the issuing CA may ask", { NULL }, { ASK "0" }, { NULL }, POLICY_REFUSED },
    { "one certificate later the leaf is done", { NULL }, { ASK "1" }, { NULL }, POLICY_REFUSED },
    { "two later there is nothing", { NULL }, { ASK "2" }, { NULL }, POLICY_SATISFIED },
    { "from the top two is the leaf", { ASK "2" }, { NULL }, { NULL }, POLICY_REFUSED },
    { "and three is nothing", { ASK "3" }, { NULL }, { NULL }, POLICY_SATISFIED },
    { "the leaf may ask of itself", { NULL }, { NULL }, { ASK "0" }, POLICY_REFUSED },
    { "mappings are not followed",
      { ASK "0", P1 },
      { P1, "policyMappings=1.2.3.4:1.2.3.5" },
      { P2 },
      POLICY_OPEN },
    { "nor is any policy that is inhibited",
      { ASK "0", P1 },
      { P1, "inhibitAnyPolicy=0" },
      { P1 },
      POLICY_OPEN },
    { "of which nobody asks", { NULL }, { P1, "inhibitAnyPolicy=0" }, { NULL }, POLICY_SATISFIED },
    { "only mapping is constrained",
      { "policyConstraints=inhibitPolicyMapping:0" },
      { NULL },
      { NULL },
      POLICY_SATISFIED },
};

static struct certificate *issue(const char *subject, unsigned key, const struct certificate *issuer,
                                 const char *const given[2])
{
    const char *extensions[3] = { given[0], given[0] == NULL ? NULL : given[1], NULL };

    return pki_issue(&(struct pki_request){ .subject = subject,
                                            .key = key,
                                            .issuer = issuer,
                                            .signer = key + 1,
                                            .serial = key,
                                            .extensions = extensions });
}

static void path_is_answered_as_described(void **state)
{
    const struct policy_case *row = *state;
    struct certificate *root = pki_issue(&(struct pki_request){ .subject = "CN=Root", .key = 4 });
    struct certificate *top = issue("CN=Top", 3, root, row->top),
                       *issuing = issue("CN=Issuing", 2, top, row->issuing),
                       *leaf = issue("CN=Leaf", 1, issuing, row->leaf);
    const struct certificate *const path[] = { leaf, issuing, top };

    assert_int_equal(policy_of_path(path, 3), row->answer);
    certificate_free(leaf);
    certificate_free(issuing);
    certificate_free(top);
    certificate_free(root);
}

int main(void)
{
    return RUN_ROWS(cases, path_is_answered_as_described);
}
