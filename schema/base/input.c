#include "schema/base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schema/base/text.h"

#define LINKS_MAX 40 /* as the kernel's own limit: path_resolution(7) */

/* O_NONBLOCK: opening a FIFO must not wait for a writer. O_NOCTTY: nor may a terminal become ours. */
#define READ_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

int input_root_open(const char *directory, struct error *err)
{
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        error_errno(err, "root directory %s", directory);
    return fd;
}

/*
 * Kernels before 5.6: walk one component at a time, follow links ourselves and forget every ".."
 * above the root. `done` is the resolved path so far, always inside the root.
 */
static int open_by_components(int root_fd, const char *path, int flags)
{
    char done[PATH_MAX] = "", rest[PATH_MAX], link[PATH_MAX], part[NAME_MAX + 1];
    int links = 0;

    if (strlen(path) >= sizeof(rest)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(rest, path);
    for (;;) {
        char *at = rest + strspn(rest, "/"), candidate[2 * PATH_MAX];
        size_t size = strcspn(at, "/");
        ssize_t link_size;

        if (size == 0)
            return openat(root_fd, done[0] == '\0' ? "." : done, flags | O_NOFOLLOW);
        if (size > NAME_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(part, at, size);
        part[size] = '\0';
        memmove(rest, at + size, strlen(at + size) + 1);
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            char *slash = strrchr(done, '/');

            if (slash != NULL)
                *slash = '\0';
            else
                done[0] = '\0';
            continue;
        }
        snprintf(candidate, sizeof(candidate), "%s%s%s", done, done[0] == '\0' ? "" : "/", part);
        link_size = readlinkat(root_fd, candidate, link, sizeof(link) - 1);
        if (link_size < 0) { /* no link, or not there: the final openat tells */
            if (strlen(candidate) >= sizeof(done)) {
                errno = ENAMETOOLONG;
                return -1;
            }
            strcpy(done, candidate);
            continue;
        }
        if (++links > LINKS_MAX || (size_t)link_size + strlen(rest) + 2 > sizeof(rest)) {
            errno = ELOOP;
            return -1;
        }
        link[link_size] = '\0';
        if (link[0] == '/')
            done[0] = '\0';
        memmove(rest + link_size + 1, rest, strlen(rest) + 1);
        memcpy(rest, link, (size_t)link_size);
        rest[link_size] = '/';
    }
}

static int open_inside(int root_fd, const char *path, int flags)
{
    struct open_how how = { .flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
    int fd;

    if (root_fd == INPUT_MACHINE)
        return open(path, flags);
    fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = open_by_components(root_fd, path, flags);
    return fd;
}

int input_open(int root_fd, const char *path, bool directory, struct error *err)
{
    struct stat status;
    int fd = open_inside(root_fd, path, READ_FLAGS | (directory ? O_DIRECTORY : 0));

    if (fd < 0) {
        error_errno(err, "%s", path);
        return -1;
    }
    if (!directory && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
        close(fd);
        error_set(err, ERROR_FORMAT, "%s: not a regular file", path);
        return -1;
    }
    return fd;
}

bool input_read_fd(int fd, size_t limit, struct input *input, struct error *err)
{
    size_t room = 65536;

    *input = (struct input){ 0 };
    if (fstat(fd, &input->status) != 0)
        return error_errno(err, "fstat");
    if (S_ISREG(input->status.st_mode)) {
        if ((uint64_t)input->status.st_size > limit)
            return error_set(err, ERROR_LIMIT, "%lld bytes, more than the %zu that are read",
                             (long long)input->status.st_size, limit);
        room = (size_t)input->status.st_size + 1;
    }
    input->bytes = memory_new(room + 1);
    for (;;) { /* to the end, whatever the size said: the file may grow meanwhile */
        ssize_t got;

        if (input->size == room) {
            room *= 2;
            input->bytes = memory_resize(input->bytes, room + 1, 1);
        }
        got = read(fd, input->bytes + input->size, room - input->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error_errno(err, "read");
            input_clear(input);
            return false;
        }
        if (got == 0)
            break;
        input->size += (size_t)got;
        if (input->size > limit) {
            input_clear(input);
            return error_set(err, ERROR_LIMIT, "more than the %zu bytes that are read", limit);
        }
    }
    input->bytes[input->size] = '\0';
    return true;
}

bool input_read(int root_fd, const char *path, size_t limit, struct input *input, struct error *err)
{
    int fd = input_open(root_fd, path, false, err);
    bool ok;

    *input = (struct input){ 0 };
    if (fd < 0)
        return false;
    ok = input_read_fd(fd, limit, input, err) || error_within(err, "%s", path);
    close(fd);
    return ok;
}

void input_clear(struct input *input)
{
    free(input->bytes);
    *input = (struct input){ 0 };
}

char *input_resolve(int root_fd, const char *path, struct error *err)
{
    char link[64], target[PATH_MAX], root[PATH_MAX] = "";
    int fd = open_inside(root_fd, path, O_PATH | O_CLOEXEC);
    ssize_t size;
    size_t root_size;

    if (fd < 0) {
        error_errno(err, "%s", path);
        return NULL;
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    size = readlink(link, target, sizeof(target) - 1);
    close(fd);
    if (size < 0) {
        error_errno(err, "%s", path);
        return NULL;
    }
    target[size] = '\0';
    if (root_fd != INPUT_MACHINE) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", root_fd);
        size = readlink(link, root, sizeof(root) - 1);
        root[size < 0 ? 0 : size] = '\0';
    }
    root_size = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (root_size > 0 && strncmp(target, root, root_size) == 0)
        return memory_text(target[root_size] == '\0' ? "/" : target + root_size);
    return memory_text(target); /* a mount of ours inside the tree shows its own path */
}
