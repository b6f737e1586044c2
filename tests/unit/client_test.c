/*
 * A host made of files: programs are only looked at, so a name and the bytes that are looked for will do. What
 * each runtime reads was measured with the real ones.
 */
#include "collector/client.h"

#include <sys/stat.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "tests/support/check.h"

#define DATA TEST_DATA "/store/"
#define JAVAS TEST_DATA "/java/"

static char tree[] = "/tmp/rootshift-client-XXXXXX";

static const char script[] =
    "set -e; cd %s\n"
    "file() { mkdir -p \"$(dirname \"$1\")\"; printf \"$2\" >\"$1\"; }\n"
    "copy() { mkdir -p \"$(dirname \"$2\")\"; cp \"$1\" \"$2\"; }\n"
    "file usr/lib/x/libcrypto.so.3 'OpenSSL 3.0.1 14 Dec\\0OPENSSLDIR: \"/usr/lib/ssl\"\\0'\n"
    "copy %sa.pem usr/lib/ssl/cert.pem\n"
    "file usr/lib/jvm/jdk-17/bin/java x; copy %stwo.jks usr/lib/jvm/jdk-17/lib/security/cacerts\n"
    "for jdk in usr/lib/jvm/jdk-17/conf usr/java/bare/conf; do copy %s17.0.15.security "
    "$jdk/security/java.security; done; copy %s8.security opt/jdk8/jre/lib/security/java.security\n"
    "file usr/lib/jvm/jdk-17/release 'JAVA_VERSION=\"17.0.1\"\\n'\n"
    "file opt/jdk8/bin/java x; file opt/jdk8/jre/bin/java x; file opt/jdk8/release "
    "'JAVA_VERSION=\"1.8.0_392\"\\n'\n"
    "copy %stwo.jks opt/jdk8/jre/lib/security/cacerts; copy %spassword.jks "
    "opt/jdk8/jre/lib/security/jssecacerts\n"
    "file usr/bin/python3.11 x; file usr/lib/python3/dist-packages/certifi/core.py \"DEBIAN_CA_CERTS_PATH = "
    "'/etc/ssl/all.pem'\\n\"\n"
    "file usr/lib/python3/dist-packages/requests/__version__.py \"__version__ = '2.28.1'\\n\"\n"
    "file opt/py/bin/python3.13 x; file opt/py/lib/python3.13/site-packages/requests/__init__.py x\n"
    "copy %sa.pem opt/py/lib/python3.13/site-packages/certifi/cacert.pem; file "
    "opt/py/lib/python3.13/site-packages/certifi/core.py x\n"
    "mkdir -p srv/app/env/bin; ln -s /usr/bin/python3.11 srv/app/env/bin/python3; file "
    "srv/app/env/pyvenv.cfg x\n"
    "copy usr/lib/jvm/jdk-17/lib/security/cacerts srv/two.jks; file "
    "srv/app/env/lib/python3.11/site-packages/httpx/__init__.py x; copy %sb.pem "
    "srv/app/env/lib/python3.11/site-packages/certifi/cacert.pem\n"
    "copy %sa.pem usr/bin/node; copy %sb.pem srv/extra.pem; copy %spassword.p12 srv/shop/trust.p12; copy "
    "%sunmarked.p12 srv/shop/pay.p12\n"
    "copy usr/lib/ssl/cert.pem srv/hashed/$(openssl x509 -hash -noout -in usr/lib/ssl/cert.pem).0\n"
    "copy usr/lib/ssl/cert.pem srv/secret.pem; chmod 600 srv/secret.pem; file usr/bin/curl x; file "
    "usr/local/bin/node x\n"
    "file usr/java/bare/bin/java x; mkdir -p usr/java/bare/lib/security; head -c -30 "
    "usr/lib/jvm/jdk-17/lib/security/cacerts >srv/cut.jks\n"
    "file srv/strange x; file srv/naming x; file usr/bin/php8.2 x; file etc/php/8.2/cli/php.ini "
    "';openssl.cafile=/no\\nopenssl.cafile = "
    "\"/srv/extra.pem\" ; why\\n'\n"
    "copy usr/lib/ssl/cert.pem var/www/html/wp-includes/certificates/ca-bundle.crt\n"
    "copy %sa.pem etc/app/ca.pem; copy %sleaf.pem etc/app/server.pem; copy %sa.pem etc/ssl/all.pem\n";

