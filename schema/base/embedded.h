/* Files carried inside the program, so that there is nothing to install beside it. */
#pragma once

#include <stddef.h>

struct embedded {
    const char *name;                 /* the file's name without folders; NULL ends a table */
    const unsigned char *start, *end; /* *end is a NUL, so text files are strings */
};

static inline size_t embedded_size(const struct embedded *file)
{
    return (size_t)(file->end - file->start);
}
