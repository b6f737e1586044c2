#include "collector/setting.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/tree.h"
#include "schema/base/input.h"

#define OF(runtime) (1u << RUNTIME_##runtime)
#define ON_OPENSSL (OF(OPENSSL) | OF(PYTHON) | OF(PHP))
#define OWN_GETENV (OF(CURL) | OF(GO))

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
    [RUNTIME_UNSEEN] = "unseen",
};

const char *runtime_name(enum runtime runtime)
{
    return names[runtime];
}

/*
 * Environment variables. Of several rows for one slot the first that is set decides. Each row was measured
 * with the root only in the variable's target and nothing else in the environment. An empty value counts
 * for OpenSSL, which then looks for a file of that name; `ignores_empty` is for those that test it first. OpenSSL
 * asks secure_getenv(3), which tells a process nothing that a file gave more rights than its user has.
 */
static const struct variable {
    const char *name;
    unsigned runtimes;
    enum setting_slot slot;
    bool ignores_empty, secure;
} variables[] = {
    { "CURL_CA_BUNDLE", OF(CURL), SETTING_FILE, true,
      false }, /* then SSL_CERT_DIR is not looked at; curl's built-in directory stays */
    { "SSL_CERT_FILE", ON_OPENSSL | OF(NODE), SETTING_FILE, false,
      true }, /* Node: where it uses OpenSSL's store */
    { "SSL_CERT_DIR", ON_OPENSSL | OF(NODE), SETTING_DIRECTORY, false, true },
    { "SSL_CERT_FILE", OWN_GETENV, SETTING_FILE, true, false },
    { "SSL_CERT_DIR", OWN_GETENV, SETTING_DIRECTORY, true, false },
    { "REQUESTS_CA_BUNDLE", OF(REQUESTS), SETTING_BUNDLE, true, false },
    { "CURL_CA_BUNDLE", OF(REQUESTS), SETTING_BUNDLE, true, false },
    { "PIP_CERT", OF(PIP), SETTING_BUNDLE, true, false },
    { "REQUESTS_CA_BUNDLE", OF(PIP), SETTING_BUNDLE, true, false },
    { "CURL_CA_BUNDLE", OF(PIP), SETTING_BUNDLE, true, false },
    { "NODE_EXTRA_CA_CERTS", OF(NODE), SETTING_EXTRA, true, false },
};

/* Words of Node's command line and of NODE_OPTIONS. */
static const struct word {
    const char *word;
    enum setting_slot slot;
} node_words[] = {
    { "--use-openssl-ca", SETTING_SYSTEM },        { "--use-bundled-ca", SETTING_BUNDLED },
    { "--use-system-ca", SETTING_UNREAD },         { "--env-file", SETTING_UNSETTLED },
    { "--env-file-if-exists", SETTING_UNSETTLED },
};

/* Java's system properties, "-Dname=value". */
static const struct word properties[] = {
    { "javax.net.ssl.trustStore", SETTING_STORE },
    { "javax.net.ssl.trustStoreType", SETTING_STORE_TYPE },
    { "javax.net.ssl.trustStorePassword", SETTING_PASSWORD },
    { "javax.net.ssl.trustStoreProvider", SETTING_UNSETTLED },
    { "com.sun.net.ssl.checkRevocation", SETTING_UNSETTLED },
    { "java.security.properties", SETTING_SECURITY },
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
            (process->privileged && row->secure) || settings_get(settings, row->slot) != NULL)
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

/* Inside quotes of an option file a backslash stands before a character of its own (java(1), "java Command-Line Argument Files"). */
static char unescaped(char c)
{
    static const char from[] = "ntrf", to[] = "\n\t\r\f";
    const char *at = c == '\0' ? NULL : strchr(from, c);

    return at == NULL ? c : to[at - from];
}

/*
 * Words as the JVM, its launcher and Node cut them: at blanks, quotes keep blanks together. An option file of the
 * launcher has comments and escapes, too.
 */
