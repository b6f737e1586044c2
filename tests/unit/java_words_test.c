/* What a Java was told, as java 17 and 25 took it; each row is one measurement. */
#include "collector/runtime/java.h"

#include <stdlib.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "tests/support/check.h"

#define JAVA "/usr/bin/java"
#define NEW "17.0.15"
#define STORE "-Djavax.net.ssl.trustStore="

static const struct word_case {
    const char *name, *version;
    const char *arguments[8], *environment[8];
    enum setting_slot slot;
    const char *value; /* NULL: nothing decides */
    const char *by;
} words[] = {
    { "a provider of stores is not followed",
      NEW,
      { JAVA, "-Djavax.net.ssl.trustStoreProvider=X", STORE "/s", "Main" },
      { NULL },
      SETTING_UNSETTLED,
      "X",
      "javax.net.ssl.trustStoreProvider" },
    { "an option file that cannot be read leaves all open",
      NEW,
      { JAVA, "Main" },
      { "JDK_JAVA_OPTIONS=@/nowhere/at/all" },
      SETTING_UNSETTLED,
      "",
      "option file" },
    { "an empty password is as none",
      NEW,
      { JAVA, "-Djavax.net.ssl.trustStorePassword=", "Main" },
      { NULL },
      SETTING_PASSWORD,
      NULL,
      NULL },
    { "a file of security properties",
      NEW,
      { JAVA, "-Djava.security.properties==/x", "Main" },
      { NULL },
      SETTING_SECURITY,
      "=/x",
      "java.security.properties" },
    { "Java's property",
      NEW,
      { JAVA, STORE "/s", "-jar", "x.jar" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the type is another property",
      NEW,
      { JAVA, STORE "/s", "-Djavax.net.ssl.trustStoreType=PKCS12", "Main" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the last property wins",
      NEW,
      { JAVA, STORE "/s", STORE "/t", "Main" },
      { NULL },
      SETTING_STORE,
      "/t",
      "javax.net.ssl.trustStore" },
    { "a word of Java's program",
      NEW,
      { JAVA, "-cp", "/lib", "Main", STORE "/s" },
      { NULL },
      SETTING_STORE,
      NULL,
      NULL },
    { "the program may be a module",
      NEW,
      { JAVA, "--module=a/b.Main", STORE "/s" },
      { NULL },
      SETTING_STORE,
      NULL,
      NULL },
    { "an option's value is no program",
      NEW,
      { JAVA, "-cp", "/lib", STORE "/s", "Main" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the line beats JAVA_TOOL_OPTIONS",
      NEW,
      { JAVA, STORE "/s", "Main" },
      { "JAVA_TOOL_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "the line beats JDK_JAVA_OPTIONS",
      NEW,
      { JAVA, STORE "/s", "Main" },
      { "JDK_JAVA_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "_JAVA_OPTIONS beats the line",
      NEW,
      { JAVA, STORE "/s", "Main" },
      { "_JAVA_OPTIONS=-Xmx1m " STORE "/t" },
      SETTING_STORE,
      "/t",
      "javax.net.ssl.trustStore" },
    { "quotes keep blanks",
      NEW,
      { JAVA, "Main" },
      { "JAVA_TOOL_OPTIONS=\"" STORE "/a b\"" },
      SETTING_STORE,
      "/a b",
      "javax.net.ssl.trustStore" },
    { "an empty property is one: it hides jssecacerts",
      NEW,
      { JAVA, STORE, "Main" },
      { NULL },
      SETTING_STORE,
      "",
      "javax.net.ssl.trustStore" },
    { "the form of a source file's Java is no program",
      NEW,
      { JAVA, "--source", "17", STORE "/s", "Main.java" },
      { NULL },
      SETTING_STORE,
      "/s",
      "javax.net.ssl.trustStore" },
    { "a new launcher has a variable of its own",
      NEW,
      { JAVA, "Main" },
      { "JDK_JAVA_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      "/t",
      "javax.net.ssl.trustStore" },
    { "JDK 8's has none",
      "1.8.0_402",
      { JAVA, "Main" },
      { "JDK_JAVA_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      NULL,
      NULL },
    { "and takes an option file for its program",
      "1.8.0_402",
      { JAVA, "@/nowhere/at/all", STORE "/s" },
      { NULL },
      SETTING_STORE,
      NULL,
      NULL },
    { "JAVA_TOOL_OPTIONS is the JVM's own, of any age",
      "1.8.0_402",
      { JAVA, "Main" },
      { "JAVA_TOOL_OPTIONS=" STORE "/t" },
      SETTING_STORE,
      "/t",
      "javax.net.ssl.trustStore" },
    { "revocation is not followed",
      NEW,
      { JAVA, "-Dcom.sun.net.ssl.checkRevocation=true", "Main" },
      { NULL },
      SETTING_UNSETTLED,
      "true",
      "com.sun.net.ssl.checkRevocation" },
    { "unless it is off",
      NEW,
      { JAVA, "-Dcom.sun.net.ssl.checkRevocation=false", "Main" },
      { NULL },
      SETTING_UNSETTLED,
      NULL,
      NULL },
    { "nor are signatures that are asked for",
      NEW,
      { JAVA, "-Djdk.tls.client.SignatureSchemes=rsa_pss_rsae_sha256", "Main" },
      { NULL },
      SETTING_UNSETTLED,
      "rsa_pss_rsae_sha256",
      "jdk.tls.client.SignatureSchemes" },
    { "nor how long a chain may be: a cross-certificate makes it longer",
      NEW,
      { JAVA, "-Djdk.tls.maxCertificateChainLength=2", "Main" },
      { NULL },
      SETTING_UNSETTLED,
      "2",
      "jdk.tls.maxCertificateChainLength" },
    { "nor another home",
      NEW,
      { JAVA, "-Djava.home=/x", "Main" },
      { NULL },
      SETTING_UNSETTLED,
      "/x",
      "java.home" },
    { "an agent brings code",
      NEW,
      { JAVA, "-javaagent:/a.jar", "Main" },
      { NULL },
      SETTING_CODE,
      "",
      "-javaagent:" },
    { "so does a patch of the JDK's own",
      NEW,
      { JAVA, "--patch-module", "java.base=/a.jar", "Main" },
      { NULL },
      SETTING_CODE,
      "",
      "--patch-module" },
    { "in whatever variable",
      NEW,
      { JAVA, "Main" },
      { "JAVA_TOOL_OPTIONS=-javaagent:/a.jar" },
      SETTING_CODE,
      "",
      "-javaagent:" },
    { "OpenJ9's variable is not followed",
      NEW,
      { JAVA, "Main" },
      { "OPENJ9_JAVA_OPTIONS=" STORE "/s" },
      SETTING_UNSETTLED,
      "",
      "OPENJ9_JAVA_OPTIONS" },
    { "OpenSSL's file moves no Java",
      NEW,
      { JAVA, "Main" },
      { "SSL_CERT_FILE=/a" },
      SETTING_FILE,
      NULL,
      NULL },
};

static void word_decides_as_measured(void **state)
{
    const struct word_case *row = *state;
    struct process process = { 0 };
    char *version = memory_text(row->version);
    const struct installed installed = { .runtime = RUNTIME_JAVA, .version = version };
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
    free(version);
}

/* Up to JDK 8 a variable of 1024 bytes is not read, and of its words 64 are. */
static void long_variables_are_doubted_of_old_ones(void **state)
{
    static const struct {
        const char *version;
        int bytes, words;
        bool doubted;
    } rows[] = { { "1.8.0_402", 1023, 1, false },
                 { "1.8.0_402", 1024, 1, true },
                 { "1.8.0_402", 200, 64, false },
                 { "1.8.0_402", 200, 65, true },
                 { NEW, 1024, 65, false } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct process process = { 0 };
        char version[16];
        const struct installed installed = { .runtime = RUNTIME_JAVA, .version = version };
        struct trust_settings settings;
        struct text variable = { 0 };

        snprintf(version, sizeof(version), "%s", rows[i].version);
        text_add(&variable, "JAVA_TOOL_OPTIONS=");
        for (int word = 1; word < rows[i].words; word++)
            text_add(&variable, "-a ");
        while (variable.size < strlen("JAVA_TOOL_OPTIONS=") + (size_t)rows[i].bytes)
            text_add(&variable, "x");
        text_list_add(&process.arguments, JAVA);
        text_list_add(&process.environment, text_string(&variable));
        settings_read(&settings, &process, &installed, INPUT_MACHINE);
        assert_int_equal(settings_get(&settings, SETTING_UNSETTLED) != NULL, rows[i].doubted);
        settings_clear(&settings);
        text_list_clear(&process.arguments);
        text_list_clear(&process.environment);
        text_clear(&variable);
    }
}

/* Option files of the JVM and of its launcher. */
static const struct file_case {
    const char *name, *text;
    const char *option; /* before the file's path */
    const char *store;  /* NULL: none */
} files[] = {
    { "the words of @FILE stand in its place", STORE "/a\n", "@", "/a" },
    { "its comments say nothing", STORE "/a # " STORE "/b\n# " STORE "/c\n", "@", "/a" },
    { "a backslash joins its lines", "\"" STORE "/a\\\n  b\"", "@", "/ab" },
    { "a backslash stands before a backslash", "\"" STORE "/a\\\\b\"", "@", "/a\\b" },
    { "the program's own words in it end the options", "-cp /x Main " STORE "/a", "@", NULL },
    { "-XX:VMOptionsFile is the JVM's own", "-Xmx1m " STORE "/a\n", "-XX:VMOptionsFile=", "/a" },
};

static void file_is_followed_as_measured(void **state)
{
    const struct file_case *row = *state;
    char path[] = "/tmp/rootshift-setting-XXXXXX", option[128];
    int fd = mkstemp(path);
    struct process process = { 0 };
    char version[] = "17.0.15";
    const struct installed installed = { .runtime = RUNTIME_JAVA, .version = version };
    struct trust_settings settings;
    const char *store;

    assert_true(fd >= 0 && write(fd, row->text, strlen(row->text)) == (ssize_t)strlen(row->text));
    snprintf(option, sizeof(option), "%s%s", row->option, path);
    text_list_add(&process.arguments, JAVA);
    text_list_add(&process.arguments, option);
    text_list_add(&process.arguments, "Main");
    settings_read(&settings, &process, &installed, INPUT_MACHINE);
    store = settings_get(&settings, SETTING_STORE);
    assert_int_equal(store == NULL, row->store == NULL);
    if (row->store != NULL)
        assert_string_equal(store, row->store);
    assert_null(settings_get(&settings, SETTING_UNSETTLED));
    assert_int_equal(settings.files.count, 1);
    settings_clear(&settings);
    text_list_clear(&process.arguments);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(long_variables_are_doubted_of_old_ones) };

    return cmocka_run_group_tests(rest, NULL, NULL) + RUN_ROWS(words, word_decides_as_measured) +
           RUN_ROWS(files, file_is_followed_as_measured);
}
