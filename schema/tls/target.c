#include "schema/tls/target.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

enum { FIELD_ADDRESS, FIELD_NAME, FIELD_PORT, FIELD_TAG, FIELDS };

bool target_line_is_blank(const char *line, size_t size)
{
    size_t shown = size < TARGET_LINE_BYTES ? size : TARGET_LINE_BYTES, at = 0;

    while (at < shown && isspace((unsigned char)line[at]))
        at++;
    return at == size || (at < shown && line[at] == '#');
}

static bool is_address(const char *text)
{
    unsigned char bytes[16];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* A name whose last label is a number would be an address to many readers: 10.0.0 or 999.1.1.1. */
static bool ends_in_number(const char *name)
{
    const char *last = strrchr(name, '.');

    last = last != NULL ? last + 1 : name;
    return *last != '\0' && strspn(last, "0123456789") == strlen(last);
}

static bool check_labels(const char *name, struct error *err)
{
    size_t label = 0;

    for (const char *at = name;; at++) {
        if (*at == '.' || *at == '\0') {
            if (label == 0 || label > 63)
                return error_set(err, ERROR_FORMAT, "a label of the name \"%s\" is empty or longer than 63",
                                 name);
            if (at[-1] == '-' || at[-(ptrdiff_t)label] == '-')
                return error_set(err, ERROR_FORMAT, "a label of the name \"%s\" begins or ends with a hyphen",
                                 name);
            if (*at == '\0')
                return true;
            label = 0;
            continue;
        }
        if ((unsigned char)*at >= 0x80)
            return error_set(err, ERROR_FORMAT, "the name is not ASCII: write its xn-- form");
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
            return error_set(err, ERROR_FORMAT, "\"%c\" cannot stand in a host name", *at);
        label++;
    }
}

/* Lowercase without the final dot, which SNI may not carry (RFC 6066 section 3). */
static char *read_name(const char *text, struct error *err)
{
    char *name = memory_text(text);
    size_t size = strlen(name);

    if (size > 1 && name[size - 1] == '.')
        name[--size] = '\0';
    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    if (size > 253)
        error_set(err, ERROR_FORMAT, "the name is longer than 253");
    else if (ends_in_number(name))
        error_set(err, ERROR_FORMAT, "\"%s\" is neither an address nor a name", name);
    else if (check_labels(name, err))
        return name;
    free(name);
    return NULL;
}

static bool read_port(const char *text, int *port, struct error *err)
{
    size_t digits = strspn(text, "0123456789");
    long number;

    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return error_set(err, ERROR_FORMAT, "\"%s\" is no port", text);
    number = strtol(text, NULL, 10);
    if (number < 1 || number > 65535)
        return error_set(err, ERROR_FORMAT, "port %ld is not from 1 to 65535", number);
    *port = (int)number;
    return true;
}

static bool set_place(struct target *target, const char *address, const char *name, struct error *err)
{
    if (address[0] != '\0' && !is_address(address))
        return error_set(err, ERROR_FORMAT, "\"%s\" is no address", address);
    if (address[0] == '\0' && name[0] == '\0')
        return error_set(err, ERROR_FORMAT, "neither address nor name");
    if (name[0] != '\0' && (target->name = read_name(name, err)) == NULL)
        return false;
    if (address[0] != '\0')
        target->address = memory_text(address);
    return true;
}

static bool parse_host(char *text, struct target *target, struct error *err)
{
    char *host = text, *port = NULL, *colon = strchr(text, ':');

    if (text[0] == '[') {
        char *end = strchr(text, ']');

        if (end == NULL)
            return error_set(err, ERROR_FORMAT, "\"[\" without \"]\"");
        if (end[1] != '\0' && end[1] != ':')
            return error_set(err, ERROR_FORMAT, "only :port may follow \"]\"");
        port = end[1] == ':' ? end + 2 : NULL;
        *end = '\0';
        host = text + 1;
        if (!is_address(host) || strchr(host, ':') == NULL)
            return error_set(err, ERROR_FORMAT, "\"%s\" is no IPv6 address", host);
    } else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
        *colon = '\0';
        port = colon + 1;
    }
    if (port != NULL && !read_port(port, &target->port, err))
        return false;
    return is_address(host) ? set_place(target, host, "", err) : set_place(target, "", host, err);
}

