#include "collector/host/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host/tree.h"

enum permission { MAY_READ = 4, MAY_PASS = 1 };

static bool in_group(const struct process *process, gid_t group)
{
    for (size_t i = 0; i < process->group_count; i++) {
        if (process->groups[i] == group)
            return true;
    }
    return false;
}

/* Only the first class that fits counts, also where a later one allows more. */
static bool permits(const struct process *process, const struct stat *status, enum permission wanted)
{
    mode_t bits = status->st_mode;

    if (process->reads_all)
        return true;
    if (status->st_uid == process->uid)
        bits >>= 6;
    else if (in_group(process, status->st_gid))
        bits >>= 3;
    return (bits & (mode_t)wanted) != 0;
}

/* Every folder above `path`, which has no links in it. */
static bool passes_folders(const struct process *process, int root_fd, const char *path)
{
    char *folder = tree_folder(path);
    bool passes = true;

    while (passes) {
        struct stat status;
        char *above;

        passes = !tree_status(root_fd, folder, &status) || permits(process, &status, MAY_PASS);
        if (strcmp(folder, "/") == 0)
            break;
        above = tree_folder(folder);
        free(folder);
        folder = above;
    }
    free(folder);
    return passes;
}

static bool reads(const struct process *process, int root_fd, const char *path, struct stat *status)
{
    char *resolved = tree_resolve(root_fd, path);
    bool may = resolved == NULL || !tree_status(root_fd, resolved, status) ||
               (permits(process, status, MAY_READ) &&
                (!S_ISDIR(status->st_mode) || permits(process, status, MAY_PASS)) &&
                passes_folders(process, root_fd, resolved));

    free(resolved);
    return may;
}

bool access_allows(const struct process *process, int root_fd, const char *path, bool within)
{
    struct text_list names = { 0 };
    struct stat status = { 0 }, of_file;
    bool may = process->reads_all || reads(process, root_fd, path, &status);

    if (may && within && S_ISDIR(status.st_mode))
        tree_list(root_fd, path, &names);
    for (size_t i = 0; may && i < names.count; i++) {
        char *file = tree_join(path, names.items[i]);

        may = reads(process, root_fd, file, &of_file);
        free(file);
    }
    text_list_clear(&names);
    return may;
}

/* The mount namespace of a process (namespaces(7)); false where it may not be known. */
static bool name_mounts(const char *process, char name[64])
{
    char path[64];
    ssize_t size;

    snprintf(path, sizeof(path), "/proc/%s/ns/mnt", process);
    size = readlink(path, name, 63);
    if (size >= 0)
        name[size] = '\0';
    return size >= 0;
}

static bool has_own_mounts(const struct process *process)
{
    char ours[64], theirs[64], pid[32];

    snprintf(pid, sizeof(pid), "%d", (int)process->pid);
    return name_mounts("self", ours) && name_mounts(pid, theirs) && strcmp(ours, theirs) != 0;
}

bool access_sees_same(const struct process *process, int root_fd, const char *path)
{
    struct stat ours = { 0 }, theirs = { 0 };
    struct error err = { 0 };
    char root[64];
    int their_fd;
    bool same;

    if (!has_own_mounts(process))
        return true;
    snprintf(root, sizeof(root), "/proc/%d/root", (int)process->pid);
    their_fd = input_root_open(root, &err);
    if (their_fd < 0)
        return true;
    same = tree_status(root_fd, path, &ours) == tree_status(their_fd, path, &theirs) &&
           ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
    close(their_fd);
    return same;
}
