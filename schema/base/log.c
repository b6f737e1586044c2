#include "schema/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const level_names[LOG_LEVELS] = {
    [LOG_ERROR] = "error",
    [LOG_WARNING] = "warning",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

static enum log_level threshold = LOG_WARNING;

void log_set_level(enum log_level level)
{
    threshold = level;
}

bool log_level_parse(const char *name, enum log_level *level)
{
    for (int i = 0; i < LOG_LEVELS; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_event(enum log_level level, const char *format, ...)
{
    char line[2048], escaped[4 * sizeof(line) + 32];
    size_t used;
    va_list arguments;

    if (level > threshold)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    used = (size_t)snprintf(escaped, sizeof(escaped), "%s: ", level_names[level]);
    for (const char *at = line; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            used += (size_t)snprintf(escaped + used, sizeof(escaped) - used, "\\x%02x", (unsigned char)*at);
        else
            escaped[used++] = *at;
    }
    escaped[used++] = '\n';
    fwrite(escaped, 1, used, stderr); /* one write: lines of several processes do not mix */
}