static struct client_list clients;
static struct process_list processes;
static struct shelf *shelf;
static int root_fd;

static const struct process_case {
    const char *executable, *directory;
    const char *arguments[6], *environment[4];
} started[] = {
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/shop/pay.p12", "-Djavax.net.ssl.trustStorePassword=changeit",
        "Main" },
      { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/srv",
      { "java", "-Djavax.net.ssl.trustStore=nowhere.jks", "Main" },
      { NULL } },
    { "/usr/bin/python3.11", "/srv", { "python3", "x.py" }, { "SSL_CERT_FILE=extra.pem" } },
    { "/usr/bin/python3.11", "/", { "/srv/app/env/bin/python3", "x.py" }, { NULL } },
    { "/usr/bin/node", "/", { "node", "x.js" }, { "NODE_EXTRA_CA_CERTS=/srv/extra.pem" } },
    { "/usr/bin/node", "/", { "node", "--use-openssl-ca", "x.js" }, { NULL } },
    { "/usr/bin/python3.11", "/", { "python3" }, { "SSL_CERT_FILE=/srv/hashed", "SSL_CERT_DIR=/none" } },
    { "/usr/bin/python3.11", "/", { "python3" }, { "SSL_CERT_FILE=/srv/secret.pem", "SSL_CERT_DIR=/none" } },
    { "/opt/jdk8/jre/bin/java", "/", { "java", "Main" }, { NULL } },
    { "/usr/bin/curl", "/", { "curl" }, { "SSL_CERT_FILE=/none", "SSL_CERT_DIR=/srv/hashed" } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/two.jks", "-Djavax.net.ssl.trustStoreType=JKS", "Main" },
      { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/two.jks", "-Djavax.net.ssl.trustStoreType=BKS", "Main" },
      { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/shop/pay.p12", "-Djavax.net.ssl.trustStoreType=JCEKS",
        "Main" },
      { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/hashed", "Main" },
      { NULL } },
    { NULL, "/", { "node", "x.js" }, { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/cut.jks", "Main" },
      { NULL } },
    { "/usr/bin/php8.2", "/", { "php", "x.php" }, { "SSL_CERT_FILE=/usr/lib/ssl/cert.pem" } },
    { "/usr/lib/jvm/jdk-16/bin/java", "/", { "java", "Main" }, { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/shop/pay.p12",
        "-Djavax.net.ssl.trustStorePassword=changeit7", "Main" },
      { NULL } },
    { "/usr/lib/jvm/jdk-17/bin/java",
      "/",
      { "java", "-Djavax.net.ssl.trustStore=/srv/shop/pay.p12",
        "-Djavax.net.ssl.trustStorePassword=changeit35", "Main" },
      { NULL } },
    { "/srv/strange", "/", { "strange" }, { NULL } },
    { "/srv/naming", "/", { "naming", "https://api.test/" }, { NULL } },
};

/* Of these processes, one is another user's and the environment of one cannot be read. */
enum { OTHERS = 7, HIDDEN = 8, NAMED = 14, DELETED = 17, STRANGE = 20, NAMING = 21 };

static int make_host(void)
{
    char *made, command[8192];
    int failed;

    assert_non_null(mkdtemp(tree));
    made = command;
    snprintf(made, sizeof(command), script, tree, DATA, DATA, JAVAS, JAVAS, DATA, DATA, DATA, DATA, DATA,
             DATA, DATA, DATA, DATA, DATA, DATA);
    failed = system(command);
    for (size_t i = 0; i < sizeof(started) / sizeof(started[0]); i++) {
        struct process process = { .pid = (pid_t)(1000 + i),
                                   .executable = started[i].executable == NULL
                                                     ? NULL
                                                     : memory_text(started[i].executable),
                                   .working_directory = memory_text(started[i].directory),
                                   .uid = i == OTHERS ? 12345 : geteuid(),
                                   .executable_deleted = i == DELETED,
                                   .environment_read = i != HIDDEN && i != NAMED };

        for (size_t j = 0; j < 6 && started[i].arguments[j] != NULL; j++)
            text_list_add(&process.arguments, started[i].arguments[j]);
        for (size_t j = 0; j < 4 && started[i].environment[j] != NULL; j++)
            text_list_add(&process.environment, started[i].environment[j]);
        processes.items = array_grow(processes.items, processes.count, sizeof(*processes.items));
        processes.items[processes.count++] = process;
    }
    return failed;
}

static enum client_speech speech_of(void *context, const struct process *process)
{
    (void)context;
    return process->pid == 1000 || process->pid == 1000 + NAMING ? CLIENT_NAMES
           : process->pid == 1000 + STRANGE                      ? CLIENT_CONNECTS
                                                                 : CLIENT_SILENT;
}

static const struct client_case {
    const char *name;
    enum runtime runtime;
    const char *executable, *version, *model;
    const char *stores[4];
    pid_t pid;      /* 0: none */
    size_t trusted; /* entries of the trust set */
    bool complete;
} cases[] = {
    { "OpenSSL's directory comes from its bytes",
      RUNTIME_OPENSSL,
      "/usr/lib/x/libcrypto.so.3",
      "3.0.1",
      "openssl",
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      0,
      1,
      true },
    { "a JVM reads its cacerts",
      RUNTIME_JAVA,
      "/usr/lib/jvm/jdk-17/bin/java",
      "17.0.1",
      "java",
      { "/usr/lib/jvm/jdk-17/lib/security/cacerts" },
      0,
      2,
      true },
    { "jssecacerts hides cacerts, below jre up to JDK 8",
      RUNTIME_JAVA,
      "/opt/jdk8/bin/java",
      "1.8.0_392",
      "java",
      { "/opt/jdk8/jre/lib/security/jssecacerts" },
      0,
      1,
      true },
    { "a PKCS#12 without Java's mark is empty for Java",
      RUNTIME_JAVA,
      "/usr/lib/jvm/jdk-17/bin/java",
      "17.0.1",
      "java",
      { "/srv/shop/pay.p12" },
      1000,
      0,
      true },
    { "Debian's certifi points to the system",
      RUNTIME_REQUESTS,
      "/usr/bin/python3.11",
      "2.28.1",
      "openssl",
      { "/etc/ssl/all.pem" },
      1002,
      1,
      true },
    { "Python is told one file, the directory stays",
      RUNTIME_PYTHON,
      "/usr/bin/python3.11",
      "3.11",
      "openssl",
      { "/srv/extra.pem", "/usr/lib/ssl/certs" },
      1002,
      1,
      true },
    { "Python 3.13 is strict",
      RUNTIME_PYTHON,
      "/opt/py/bin/python3.13",
      "3.13",
      "openssl-partial-strict",
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      0,
      1,
      true },
    { "requests follows only with a new urllib3",
      RUNTIME_REQUESTS,
      "/opt/py/bin/python3.13",
      "",
      "openssl",
      { "/opt/py/lib/python3.13/site-packages/certifi/cacert.pem" },
      0,
      1,
      true },
    { "a virtual environment is known by how it was started",
      RUNTIME_CERTIFI,
      "/srv/app/env/bin/python3",
      "",
      "openssl",
      { "/srv/app/env/lib/python3.11/site-packages/certifi/cacert.pem" },
      1003,
      1,
      true },
    { "Node carries its roots", RUNTIME_NODE, "/usr/bin/node", "", "node", { "/usr/bin/node" }, 0, 1, true },
    { "Node adds a file",
      RUNTIME_NODE,
      "/usr/bin/node",
      "",
      "node",
      { "/usr/bin/node", "/srv/extra.pem" },
      1004,
      2,
      true },
    { "Node is told to use OpenSSL's",
      RUNTIME_NODE,
      "/usr/bin/node",
      "",
      "openssl",
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      1005,
      1,
      true },
    { "OpenSSL reads no directory as its file",
      RUNTIME_PYTHON,
      "/usr/bin/python3.11",
      "3.11",
      "openssl",
      { "/srv/hashed", "/none" },
      1006,
      0,
      true },
    { "what a process may not read it may have read before it gave up its rights",
      RUNTIME_PYTHON,
      "/usr/bin/python3.11",
      "3.11",
      "openssl",
      { "/srv/secret.pem", "/none" },
      1007,
      0,
      false },
    { "PHP's ini file beats OpenSSL's variables",
      RUNTIME_PHP,
      "/usr/bin/php8.2",
      "",
      "openssl",
      { "/srv/extra.pem" },
      1016,
      1,
      true },
    { "a JVM without cacerts is a client that trusts nobody",
      RUNTIME_JAVA,
      "/usr/java/bare/bin/java",
      "",
      "java",
      { "/usr/java/bare/lib/security/cacerts" },
      0,
      0,
      true },
    { "of a keystore that breaks off nothing counts",
      RUNTIME_JAVA,
      "/usr/lib/jvm/jdk-17/bin/java",
      "17.0.1",
      "java",
      { "/srv/cut.jks" },
      1015,
      0,
      false },
    { "curl without its file does not come to its directory",
      RUNTIME_CURL,
      "/usr/bin/curl",
      "",
      "openssl-partial",
      { "/none", "/srv/hashed" },
      1009,
      0,
      true },
    { "a keystore that nobody opens",
      RUNTIME_JAVA,
      "/usr/lib/jvm/jdk-17/bin/java",
      "17.0.1",
      "java",
      { "/srv/shop/trust.p12" },
      0,
      0,
      false },
    { "a program that is connected with no TLS that we know",
      RUNTIME_UNKNOWN_TLS,
      "/srv/strange",
      "",
      "rfc5280",
      { NULL },
      1000 + STRANGE,
      0,
      false },
};

static bool is_client_of(const struct client *client, const struct client_case *row)
{
    size_t count = 0;

    while (count < 4 && row->stores[count] != NULL)
        count++;
    if (client->runtime != row->runtime || strcmp(client->executable, row->executable) != 0 ||
        client->choice.stores.count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(client->choice.stores.items[i], row->stores[i]) != 0)
            return false;
    }
    return true;
}

static const struct client *find(const struct client_case *row)
{
    for (size_t i = 0; i < clients.count; i++) {
        if (is_client_of(&clients.items[i], row))
            return &clients.items[i];
    }
    return NULL;
}

static void client_is_as_described(void **state)
{
    const struct client_case *row = *state;
    const struct client *client = find(row);

    assert_non_null(client);
    assert_string_equal(client->version, row->version);
    assert_string_equal(client->choice.model->name, row->model);
    assert_int_equal(client->process_count > 0, row->pid != 0);
    if (row->pid != 0)
        assert_int_equal(client->processes[0].pid, row->pid);
    assert_int_equal(client->trust->count, row->trusted);
    assert_int_equal(client->trust->complete, row->complete);
    assert_int_equal(client->talks, row->pid == 1000 || row->pid == 1000 + STRANGE);
}

static void who_was_only_told_of_the_servers_is_no_client(void **state)
{
    (void)state;
    for (size_t i = 0; i < clients.count; i++)
        assert_string_not_equal(clients.items[i].executable, "/srv/naming");
}

static void unclaimed_stores_are_those_of_cas_that_nobody_reads(void **state)
{
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < clients.count; i++) {
        const struct client *client = &clients.items[i];

        if (!client->unclaimed)
            continue;
        count++;
        assert_true(
            text_list_has(&client->choice.stores, "/srv/shop/trust.p12") ||
            text_list_has(&client->choice.stores, "/var/www/html/wp-includes/certificates/ca-bundle.crt") ||
            text_list_has(&client->choice.stores, "/etc/app/ca.pem"));
        assert_int_equal(client->runtime == RUNTIME_JAVA,
                         text_list_has(&client->choice.stores, "/srv/shop/trust.p12"));
    }
    assert_int_equal(count, 3);
}

