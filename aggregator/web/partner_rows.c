#include "aggregator/web/partner_rows.h"

#include <string.h>

#include "aggregator/web/layout.h"

void partner_add_hosts(struct html *html, const PGresult *rows, int row)
{
    bool known = !database_is_null(rows, row, "hosts_expected");

    html_phrase(html, known ? WORD_HOSTS_READY_OF : WORD_HOSTS_READY_OF_SEEN,
                (long long)database_number(rows, row, "hosts_ready"),
                (long long)database_number(rows, row, known ? "hosts_expected" : "hosts_seen"));
}

void partner_add_reason_codes(struct html *html, const PGresult *rows, int row)
{
    struct text_list reasons = { 0 };

    database_texts(rows, row, "reasons", &reasons);
    if (reasons.count > 0)
        html_add(html, "<ul class=\"codes\">");
    for (size_t i = 0; i < reasons.count; i++) {
        html_add(html, "<li>");
        layout_reason_code(html, reasons.items[i]);
        html_add(html, "</li>");
    }
    if (reasons.count > 0)
        html_add(html, "</ul>");
    text_list_clear(&reasons);
}

void partner_add_legend(struct html *html, const PGresult *rows)
{
    struct text_list seen = { 0 };

    for (int row = 0; row < PQntuples(rows); row++) {
        struct text_list reasons = { 0 };

        database_texts(rows, row, "reasons", &reasons);
        for (size_t i = 0; i < reasons.count; i++) {
            if (!text_list_has(&seen, reasons.items[i]))
                text_list_add(&seen, reasons.items[i]);
        }
        text_list_clear(&reasons);
    }
    if (seen.count > 0) {
        html_add(html, "<section class=\"legend\" aria-labelledby=\"legend\"><h2 id=\"legend\">%s</h2><dl>",
                 html_say(html, WORD_REASONS));
        for (size_t i = 0; i < seen.count; i++)
            html_add(html, "<div><dt><code class=\"reason\">%s</code></dt><dd>%s</dd></div>", seen.items[i],
                     layout_reason(html, seen.items[i]));
        html_add(html, "</dl></section>\n");
    }
    text_list_clear(&seen);
}
