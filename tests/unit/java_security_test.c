/*
 * The JDKs' own files, and what administrators do to them. What a property does was measured with JDK 11, 17, 21 and 25;
 * of 7 and 8 the sources were read.
 */
#include "collector/runtime/java_security.h"

#include <stdlib.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "tests/support/check.h"

#define NO_CURVES "key_refused=EC;key_refused=ED25519;key_refused=ED448;"
#define OWN "conf/security/java.security"
#define TLS_USUAL "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1, RC4, DES, MD5withRSA, DH keySize < 1024"

static const struct security_case {
    const char *name;
    const char *version, *own; /* "17.0.15": of tests/data/java */
    const char *appended;      /* to it; NULL for nothing */
    const char
        *added; /* a file that a process adds; "=...": in place of all; "+...": lies there and no more */
    const char *policy;    /* the distribution's, of tests/data/java; NULL for none */
    const char *unsettled; /* NULL: all is understood */
    const char *parameter; /* the only one; NULL for none */
    const char *type;
    bool either;
} cases[] = {
    { "the file of JDK 7", "1.7.0_80", "7", NULL, NULL, NULL, NULL, NULL, "jks", false },
    { "of JDK 8", "1.8.0_402", "8", NULL, NULL, NULL, NULL, NULL, "jks", true },
    { "of JDK 11.0.5", "11.0.5", "11.0.5", NULL, NULL, NULL, NULL, NULL, "pkcs12", true },
    { "of JDK 11.0.13", "11.0.13", "11.0.13", NULL, NULL, NULL, NULL, NULL, "pkcs12", true },
    { "of JDK 17 and 21", "17.0.15", "17.0.15", NULL, NULL, NULL, NULL, NULL, "pkcs12", true },
    { "of JDK 25", "25.0.3", "25.0.3", NULL, NULL, NULL, NULL, NULL, "pkcs12", true },
    { "RHEL's policy", "1.8.0_402", "8", "@rhel", NULL, "policy-default", NULL, NULL, "jks", true },
    { "its policy of the future", "1.8.0_402", "8", "@rhel", NULL, "policy-future", NULL,
      "key_refused=DSA;key_bits_min=RSA:2048;", "jks", true },
    { "a policy that nobody asks for", "17.0.15", "17.0.15", NULL, NULL, "policy-future", NULL, NULL,
      "pkcs12", true },
    { "a policy with a process's own file", "1.8.0_402", "8", "@rhel", "x=y", "policy-default",
      "java.security.properties", NULL, "jks", true },
    { "no file at all", "17.0.15", NULL, NULL, NULL, NULL, "java.security", NO_CURVES, "jks", false },

    { "small keys are refused", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=RSA keySize < 3072",
      NULL, NULL, NULL, "key_bits_min=RSA:3072;", "pkcs12", true },
    { "those of that size as well", "17.0.15", "17.0.15",
      "jdk.certpath.disabledAlgorithms=RSA keySize <= 2048", NULL, NULL, NULL, "key_bits_min=RSA:2049;",
      "pkcs12", true },
    { "TLS leaves the anchor alone", "17.0.15", "17.0.15", TLS_USUAL ", RSA keySize<3072", NULL, NULL, NULL,
      "issued_key_bits_min=RSA:3072;", "pkcs12", true },
    { "RSA is refused", "17.0.15", "17.0.15", TLS_USUAL ", RSA", NULL, NULL, NULL, "key_refused=RSA;",
      "pkcs12", true },
    { "a digest is refused", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=SHA-256", NULL, NULL,
      NULL, "digest_refused=SHA256;", "pkcs12", true },
    { "ECDSA is elliptic curves", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=ecdsa", NULL, NULL,
      NULL, "key_refused=EC;", "pkcs12", true },
    { "in quotes", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=\"EC, MD5\"", NULL, NULL, NULL,
      "key_refused=EC;", "pkcs12", true },
    { "a size that is not the least", "17.0.15", "17.0.15",
      "jdk.certpath.disabledAlgorithms=RSA keySize == 2048", NULL, NULL, "jdk.certpath.disabledAlgorithms",
      NULL, "pkcs12", true },
    { "a day from which on", "17.0.15", "17.0.15",
      "jdk.certpath.disabledAlgorithms=RSA keySize < 4096 & denyAfter 2026-01-01", NULL, NULL,
      "jdk.certpath.disabledAlgorithms", NULL, "pkcs12", true },
    { "roots of the JDK's own", "17.0.15", "17.0.15",
      "jdk.certpath.disabledAlgorithms=RSA keySize < 2048 & jdkCA", NULL, NULL,
      "jdk.certpath.disabledAlgorithms", NULL, "pkcs12", true },
    { "JARs are not servers", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=SHA256 usage SignedJAR",
      NULL, NULL, NULL, NULL, "pkcs12", true },
    { "servers are", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=SHA256 usage TLSServer", NULL,
      NULL, "jdk.certpath.disabledAlgorithms", NULL, "pkcs12", true },
    { "an algorithm of a certain key", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=SHA256withRSA",
      NULL, NULL, "jdk.certpath.disabledAlgorithms", NULL, "pkcs12", true },
    { "a curve that is in use", "17.0.15", "17.0.15", "jdk.certpath.disabledAlgorithms=secp384r1", NULL, NULL,
      "jdk.certpath.disabledAlgorithms", NULL, "pkcs12", true },
    { "whatever its list is called", "8.0", "8", "jdk.disabled.namedCurves=secp256r1", NULL, NULL,
      "jdk.certpath.disabledAlgorithms", NULL, "jks", true },
    { "TLS 1.3 is no matter of trust", "17.0.15", "17.0.15", TLS_USUAL ", TLSv1.3", NULL, NULL, NULL, NULL,
      "pkcs12", true },
    { "fewer are refused than model java refuses", "17.0.15", "17.0.15",
      "jdk.certpath.disabledAlgorithms=", NULL, NULL, NULL, NULL, "pkcs12", true },

    { "a stranger before the JDK's own providers", "17.0.15", "17.0.15",
      "security.provider.1=org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider\n"
      "security.provider.13=SUN",
      NULL, NULL, "security.provider", NULL, "pkcs12", true },
    { "one in their midst", "17.0.15", "17.0.15", "security.provider.3=Conscrypt\nsecurity.provider.13=SunEC",
      NULL, NULL, "security.provider", NULL, "pkcs12", true },
    { "one after them all", "17.0.15", "17.0.15",
      "security.provider.13=org.bouncycastle.jce.provider.BouncyCastleProvider", NULL, NULL, NULL, NULL,
      "pkcs12", true },
    { "one of them is gone", "17.0.15", "17.0.15", "security.provider.4=SunJGSS", NULL, NULL,
      "security.provider", NULL, "pkcs12", true },
    { "without SunEC there are no curves", "17.0.15", "17.0.15", "security.provider.3=SunJGSS", NULL, NULL,
      NULL, NO_CURVES, "pkcs12", true },
    { "another way to make trust managers", "17.0.15", "17.0.15", "ssl.TrustManagerFactory.algorithm=SunX509",
      NULL, NULL, "ssl.TrustManagerFactory.algorithm", NULL, "pkcs12", true },
    { "another type of store", "17.0.15", "17.0.15", "keystore.type=BCFKS", NULL, NULL, NULL, NULL, "BCFKS",
      true },
    { "which is taken at its word", "17.0.15", "17.0.15", "keystore.type.compat=false", NULL, NULL, NULL,
      NULL, "pkcs12", false },
    { "a distrust policy that nobody knows", "25.0.3", "25.0.3",
      "jdk.security.caDistrustPolicies=SYMANTEC_TLS, NEW_TLS", NULL, NULL, "jdk.security.caDistrustPolicies",
      NULL, "pkcs12", true },
    { "no distrust at all", "25.0.3", "25.0.3", "jdk.security.caDistrustPolicies=", NULL, NULL, NULL, NULL,
      "pkcs12", true },
    { "a limited policy opens no PKCS#12 of today", "17.0.15", "17.0.15", "crypto.policy=limited", NULL, NULL,
      "crypto.policy", NULL, "pkcs12", true },
    { "OCSP without checkRevocation does nothing", "17.0.15", "17.0.15", "ocsp.enable=true", NULL, NULL, NULL,
      NULL, "pkcs12", true },

    { "a process adds names' caching", "17.0.15", "17.0.15", NULL, "networkaddress.cache.ttl=1", NULL, NULL,
      NULL, "pkcs12", true },
    { "or smaller keys", "17.0.15", "17.0.15", NULL, "jdk.certpath.disabledAlgorithms=RSA keySize < 4096",
      NULL, NULL, "key_bits_min=RSA:4096;", "pkcs12", true },
    { "where the JDK's file lets it", "17.0.15", "17.0.15", "security.overridePropertiesFile=false", "x=y",
      NULL, "security.overridePropertiesFile", NULL, "pkcs12", true },
    { "in place of all that the JDK says", "17.0.15", "17.0.15", NULL, "=keystore.type=jks", NULL,
      "security.provider", NO_CURVES, "jks", false },
    { "include is a word of JDK 24", "24", "25.0.3", "include added", "+keystore.type=jceks", NULL, NULL,
      NULL, "jceks", true },
    { "and no word before", "17.0.15", "17.0.15", "include added", NULL, NULL, NULL, NULL, "pkcs12", true },
    { "what it names has to be there", "24", "25.0.3", "include /nowhere", NULL, NULL, "include", NULL,
      "pkcs12", true },
    { "and to be known", "24", "25.0.3", "include ${user.home}/x", NULL, NULL, "include", NULL, "pkcs12",
      true },
    { "a file that includes itself", "24", "25.0.3", "include java.security", NULL, NULL, "include", NULL,
      "pkcs12", true },
};

