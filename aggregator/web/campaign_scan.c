#include "aggregator/web/campaign_scan.h"

#include <string.h>

#include "aggregator/observed.h"
#include "schema/base/tree.h"
#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"

/* Of places that are alike so many are named; the rest is a number, and in the JSON document. */
#define PLACES_NAMED 10

static void add_place(struct html *html, tree_value place)
{
    const char *address = tree_text(tree_member(place, "address")),
               *name = tree_text(tree_member(place, "name"));

    html_add(html, "<code>%s</code>", *address != '\0' ? address : name);
    if (*address != '\0' && *name != '\0')
        html_add(html, " <span class=\"soft\">%s</span>", name);
}

static void add_places(struct html *html, const struct observed *observed, int row)
{
    struct error ignored;
    struct tree *tree = tree_parse(database_value(observed->rows, row, "first_places"), &ignored);
    size_t count = tree_count(tree_root(tree));
    long long more = (long long)observed->read[row].places - (long long)count;

    html_add(html, "<ul class=\"names\">");
    for (size_t i = 0; i < count; i++) {
        html_add(html, "<li>");
        add_place(html, tree_item(tree_root(tree), i));
        html_add(html, "</li>");
    }
    if (more > 0) {
        html_add(html, "<li class=\"soft\">");
        html_phrase(html, WORD_AND_MORE, more);
        html_add(html, "</li>");
    }
    html_add(html, "</ul>");
    tree_free(tree);
}

static void add_chain(struct html *html, const char *chain)
{
    if (chain != NULL)
        html_add(html, "<code class=\"name\">%s</code>", chain);
    else
        html_word(html, WORD_OTHER_CHAIN);
}

static void add_share(struct html *html, const struct observed *observed, const struct rollout_share *share,
                      int64_t places)
{
    const char *chain = observed_chain(observed, share->chain);
    char low[CHART_SHARE_BYTES], high[CHART_SHARE_BYTES], planned[CHART_SHARE_BYTES];
    bool is_planned = share->planned != ROLLOUT_UNPLANNED;

    html_add(html, "<div>");
    add_chain(html, chain);
    html_add(html, " ");
    html_phrase(html, WORD_OF, (long long)share->places, (long long)places);
    chart_share(share->low, low);
    chart_share(share->high, high);
    html_add(html, ", %s%s%s", low, strcmp(low, high) != 0 ? " – " : "", strcmp(low, high) != 0 ? high : "");
    if (is_planned) {
        html_add(html, " <span class=\"soft\">");
        html_phrase(html, WORD_PLANNED, chart_share(share->planned / 100.0, planned));
        html_add(html, "</span>");
    }
    chart_range(html, chain != NULL ? chain : html_say(html, WORD_OTHER_CHAIN), share->low, share->high,
                is_planned ? share->planned / 100.0 : -1);
    html_add(html, "</div>");
}

static void open_cell(struct html *html, enum word label)
{
    html_add(html, "<td role=\"cell\" data-label=\"%s\"><div>", html_say(html, label));
}

static void close_cell(struct html *html)
{
    html_add(html, "</div></td>");
}

static void add_shares(struct html *html, const struct observed *observed,
                       const struct rollout_endpoint *endpoint)
{
    open_cell(html, WORD_SERVES);
    for (size_t i = 0; endpoint->places > 0 && i < endpoint->share_count; i++)
        add_share(html, observed, &endpoint->shares[i], endpoint->places);
    close_cell(html);
}

/* Who serves what is not planned, and who went back; rows [from, until) are one endpoint's. */
static void add_marked(struct html *html, const struct observed *observed, int from, int until)
{
    open_cell(html, WORD_ASTRAY);
    for (int row = from; row < until; row++) {
        const struct text_list *before = &observed->read[row].before;

        if (observed->rollout->marks[row] == 0)
            continue;
        html_add(html, "<div>");
        add_chain(html, observed->read[row].chain);
        if ((observed->rollout->marks[row] & ROLLOUT_STRAY) != 0)
            html_add(html, " <span class=\"reason\">%s</span>", html_say(html, WORD_STRAY));
        if ((observed->rollout->marks[row] & ROLLOUT_REGRESSED) != 0)
            html_add(html, " <span class=\"reason\">%s</span>", html_say(html, WORD_REGRESSED));
        for (size_t i = 0; i < before->count; i++)
            html_add(html, " <code class=\"name\">%s</code>", before->items[i]);
        add_places(html, observed, row);
        html_add(html, "</div>");
    }
    close_cell(html);
}

