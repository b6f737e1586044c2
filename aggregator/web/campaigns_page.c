#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"
#include "aggregator/web/pages.h"

#include <string.h>

static void add_phase(struct html *html, const PGresult *rows, int row)
{
    html_add(html, "<tr role=\"row\"%s><th scope=\"row\" role=\"rowheader\">%s</th><td role=\"cell\">",
             database_bool(rows, row, "ended") ? " class=\"ended\"" : "", database_value(rows, row, "phase"));
    layout_instant(html, rows, row, "ready_by");
    layout_source(html, database_value(rows, row, "source"));
    html_add(html, "</td><td role=\"cell\" class=\"soft\">");
    layout_days(html, rows, row, "ready_by_days");
    html_add(html, "</td><td role=\"cell\">");
    chart_verdict(html, layout_verdict(rows, row, "verdict"));
    html_add(html, "</td><td role=\"cell\" class=\"number\">%lld / %lld</td></tr>",
             (long long)database_number(rows, row, "partners_ready"),
             (long long)database_number(rows, row, "partners"));
}

static void open_campaign(struct html *html, const PGresult *rows, int row)
{
    const char *name = database_value(rows, row, "campaign");

    html_add(html, "<section class=\"card\"><h2>");
    html_link(html, layout_translated(html, rows, row, "title"), "/campaigns/*", &name, NULL);
    html_add(html, "</h2><p class=\"soft\"><code>%s</code> · %s %lld · ", name, html_say(html, WORD_VERSION),
             (long long)database_number(rows, row, "version"));
    html_link(html, html_say(html, WORD_PARTNERS), "/campaigns/*/partners", &name, NULL);
    html_add(html,
             "</p><table role=\"table\" class=\"phase-list\"><caption class=\"hidden\">%s</caption>"
             "<thead role=\"rowgroup\"><tr role=\"row\">"
             "<th scope=\"col\" role=\"columnheader\">%s</th><th scope=\"col\" role=\"columnheader\" "
             "colspan=\"2\">%s</th>"
             "<th scope=\"col\" role=\"columnheader\">%s</th>"
             "<th scope=\"col\" role=\"columnheader\" class=\"number\">%s</th></tr></thead><tbody "
             "role=\"rowgroup\">",
             html_say(html, WORD_PHASES), html_say(html, WORD_PHASE), html_say(html, WORD_READY_BY),
             html_say(html, WORD_VERDICT), html_say(html, WORD_PARTNERS_READY));
}

bool campaigns_page(struct page *page, struct error *err)
{
    struct html html = { .request = page->request };
    const struct crumb trail[] = { { html_say(&html, WORD_CAMPAIGNS), NULL, NULL } };
    PGresult *rows =
        database_query(page->database, "page_phases", (struct parameter[]){ { "campaign", "" }, { 0 } }, err);
    const char *open = "";

    if (rows == NULL)
        return false;
    layout_open(&html, trail, 1);
    html_add(&html, "<h1>%s</h1>", html_say(&html, WORD_CAMPAIGNS));
    if (PQntuples(rows) == 0)
        html_add(&html, "<p class=\"empty\">%s</p>", html_say(&html, WORD_NO_CAMPAIGNS));
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *name = database_value(rows, row, "campaign");

        if (strcmp(open, name) != 0) {
            if (*open != '\0')
                html_add(&html, "</tbody></table></section>\n");
            open_campaign(&html, rows, row);
            open = name;
        }
        add_phase(&html, rows, row);
    }
    if (*open != '\0')
        html_add(&html, "</tbody></table></section>\n");
    PQclear(rows);
    return layout_close(&html, page, err);
}
