#include "collector/runtime/openssl_conf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/openssldir.h"
#include "schema/base/input.h"

#define FILE_BYTES_MAX (1024 * 1024)
#define INCLUDES_MAX 8
#define LINES_MAX 20000

/* A line "key = value" in its section; of equal ones the last stands. */
struct line {
    char *section, *key, *value;
};

struct reading {
    struct openssl_conf *conf;
    int root_fd, depth;
    char *section;
    struct line *lines;
    size_t count;
};

static void read_file(struct reading *reading, const char *path);

/* A file, or the *.cnf and *.conf of a folder. A path that is not whole counts from where the program stands. */
static void include(struct reading *reading, const char *path)
{
    static const char *const endings[] = { "/*.cnf", "/*.conf" };

    if (path[0] != '/' || strchr(path, '$') != NULL) {
        reading->conf->unclear = true;
        return;
    }
    if (!tree_is_directory(reading->root_fd, path)) {
        read_file(reading, path);
        return;
    }
    text_list_add(&reading->conf->files, path);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        struct text_list files = { 0 };
        struct text pattern = { 0 };

        text_format(&pattern, "%s%s", path, endings[i]);
        tree_glob(reading->root_fd, text_string(&pattern), &files);
        for (size_t j = 0; j < files.count; j++)
            read_file(reading, files.items[j]);
        text_list_clear(&files);
        text_clear(&pattern);
    }
}

/* ".include = /a" and ".include /a". Of pragmas only one has a say: where includes are looked for. */
static void take_directive(struct reading *reading, char *line)
{
    size_t size = strcspn(line, " \t=");
    char *value = line + size;

    value = text_trim(value);
    value = text_trim(value[0] == '=' ? value + 1 : value);
    if (size == strlen(".include") && text_starts(line, ".include"))
        include(reading, value);
    else if (strstr(value, "includedir") != NULL)
        reading->conf->unclear = true;
}

static void take_section(struct reading *reading, char *line)
{
    if (strchr(line, ']') == NULL) /* OpenSSL takes nothing of such a file */
        reading->conf->unclear = true;
    line[strcspn(line, "]")] = '\0';
    free(reading->section);
    reading->section = memory_text(text_trim(line + 1));
}

static void take_line(struct reading *reading, char *line)
{
    char *equals;

    line[strcspn(line, "#")] = '\0';
    line = text_trim(line);
    equals = strchr(line, '=');
    if (line[0] == '.') {
        take_directive(reading, line);
    } else if (line[0] == '[') {
        take_section(reading, line);
    } else if (equals != NULL && reading->count < LINES_MAX) {
        *equals = '\0';
        reading->lines = array_grow(reading->lines, reading->count, sizeof(*reading->lines));
        reading->lines[reading->count++] =
            (struct line){ memory_text(reading->section), memory_text(text_trim(line)),
                           memory_text(text_trim(equals + 1)) };
    }
}

/* A backslash at its end joins a line with the next one. */
static void join_lines(char *text)
{
    for (char *at = text; (at = strchr(at, '\\')) != NULL; at++) {
        size_t size = at[1] == '\r' ? 2 : 1;

        if (at[size] == '\n')
            memset(at, ' ', size + 1);
    }
}

static void read_file(struct reading *reading, const char *path)
{
    struct error err = { 0 };
    struct input input;
    char *rest, *line;

    text_list_add(&reading->conf->files, path);
    if (++reading->depth > INCLUDES_MAX) {
        reading->conf->unclear = true;
    } else if (input_read(reading->root_fd, path, FILE_BYTES_MAX, &input, &err)) {
        rest = (char *)input.bytes;
        join_lines(rest);
        while ((line = strsep(&rest, "\n")) != NULL)
            take_line(reading, line);
        input_clear(&input);
    } else if (err.kind != ERROR_ABSENT) {
        reading->conf->unclear = true;
    }
    reading->depth--;
}

/* NULL where there is none. What a variable stands for is not worked out. */
static const char *value_of(struct reading *reading, const char *section, const char *key)
{
    for (size_t i = reading->count; i > 0; i--) {
        const struct line *line = &reading->lines[i - 1];

        if (strcmp(line->section, section) != 0 || strcmp(line->key, key) != 0)
            continue;
        if (strpbrk(line->value, "$\\\"'`") != NULL)
            reading->conf->unclear = true;
        return line->value;
    }
    return NULL;
}

static bool is_any_of(const char *word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcasecmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

/* "DEFAULT:@SECLEVEL=2": the last one counts, also of several lines. One without says nothing. */
static void take_ciphers(struct openssl_conf *conf, const char *ciphers)
{
    static const char mark[] = "@SECLEVEL=";

    for (const char *at = strstr(ciphers, mark); at != NULL; at = strstr(at + 1, mark)) {
        if (isdigit((unsigned char)at[strlen(mark)]))
            conf->level = at[strlen(mark)] - '0';
        else
            conf->unclear = true;
    }
    conf->unclear = conf->unclear || strpbrk(ciphers, "$\\'`") != NULL;
}

/* Commands of SSL_CONF_cmd(3) that have no say in which certificates are accepted. */
static const char *const harmless[] = { "Ciphersuites", "MinProtocol",    "MaxProtocol", "Protocol",
                                        "Options",      "Groups",         "Curves",      "ECDHParameters",
                                        "DHParameters", "RecordPadding",  "NumTickets",  "Certificate",
                                        "PrivateKey",   "ServerInfoFile", NULL };

/* A list without RSA and SHA-256 is one that most servers' own certificates do not fit. */
static bool allows_usual(const char *algorithms)
{
    return strcasestr(algorithms, "RSA+SHA256") != NULL && strcasestr(algorithms, "ECDSA+SHA256") != NULL;
}

static void take_commands(struct reading *reading, const char *section)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct line *line = &reading->lines[i];
        const char *dot = strchr(line->key, '.'), *command = dot == NULL ? line->key : dot + 1;

        if (strcmp(line->section, section) != 0)
            continue;
        if (strcasecmp(command, "CipherString") == 0)
            take_ciphers(reading->conf, line->value);
        else if (!is_any_of(command, harmless) &&
                 !(strcasestr(command, "SignatureAlgorithms") != NULL && allows_usual(line->value)))
            reading->conf->unclear = true;
    }
}

