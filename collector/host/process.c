#include "collector/host/process.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema/base/input.h"

/* The kernel bounds both together by a quarter of the stack limit; usual is far below (execve(2)). */
#define LINE_BYTES_MAX (2 * 1024 * 1024)

/* A file of /proc/PID. ERROR_ABSENT also when the process ended between open and read (ESRCH). */
static bool read_of(int folder, const char *name, struct input *input, struct error *err)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    bool ok;

    *input = (struct input){ 0 };
    if (fd < 0)
        return error_errno(err, "%s", name);
    ok = input_read_fd(fd, LINE_BYTES_MAX, input, err);
    close(fd);
    return ok;
}

static void add_strings(struct text_list *list, const struct input *input)
{
    const char *at = (const char *)input->bytes, *end = at + input->size;

    for (; at < end; at += strlen(at) + 1) /* the NUL behind the input ends the last one */
        text_list_add(list, at);
}

/*
 * proc(5), /proc/PID/stat: field 22 is the start in clock ticks since boot. The name in field 2 may
 * hold anything, so fields are counted from its last parenthesis.
 */
static bool parse_start(const char *stat, int64_t boot_ms, int64_t *started_ms)
{
    const char *at = strrchr(stat, ')');
    long ticks = sysconf(_SC_CLK_TCK);

    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL || ticks <= 0)
        return false;
    *started_ms = boot_ms + (int64_t)(strtoull(at, NULL, 10) * 1000 / (unsigned long)ticks);
    return true;
}

/*
 * The machine's boot on the wall clock. Computed from both clocks and not taken from btime of
 * /proc/stat, which is cut to whole seconds.
 */
static int64_t boot_ms(void)
{
    struct timespec wall, up;

    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (int64_t)(wall.tv_sec - up.tv_sec) * 1000 + (wall.tv_nsec - up.tv_nsec) / 1000000;
}

/* The target of a link of /proc/PID; NULL when it cannot be read. The caller's to free. */
static char *link_of(int folder, const char *name)
{
    char target[PATH_MAX];
    ssize_t size = readlinkat(folder, name, target, sizeof(target) - 1);

    if (size < 0)
        return NULL;
    target[size] = '\0';
    return memory_text(target);
}

/* Links of /proc/PID name files from our root; inside a tree the host calls them without the tree's own path. */
static char *inside(char *target, const char *root)
{
    size_t size = strcmp(root, "/") == 0 ? 0 : strlen(root);

    if (size > 0 && strncmp(target, root, size) == 0 && (target[size] == '/' || target[size] == '\0'))
        memmove(target, target + size, strlen(target + size) + 1);
    return target;
}

static void set_executable(struct process *process, char *target, const char *root)
{
    static const char deleted[] = " (deleted)";

    if (text_ends(target, deleted)) {
        process->executable_deleted = true;
        target[strlen(target) - strlen(deleted)] = '\0';
    }
    process->executable = inside(target, root);
}

/* The numbers of a line of /proc/PID/status, in base `base`. */
static size_t status_numbers(const char *status, const char *name, int base, unsigned long long *numbers,
                             size_t capacity)
{
    const char *at = strstr(status, name);
    size_t count = 0;

    for (at = at == NULL ? NULL : at + strlen(name); at != NULL && count < capacity; count++) {
        char *end;

        at += strspn(at, " \t");
        numbers[count] = strtoull(at, &end, base);
        if (end == at)
            break;
        at = end;
    }
    return count;
}

/*
 * The auxiliary vector (getauxval(3)): pairs of a type and a value. Its addresses are the kernel's choice for each execve,
 * so a process that has those of another was forked from it, or both from a third.
 */
static void read_vector(int folder, struct process *process)
{
    struct error err = { 0 };
    struct input input;

    if (read_of(folder, "auxv", &input, &err) && input.size > 0) {
        for (size_t at = 0; at + 2 * sizeof(unsigned long) <= input.size; at += 2 * sizeof(unsigned long)) {
            unsigned long pair[2];

            memcpy(pair, input.bytes + at, sizeof(pair));
            process->privileged = process->privileged || (pair[0] == AT_SECURE && pair[1] != 0);
        }
        process->image = fingerprint_of(input.bytes, input.size);
    }
    input_clear(&input);
}

