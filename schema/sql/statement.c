#include "schema/sql/statement.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *statement_text(const char *name)
{
    size_t size = strlen(name);

    for (const struct embedded *file = sql_statements; file->name != NULL; file++) {
        if (strncmp(file->name, name, size) == 0 && strcmp(file->name + size, ".sql") == 0)
            return (const char *)file->start;
    }
    assert(!"no such statement");
    return NULL;
}

static size_t number_of(const char *name, size_t size, struct text_list *names)
{
    char *word = memory_new(size + 1);
    size_t index = 0;

    memcpy(word, name, size);
    while (index < names->count && strcmp(names->items[index], word) != 0)
        index++;
    if (index == names->count)
        text_list_add(names, word);
    free(word);
    return index + 1;
}

/* How many bytes at `at` are a comment or a quoted text, in which a colon means nothing. */
static size_t opaque_length(const char *at)
{
    const char *end;

    if (at[0] == '-' && at[1] == '-')
        return strcspn(at, "\n");
    if (*at != '\'' && *at != '"')
        return 0;
    end = strchr(at + 1, *at);
    return end != NULL ? (size_t)(end - at) + 1 : strlen(at);
}

char *statement_number(const char *sql, struct text_list *names)
{
    struct text out = { 0 };

    for (const char *at = sql; *at != '\0';) {
        size_t skip = opaque_length(at);

        if (skip == 0 && at[0] == ':' && at[1] == '\'') {
            size_t size = strcspn(at + 2, "'");

            text_format(&out, "$%zu", number_of(at + 2, size, names));
            at += size + 3;
            continue;
        }
        if (skip == 0)
            skip = 1;
        text_append(&out, at, skip);
        at += skip;
    }
    return text_take(&out);
}
