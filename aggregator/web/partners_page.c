#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"
#include "aggregator/web/pages.h"
#include "aggregator/web/partner_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTNERS_A_PAGE 100

/* What the reader filters by, each a field of the query. */
static const char *const filters[] = { "phase", "verdict", "cohort", "reason" };
enum { FILTERS = sizeof(filters) / sizeof(filters[0]) };

static const char *filter_value(const struct request *request, const char *name)
{
    const char *value = request_field(request, name);

    return value != NULL ? value : "";
}

/* The query with one filter set anew ("" takes it away), and from the first partner on. */
static void filter_query(const struct request *request, const char *name, const char *value,
                         struct text *query)
{
    for (size_t i = 0; i < FILTERS; i++) {
        const char *each = strcmp(filters[i], name) == 0 ? value : filter_value(request, filters[i]);

        if (*each != '\0')
            request_query_add(query, filters[i], each);
    }
}

static void add_choice(struct html *html, const char *name, const char *value, const char *label)
{
    const char *campaign = html->request->arguments[0];
    bool chosen = strcmp(filter_value(html->request, name), value) == 0;
    struct text query = { 0 };

    filter_query(html->request, name, value, &query);
    html_add(html, "<a%s", chosen ? " aria-current=\"true\"" : "");
    html_href(html, "/campaigns/*/partners", &campaign, text_string(&query));
    html_add(html, ">%s</a> ", label);
    text_clear(&query);
}

static void open_choices(struct html *html, const char *name, enum word label)
{
    html_add(html, "<div class=\"choices\"><span class=\"label\">%s</span> ", html_say(html, label));
    add_choice(html, name, "", html_say(html, WORD_ALL));
}

static bool add_filters(struct html *html, struct page *page, const PGresult *phases, struct error *err)
{
    static const struct {
        const char *value;
        enum word word;
    } verdicts[] = { { "not_ready", WORD_NOT_READY }, { "unknown", WORD_UNKNOWN }, { "ready", WORD_READY } };
    const char *reason = filter_value(page->request, "reason");
    PGresult *cohorts = database_query(page->database, "page_cohorts", NULL, err);

    if (cohorts == NULL)
        return false;
    html_add(html, "<nav class=\"filters\" aria-label=\"%s\">", html_say(html, WORD_FILTER));
    open_choices(html, "verdict", WORD_VERDICT);
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
        add_choice(html, "verdict", verdicts[i].value, html_say(html, verdicts[i].word));
    html_add(html, "</div>");
    open_choices(html, "phase", WORD_PHASE);
    for (int row = 0; row < PQntuples(phases); row++)
        add_choice(html, "phase", database_value(phases, row, "phase"), database_value(phases, row, "phase"));
    html_add(html, "</div>");
    if (PQntuples(cohorts) > 0) {
        open_choices(html, "cohort", WORD_COHORT);
        for (int row = 0; row < PQntuples(cohorts); row++)
            add_choice(html, "cohort", database_value(cohorts, row, "cohort"),
                       database_value(cohorts, row, "cohort"));
        html_add(html, "</div>");
    }
    if (*reason != '\0') {
        open_choices(html, "reason", WORD_REASON);
        add_choice(html, "reason", reason, reason);
        html_add(html, "</div>");
    }
    html_add(html, "</nav>\n");
    PQclear(cohorts);
    return true;
}

static void open_table(struct html *html, const PGresult *phases)
{
    html_add(html,
             "<table role=\"table\" class=\"stack partners\"><caption class=\"hidden\">%s</caption><thead "
             "role=\"rowgroup\">"
             "<tr role=\"row\"><th scope=\"col\" role=\"columnheader\">%s</th>",
             html_say(html, WORD_PARTNERS), html_say(html, WORD_PARTNER));
    for (int row = 0; row < PQntuples(phases); row++) {
        html_add(html, "<th scope=\"col\" role=\"columnheader\">%s<span class=\"by\">%s ",
                 database_value(phases, row, "phase"), html_say(html, WORD_READY_BY));
        layout_instant(html, phases, row, "ready_by");
        html_add(html, "</span></th>");
    }
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
}

