#include "schema/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

static const struct {
    const char *name;
    bool retriable;
} kinds[ERROR_KINDS] = {
    [ERROR_NONE] = { "none", false },        [ERROR_OPTION] = { "option", false },
    [ERROR_FORMAT] = { "format", false },    [ERROR_ABSENT] = { "absent", false },
    [ERROR_DENIED] = { "denied", false },    [ERROR_LIMIT] = { "limit", false },
    [ERROR_SYSTEM] = { "system", false },    [ERROR_NETWORK] = { "network", true },
    [ERROR_TIMEOUT] = { "timeout", true },   [ERROR_DATABASE] = { "database", false },
    [ERROR_CONFLICT] = { "conflict", true }, [ERROR_STOPPED] = { "stopped", false },
};

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    char message[sizeof(err->message)]; /* an argument may be err->message itself */
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    err->kind = kind;
    memcpy(err->message, message, sizeof(message));
    return false;
}

static enum error_kind kind_of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP: return ERROR_ABSENT;
    case EACCES:
    case EPERM: return ERROR_DENIED;
    case ETIMEDOUT: return ERROR_TIMEOUT;
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPIPE: return ERROR_NETWORK;
    case EFBIG:
    case EMFILE:
    case ENFILE: return ERROR_LIMIT;
    default: return ERROR_SYSTEM;
    }
}

bool error_errno(struct error *err, const char *format, ...)
{
    int number = errno;
    char context[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(context, sizeof(context), format, arguments);
    va_end(arguments);
    return error_set(err, kind_of_errno(number), "%s: %s", context, strerror(number));
}

bool error_openssl(struct error *err, const char *format, ...)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    char context[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(context, sizeof(context), format, arguments);
    va_end(arguments);
    ERR_clear_error();
    return error_set(err, ERROR_SYSTEM, "%s: %s", context,
                     reason != NULL ? reason : "OpenSSL gives no reason");
}

bool error_within(struct error *err, const char *format, ...)
{
    char context[256], message[sizeof(err->message)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(context, sizeof(context), format, arguments);
    va_end(arguments);
    memcpy(message, err->message, sizeof(message));
    if ((size_t)snprintf(err->message, sizeof(err->message), "%s: %s", context, message) >=
        sizeof(err->message))
        memcpy(err->message + sizeof(err->message) - 4, "...", 4); /* cut, and seen to be cut */
    return false;
}

bool error_is_retriable(enum error_kind kind)
{
    return kinds[kind].retriable;
}

const char *error_kind_name(enum error_kind kind)
{
    return kinds[kind].name;
}
