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

/* The last "/" of the path of the first such file; NULL when there is none. */
static const char *find(const struct mappings *mappings, const char *library)
{
    struct text name = { 0 };
    const char *at;

    text_format(&name, "/%s", library);
    at = mappings->text == NULL ? NULL : strstr(mappings->text, text_string(&name));
    text_clear(&name);
    return at;
}

bool mappings_have(const struct mappings *mappings, const char *library)
{
    return mappings->hidden || find(mappings, library) != NULL;
}

char *mappings_path(const struct mappings *mappings, const char *library)
{
    static const char deleted[] = " (deleted)";
    const char *name = find(mappings, library), *from = name;
    const char *root = mappings->process->root == NULL ? "/" : mappings->process->root;
    size_t above = strcmp(root, "/") == 0 ? 0 : strlen(root);
    char *path;

    if (name == NULL)
        return NULL;
    while (from > mappings->text && from[-1] != '\n')
        from--;
    from = strchr(from, '/'); /* before it are addresses and numbers (proc(5)) */
    if (strncmp(from, root, above) == 0 && from[above] == '/')
        from += above;
    path = memory_text(from);
    path[strcspn(path, "\n")] = '\0';
    if (text_ends(path, deleted))
        path[strlen(path) - strlen(deleted)] = '\0';
    return path;
}
