#include "tests/support/host.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/base/input.h"

/* Above every process id (proc(5), pid_max): it maps nothing. */
#define NOBODY 0x7ffffff0

#define OPENSSL "/usr/lib/x/libcrypto.so.3"
#define OPENSSL_BYTES "OPENSSLDIR: \"/usr/lib/ssl\""

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
    if (text_starts(file->text, "-> ")) {
        shell("ln -s %s %s", file->text + 3, text_string(&path));
    } else if (file->text[0] == '@') {
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

static enum client_speech speech_of(void *context, const struct process *process)
{
    (void)context;
    (void)process;
    return CLIENT_SILENT;
}

static void fill(struct process *process, const struct kind_case *row)
{
    *process = (struct process){ .pid = row->process.maps != NULL ? getpid() : NOBODY,
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
    const char *level = NULL;
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
    for (size_t i = 0; i < client->trust->parameters.count; i++) {
        if (text_starts(client->trust->parameters.items[i], "security_level="))
            level = client->trust->parameters.items[i];
    }
    assert_string_equal(level == NULL ? "" : level, row->level == NULL ? "" : row->level);
}

const struct client *host_make(struct host *host, const struct kind_case *row)
{
    struct error err = { 0 };

    *host = (struct host){ 0 };
    snprintf(tree, sizeof(tree), "/tmp/rootshift-kind-XXXXXX");
    assert_non_null(mkdtemp(tree));
    make_file(&(struct host_file){ OPENSSL, OPENSSL_BYTES });
    make_file(&(struct host_file){ "/usr/lib/ssl/cert.pem", PEM_A });
    make_file(&(struct host_file){ "/usr/lib/x/libcurl.so.4", "libcurl/7.88.1 \nlibssl.so.3\n" BUNDLE "\n" });
    for (size_t i = 0; i < 8 && row->files[i].path != NULL; i++)
        make_file(&row->files[i]);
    if (row->process.executable != NULL) {
        host->processes.items = array_grow(NULL, 0, sizeof(*host->processes.items));
        fill(&host->processes.items[host->processes.count++], row);
    }
    if (row->process.maps != NULL)
        host->mapped = map(row->process.maps);
    host->root_fd = input_root_open(tree, &err);
    host->shelf = shelf_new(host->root_fd);
    client_list_read(&host->clients, &host->processes, host->shelf, host->root_fd, speech_of, NULL);
    return find(&host->clients, row);
}

void host_remove(struct host *host)
{
    client_list_clear(&host->clients);
    process_list_clear(&host->processes);
    shelf_free(host->shelf);
    close(host->root_fd);
    if (host->mapped != NULL)
        munmap(host->mapped, 1);
    shell("rm -rf %s", tree);
}

void client_is_as_measured(void **state)
{
    const struct kind_case *row = *state;
    struct host host;

    compare(host_make(&host, row), row);
    host_remove(&host);
}
