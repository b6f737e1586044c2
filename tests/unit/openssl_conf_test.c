/* What OpenSSL 3.0 of Debian 12 does with its configuration, seen by curl 7.88.1, Python 3.11 and Node 20.20. */
#include "collector/runtime/openssl_conf.h"

#include <unistd.h>

#include "schema/base/input.h"
#include "tests/support/host.h"

#define TO_COMMANDS "openssl_conf = d\n[d]\nssl_conf = s\n[ s ]\nsystem_default = w\n[w]\n"
#define TO_MODULES "openssl_conf = d\n[d]\n"

static const struct file_case {
    const char *name, *text;
    int level; /* -1: says none */
    bool unclear;
} files[] = {
    { "Debian's own says nothing",
      "openssl_conf = d\noid_section = o\n[o]\na = 1.2\n[d]\nproviders = p\n[p]\ndefault = x\n[x]\n# "
      "activate = 1\n",
      -1, false },
    { "a security level stands in a list of ciphers", TO_COMMANDS "CipherString = DEFAULT:@SECLEVEL=3\n", 3,
      false },
    { "case and a prefix do not count", TO_COMMANDS "1.cipherstring=@SECLEVEL=3\n", 3, false },
    { "of two the last counts",
      TO_COMMANDS "CipherString = DEFAULT@SECLEVEL=3\nCipherString = DEFAULT@SECLEVEL=2\n", 2, false },
    { "also in one list", TO_COMMANDS "CipherString = DEFAULT@SECLEVEL=3:@SECLEVEL=2\n", 2, false },
    { "one that says none leaves it as it was",
      TO_COMMANDS "1.CipherString = DEFAULT@SECLEVEL=3\n2.CipherString = DEFAULT\n", 3, false },
    { "quotes are no part of it", TO_COMMANDS "CipherString = \"DEFAULT@SECLEVEL=3\"\n", 3, false },
    { "a line goes on behind a backslash", TO_COMMANDS "CipherString = DEFAULT:\\\n@SECLEVEL=3\n", 3, false },
    { "a comment does not count", TO_COMMANDS "CipherString = DEFAULT #@SECLEVEL=3\n", -1, false },
    { "a section can be opened twice", TO_COMMANDS "[x]\n[w]\nCipherString = @SECLEVEL=3\n", 3, false },
    { "the first lines are the section default", "[default]\n" TO_COMMANDS "CipherString = @SECLEVEL=3\n", 3,
      false },
    { "and in another section nobody looks", "[x]\n" TO_COMMANDS "CipherString = @SECLEVEL=3\n", -1, false },
    { "what is about protocols has no say",
      TO_COMMANDS "MinProtocol = TLSv1.2\nTLS.MaxProtocol = TLSv1.3\nOptions = x\nGroups = x\n", -1, false },
    { "Red Hat's policy is followed",
      TO_COMMANDS "CipherString = @SECLEVEL=2:kEECDH\nSignatureAlgorithms = "
                  "ECDSA+SHA256:RSA+SHA256\n[d]\nalg_section = e\n[e]\nrh-allow-sha1-signatures = no\n",
      2, false },
    { "a variable is not", TO_COMMANDS "CipherString = DEFAULT@SECLEVEL=$level\n", -1, true },
    { "nor other signatures", TO_COMMANDS "SignatureAlgorithms = ECDSA+SHA384\n", -1, true },
    { "nor a store", TO_COMMANDS "VerifyCAFile = /srv/b.pem\n", -1, true },
    { "nor what nobody knows", TO_COMMANDS "Novelty = x\n", -1, true },
    { "nor an include from where the program stands", TO_COMMANDS ".include own.cnf\n", -1, true },
    { "nor properties of algorithms", TO_MODULES "alg_section = e\n[e]\ndefault_properties = fips=yes\n", -1,
      true },
    { "nor engines", TO_MODULES "engines = e\n", -1, true },
    { "nor providers of others", TO_MODULES "providers = p\n[p]\ndefault = x\nfips = y\n[x]\nactivate = 1\n",
      -1, true },
    { "nor one without the default one", TO_MODULES "providers = p\n[p]\ndefault = x\nlegacy = x\n[x]\n", -1,
      true },
    { "one beside it is fine", TO_MODULES "providers = p\n[p]\ndefault = x\nlegacy = x\n[x]\nactivate = 1\n",
      -1, false },
    { "a bracket that is not closed loses all", TO_COMMANDS "CipherString = @SECLEVEL=3\n[x\n", 3, true },
};

static void file_is_read_as_measured(void **state)
{
    const struct file_case *row = *state;
    char path[] = "/tmp/rootshift-conf-XXXXXX";
    int fd = mkstemp(path);
    struct openssl_conf conf;

    assert_true(fd >= 0 && write(fd, row->text, strlen(row->text)) == (ssize_t)strlen(row->text));
    openssl_conf_read(&conf, INPUT_MACHINE, path, "openssl_conf");
    assert_int_equal(conf.level, row->level);
    assert_int_equal(conf.unclear, row->unclear);
    assert_true(text_list_has(&conf.files, path));
    openssl_conf_clear(&conf);
    close(fd);
    unlink(path);
}

