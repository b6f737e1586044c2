#include "aggregator/web/partner_hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"
#include "aggregator/web/partner_rows.h"

#define HOSTS_A_PAGE 40

struct host_rows {
    PGresult *hosts, *clients, *stores;
};

/* The first row from `row` on whose `column` has another value: the end of a group. */
static int group_end(const PGresult *rows, int row, const char *column)
{
    const char *value = database_value(rows, row, column);

    while (row < PQntuples(rows) && strcmp(database_value(rows, row, column), value) == 0)
        row++;
    return row;
}

static int find_row(const PGresult *rows, const char *column, const char *value)
{
    int row = 0;

    while (row < PQntuples(rows) && strcmp(database_value(rows, row, column), value) != 0)
        row++;
    return row;
}

static enum word word_of(const char *name)
{
    static const struct {
        const char *name;
        enum word word;
    } rows[] = {
        { "production", WORD_PRODUCTION }, { "sandbox", WORD_SANDBOX }, { "test", WORD_TEST },
        { "talks", WORD_TALKS },           { "may", WORD_MAY },         { "excluded", WORD_EXCLUDED }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].word;
    }
    return WORD_UNKNOWN;
}

/* Verdicts by phase, as a row of small pairs: name and mark. */
static void add_phases(struct html *html, const PGresult *rows, int from, int until, const char *reasons)
{
    html_add(html, "<ul class=\"by-phase\">");
    for (int row = from; row < until; row++) {
        html_add(html, "<li><span class=\"phase-name\">%s</span> ", database_value(rows, row, "phase"));
        chart_verdict(html, layout_verdict(rows, row, "verdict"));
        if (strcmp(reasons, "reasons") == 0) {
            partner_add_reason_codes(html, rows, row);
        } else if (strcmp(database_value(rows, row, reasons), "ok") != 0) {
            html_add(html, " ");
            layout_reason_code(html, database_value(rows, row, reasons));
        }
        html_add(html, "</li>");
    }
    html_add(html, "</ul>");
}

/* Lines that several phases share are shown once. */
static void add_fixes(struct html *html, const PGresult *clients, int from, int until)
{
    struct text shown = { 0 };

    for (int row = from; row < until; row++) {
        struct text_list lines = { 0 };
        const char *raw = database_value(clients, row, "fix");

        database_texts(clients, row, "fix", &lines);
        if (lines.count > 0 && strcmp(database_value(clients, row, "verdict"), "ready") != 0 &&
            strcmp(text_string(&shown), raw) != 0) {
            html_add(
                html,
                "<div class=\"fix\"><h5>%s <span class=\"soft\">%s</span></h5><pre tabindex=\"0\"><code>",
                html_say(html, WORD_WHAT_TO_DO), html_say(html, WORD_FIX_FROM));
            for (size_t i = 0; i < lines.count; i++)
                html_add(html, "%s\n", lines.items[i]);
            html_add(html, "</code></pre></div>");
            text_clear(&shown);
            text_add(&shown, raw);
        }
        text_list_clear(&lines);
    }
    text_clear(&shown);
}

static void add_client(struct html *html, const PGresult *clients, int from, int until)
{
    struct text_list stores = { 0 };

    html_add(html, "<li class=\"client\"><h4>%s %s <span class=\"soft\">%s</span></h4><dl class=\"facts\">",
             database_value(clients, from, "runtime"), database_value(clients, from, "runtime_version"),
             html_say(html, word_of(database_value(clients, from, "relevance"))));
    if (*database_value(clients, from, "executable") != '\0')
        html_add(html, "<div><dt>%s</dt><dd><code>%s</code></dd></div>", html_say(html, WORD_EXECUTABLE),
                 database_value(clients, from, "executable"));
    database_texts(clients, from, "stores", &stores);
    html_add(html, "<div><dt>%s</dt><dd>", html_say(html, WORD_STORE));
    for (size_t i = 0; i < stores.count; i++)
        html_add(html, "<code>%s</code> ", stores.items[i]);
    html_add(html,
             "</dd></div><div><dt>%s</dt><dd><code>%s</code></dd></div><div><dt>%s</dt><dd><code>%s</code></"
             "dd></div></dl>",
             html_say(html, WORD_MODEL), database_value(clients, from, "model"),
             html_say(html, WORD_EVIDENCE), database_value(clients, from, "evidence"));
    text_list_clear(&stores);
    add_phases(html, clients, from, until, "reason");
    add_fixes(html, clients, from, until);
    html_add(html, "</li>");
}

static void add_clients(struct html *html, const PGresult *clients, const char *enrolment)
{
    int row = find_row(clients, "enrolment", enrolment);
    int end = row < PQntuples(clients) ? group_end(clients, row, "enrolment") : row;

    if (row == end)
        return;
    html_add(html, "<h3 class=\"small\">%s</h3><ul class=\"clients\">", html_say(html, WORD_CLIENTS));
    while (row < end) {
        int next = group_end(clients, row, "client");

        next = next < end ? next : end;
        add_client(html, clients, row, next);
        row = next;
    }
    html_add(html, "</ul>");
}

