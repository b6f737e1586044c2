#include "schema/campaign/guidance.h"

#include <signal.h>

#include "tests/support/migration.h"

static const char file[] =
    "campaign: advised\n"
    "version: 1\n"
    "timezone: UTC\n"
    "title: advised\n"
    "contact: mail@pay.example\n"
    "roots:\n"
    "  old: { file: old.pem, sha256: ~old~, role: old }\n"
    "  new: { file: new.pem, sha256: ~new~, role: new }\n"
    "  brief: { file: brief.pem, sha256: ~brief~, role: retired }\n"
    "chains:\n"
    "  cross: { accepts: [ old, new ] }\n"
    "  old: { accepts: [ old ] }\n"
    "  brief-cross: { certificates: chain-brief-cross.pem }\n"
    "  brief: { certificates: chain-brief.pem }\n"
    "  brief-by-key: { accepts: [ brief ] }\n"
    "phases:\n"
    "  - { name: all, serves: [ cross ], starts: 2024-01-01, ready_by: 2024-01-01, source: notice }\n"
    "ends: 2028-01-01\n"
    "endpoints:\n"
    "  - { name: test, use: validation, chain: cross, server_names: [ pay.example ], port: 8443, addresses: "
    "[ 192.0.2.2 ] }\n"
    "  - { name: back, use: fallback, chain: old, server_names: [ pay.example ], addresses: [ 192.0.2.3, "
    "'2001:db8::3' ], until: 2027-01-01 }\n";

#define JUNE_2026 1780272000 /* brief certificates are valid up to and with this second */

static struct campaign *campaign;
static long server_pid;
static char server_port[8];

/* clang-format off */
/*
 * Fixes tried out: a shell in a directory of its own makes the store, the real client refuses, the lines of
 * the fix run as they are, the client accepts. $P is the PKI, $PORT a server with the new chain; a fix that
 * writes to /etc or /usr/local sees copies of them.
 */