#define CONF "/usr/lib/ssl/openssl.cnf"
#define LEVEL_3 TO_COMMANDS "CipherString = DEFAULT@SECLEVEL=3\n"
#define OPENSSL_STORES                                                                                       \
    {                                                                                                        \
        "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs"                                                        \
    }

static const struct kind_case clients[] = {
    { "Python is told by OpenSSL's file",
      { { "/usr/bin/python3.11", "x" }, { CONF, LEVEL_3 } },
      { "/usr/bin/python3.11", { "python3" }, { NULL }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      "security_level=3" },
    { "and by what that includes",
      { { "/usr/bin/python3.11", "x" },
        { CONF, TO_COMMANDS ".include = /etc/policy\n" },
        { "/etc/policy/x.cnf", "CipherString = DEFAULT@SECLEVEL=3\n" },
        { "/etc/policy/y.txt", "CipherString = DEFAULT@SECLEVEL=2\n" } },
      { "/usr/bin/python3.11", { "python3" }, { NULL }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      "security_level=3" },
    { "one that sets its level itself is not",
      { { "/opt/py/bin/python3.11", "x" },
        { "/opt/py/lib/python3.11/lib-dynload/_ssl.x.so", "x @SECLEVEL=2:ECDH+AESGCM" },
        { CONF, LEVEL_3 } },
      { "/opt/py/bin/python3.11", { "python3" }, { NULL }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      NULL },
    { "a level below what is asked anyway says nothing",
      { { "/usr/bin/python3.11", "x" }, { CONF, TO_COMMANDS "CipherString = DEFAULT@SECLEVEL=1\n" } },
      { "/usr/bin/python3.11", { "python3" }, { NULL }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      NULL },
    { "OPENSSL_CONF names another file",
      { { "/usr/bin/python3.11", "x" },
        { CONF, LEVEL_3 },
        { "/srv/own.cnf", TO_COMMANDS "CipherString = @SECLEVEL=4" } },
      { "/usr/bin/python3.11", { "python3" }, { "OPENSSL_CONF=/srv/own.cnf" }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      "security_level=4" },
    { "or none at all",
      { { "/usr/bin/python3.11", "x" }, { CONF, LEVEL_3 } },
      { "/usr/bin/python3.11", { "python3" }, { "OPENSSL_CONF=/none" }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      NULL },
    { "libcurl is told as well",
      { { "/usr/bin/curl", "x" }, { CONF, LEVEL_3 }, { BUNDLE, PEM_A } },
      { "/usr/bin/curl", { "curl" }, { NULL }, NULL },
      RUNTIME_CURL,
      { BUNDLE, "/etc/ssl/certs" },
      "openssl-partial",
      1,
      true,
      "security_level=3" },
    { "and who has nothing but OpenSSL",
      { { CONF, LEVEL_3 } },
      { NULL, { NULL }, { NULL }, NULL },
      RUNTIME_OPENSSL,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      "security_level=3" },
    { "Node has lines of its own",
      { { "/usr/bin/node", "NODE_OPENSSL_CONF_NAME=nodejs_conf\", OPENSSLDIR: \"/usr/lib/ssl\"" },
        { CONF, LEVEL_3 } },
      { "/usr/bin/node", { "node", "--use-openssl-ca" }, { NULL }, NULL },
      RUNTIME_NODE,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      NULL },
    { "unless it shares everybody's",
      { { "/usr/bin/node", "NODE_OPENSSL_CONF_NAME=nodejs_conf\", OPENSSLDIR: \"/usr/lib/ssl\"" },
        { CONF, LEVEL_3 } },
      { "/usr/bin/node", { "node", "--use-openssl-ca", "--openssl-shared-config" }, { NULL }, NULL },
      RUNTIME_NODE,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      "security_level=3" },
    { "it is told of another file by a word",
      { { "/usr/bin/node", "NODE_OPENSSL_CONF_NAME=nodejs_conf\", OPENSSLDIR: \"/usr/lib/ssl\"" },
        { "/srv/own.cnf", "nodejs_conf = d\n[d]\nssl_conf = s\n[s]\nsystem_default = w\n[w]\nCipherString = "
                          "@SECLEVEL=3\n" } },
      { "/usr/bin/node", { "node", "--use-openssl-ca", "--openssl-config=/srv/own.cnf" }, { NULL }, NULL },
      RUNTIME_NODE,
      OPENSSL_STORES,
      "openssl",
      1,
      true,
      "security_level=3" },
    { "of a file that alters trust otherwise nothing is said",
      { { "/usr/bin/python3.11", "x" }, { CONF, TO_COMMANDS "VerifyCAFile = /srv/b.pem\n" } },
      { "/usr/bin/python3.11", { "python3" }, { NULL }, NULL },
      RUNTIME_PYTHON,
      OPENSSL_STORES,
      "openssl",
      0,
      false,
      NULL },
};

int main(void)
{
    return RUN_ROWS(files, file_is_read_as_measured) + RUN_ROWS(clients, client_is_as_measured);
}