/* RFC 4180: cuts `text` into fields in place; a quote inside quotes is doubled. */
static bool split_fields(char *text, const char *fields[FIELDS], struct error *err)
{
    char *at = text;

    for (int i = 0;; i++) {
        char *start = at, *end = at;

        if (i == FIELDS)
            return error_set(err, ERROR_FORMAT, "more than address,server_name,port,tag");
        if (*at == '"') {
            for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
                if (*at == '"')
                    at++;
                *end++ = *at;
            }
            if (*at != '"')
                return error_set(err, ERROR_FORMAT, "a quoted field without its end");
            at++;
            if (*at != ',' && *at != '\0')
                return error_set(err, ERROR_FORMAT, "text after a quoted field");
        } else {
            at += strcspn(at, ",");
            end = at;
        }
        fields[i] = start;
        if (*at == '\0') {
            *end = '\0';
            return true;
        }
        at++;
        *end = '\0';
    }
}

static bool parse_fields(char *text, struct target *target, struct error *err)
{
    const char *fields[FIELDS] = { "", "", "", "" };

    if (!split_fields(text, fields, err))
        return false;
    if (fields[FIELD_PORT][0] != '\0' && !read_port(fields[FIELD_PORT], &target->port, err))
        return false;
    if (fields[FIELD_TAG][0] != '\0')
        target->tag = memory_text(fields[FIELD_TAG]);
    return set_place(target, fields[FIELD_ADDRESS], fields[FIELD_NAME], err);
}

/* What stands before "://" leaves *place. */
static bool take_scheme(char **place, struct target *target, struct error *err)
{
    size_t size = strcspn(*place, ":,\"");

    if (strncmp(*place + size, "://", 3) == 0) {
        if (!starttls_find(*place, size, &target->starttls))
            return error_set(err, ERROR_FORMAT,
                             "no protocol \"%.*s\" before ://, only smtp, imap, pop3, postgres",
                             size < 32 ? (int)size : 32, *place);
        *place += size + 3;
    }
    target->port = starttls_port(target->starttls);
    return true;
}

bool target_parse(const char *line, size_t size, struct target *target, struct error *err)
{
    bool whole = size <= TARGET_LINE_BYTES;
    size_t kept = whole ? size : TARGET_LINE_BYTES;
    char *text, *place;
    bool ok;

    while (kept > 0 && isspace((unsigned char)line[kept - 1]))
        kept--;
    while (kept > 0 && isspace((unsigned char)*line)) {
        line++;
        kept--;
    }
    *target = (struct target){ .text = memory_new(kept + 1) };
    memcpy(target->text, line, kept);
    if (!whole)
        return error_set(err, ERROR_FORMAT, "longer than %d bytes", TARGET_LINE_BYTES);
    if (strlen(target->text) != kept)
        return error_set(err, ERROR_FORMAT, "a NUL byte");
    place = text = memory_text(target->text);
    ok = take_scheme(&place, target, err) &&
         (strchr(place, ',') != NULL ? parse_fields(place, target, err) : parse_host(place, target, err));
    free(text);
    return ok;
}

bool target_make(enum starttls starttls, const char *address, const char *name, int port, const char *tag,
                 struct target *target, struct error *err)
{
    struct text text = { 0 };

    *target = (struct target){ .starttls = starttls, .port = port };
    if (starttls != STARTTLS_NONE)
        text_format(&text, "%s://", starttls_name(starttls));
    if (address == NULL)
        text_format(&text, "%s:%d", name != NULL ? name : "", port);
    else
        text_format(&text, "%s,%s,%d", address, name != NULL ? name : "", port);
    target->text = text_take(&text);
    if (tag != NULL)
        target->tag = memory_text(tag);
    return set_place(target, address != NULL ? address : "", name != NULL ? name : "", err);
}

void target_clear(struct target *target)
{
    free(target->text);
    free(target->name);
    free(target->address);
    free(target->tag);
    *target = (struct target){ 0 };
}