static void add_stores(struct html *html, const PGresult *stores, const char *enrolment)
{
    static const enum word columns[] = { WORD_STORE, WORD_FORMAT, WORD_STATE, WORD_CERTIFICATES };
    int row = find_row(stores, "enrolment", enrolment);
    int end = row < PQntuples(stores) ? group_end(stores, row, "enrolment") : row;

    if (row == end)
        return;
    html_add(html,
             "<details><summary>%s (%d)</summary><table role=\"table\" class=\"stack\"><caption "
             "class=\"hidden\">%s</caption>"
             "<thead role=\"rowgroup\"><tr role=\"row\">",
             html_say(html, WORD_STORES), end - row, html_say(html, WORD_STORES));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        html_add(html, "<th scope=\"col\" role=\"columnheader\">%s</th>", html_say(html, columns[i]));
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
    for (; row < end; row++) {
        const char *path = database_value(stores, row, "path");

        html_add(html,
                 "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code>%s</code></th><td "
                 "role=\"cell\" data-label=\"%s\">%s</td>"
                 "<td role=\"cell\" data-label=\"%s\">%s %s</td><td role=\"cell\" class=\"number\" "
                 "data-label=\"%s\">%s</td></tr>",
                 *path != '\0' ? path : database_value(stores, row, "id"), html_say(html, WORD_FORMAT),
                 database_value(stores, row, "format"), html_say(html, WORD_STATE),
                 database_value(stores, row, "state"), database_value(stores, row, "problem"),
                 html_say(html, WORD_CERTIFICATES), database_value(stores, row, "certificates"));
    }
    html_add(html, "</tbody></table></details>");
}

static void add_host(struct html *html, const struct host_rows *rows, int from, int until)
{
    const PGresult *hosts = rows->hosts;
    const char *enrolment = database_value(hosts, from, "enrolment");

    html_add(html,
             "<section class=\"card host\" aria-labelledby=\"host-%s\"><div class=\"phase-head\"><h3 "
             "id=\"host-%s\">%s</h3>"
             "<span class=\"when\">%s · %s ",
             enrolment, enrolment, database_value(hosts, from, "host"),
             html_say(html, word_of(database_value(hosts, from, "environment"))),
             html_say(html, WORD_LAST_REPORT));
    if (database_bool(hosts, from, "reported"))
        layout_instant(html, hosts, from, "observed_at");
    else
        html_word(html, WORD_NEVER);
    html_add(html, "</span></div>");
    add_phases(html, hosts, from, until, "reasons");
    add_clients(html, rows->clients, enrolment);
    add_stores(html, rows->stores, enrolment);
    html_add(html, "</section>\n");
}

static void add_next(struct html *html, int64_t skip, int64_t matching)
{
    struct text query = { 0 };
    char number[24];

    if (skip + HOSTS_A_PAGE >= matching)
        return;
    snprintf(number, sizeof(number), "%lld", (long long)skip + HOSTS_A_PAGE);
    request_query_add(&query, "hosts", number);
    html_add(html, "<nav class=\"paging\" aria-label=\"%s\">", html_say(html, WORD_HOSTS));
    html_link(html, html_say(html, WORD_NEXT), "/campaigns/*/partners/*", html->request->arguments,
              text_string(&query));
    html_add(html, "</nav>");
    text_clear(&query);
}

bool partner_add_hosts_of(struct html *html, struct page *page, struct error *err)
{
    const char *from = request_field(page->request, "hosts");
    int64_t skip = from != NULL && atoll(from) > 0 && atoll(from) < 1000000000 ? atoll(from) : 0;
    char skip_text[24], count_text[24];
    const struct parameter parameters[] = { { "campaign", page->request->arguments[0] },
                                            { "partner", page->request->arguments[1] },
                                            { "skip", skip_text },
                                            { "count", count_text },
                                            { 0 } };
    struct host_rows rows = { 0 };
    bool ok;

    snprintf(skip_text, sizeof(skip_text), "%lld", (long long)skip);
    snprintf(count_text, sizeof(count_text), "%d", HOSTS_A_PAGE);
    rows.hosts = database_query(page->database, "page_hosts", parameters, err);
    rows.clients =
        rows.hosts != NULL ? database_query(page->database, "page_clients", parameters, err) : NULL;
    rows.stores =
        rows.clients != NULL ? database_query(page->database, "page_stores", parameters, err) : NULL;
    ok = rows.stores != NULL;
    if (ok) {
        html_add(html, "<h2 id=\"hosts\">%s</h2>\n", html_say(html, WORD_HOSTS));
        if (PQntuples(rows.hosts) == 0)
            html_add(html, "<p class=\"empty\">%s</p>", html_say(html, WORD_NO_HOSTS));
        for (int row = 0; row < PQntuples(rows.hosts);) {
            int next = group_end(rows.hosts, row, "enrolment");

            add_host(html, &rows, row, next);
            row = next;
        }
        if (PQntuples(rows.hosts) > 0)
            add_next(html, skip, database_number(rows.hosts, 0, "matching"));
    }
    PQclear(rows.stores);
    PQclear(rows.clients);
    PQclear(rows.hosts);
    return ok;
}