static void split_words(const char *text, struct text_list *words, bool option_file)
{
    struct text word = { 0 };
    char quote = '\0';

    for (const char *at = text;; at++) {
        bool blank = *at == '\0' || (quote == '\0' && isspace((unsigned char)*at));

        if (option_file && quote == '\0' && *at == '#') {
            at += strcspn(at, "\r\n");
            blank = true;
        }
        if (blank && word.size > 0)
            text_list_add(words, text_string(&word));
        if (blank)
            text_clear(&word);
        if (*at == '\0')
            break;
        if (blank)
            continue;
        if (option_file && *at == '\\' && at[1] != '\0') {
            char next = unescaped(*++at);

            if (*at == '\n') /* a line that goes on: its indent is not part of it */
                at += strspn(at + 1, " \t");
            else
                text_append(&word, &next, 1);
            continue;
        }
        if (*at == quote)
            quote = '\0';
        else if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else
            text_append(&word, at, 1);
    }
    text_clear(&word);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

/* Up to a value; "-" and "_" are the same letter to Node. */
static bool is_node_word(const char *given, const char *word)
{
    for (; *word != '\0'; given++, word++) {
        if (*given != *word && (*given != '_' || *word != '-'))
            return false;
    }
    return *given == '\0' || *given == '=';
}

/* Options that take their value from the next word (node(1)). */
static const char *const node_pairs[] = {
    "-r", "--require",    "--import", "--loader", "--experimental-loader",
    "-C", "--conditions", "-e",       "--eval",   NULL
};

/*
 * From the script on, words are the script's. Which options take the next word differs between releases, so a word
 * that would alter trust is neither followed nor passed over where it may be either's.
 */
static void read_node_words(struct trust_settings *settings, const struct text_list *words, size_t from)
{
    bool of_script = false;

    for (size_t i = from; i < words->count; i++) {
        const char *word = words->items[i];

        of_script = of_script || word[0] != '-';
        for (size_t j = 0; j < sizeof(node_words) / sizeof(node_words[0]); j++) {
            if (is_node_word(word, node_words[j].word))
                set(settings, of_script ? SETTING_UNSETTLED : node_words[j].slot, node_words[j].word, "1");
        }
        i += !of_script && is_one_of(word, node_pairs) ? 1 : 0;
    }
}

static void read_node(struct trust_settings *settings, const struct process *process)
{
    const char *options = process_variable(process, "NODE_OPTIONS");
    const char *reject = process_variable(process, "NODE_TLS_REJECT_UNAUTHORIZED");
    const char *system = process_variable(process, "NODE_USE_SYSTEM_CA");
    struct text_list words = { 0 };

    if (options != NULL)
        split_words(options, &words, false);
    read_node_words(settings, &words, 0);
    read_node_words(settings, &process->arguments, 1);
    text_list_clear(&words);
    if (reject != NULL && strcmp(reject, "0") == 0)
        set(settings, SETTING_UNVERIFIED, "NODE_TLS_REJECT_UNAUTHORIZED", reject);
    if (system != NULL && strcmp(system, "1") == 0)
        set(settings, SETTING_UNREAD, "NODE_USE_SYSTEM_CA", system);
    /* SafeGetenv() of a privileged Node listens or not, by release and capability */
    if (process->privileged && (options != NULL || settings_get(settings, SETTING_EXTRA) != NULL))
        set(settings, SETTING_UNSETTLED, options != NULL ? "NODE_OPTIONS" : "NODE_EXTRA_CA_CERTS", "");
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

/* Whose words are read: option files count from where the process stands. */
struct java_line {
    struct trust_settings *settings;
    const struct process *process;
    int root_fd;
    bool ended; /* the program's own words have begun */
};

static bool read_option_file(const struct java_line *line, const char *name, struct text_list *words,
                             bool of_launcher)
{
    char *path = tree_join(line->process->working_directory, name);
    struct error err = { 0 };
    struct input input;
    bool there = input_read(line->root_fd, path, 1024 * 1024, &input, &err);

    if (there)
        split_words((const char *)input.bytes, words, of_launcher);
    else
        set(line->settings, SETTING_UNSETTLED, "option file", "");
    input_clear(&input);
    free(path);
    return there;
}

/* A word of the JVM's own; -XX:VMOptionsFile stands for the words in that file (jdk.internal.vm, arguments.cpp). */
static void read_vm_word(const struct java_line *line, const char *word)
{
    static const char file[] = "-XX:VMOptionsFile=";
    struct text_list words = { 0 };

    if (!text_starts(word, file)) {
        read_property(line->settings, word);
        return;
    }
    read_option_file(line, word + strlen(file), &words, false);
    for (size_t i = 0; i < words.count; i++)
        read_property(line->settings, words.items[i]);
    text_list_clear(&words);
}

static void read_java_text(const struct java_line *line, const char *text)
{
    struct text_list words = { 0 };

    if (text != NULL)
        split_words(text, &words, false);
    for (size_t i = 0; i < words.count; i++)
        read_vm_word(line, words.items[i]);
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

/* Words of the launcher: those of a file @FILE stand in its place, and are not looked at for further files. */
static void read_launcher_words(struct java_line *line, const struct text_list *words, size_t from,
                                bool expand)
{
    for (size_t i = from; i < words->count && !line->ended; i++) {
        const char *word = words->items[i];

        if (word[0] == '@' && word[1] != '@' && expand) {
            struct text_list of_file = { 0 };

            read_option_file(line, word + 1, &of_file, true);
            read_launcher_words(line, &of_file, 0, false);
            text_list_clear(&of_file);
            continue;
        }
        if (strcmp(word, "--disable-@files") == 0)
            expand = false;
        line->ended = ends_options(word);
        if (line->ended)
            return;
        read_vm_word(line, word);
        i += takes_next(word) ? 1 : 0;
    }
}

/* Security properties that have a say in which chains are accepted or which stores are opened. */
static bool alters_trust(const char *text)
{
    static const char *const words[] = { "Algorithms",   "security.provider",
                                         "TrustManager", "istrust",
                                         "keystore",     "ertificate",
                                         "crl",          "ocsp",
                                         "include",      NULL };
    char *copy = memory_text(text), *rest = copy, *row;
    bool alters = false;

    while ((row = strsep(&rest, "\r\n")) != NULL) {
        row += strspn(row, " \t\f");
        for (size_t i = 0; words[i] != NULL && row[0] != '#' && row[0] != '!'; i++)
            alters = alters || strstr(row, words[i]) != NULL;
    }
    free(copy);
    return alters;
}

/* -Djava.security.properties=FILE adds to the JDK's own, ==FILE replaces them. */
static void settle_security(const struct java_line *line)
{
    struct setting_value *file = &line->settings->slots[SETTING_SECURITY];
    struct error err = { 0 };
    struct input input = { 0 };
    bool replaces = file->name != NULL && file->value[0] == '=';
    char *path;

    if (file->name == NULL)
        return;
    path = tree_join(line->process->working_directory, file->value + replaces);
    if (replaces ||
        (input_read(line->root_fd, path, 1024 * 1024, &input, &err) ? alters_trust((const char *)input.bytes)
                                                                    : err.kind != ERROR_ABSENT))
        set(line->settings, SETTING_UNSETTLED, file->name, "");
    file->name = NULL;
    input_clear(&input);
    free(path);
}

/* TrustStoreManager: these as empty properties are as none. */
static void forget_empty(struct trust_settings *settings)
{
    static const enum setting_slot slots[] = { SETTING_STORE, SETTING_PASSWORD, SETTING_STORE_TYPE };

    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        const char *value = settings_get(settings, slots[i]);

        if (value != NULL && value[0] == '\0')
            settings->slots[slots[i]].name = NULL;
    }
}

/* In the order in which the JVM puts them together: what comes later wins, _JAVA_OPTIONS over all. */
static void read_java(struct trust_settings *settings, const struct process *process, int root_fd)
{
    struct java_line line = { settings, process, root_fd, false };
    const char *launcher = process_variable(process, "JDK_JAVA_OPTIONS");
    struct text_list words = { 0 };

    read_java_text(&line, process_variable(process, "JAVA_TOOL_OPTIONS"));
    if (launcher != NULL)
        split_words(launcher, &words, false);
    read_launcher_words(&line, &words, 0, true);
    read_launcher_words(&line, &process->arguments, 1, true);
    read_java_text(&line, process_variable(process, "_JAVA_OPTIONS"));
    settle_security(&line);
    forget_empty(settings);
    text_list_clear(&words);
}

/* curl's options of one letter that take a value, in the same word or the next (curl(1)). */
static const char curl_letters[] = "AbcCdDeEFHKmoPQrtTuUwxXyYz";

static bool curl_short(struct trust_settings *settings, const char *word)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        if (*at == 'k')
            set(settings, SETTING_UNVERIFIED, "--insecure", "1");
        if (*at == 'K')
            set(settings, SETTING_UNSETTLED, "--config", "");
        if (strchr(curl_letters, *at) != NULL)
            return at[1] == '\0';
    }
    return false;
}

