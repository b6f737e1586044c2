/*
 * What went wrong, for a person and for the code that decides whether to try again. The struct
 * lives on the caller's stack; a function that can fail fills it exactly when it fails.
 */
#pragma once

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, arguments) __attribute__((format(printf, at, arguments)))

enum error_kind {
    ERROR_NONE,
    ERROR_OPTION,   /* the caller or the command line asked for something impossible */
    ERROR_FORMAT,   /* bytes from outside are not what they should be */
    ERROR_ABSENT,   /* the thing named does not exist */
    ERROR_DENIED,   /* it exists, we may not read or do it */
    ERROR_LIMIT,    /* a bound of ours was reached */
    ERROR_SYSTEM,   /* the operating system or a library refused */
    ERROR_NETWORK,  /* a peer could not be reached or went away */
    ERROR_TIMEOUT,  /* it took longer than allowed */
    ERROR_DATABASE, /* PostgreSQL or SQLite refused a statement */
    ERROR_CONFLICT, /* somebody else changed it first */
    ERROR_STOPPED,  /* a person or the service manager asked us to stop */
    ERROR_KINDS
};

struct error {
    enum error_kind kind;
    char message[512];
};

/* Always false, so that failing is one line: return error_set(err, ...); */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* The kind and text that errno names: ENOENT is ERROR_ABSENT, EACCES is ERROR_DENIED, ... Always false. */
bool error_errno(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* ERROR_SYSTEM with the newest entry of OpenSSL's queue, which is emptied. Always false. */
bool error_openssl(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Put "context: " in front on the way up. Always false; the kind stays. */
bool error_within(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whether the same call may succeed later without anybody changing anything. */
bool error_is_retriable(enum error_kind kind);

/* "format", "absent", ...: the word for logs and JSON. */
const char *error_kind_name(enum error_kind kind);
