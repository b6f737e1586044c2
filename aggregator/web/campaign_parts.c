#include "aggregator/web/campaign_parts.h"

#include <string.h>

#include "aggregator/web/layout.h"
#include "schema/campaign/campaign.h"

void campaign_add_serves(struct html *html, const PGresult *rows, int row)
{
    struct text_list chains = { 0 };

    database_texts(rows, row, "serves", &chains);
    for (size_t i = 0; i < chains.count; i++)
        html_add(html, "%s<a href=\"#chains\"><code>%s</code></a>", i > 0 ? " " : "", chains.items[i]);
    text_list_clear(&chains);
}

static void open_part(struct html *html, const char *id, enum word title)
{
    html_add(html, "<section class=\"card\" aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>", id, id,
             html_say(html, title));
}

static void open_table(struct html *html, enum word caption, const enum word *columns, size_t count)
{
    html_add(html,
             "<table role=\"table\" class=\"stack\"><caption class=\"hidden\">%s</caption><thead "
             "role=\"rowgroup\"><tr role=\"row\">",
             html_say(html, caption));
    for (size_t i = 0; i < count; i++)
        html_add(html, "<th scope=\"col\" role=\"columnheader\">%s</th>", html_say(html, columns[i]));
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
}

static void add_chain(struct html *html, const struct campaign *campaign, const struct campaign_chain *chain)
{
    const char *note =
        html->request->language == LANGUAGE_ZH && chain->note.zh != NULL ? chain->note.zh : chain->note.en;

    html_add(html,
             "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code>%s</code></th><td role=\"cell\" "
             "data-label=\"%s\"><div>",
             chain->name, html_say(html, WORD_ACCEPTS));
    for (size_t i = 0; i < chain->accepts_count; i++)
        html_add(html, "%s<code>%s</code>", i > 0 ? " " : "", campaign->roots[chain->accepts[i]].name);
    html_add(html, "</div></td><td role=\"cell\" data-label=\"%s\"><div>", html_say(html, WORD_CHAIN_PEM));
    if (chain->certificates.count > 0)
        html_add(html, "%zu", chain->certificates.count);
    else
        html_add(html, "<span class=\"soft\">%s</span>", html_say(html, WORD_BY_KEY));
    if (note != NULL && *note != '\0')
        html_add(html, "<p class=\"note\">%s</p>", note);
    html_add(html, "</div></td></tr>");
}

static void add_step(struct html *html, const struct campaign *campaign, const struct campaign_phase *phase,
                     const struct campaign_rollout *step)
{
    char date[CLOCK_TEXT_BYTES], iso[CLOCK_TEXT_BYTES];

    html_add(html,
             "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code>%s</code></th><td role=\"cell\" "
             "data-label=\"%s\"><div><time datetime=\"%s\">%s</time>",
             phase->name, html_say(html, WORD_FROM), clock_format(step->from, iso),
             clock_format_date(step->from, campaign->zone, date));
    layout_source(html, campaign_source_name(step->source));
    html_add(html,
             "</div></td><td role=\"cell\" data-label=\"%s\"><code>%s</code></td><td role=\"cell\" "
             "data-label=\"%s\">%d%%</td></tr>",
             html_say(html, WORD_CHAIN), campaign->chains[step->chain].name,
             html_say(html, WORD_SHARE_OF_SERVERS), step->percent);
}

static void add_rollout(struct html *html, const struct campaign *campaign)
{
    static const enum word columns[] = { WORD_PHASE, WORD_FROM, WORD_CHAIN, WORD_SHARE_OF_SERVERS };
    bool any = false;

    for (size_t i = 0; i < campaign->phase_count; i++) {
        const struct campaign_phase *phase = &campaign->phases[i];

        for (size_t at = 0; at < phase->rollout_count; at++) {
            if (!any) {
                open_part(html, "rollout", WORD_ROLLOUT);
                open_table(html, WORD_ROLLOUT, columns, 4);
            }
            any = true;
            add_step(html, campaign, phase, &phase->rollout[at]);
        }
    }
    if (any)
        html_add(html, "</tbody></table></section>\n");
}

/* What the database keeps only inside the document. */
static bool add_document(struct html *html, struct page *page, const char *name, struct error *err)
{
    static const enum word columns[] = { WORD_CHAIN, WORD_ACCEPTS, WORD_CHAIN_PEM };
    PGresult *rows = database_query(page->database, "page_document",
                                    (struct parameter[]){ { "campaign", name }, { 0 } }, err);
    const char *document = rows != NULL && PQntuples(rows) == 1 ? database_value(rows, 0, "document") : NULL;
    struct campaign *campaign =
        document != NULL ? campaign_load_text(name, document, strlen(document), err) : NULL;

    PQclear(rows);
    if (campaign == NULL)
        return false;
    open_part(html, "chains", WORD_CHAINS);
    open_table(html, WORD_CHAINS, columns, 3);
    for (size_t i = 0; i < campaign->chain_count; i++)
        add_chain(html, campaign, &campaign->chains[i]);
    html_add(html, "</tbody></table></section>\n");
    add_rollout(html, campaign);
    if (campaign->affected_names.count > 0) {
        open_part(html, "affected", WORD_AFFECTED);
        html_add(html, "<ul class=\"names\">");
        for (size_t i = 0; i < campaign->affected_names.count; i++)
            html_add(html, "<li><code>%s</code></li>", campaign->affected_names.items[i]);
        html_add(html, "</ul></section>\n");
    }
    campaign_free(campaign);
    return true;
}

