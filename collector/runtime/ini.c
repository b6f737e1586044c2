#include "collector/runtime/ini.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/input.h"
#include "schema/base/text.h"

/* A file of settings is far below. */
#define FILE_BYTES_MAX (1024 * 1024)

/* Git takes a line behind the bracket, too. Returns where it begins. */
static char *take_section(char *line, char **section)
{
    size_t size = strcspn(line + 1, "]");
    char *behind = line + 1 + size;

    free(*section);
    *section = memory_text(line + 1);
    (*section)[size] = '\0';
    return *behind == '\0' ? behind : behind + 1;
}

void ini_walk(int root_fd, const char *path, ini_line *take, void *context)
{
    struct error err = { 0 };
    struct input input;
    char *section = memory_text(""), *rest, *line;

    if (input_read(root_fd, path, FILE_BYTES_MAX, &input, &err)) {
        rest = (char *)input.bytes;
        while ((line = strsep(&rest, "\n")) != NULL) {
            char *equals;

            line = text_trim(line);
            if (line[0] == '[')
                line = text_trim(take_section(line, &section));
            equals = line[0] == ';' || line[0] == '#' ? NULL : strchr(line, '=');
            if (equals == NULL)
                continue;
            *equals = '\0';
            take(context, section, text_trim(line), text_trim(equals + 1));
        }
    }
    input_clear(&input);
    free(section);
}
