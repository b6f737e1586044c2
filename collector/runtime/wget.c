#include "collector/runtime/kind.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/home.h"
#include "collector/host/tree.h"
#include "collector/runtime/gnutls.h"
#include "collector/runtime/ini.h"
#include "collector/runtime/words.h"

static const char system_file[] = "/etc/wgetrc";

/* What wget's files and words say of trust; the last of each stands. */
struct wget_trust {
    char *file, *directory;
    bool unverified, unclear;
};

static void wget_trust_clear(struct wget_trust *trust)
{
    free(trust->file);
    free(trust->directory);
    *trust = (struct wget_trust){ 0 };
}

/* wget(1), "Wgetrc Commands": neither case nor "-" and "_" count in a name. */
static bool is_named(const char *given, const char *name)
{
    for (; *given != '\0'; given++) {
        if (*given == '-' || *given == '_')
            continue;
        if (tolower((unsigned char)*given) != *name)
            return false;
        name++;
    }
    return *name == '\0';
}

static void take(char **place, const char *value)
{
    free(*place);
    *place = memory_text(value);
}

static void take_line(void *context, const char *section, const char *key, const char *value)
{
    static const char *const off[] = { "off", "no", "0", "quiet", NULL };
    struct wget_trust *trust = context;

    (void)section;
    if (is_named(key, "cacertificate") || is_named(key, "cadirectory")) {
        trust->unclear = trust->unclear || value[0] == '~'; /* somebody's home */
        take(is_named(key, "cadirectory") ? &trust->directory : &trust->file, value);
    } else if (is_named(key, "checkcertificate")) {
        trust->unverified = words_have(off, value);
    } else if (is_named(key, "pinnedpubkey")) {
        trust->unclear = true;
    }
}

/* Its default is GnuTLS's. A wget of another library is a program like others. */
void wget_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    const struct installed *library = gnutls_find(list);
    const char *bundle = library == NULL || library->stores.count == 0 ? NULL : library->stores.items[0],
               *unclear = library == NULL ? "libgnutls.so" : library->unclear;
    struct installed *installed =
        tree_has_text(root_fd, path, "libgnutls.so")
            ? installed_add(list, RUNTIME_WGET, path, resolved, NULL, gnutls_model(root_fd))
            : NULL;
    struct wget_trust trust = { 0 };

    if (installed == NULL)
        return;
    if (bundle != NULL)
        text_list_add(&installed->stores, bundle);
    ini_walk(root_fd, system_file, take_line, &trust);
    installed->told_file = trust.file;
    installed->told_directory = trust.directory;
    installed->unclear = trust.unclear ? system_file : unclear;
    installed->by_process = trust.file == NULL && trust.directory == NULL && !trust.unclear;
}

/* A line of a file, given as a word: "-e ca_certificate=/a". */
static void take_word(struct wget_trust *trust, const char *word)
{
    const char *equals = strchr(word, '=');
    char *key = memory_text(word);

    key[equals == NULL ? strlen(key) : (size_t)(equals - word)] = '\0';
    if (equals != NULL)
        take_line(trust, "", key, equals + 1);
    free(key);
}

/* Options of one letter that take a value, in the same word or the next. Returns whether it is the next. */
static bool take_letters(struct wget_trust *trust, const char *word, const char *next)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        if (*at == 'e')
            take_word(trust, at[1] != '\0' ? at + 1 : next);
        if (strchr("aABDeIilOoPQRtTUwX", *at) != NULL)
            return at[1] == '\0';
    }
    return false;
}

/* Long options of trust. GNU's getopt takes their beginnings for them. */
static const struct long_option {
    const char *name;
    bool takes_value;
} options[] = {
    { "--ca-certificate", true },     { "--ca-directory", true }, { "--no-check-certificate", false },
    { "--check-certificate", false }, { "--execute", true },      { "--config", true },
    { "--no-config", false },         { "--pinnedpubkey", true },
};

static void take_option(struct wget_trust *trust, const struct long_option *option, const char *value)
{
    if (strcmp(option->name, "--execute") == 0)
        take_word(trust, value);
    else if (strcmp(option->name, "--ca-certificate") == 0 || strcmp(option->name, "--ca-directory") == 0)
        take_line(trust, "", option->name + 2, value);
    else if (strcmp(option->name, "--no-check-certificate") == 0)
        trust->unverified = true;
    else
        trust->unclear = true;
}

static void take_long(struct wget_trust *trust, const char *word, const char *next, size_t *at)
{
    size_t size = strcspn(word, "=");

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strlen(options[i].name) == size && strncmp(word, options[i].name, size) == 0) {
            take_option(trust, &options[i], word[size] == '=' ? word + size + 1 : next);
            *at += options[i].takes_value && word[size] == '\0' ? 1 : 0;
            return;
        }
        if (size > strlen("--c") && strncmp(word, options[i].name, size) == 0)
            trust->unclear = true;
    }
}

static void read_words(struct wget_trust *trust, const struct text_list *words)
{
    for (size_t i = 1; i < words->count; i++) {
        const char *word = words->items[i], *next = i + 1 < words->count ? words->items[i + 1] : "";

        if (strcmp(word, "--") == 0)
            return;
        if (text_starts(word, "--"))
            take_long(trust, word, next, &i);
        else if (word[0] == '-' && take_letters(trust, word, next))
            i++;
    }
}

/* wget(1), "Wgetrc Location": one for all, then one of the user's, then words. */
void wget_settle(struct trust_settings *settings, const struct process *process,
                 const struct installed *installed, int root_fd)
{
    const char *for_all = process_variable(process, "SYSTEM_WGETRC"),
               *own = process_variable(process, "WGETRC");
    char *home = home_of(process, root_fd);
    char *system = tree_join(process->working_directory, for_all == NULL ? system_file : for_all);
    char *path = own != NULL ? tree_join(process->working_directory, own)
                             : tree_join(home == NULL ? "/nowhere" : home, ".wgetrc");
    struct wget_trust trust = { 0 };

    (void)installed;
    ini_walk(root_fd, system, take_line, &trust);
    ini_walk(root_fd, path, take_line, &trust);
    read_words(&trust, &process->arguments);
    if (trust.file != NULL)
        settings_set(settings, SETTING_FILE, "ca_certificate", trust.file);
    if (trust.directory != NULL)
        settings_set(settings, SETTING_DIRECTORY, "ca_directory", trust.directory);
    if (trust.unverified)
        settings_set(settings, SETTING_UNVERIFIED, "check_certificate", "off");
    if (trust.unclear)
        settings_set(settings, SETTING_UNSETTLED, "wgetrc", "");
    wget_trust_clear(&trust);
    free(path);
    free(home);
    free(system);
}

/*
 * A directory takes the place of GnuTLS's default, a file adds to either; where the default is not there the system's
 * directory stands in. Of directories every file is read.
 */
void wget_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *file = settings_get(speaker->settings, SETTING_FILE),
               *directory = settings_get(speaker->settings, SETTING_DIRECTORY);

    if (speaker->process == NULL) {
        file = installed->told_file;
        directory = installed->told_directory;
    }
    for (size_t i = 0; directory == NULL && i < installed->stores.count; i++) {
        choice_add_store(choice, speaker, installed->stores.items[i], CHOICE_FILE, false);
        if (!tree_exists(speaker->root_fd, installed->stores.items[i]))
            directory = "/etc/ssl/certs";
    }
    if (directory != NULL)
        choice_add_set(choice, speaker, directory, CHOICE_ANY);
    if (file != NULL)
        choice_add_set(choice, speaker, file, CHOICE_FILE);
}
