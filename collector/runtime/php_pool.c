#include "collector/runtime/php_ini.h"

#include <stdlib.h>
#include <string.h>

#include "collector/host/tree.h"
#include "collector/runtime/ini.h"
#include "collector/runtime/words.h"

/*
 * FPM's own files, one of which includes the others. A pool's section can be spread over several of them (php.net's
 * images have www in three).
 */
static void list_files(int root_fd, const char *program, struct text_list *files)
{
    static const char *const usual[] = { "/etc/php-fpm.conf", "/etc/php-fpm.d/*.conf",
                                         "/usr/local/etc/php-fpm.conf", "/usr/local/etc/php-fpm.d/*.conf" };
    const char *version = tree_name(program) + strlen("php-fpm");
    struct text pattern = { 0 };

    text_format(&pattern, "/etc/php/%s/fpm/php-fpm.conf", version);
    tree_glob(root_fd, text_string(&pattern), files);
    text_clear(&pattern);
    text_format(&pattern, "/etc/php/%s/fpm/pool.d/*.conf", version);
    tree_glob(root_fd, text_string(&pattern), files);
    text_clear(&pattern);
    for (size_t i = 0; version[0] == '\0' && i < sizeof(usual) / sizeof(usual[0]); i++)
        tree_glob(root_fd, usual[i], files);
}

static void walk(int root_fd, const char *program, ini_line *take, void *context)
{
    struct text_list files = { 0 };

    list_files(root_fd, program, &files);
    for (size_t i = 0; i < files.count; i++)
        ini_walk(root_fd, files.items[i], take, context);
    text_list_clear(&files);
}

/* "openssl.cafile" of "php_admin_value[openssl.cafile]"; NULL where the line is of another kind. The caller's to free. */
static char *word_of(const char *key, const char *kind)
{
    const char *from = text_starts(key, kind) ? key + strlen(kind) : NULL;
    char *word;

    if (from == NULL || from[0] != '[' || !text_ends(from, "]"))
        return NULL;
    word = memory_text(from + 1);
    word[strlen(word) - 1] = '\0';
    return word;
}

static bool is_of_trust(const char *key)
{
    static const char *const marks[] = { "openssl.ca", "curl.cainfo", "[SSL_CERT_", "clear_env" };

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strstr(key, marks[i]) != NULL)
            return true;
    }
    return false;
}

static void list_line(void *context, const char *section, const char *key, const char *value)
{
    struct text_list *pools = context;

    (void)value;
    if (is_of_trust(key) && !text_list_has(pools, section))
        text_list_add(pools, section);
}

void php_pools_list(struct text_list *pools, int root_fd, const char *program)
{
    walk(root_fd, program, list_line, pools);
}

struct looking {
    const char *pool;
    bool found;
};

static void find_line(void *context, const char *section, const char *key, const char *value)
{
    struct looking *looking = context;

    (void)key;
    (void)value;
    looking->found = looking->found || strcmp(section, looking->pool) == 0;
}

bool php_pool_exists(int root_fd, const char *program, const char *pool)
{
    struct looking looking = { pool, false };

    walk(root_fd, program, find_line, &looking);
    return looking.found;
}

struct reading {
    struct php_trust *trust;
    const char *pool, *kind;
    bool of_service;        /* systemd starts it, whose files say what it is started with */
    struct text_list taken; /* words that were said */
};

static bool is_off(const char *value)
{
    static const char *const off[] = { "no", "off", "false", "0", NULL };

    return words_have(off, value);
}

/* A word that is said twice is not followed, nor what is neither a value of PHP's nor about trust (env). */
static void take_line(void *context, const char *section, const char *key, const char *value)
{
    struct reading *reading = context;
    char *word = word_of(key, reading->kind);

    if (strcmp(section, reading->pool) == 0 && strcmp(key, "clear_env") == 0) {
        reading->trust->inherits = is_off(value) && !reading->of_service;
        return;
    }
    if (strcmp(section, reading->pool) != 0 || !is_of_trust(key)) {
        free(word);
        return;
    }
    if (word == NULL && !text_starts(key, "php_admin_value[") && !text_starts(key, "php_value["))
        reading->trust->unclear = "pool";
    if (word != NULL && text_list_has(&reading->taken, word))
        reading->trust->unclear = "pool";
    if (word != NULL) {
        text_list_add(&reading->taken, word);
        php_trust_take(reading->trust, word, value, "pool");
    }
    free(word);
}

void php_pools_add_files(struct text_list *files, int root_fd, const char *program)
{
    size_t before = files->count;

    list_files(root_fd, program, files);
    for (size_t i = before, count = files->count; i < count; i++) {
        char *folder = tree_folder(files->items[i]);

        if (!text_list_has(files, folder))
            text_list_add(files, folder);
        free(folder);
    }
}

/* php_admin_value comes last (fpm_php.c) and stands. */
void php_pool_read(struct php_trust *trust, int root_fd, const char *program, const char *pool)
{
    static const char *const kinds[] = { "php_value", "php_admin_value" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct reading reading = { .trust = trust,
                                   .pool = pool,
                                   .kind = kinds[i],
                                   .of_service = tree_exists(root_fd, "/run/systemd/system") };

        walk(root_fd, program, take_line, &reading);
        text_list_clear(&reading.taken);
    }
}
