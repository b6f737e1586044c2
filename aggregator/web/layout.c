#include "aggregator/web/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/web/chart.h"
#include "schema/base/clock.h"
#include "schema/base/embedded.h"
#include "schema/base/fingerprint.h"

extern const struct embedded web_files[]; /* style.css and nothing else */

const char *layout_style_path(void)
{
    return "/style.css";
}

/* The style's own address: a new sheet is fetched at once, an old one never asked for again. */
static void add_style(struct html *html)
{
    struct fingerprint print = fingerprint_of(web_files[0].start, embedded_size(&web_files[0]));
    char text[FINGERPRINT_TEXT_BYTES];

    fingerprint_format(&print, text);
    text[12] = '\0';
    html_add(html, "<link rel=\"stylesheet\" href=\"%s?v=%s\">", layout_style_path(), text);
}

bool layout_style(struct page *page, struct error *err)
{
    (void)err;
    page->reply->type = "text/css; charset=utf-8";
    page->reply->lasting = true;
    text_append(&page->reply->body, web_files[0].start, embedded_size(&web_files[0]));
    return true;
}

/* The same page in the other language: all fields of the query but lang stay. */
static void link_language(struct html *html, enum language language)
{
    const struct request *request = html->request;
    struct text url = { 0 }, query = { 0 };

    if (language == request->language) {
        html_add(html, "<span aria-current=\"true\" lang=\"%s\">%s</span>", language_tag(language),
                 language_name(language));
        return;
    }
    for (size_t i = 0; i < request->segment_count; i++) {
        text_add(&url, "/");
        request_encode(&url, request->segments[i]);
    }
    for (size_t i = 0; i < request->field_count; i++) {
        if (strcmp(request->fields[i].name, "lang") != 0)
            request_query_add(&query, request->fields[i].name, request->fields[i].value);
    }
    request_query_add(&query, "lang", language_tag(language));
    html_add(html, "<a href=\"%s?%s\" lang=\"%s\" hreflang=\"%s\">%s</a>",
             url.size > 0 ? text_string(&url) : "/", text_string(&query), language_tag(language),
             language_tag(language), language_name(language));
    text_clear(&url);
    text_clear(&query);
}

static void add_trail(struct html *html, const struct crumb *trail, size_t count)
{
    html_add(html, "<nav class=\"trail\" aria-label=\"%s\"><ol>", html_say(html, WORD_TRAIL));
    for (size_t i = 0; i < count; i++) {
        html_add(html, "<li>");
        if (trail[i].path != NULL)
            html_link(html, trail[i].label, trail[i].path, trail[i].parts, NULL);
        else
            html_add(html, "<span aria-current=\"page\">%s</span>", trail[i].label);
        html_add(html, "</li>");
    }
    html_add(html, "</ol></nav>");
}

void layout_open(struct html *html, const struct crumb *trail, size_t count)
{
    html_add(html,
             "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
             "<meta name=\"color-scheme\" content=\"light dark\"><title>%s · Rootshift</title>",
             language_tag(html->request->language), count > 0 ? trail[count - 1].label : "Rootshift");
    add_style(html);
    html_add(
        html,
        "</head>\n<body><a class=\"skip\" href=\"#content\">%s</a><header class=\"top\"><a class=\"brand\"",
        html_say(html, WORD_SKIP));
    html_href(html, "/", NULL, NULL);
    html_add(html, ">Rootshift</a>");
    if (count > 0)
        add_trail(html, trail, count);
    html_add(html, "<nav class=\"languages\" aria-label=\"%s\">", html_say(html, WORD_OTHER_LANGUAGE));
    for (int i = 0; i < LANGUAGES; i++)
        link_language(html, (enum language)i);
    html_add(html, "</nav></header>\n<main id=\"content\">\n");
}

static void add_health(struct html *html, const PGresult *health)
{
    long long gaps = (long long)database_number(health, 0, "gaps_open");
    long long dead = (long long)database_number(health, 0, "dead_letters");
    long long doubtful = (long long)database_number(health, 0, "quarantined");
    bool well = gaps == 0 && dead == 0;

    html_add(html, "<p class=\"health\"><strong>%s</strong> ", html_say(html, WORD_PIPELINE));
    html_add(html, "<span class=\"%s\">%s</span> · ", well ? "well" : "unwell",
             html_say(html, well ? WORD_HEALTHY : WORD_NEEDS_ATTENTION));
    html_phrase(html, WORD_PIPELINE_LAG, (long long)database_number(health, 0, "lag_age_s"));
    html_add(html, " · ");
    html_phrase(html, WORD_PIPELINE_DEAD, dead);
    html_add(html, " · ");
    html_phrase(html, WORD_PIPELINE_QUARANTINE, doubtful);
    html_add(html, " · ");
    html_phrase(html, WORD_PIPELINE_GAPS, gaps);
    html_add(html, "</p>");
}