static const struct client *client_of(pid_t pid)
{
    for (size_t i = 0; i < clients.count; i++) {
        for (size_t j = 0; j < clients.items[i].process_count; j++) {
            if (clients.items[i].processes[j].pid == pid)
                return &clients.items[i];
        }
    }
    return NULL;
}

static void nothing_is_said_of_a_process_whose_environment_is_hidden(void **state)
{
    const struct client *client = client_of(1008);

    (void)state;
    assert_non_null(client);
    assert_int_equal(client->trust->count, 0);
    assert_false(client->trust->complete);
}

static void a_process_that_only_its_command_line_names_is_a_client_of_which_nothing_is_said(void **state)
{
    const struct client *client = client_of(1000 + NAMED);

    (void)state;
    assert_non_null(client);
    assert_int_equal(client->runtime, RUNTIME_NODE);
    assert_int_equal(client->trust->count, 0);
    assert_false(client->trust->complete);
}

static void nothing_is_said_of_a_process_whose_program_is_gone(void **state)
{
    const struct client *client = client_of(1000 + DELETED);

    (void)state;
    assert_non_null(client);
    assert_int_equal(client->trust->count, 0);
    assert_false(client->trust->complete);
}

static void a_store_type_makes_another_client(void **state)
{
    const struct client *jks = client_of(1010), *bks = client_of(1011), *jceks = client_of(1012);

    (void)state;
    assert_true(jks != bks && jks != NULL && bks != NULL && jceks != NULL);
    assert_int_equal(jks->trust->count, 2);
    assert_int_equal(bks->trust->count, 0);
    assert_false(bks->trust->complete);
    assert_int_equal(jceks->trust->count, 0); /* JCEKS opens no PKCS#12 */
    assert_true(jceks->trust->complete);
}