/* Its command line beats the environment; each word is followed by its value. Other long options are passed over. */
static void read_curl(struct trust_settings *settings, const struct process *process, int root_fd)
{
    static const struct word words[] = {
        { "--cacert", SETTING_FILE },         { "--capath", SETTING_DIRECTORY },
        { "--config", SETTING_UNSETTLED },    { "--next", SETTING_UNSETTLED },
        { "--insecure", SETTING_UNVERIFIED },
    };
    const char *home = process_variable(process, "HOME");
    char *rc = home == NULL ? NULL : tree_join(home, ".curlrc");
    struct trust_settings line = { 0 };

    for (size_t i = 1; i < process->arguments.count; i++) {
        const char *word = process->arguments.items[i],
                   *next = i + 1 < process->arguments.count ? process->arguments.items[i + 1] : "";

        if (word[0] == '-' && word[1] != '-' && word[1] != '\0')
            i += curl_short(&line, word) ? 1 : 0;
        for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
            if (strcmp(word, words[j].word) == 0)
                set(&line, words[j].slot, words[j].word, next);
        }
    }
    if (rc != NULL && tree_exists(root_fd, rc))
        set(&line, SETTING_UNSETTLED, ".curlrc", "");
    if (settings_get(&line, SETTING_FILE) == NULL && settings_get(&line, SETTING_DIRECTORY) == NULL)
        read_variables(&line, process, RUNTIME_CURL);
    settings_clear(settings);
    *settings = line;
    free(rc);
}

