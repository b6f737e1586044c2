#include "schema/tls/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ssl.h>

static const char *const stages[STAGES] = {
    [STAGE_INPUT] = "input",
    [STAGE_RESOLVE] = "resolve",
    [STAGE_CONNECT] = "connect",
    [STAGE_HELLO] = "hello",
    [STAGE_CERTIFICATE] = "certificate",
    [STAGE_HANDSHAKE] = "handshake",
    [STAGE_REQUEST] = "request",
    [STAGE_DONE] = "done",
};

static const struct {
    const char *name;
    bool local;
} classes[CLASSES] = {
    [CLASS_OK] = { "ok", false },
    [CLASS_TIMEOUT] = { "timeout", false },
    [CLASS_REFUSED] = { "refused", false },
    [CLASS_UNREACHABLE] = { "unreachable", false },
    [CLASS_RESET] = { "reset", false },
    [CLASS_CLOSED] = { "closed", false },
    [CLASS_ALERT] = { "alert", false },
    [CLASS_NOT_TLS] = { "not_tls", false },
    [CLASS_PROTOCOL] = { "protocol", false },
    [CLASS_OVERSIZE] = { "oversize", false },
    [CLASS_MALFORMED] = { "malformed", false },
    [CLASS_NAME_NOT_FOUND] = { "name_not_found", false },
    [CLASS_NO_ADDRESS] = { "no_address", false },
    [CLASS_NAME_REFUSED] = { "name_refused", false },
    [CLASS_LOCAL_FILES] = { "local_files", true },
    [CLASS_LOCAL_PORTS] = { "local_ports", true },
    [CLASS_LOCAL_RESOLVER] = { "local_resolver", true },
    [CLASS_LOCAL_MEMORY] = { "local_memory", true },
};

/* What is not here is `unreachable`: some rule, route or device between us and them said no. */
static const struct {
    int number;
    enum outcome_class class;
} numbers[] = {
    { ECONNREFUSED, CLASS_REFUSED },
    { ETIMEDOUT, CLASS_TIMEOUT },
    { ECONNRESET, CLASS_RESET },
    { EPIPE, CLASS_RESET },
    { ECONNABORTED, CLASS_RESET },
    { EMFILE, CLASS_LOCAL_FILES },
    { ENFILE, CLASS_LOCAL_FILES },
    { EADDRNOTAVAIL, CLASS_LOCAL_PORTS }, /* connect(2): no free ephemeral port */
    { EADDRINUSE, CLASS_LOCAL_PORTS },
    { EAGAIN, CLASS_LOCAL_PORTS }, /* connect(2): no free port, or no routing cache entry */
    { ENOMEM, CLASS_LOCAL_MEMORY },
    { ENOBUFS, CLASS_LOCAL_MEMORY },
};

struct outcome outcome_good(void)
{
    return (struct outcome){
        .stage = STAGE_DONE, .class = CLASS_OK, .alert = OUTCOME_NO_ALERT, .alert_sent = OUTCOME_NO_ALERT
    };
}

struct outcome outcome_make(enum outcome_stage stage, enum outcome_class class, const char *format, ...)
{
    struct outcome outcome = outcome_good();
    va_list arguments;

    outcome.stage = stage;
    outcome.class = class;

    va_start(arguments, format);
    vsnprintf(outcome.detail, sizeof(outcome.detail), format, arguments);
    va_end(arguments);
    return outcome;
}

struct outcome outcome_of_words(enum outcome_stage stage, const char *says, const void *words, size_t size)
{
    const uint8_t *bytes = words;
    char seen[OUTCOME_DETAIL_BYTES / 4 * 3] = "";
    size_t used = 0;

    for (size_t i = 0; i < size && used + sizeof("\\x00") < sizeof(seen); i++)
        used += (size_t)snprintf(seen + used, sizeof(seen) - used,
                                 bytes[i] >= 0x20 && bytes[i] < 0x7f ? "%c" : "\\x%02x", bytes[i]);
    return outcome_make(stage, CLASS_NOT_TLS, "%s \"%s\"", says, seen);
}

struct outcome outcome_of_errno(enum outcome_stage stage, int number)
{
    return outcome_make(stage, outcome_class_of_errno(number), "%s", strerror(number));
}

/* OpenSSL 3.0 calls these "unknown" (RFC 8446 section 6.2). */
static const char *alert_words(int alert)
{
    enum { MISSING_EXTENSION = 109, CERTIFICATE_REQUIRED = 116 };

    switch (alert) {
    case MISSING_EXTENSION: return "missing extension";
    case CERTIFICATE_REQUIRED: return "certificate required";
    default: return SSL_alert_desc_string_long(alert);
    }
}

struct outcome outcome_of_alert(enum outcome_stage stage, int alert)
{
    struct outcome outcome = outcome_make(stage, CLASS_ALERT, "%s", alert_words(alert));

    outcome.alert = alert;
    return outcome;
}

struct outcome outcome_of_end(enum outcome_stage stage)
{
    return outcome_make(stage, CLASS_CLOSED, "the peer closed the connection");
}

struct outcome outcome_of_delay(enum outcome_stage stage, bool trickles)
{
    return outcome_make(stage, CLASS_TIMEOUT, "%s",
                        trickles ? "what came in time was not enough" : "nothing more came in time");
}

const char *outcome_stage_name(enum outcome_stage stage)
{
    return stages[stage];
}

const char *outcome_class_name(enum outcome_class class)
{
    return classes[class].name;
}

bool outcome_stage_parse(const char *name, enum outcome_stage *stage)
{
    for (int i = 0; i < STAGES; i++) {
        if (strcmp(stages[i], name) == 0) {
            *stage = (enum outcome_stage)i;
            return true;
        }
    }
    return false;
}

bool outcome_class_parse(const char *name, enum outcome_class *class)
{
    for (int i = 0; i < CLASSES; i++) {
        if (strcmp(classes[i].name, name) == 0) {
            *class = (enum outcome_class)i;
            return true;
        }
    }
    return false;
}

bool outcome_is_local(enum outcome_class class)
{
    return classes[class].local;
}

enum outcome_class outcome_class_of_errno(int number)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (numbers[i].number == number)
            return numbers[i].class;
    }
    return CLASS_UNREACHABLE;
}
