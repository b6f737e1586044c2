#include "collector/setting.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/tree.h"
#include "schema/base/input.h"

#define OF(runtime) (1u << RUNTIME_##runtime)
#define ON_OPENSSL (OF(OPENSSL) | OF(PYTHON) | OF(PHP) | OF(CURL) | OF(GO))

static const char *const names[RUNTIMES] = {
    [RUNTIME_OPENSSL] = "openssl",
    [RUNTIME_PYTHON] = "python",
    [RUNTIME_REQUESTS] = "python-requests",
    [RUNTIME_CERTIFI] = "python-certifi",
    [RUNTIME_PIP] = "pip",
    [RUNTIME_NODE] = "node",
    [RUNTIME_JAVA] = "java",
    [RUNTIME_CURL] = "curl",
    [RUNTIME_PHP] = "php",
    [RUNTIME_GO] = "go",
};

const char *runtime_name(enum runtime runtime)
{
    return names[runtime];
}

/*
 * Environment variables. Of several rows for one slot the first that is set decides. Each row was measured
 * with the root only in the variable's target and nothing else in the environment. An empty value counts
 * for OpenSSL, which then looks for a file of that name; `ignores_empty` is for those that test it first.
 */
static const struct variable {
    const char *name;
    unsigned runtimes;
    enum setting_slot slot;
    bool ignores_empty;
} variables[] = {
    { "CURL_CA_BUNDLE", OF(CURL), SETTING_FILE,
      true }, /* then SSL_CERT_DIR is not looked at; curl's built-in directory stays */
    { "SSL_CERT_FILE", ON_OPENSSL | OF(NODE), SETTING_FILE, false }, /* Node: where it uses OpenSSL's store */
    { "SSL_CERT_DIR", ON_OPENSSL | OF(NODE), SETTING_DIRECTORY, false },
    { "REQUESTS_CA_BUNDLE", OF(REQUESTS), SETTING_BUNDLE, true },
    { "CURL_CA_BUNDLE", OF(REQUESTS), SETTING_BUNDLE, true },
    { "PIP_CERT", OF(PIP), SETTING_BUNDLE, true },
    { "REQUESTS_CA_BUNDLE", OF(PIP), SETTING_BUNDLE, true },
    { "CURL_CA_BUNDLE", OF(PIP), SETTING_BUNDLE, true },
    { "NODE_EXTRA_CA_CERTS", OF(NODE), SETTING_EXTRA, true },
};

/* Words of Node's command line and of NODE_OPTIONS. */
static const struct word {
    const char *word;
    enum setting_slot slot;
} node_words[] = {
    { "--use-openssl-ca", SETTING_SYSTEM },
    { "--use-bundled-ca", SETTING_BUNDLED },
};

/* Java's system properties, "-Dname=value". */
static const struct word properties[] = {
    { "javax.net.ssl.trustStore", SETTING_STORE },
    { "javax.net.ssl.trustStoreType", SETTING_STORE_TYPE },
    { "javax.net.ssl.trustStorePassword", SETTING_PASSWORD },
};

static void set(struct trust_settings *settings, enum setting_slot slot, const char *name, const char *value)
{
    free(settings->slots[slot].value);
    settings->slots[slot] = (struct setting_value){ name, memory_text(value) };
}

const char *settings_get(const struct trust_settings *settings, enum setting_slot slot)
{
    return settings->slots[slot].name == NULL ? NULL : settings->slots[slot].value;
}

void settings_clear(struct trust_settings *settings)
{
    for (size_t i = 0; i < SETTING_SLOTS; i++)
        free(settings->slots[i].value);
    *settings = (struct trust_settings){ 0 };
}

static void read_variables(struct trust_settings *settings, const struct process *process,
                           enum runtime runtime)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const struct variable *row = &variables[i];
        const char *value =
            (row->runtimes & 1u << runtime) != 0 ? process_variable(process, row->name) : NULL;

        if (value == NULL || (value[0] == '\0' && row->ignores_empty) ||
            settings_get(settings, row->slot) != NULL)
            continue;
        set(settings, row->slot, row->name, value);
    }
    /* curl's tool looks at SSL_CERT_DIR only without CURL_CA_BUNDLE (tool_operate.c) */
    if (runtime == RUNTIME_CURL && settings->slots[SETTING_FILE].name != NULL &&
        strcmp(settings->slots[SETTING_FILE].name, "CURL_CA_BUNDLE") == 0) {
        free(settings->slots[SETTING_DIRECTORY].value);
        settings->slots[SETTING_DIRECTORY] = (struct setting_value){ 0 };
    }
}