static const struct fix_case {
    const char *name;
    enum guidance_target target;
    const char *path, *setup, *client;
    bool touches_system;
} fixes[] = {
    { "a PEM bundle, for OpenSSL", GUIDANCE_PEM_BUNDLE, "bundle.pem", "cat $P/old.pem > bundle.pem",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_hostname pay.example -verify_return_error -CAfile bundle.pem", false },
    { "a bundle whose last line has no end", GUIDANCE_PEM_BUNDLE, "bundle.pem", "printf %s \"$(cat $P/old.pem)\" > bundle.pem",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error -CAfile bundle.pem", false },
    { "a bundle with a name that a shell would take apart", GUIDANCE_PEM_BUNDLE, "it's $HOME; `id` \n\".pem", "cat $P/old.pem > $'it\\'s $HOME; `id` \\n\".pem'",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error -CAfile $'it\\'s $HOME; `id` \\n\".pem'", false },
    { "a bundle that is not there", GUIDANCE_PEM_BUNDLE, "bundle.pem", "true",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error -CAfile bundle.pem", false },
    { "a PEM bundle, for Python", GUIDANCE_PEM_BUNDLE, "bundle.pem", "cat $P/old.pem > bundle.pem",
      "/usr/bin/python3 -c 'import os, socket, ssl; ssl.create_default_context(cafile=\"bundle.pem\").wrap_socket(socket.create_connection((\"127.0.0.1\", int(os.environ[\"PORT\"]))), server_hostname=\"pay.example\")'", false },
    { "a hashed directory", GUIDANCE_HASHED_DIRECTORY, "certs", "mkdir certs; cp $P/old.pem certs/; openssl rehash certs",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error -no-CAfile -CApath certs", false },
    { "a file copied into a directory and not rehashed", GUIDANCE_HASHED_DIRECTORY, "certs", "mkdir certs; cp $P/old.pem $P/new.pem certs/",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error -no-CAfile -CApath certs", false },
    { "a JKS file", GUIDANCE_JAVA_STORE, "trust.jks",
      "keytool -importcert -noprompt -alias old -file $P/old.pem -keystore trust.jks -storetype jks -storepass changeit",
      "java -Djavax.net.ssl.trustStore=trust.jks -cp $P Connect $PORT pay.example", false },
    { "a PKCS#12 file", GUIDANCE_JAVA_STORE, "trust.p12",
      "keytool -importcert -noprompt -alias old -file $P/old.pem -keystore trust.p12 -storetype pkcs12 -storepass changeit",
      "java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit -cp $P Connect $PORT pay.example", false },
    { "a PKCS#12 file that Java reads as empty", GUIDANCE_JAVA_STORE, "trust.p12",
      "openssl pkcs12 -export -nokeys -in $P/new.pem -out trust.p12 -passout pass:changeit",
      "java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit -cp $P Connect $PORT pay.example", false },
    { "Node's own roots", GUIDANCE_NODE, NULL, "true",
      "node -e 'require(\"tls\").connect({ host: \"127.0.0.1\", port: process.env.PORT, servername: \"pay.example\" }, () => process.exit(0)).on(\"error\", () => process.exit(1))'", true },
    { "the file that Node already adds", GUIDANCE_PEM_BUNDLE, "extra.pem", "cat $P/other.pem > extra.pem; export NODE_EXTRA_CA_CERTS=$PWD/extra.pem",
      "node -e 'require(\"tls\").connect({ host: \"127.0.0.1\", port: process.env.PORT, servername: \"pay.example\" }, () => process.exit(0)).on(\"error\", () => process.exit(1))'", false },
    { "PHP's streams by php.ini", GUIDANCE_PHP, "/usr/local/ssl/cert.pem", "true",
      "php -r 'exit(@stream_socket_client(\"tls://localhost:\" . getenv(\"PORT\")) ? 0 : 1);'", true },
    { "PHP's curl by php.ini", GUIDANCE_PHP, "/usr/local/ssl/cert.pem", "true",
      "php -r 'exit(curl_exec(curl_init(\"https://localhost:\" . getenv(\"PORT\") . \"/\")) === false ? 1 : 0);'", true },
    { "certifi's copy, for httpx", GUIDANCE_HTTPX, "cacert.pem", "cat $P/old.pem > cacert.pem; export SSL_CERT_FILE=$PWD/cacert.pem",
      "/usr/bin/python3 -c 'import os, socket, ssl; ssl.create_default_context(cafile=os.environ[\"SSL_CERT_FILE\"]).wrap_socket(socket.create_connection((\"127.0.0.1\", int(os.environ[\"PORT\"]))), server_hostname=\"pay.example\")'", true },
    { "certifi's copy", GUIDANCE_CERTIFI, "cacert.pem", "cat $P/old.pem > cacert.pem; export REQUESTS_CA_BUNDLE=$PWD/cacert.pem",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error -CAfile $REQUESTS_CA_BUNDLE", true },
    { "the system's store", GUIDANCE_DEBIAN_STORE, "/etc/ssl/certs/ca-certificates.crt", "true",
      "openssl s_client -connect 127.0.0.1:$PORT -servername pay.example -verify_return_error", true },
};
/* clang-format on */

static struct guidance_question question_of(const char *reason, enum guidance_target target, const char *path)
{
    return (struct guidance_question){ .campaign = campaign,
                                       .root = 1,
                                       .reason = reason,
                                       .target = target,
                                       .chain = SIZE_MAX,
                                       .at = JUNE_2026 + 1,
                                       .path = path,
                                       .process = "pid 812 (java)" };
}

static void ask(struct text_list *lines, enum guidance_language language, const char *reason,
                enum guidance_target target, const char *path)
{
    const struct guidance_question question = question_of(reason, target, path);

    guidance_lines(&question, language, lines);
}

/* A person at the keyboard: the JVM's keytool asks for its password. */
#define PERSON "keytool() { echo changeit | command keytool \"$@\"; }\n"

/* Copies in place of what belongs to the machine, in a mount namespace of this shell alone. */
#define COPIES                                                                                               \
    "cp -a /etc/ssl etc-ssl; mkdir local; mount --bind etc-ssl /etc/ssl\n"                                   \
    "mount --bind local /usr/local/share/ca-certificates\n"                                                  \
    "if [ -d /etc/php ]; then cp -a /etc/php etc-php; mount --bind etc-php /etc/php; fi\n"

/* A chroot's root is no mount point, whose propagation unshare could change; there is none to change then. */
#define OWN_MOUNTS                                                                                           \
    "$(unshare -m true 2>/dev/null && echo unshare -m || echo unshare -m --propagation unchanged)"

static void fix_works(void **state)
{
    const struct fix_case *row = *state;
    struct text_list lines = { 0 };
    struct text command = { 0 };
    const char *path = migration_path("fix.sh");
    FILE *script = fopen(path, "w");

    assert_non_null(script);
    if (row->touches_system && getuid() != 0)
        skip();
    ask(&lines, GUIDANCE_EN, "root-missing", row->target, row->path);
    fprintf(script,
            "set -eu\nunset SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS "
            "NODE_OPTIONS JAVA_TOOL_OPTIONS\nmkdir fix; cd fix\ncp $P/new.pem new-root.pem\n" PERSON "%s",
            row->touches_system ? COPIES : "");
    fprintf(script, "%s\nclient() { timeout 60 %s </dev/null; }\nif client; then exit 10; fi\n", row->setup,
            row->client);
    for (size_t i = 0; i < lines.count; i++)
        fprintf(script, "%s\n", lines.items[i]);
    fprintf(script, "client || exit 11\n");
    fclose(script);

    text_format(&command, "cd '%s' && rm -rf fix && P='%s' PORT=%s timeout 120 %s bash fix.sh >fix.log 2>&1",
                migration_directory, migration_directory, server_port, row->touches_system ? OWN_MOUNTS : "");
    if (system(text_string(&command)) != 0) {
        text_clear(&command);
        text_format(&command, "cd '%s' && cat fix.sh; tail -n 40 fix.log", migration_directory);
        assert_int_equal(system(text_string(&command)), 0);
        fail();
    }
    text_clear(&command);
    text_list_clear(&lines);
}

static const struct words_case {
    const char *name, *reason;
    enum guidance_target target;
    const char *has[3]; /* each in some line */
} words[] = {
    { "a restart names the process", "restart-needed", GUIDANCE_JAVA_STORE, { "# Restart pid 812 (java)" } },
    { "a fallback is unbound at each of its addresses",
      "bound-to-fallback",
      GUIDANCE_PROCESS,
      { "*192.0.2.3[", "*2001:db8::3[", "/etc/hosts" } },
    { "a validation address is unbound", "bound-to-validation", GUIDANCE_PROCESS, { "*192.0.2.2[" } },
    { "an unreachable endpoint needs its address allowed",
      "unreachable",
      GUIDANCE_PROCESS,
      { "# 192.0.2.2, TCP port 8443" } },
    { "the certificate is checked first",
      "cross-only",
      GUIDANCE_PEM_BUNDLE,
      { "sha256sum", "new-root.pem", "mail@pay.example" } },
    { "a deselected root is selected again",
      "root-distrusted",
      GUIDANCE_DEBIAN_STORE,
      { "/etc/ca-certificates.conf", "update-ca-certificates" } },
    { "an empty Java store is explained",
      "store-empty",
      GUIDANCE_JAVA_STORE,
      { "trust mark", "-importcert" } },
    { "a namesake before the root", "path-refused", GUIDANCE_PEM_BUNDLE, { "must stand before it" } },
    { "a gap that a cross-certificate hides is closed by the root",
      "cross-hides-gap",
      GUIDANCE_JAVA_STORE,
      { "-importcert", "new-root" } },
    { "a store that may not be read is shown to somebody who may",
      "store-denied",
      GUIDANCE_PEM_BUNDLE,
      { "stores --path /srv/store" } },
    { "Windows has a tool of its own",
      "root-missing",
      GUIDANCE_WINDOWS,
      { "certutil -addstore Root new-root.pem", "certlm.msc", "certutil -dump" } },
    { "and a list of what it distrusts", "root-distrusted", GUIDANCE_WINDOWS, { "-store Disallowed" } },
    { "a client that does not verify should", "does-not-verify", GUIDANCE_PROCESS, { "verification" } },
};

static bool some_line_has(const struct text_list *lines, const char *part)
{
    for (size_t i = 0; i < lines->count; i++) {
        if (strstr(lines->items[i], part) != NULL)
            return true;
    }
    return false;
}

static void lines_say_what_they_should(void **state)
{
    const struct words_case *row = *state;
    struct text_list lines = { 0 };

    ask(&lines, GUIDANCE_EN, row->reason, row->target, "/srv/store");
    for (size_t i = 0; i < 3 && row->has[i] != NULL; i++) {
        if (!some_line_has(&lines, row->has[i]))
            fail_msg("no line has \"%s\"", row->has[i]);
    }
    text_list_clear(&lines);
}

/* A path that ends: the store's fault, or nobody's who has one. */
static const struct end_case {
    const char *name, *reason;
    const char *chain, *root, *model;
    const char *has[2], *has_not;
} ends[] = {
    { "a served cross-certificate ends, and the new root keeps a path",
      "expires-in-phase",
      "brief-cross",
      "new",
      "openssl",
      { "until 2026-06-01T00:00:01Z", "sha256sum" },
      "Nothing that is added" },
    { "a served issuing CA ends, and nothing in a store helps",
      "expires-in-phase",
      "brief",
      "new",
      "java",
      { "which chain brief needs, ends on 2026-06-01T00:00:01Z", "another chain" },
      "sha256sum" },
    { "it has ended, and no order of a store helps",
      "path-refused",
      "brief",
      "new",
      "openssl",
      { "Nothing that is added" },
      "must stand before it" },
    { "the campaign's root ends, and is no help where dates count",
      "root-expired",
      "brief-by-key",
      "brief",
      "openssl",
      { "Brief Root, which chain brief-by-key needs" },
      "sha256sum" },
    { "a root is missing, and would do no more",
      "root-missing",
      "brief",
      "new",
      "openssl",
      { "Nothing that is added" },
      "sha256sum" },
    { "the old root is missing, and would do",
      "old-root-missing",
      "old",
      "old",
      "openssl",
      { "sha256sum", "old-root" },
      "Nothing that is added" },
};

static void end_is_told_from_a_gap(void **state)
{
    const struct end_case *row = *state;
    struct guidance_question question = question_of(row->reason, GUIDANCE_PEM_BUNDLE, "/srv/store");
    struct text_list lines = { 0 };

    question.root = (size_t)(campaign_root_find(campaign, row->root) - campaign->roots);
    question.model = model_find(row->model);
    for (question.chain = 0; strcmp(campaign->chains[question.chain].name, row->chain) != 0;)
        question.chain++;
    guidance_lines(&question, GUIDANCE_EN, &lines);
    for (size_t i = 0; i < 2 && row->has[i] != NULL; i++) {
        if (!some_line_has(&lines, row->has[i]))
            fail_msg("no line has \"%s\": %s", row->has[i], lines.count > 0 ? lines.items[0] : "none at all");
    }
    assert_false(some_line_has(&lines, row->has_not));
    text_list_clear(&lines);
}

/* Over everything that can be asked: no command may take something away, and both languages give the same commands. */
static void every_answer_only_adds(void **state)
{
    (void)state;
    for (const struct reason *reason = reason_all(); reason->code != NULL; reason++) {
        for (int target = 0; target < GUIDANCE_TARGETS; target++) {
            struct text_list en = { 0 }, zh = { 0 };

            ask(&en, GUIDANCE_EN, reason->code, (enum guidance_target)target, "/srv/store");
            ask(&zh, GUIDANCE_ZH, reason->code, (enum guidance_target)target, "/srv/store");
            assert_int_equal(en.count, zh.count);
            for (size_t i = 0; i < en.count; i++) {
                assert_null(strpbrk(en.items[i], "{}\n"));
                if (strncmp(en.items[i], "# ", 2) == 0) {
                    assert_int_equal(strncmp(zh.items[i], "# ", 2), 0);
                    continue;
                }
                assert_string_equal(en.items[i], zh.items[i]);
                assert_null(strstr(en.items[i], " rm "));
                assert_null(strstr(en.items[i], "-delete"));
            }
            text_list_clear(&en);
            text_list_clear(&zh);
        }
    }
}

static const struct system_case {
    const char *name, *path, *tool; /* NULL: no system's */
} systems[] = {
    { "Debian's bundle", "/etc/ssl/certs/ca-certificates.crt", "update-ca-certificates" },
    { "Debian's directory", "/etc/ssl/certs", "/usr/local/share/ca-certificates/" },
    { "Debian's Java store", "/etc/ssl/certs/java/cacerts", "update-ca-certificates" },
    { "Red Hat's bundle", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "update-ca-trust extract" },
    { "Red Hat's Java store", "/etc/pki/ca-trust/extracted/java/cacerts",
      "/etc/pki/ca-trust/source/anchors/" },
    { "SUSE's bundle", "/var/lib/ca-certificates/ca-bundle.pem", "/etc/pki/trust/anchors/" },
    { "Arch's bundle", "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
      "/etc/ca-certificates/trust-source/anchors/" },
    { "somebody's file beside Debian's", "/etc/ssl/certs/shop.pem", NULL },
    { "somebody's file beside Red Hat's", "/etc/pki/tls/private/shop.pem", NULL },
    { "somebody's file", "/srv/ca.pem", NULL },
};

static void store_of_a_system_is_mended_by_its_tool(void **state)
{
    const struct system_case *row = *state;
    struct guidance_question question = {
        .campaign = campaign, .root = 1, .chain = SIZE_MAX, .reason = "root-missing", .path = row->path
    };
    struct text_list lines = { 0 };

    assert_int_equal(guidance_system_target(row->path, &question.target), row->tool != NULL);
    if (row->tool == NULL)
        return;
    guidance_lines(&question, GUIDANCE_EN, &lines);
    assert_true(some_line_has(&lines, row->tool));
    assert_false(some_line_has(&lines, "keytool"));
    assert_false(some_line_has(&lines, "Restart")); /* no process was named */
    text_list_clear(&lines);
}

static void root_to_add_is_the_new_one_where_it_will_do(void **state)
{
    (void)state;
    assert_int_equal(guidance_root(campaign, 0), 1);
    assert_int_equal(guidance_root(campaign, 1), 0);
    assert_int_equal(guidance_root(campaign, SIZE_MAX), 1); /* no chain failed */
}

static bool compile_client(void)
{
    char command[512];

    snprintf(command, sizeof(command), "timeout 60 javac -d '%s' '%s/tests/support/Connect.java'",
             migration_directory, SOURCE_ROOT);
    return system(command) == 0;
}

static bool start_server(FILE **output)
{
    char command[512], line[256];

    snprintf(command, sizeof(command),
             "echo $$; cd '%s'; exec timeout 300 openssl s_server -accept 127.0.0.1:0 -cert live-leaf.pem "
             "-cert_chain issuing.pem "
             "-key leaf.key -naccept 1000 2>&1 </dev/null",
             migration_directory);
    snprintf(command + strlen(command), sizeof(command) - strlen(command), " -www");
    *output = popen(command, "r");
    if (*output == NULL || fgets(line, sizeof(line), *output) == NULL)
        return false;
    server_pid = atol(line);
    while (fgets(line, sizeof(line), *output) != NULL) {
        if (sscanf(line, "ACCEPT 127.0.0.1:%7[0-9]", server_port) == 1)
            return true;
    }
    return false;
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(every_answer_only_adds),
                                       cmocka_unit_test(root_to_add_is_the_new_one_where_it_will_do) };
    struct error err = { 0 };
    FILE *server = NULL;
    int failed = migration_make(NULL);

    campaign = failed == 0 ? campaign_load(migration_write(file), &err) : NULL;
    if (campaign == NULL || !compile_client() || !start_server(&server)) {
        fprintf(stderr, "no campaign, no client or no server: %s\n", err.message);
        return 1;
    }
    failed = RUN_ROWS(fixes, fix_works) + RUN_ROWS(systems, store_of_a_system_is_mended_by_its_tool) +
             RUN_ROWS(words, lines_say_what_they_should) + RUN_ROWS(ends, end_is_told_from_a_gap) +
             cmocka_run_group_tests(rest, NULL, NULL);
    kill((pid_t)server_pid, SIGTERM);
    pclose(server);
    campaign_free(campaign);
    return failed + migration_remove(NULL);
}
