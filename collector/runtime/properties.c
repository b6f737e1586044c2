#include "collector/runtime/properties.h"

#include <ctype.h>
#include <string.h>

#include "schema/base/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

/* Past a backslash at the end of a line, and the indent of the next. */
static const char *skip_joint(const char *at)
{
    at += at[0] == '\r' && at[1] == '\n' ? 2 : at[0] != '\0';
    while (is_blank(*at))
        at++;
    return at;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

    return found == NULL ? -1 : (int)(found - digits);
}

/* "u0041" after a backslash; what is not ASCII becomes a question mark, since nothing that we look for is. */
static const char *take_unicode(const char *at, char *c)
{
    int value = 0;

    at++;
    for (size_t i = 0; i < 4 && hex_digit(*at) >= 0; i++, at++)
        value = value * 16 + hex_digit(*at);
    *c = value > 0 && value < 0x80 ? (char)value : '?';
    return at;
}

/* The character after a backslash. */
static const char *take_escape(const char *at, struct text *out)
{
    static const char from[] = "tnrf", to[] = "\t\n\r\f";
    const char *known = strchr(from, *at);
    char c = known == NULL ? *at : to[known - from];

    if (c == 'u')
        at = take_unicode(at, &c);
    else
        at++;
    text_append(out, &c, 1);
    return at;
}

/* Up to the end of the line or, of a key, up to what separates it. */
static const char *take_part(const char *at, bool key, struct text *out)
{
    while (!ends_line(*at) && !(key && (is_blank(*at) || *at == '=' || *at == ':'))) {
        if (*at != '\\')
            text_append(out, at++, 1);
        else if (ends_line(at[1]))
            at = skip_joint(at + 1);
        else
            at = take_escape(at + 1, out);
    }
    return at;
}

/* Blanks, and lines that only go on. */
static const char *skip_blanks(const char *at)
{
    while (is_blank(*at) || (at[0] == '\\' && at[1] != '\0' && ends_line(at[1])))
        at = *at == '\\' ? skip_joint(at + 1) : at + 1;
    return at;
}

bool properties_walk(const char *bytes, size_t size, properties_visitor *visit, void *context)
{
    const char *at = bytes;

    while (*at != '\0') {
        struct text key = { 0 }, value = { 0 };

        while (is_blank(*at) || *at == '\n' || *at == '\r')
            at++;
        if (*at == '#' || *at == '!') { /* a comment never goes on */
            at += strcspn(at, "\r\n");
            continue;
        }
        at = skip_blanks(take_part(at, true, &key));
        if (*at == '=' || *at == ':')
            at = skip_blanks(at + 1);
        at = take_part(at, false, &value);
        if (key.size > 0)
            visit(context, text_string(&key), text_string(&value));
        text_clear(&key);
        text_clear(&value);
    }
    return memchr(bytes, '\0', size) == NULL;
}