/* Words as the JVM's launcher and Node cut them: at blanks, quotes keep blanks together. */
static void split_words(const char *text, struct text_list *words)
{
    struct text word = { 0 };
    char quote = '\0';

    for (const char *at = text;; at++) {
        bool blank = *at == '\0' || (quote == '\0' && isspace((unsigned char)*at));

        if (blank && word.size > 0)
            text_list_add(words, text_string(&word));
        if (blank)
            text_clear(&word);
        if (*at == '\0')
            break;
        if (blank)
            continue;
        if (*at == quote)
            quote = '\0';
        else if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else
            text_append(&word, at, 1);
    }
    text_clear(&word);
}

static void read_node_words(struct trust_settings *settings, const struct text_list *words, size_t from)
{
    for (size_t i = from; i < words->count && words->items[i][0] == '-'; i++) {
        for (size_t j = 0; j < sizeof(node_words) / sizeof(node_words[0]); j++) {
            if (strcmp(words->items[i], node_words[j].word) == 0)
                set(settings, node_words[j].slot, node_words[j].word, "1");
        }
    }
}

static void read_node(struct trust_settings *settings, const struct process *process)
{
    const char *options = process_variable(process, "NODE_OPTIONS");
    const char *reject = process_variable(process, "NODE_TLS_REJECT_UNAUTHORIZED");
    struct text_list words = { 0 };

    if (options != NULL)
        split_words(options, &words);
    read_node_words(settings, &words, 0);
    read_node_words(settings, &process->arguments, 1);
    text_list_clear(&words);
    if (reject != NULL && strcmp(reject, "0") == 0)
        set(settings, SETTING_UNVERIFIED, "NODE_TLS_REJECT_UNAUTHORIZED", reject);
}

/* The last of equal properties wins, so each is simply set again. */
static void read_property(struct trust_settings *settings, const char *word)
{
    if (!text_starts(word, "-D"))
        return;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        size_t size = strlen(properties[i].word);

        if (strncmp(word + 2, properties[i].word, size) == 0 &&
            (word[2 + size] == '=' || word[2 + size] == '\0'))
            set(settings, properties[i].slot, properties[i].word,
                word[2 + size] == '=' ? word + 3 + size : "");
    }
}

static void read_java_text(struct trust_settings *settings, const char *text)
{
    struct text_list words = { 0 };

    if (text != NULL)
        split_words(text, &words);
    for (size_t i = 0; i < words.count; i++)
        read_property(settings, words.items[i]);
    text_list_clear(&words);
}

/* Options that take their value from the next word (java(1)). */
static bool takes_next(const char *word)
{
    static const char *const options[] = { "-cp",
                                           "-classpath",
                                           "--class-path",
                                           "-p",
                                           "--module-path",
                                           "--upgrade-module-path",
                                           "--add-modules",
                                           "--add-exports",
                                           "--add-opens",
                                           "--add-reads",
                                           "--limit-modules",
                                           "--patch-module",
                                           "--enable-native-access" };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(word, options[i]) == 0)
            return true;
    }
    return false;
}

/* From the first word that is the program's own on, nothing is an option of Java's. */
static bool ends_options(const char *word)
{
    return word[0] != '-' || strcmp(word, "-jar") == 0 || strcmp(word, "-m") == 0 ||
           strcmp(word, "--module") == 0;
}

static void read_java_line(struct trust_settings *settings, const struct process *process, int root_fd)
{
    for (size_t i = 1; i < process->arguments.count; i++) {
        const char *word = process->arguments.items[i];
        struct error err = { 0 };
        struct input input;
        char *path;

        if (word[0] == '@') {
            path = tree_join(process->working_directory, word + 1);
            if (input_read(root_fd, path, 1024 * 1024, &input, &err))
                read_java_text(settings, (const char *)input.bytes);
            input_clear(&input);
            free(path);
            continue;
        }
        if (ends_options(word))
            return;
        read_property(settings, word);
        i += takes_next(word) ? 1 : 0;
    }
}

/* In the order in which the JVM puts them together: what comes later wins, _JAVA_OPTIONS over all. */
static void read_java(struct trust_settings *settings, const struct process *process, int root_fd)
{
    read_java_text(settings, process_variable(process, "JAVA_TOOL_OPTIONS"));
    read_java_text(settings, process_variable(process, "JDK_JAVA_OPTIONS"));
    read_java_line(settings, process, root_fd);
    read_java_text(settings, process_variable(process, "_JAVA_OPTIONS"));
    if (settings_get(settings, SETTING_STORE) != NULL && settings_get(settings, SETTING_STORE)[0] == '\0')
        settings->slots[SETTING_STORE].name = NULL; /* TrustStoreManager: an empty property is as none */
}

void settings_read(struct trust_settings *settings, const struct process *process, enum runtime runtime,
                   int root_fd)
{
    *settings = (struct trust_settings){ 0 };
    if (runtime == RUNTIME_JAVA) {
        read_java(settings, process, root_fd);
        return;
    }
    read_variables(settings, process, runtime);
    if (runtime == RUNTIME_NODE)
        read_node(settings, process);
}
