#include "collector/host/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

char *tree_resolve(int root_fd, const char *path)
{
    struct error err = { 0 };

    return input_resolve(root_fd, path, &err);
}

bool tree_exists(int root_fd, const char *path)
{
    char *resolved = tree_resolve(root_fd, path);
    bool exists = resolved != NULL;

    free(resolved);
    return exists;
}

bool tree_status(int root_fd, const char *path, struct stat *status)
{
    struct error err = { 0 };
    char *resolved = tree_resolve(root_fd, path), *folder;
    bool known;
    int fd;

    if (resolved == NULL)
        return false;
    folder = tree_folder(resolved);
    fd = input_open(root_fd, folder, true, &err);
    known = fd >= 0 && fstatat(fd, strcmp(resolved, "/") == 0 ? "." : tree_name(resolved), status,
                               AT_SYMLINK_NOFOLLOW) == 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    free(resolved);
    return known;
}

static bool can_open(int root_fd, const char *path, bool directory)
{
    struct error err = { 0 };
    int fd = input_open(root_fd, path, directory, &err);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool tree_is_directory(int root_fd, const char *path)
{
    return can_open(root_fd, path, true);
}

bool tree_is_file(int root_fd, const char *path)
{
    return can_open(root_fd, path, false);
}

/* More links than the kernel follows in one path lead nowhere (path_resolution(7)). */
#define LINKS_MAX 40

/* A way along a path: how far it has come, without links, and what is still to be gone. */
struct way {
    int root_fd, links;
    char *done, *rest;
    struct timespec changed;
};

static void take_later(struct timespec *time, const struct timespec *other)
{
    if (other->tv_sec > time->tv_sec || (other->tv_sec == time->tv_sec && other->tv_nsec > time->tv_nsec))
        *time = *other;
}

static void replace(char **text, char *with)
{
    free(*text);
    *text = with;
}

static void follow(struct way *way, int fd, const char *name, const char *rest)
{
    char target[4096];
    ssize_t size = readlinkat(fd, name, target, sizeof(target) - 1);

    if (size < 0 || ++way->links > LINKS_MAX) {
        replace(&way->rest, memory_text(""));
        return;
    }
    target[size] = '\0';
    if (target[0] == '/')
        replace(&way->done, memory_text("/"));
    replace(&way->rest, tree_join(target, rest));
}

/*
 * A folder's ctime and mtime are set together when something in it comes or goes, which is nobody's concern here; when
 * the folder itself was put in its place the ctime alone is set.
 */
static bool was_moved(const struct stat *folder)
{
    return folder->st_ctim.tv_sec != folder->st_mtim.tv_sec ||
           folder->st_ctim.tv_nsec != folder->st_mtim.tv_nsec;
}

/* One component; false at the end of the way. */
static bool go_on(struct way *way)
{
    const char *from = way->rest + strspn(way->rest, "/");
    size_t size = strcspn(from, "/");
    char *name = memory_text(from), *rest = memory_text(from + size + strspn(from + size, "/"));
    struct error err = { 0 };
    struct stat status;
    bool more = size > 0;
    int fd = more ? input_open(way->root_fd, way->done, true, &err) : -1;

    name[size] = '\0';
    if (fd < 0) {
        more = false;
    } else if (strcmp(name, "..") == 0) {
        replace(&way->done, tree_folder(way->done));
        replace(&way->rest, memory_text(rest));
    } else if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (fstat(fd, &status) == 0)
            take_later(&way->changed, &status.st_ctim);
        more = false;
    } else if (S_ISLNK(status.st_mode)) {
        take_later(&way->changed, &status.st_ctim);
        follow(way, fd, name, rest);
    } else {
        if (S_ISDIR(status.st_mode) && was_moved(&status))
            take_later(&way->changed, &status.st_ctim);
        replace(&way->done, tree_join(way->done, name));
        replace(&way->rest, memory_text(rest));
    }
    if (fd >= 0)
        close(fd);
    free(name);
    free(rest);
    return more;
}

struct timespec tree_changed(int root_fd, const char *path)
{
    struct way way = { .root_fd = root_fd, .done = memory_text("/"), .rest = memory_text(path) };

