/*
 * Text that grows, and lists of texts. Running out of memory ends the program: none of the
 * programs can do anything useful then, and all of them can be started again.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "schema/base/error.h"

struct text {
    char *bytes; /* always ended by a NUL that `size` does not count; NULL while empty */
    size_t size, room;
};

void text_reserve(struct text *text, size_t size); /* room for `size` more bytes, and the NUL */

/* Here, as most of the lines and messages that a program writes pass through it. */
static inline void text_append(struct text *text, const void *bytes, size_t size)
{
    if (text->size + size >= text->room)
        text_reserve(text, size);
    if (size > 0)
        memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

void text_add(struct text *text, const char *string);
void text_format(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_vformat(struct text *text, const char *format, va_list arguments);
const char *text_string(const struct text *text); /* "" while empty */
char *text_take(struct text *text);               /* the caller's to free; text is empty again */
void text_clear(struct text *text);

struct text_list {
    char **items;
    size_t count;
};

void text_list_add(struct text_list *list, const char *item); /* copied */
bool text_list_has(const struct text_list *list, const char *item);
void text_list_clear(struct text_list *list);

/* Memory or the end of the program, never NULL. */
void *memory_new(size_t size); /* zeroed */
void *memory_resize(void *memory, size_t count, size_t each);
char *memory_text(const char *string);
void *memory_copy(const void *bytes, size_t size);

/*
 * Room for one more item in `array` of `count` items: grows by doubling.
 * Use: list->items = array_grow(list->items, list->count, sizeof(*list->items));
 */
void *array_grow(void *array, size_t count, size_t each);

/* What a byte order mark in UTF-8 takes of its start: some editors write one. */
size_t text_mark_bytes(const char *bytes, size_t size);
bool text_starts(const char *string, const char *start);
bool text_ends(const char *string, const char *end);

/* `string` without spaces, tabs and carriage returns at both ends; it is cut off in place. */
char *text_trim(char *string);
