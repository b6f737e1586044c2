/*
 * One host for each row: a few files and one process, or none. What each kind of software reads was measured with the
 * real ones, as the comment on a table says.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/client.h"
#include "schema/base/input.h"
#include "tests/support/check.h"

#define OPENSSL "/usr/lib/x/libcrypto.so.3"
#define OPENSSL_BYTES "OPENSSLDIR: \"/usr/lib/ssl\""
#define PEM_A "@a.pem"
#define PEM_B "@b.pem"

struct host_file {
    const char *path;
    const char *
        text; /* "@NAME": a copy of that one of tests/data/store; "hash NAME": in this directory, by its hash */
};

struct kind_case {
    const char *name;
    struct host_file files[8];
    struct {
        const char *executable;
        const char *arguments[6], *environment[3];
        const char *maps; /* a file's name */
    } process;            /* none without executable */

    enum runtime runtime;
    const char *stores[4], *model;
    size_t trusted;
    bool complete;
};

/* requests 2.28.1 and urllib3 1.26.12 of Debian 12, and the same without Debian's changes. */
static const struct kind_case requests[] = {
    { "requests reads a directory beside the bundle of Debian's urllib3",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", "ca_certs='/etc/all.pem'," },
        { "/etc/all.pem", PEM_A },
        { "/srv/hashed", "hash b.pem" } },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "REQUESTS_CA_BUNDLE=/srv/hashed" }, NULL },
      RUNTIME_REQUESTS,
      { "/etc/all.pem", "/srv/hashed" },
      "openssl",
      2,
      true },
    { "and comes to nothing where that bundle is gone",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", "ca_certs='/etc/all.pem'," },
        { "/srv/hashed", "hash b.pem" } },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "CURL_CA_BUNDLE=/srv/hashed" }, NULL },
      RUNTIME_REQUESTS,
      { "/etc/all.pem", "/srv/hashed" },
      "openssl",
      0,
      true },
    { "a file stands in place of all",
      { { "/usr/bin/python3.11", "x" },
        { "/usr/lib/python3/dist-packages/requests/adapters.py", "x" },
        { "/usr/lib/python3/dist-packages/certifi/cacert.pem", PEM_B },
        { "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", "ca_certs='/etc/all.pem'," },
        { "/etc/all.pem", PEM_A },
        { "/srv/b.pem", PEM_B } },
      { "/usr/bin/python3.11", { "python3", "x.py" }, { "REQUESTS_CA_BUNDLE=/srv/b.pem" }, NULL },
      RUNTIME_REQUESTS,
      { "/srv/b.pem" },
      "openssl",
      1,
      true },
    { "the urllib3 of others reads the directory alone",
      { { "/opt/py/bin/python3.11", "x" },
        { "/opt/py/lib/python3.11/site-packages/requests/adapters.py", "x" },
        { "/opt/py/lib/python3.11/site-packages/certifi/cacert.pem", PEM_A },
        { "/opt/py/lib/python3.11/site-packages/urllib3/connectionpool.py", "ca_certs=None," },
        { "/srv/hashed", "hash b.pem" } },
      { "/opt/py/bin/python3.11", { "python3", "x.py" }, { "REQUESTS_CA_BUNDLE=/srv/hashed" }, NULL },
      RUNTIME_REQUESTS,
      { "/srv/hashed" },
      "openssl",
      1,
      true },
};

#define BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#define CURL_INI "/etc/php/8.2/cli/conf.d/20-curl.ini", "; why\nextension=curl.so\n"
#define POOLS "/etc/php/8.2/fpm/pool.d/www.conf"
#define TITLE "php-fpm: pool www"

