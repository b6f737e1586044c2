/* What decides was measured with the runtimes themselves; each row is one of those measurements. */
#include "collector/setting.h"

#include "schema/base/input.h"
#include "tests/support/check.h"

#define JAVA "/usr/bin/java"
#define STORE "-Djavax.net.ssl.trustStore="

static const struct setting_case {
    const char *name;
    enum runtime runtime;
    const char *arguments[8], *environment[8];
    enum setting_slot slot;
    const char *value; /* NULL: nothing decides */
    const char *by;
} cases[] = {
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
    { "Java's property",
      RUNTIME_JAVA,
      { JAVA, STORE "/s", "-jar", "x.jar" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the type is another property",
      RUNTIME_JAVA,
      { JAVA, STORE "/s", "-Djavax.net.ssl.trustStoreType=PKCS12", "Main" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the last property wins",
      RUNTIME_JAVA,
      { JAVA, STORE "/s", STORE "/t", "Main" },
      { NULL },
      SETTING_STORE,
      "/t",
      "javax.net.ssl.trustStore" },
    { "a word of Java's program",
      RUNTIME_JAVA,
      { JAVA, "-cp", "/lib", "Main", STORE "/s" },
      { NULL },
      SETTING_STORE,
      NULL,
      NULL },
    { "an option's value is no program",
      RUNTIME_JAVA,
      { JAVA, "-cp", "/lib", STORE "/s", "Main" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the line beats JAVA_TOOL_OPTIONS",
      RUNTIME_JAVA,
      { JAVA, STORE "/s", "Main" },
      { "JAVA_TOOL_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the line beats JDK_JAVA_OPTIONS",
      RUNTIME_JAVA,
      { JAVA, STORE "/s", "Main" },
      { "JDK_JAVA_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "_JAVA_OPTIONS beats the line",
      RUNTIME_JAVA,
      { JAVA, STORE "/s", "Main" },
      { "_JAVA_OPTIONS=-Xmx1m " STORE "/t" },
      SETTING_STORE,
      "/t",
      "javax.net.ssl.trustStore" },
    { "quotes keep blanks",
      RUNTIME_JAVA,
      { JAVA, "Main" },
      { "JAVA_TOOL_OPTIONS=\"" STORE "/a b\"" },
      SETTING_STORE,
      "/a b",
      "javax.net.ssl.trustStore" },
    { "an empty property is as none",
      RUNTIME_JAVA,
      { JAVA, STORE, "Main" },
      { NULL },
      SETTING_STORE,
      NULL,
      NULL },
    { "OpenSSL's file moves no Java",
      RUNTIME_JAVA,
      { JAVA, "Main" },
      { "SSL_CERT_FILE=/a" },
      SETTING_FILE,
      NULL,
      NULL },
};

static void setting_decides_as_measured(void **state)
{
    const struct setting_case *row = *state;
    struct process process = { 0 };
    struct trust_settings settings;
    const char *value;

    for (size_t i = 0; i < 8 && row->arguments[i] != NULL; i++)
        text_list_add(&process.arguments, row->arguments[i]);
    for (size_t i = 0; i < 8 && row->environment[i] != NULL; i++)
        text_list_add(&process.environment, row->environment[i]);
    settings_read(&settings, &process, row->runtime, INPUT_MACHINE);
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

int main(void)
{
    return RUN_ROWS(cases, setting_decides_as_measured);
}
