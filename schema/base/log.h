/*
 * One event a line on standard error, subject first, then key=value:
 * `probe finished endpoint=db1:5432 error=timeout elapsed_ms=5006`. Text from outside is escaped,
 * so a line is always one line.
 */
#pragma once

#include "schema/base/error.h"

enum log_level {
    LOG_ERROR,   /* asks a person to act */
    LOG_WARNING, /* is about one host or endpoint */
    LOG_INFO,    /* a run's beginning and end */
    LOG_DEBUG,   /* each transition */
    LOG_LEVELS
};

/* Events above `level` are dropped. LOG_WARNING at start. */
void log_set_level(enum log_level level);

/* False when `name` is none of error, warning, info, debug. */
MUST_CHECK bool log_level_parse(const char *name, enum log_level *level);

/* Everything the format makes beyond printable ASCII and UTF-8 leaves as \xNN. */
void log_event(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);