/* php(1): -d NAME=VALUE sets what an ini file would; with other ini files than the usual ones nothing is known. */
static void read_php(struct trust_settings *settings, const struct process *process)
{
    static const char file[] = "openssl.cafile=", any[] = "openssl.";

    for (size_t i = 1; i < process->arguments.count && process->arguments.items[i][0] == '-'; i++) {
        const char *word = process->arguments.items[i], *value = word + 2;

        if (text_starts(word, "-c") || text_starts(word, "-n"))
            set(settings, SETTING_UNSETTLED, "php.ini", "");
        if (!text_starts(word, "-d"))
            continue;
        if (value[0] == '\0' && i + 1 < process->arguments.count)
            value = process->arguments.items[++i];
        if (text_starts(value, file) && value[strlen(file)] != '\0')
            set(settings, SETTING_BUNDLE, "openssl.cafile", value + strlen(file));
        else if (text_starts(value, any))
            set(settings, SETTING_UNSETTLED, "-d openssl", "");
    }
}

void settings_read(struct trust_settings *settings, const struct process *process, enum runtime runtime,
                   int root_fd)
{
    *settings = (struct trust_settings){ 0 };
    if (runtime == RUNTIME_JAVA) {
        read_java(settings, process, root_fd);
        return;
    }
    if (runtime == RUNTIME_CURL) {
        read_curl(settings, process, root_fd);
        return;
    }
    read_variables(settings, process, runtime);
    if (runtime == RUNTIME_PHP)
        read_php(settings, process);
    if (runtime == RUNTIME_NODE)
        read_node(settings, process);
}