static void add_failures(struct html *html, const struct observed *observed, int from, int until)
{
    open_cell(html, WORD_FAILURES);
    for (int row = from; row < until; row++) {
        if (observed->read[row].places == 0 || database_bool(observed->rows, row, "shown"))
            continue;
        html_add(html, "<div><code>%s/%s</code> %lld", database_value(observed->rows, row, "stage"),
                 database_value(observed->rows, row, "class"), (long long)observed->read[row].places);
        add_places(html, observed, row);
        html_add(html, "</div>");
    }
    close_cell(html);
}

static void add_age(struct html *html, const struct observed *observed, int row)
{
    open_cell(html, WORD_LAST_SCAN);
    if (database_is_null(observed->rows, row, "scan")) {
        html_word(html, WORD_NEVER);
    } else {
        layout_instant(html, observed->rows, row, "started_at");
        html_add(html, " <span class=\"soft\">");
        html_phrase(html, WORD_HOURS_AGO, (long long)database_number(observed->rows, row, "age_s") / 3600);
        html_add(html, "</span>");
    }
    close_cell(html);
}

static int end_of(const struct observed *observed, int row)
{
    const char *endpoint = observed->read[row].endpoint;

    while (row < PQntuples(observed->rows) && strcmp(observed->read[row].endpoint, endpoint) == 0)
        row++;
    return row;
}

static void add_whole(struct html *html, const struct observed *observed)
{
    html_add(html, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">%s</th>",
             html_say(html, WORD_ALL_PRODUCTION));
    add_shares(html, observed, &observed->rollout->whole);
    html_add(html, "<td role=\"cell\"></td><td role=\"cell\"></td><td role=\"cell\"></td></tr>");
}

static void add_endpoints(struct html *html, const struct observed *observed)
{
    int from = 0;

    if (observed->rollout->whole.places > 0)
        add_whole(html, observed);
    for (size_t i = 0; i < observed->rollout->endpoint_count; i++) {
        const struct rollout_endpoint *endpoint = &observed->rollout->endpoints[i];
        int until = end_of(observed, from);
        bool list = *endpoint->name == '\0';

        if (!list || endpoint->places > 0) {
            html_add(html, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
            if (list)
                html_word(html, WORD_LIST_LINES);
            else
                html_add(html, "<code>%s</code>", endpoint->name);
            html_add(html, "</th>");
            add_shares(html, observed, endpoint);
            add_marked(html, observed, from, until);
            add_failures(html, observed, from, until);
            add_age(html, observed, from);
            html_add(html, "</tr>");
        }
        from = until;
    }
}

static void add_newest(struct html *html, const struct observed *observed, const char *name)
{
    const PGresult *newest = observed->newest;

    html_add(html, "<p class=\"soft\">");
    html_phrase(html, WORD_SCAN_PROGRESS, database_value(newest, 0, "id"),
                (long long)database_number(newest, 0, "answered"),
                (long long)database_number(newest, 0, "targets"));
    if (!database_bool(newest, 0, "published"))
        html_add(html, " %s", html_say(html, WORD_SCAN_UNPUBLISHED));
    html_add(html, " ");
    html_link(html, html_say(html, WORD_JSON), "/api/campaigns/*/scan", &name, NULL);
    html_add(html, "</p>");
}

static void add_section(struct html *html, const struct observed *observed, const char *name)
{
    static const enum word columns[] = { WORD_ENDPOINT, WORD_SERVES, WORD_ASTRAY, WORD_FAILURES,
                                         WORD_LAST_SCAN };

    html_add(html, "<section class=\"card\" aria-labelledby=\"scan\"><h2 id=\"scan\">%s</h2>",
             html_say(html, WORD_SERVED_NOW));
    add_newest(html, observed, name);
    html_add(html,
             "<table role=\"table\" class=\"stack\"><caption class=\"hidden\">%s</caption><thead "
             "role=\"rowgroup\"><tr role=\"row\">",
             html_say(html, WORD_SERVED_NOW));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        html_add(html, "<th scope=\"col\" role=\"columnheader\">%s</th>", html_say(html, columns[i]));
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
    add_endpoints(html, observed);
    html_add(html, "</tbody></table></section>\n");
}

bool campaign_add_scan(struct html *html, struct page *page, const char *name, struct error *err)
{
    struct observed observed;
    bool ok = observed_load(page->database, name, page->at, PLACES_NAMED, &observed, err);

    if (ok && PQntuples(observed.newest) > 0)
        add_section(html, &observed, name);
    observed_clear(&observed);
    return ok;
}
