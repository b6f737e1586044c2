#include "aggregator/web/campaign_gate.h"
#include "aggregator/web/campaign_parts.h"
#include "aggregator/web/campaign_scan.h"
#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"
#include "aggregator/web/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct campaign_rows {
    PGresult *phases, *reasons;
};

static void add_head(struct html *html, const PGresult *rows, const char *name)
{
    html_add(html,
             "<header class=\"head\"><p class=\"kicker\">%s <code>%s</code> · %s %lld</p><h1>%s</h1><p "
             "class=\"lead\">",
             html_say(html, WORD_CAMPAIGN), name, html_say(html, WORD_VERSION),
             (long long)database_number(rows, 0, "version"), layout_translated(html, rows, 0, "title"));
    html_add(html, "%s: ", html_say(html, WORD_CONTACT));
    layout_contact(html, layout_translated(html, rows, 0, "contact"));
    html_add(html, "</p><p class=\"actions\">");
    html_link(html, html_say(html, WORD_PARTNERS), "/campaigns/*/partners", &name, NULL);
    html_add(html, " ");
    html_link(html, html_say(html, WORD_JSON), "/api/campaigns/*/readiness", &name, NULL);
    html_add(html, "</p></header>\n");
}

static void add_strip(struct html *html, const PGresult *rows, int64_t now)
{
    int count = PQntuples(rows);
    struct chart_interval *intervals = memory_new((size_t)count * sizeof(*intervals));

    for (int row = 0; row < count; row++)
        intervals[row] = (struct chart_interval){ .from = database_number(rows, row, "starts_s"),
                                                  .until = database_number(rows, row, "ends_s"),
                                                  .verdict = layout_verdict(rows, row, "verdict"),
                                                  .ended = database_bool(rows, row, "ended") };
    html_add(html, "<section aria-labelledby=\"phases\" class=\"phases\"><h2 id=\"phases\">%s</h2>",
             html_say(html, WORD_PHASES));
    chart_timeline(html, html_say(html, WORD_TIMELINE), intervals, (size_t)count, now);
    html_add(html, "<ol>");
    for (int row = 0; row < count; row++) {
        bool running = database_bool(rows, row, "running");

        html_add(html, "<li class=\"%s\">", intervals[row].ended ? "ended" : running ? "running" : "coming");
        chart_mark(html, intervals[row].verdict);
        html_add(html, "<a href=\"#phase-%d\">%s</a><span class=\"dates\">", row,
                 database_value(rows, row, "phase"));
        layout_instant(html, rows, row, "starts");
        html_add(html, " – ");
        layout_instant(html, rows, row, "ends");
        layout_source(html, database_value(rows, row, "source"));
        html_add(html, "</span>");
        if (running || intervals[row].ended)
            html_add(html, "<span class=\"when\">%s</span>",
                     html_say(html, running ? WORD_RUNNING : WORD_ENDED));
        html_add(html, "</li>");
    }
    html_add(html, "</ol><p class=\"soft\">");
    html_phrase(html, WORD_ZONE, database_value(rows, 0, "zone"));
    html_add(html, "</p></section>\n");
    free(intervals);
}

static void open_measures(struct html *html, enum word caption, const enum word *columns, size_t count)
{
    html_add(html,
             "<table role=\"table\" class=\"measures\"><caption class=\"hidden\">%s</caption><thead "
             "role=\"rowgroup\"><tr role=\"row\">"
             "<th scope=\"col\" role=\"columnheader\">%s</th><td role=\"cell\" class=\"bar\"></td>",
             html_say(html, caption), html_say(html, WORD_MEASURE));
    for (size_t i = 0; i < count; i++)
        html_add(html, "<th scope=\"col\" role=\"columnheader\" class=\"number\">%s</th>",
                 html_say(html, columns[i]));
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
}

static void open_measure(struct html *html, enum word name)
{
    html_add(html,
             "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">%s</th><td role=\"cell\" class=\"bar\">",
             html_say(html, name));
}

/* `label` is shown where the columns' heads are not. */
static void add_figure(struct html *html, enum word label, const char *value)
{
    html_add(html, "<td role=\"cell\" class=\"number\" data-label=\"%s\">%s</td>", html_say(html, label),
             value);
}

static void add_counts(struct html *html, const PGresult *rows, int row, enum word name, const char *of)
{
    static const enum word words[] = { WORD_READY, WORD_UNKNOWN, WORD_NOT_READY };
    static const char *const kinds[] = { "ready", "unknown", "not_ready" };
    int64_t counts[3];
    char column[64];

    for (size_t i = 0; i < 3; i++) {
        snprintf(column, sizeof(column), "%s_%s", of, kinds[i]);
        counts[i] = database_number(rows, row, column);
    }
    open_measure(html, name);
    chart_counts(html, html_say(html, name), counts[0], counts[2], counts[1]);
    html_add(html, "</td>");
    for (size_t i = 0; i < 3; i++) {
        char value[24];

        snprintf(value, sizeof(value), "%lld", (long long)counts[i]);
        add_figure(html, words[i], value);
    }
    html_add(html, "</tr>");
}