/* proc(5): the fourth of Uid and Gid is the one that the file system asks. */
static void read_rights(int folder, struct process *process)
{
    const unsigned long long reads_all = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;
    unsigned long long numbers[sizeof(process->groups) / sizeof(process->groups[0]) - 1];
    size_t capacity = sizeof(numbers) / sizeof(numbers[0]), count;
    struct error err = { 0 };
    struct input input;

    if (read_of(folder, "status", &input, &err)) {
        const char *status = (const char *)input.bytes;

        if (status_numbers(status, "\nUid:", 10, numbers, 4) == 4)
            process->uid = (uid_t)numbers[3];
        if (status_numbers(status, "\nGid:", 10, numbers, 4) == 4)
            process->groups[process->group_count++] = (gid_t)numbers[3];
        count = status_numbers(status, "\nGroups:", 10, numbers, capacity);
        for (size_t i = 0; i < count; i++)
            process->groups[process->group_count++] = (gid_t)numbers[i];
        process->reads_all =
            status_numbers(status, "\nCapEff:", 16, numbers, 1) == 1 && (numbers[0] & reads_all) != 0;
    }
    input_clear(&input);
    read_vector(folder, process);
}

static void clear_process(struct process *process)
{
    free(process->root);
    free(process->executable);
    free(process->working_directory);
    text_list_clear(&process->arguments);
    text_list_clear(&process->environment);
}

enum sight { SIGHT_FULL, SIGHT_PART, SIGHT_NONE };

/* NONE: no process of this host, or gone. PART: ours, but something could not be read. */
static enum sight read_process(int folder, const struct stat *root, const char *root_path, int64_t boot,
                               struct process *process)
{
    struct error err = { 0 };
    struct input input;
    struct stat status;
    char *target;
    bool part = false;

    if (fstatat(folder, "root", &status, 0) != 0) {
        if (errno != EACCES && errno != EPERM)
            return SIGHT_NONE;
        part = true; /* whose it is cannot be told: counted for every host */
    } else if (status.st_dev != root->st_dev || status.st_ino != root->st_ino) {
        return SIGHT_NONE;
    }
    if (!read_of(folder, "cmdline", &input, &err))
        return SIGHT_NONE;
    add_strings(&process->arguments, &input);
    input_clear(&input);
    if (process->arguments.count == 0)
        return SIGHT_NONE; /* a kernel thread, or a process that is ending */
    if (!read_of(folder, "stat", &input, &err))
        return SIGHT_NONE;
    if (!parse_start((const char *)input.bytes, boot, &process->started_ms)) {
        input_clear(&input);
        return SIGHT_NONE;
    }
    input_clear(&input);
    if (fstat(folder, &status) == 0)
        process->uid = status.st_uid;
    read_rights(folder, process);
    process->root = memory_text(root_path);
    target = link_of(folder, "exe");
    if (target != NULL)
        set_executable(process, target, root_path);
    target = link_of(folder, "cwd");
    process->working_directory = target == NULL ? NULL : inside(target, root_path);
    process->environment_read = read_of(folder, "environ", &input, &err);
    if (process->environment_read)
        add_strings(&process->environment, &input);
    input_clear(&input);
    return part || process->executable == NULL || !process->environment_read ? SIGHT_PART : SIGHT_FULL;
}

/*
 * What a process was forked from read its stores, and settings, when it started itself: a worker that a server forks
 * today goes on with what was there when the server began.
 */
static void take_earliest_starts(struct process_list *list)
{
    static const struct fingerprint unknown = { 0 };

    for (size_t i = 0; i < list->count; i++) {
        struct process *process = &list->items[i];

        for (size_t j = 0; j < list->count && !fingerprint_equal(&process->image, &unknown); j++) {
            const struct process *other = &list->items[j];

            if (other->started_ms < process->started_ms && fingerprint_equal(&process->image, &other->image))
                process->started_ms = other->started_ms;
        }
    }
}

