#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/ini.h"
#include "collector/runtime/libcurl.h"
#include "collector/runtime/words.h"

static const char system_file[] = "/etc/gitconfig";

/* What git's files say of trust (git-config(1), http.*). */
struct git_trust {
    char *file, *directory;
    bool unverified, unclear;
};

static void git_trust_clear(struct git_trust *trust)
{
    free(trust->file);
    free(trust->directory);
    *trust = (struct git_trust){ 0 };
}

/* A path as it stands: git takes quotes, escapes, "~/" and comments out of others. */
static bool is_plain(const char *value)
{
    return value[0] == '/' && strpbrk(value, "\"\\#;") == NULL;
}

static void take_path(struct git_trust *trust, char **place, const char *value)
{
    if (!is_plain(value)) {
        trust->unclear = true;
        return;
    }
    free(*place);
    *place = memory_text(value);
}

/* Names are of any case. What holds for some URLs only ([http "URL"]), or stands in another file, is not followed. */
static void take_line(void *context, const char *section, const char *key, const char *value)
{
    static const char *const off[] = { "false", "no", "off", "0", NULL };
    struct git_trust *trust = context;
    bool of_trust = strncasecmp(key, "ssl", 3) == 0;

    if (strncasecmp(section, "include", 7) == 0)
        trust->unclear = true;
    else if (strncasecmp(section, "http ", 5) == 0 || strncasecmp(section, "http\"", 5) == 0)
        trust->unclear = trust->unclear || of_trust;
    else if (strcasecmp(section, "http") == 0 && strcasecmp(key, "sslCAInfo") == 0)
        take_path(trust, &trust->file, value);
    else if (strcasecmp(section, "http") == 0 && strcasecmp(key, "sslCAPath") == 0)
        take_path(trust, &trust->directory, value);
    else if (strcasecmp(section, "http") == 0 && strcasecmp(key, "sslVerify") == 0)
        trust->unverified = words_have(off, value);
    else if (strcasecmp(section, "http") == 0 && strcasecmp(key, "sslBackend") == 0)
        trust->unclear = true;
}

void git_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct installed *installed =
        installed_add(list, RUNTIME_GIT, path, resolved, NULL, libcurl_model(root_fd, path));
    struct git_trust trust = { 0 };

    if (installed == NULL)
        return;
    libcurl_describe(installed, root_fd);
    ini_walk(root_fd, system_file, take_line, &trust);
    installed->told_file = trust.file;
    installed->told_directory = trust.directory;
    if (trust.unclear)
        installed->unclear = system_file;
    installed->by_process = trust.file == NULL && trust.directory == NULL && !trust.unclear;
}

static void read_file(struct git_trust *trust, int root_fd, const char *folder, const char *name)
{
    char *path = folder == NULL ? NULL : tree_join(folder, name);

    if (path != NULL && path[0] == '/')
        ini_walk(root_fd, path, take_line, trust);
    free(path);
}

/* From the most general to that of the repository, which is where the process stands or what git told its helper. */
static void read_files(struct git_trust *trust, const struct process *process, int root_fd)
{
    const char *home = process_variable(process, "HOME"),
               *config = process_variable(process, "XDG_CONFIG_HOME"),
               *repository = process_variable(process, "GIT_DIR");
    char *folder = tree_join(process->working_directory, repository == NULL ? ".git" : repository),
         *common = tree_join(folder, "commondir");

    if (process_variable(process, "GIT_CONFIG_NOSYSTEM") == NULL)
        ini_walk(root_fd, system_file, take_line, trust);
    if (config != NULL && config[0] != '\0')
        read_file(trust, root_fd, config, "git/config");
    else
        read_file(trust, root_fd, home, ".config/git/config");
    read_file(trust, root_fd, home, ".gitconfig");
    read_file(trust, root_fd, folder, "config");
    trust->unclear = trust->unclear || tree_exists(root_fd, common); /* a worktree: its files lie elsewhere */
    free(common);
    free(folder);
}

/* A variable goes before all files. "git -c" hands its words on in a variable. */
void git_settle(struct trust_settings *settings, const struct process *process,
                const struct installed *installed, int root_fd)
{
    const char *words = process_variable(process, "GIT_CONFIG_PARAMETERS"),
               *file = settings_get(settings, SETTING_FILE);
    struct git_trust trust = { 0 };

    (void)installed;
    read_files(&trust, process, root_fd);
    if (file == NULL && trust.file != NULL)
        settings_set(settings, SETTING_FILE, "http.sslCAInfo", trust.file);
    if (settings_get(settings, SETTING_DIRECTORY) == NULL && trust.directory != NULL)
        settings_set(settings, SETTING_DIRECTORY, "http.sslCAPath", trust.directory);
    if (trust.unverified)
        settings_set(settings, SETTING_UNVERIFIED, "http.sslVerify", "false");
    if (trust.unclear || (file != NULL && file[0] == '\0'))
        settings_set(settings, SETTING_UNSETTLED, "gitconfig", "");
    if (words != NULL && strcasestr(words, "http.") != NULL)
        settings_set(settings, SETTING_UNSETTLED, "git -c", "");
    git_trust_clear(&trust);
}

void git_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directory = settings_get(speaker->settings, SETTING_DIRECTORY);

    if (speaker->process == NULL) {
        file = installed->told_file;
        directory = installed->told_directory;
    }
    libcurl_choose(choice, installed, speaker, file, directory);
}