/* A provider beside the default one counts only where that one is loaded, too; of others nobody knows. */
static void take_providers(struct reading *reading, const char *section)
{
    static const char *const known[] = { "default", "legacy", "base", NULL }, *const on[] = { "1", "yes",
                                                                                              "true", "on",
                                                                                              NULL };
    const char *of_default = value_of(reading, section, "default"),
               *active = of_default == NULL ? NULL : value_of(reading, of_default, "activate");

    for (size_t i = 0; i < reading->count; i++) {
        const struct line *line = &reading->lines[i];

        if (strcmp(line->section, section) == 0 && strcmp(line->key, "default") != 0 &&
            (!is_any_of(line->key, known) || active == NULL || !is_any_of(active, on)))
            reading->conf->unclear = true;
    }
}

/* Red Hat's own word is about what a program asks for by name. */
static void take_algorithms(struct reading *reading, const char *section)
{
    for (size_t i = 0; i < reading->count; i++) {
        const struct line *line = &reading->lines[i];

        if (strcmp(line->section, section) == 0 && strcmp(line->key, "rh-allow-sha1-signatures") != 0)
            reading->conf->unclear = true;
    }
}

/* The modules that are set up (config(5)). */
static void take_modules(struct reading *reading, const char *section)
{
    static const char *const silent[] = { "oid_section", "random", "stbl_section", NULL };

    for (size_t i = 0; i < reading->count; i++) {
        const struct line *line = &reading->lines[i];
        const char *ssl;

        if (strcmp(line->section, section) != 0 || is_any_of(line->key, silent))
            continue;
        if (strcmp(line->key, "providers") == 0) {
            take_providers(reading, line->value);
        } else if (strcmp(line->key, "alg_section") == 0) {
            take_algorithms(reading, line->value);
        } else if (strcmp(line->key, "ssl_conf") == 0) {
            ssl = value_of(reading, line->value, "system_default");
            if (ssl != NULL)
                take_commands(reading, ssl);
        } else {
            reading->conf->unclear = true;
        }
    }
}

void openssl_conf_read(struct openssl_conf *conf, int root_fd, const char *path, const char *name)
{
    struct reading reading = { .conf = conf, .root_fd = root_fd, .section = memory_text("default") };
    const char *modules;
    bool unclear;

    *conf = (struct openssl_conf){ .level = -1 };
    read_file(&reading, path);
    unclear = conf->unclear; /* an include that is not followed may hold all that is looked for */
    modules = value_of(&reading, "default", name);
    if (modules != NULL)
        take_modules(&reading, modules);
    conf->unclear = conf->unclear || unclear;
    for (size_t i = 0; i < reading.count; i++) {
        free(reading.lines[i].section);
        free(reading.lines[i].key);
        free(reading.lines[i].value);
    }
    free(reading.lines);
    free(reading.section);
}

void openssl_conf_clear(struct openssl_conf *conf)
{
    text_list_clear(&conf->files);
    *conf = (struct openssl_conf){ 0 };
}

/* What the model asks anyway, as a level. */
static int level_of(const struct model *model)
{
    return model->key_bits_min >= 2048 ? 2 : 1;
}

static char *default_path(const struct installed *installed, const struct speaker *speaker)
{
    if (installed->configuration == NULL)
        return NULL;
    return speaker->openssl_dir != NULL ? openssldir_configuration(speaker->openssl_dir)
                                        : memory_text(installed->configuration);
}

void openssl_conf_choose(struct choice *choice, const struct installed *installed,
                         const struct speaker *speaker)
{
    static const char shared[] = "openssl_conf";
    const char *set = settings_get(speaker->settings, SETTING_CONFIGURATION);
    const char *name =
        installed->configuration_name == NULL || settings_get(speaker->settings, SETTING_SHARED) != NULL
            ? shared
            : installed->configuration_name;
    char *path = set == NULL
                     ? default_path(installed, speaker)
                     : tree_join(speaker->process == NULL ? NULL : speaker->process->working_directory, set);
    struct openssl_conf conf;

    if (path == NULL)
        return;
    openssl_conf_read(&conf, speaker->root_fd, path, name);
    for (size_t i = 0; i < conf.files.count; i++)
        text_list_add(&choice->files, conf.files.items[i]);
    if (conf.unclear)
        choice_doubt(choice, "openssl.cnf");
    else if (conf.level > level_of(choice->model) && !installed->own_level) {
        struct text parameter = { 0 };

        text_format(&parameter, "security_level=%d", conf.level > 5 ? 5 : conf.level);
        text_list_add(&choice->parameters, text_string(&parameter));
        text_clear(&parameter);
    }
    openssl_conf_clear(&conf);
    free(path);
}
