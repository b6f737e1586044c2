#include "collector/host/mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/input.h"

/* A line is some hundred bytes, and a process that maps a hundred thousand files is no client of anybody's. */
#define MAPS_BYTES_MAX (16 * 1024 * 1024)

void mappings_read(struct mappings *mappings, const struct process *process)
{
    struct error err = { 0 };
    struct input input;
    char path[64];

    *mappings = (struct mappings){ .process = process };
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)process->pid);
    if (input_read(INPUT_MACHINE, path, MAPS_BYTES_MAX, &input, &err)) {
        mappings->text = (char *)input.bytes; /* ended by a NUL, and ours */
        return;
    }
    mappings->hidden = err.kind != ERROR_ABSENT;
    input_clear(&input);
}

void mappings_clear(struct mappings *mappings)
{
    free(mappings->text);
    *mappings = (struct mappings){ 0 };
}

/* The line of the next such file from here on, at its path; NULL when there is none. */
static const char *find(const struct mappings *mappings, const char *from, const char *library)
{
    struct text name = { 0 };
    const char *at;

    text_format(&name, "/%s", library);
    at = from == NULL ? NULL : strstr(from, text_string(&name));
    text_clear(&name);
    while (at != NULL && at > mappings->text && at[-1] != '\n')
        at--;
    return at == NULL ? NULL : strchr(at, '/'); /* before it are addresses and numbers (proc(5)) */
}

bool mappings_have(const struct mappings *mappings, const char *library)
{
    return mappings->hidden || find(mappings, mappings->text, library) != NULL;
}

static const char *next_line(const char *at)
{
    return at == NULL ? NULL : strchr(at, '\n');
}

/*
 * The kernel calls a file by its path from our root, or from its own mount's. Of several files that below the process's
 * root counts; without one there the first.
 */
char *mappings_path(const struct mappings *mappings, const char *library)
{
    static const char deleted[] = " (deleted)";
    const char *root = mappings->process->root == NULL ? "/" : mappings->process->root;
    size_t above = strcmp(root, "/") == 0 ? 0 : strlen(root);
    const char *first = find(mappings, mappings->text, library), *inside = first;
    char *path;

    if (first == NULL)
        return NULL;
    while (inside != NULL && (strncmp(inside, root, above) != 0 || inside[above] != '/'))
        inside = find(mappings, next_line(inside), library);
    path = memory_text(inside != NULL ? inside + above : first);
    path[strcspn(path, "\n")] = '\0';
    if (text_ends(path, deleted))
        path[strlen(path) - strlen(deleted)] = '\0';
    return path;
}
