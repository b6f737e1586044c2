#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"
#include "aggregator/web/pages.h"
#include "aggregator/web/partner_hosts.h"
#include "aggregator/web/partner_rows.h"

#include <stdlib.h>
#include <string.h>

static void add_fact(struct html *html, enum word name, const char *value)
{
    if (*value != '\0')
        html_add(html, "<div><dt>%s</dt><dd>%s</dd></div>", html_say(html, name), value);
}

static void add_head(struct html *html, const PGresult *partner)
{
    char share[CHART_SHARE_BYTES];

    html_add(html,
             "<header class=\"head\"><p class=\"kicker\">%s <code>%s</code>%s%s</p><h1>%s</h1><dl "
             "class=\"facts\">",
             html_say(html, WORD_PARTNER), database_value(partner, 0, "id"),
             database_bool(partner, 0, "critical") ? " · " : "",
             database_bool(partner, 0, "critical") ? html_say(html, WORD_CRITICAL) : "",
             database_value(partner, 0, "name"));
    html_add(html, "<div><dt>%s</dt><dd>", html_say(html, WORD_CONTACT));
    layout_contact(html, database_value(partner, 0, "contact"));
    html_add(html, "</dd></div>");
    for (int i = 0; i < LANGUAGES; i++) {
        if (strcmp(language_tag((enum language)i), database_value(partner, 0, "language")) == 0)
            html_add(html, "<div><dt>%s</dt><dd lang=\"%s\">%s</dd></div>",
                     html_say(html, WORD_PARTNER_LANGUAGE), language_tag((enum language)i),
                     language_name((enum language)i));
    }
    add_fact(html, WORD_COHORT, database_value(partner, 0, "cohort"));
    add_fact(html, WORD_HOSTS_DECLARED,
             database_is_null(partner, 0, "expected_hosts") ? html_say(html, WORD_NOT_DECLARED)
                                                            : database_value(partner, 0, "expected_hosts"));
    if (!database_is_null(partner, 0, "traffic_share"))
        add_fact(html, WORD_TRAFFIC_SHARE, chart_share(database_real(partner, 0, "traffic_share"), share));
    add_fact(html, WORD_NETWORKS, database_value(partner, 0, "networks"));
    html_add(html, "</dl></header>\n");
}

/* The row of page_phases with this row's phase: its dates. */
static int phase_row(const PGresult *phases, const char *phase)
{
    int row = 0;

    while (row < PQntuples(phases) && strcmp(database_value(phases, row, "phase"), phase) != 0)
        row++;
    return row;
}

static void add_figures(struct html *html, const PGresult *rows, int row)
{
    static const struct {
        enum word word;
        const char *column;
    } figures[] = { { WORD_EXPECTED, "hosts_expected" },
                    { WORD_SEEN, "hosts_seen" },
                    { WORD_COVERED, "hosts_covered" },
                    { WORD_READY, "hosts_ready" },
                    { WORD_NOT_READY, "hosts_not_ready" },
                    { WORD_UNKNOWN, "hosts_unknown" },
                    { WORD_WAIVED, "waived" } };

    html_add(html, "<dl class=\"figures-list\">");
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        html_add(html, "<div><dt>%s</dt><dd>%s</dd></div>", html_say(html, figures[i].word),
                 database_is_null(rows, row, figures[i].column)
                     ? "–"
                     : database_value(rows, row, figures[i].column));
    html_add(html, "</dl>");
}

static void add_share(struct html *html, const PGresult *rows, int row, enum word name, const char *low,
                      const char *high)
{
    char from[CHART_SHARE_BYTES], to[CHART_SHARE_BYTES];
    double least = database_real(rows, row, low), most = database_real(rows, row, high);

    chart_share(least, from);
    chart_share(most, to);
    html_add(html, "<div class=\"share\"><span>%s</span>", html_say(html, name));
    chart_range(html, html_say(html, name), least, most, -1);
    html_add(html,
             strcmp(from, to) == 0 ? "<span class=\"number\">%s</span></div>"
                                   : "<span class=\"number\">%s – %s</span></div>",
             from, to);
}

static void add_reasons(struct html *html, const PGresult *rows, int row)
{
    struct text_list reasons = { 0 };

    database_texts(rows, row, "reasons", &reasons);
    if (reasons.count > 0)
        html_add(html, "<ul class=\"reasons\">");
    for (size_t i = 0; i < reasons.count; i++) {
        html_add(html, "<li><div>");
        layout_reason_code(html, reasons.items[i]);
        html_add(html, " <span class=\"sentence\">%s</span></div></li>",
                 layout_reason(html, reasons.items[i]));
    }
    if (reasons.count > 0)
        html_add(html, "</ul>");
    text_list_clear(&reasons);
}

