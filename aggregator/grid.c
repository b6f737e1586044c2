#include "aggregator/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void grid_cell(struct grid *grid, const char *value)
{
    struct text safe = { 0 };

    for (const char *at = value; *at != '\0'; at++)
        text_append(&safe, (unsigned char)*at < 0x20 || *at == 0x7f ? "?" : at, 1);
    text_list_add(&grid->cells, text_string(&safe));
    text_clear(&safe);
}

void grid_cell_format(struct grid *grid, const char *format, ...)
{
    struct text text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    text_vformat(&text, format, arguments);
    va_end(arguments);
    grid_cell(grid, text_string(&text));
    text_clear(&text);
}

/* Columns on the terminal. Three-byte sequences from U+1100 on are wide for the scripts that we print. */
static size_t width_of(const char *value)
{
    size_t width = 0;

    for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++) {
        if ((*at & 0xc0) == 0x80)
            continue;
        width += *at >= 0xe3 && *at < 0xf8 ? 2 : 1;
    }
    return width;
}

void grid_print(struct grid *grid, const char *indent, struct text *out)
{
    size_t *widths = memory_new((grid->columns + 1) * sizeof(*widths));

    for (size_t i = 0; i < grid->cells.count; i++) {
        size_t width = width_of(grid->cells.items[i]);

        if (width > widths[i % grid->columns])
            widths[i % grid->columns] = width;
    }
    for (size_t i = 0; i < grid->cells.count; i++) {
        size_t column = i % grid->columns;
        const char *cell = grid->cells.items[i];

        if (column == 0)
            text_add(out, indent);
        text_add(out, cell);
        if (column + 1 == grid->columns) {
            text_add(out, "\n");
            continue;
        }
        for (size_t pad = width_of(cell); pad < widths[column] + 2; pad++)
            text_add(out, " ");
    }
    free(widths);
    text_list_clear(&grid->cells);
}