static void add_measures(struct html *html, const PGresult *rows, int row)
{
    static const enum word counted[] = { WORD_READY, WORD_UNKNOWN, WORD_NOT_READY };

    open_measures(html, WORD_COUNTS, counted, 3);
    add_counts(html, rows, row, WORD_PARTNERS, "partners");
    add_counts(html, rows, row, WORD_HOSTS, "hosts");
    html_add(html, "</tbody></table><p class=\"soft\">%s: %s %lld, %s %lld, %s %lld, %s %lld</p>",
             html_say(html, WORD_HOSTS), html_say(html, WORD_EXPECTED),
             (long long)database_number(rows, row, "hosts_expected"), html_say(html, WORD_SEEN),
             (long long)database_number(rows, row, "hosts_seen"), html_say(html, WORD_COVERED),
             (long long)database_number(rows, row, "hosts_covered"), html_say(html, WORD_WAIVED),
             (long long)database_number(rows, row, "waived"));
}

static void add_reasons(struct html *html, const PGresult *reasons, const char *campaign, const char *phase)
{
    bool any = false;

    html_add(html, "<h3>%s</h3>", html_say(html, WORD_TOP_REASONS));
    for (int row = 0; row < PQntuples(reasons); row++) {
        const char *code = database_value(reasons, row, "reason");
        struct text query = { 0 };

        if (strcmp(database_value(reasons, row, "phase"), phase) != 0)
            continue;
        if (!any)
            html_add(html, "<ul class=\"reasons\">");
        any = true;
        request_query_add(&query, "phase", phase);
        request_query_add(&query, "reason", code);
        html_add(html, "<li><span class=\"count\">");
        html_link(html, database_value(reasons, row, "partners"), "/campaigns/*/partners", &campaign,
                  text_string(&query));
        html_add(html, "</span><div>");
        layout_reason_code(html, code);
        html_add(html, " <span class=\"sentence\">%s</span></div></li>", layout_reason(html, code));
        text_clear(&query);
    }
    html_add(html, any ? "</ul>" : "<p class=\"soft\">");
    if (!any)
        html_add(html, "%s</p>", html_say(html, WORD_NO_REASONS));
}

static void add_dates(struct html *html, const PGresult *rows, int row)
{
    html_add(html, "<dl class=\"facts\"><div><dt>%s</dt><dd>", html_say(html, WORD_SERVES));
    campaign_add_serves(html, rows, row);
    html_add(html, "</dd></div><div><dt>%s</dt><dd>", html_say(html, WORD_STARTS));
    layout_instant(html, rows, row, "starts");
    layout_source(html, database_value(rows, row, "source"));
    html_add(html, "</dd></div>");
    if (!database_is_null(rows, row, "advised_by")) {
        html_add(html, "<div><dt>%s</dt><dd>", html_say(html, WORD_ADVISED_BY));
        layout_instant(html, rows, row, "advised_by");
        layout_source(html, database_value(rows, row, "advised_source"));
        html_add(html, "</dd></div>");
    }
    html_add(html, "<div><dt>%s</dt><dd>", html_say(html, WORD_READY_BY));
    layout_instant(html, rows, row, "ready_by");
    layout_source(html, database_value(rows, row, "source"));
    html_add(html, " <span class=\"soft\">");
    layout_days(html, rows, row, "ready_by_days");
    html_add(html, "</span></dd></div></dl>");
}

static bool add_phase(struct html *html, struct page *page, const struct campaign_rows *found, int row,
                      struct error *err)
{
    const PGresult *rows = found->phases;
    const char *campaign = page->request->arguments[0], *phase = database_value(rows, row, "phase");
    const char *note = layout_translated(html, rows, row, "note");

    html_add(html,
             "<section class=\"card phase\" aria-labelledby=\"phase-%d\"><div class=\"phase-head\"><h2 "
             "id=\"phase-%d\">%s</h2>",
             row, row, phase);
    chart_verdict(html, layout_verdict(rows, row, "verdict"));
    if (database_bool(rows, row, "ended"))
        html_add(html, "<span class=\"when\">%s</span>", html_say(html, WORD_ENDED));
    html_add(html, "</div>");
    if (*note != '\0')
        html_add(html, "<p class=\"note\">%s</p>", note);
    add_dates(html, rows, row);
    html_add(html, "<div class=\"halves\"><div>");
    add_measures(html, rows, row);
    add_reasons(html, found->reasons, campaign, phase);
    html_add(html, "</div><div>");
    if (!campaign_add_gate(html, page, rows, row, err))
        return false;
    html_add(html, "</div></div></section>\n");
    return true;
}

bool campaign_page(struct page *page, struct error *err)
{
    const char *name = page->request->arguments[0];
    const struct parameter one[] = { { "campaign", name }, { 0 } };
    struct html html = { .request = page->request };
    struct campaign_rows found = { 0 };
    bool ok = false;

    found.phases = database_query(page->database, "page_phases", one, err);
    found.reasons = found.phases != NULL ? database_query(page->database, "page_reasons", one, err) : NULL;
    if (found.reasons == NULL)
        goto done;
    if (PQntuples(found.phases) == 0) {
        layout_absent(err, "campaign", name);
        goto done;
    }
    layout_open(&html,
                (struct crumb[]){ { html_say(&html, WORD_CAMPAIGNS), "/", NULL },
                                  { layout_translated(&html, found.phases, 0, "title"), NULL, NULL } },
                2);
    add_head(&html, found.phases, name);
    add_strip(&html, found.phases, page->at);
    ok = true;
    for (int row = 0; ok && row < PQntuples(found.phases); row++)
        ok = add_phase(&html, page, &found, row, err);
    ok = ok && campaign_add_scan(&html, page, name, err) && campaign_add_parts(&html, page, name, err) &&
         layout_close(&html, page, err);
done:
    PQclear(found.reasons);
    PQclear(found.phases);
    text_clear(&html.text);
    return ok;
}