/* PHP 8.2.36 of Debian 12: on a command line, FPM asked over FastCGI, and in Apache 2.4.71. */
static const struct kind_case php[] = {
    { "PHP's curl is no client without its extension",
      { { "/usr/bin/php8.2", "x" } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP_CURL,
      { NULL },
      NULL,
      0,
      true },
    { "PHP's curl reads what libcurl was built to, whatever variables say",
      { { "/usr/bin/php8.2", "x" }, { CURL_INI }, { BUNDLE, PEM_A } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { "SSL_CERT_FILE=/srv/b.pem", "SSL_CERT_DIR=/srv" }, NULL },
      RUNTIME_PHP_CURL,
      { BUNDLE, "/etc/ssl/certs" },
      "openssl-partial",
      1,
      true },
    { "curl.cainfo takes the bundle's place, also on the first line of a file",
      { { "/usr/bin/php8.2", "x" },
        { CURL_INI },
        { "/etc/php/8.2/cli/conf.d/99-own.ini", "curl.cainfo=/srv/b.pem\n" },
        { "/srv/b.pem", PEM_B },
        { BUNDLE, PEM_A } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP_CURL,
      { "/srv/b.pem", "/etc/ssl/certs" },
      "openssl-partial",
      1,
      true },
    { "without that file curl comes to nothing",
      { { "/usr/bin/php8.2", "x" },
        { CURL_INI },
        { "/etc/php/8.2/cli/php.ini", "curl.cainfo=/none\n" },
        { "/etc/ssl/certs", "hash a.pem" } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP_CURL,
      { "/none", "/etc/ssl/certs" },
      "openssl-partial",
      0,
      true },
    { "openssl.cafile goes before curl.cainfo",
      { { "/usr/bin/php8.2", "x" },
        { CURL_INI },
        { "/etc/php/8.2/cli/php.ini", "openssl.cafile = '/srv/b.pem' ; why\ncurl.cainfo=/srv/a.pem\n" },
        { "/srv/b.pem", PEM_B } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP_CURL,
      { "/srv/b.pem", "/etc/ssl/certs" },
      "openssl-partial",
      1,
      true },
    { "the last line stands",
      { { "/usr/bin/php8.2", "x" },
        { "/etc/php/8.2/cli/php.ini", "openssl.cafile=/srv/a.pem\n  openssl.cafile=/srv/b.pem\n" },
        { "/srv/a.pem", PEM_A },
        { "/srv/b.pem", PEM_B } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/srv/b.pem" },
      "openssl",
      1,
      true },
    { "PHP is a client without a process, too",
      { { "/usr/bin/php8.2", "x" },
        { "/etc/php/8.2/cli/php.ini", "openssl.cafile=/srv/b.pem\n" },
        { "/srv/b.pem", PEM_B } },
      { NULL, { NULL }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/srv/b.pem" },
      "openssl",
      1,
      true },
    { "a value that PHP works out is not followed",
      { { "/usr/bin/php8.2", "x" }, { "/etc/php/8.2/cli/php.ini", "openssl.cafile=${HOME}/b.pem\n" } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
    { "nor one that holds for some scripts",
      { { "/usr/bin/php8.2", "x" },
        { "/etc/php/8.2/cli/php.ini", "[PATH=/srv/x]\nopenssl.cafile=/srv/b.pem\n" } },
      { "/usr/bin/php8.2", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
    { "where a build looks stands in its bytes",
      { { "/usr/local/bin/php", "'--with-config-file-path=/usr/local/etc/php' "
                                "'--with-config-file-scan-dir=/usr/local/etc/php/conf.d' libcurl.so.4" },
        { "/usr/local/etc/php/conf.d/own.ini", "openssl.cafile=/srv/b.pem\n" },
        { "/etc/php.ini", "openssl.cafile=/srv/a.pem\n" },
        { "/srv/b.pem", PEM_B } },
      { "/usr/local/bin/php", { "php", "x.php" }, { NULL }, NULL },
      RUNTIME_PHP_CURL,
      { "/srv/b.pem", "/etc/ssl/certs" },
      "openssl-partial",
      1,
      true },
    { "a pool of FPM is told something of its own",
      { { "/usr/sbin/php-fpm8.2", "x" },
        { "/etc/php/8.2/fpm/php.ini", "openssl.cafile=/srv/a.pem\n" },
        { POOLS,
          "[other]\n[www]\nphp_admin_value[openssl.cafile] = /srv/b.pem\nphp_value[openssl.cafile] = /x\n" },
        { "/srv/b.pem", PEM_B } },
      { "/usr/sbin/php-fpm8.2", { TITLE }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/srv/b.pem" },
      "openssl",
      1,
      true },
    { "another pool is not",
      { { "/usr/sbin/php-fpm8.2", "x" },
        { "/etc/php/8.2/fpm/php.ini", "openssl.cafile=/srv/a.pem\n" },
        { POOLS, "[other]\nphp_admin_value[openssl.cafile] = /srv/b.pem\n[www]\nuser = x\n" },
        { "/srv/a.pem", PEM_A } },
      { "/usr/sbin/php-fpm8.2", { TITLE }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/srv/a.pem" },
      "openssl",
      1,
      true },
    { "a pool that stands in no file is one of which nothing is said",
      { { "/usr/sbin/php-fpm8.2", "x" }, { POOLS, "[other]\nuser = x\n" } },
      { "/usr/sbin/php-fpm8.2", { TITLE }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
    { "variables of a pool are not followed",
      { { "/usr/sbin/php-fpm8.2", "x" }, { POOLS, "[www]\nenv[SSL_CERT_FILE] = /srv/b.pem\n" } },
      { "/usr/sbin/php-fpm8.2", { TITLE }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
    { "nor what lies beside scripts",
      { { "/usr/sbin/php-fpm8.2", "x" },
        { POOLS, "[www]\nuser = x\n" },
        { "/var/www/html/.user.ini", "openssl.cafile=/srv/b.pem\n" } },
      { "/usr/sbin/php-fpm8.2", { TITLE }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
    { "nor other ini files that its service names",
      { { "/usr/sbin/php-fpm8.2", "x" },
        { POOLS, "[www]\nuser = x\n" },
        { "/etc/systemd/system/php8.2-fpm.service.d/own.conf", "[Service]\nEnvironment=PHPRC=/srv\n" } },
      { "/usr/sbin/php-fpm8.2", { TITLE }, { NULL }, NULL },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
    { "PHP runs in Apache, with ini files of its own",
      { { "/usr/sbin/apache2", "x" },
        { "/usr/lib/apache2/modules/libphp8.2.so", "x" },
        { "/etc/php/8.2/apache2/php.ini", "openssl.cafile=/srv/b.pem\n" },
        { "/srv/b.pem", PEM_B } },
      { "/usr/sbin/apache2", { "apache2" }, { NULL }, "/usr/lib/apache2/modules/libphp8.2.so" },
      RUNTIME_PHP,
      { "/srv/b.pem" },
      "openssl",
      1,
      true },
    { "what Apache's files say of it is not followed",
      { { "/usr/sbin/apache2", "x" },
        { "/usr/lib/apache2/modules/libphp8.2.so", "x" },
        { "/etc/php/8.2/apache2/php.ini", "x=y\n" },
        { "/etc/apache2/sites-enabled/x.conf", "php_admin_value openssl.cafile /srv/b.pem\n" } },
      { "/usr/sbin/apache2", { "apache2" }, { NULL }, "/usr/lib/apache2/modules/libphp8.2.so" },
      RUNTIME_PHP,
      { "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/certs" },
      "openssl",
      0,
      false },
};

static char tree[64];

static void shell(const char *format, ...) PRINTF_LIKE(1, 2);

static void shell(const char *format, ...)
{
    struct text command = { 0 };
    va_list arguments;

    va_start(arguments, format);
    text_vformat(&command, format, arguments);
    va_end(arguments);
    assert_int_equal(system(text_string(&command)), 0);
    text_clear(&command);
}

static void make_file(const struct host_file *file)
{
    struct text path = { 0 };
    FILE *out;

    if (text_starts(file->text, "hash ")) {
        const char *name = file->text + strlen("hash ");

        shell("mkdir -p %s%s && cp %s/store/%s %s%s/$(openssl x509 -hash -noout -in %s/store/%s).0", tree,
              file->path, TEST_DATA, name, tree, file->path, TEST_DATA, name);
        return;
    }
    text_format(&path, "%s%s", tree, file->path);
    shell("mkdir -p $(dirname %s)", text_string(&path));
    if (file->text[0] == '@') {
        shell("cp %s/store/%s %s", TEST_DATA, file->text + 1, text_string(&path));
    } else {
        out = fopen(text_string(&path), "w");
        assert_non_null(out);
        assert_true(fputs(file->text, out) >= 0);
        assert_int_equal(fclose(out), 0);
    }
    text_clear(&path);
}

/* This test itself stands for the process: what it maps can be seen. */
static void *map(const char *path)
{
    struct text whole = { 0 };
    void *mapped;
    int fd;

    text_format(&whole, "%s%s", tree, path);
    fd = open(text_string(&whole), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    mapped = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_ptr_not_equal(mapped, MAP_FAILED);
    close(fd);
    text_clear(&whole);
    return mapped;
}

static bool talks(void *context, const struct process *process)
{
    (void)context;
    (void)process;
    return false;
}

static void fill(struct process *process, const struct kind_case *row)
{
    *process = (struct process){ .pid = getpid(),
                                 .uid = geteuid(),
                                 .root = memory_text(tree),
                                 .executable = memory_text(row->process.executable),
                                 .working_directory = memory_text("/"),
                                 .environment_read = true };
    for (size_t i = 0; i < 6 && row->process.arguments[i] != NULL; i++)
        text_list_add(&process->arguments, row->process.arguments[i]);
    for (size_t i = 0; i < 3 && row->process.environment[i] != NULL; i++)
        text_list_add(&process->environment, row->process.environment[i]);
}

/* The client of this kind that the row's process is, or else the one without a process; NULL when there is none. */
static const struct client *find(const struct client_list *clients, const struct kind_case *row)
{
    for (size_t i = 0; i < clients->count; i++) {
        if (clients->items[i].runtime == row->runtime &&
            (clients->items[i].process_count > 0) == (row->process.executable != NULL))
            return &clients->items[i];
    }
    return NULL;
}

static void compare(const struct client *client, const struct kind_case *row)
{
    size_t count = 0;

    if (row->model == NULL) {
        assert_null(client);
        return;
    }
    assert_non_null(client);
    for (; count < 4 && row->stores[count] != NULL; count++) {
        assert_true(count < client->choice.stores.count);
        assert_string_equal(client->choice.stores.items[count], row->stores[count]);
    }
    assert_int_equal(client->choice.stores.count, count);
    assert_string_equal(client->choice.model->name, row->model);
    assert_int_equal(client->trust->count, row->trusted);
    assert_int_equal(client->trust->complete, row->complete);
}

static void client_is_as_measured(void **state)
{
    const struct kind_case *row = *state;
    struct process_list processes = { 0 };
    struct client_list clients;
    struct error err = { 0 };
    struct shelf *shelf;
    void *mapped = NULL;
    int root_fd;

    snprintf(tree, sizeof(tree), "/tmp/rootshift-kind-XXXXXX");
    assert_non_null(mkdtemp(tree));
    make_file(&(struct host_file){ OPENSSL, OPENSSL_BYTES });
    make_file(&(struct host_file){ "/usr/lib/ssl/cert.pem", PEM_A });
    make_file(&(struct host_file){ "/usr/lib/x/libcurl.so.4", "libcurl/7.88.1 \n" BUNDLE "\n" });
    for (size_t i = 0; i < 8 && row->files[i].path != NULL; i++)
        make_file(&row->files[i]);
    if (row->process.executable != NULL) {
        processes.items = array_grow(NULL, 0, sizeof(*processes.items));
        fill(&processes.items[processes.count++], row);
    }
    if (row->process.maps != NULL)
        mapped = map(row->process.maps);
    root_fd = input_root_open(tree, &err);
    shelf = shelf_new(root_fd);
    client_list_read(&clients, &processes, shelf, root_fd, talks, NULL);
    compare(find(&clients, row), row);
    client_list_clear(&clients);
    process_list_clear(&processes);
    shelf_free(shelf);
    close(root_fd);
    if (mapped != NULL)
        munmap(mapped, 1);
    shell("rm -rf %s", tree);
}

int main(void)
{
    return RUN_ROWS(requests, client_is_as_measured) + RUN_ROWS(php, client_is_as_measured);
}
