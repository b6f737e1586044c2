/*
 * A table for people on a terminal: columns as wide as their widest cell, Chinese counted as the two
 * columns it takes, control characters from outside made harmless.
 */
#pragma once

#include <stddef.h>

#include "schema/base/text.h"

struct grid {
    size_t columns;
    struct text_list cells; /* row by row */
};

void grid_cell(struct grid *grid, const char *value);
void grid_cell_format(struct grid *grid, const char *format, ...) PRINTF_LIKE(2, 3);

/* Append the table to `out`; the first row is the heading. Empties the grid but for its columns. */
void grid_print(struct grid *grid, const char *indent, struct text *out);