static bool add_roots(struct html *html, struct page *page, const char *name, struct error *err)
{
    static const enum word columns[] = { WORD_ROOT, WORD_ROLE, WORD_SHA256, WORD_DOWNLOAD };
    static const struct {
        const char *name;
        enum word word;
    } roles[] = { { "new", WORD_ROLE_NEW }, { "old", WORD_ROLE_OLD }, { "retired", WORD_ROLE_RETIRED } };
    PGresult *rows = database_query(page->database, "page_roots",
                                    (struct parameter[]){ { "campaign", name }, { 0 } }, err);

    if (rows == NULL)
        return false;
    open_part(html, "roots", WORD_ROOTS);
    open_table(html, WORD_ROOTS, columns, 4);
    for (int row = 0; row < PQntuples(rows); row++) {
        const char *print = database_value(rows, row, "sha256"), *role = database_value(rows, row, "role");

        html_add(html,
                 "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><code>%s</code> %s</th>"
                 "<td role=\"cell\" data-label=\"%s\">",
                 database_value(rows, row, "name"), database_value(rows, row, "label"),
                 html_say(html, WORD_ROLE));
        for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
            if (strcmp(roles[i].name, role) == 0)
                html_word(html, roles[i].word);
        }
        html_add(html,
                 "</td><td role=\"cell\" data-label=\"%s\"><code class=\"print\">%s</code></td><td "
                 "role=\"cell\" data-label=\"%s\">",
                 html_say(html, WORD_SHA256), print, html_say(html, WORD_DOWNLOAD));
        html_add(html, "<div>");
        html_link(html, "PEM", "/roots/*.pem", &print, NULL);
        html_add(html, " ");
        html_link(html, "DER", "/roots/*.der", &print, NULL);
        html_add(html, "</div></td></tr>");
    }
    html_add(html, "</tbody></table></section>\n");
    PQclear(rows);
    return true;
}

static void add_list(struct html *html, const PGresult *rows, int row, const char *column,
                     const char *when_empty)
{
    struct text_list items = { 0 };

    database_texts(rows, row, column, &items);
    if (items.count == 0)
        html_add(html, "<span class=\"soft\">%s</span>", when_empty);
    for (size_t i = 0; i < items.count; i++)
        html_add(html, "<code>%s</code> ", items.items[i]);
    text_list_clear(&items);
}

static void add_endpoint(struct html *html, const PGresult *rows, int row)
{
    static const struct {
        const char *name;
        enum word word;
    } uses[] = { { "production", WORD_USE_PRODUCTION },
                 { "sandbox", WORD_USE_SANDBOX },
                 { "validation", WORD_USE_VALIDATION },
                 { "fallback", WORD_USE_FALLBACK } };

    html_add(html,
             "<tr role=\"row\"%s><th scope=\"row\" role=\"rowheader\"><code>%s</code></th><td role=\"cell\" "
             "data-label=\"%s\">",
             database_bool(rows, row, "ended") ? " class=\"ended\"" : "", database_value(rows, row, "name"),
             html_say(html, WORD_USE));
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        if (strcmp(uses[i].name, database_value(rows, row, "use")) == 0)
            html_word(html, uses[i].word);
    }
    html_add(html,
             "</td><td role=\"cell\" data-label=\"%s\"><code class=\"name\">%s</code></td><td role=\"cell\" "
             "data-label=\"%s\">",
             html_say(html, WORD_CHAIN), database_value(rows, row, "chain"), html_say(html, WORD_NAMES));
    html_add(html, "<div>");
    add_list(html, rows, row, "server_names", "");
    html_add(html, "<span class=\"soft\">:%lld</span></div></td><td role=\"cell\" data-label=\"%s\">",
             (long long)database_number(rows, row, "port"), html_say(html, WORD_ADDRESSES));
    html_add(html, "<div>");
    add_list(html, rows, row, "addresses", html_say(html, WORD_RESOLVED));
    html_add(html, "</div></td><td role=\"cell\" data-label=\"%s\"><div>%s ", html_say(html, WORD_AVAILABLE),
             html_say(html, WORD_FROM));
    layout_instant(html, rows, row, "starts");
    if (!database_is_null(rows, row, "ends")) {
        html_add(html, " %s ", html_say(html, WORD_UNTIL));
        layout_instant(html, rows, row, "ends");
    }
    layout_source(html, database_value(rows, row, "source"));
    html_add(html, "</div></td></tr>");
}

static bool add_endpoints(struct html *html, struct page *page, const char *name, struct error *err)
{
    static const enum word columns[] = { WORD_ENDPOINT, WORD_USE,       WORD_CHAIN,
                                         WORD_NAMES,    WORD_ADDRESSES, WORD_AVAILABLE };
    PGresult *rows = database_query(page->database, "page_endpoints",
                                    (struct parameter[]){ { "campaign", name }, { 0 } }, err);

    if (rows == NULL)
        return false;
    if (PQntuples(rows) > 0) {
        open_part(html, "endpoints", WORD_ENDPOINTS);
        open_table(html, WORD_ENDPOINTS, columns, sizeof(columns) / sizeof(columns[0]));
        for (int row = 0; row < PQntuples(rows); row++)
            add_endpoint(html, rows, row);
        html_add(html, "</tbody></table></section>\n");
    }
    PQclear(rows);
    return true;
}

bool campaign_add_parts(struct html *html, struct page *page, const char *name, struct error *err)
{
    return add_document(html, page, name, err) && add_roots(html, page, name, err) &&
           add_endpoints(html, page, name, err);
}
