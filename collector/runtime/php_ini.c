#include "collector/runtime/php_ini.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/tree.h"
#include "collector/runtime/ini.h"

void php_trust_clear(struct php_trust *trust)
{
    free(trust->file);
    free(trust->directory);
    free(trust->curl_file);
    text_list_clear(&trust->files);
    *trust = (struct php_trust){ 0 };
}

/*
 * '"/a/b" ; why' and '/a/b' are /a/b. NULL for what PHP would work out: variables, constants, operators. The caller's to
 * free.
 */
static char *plain_value(const char *raw)
{
    const char *end = raw[0] == '"' || raw[0] == '\'' ? strchr(raw + 1, raw[0]) : NULL;
    bool quoted = end != NULL;
    char *value;

    if (quoted) {
        value = memory_text(raw + 1);
        value[end - raw - 1] = '\0';
        end += 1 + strspn(end + 1, " \t");
    } else {
        size_t size = strcspn(raw, ";");

        while (size > 0 && strchr(" \t", raw[size - 1]) != NULL)
            size--;
        value = memory_text(raw);
        value[size] = '\0';
        end = "";
    }
    if ((*end != '\0' && *end != ';') || strpbrk(value, "$\\\"'") != NULL ||
        (!quoted && strpbrk(value, "|&~!(){}^") != NULL) || (value[0] != '\0' && value[0] != '/')) {
        free(value);
        return NULL;
    }
    return value;
}

void php_trust_take(struct php_trust *trust, const char *key, const char *raw, const char *where)
{
    char **place = strcmp(key, "openssl.cafile") == 0   ? &trust->file
                   : strcmp(key, "openssl.capath") == 0 ? &trust->directory
                   : strcmp(key, "curl.cainfo") == 0    ? &trust->curl_file
                                                        : NULL;
    char *value = place == NULL ? NULL : plain_value(raw);

    if (place == NULL)
        return;
    if (value == NULL) {
        trust->unclear = where;
        return;
    }
    free(*place);
    *place = value;
}

/* The ways of running it, by how a program's file begins; Debian writes its version behind. */
static const struct way {
    const char *name;
    const char *folder; /* below /etc/php/VERSION */
    const char *sapi;   /* php-SAPI.ini stands in place of php.ini */
} ways[] = {
    { "php-fpm", "fpm", "fpm-fcgi" },
    { "php-cgi", "cgi", "cgi-fcgi" },
    { "libphp", "apache2", "apache2handler" },
    { "php", "cli", "cli" },
};

static const struct way *way_of(const char *program)
{
    size_t i = 0;

    while (i + 1 < sizeof(ways) / sizeof(ways[0]) && !text_starts(tree_name(program), ways[i].name))
        i++;
    return &ways[i];
}

bool php_has_pools(const char *program)
{
    return strcmp(way_of(program)->folder, "fpm") == 0;
}

/* "/etc/php/8.2" of "php-fpm8.2" and "libphp8.2.so"; NULL where there is no such folder. The caller's to free. */
static char *folder_of_version(int root_fd, const char *program)
{
    const char *version = tree_name(program) + strlen(way_of(program)->name);
    struct text path = { 0 };

    text_format(&path, "/etc/php/%.*s", (int)strspn(version, "0123456789."), version);
    if (text_ends(text_string(&path), "."))
        path.bytes[--path.size] = '\0';
    if (!text_ends(text_string(&path), "/") && tree_is_directory(root_fd, text_string(&path)))
        return text_take(&path);
    text_clear(&path);
    return NULL;
}

/* What was looked at counts as well as what was found: a file that comes later is one that a process has not read. */
struct ini_files {
    struct text_list found, looked_at;
};

static void add_folder(int root_fd, const char *folder, const char *scanned, const char *sapi,
                       struct ini_files *files)
{
    struct text of_sapi = { 0 }, usual = { 0 }, pattern = { 0 };

    text_format(&of_sapi, "%s/php-%s.ini", folder, sapi);
    text_format(&usual, "%s/php.ini", folder);
    text_format(&pattern, "%s/*.ini", scanned);
    text_list_add(&files->looked_at, text_string(&of_sapi));
    text_list_add(&files->looked_at, text_string(&usual));
    text_list_add(&files->looked_at, scanned);
    tree_glob(root_fd, text_string(tree_exists(root_fd, text_string(&of_sapi)) ? &of_sapi : &usual),
              &files->found);
    tree_glob(root_fd, text_string(&pattern), &files->found);
    text_clear(&of_sapi);
    text_clear(&usual);
    text_clear(&pattern);
}

/* Where a build looks stands in its bytes as it was configured; Debian takes that out. */
static bool add_configured(int root_fd, const char *program, const char *sapi, struct ini_files *files)
{
    char *folder = tree_find_text(root_fd, program, "--with-config-file-path=", " '\""),
         *scanned = tree_find_text(root_fd, program, "--with-config-file-scan-dir=", " '\""),
         *prefix = tree_find_text(root_fd, program, "--prefix=", " '\"");
    bool known = folder != NULL || prefix != NULL;

    if (folder == NULL && prefix != NULL)
        folder = tree_join(prefix, "lib");
    if (known)
        add_folder(root_fd, folder, scanned == NULL ? "/nowhere" : scanned, sapi, files);
    free(prefix);
    free(scanned);
    free(folder);
    return known;
}

