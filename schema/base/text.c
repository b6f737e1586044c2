#include "schema/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room that is made for something formatted before its length is known. */
#define FORMATTED_BYTES 48

static void *or_abort(void *memory)
{
    if (memory == NULL) {
        fputs("error: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *memory_new(size_t size)
{
    return or_abort(calloc(1, size == 0 ? 1 : size));
}

void *memory_resize(void *memory, size_t count, size_t each)
{
    return or_abort(reallocarray(memory, count == 0 ? 1 : count, each));
}

char *memory_text(const char *string)
{
    return or_abort(strdup(string));
}

void *memory_copy(const void *bytes, size_t size)
{
    void *copy = or_abort(malloc(size == 0 ? 1 : size));

    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

void *array_grow(void *array, size_t count, size_t each)
{
    if (count == 0)
        return memory_resize(array, 4, each);
    if (count < 4 || (count & (count - 1)) != 0)
        return array; /* room is always the next power of two, at least four */
    return memory_resize(array, 2 * count, each);
}

void text_reserve(struct text *text, size_t size)
{
    if (text->size + size + 1 <= text->room)
        return;
    text->room = text->room == 0 ? 64 : text->room;
    while (text->room < text->size + size + 1)
        text->room *= 2;
    text->bytes = memory_resize(text->bytes, text->room, 1);
}

void text_add(struct text *text, const char *string)
{
    text_append(text, string, strlen(string));
}

void text_vformat(struct text *text, const char *format, va_list arguments)
{
    va_list again;
    int size;

    va_copy(again, arguments);
    text_reserve(text, FORMATTED_BYTES);
    size = vsnprintf(text->bytes + text->size, text->room - text->size, format, arguments);
    if (size > 0 && (size_t)size >= text->room - text->size) { /* longer than most */
        text_reserve(text, (size_t)size);
        vsnprintf(text->bytes + text->size, (size_t)size + 1, format, again);
    }
    text->size += size > 0 ? (size_t)size : 0;
    va_end(again);
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vformat(text, format, arguments);
    va_end(arguments);
}

const char *text_string(const struct text *text)
{
    return text->bytes == NULL ? "" : text->bytes;
}

char *text_take(struct text *text)
{
    char *bytes = text->bytes == NULL ? memory_text("") : text->bytes;

    *text = (struct text){ 0 };
    return bytes;
}

void text_clear(struct text *text)
{
    free(text->bytes);
    *text = (struct text){ 0 };
}

void text_list_add(struct text_list *list, const char *item)
{
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count++] = memory_text(item);
}

bool text_list_has(const struct text_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], item) == 0)
            return true;
    }
    return false;
}

void text_list_clear(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct text_list){ 0 };
}

size_t text_mark_bytes(const char *bytes, size_t size)
{
    static const char mark[] = { '\xef', '\xbb', '\xbf' };

    return size >= sizeof(mark) && memcmp(bytes, mark, sizeof(mark)) == 0 ? sizeof(mark) : 0;
}

bool text_starts(const char *string, const char *start)
{
    return strncmp(string, start, strlen(start)) == 0;
}

bool text_ends(const char *string, const char *end)
{
    size_t size = strlen(string), tail = strlen(end);

    return size >= tail && strcmp(string + size - tail, end) == 0;
}

char *text_trim(char *string)
{
    size_t size;

    string += strspn(string, " \t\r");
    size = strlen(string);
    while (size > 0 && strchr(" \t\r", string[size - 1]) != NULL)
        string[--size] = '\0';
    return string;
}