static char tree[64];

static void shell(const char *command)
{
    assert_int_equal(system(command), 0);
}

/* A text of ours, or with "@" the file of that name among the data, put at the end of another. */
static void append(const char *path, const char *text)
{
    char command[1024];

    if (text == NULL)
        return;
    if (text[0] == '@')
        snprintf(command, sizeof(command), "cd %s && mkdir -p $(dirname %s) && cat %s/java/%s* >>%s", tree,
                 path, TEST_DATA, text + 1, path);
    else
        snprintf(command, sizeof(command), "cd %s && mkdir -p $(dirname %s) && printf '%%s\\n' '%s' >>%s",
                 tree, path, text, path);
    shell(command);
}

static void file_says_what_is_described(void **state)
{
    const struct security_case *row = *state;
    char home[] = "/jdk", version[16], own[32], policy[32], command[128];
    const struct installed java = { .runtime = RUNTIME_JAVA, .version = version, .home = home };
    const char *added = row->added == NULL || row->added[0] == '+' ? NULL
                        : row->added[0] == '='                     ? "=added"
                                                                   : "file:added";
    struct java_security security;
    struct text parameters = { 0 };
    struct error err = { 0 };
    int root_fd;

    snprintf(tree, sizeof(tree), "/tmp/rootshift-security-XXXXXX");
    assert_non_null(mkdtemp(tree));
    snprintf(version, sizeof(version), "%s", row->version);
    snprintf(own, sizeof(own), "@%s.security", row->own == NULL ? "" : row->own);
    append("jdk/" OWN, row->own == NULL ? NULL : own);
    append("jdk/" OWN, row->appended);
    append("jdk/conf/security/added", row->added == NULL ? NULL : row->added + strspn(row->added, "=+"));
    snprintf(policy, sizeof(policy), "@%s", row->policy == NULL ? "" : row->policy);
    append("etc/crypto-policies/back-ends/java.config", row->policy == NULL ? NULL : policy);
    root_fd = input_root_open(tree, &err);
    assert_true(root_fd >= 0);

    java_security_read(&security, &java, root_fd, added, "/jdk/conf/security");
    if (row->unsettled == NULL)
        assert_null(security.unsettled);
    else
        assert_string_equal(security.unsettled, row->unsettled);
    for (size_t i = 0; i < security.parameters.count; i++)
        text_format(&parameters, "%s;", security.parameters.items[i]);
    assert_string_equal(text_string(&parameters), row->parameter == NULL ? "" : row->parameter);
    assert_string_equal(security.store_type, row->type);
    assert_int_equal(security.opens_either, row->either);
    text_clear(&parameters);
    java_security_clear(&security);
    close(root_fd);
    snprintf(command, sizeof(command), "rm -rf %s", tree);
    shell(command);
}

/* A runtime made by jlink without the module: measured with such a one of JDK 11.0.5. */
static void a_runtime_without_its_module_has_no_curves(void **state)
{
    char home[] = "/jdk", version[] = "11.0.5", command[128];
    const struct installed java = { .runtime = RUNTIME_JAVA, .version = version, .home = home };
    struct java_security security;
    struct error err = { 0 };
    int root_fd;

    (void)state;
    snprintf(tree, sizeof(tree), "/tmp/rootshift-security-XXXXXX");
    assert_non_null(mkdtemp(tree));
    append("jdk/" OWN, "@11.0.5.security");
    append("jdk/release", "JAVA_VERSION=\"11.0.5\"\nMODULES=\"java.base java.se jdk.unsupported\"");
    root_fd = input_root_open(tree, &err);
    java_security_read(&security, &java, root_fd, NULL, NULL);
    assert_null(security.unsettled);
    assert_int_equal(security.parameters.count, 3);
    assert_string_equal(security.parameters.items[0], "key_refused=EC");
    java_security_clear(&security);
    close(root_fd);
    snprintf(command, sizeof(command), "rm -rf %s", tree);
    shell(command);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(a_runtime_without_its_module_has_no_curves) };

    return RUN_ROWS(cases, file_says_what_is_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
