#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

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

/* Its command line beats the environment; each word is followed by its value. Other long options are passed over. */
void curl_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd)
{
    static const struct setting_word words[] = {
        { "--cacert", SETTING_FILE },         { "--capath", SETTING_DIRECTORY },
        { "--config", SETTING_UNSETTLED },    { "--next", SETTING_UNSETTLED },
        { "--insecure", SETTING_UNVERIFIED },
    };
    const char *home = process_variable(process, "HOME");
    char *rc = home == NULL ? NULL : tree_join(home, ".curlrc");
    struct trust_settings line = { 0 };

    (void)installed;
    for (size_t i = 1; i < process->arguments.count; i++) {
        const char *word = process->arguments.items[i],
                   *next = i + 1 < process->arguments.count ? process->arguments.items[i + 1] : "";

        if (word[0] == '-' && word[1] != '-' && word[1] != '\0')
            i += curl_short(&line, word) ? 1 : 0;
        for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
            if (strcmp(word, words[j].word) == 0)
                settings_set(&line, words[j].slot, words[j].word, next);
        }
        if (strstr(word, "@SECLEVEL=") != NULL) /* in a list of ciphers */
            settings_set(&line, SETTING_UNSETTLED, "--ciphers", "");
    }
    if (rc != NULL && tree_exists(root_fd, rc))
        settings_set(&line, SETTING_UNSETTLED, ".curlrc", "");
    if (settings_get(&line, SETTING_FILE) == NULL && settings_get(&line, SETTING_DIRECTORY) == NULL)
        settings_read_variables(&line, process, RUNTIME_CURL);
    settings_clear(settings);
    *settings = line;
    free(rc);
}