bool process_list_read(struct process_list *list, const char *root, struct error *err)
{
    char real_root[PATH_MAX];
    struct stat status;
    DIR *processes = NULL;
    int64_t boot = boot_ms();

    *list = (struct process_list){ 0 };
    if (realpath(root, real_root) == NULL || stat(real_root, &status) != 0)
        return error_errno(err, "root directory %s", root);
    processes = opendir("/proc");
    if (processes == NULL)
        return error_errno(err, "/proc");
    for (struct dirent *row = readdir(processes); row != NULL; row = readdir(processes)) {
        struct process process = { 0 };
        enum sight sight;
        int folder;

        if (!isdigit((unsigned char)row->d_name[0]))
            continue;
        process.pid = (pid_t)strtol(row->d_name, NULL, 10);
        if (process.pid == getpid())
            continue;
        folder = openat(dirfd(processes), row->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
            continue;
        sight = read_process(folder, &status, real_root, boot, &process);
        close(folder);
        if (sight == SIGHT_PART)
            list->unreadable++;
        if (sight == SIGHT_NONE) {
            clear_process(&process);
            continue;
        }
        list->items = array_grow(list->items, list->count, sizeof(*list->items));
        list->items[list->count++] = process;
    }
    closedir(processes);
    take_earliest_starts(list);
    return true;
}

void process_list_clear(struct process_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        clear_process(&list->items[i]);
    free(list->items);
    *list = (struct process_list){ 0 };
}

const char *process_variable(const struct process *process, const char *name)
{
    size_t size = strlen(name);

    /* getenv(3) finds the first of two equal names; execve passes both on */
    for (size_t i = 0; i < process->environment.count; i++) {
        const char *item = process->environment.items[i];

        if (strncmp(item, name, size) == 0 && item[size] == '=')
            return item + size + 1;
    }
    return NULL;
}

static int open_folder(const struct process *process)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d", (int)process->pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/*
 * The remote address of a line of /proc/net/tcp or tcp6 (proc(5)): hexadecimal, each 32-bit word in the order
 * of this machine. An IPv4 address inside IPv6 is written as the former.
 */
static bool parse_remote(const char *line, char address[INET6_ADDRSTRLEN], unsigned long *inode)
{
    char hex[33];
    unsigned char bytes[16];
    size_t words;

    if (sscanf(line, " %*d: %*32[0-9A-F]:%*x %32[0-9A-F]:%*x %*x %*x:%*x %*x:%*x %*x %*d %*d %lu", hex,
               inode) != 2)
        return false;
    words = strlen(hex) / 8;
    for (size_t i = 0; i < words && i < 4; i++) {
        char word[9];
        uint32_t value;

        memcpy(word, hex + 8 * i, 8);
        word[8] = '\0';
        value = (uint32_t)strtoul(word, NULL, 16);
        memcpy(bytes + 4 * i, &value, 4);
    }
    if (words == 4 && memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0)
        return inet_ntop(AF_INET, bytes + 12, address, INET6_ADDRSTRLEN) != NULL;
    return (words == 1 || words == 4) &&
           inet_ntop(words == 1 ? AF_INET : AF_INET6, bytes, address, INET6_ADDRSTRLEN) != NULL;
}

static bool holds_socket(int folder, unsigned long inode)
{
    char wanted[64];
    int fds = openat(folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fds < 0 ? NULL : fdopendir(fds);
    bool holds = false;

    snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
    while (directory != NULL && !holds) {
        struct dirent *row = readdir(directory);
        char *target = row == NULL ? NULL : link_of(dirfd(directory), row->d_name);

        holds = target != NULL && strcmp(target, wanted) == 0;
        free(target);
        if (row == NULL)
            break;
    }
    if (directory != NULL)
        closedir(directory);
    return holds;
}

/* The sockets in question of one network namespace, by inode. */
struct network {
    dev_t device;
    ino_t inode;
    unsigned long *sockets;
    size_t count;
};

struct process_sockets {
    const struct text_list *addresses;
    struct network *networks;
    size_t count;
};

struct process_sockets *process_sockets_new(const struct text_list *addresses)
{
    struct process_sockets *sockets = memory_new(sizeof(*sockets));

    sockets->addresses = addresses;
    return sockets;
}

void process_sockets_free(struct process_sockets *sockets)
{
    if (sockets == NULL)
        return;
    for (size_t i = 0; i < sockets->count; i++)
        free(sockets->networks[i].sockets);
    free(sockets->networks);
    free(sockets);
}

static void add_table(struct network *network, int folder, const char *table,
                      const struct text_list *addresses)
{
    struct error err = { 0 };
    struct input input;
    char *rest, *line;

    if (!read_of(folder, table, &input, &err))
        return;
    rest = (char *)input.bytes;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char address[INET6_ADDRSTRLEN];
        unsigned long inode;

        if (!parse_remote(line, address, &inode) || !text_list_has(addresses, address))
            continue;
        network->sockets = array_grow(network->sockets, network->count, sizeof(*network->sockets));
        network->sockets[network->count++] = inode;
    }
    input_clear(&input);
}

/* NULL where the process's namespace may not be seen. */
static const struct network *network_of(struct process_sockets *sockets, int folder)
{
    struct stat status;
    struct network *network;

    if (fstatat(folder, "ns/net", &status, 0) != 0)
        return NULL;
    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->networks[i].device == status.st_dev && sockets->networks[i].inode == status.st_ino)
            return &sockets->networks[i];
    }
    sockets->networks = array_grow(sockets->networks, sockets->count, sizeof(*sockets->networks));
    network = &sockets->networks[sockets->count++];
    *network = (struct network){ .device = status.st_dev, .inode = status.st_ino };
    add_table(network, folder, "net/tcp", sockets->addresses);
    add_table(network, folder, "net/tcp6", sockets->addresses);
    return network;
}

bool process_talks_to(const struct process *process, struct process_sockets *sockets)
{
    int folder = sockets->addresses->count == 0 ? -1 : open_folder(process);
    const struct network *network = folder < 0 ? NULL : network_of(sockets, folder);
    bool talks = false;

    for (size_t i = 0; network != NULL && !talks && i < network->count; i++)
        talks = holds_socket(folder, network->sockets[i]);
    if (folder >= 0)
        close(folder);
    return talks;
}