static void open_partner(struct html *html, const PGresult *rows, int row)
{
    const char *parts[] = { html->request->arguments[0], database_value(rows, row, "partner") };
    const char *cohort = database_value(rows, row, "cohort");

    html_add(html, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    html_link(html, database_value(rows, row, "partner_name"), "/campaigns/*/partners/*", parts, NULL);
    html_add(html, "<span class=\"by\"><code>%s</code>%s%s", parts[1], *cohort != '\0' ? " · " : "", cohort);
    if (database_bool(rows, row, "critical"))
        html_add(html, " · <strong>%s</strong>", html_say(html, WORD_CRITICAL));
    html_add(html, "</span></th>");
}

static void add_cell(struct html *html, const PGresult *rows, int row)
{
    html_add(html, "<td role=\"cell\" data-label=\"%s\"%s><div class=\"state\">",
             database_value(rows, row, "phase"), database_bool(rows, row, "ended") ? " class=\"ended\"" : "");
    chart_verdict(html, layout_verdict(rows, row, "verdict"));
    html_add(html, "<span class=\"by\">");
    partner_add_hosts(html, rows, row);
    html_add(html, "</span>");
    partner_add_reason_codes(html, rows, row);
    html_add(html, "</div></td>");
}

/*
 * A partner has a row for each phase in whose cohorts it is; both are in the phases' order, so a phase
 * that is not the next row's has none.
 */
static int add_partner(struct html *html, const PGresult *phases, const PGresult *rows, int row)
{
    const char *place = database_value(rows, row, "place");

    open_partner(html, rows, row);
    for (int phase = 0; phase < PQntuples(phases); phase++) {
        bool is_next =
            row < PQntuples(rows) && strcmp(database_value(rows, row, "place"), place) == 0 &&
            strcmp(database_value(rows, row, "phase"), database_value(phases, phase, "phase")) == 0;

        if (is_next)
            add_cell(html, rows, row++);
        else
            html_add(html, "<td role=\"cell\" class=\"soft\" data-label=\"%s\">—</td>",
                     database_value(phases, phase, "phase"));
    }
    html_add(html, "</tr>");
    return row;
}

static void add_paging(struct html *html, int64_t skip, int64_t matching)
{
    const char *campaign = html->request->arguments[0];

    if (matching <= PARTNERS_A_PAGE && skip == 0)
        return;
    html_add(html, "<nav class=\"paging\" aria-label=\"%s\">", html_say(html, WORD_PARTNERS));
    for (int forward = 0; forward < 2; forward++) {
        struct text query = { 0 };
        char number[24];

        if (forward ? skip + PARTNERS_A_PAGE >= matching : skip == 0)
            continue;
        filter_query(html->request, "", "", &query);
        snprintf(number, sizeof(number), "%lld", forward ? (long long)skip + PARTNERS_A_PAGE : 0LL);
        request_query_add(&query, "skip", number);
        html_link(html, html_say(html, forward ? WORD_NEXT : WORD_FIRST), "/campaigns/*/partners", &campaign,
                  text_string(&query));
        html_add(html, " ");
        text_clear(&query);
    }
    html_add(html, "</nav>");
}

static void add_head(struct html *html, int64_t shown, int64_t matching)
{
    const char *campaign = html->request->arguments[0];
    struct text query = { 0 };

    html_add(html, "<header class=\"head\"><h1>%s</h1><p class=\"lead\">", html_say(html, WORD_PARTNERS));
    html_phrase(html, WORD_SHOWN_OF, (long long)shown, (long long)matching);
    html_add(html, "</p><p class=\"actions\">");
    filter_query(html->request, "", "", &query);
    html_link(html, html_say(html, WORD_CSV), "/campaigns/*/partners.csv", &campaign, text_string(&query));
    html_add(html, " ");
    html_link(html, html_say(html, WORD_JSON), "/api/campaigns/*/readiness", &campaign, NULL);
    html_add(html, "</p></header>\n");
    text_clear(&query);
}

static int64_t count_partners(const PGresult *rows)
{
    int64_t count = 0;

    for (int row = 0; row < PQntuples(rows); row++)
        count += row == 0 ||
                 strcmp(database_value(rows, row, "place"), database_value(rows, row - 1, "place")) != 0;
    return count;
}

static PGresult *query_partners(struct page *page, int64_t skip, int64_t count, struct error *err)
{
    char from[24], size[24];

    snprintf(from, sizeof(from), "%lld", (long long)skip);
    snprintf(size, sizeof(size), "%lld", (long long)count);
    return database_query(page->database, "page_partners",
                          (struct parameter[]){ { "campaign", page->request->arguments[0] },
                                                { "phase", filter_value(page->request, "phase") },
                                                { "verdict", filter_value(page->request, "verdict") },
                                                { "cohort", filter_value(page->request, "cohort") },
                                                { "reason", filter_value(page->request, "reason") },
                                                { "partner", "" },
                                                { "skip", from },
                                                { "count", size },
                                                { 0 } },
                          err);
}

static int64_t skip_of(const struct request *request)
{
    long long skip = atoll(filter_value(request, "skip"));

    return skip > 0 && skip < 1000000000 ? skip : 0;
}

bool partners_page(struct page *page, struct error *err)
{
    const char *campaign = page->request->arguments[0];
    struct html html = { .request = page->request };
    int64_t skip = skip_of(page->request), matching = 0;
    PGresult *phases = database_query(page->database, "page_phases",
                                      (struct parameter[]){ { "campaign", campaign }, { 0 } }, err);
    PGresult *rows = phases != NULL ? query_partners(page, skip, PARTNERS_A_PAGE, err) : NULL;
    bool ok = false;

    if (rows == NULL)
        goto done;
    if (PQntuples(phases) == 0) {
        layout_absent(err, "campaign", campaign);
        goto done;
    }
    layout_open(&html,
                (struct crumb[]){ { html_say(&html, WORD_CAMPAIGNS), "/", NULL },
                                  { layout_translated(&html, phases, 0, "title"), "/campaigns/*", &campaign },
                                  { html_say(&html, WORD_PARTNERS), NULL, NULL } },
                3);
    matching = PQntuples(rows) > 0 ? database_number(rows, 0, "matching") : 0;
    add_head(&html, count_partners(rows), matching);
    if (!add_filters(&html, page, phases, err))
        goto done;
    if (PQntuples(rows) == 0) {
        html_add(&html, "<p class=\"empty\">%s</p>", html_say(&html, WORD_NO_PARTNERS));
    } else {
        open_table(&html, phases);
        for (int row = 0; row < PQntuples(rows);)
            row = add_partner(&html, phases, rows, row);
        html_add(&html, "</tbody></table>\n");
        partner_add_legend(&html, rows);
    }
    add_paging(&html, skip, matching);
    ok = layout_close(&html, page, err);
done:
    PQclear(rows);
    PQclear(phases);
    text_clear(&html.text);
    return ok;
}
