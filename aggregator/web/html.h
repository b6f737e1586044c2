/*
 * HTML as text that grows. Our own markup goes in as it stands, everything else through %s, which
 * always escapes: there is no way to put a value into a page unescaped.
 */
#pragma once

#include "aggregator/web/request.h"
#include "schema/base/text.h"

struct html {
    struct text text;
    const struct request *request; /* whose language and links these are */
};

/*
 * As printf, for pages: `format` is markup of ours, each %s is escaped. Known conversions: %s, %d, %lld,
 * %zu, %% and %.Nf. Anything else is our own mistake and ends the program.
 */
void html_add(struct html *html, const char *format, ...) PRINTF_LIKE(2, 3);

/* A value alone, escaped: & < > " ' and control characters, which leave as U+FFFD. */
void html_text(struct html *html, const char *value);

/* A word in the page's language, escaped. */
void html_word(struct html *html, enum word word);
const char *html_say(const struct html *html, enum word word);

/* A word that is a format with %s and %lld (positions allowed), filled and escaped as a whole. */
void html_phrase(struct html *html, enum word word, ...);

/*
 * ` href="/a/b?query&lang=zh"`: `path` has one `*` for each of the `parts`, which are percent-encoded
 * into it; `query` (may be NULL) is made by request_query_add(). The reader's choice of language goes along.
 */
void html_href(struct html *html, const char *path, const char *const *parts, const char *query);

/* <a href>value</a>, with the same arguments. */
void html_link(struct html *html, const char *value, const char *path, const char *const *parts,
               const char *query);