static void add_phase(struct html *html, const PGresult *phases, const PGresult *rows, int row)
{
    int dates = phase_row(phases, database_value(rows, row, "phase"));

    html_add(html,
             "<section class=\"card%s\" aria-labelledby=\"phase-%d\"><div class=\"phase-head\"><h2 "
             "id=\"phase-%d\">%s</h2>",
             database_bool(rows, row, "ended") ? " ended" : "", row, row, database_value(rows, row, "phase"));
    chart_verdict(html, layout_verdict(rows, row, "verdict"));
    html_add(html, "<span class=\"when\">");
    if (database_bool(rows, row, "ended"))
        html_add(html, "%s · ", html_say(html, WORD_ENDED));
    html_add(html, "%s ", html_say(html, WORD_READY_BY));
    layout_instant(html, phases, dates, "ready_by");
    layout_source(html, database_value(phases, dates, "source"));
    html_add(html, " ");
    layout_days(html, phases, dates, "ready_by_days");
    html_add(html, "</span></div>");
    add_figures(html, rows, row);
    add_share(html, rows, row, WORD_READINESS, "ready_low", "ready_high");
    add_share(html, rows, row, WORD_COVERAGE, "coverage_low", "coverage_high");
    add_reasons(html, rows, row);
    html_add(html, "</section>\n");
}

static bool add_findings(struct html *html, struct page *page, const char *partner, struct error *err)
{
    PGresult *rows = database_query(page->database, "page_findings",
                                    (struct parameter[]){ { "partner", partner }, { 0 } }, err);

    if (rows == NULL)
        return false;
    html_add(html, "<section class=\"card\" aria-labelledby=\"findings\"><h2 id=\"findings\">%s</h2>",
             html_say(html, WORD_FINDINGS));
    if (PQntuples(rows) == 0)
        html_add(html, "<p class=\"soft\">%s</p>", html_say(html, WORD_NO_FINDINGS));
    else
        html_add(html, "<ul class=\"findings\">");
    for (int row = 0; row < PQntuples(rows); row++) {
        bool centre = strcmp(database_value(rows, row, "source"), "centre") == 0;

        html_add(html, "<li><div>");
        layout_reason_code(html, database_value(rows, row, "code"));
        html_add(html, " <span class=\"soft\">%s · <code>%s</code> · %s %s</span></div><p>%s</p></li>",
                 database_value(rows, row, "host"), database_value(rows, row, "subject"),
                 html_say(html, WORD_SAID_BY), html_say(html, centre ? WORD_BY_CENTRE : WORD_BY_HOST),
                 database_value(rows, row, "text"));
    }
    html_add(html, PQntuples(rows) > 0 ? "</ul></section>\n" : "</section>\n");
    PQclear(rows);
    return true;
}

static bool add_history(struct html *html, struct page *page, const struct parameter *parameters,
                        struct error *err)
{
    PGresult *rows = database_query(page->database, "page_history", parameters, err);

    if (rows == NULL)
        return false;
    if (PQntuples(rows) > 0) {
        html_add(html,
                 "<section class=\"card\" aria-labelledby=\"history\"><h2 id=\"history\">%s</h2><p "
                 "class=\"soft\">%s</p>"
                 "<table class=\"plain\"><caption class=\"hidden\">%s</caption><thead><tr><th "
                 "scope=\"col\">%s</th>"
                 "<th scope=\"col\">%s</th></tr></thead><tbody>",
                 html_say(html, WORD_HISTORY), html_say(html, WORD_HISTORY_HELP),
                 html_say(html, WORD_HISTORY), html_say(html, WORD_AT), html_say(html, WORD_HOST));
        for (int row = 0; row < PQntuples(rows); row++) {
            html_add(html, "<tr><td>");
            layout_instant(html, rows, row, "observed_at");
            html_add(html, "</td><td>%s</td></tr>", database_value(rows, row, "host"));
        }
        html_add(html, "</tbody></table></section>\n");
    }
    PQclear(rows);
    return true;
}

bool partner_page(struct page *page, struct error *err)
{
    const char *campaign = page->request->arguments[0], *id = page->request->arguments[1];
    const struct parameter parameters[] = { { "campaign", campaign }, { "partner", id }, { "phase", "" },
                                            { "verdict", "" },        { "cohort", "" },  { "reason", "" },
                                            { "skip", "0" },          { "count", "1" },  { 0 } };
    const char *const in_campaign[] = { campaign };
    struct html html = { .request = page->request };
    PGresult *phases = database_query(page->database, "page_phases", parameters, err);
    PGresult *partner =
        phases != NULL ? database_query(page->database, "page_partner", parameters, err) : NULL;
    PGresult *rows =
        partner != NULL ? database_query(page->database, "page_partners", parameters, err) : NULL;
    bool ok = false;

    if (rows == NULL)
        goto done;
    if (PQntuples(phases) == 0 || PQntuples(partner) == 0) {
        layout_absent(err, "partner", id);
        goto done;
    }
    layout_open(
        &html,
        (struct crumb[]){ { html_say(&html, WORD_CAMPAIGNS), "/", NULL },
                          { layout_translated(&html, phases, 0, "title"), "/campaigns/*", in_campaign },
                          { html_say(&html, WORD_PARTNERS), "/campaigns/*/partners", in_campaign },
                          { database_value(partner, 0, "name"), NULL, NULL } },
        4);
    add_head(&html, partner);
    html_add(&html, "<div class=\"columns\">");
    for (int row = 0; row < PQntuples(rows); row++)
        add_phase(&html, phases, rows, row);
    html_add(&html, "</div>");
    ok = partner_add_hosts_of(&html, page, err) && add_findings(&html, page, id, err) &&
         add_history(&html, page, parameters, err) && layout_close(&html, page, err);
done:
    PQclear(rows);
    PQclear(partner);
    PQclear(phases);
    text_clear(&html.text);
    return ok;
}