bool layout_close(struct html *html, struct page *page, struct error *err)
{
    PGresult *health = database_query(page->database, "page_health", NULL, err);
    char at[CLOCK_TEXT_BYTES];

    if (health == NULL) {
        text_clear(&html->text);
        return false;
    }
    clock_format(page->at, at);
    html_add(html, "</main>\n<footer><p><strong>%s</strong> <time datetime=\"%s\">%s</time></p>",
             html_say(html, WORD_AS_OF), at, at);
    add_health(html, health);
    html_add(html, "</footer></body></html>\n");
    PQclear(health);
    text_clear(&page->reply->body);
    page->reply->body = html->text;
    html->text = (struct text){ 0 };
    return true;
}

void layout_problem(struct reply *reply, const struct request *request, int status)
{
    static const struct {
        int status;
        enum word word;
    } problems[] = { { 400, WORD_BAD_REQUEST },
                     { 404, WORD_NOT_FOUND },
                     { 421, WORD_WRONG_HOST },
                     { 503, WORD_BUSY },
                     { 500, WORD_BROKEN } };
    struct html html = { .request = request };
    size_t row = 0;

    while (row + 1 < sizeof(problems) / sizeof(problems[0]) && problems[row].status != status)
        row++;
    layout_open(&html, NULL, 0);
    html_add(&html, "<section class=\"problem\"><p class=\"kicker\">%d</p><h1>%s</h1><p>", status,
             html_say(&html, problems[row].word));
    html_link(&html, html_say(&html, WORD_HOME), "/", NULL, NULL);
    html_add(&html, "</p></section></main></body></html>\n");
    reply->status = status;
    reply->body = html.text;
}

void layout_instant(struct html *html, const PGresult *rows, int row, const char *column)
{
    char iso[64];

    snprintf(iso, sizeof(iso), "%s_iso", column);
    if (!database_is_null(rows, row, column))
        html_add(html, "<time datetime=\"%s\">%s</time>", database_value(rows, row, iso),
                 database_value(rows, row, column));
}

void layout_source(struct html *html, const char *source)
{
    bool notice = strcmp(source, "notice") == 0;

    if (*source != '\0')
        html_add(html, " <span class=\"source %s\" title=\"%s\">%s</span>", notice ? "notice" : "assumed",
                 html_say(html, notice ? WORD_NOTICE_HELP : WORD_ASSUMED_HELP),
                 html_say(html, notice ? WORD_NOTICE : WORD_ASSUMED));
}

void layout_days(struct html *html, const PGresult *rows, int row, const char *column)
{
    long long days = (long long)database_number(rows, row, column);

    if (database_is_null(rows, row, column))
        return;
    if (days == 0)
        html_word(html, WORD_TODAY);
    else
        html_phrase(html, days > 0 ? WORD_DAYS_LEFT : WORD_DAYS_AGO, days > 0 ? days : -days);
}

void layout_reason_code(struct html *html, const char *code)
{
    html_add(html, "<code class=\"reason\">%s</code>", code);
}

const char *layout_reason(const struct html *html, const char *code)
{
    const struct reason *reason = reason_find(code);

    if (reason == NULL)
        return "";
    return html->request->language == LANGUAGE_ZH ? reason->zh : reason->en;
}

const char *layout_translated(const struct html *html, const PGresult *rows, int row, const char *column)
{
    char name[64];
    const char *value;

    snprintf(name, sizeof(name), "%s_%s", column, language_tag(html->request->language));
    value = database_value(rows, row, name);
    if (*value != '\0')
        return value;
    snprintf(name, sizeof(name), "%s_%s", column, language_tag(LANGUAGE_EN));
    return database_value(rows, row, name);
}

enum verdict layout_verdict(const PGresult *rows, int row, const char *column)
{
    enum verdict verdict = VERDICT_UNKNOWN;

    (void)verdict_parse(database_value(rows, row, column), &verdict);
    return verdict;
}

void layout_contact(struct html *html, const char *contact)
{
    bool web = text_starts(contact, "https://") || text_starts(contact, "http://");
    bool mail = !web && strchr(contact, '@') != NULL && strpbrk(contact, " ,;<>\"/:") == NULL;

    if (web || mail)
        html_add(html, "<a href=\"%s%s\">%s</a>", mail ? "mailto:" : "", contact, contact);
    else
        html_text(html, contact);
}

bool layout_absent(struct error *err, const char *what, const char *name)
{
    return error_set(err, ERROR_ABSENT, "no %s \"%.80s\"", what, name);
}
