#include "collector/runtime/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"
#include "collector/runtime/words.h"

/* The library behind a Node that is but a small program, as distributions build it. */
static char *node_program(int root_fd, const char *resolved)
{
    char *name = tree_find_text(root_fd, resolved, "libnode.so", "");
    struct text_list found = { 0 };
    char *program = NULL;

    if (name != NULL) {
        char pattern[256];

        snprintf(pattern, sizeof(pattern), "/usr/lib/*/libnode.so%.64s", name);
        tree_glob(root_fd, pattern, &found);
        snprintf(pattern, sizeof(pattern), "/usr/lib*/libnode.so%.64s", name);
        tree_glob(root_fd, pattern, &found);
    }
    program = memory_text(found.count > 0 ? found.items[0] : resolved);
    text_list_clear(&found);
    free(name);
    return program;
}

/*
 * A Node built with --openssl-use-def-ca-store (Debian's and Fedora's) reads OpenSSL's store although the
 * Mozilla roots lie in its bytes too. The build's own settings are carried as text, this one among them.
 */
void node_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed = installed_add(list, RUNTIME_NODE, path, resolved, NULL, "node");
    char *program, *directory;

    if (installed == NULL)
        return;
    program = node_program(root_fd, resolved);
    directory = openssldir_of(root_fd, program);
    installed->carries_openssl = directory != NULL;
    if (installed->carries_openssl) {
        char *version = openssldir_version(root_fd, program);

        installed_set_openssl(installed, version);
        free(version);
    }
    if (directory == NULL)
        directory = openssldir_of_system(root_fd);
    if (directory != NULL) {
        installed->configuration = openssldir_configuration(directory);
        openssldir_add_stores(&installed->system_stores, directory);
    }
    installed->configuration_name = tree_find_text(root_fd, program, "NODE_OPENSSL_CONF_NAME=", "\"");
    installed->version = tree_find_text(root_fd, program, "node.js/v", " ");
    if (tree_has_text(root_fd, program, "\"NODE_OPENSSL_CERT_STORE")) {
        for (size_t i = 0; i < installed->system_stores.count; i++)
            text_list_add(&installed->stores, installed->system_stores.items[i]);
    } else {
        installed->carries_roots = true;
        text_list_add(&installed->stores, program);
    }
    installed->home = program;
    free(directory);
}

/* Words of Node's command line and of NODE_OPTIONS. */
static const struct setting_word node_words[] = {
    { "--use-openssl-ca", SETTING_SYSTEM },        { "--use-bundled-ca", SETTING_BUNDLED },
    { "--use-system-ca", SETTING_UNREAD },         { "--env-file", SETTING_UNSETTLED },
    { "--env-file-if-exists", SETTING_UNSETTLED }, { "--openssl-config", SETTING_CONFIGURATION },
    { "--openssl-shared-config", SETTING_SHARED }, { "--enable-fips", SETTING_UNSETTLED },
    { "--force-fips", SETTING_UNSETTLED },
};

/* A list of ciphers can raise OpenSSL's security level above Node's own, which is 1 (measured with 20.20). */
static bool raises_level(const char *word)
{
    static const char mark[] = "@SECLEVEL=";
    const char *level = strstr(word, mark);

    return level != NULL && level[strlen(mark)] > '1';
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
            enum setting_slot slot = node_words[j].slot;
            const char *equals = strchr(word, '=');

            if (!is_node_word(word, node_words[j].word))
                continue;
            if (of_script || (slot == SETTING_CONFIGURATION && equals == NULL))
                slot = SETTING_UNSETTLED;
            settings_set(settings, slot, node_words[j].word,
                         slot == SETTING_CONFIGURATION ? equals + 1 : "1");
        }
        if (raises_level(word))
            settings_set(settings, SETTING_UNSETTLED, "--tls-cipher-list", "");
        i += !of_script && words_have(node_pairs, word) ? 1 : 0;
    }
}

void node_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd)
{
    const char *options = process_variable(process, "NODE_OPTIONS");
    const char *reject = process_variable(process, "NODE_TLS_REJECT_UNAUTHORIZED");
    const char *system = process_variable(process, "NODE_USE_SYSTEM_CA");
    struct text_list words = { 0 };

    (void)installed;
    (void)root_fd;
    if (options != NULL)
        words_split(options, &words, false);
    read_node_words(settings, &words, 0);
    read_node_words(settings, &process->arguments, 1);
    text_list_clear(&words);
    if (reject != NULL && strcmp(reject, "0") == 0)
        settings_set(settings, SETTING_UNVERIFIED, "NODE_TLS_REJECT_UNAUTHORIZED", reject);
    if (system != NULL && strcmp(system, "1") == 0)
        settings_set(settings, SETTING_UNREAD, "NODE_USE_SYSTEM_CA", system);
    /* SafeGetenv() of a privileged Node listens or not, by release and capability */
    if (process->privileged && (options != NULL || settings_get(settings, SETTING_EXTRA) != NULL))
        settings_set(settings, SETTING_UNSETTLED, options != NULL ? "NODE_OPTIONS" : "NODE_EXTRA_CA_CERTS",
                     "");
}

void node_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    bool system = settings_get(speaker->settings, SETTING_SYSTEM) != NULL ||
                  (!installed->carries_roots && settings_get(speaker->settings, SETTING_BUNDLED) == NULL);
    const char *extra = settings_get(speaker->settings, SETTING_EXTRA);

    openssl_conf_choose(choice, installed, speaker);
    if (system) {
        if (strcmp(choice->model->name, "node") == 0)
            choice->model = model_find("openssl");
        openssl_choose_of(choice, &installed->system_stores, speaker);
    } else {
        choice->carries_roots = true;
        choice_add_store(choice, speaker, installed->home, CHOICE_ANY, false);
    }
    if (extra != NULL) {
        choice->adds_extra = true;
        choice_add_set(choice, speaker, extra, CHOICE_FILE);
    }
}
