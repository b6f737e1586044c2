#include "aggregator/copy.h"

#include <string.h>

static void end_value(struct text *rows, bool last)
{
    text_add(rows, last ? "\n" : "\t");
}

/* The letter that stands behind a backslash for this byte; 0 for bytes that stand for themselves. */
static char escape_of(char byte)
{
    switch (byte) {
    case '\\': return '\\';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    }
    return 0;
}

void copy_text_sized(struct text *rows, const char *value, size_t size, bool last)
{
    size_t start = 0;

    for (size_t i = 0; i < size; i++) {
        char letter = escape_of(value[i]);

        if (letter == 0)
            continue;
        text_append(rows, value + start, i - start);
        text_append(rows, (char[]){ '\\', letter }, 2);
        start = i + 1;
    }
    text_append(rows, value + start, size - start);
    end_value(rows, last);
}

void copy_text(struct text *rows, const char *value, bool last)
{
    if (value != NULL) {
        copy_text_sized(rows, value, strlen(value), last);
        return;
    }
    text_add(rows, "\\N");
    end_value(rows, last);
}

void copy_bytes(struct text *rows, const void *bytes, size_t size, bool last)
{
    static const char digits[] = "0123456789abcdef";

    text_add(rows, "\\\\x");
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)bytes)[i];

        text_append(rows, (char[]){ digits[byte >> 4], digits[byte & 15] }, 2);
    }
    end_value(rows, last);
}

void copy_number(struct text *rows, int64_t value, bool last)
{
    text_format(rows, "%lld", (long long)value);
    end_value(rows, last);
}
