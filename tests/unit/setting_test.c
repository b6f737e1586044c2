/* What decides was measured with the runtimes themselves; each row is one of those measurements. */
#include "collector/runtime/setting.h"

#include "collector/runtime/installed.h"
#include "schema/base/input.h"
#include "tests/support/check.h"

static const struct setting_case {
    const char *name;
    enum runtime runtime;
    const char *arguments[8], *environment[8];
    enum setting_slot slot;
    const char *value; /* NULL: nothing decides */
    const char *by;
} cases[] = {
    { "PHP is told on its line",
      RUNTIME_PHP,
      { "php8.2", "-d", "openssl.cafile=/a", "x.php" },
      { "SSL_CERT_FILE=/b" },
      SETTING_BUNDLE,
      "/a",
      "openssl.cafile" },
    { "PHP's other ini file is not followed",
      RUNTIME_PHP,
      { "php8.2", "-c/a", "x.php" },
      { NULL },
      SETTING_UNSETTLED,
      "",
      "php.ini" },
    { "an empty one is none for Go", RUNTIME_GO, { "x" }, { "SSL_CERT_FILE=" }, SETTING_FILE, NULL, NULL },
    { "curl's line beats its environment",
      RUNTIME_CURL,
      { "curl", "-sSo/dev/null", "--cacert", "/a", "https://x" },
      { "CURL_CA_BUNDLE=/b" },
      SETTING_FILE,
      "/a",
      "--cacert" },
    { "with a directory on its line curl asks for no variable",
      RUNTIME_CURL,
      { "curl", "--capath", "/a" },
      { "SSL_CERT_FILE=/b" },
      SETTING_FILE,
      NULL,
      NULL },
    { "curl does not check",
      RUNTIME_CURL,
      { "curl", "-sSk", "x" },
      { NULL },
      SETTING_UNVERIFIED,
      "1",
      "--insecure" },
    { "the letter k in a value is none of curl's options",
      RUNTIME_CURL,
      { "curl", "-sHk", "-H", "-k", "x" },
      { NULL },
      SETTING_UNVERIFIED,
      NULL,
      NULL },
    { "curl's own file of options is not followed",
      RUNTIME_CURL,
      { "curl", "-K", "/a" },
      { NULL },
      SETTING_UNSETTLED,
      "",
      "--config" },
    { "Node's words may be written with underscores",
      RUNTIME_NODE,
      { "node", "--use_openssl_ca", "x.js" },
      { NULL },
      SETTING_SYSTEM,
      "1",
      "--use-openssl-ca" },
    { "a word's value ends nothing",
      RUNTIME_NODE,
      { "node", "-r", "/x.js", "--use-openssl-ca", "x.js" },
      { NULL },
      SETTING_SYSTEM,
      "1",
      "--use-openssl-ca" },
    { "whose a word is after the script is not said",
      RUNTIME_NODE,
      { "node", "--title", "x", "--use-openssl-ca", "x.js" },
      { NULL },
      SETTING_UNSETTLED,
      "1",
      "--use-openssl-ca" },
    { "Node's file of variables is not followed",
      RUNTIME_NODE,
      { "node", "--env-file=/x", "x.js" },
      { NULL },
      SETTING_UNSETTLED,
      "1",
      "--env-file" },
    { "OpenSSL's file moves Python",
      RUNTIME_PYTHON,
      { "python3" },
      { "SSL_CERT_FILE=/a" },
      SETTING_FILE,
      "/a",
      "SSL_CERT_FILE" },
    { "and not requests",
      RUNTIME_REQUESTS,
      { "python3" },
      { "SSL_CERT_FILE=/a" },
      SETTING_BUNDLE,
      NULL,
      NULL },
    { "an empty one counts for OpenSSL",
      RUNTIME_OPENSSL,
      { "x" },
      { "SSL_CERT_FILE=" },
      SETTING_FILE,
      "",
      "SSL_CERT_FILE" },
    { "requests' own beats curl's",
      RUNTIME_REQUESTS,
      { "python3" },
      { "CURL_CA_BUNDLE=/c", "REQUESTS_CA_BUNDLE=/r" },
      SETTING_BUNDLE,
      "/r",
      "REQUESTS_CA_BUNDLE" },
    { "curl's moves requests",
      RUNTIME_REQUESTS,
      { "python3" },
      { "CURL_CA_BUNDLE=/c" },
      SETTING_BUNDLE,
      "/c",
      "CURL_CA_BUNDLE" },
    { "an empty one does not",
      RUNTIME_REQUESTS,
      { "python3" },
      { "REQUESTS_CA_BUNDLE=", "CURL_CA_BUNDLE=/c" },
      SETTING_BUNDLE,
      "/c",
      "CURL_CA_BUNDLE" },
    { "curl's beats OpenSSL's in curl",
      RUNTIME_CURL,
      { "curl" },
      { "SSL_CERT_FILE=/a", "CURL_CA_BUNDLE=/c" },
      SETTING_FILE,
      "/c",
      "CURL_CA_BUNDLE" },
    { "and hides the directory",
      RUNTIME_CURL,
      { "curl" },
      { "SSL_CERT_DIR=/d", "CURL_CA_BUNDLE=/c" },
      SETTING_DIRECTORY,
      NULL,
      NULL },
    { "Node's extra file",
      RUNTIME_NODE,
      { "node", "x.js" },
      { "NODE_EXTRA_CA_CERTS=/e" },
      SETTING_EXTRA,
      "/e",
      "NODE_EXTRA_CA_CERTS" },
    { "Node's option in its variable",
      RUNTIME_NODE,
      { "node" },
      { "NODE_OPTIONS=--max-old-space-size=1 --use-openssl-ca" },
      SETTING_SYSTEM,
      "1",
      "--use-openssl-ca" },
    { "Node's option on its line",
      RUNTIME_NODE,
      { "node", "--use-openssl-ca", "x.js" },
      { NULL },
      SETTING_SYSTEM,
      "1",
      "--use-openssl-ca" },
    { "a word of Node's program",
      RUNTIME_NODE,
      { "node", "x.js", "--use-openssl-ca" },
      { NULL },
      SETTING_SYSTEM,
      NULL,
      NULL },
    { "Node that does not verify",
      RUNTIME_NODE,
      { "node" },
      { "NODE_TLS_REJECT_UNAUTHORIZED=0" },
      SETTING_UNVERIFIED,
      "0",
      "NODE_TLS_REJECT_UNAUTHORIZED" },
};