    while (go_on(&way))
        continue;
    free(way.done);
    free(way.rest);
    return way.changed;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void tree_list(int root_fd, const char *path, struct text_list *names)
{
    struct error err = { 0 };
    int fd = input_open(root_fd, path, true, &err);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    if (directory == NULL)
        return;
    for (struct dirent *row = readdir(directory); row != NULL && names->count < TREE_PATHS_MAX;
         row = readdir(directory)) {
        if (row->d_name[0] != '.')
            text_list_add(names, row->d_name);
    }
    closedir(directory);
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), by_name);
}

char *tree_join(const char *folder, const char *name)
{
    struct text path = { 0 };

    if (name[0] == '/' || folder == NULL)
        return memory_text(name);
    text_format(&path, "%s%s%s", folder, text_ends(folder, "/") ? "" : "/", name);
    return text_take(&path);
}

char *tree_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = memory_text(path);

    folder[slash == NULL || slash == path ? 0 : slash - path] = '\0';
    if (folder[0] == '\0') {
        free(folder);
        return memory_text("/");
    }
    return folder;
}

const char *tree_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* One component of the pattern below `done`; the rest is for the next call. */
static void glob_from(int root_fd, const char *done, const char *pattern, struct text_list *paths)
{
    size_t size;
    char *component, *next;
    struct text_list names = { 0 };

    pattern += strspn(pattern, "/");
    size = strcspn(pattern, "/");
    if (paths->count >= TREE_PATHS_MAX)
        return;
    if (size == 0) {
        text_list_add(paths, done);
        return;
    }
    component = strndup(pattern, size);
    if (component == NULL)
        return;
    if (strpbrk(component, "*?[") == NULL) {
        next = tree_join(done, component);
        if (tree_exists(root_fd, next))
            glob_from(root_fd, next, pattern + size, paths);
        free(next);
        free(component);
        return;
    }
    tree_list(root_fd, done, &names);
    for (size_t i = 0; i < names.count; i++) {
        if (fnmatch(component, names.items[i], FNM_PERIOD) != 0)
            continue;
        next = tree_join(done, names.items[i]);
        if (pattern[size] == '\0' || tree_is_directory(root_fd, next))
            glob_from(root_fd, next, pattern + size, paths);
        free(next);
    }
    text_list_clear(&names);
    free(component);
}

void tree_glob(int root_fd, const char *pattern, struct text_list *paths)
{
    glob_from(root_fd, "/", pattern, paths);
}

/* Where nobody keeps trust stores, or many thousands of files: caches and what package managers unpack. */
static bool is_left_out(const char *name)
{
    static const char *const left_out[] = { "node_modules", "site-packages", "dist-packages",
                                            "__pycache__",  "proc",          "sys",
                                            "doc" };

    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
        if (strcmp(left_out[i], name) == 0)
            return true;
    }
    return name[0] == '.';
}

void tree_walk(int root_fd, const char *path, int levels, struct text_list *paths)
{
    struct error err = { 0 };
    int fd = levels < 0 ? -1 : input_open(root_fd, path, true, &err);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    if (directory == NULL)
        return;
    for (struct dirent *row = readdir(directory); row != NULL && paths->count < TREE_PATHS_MAX;
         row = readdir(directory)) {
        struct stat status;
        char *inside;

        if (is_left_out(row->d_name) ||
            fstatat(dirfd(directory), row->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        inside = tree_join(path, row->d_name);
        if (S_ISDIR(status.st_mode))
            tree_walk(root_fd, inside, levels - 1, paths);
        else if (S_ISREG(status.st_mode))
            text_list_add(paths, inside);
        free(inside);
    }
    closedir(directory);
}

char *tree_find_text(int root_fd, const char *path, const char *mark, const char *ends)
{
    struct error err = { 0 };
    struct stat status;
    int fd = input_open(root_fd, path, false, &err);
    const char *bytes = MAP_FAILED, *at = NULL;
    struct text found = { 0 };

    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return NULL;
    at = memmem(bytes, (size_t)status.st_size, mark, strlen(mark));
    if (at != NULL) {
        for (at += strlen(mark); at < bytes + status.st_size && *at >= ' ' && *at < 0x7f && found.size < 4096;
             at++) {
            if (strchr(ends, *at) != NULL)
                break;
            text_append(&found, at, 1);
        }
        at = mark;
    }
    munmap((void *)(uintptr_t)bytes, (size_t)status.st_size);
    return at == NULL ? NULL : text_take(&found);
}

bool tree_has_text(int root_fd, const char *path, const char *mark)
{
    char *rest = tree_find_text(root_fd, path, mark, "");

    free(rest);
    return rest != NULL;
}
