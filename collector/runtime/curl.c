#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/home.h"
#include "collector/host/tree.h"
#include "collector/runtime/libcurl.h"

void curl_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed =
        installed_add(list, RUNTIME_CURL, path, resolved, NULL, libcurl_model(root_fd, path));

    if (installed != NULL)
        libcurl_describe(installed, root_fd);
}

void curl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    libcurl_choose(choice, installed, speaker, settings_get(speaker->settings, SETTING_FILE),
                   settings_get(speaker->settings, SETTING_DIRECTORY));
}

/* curl's options of one letter that take a value, in the same word or the next (curl(1)). */
static const char curl_letters[] = "AbcCdDeEFHKmoPQrtTuUwxXyYz";

static bool curl_short(struct trust_settings *settings, const char *word)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        if (*at == 'k')
            settings_set(settings, SETTING_UNVERIFIED, "--insecure", "1");
        if (*at == 'K')
            settings_set(settings, SETTING_UNSETTLED, "--config", "");
        if (strchr(curl_letters, *at) != NULL)
            return at[1] == '\0';
    }
    return false;
}

/*
 * Long options that have a say in which certificates are accepted; each that takes one is followed by its value. The
 * beginning of a name stands for it where no other begins so, which differs between releases.
 */
static const struct setting_word words[] = {
    { "--cacert", SETTING_FILE },
    { "--capath", SETTING_DIRECTORY },
    { "--config", SETTING_UNSETTLED },
    { "--next", SETTING_UNSETTLED },
    { "--insecure", SETTING_UNVERIFIED },
    { "--no-insecure", SETTING_UNSETTLED },
    { "--pinnedpubkey", SETTING_UNSETTLED },
    { "--cert-status", SETTING_UNSETTLED },
    { "--crlfile", SETTING_UNSETTLED },
    { "--ca-native", SETTING_UNREAD },
};

static void take_word(struct trust_settings *settings, const char *word, const char *next)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i].word) == 0)
            settings_set(settings, words[i].slot, words[i].word, next);
        else if (strlen(word) > strlen("--c") && text_starts(words[i].word, word) &&
                 strcmp(word, "--cert") != 0)
            settings_set(settings, SETTING_UNSETTLED, words[i].word, "");
    }
    if (strstr(word, "@SECLEVEL=") != NULL) /* in a list of ciphers */
        settings_set(settings, SETTING_UNSETTLED, "--ciphers", "");
}

/* Any of the places in which a release looks for its file of options (tool_findfile.c). */
static bool has_file(const struct process *process, int root_fd)
{
    static const char *const folders[] = { "CURL_HOME", "XDG_CONFIG_HOME" };
    static const char *const names[] = { ".curlrc", "curlrc", ".config/curlrc", ".config/.curlrc" };
    char *homes[] = { home_of(process, root_fd), NULL, NULL };
    bool found = false;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        const char *folder = process_variable(process, folders[i]);

        homes[i + 1] = folder == NULL ? NULL : memory_text(folder);
    }
    for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
        for (size_t j = 0; homes[i] != NULL && j < sizeof(names) / sizeof(names[0]); j++) {
            char *path = tree_join(homes[i], names[j]);

            found = found || tree_exists(root_fd, path);
            free(path);
        }
        free(homes[i]);
    }
    return found;
}

/* Its command line beats the environment. Other long options are passed over. */
void curl_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd)
{
    struct trust_settings line = { 0 };

    (void)installed;
    for (size_t i = 1; i < process->arguments.count; i++) {
        const char *word = process->arguments.items[i],
                   *next = i + 1 < process->arguments.count ? process->arguments.items[i + 1] : "";

        if (word[0] == '-' && word[1] != '-' && word[1] != '\0')
            i += curl_short(&line, word) ? 1 : 0;
        else
            take_word(&line, word, next);
    }
    if (has_file(process, root_fd))
        settings_set(&line, SETTING_UNSETTLED, ".curlrc", "");
    if (settings_get(&line, SETTING_FILE) == NULL && settings_get(&line, SETTING_DIRECTORY) == NULL)
        settings_read_variables(&line, process, RUNTIME_CURL);
    settings_clear(settings);
    *settings = line;
}
