#include "aggregator/web/html.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *escape_of(unsigned char byte)
{
    switch (byte) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\n':
    case '\t': return NULL;
    default: return byte < 0x20 || byte == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void html_text(struct html *html, const char *value)
{
    const char *plain = value;

    for (; *value != '\0'; value++) {
        const char *escape = escape_of((unsigned char)*value);

        if (escape == NULL)
            continue;
        text_append(&html->text, plain, (size_t)(value - plain));
        text_add(&html->text, escape);
        plain = value + 1;
    }
    text_append(&html->text, plain, (size_t)(value - plain));
}

/* One conversion; returns where it ends. printf's own %s never meets a value from outside here. */
static const char *convert(struct html *html, const char *at, va_list *arguments)
{
    int places = 0;

    switch (*at) {
    case '%': text_add(&html->text, "%"); return at + 1;
    case 's': html_text(html, va_arg(*arguments, const char *)); return at + 1;
    case 'd': text_format(&html->text, "%d", va_arg(*arguments, int)); return at + 1;
    case 'l':
        assert(text_starts(at, "lld"));
        text_format(&html->text, "%lld", va_arg(*arguments, long long));
        return at + 3;
    case 'z':
        assert(text_starts(at, "zu"));
        text_format(&html->text, "%zu", va_arg(*arguments, size_t));
        return at + 2;
    case '.':
        places = at[1] - '0';
        assert(places >= 0 && places <= 9 && at[2] == 'f');
        text_format(&html->text, "%.*f", places, va_arg(*arguments, double));
        return at + 3;
    default: assert(!"a conversion that pages do not know"); abort();
    }
}

void html_add(struct html *html, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");

        text_append(&html->text, format, plain);
        format += plain;
        if (*format == '%')
            format = convert(html, format + 1, &arguments);
    }
    va_end(arguments);
}

const char *html_say(const struct html *html, enum word word)
{
    return language_word(html->request->language, word);
}

void html_word(struct html *html, enum word word)
{
    html_text(html, html_say(html, word));
}

void html_phrase(struct html *html, enum word word, ...)
{
    struct text filled = { 0 };
    va_list arguments;

    va_start(arguments, word);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* both languages of a row are compared by its test */
    text_vformat(&filled, html_say(html, word), arguments);
#pragma GCC diagnostic pop
    va_end(arguments);
    html_text(html, text_string(&filled));
    text_clear(&filled);
}

void html_href(struct html *html, const char *path, const char *const *parts, const char *query)
{
    const struct request *request = html->request;
    struct text url = { 0 };

    for (; *path != '\0'; path++) {
        if (*path == '*')
            request_encode(&url, *parts++);
        else
            text_append(&url, path, 1);
    }
    if (query != NULL && *query != '\0')
        text_format(&url, "?%s", query);
    if (request->language_given)
        text_format(&url, "%slang=%s", strchr(text_string(&url), '?') != NULL ? "&" : "?",
                    language_tag(request->language));
    html_add(html, " href=\"%s\"", text_string(&url));
    text_clear(&url);
}

void html_link(struct html *html, const char *value, const char *path, const char *const *parts,
               const char *query)
{
    html_add(html, "<a");
    html_href(html, path, parts, query);
    html_add(html, ">%s</a>", value);
}
