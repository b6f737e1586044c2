#include "collector/runtime/kind.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/libcurl.h"
#include "collector/runtime/openssl_conf.h"
#include "collector/runtime/openssldir.h"
#include "collector/runtime/php_ini.h"

static void note(char **place, const char *value)
{
    *place = value == NULL || value[0] == '\0' ? NULL : memory_text(value);
}

static void note_files(struct installed *installed, const struct php_trust *trust)
{
    for (size_t i = 0; i < trust->files.count; i++)
        text_list_add(&installed->files, trust->files.items[i]);
    installed->unclear = trust->unclear;
}

/* Of streams each of the two counts; they are looked at before OpenSSL's own defaults and variables, and in their place. */
static void fill_streams(struct installed *streams, int root_fd, const struct php_trust *trust)
{
    char *library = openssldir_system_library(root_fd),
         *directory = library == NULL ? NULL : openssldir_of(root_fd, library),
         *version = library == NULL ? NULL : openssldir_version(root_fd, library);

    note(&streams->told_file, trust->file);
    note(&streams->told_directory, trust->directory);
    note_files(streams, trust);
    if (trust->inherits && streams->told_file == NULL && streams->told_directory == NULL &&
        streams->unclear == NULL)
        streams->unclear = "clear_env";
    if (directory != NULL) {
        streams->configuration = openssldir_configuration(directory);
        openssldir_add_stores(&streams->stores, directory);
    }
    installed_set_openssl(streams, version);
    free(version);
    free(directory);
    free(library);
}

/* ext/curl/interface.c: openssl.cafile goes before curl.cainfo. */
static void fill_curl(struct installed *curl, int root_fd, const struct php_trust *trust)
{
    bool of_streams = trust->file != NULL && trust->file[0] != '\0';

    note(&curl->told_file, of_streams ? trust->file : trust->curl_file);
    note_files(curl, trust);
    libcurl_describe(curl, root_fd);
}

/* Both that a PHP has, as one set of words tells them. False when they are there already. */
static bool add_both(struct installed_list *list, int root_fd, const char *path, const char *resolved,
                     const char *pool, const struct php_trust *trust)
{
    struct installed *streams = installed_add(list, RUNTIME_PHP, path, resolved, pool, "openssl"), *curl;

    if (streams == NULL)
        return false;
    fill_streams(streams, root_fd, trust);
    curl = trust->loads_curl ? installed_add(list, RUNTIME_PHP_CURL, path, resolved, pool, "openssl-partial")
                             : NULL;
    if (curl != NULL)
        fill_curl(curl, root_fd, trust);
    return true;
}

static bool is_known(const struct installed_list *list, const char *resolved)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].runtime == RUNTIME_PHP && strcmp(list->items[i].resolved, resolved) == 0)
            return true;
    }
    return false;
}

void php_add(struct installed_list *list, int root_fd, const char *path, const char *resolved)
{
    struct text_list pools = { 0 };
    struct php_trust trust = { 0 };

    if (is_known(list, resolved))
        return;
    php_trust_read(&trust, root_fd, resolved);
    add_both(list, root_fd, path, resolved, "", &trust);
    if (php_has_pools(resolved))
        php_pools_list(&pools, root_fd, resolved);
    for (size_t i = 0; i < pools.count; i++) {
        php_trust_clear(&trust);
        php_trust_read(&trust, root_fd, resolved);
        php_pool_read(&trust, root_fd, resolved, pools.items[i]);
        add_both(list, root_fd, path, resolved, pools.items[i], &trust);
    }
    php_trust_clear(&trust);
    text_list_clear(&pools);
}

/* An FPM overwrites its command line, and what lies behind, with what it is (fpm_env.c). */
static const char pool_title[] = "php-fpm: pool ", master_title[] = "php-fpm: master process";

static const char *pool_of(const struct process *process)
{
    const char *title = process->arguments.items[0];

    return text_starts(title, pool_title) ? title + strlen(pool_title) : "";
}

bool php_runs(const struct installed_list *list, const struct installed *installed,
              const struct process *process)
{
    const char *pool = pool_of(process);

    if (strcmp(installed->home, pool) == 0)
        return true;
    for (size_t i = 0; i < list->count; i++) {
        const struct installed *other = &list->items[i];

        if (other->runtime == installed->runtime && strcmp(other->resolved, installed->resolved) == 0 &&
            strcmp(other->home, pool) == 0)
            return false;
    }
    return installed->home[0] == '\0';
}