/* In reading order, in which the last value stands (php --ini). */
static void list_files(int root_fd, const char *program, struct ini_files *files)
{
    static const char *const usual[][2] = { { "/etc", "/etc/php.d" },
                                            { "/usr/local/etc/php", "/usr/local/etc/php/conf.d" },
                                            { "/usr/local/lib", "/nowhere" } };
    const struct way *way = way_of(program);
    char *version = folder_of_version(root_fd, program), *folder, *scanned;

    if (add_configured(root_fd, program, way->sapi, files)) {
        free(version);
        return;
    }
    if (version != NULL) {
        folder = tree_join(version, way->folder);
        scanned = tree_join(folder, "conf.d");
        add_folder(root_fd, folder, scanned, way->sapi, files);
        free(scanned);
        free(folder);
        free(version);
        return;
    }
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        add_folder(root_fd, usual[i][0], usual[i][1], way->sapi, files);
}

/* Sections that hold for some scripts only (php.ini, "Per-directory configuration"). */
static void take_line(void *context, const char *section, const char *key, const char *value)
{
    struct php_trust *trust = context;
    bool of_some = strncasecmp(section, "PATH=", 5) == 0 || strncasecmp(section, "HOST=", 5) == 0;

    if (strcmp(key, "extension") == 0 && strstr(value, "curl") != NULL)
        trust->loads_curl = true;
    php_trust_take(trust, key, of_some ? "$" : value, "php.ini");
}

/* Files that can say otherwise for some scripts, or for how a service is started. */
static const struct elsewhere {
    const char *way; /* NULL: below every folder of scripts */
    const char *pattern;
    const char *where;
} elsewhere[] = {
    { "fpm", NULL, ".user.ini" },
    { "cgi", NULL, ".user.ini" },
    { "apache2", NULL, ".htaccess" },
    { "apache2", "/etc/apache2/*.conf", "php_value" },
    { "apache2", "/etc/apache2/*-enabled/*", "php_value" },
    { "apache2", "/etc/apache2/*.d/*", "php_value" },
    { "apache2", "/etc/httpd/conf/*.conf", "php_value" },
    { "apache2", "/etc/httpd/conf.*/*.conf", "php_value" },
    { "apache2", "/usr/local/apache2/conf/*.conf", "php_value" },
    { "apache2", "/usr/local/apache2/conf/*/*.conf", "php_value" },
    { "fpm", "/etc/systemd/system/php*fpm*.service", "service" },
    { "fpm", "/etc/systemd/system/php*fpm*.service.d/*.conf", "service" },
    { "fpm", "/usr/lib/systemd/system/php*fpm*.service", "service" },
    { "fpm", "/lib/systemd/system/php*fpm*.service", "service" },
    { "fpm", "/etc/default/php*fpm*", "service" },
    { "fpm", "/etc/sysconfig/php*fpm*", "service" },
};

static bool says_something(int root_fd, const char *path)
{
    static const char *const marks[] = { "openssl.ca",    "curl.cainfo",  "PHPRC",    "PHP_INI_SCAN_DIR",
                                         "SSL_CERT_FILE", "SSL_CERT_DIR", "PHPINIDir" };
    bool says = false;

    for (size_t i = 0; !says && i < sizeof(marks) / sizeof(marks[0]); i++) {
        char *rest = tree_find_text(root_fd, path, marks[i], "");

        says = rest != NULL;
        free(rest);
    }
    return says;
}

static bool any_says(int root_fd, const char *pattern)
{
    struct text_list paths = { 0 };
    bool says = false;

    tree_glob(root_fd, pattern, &paths);
    for (size_t i = 0; !says && i < paths.count; i++)
        says = says_something(root_fd, paths.items[i]);
    text_list_clear(&paths);
    return says;
}

/* Folders of scripts lie where their web server says, mostly here. */
static bool says_beside_scripts(int root_fd, const char *name)
{
    static const char *const folders[] = {
        "/var/www", "/srv", "/app", "/opt", "/usr/share/nginx", "/home/*"
    };
    bool says = false;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct text pattern = { 0 };

        text_add(&pattern, folders[i]);
        for (int level = 0; !says && level < 4; level++) {
            struct text whole = { 0 };

            text_format(&whole, "%s/%s", text_string(&pattern), name);
            says = any_says(root_fd, text_string(&whole));
            text_clear(&whole);
            text_add(&pattern, "/*");
        }
        text_clear(&pattern);
    }
    return says;
}

void php_trust_read(struct php_trust *trust, int root_fd, const char *program)
{
    const char *way = way_of(program)->folder;
    struct ini_files files = { 0 };

    list_files(root_fd, program, &files);
    for (size_t i = 0; i < files.found.count; i++) {
        ini_walk(root_fd, files.found.items[i], take_line, trust);
        text_list_add(&trust->files, files.found.items[i]);
    }
    for (size_t i = 0; i < files.looked_at.count; i++)
        text_list_add(&trust->files, files.looked_at.items[i]);
    if (php_has_pools(program))
        php_pools_add_files(&trust->files, root_fd, program);
    text_list_clear(&files.found);
    text_list_clear(&files.looked_at);
    trust->loads_curl = trust->loads_curl || tree_has_text(root_fd, program, "libcurl.so");
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        const struct elsewhere *row = &elsewhere[i];

        if (strcmp(row->way, way) == 0 && (row->pattern == NULL ? says_beside_scripts(root_fd, row->where)
                                                                : any_says(root_fd, row->pattern)))
            trust->unclear = row->where;
    }
}