/* A file gave the process more rights than its user has (setcap, set-user-ID). */
static const struct setting_case privileged[] = {
    { "OpenSSL tells a privileged process nothing",
      RUNTIME_PYTHON,
      { "python3" },
      { "SSL_CERT_FILE=/a" },
      SETTING_FILE,
      NULL,
      NULL },
    { "Go has a getenv of its own",
      RUNTIME_GO,
      { "x" },
      { "SSL_CERT_FILE=/a" },
      SETTING_FILE,
      "/a",
      "SSL_CERT_FILE" },
    { "whether a privileged Node listens is not said",
      RUNTIME_NODE,
      { "node", "x.js" },
      { "NODE_EXTRA_CA_CERTS=/a" },
      SETTING_UNSETTLED,
      "",
      "NODE_EXTRA_CA_CERTS" },
};

static void decide(const struct setting_case *row, bool is_privileged)
{
    struct process process = { .privileged = is_privileged };
    const struct installed installed = { .runtime = row->runtime };
    struct trust_settings settings;
    const char *value;

    for (size_t i = 0; i < 8 && row->arguments[i] != NULL; i++)
        text_list_add(&process.arguments, row->arguments[i]);
    for (size_t i = 0; i < 8 && row->environment[i] != NULL; i++)
        text_list_add(&process.environment, row->environment[i]);
    settings_read(&settings, &process, &installed, INPUT_MACHINE);
    value = settings_get(&settings, row->slot);
    assert_int_equal(value == NULL, row->value == NULL);
    if (row->value != NULL) {
        assert_string_equal(value, row->value);
        assert_string_equal(settings.slots[row->slot].name, row->by);
    }
    settings_clear(&settings);
    text_list_clear(&process.arguments);
    text_list_clear(&process.environment);
}

static void setting_decides_as_measured(void **state)
{
    decide(*state, false);
}

static void setting_decides_for_the_privileged(void **state)
{
    decide(*state, true);
}

int main(void)
{
    return RUN_ROWS(cases, setting_decides_as_measured) +
           RUN_ROWS(privileged, setting_decides_for_the_privileged);
}
