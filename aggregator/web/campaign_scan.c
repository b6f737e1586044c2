#include "aggregator/web/campaign_scan.h"

#include <stdio.h>
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

static void add_figure(struct html *html, enum word label, const char *value)
{
    html_add(html, "<td role=\"cell\" class=\"number\" data-label=\"%s\">%s</td>", html_say(html, label),
             value);
}

static void add_share(struct html *html, const struct observed *observed, const struct rollout_share *share)
{
    const char *chain = observed_chain(observed, share->chain);
    char low[CHART_SHARE_BYTES], high[CHART_SHARE_BYTES], planned[CHART_SHARE_BYTES] = "–", places[24];
    char both[2 * CHART_SHARE_BYTES + 8];
    bool is_planned = share->planned != ROLLOUT_UNPLANNED;

    chart_share(share->low, low);
    chart_share(share->high, high);
    if (is_planned)
        chart_share(share->planned / 100.0, planned);
    snprintf(places, sizeof(places), "%lld", (long long)share->places);
    if (strcmp(low, high) == 0)
        snprintf(both, sizeof(both), "%s", low);
    else
        snprintf(both, sizeof(both), "%s – %s", low, high);
    html_add(html, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    add_chain(html, chain);
    html_add(html, "</th><td role=\"cell\" class=\"bar\">");
    chart_range(html, chain != NULL ? chain : html_say(html, WORD_OTHER_CHAIN), share->low, share->high,
                is_planned ? share->planned / 100.0 : -1);
    html_add(html, "</td>");
    add_figure(html, WORD_ADDRESSES, places);
    add_figure(html, WORD_SHARE, both);
    add_figure(html, WORD_PLANNED, planned);
    html_add(html, "</tr>");
}

static void add_shares(struct html *html, const struct observed *observed,
                       const struct rollout_endpoint *endpoint)
{
    static const enum word columns[] = { WORD_ADDRESSES, WORD_SHARE, WORD_PLANNED };

    if (endpoint->places == 0)
        return;
    html_add(html,
             "<table role=\"table\" class=\"measures\"><caption class=\"hidden\">%s</caption><thead "
             "role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">%s</th><td "
             "role=\"cell\" class=\"bar\"></td>",
             html_say(html, WORD_SERVED_NOW), html_say(html, WORD_CHAIN));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        html_add(html, "<th scope=\"col\" role=\"columnheader\" class=\"number\">%s</th>",
                 html_say(html, columns[i]));
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
    for (size_t i = 0; i < endpoint->share_count; i++)
        add_share(html, observed, &endpoint->shares[i]);
    html_add(html, "</tbody></table>");
}

static void open_remark(struct html *html, const struct observed *observed, int row)
{
    html_add(html, "<li><span class=\"count\">%lld</span><div>", (long long)observed->read[row].places);
}

static void close_remark(struct html *html, const struct observed *observed, int row)
{
    add_places(html, observed, row);
    html_add(html, "</div></li>");
}

/* They serve what is not planned, or went back. */
static void add_marked(struct html *html, const struct observed *observed, int row)
{
    const struct text_list *before = &observed->read[row].before;
    unsigned marks = observed->rollout->marks[row];

    open_remark(html, observed, row);
    add_chain(html, observed->read[row].chain);
    if ((marks & ROLLOUT_STRAY) != 0)
        html_add(html, " <span class=\"reason\">%s</span>", html_say(html, WORD_STRAY));
    if ((marks & ROLLOUT_REGRESSED) != 0)
        html_add(html, " <span class=\"reason\">%s</span>", html_say(html, WORD_REGRESSED));
    for (size_t i = 0; (marks & ROLLOUT_REGRESSED) != 0 && i < before->count; i++)
        html_add(html, " <code class=\"name\">%s</code>", before->items[i]);
    close_remark(html, observed, row);
}

static void add_failed(struct html *html, const struct observed *observed, int row)
{
    open_remark(html, observed, row);
    html_add(html, "%s: <code class=\"reason\">%s/%s</code>", html_say(html, WORD_NOTHING_SHOWN),
             database_value(observed->rows, row, "stage"), database_value(observed->rows, row, "class"));
    close_remark(html, observed, row);
}

/* Rows [from, until) are one endpoint's. */
static void add_remarks(struct html *html, const struct observed *observed, int from, int until)
{
    html_add(html, "<ul class=\"reasons\">");
    for (int row = from; row < until; row++) {
        if (observed->rollout->marks[row] != 0)
            add_marked(html, observed, row);
        else if (observed->read[row].places > 0 && !database_bool(observed->rows, row, "shown"))
            add_failed(html, observed, row);
    }
    html_add(html, "</ul>");
}

static void add_age(struct html *html, const struct observed *observed, int row)
{
    html_add(html, " <span class=\"when\">%s ", html_say(html, WORD_LAST_SCAN));
    if (database_is_null(observed->rows, row, "scan")) {
        html_word(html, WORD_NEVER);
    } else {
        layout_instant(html, observed->rows, row, "started_at");
        html_add(html, ", ");
        html_phrase(html, WORD_HOURS_AGO, (long long)database_number(observed->rows, row, "age_s") / 3600);
    }
    html_add(html, "</span>");
}

static int end_of(const struct observed *observed, int row)
{
    const char *endpoint = observed->read[row].endpoint;

    while (row < PQntuples(observed->rows) && strcmp(observed->read[row].endpoint, endpoint) == 0)
        row++;
    return row;
}

static void add_endpoint(struct html *html, const struct observed *observed,
                         const struct rollout_endpoint *endpoint, int from, int until)
{
    html_add(html, "<div class=\"phase-head served\"><h3>");
    if (*endpoint->name != '\0')
        html_add(html, "<code>%s</code>", endpoint->name);
    else
        html_word(html, WORD_LIST_LINES);
    html_add(html, "</h3>");
    add_age(html, observed, from);
    html_add(html, "</div>");
    add_shares(html, observed, endpoint);
    add_remarks(html, observed, from, until);
}

static void add_endpoints(struct html *html, const struct observed *observed)
{
    const struct rollout *rollout = observed->rollout;
    int from = 0;

    if (rollout->whole.places > 0) {
        html_add(html, "<div class=\"phase-head served\"><h3>%s</h3></div>",
                 html_say(html, WORD_ALL_PRODUCTION));
        add_shares(html, observed, &rollout->whole);
    }
    for (size_t i = 0; i < rollout->endpoint_count; i++) {
        int until = end_of(observed, from);

        if (*rollout->endpoints[i].name != '\0' || rollout->endpoints[i].places > 0)
            add_endpoint(html, observed, &rollout->endpoints[i], from, until);
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
    html_add(html, "<section class=\"card\" aria-labelledby=\"scan\"><h2 id=\"scan\">%s</h2>",
             html_say(html, WORD_SERVED_NOW));
    add_newest(html, observed, name);
    add_endpoints(html, observed);
    html_add(html, "</section>\n");
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
