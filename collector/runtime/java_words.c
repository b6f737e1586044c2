#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/java.h"
#include "collector/runtime/words.h"
#include "schema/base/input.h"

/*
 * Java's system properties, "-Dname=value". Of those that are not followed, each made a handshake fail with JDK 17 that
 * did not fail without it, or moves java.home.
 */
static const struct setting_word properties[] = {
    { "javax.net.ssl.trustStore", SETTING_STORE },
    { "javax.net.ssl.trustStoreType", SETTING_STORE_TYPE },
    { "javax.net.ssl.trustStorePassword", SETTING_PASSWORD },
    { "javax.net.ssl.trustStoreProvider", SETTING_UNSETTLED },
    { "com.sun.net.ssl.checkRevocation", SETTING_UNSETTLED },
    { "jdk.tls.client.SignatureSchemes", SETTING_UNSETTLED },
    { "jdk.tls.maxCertificateChainLength", SETTING_UNSETTLED },
    { "jdk.tls.client.maxInboundCertificateChainLength", SETTING_UNSETTLED },
    { "jdk.tls.maxHandshakeMessageSize", SETTING_UNSETTLED },
    { "java.home", SETTING_UNSETTLED },
    { "java.security.properties", SETTING_SECURITY },
    { "java.security.disableSystemPropertiesFile", SETTING_UNSETTLED }, /* RHEL's, as are the next two */
    { "security.useSystemPropertiesFile", SETTING_UNSETTLED },
    { "com.redhat.fips", SETTING_UNSETTLED },
    { "semeru.fips", SETTING_UNSETTLED }, /* IBM's */
    { "semeru.customprofile", SETTING_UNSETTLED },
    { "java.system.class.loader", SETTING_CODE },
    { "java.ext.dirs", SETTING_CODE },
    { "java.endorsed.dirs", SETTING_CODE },
};

/* Beginnings of words that bring code to run beside or instead of the JDK's own; OpenJ9 has option files, too. */
static const struct setting_word beginnings[] = {
    { "-javaagent:", SETTING_CODE },         { "-agentlib:", SETTING_CODE },
    { "-agentpath:", SETTING_CODE },         { "-Xbootclasspath", SETTING_CODE },
    { "--patch-module", SETTING_CODE },      { "--upgrade-module-path", SETTING_CODE },
    { "-Xoptionsfile=", SETTING_UNSETTLED },
};

/* A switch that is off is as none. */
static bool is_off(const struct setting_word *row, const char *value)
{
    return row->slot == SETTING_UNSETTLED && strcasecmp(value, "false") == 0;
}

/* The last of equal properties wins, so each is simply set again. */
static void read_property(struct trust_settings *settings, const char *word)
{
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        if (text_starts(word, beginnings[i].word))
            settings_set(settings, beginnings[i].slot, beginnings[i].word, "");
    }
    if (!text_starts(word, "-D"))
        return;
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        size_t size = strlen(properties[i].word);
        bool named = strncmp(word + 2, properties[i].word, size) == 0;
        const char *end = named ? word + 2 + size : "", *value = *end == '=' ? end + 1 : "";

        if (named && (*end == '=' || *end == '\0') && !is_off(&properties[i], value))
            settings_set(settings, properties[i].slot, properties[i].word, value);
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

    text_list_add(&line->settings->files, path);
    if (there)
        words_split((const char *)input.bytes, words, of_launcher);
    else
        settings_set(line->settings, SETTING_UNSETTLED, "option file", "");
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
        words_split(text, &words, false);
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
                                           "--source",
                                           "--describe-module",
                                           "-d",
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
           strcmp(word, "--module") == 0 || text_starts(word, "--module=");
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

/* TrustStoreManager: these as empty properties are as none. (An empty trustStore is a file that is not there.) */
static void forget_empty(struct trust_settings *settings)
{
    static const enum setting_slot slots[] = { SETTING_PASSWORD, SETTING_STORE_TYPE };

    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        const char *value = settings_get(settings, slots[i]);

        if (value != NULL && value[0] == '\0')
            settings->slots[slots[i]].name = NULL;
    }
}

/*
 * JDK_JAVA_OPTIONS and @FILE came with JDK 9's launcher ("New in JDK 9" of java(1)); to an older one they are nothing,
 * and a name of a class. lib/modules is where every image since then keeps its classes.
 */
static bool reads_launcher_files(const struct installed *installed, int root_fd)
{
    enum java_age age = java_age(installed, "9");
    char *modules = installed->home == NULL ? NULL : tree_join(installed->home, "lib/modules");
    bool reads =
        age == JAVA_AT_LEAST || (age == JAVA_AGE_UNKNOWN && modules != NULL && tree_exists(root_fd, modules));

    free(modules);
    return reads;
}

/*
 * HotSpot's variables are passed over by a JVM with rights beyond its user's (os::have_special_privileges) and, up to JDK 8,
 * where they are too long or have too many words (Arguments::parse_options_environment_variable).
 */
static bool may_pass_over(const char *value, const struct process *process, const struct installed *installed)
{
    struct text_list words = { 0 };
    bool long_winded;

    words_split(value, &words, false);
    long_winded = strlen(value) >= 1024 || words.count > 64;
    text_list_clear(&words);
    return process->privileged || (long_winded && java_age(installed, "9") != JAVA_AT_LEAST);
}

/* Those of OpenJ9 have an order that was not measured. */
static void doubt_variables(struct trust_settings *settings, const struct process *process,
                            const struct installed *installed)
{
    static const char *const hotspot[] = { "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS" }, *const openj9[] = {
        "IBM_JAVA_OPTIONS", "OPENJ9_JAVA_OPTIONS"
    };

    for (size_t i = 0; i < 2; i++) {
        const char *value = process_variable(process, hotspot[i]);

        if (value != NULL && may_pass_over(value, process, installed))
            settings_set(settings, SETTING_UNSETTLED, hotspot[i], "");
        value = process_variable(process, openj9[i]);
        if (value != NULL && strstr(value, "-D") != NULL)
            settings_set(settings, SETTING_UNSETTLED, openj9[i], "");
    }
}

/* In the order in which the JVM puts them together: what comes later wins, _JAVA_OPTIONS over all. */
void java_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd)
{
    struct java_line line = { settings, process, root_fd, false };
    bool launcher_reads = reads_launcher_files(installed, root_fd);
    const char *launcher = launcher_reads ? process_variable(process, "JDK_JAVA_OPTIONS") : NULL;
    struct text_list words = { 0 };

    read_java_text(&line, process_variable(process, "JAVA_TOOL_OPTIONS"));
    if (launcher != NULL)
        words_split(launcher, &words, false);
    read_launcher_words(&line, &words, 0, true);
    read_launcher_words(&line, &process->arguments, 1, launcher_reads);
    read_java_text(&line, process_variable(process, "_JAVA_OPTIONS"));
    forget_empty(settings);
    doubt_variables(settings, process, installed);
    text_list_clear(&words);
}