/* The first bytes of these two passwords' SHA-256 are equal: no bit of a password is in an id. */
static void a_password_makes_another_client(void **state)
{
    const struct client *right = client_of(1000), *seven = client_of(1018), *other = client_of(1019);

    (void)state;
    assert_true(right != seven && seven != other && other != right);
    assert_int_equal(right->process_count, 1);
}

static void ids_are_stable_and_different(void **state)
{
    struct client_list again;
    struct shelf *other = shelf_new(root_fd);

    (void)state;
    client_list_read(&again, &processes, other, root_fd, speech_of, NULL);
    assert_int_equal(again.count, clients.count);
    for (size_t i = 0; i < again.count; i++) {
        assert_string_equal(again.items[i].id, clients.items[i].id);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(again.items[i].id, again.items[j].id);
    }
    client_list_clear(&again);
    shelf_free(other);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(who_was_only_told_of_the_servers_is_no_client),
        cmocka_unit_test(unclaimed_stores_are_those_of_cas_that_nobody_reads),
        cmocka_unit_test(nothing_is_said_of_a_process_whose_environment_is_hidden),
        cmocka_unit_test(a_process_that_only_its_command_line_names_is_a_client_of_which_nothing_is_said),
        cmocka_unit_test(nothing_is_said_of_a_process_whose_program_is_gone),
        cmocka_unit_test(a_store_type_makes_another_client),
        cmocka_unit_test(a_password_makes_another_client),
        cmocka_unit_test(ids_are_stable_and_different),
    };
    struct error err = { 0 };
    char command[128];
    int failed = make_host();

    root_fd = input_root_open(tree, &err);
    shelf = shelf_new(root_fd);
    client_list_read(&clients, &processes, shelf, root_fd, speech_of, NULL);
    failed += RUN_ROWS(cases, client_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
    client_list_clear(&clients);
    process_list_clear(&processes);
    shelf_free(shelf);
    close(root_fd);
    snprintf(command, sizeof(command), "rm -rf %s", tree);
    return failed + system(command);
}