/* php(1): -d NAME=VALUE sets what an ini file would; with other ini files than the usual ones nothing is known. */
static void take_word(struct php_trust *told, const char *word)
{
    const char *equals = strchr(word, '=');
    char *key = memory_text(word);

    key[equals == NULL ? strlen(key) : (size_t)(equals - word)] = '\0';
    if (strcmp(key, "openssl.cafile") == 0 || strcmp(key, "curl.cainfo") == 0)
        php_trust_take(told, key, equals == NULL || equals[1] == '\0' ? "$" : equals + 1, "-d");
    else if (strstr(key, "openssl.ca") != NULL || strstr(key, "curl.ca") != NULL)
        told->unclear = "-d";
    free(key);
}

/* Options of one letter that take a value, in the same word or the next, -c and -d apart. */
static const char php_letters[] = "BEFRfrStz";

static void read_words(struct php_trust *told, const struct text_list *words)
{
    bool of_script = false;

    for (size_t i = 1; i < words->count; i++) {
        const char *word = words->items[i];

        of_script = of_script || word[0] != '-' || strcmp(word, "--") == 0;
        if (of_script || text_starts(word, "--define")) { /* whose a word is after the script is not said */
            if (strstr(word, "openssl.ca") != NULL || strstr(word, "curl.ca") != NULL || !of_script)
                told->unclear = "-d";
            continue;
        }
        if (text_starts(word, "-c") || text_starts(word, "-n") || text_starts(word, "--php-ini") ||
            text_starts(word, "--no-php-ini"))
            told->unclear = "php.ini";
        if (text_starts(word, "-d") && (word[2] != '\0' || i + 1 < words->count))
            take_word(told, word[2] != '\0' ? word + 2 : words->items[++i]);
        else if (strlen(word) == 2 && strchr(php_letters, word[1]) != NULL)
            i++;
    }
}

/* A worker of a pool, or a keeper of them, of whose files we know nothing. */
static bool has_other_files(const struct process *process, const struct installed *installed, int root_fd)
{
    const char *title = process->arguments.items[0], *pool = pool_of(process);

    if (text_starts(title, master_title))
        return strstr(title, "(/etc/") == NULL && strstr(title, "(/usr/local/etc/") == NULL;
    return pool[0] != '\0' && !php_pool_exists(root_fd, installed->resolved, pool);
}

void php_settle(struct trust_settings *settings, const struct process *process,
                const struct installed *installed, int root_fd)
{
    struct php_trust told = { 0 };

    read_words(&told, &process->arguments);
    if (has_other_files(process, installed, root_fd))
        told.unclear = "pool";
    if (told.file != NULL)
        settings_set(settings, SETTING_BUNDLE, "openssl.cafile", told.file);
    else if (installed->runtime == RUNTIME_PHP_CURL && told.curl_file != NULL)
        settings_set(settings, SETTING_BUNDLE, "curl.cainfo", told.curl_file);
    if (told.unclear != NULL)
        settings_set(settings, SETTING_UNSETTLED, told.unclear, "");
    php_trust_clear(&told);
}

/* php.ini or a word of the command line names all that is read, else it is OpenSSL's. */
void php_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *set = settings_get(speaker->settings, SETTING_BUNDLE);

    openssl_conf_choose(choice, installed, speaker);
    if (set != NULL)
        choice_add_set(choice, speaker, set, CHOICE_FILE);
    else if (installed->told_file != NULL)
        choice_add_set(choice, speaker, installed->told_file, CHOICE_FILE);
    choice->needs_first = choice->stores.count > 0;
    if (installed->told_directory != NULL)
        choice_add_set(choice, speaker, installed->told_directory, CHOICE_ANY);
    if (choice->stores.count == 0)
        openssl_choose_of(choice, &installed->stores, speaker);
}

/* No variable is asked. */
void php_curl_choose(struct choice *choice, const struct installed *installed, const struct speaker *speaker)
{
    const char *set = settings_get(speaker->settings, SETTING_BUNDLE);

    libcurl_choose(choice, installed, speaker, set != NULL ? set : installed->told_file, NULL);
}
