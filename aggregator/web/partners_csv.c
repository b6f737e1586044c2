#include "aggregator/csv.h"
#include "aggregator/web/pages.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/web/layout.h"
#include "schema/base/clock.h"

#define ROWS_A_PIECE 500

/* Columns of page_partners in a fixed order; new ones go to the end. */
static const char *const columns[] = {
    "partner",         "partner_name",    "cohort",          "critical",       "language",
    "phase",           "verdict",         "reasons",         "hosts_expected", "hosts_seen",
    "hosts_covered",   "hosts_ready",     "hosts_not_ready", "hosts_unknown",  "ready_low",
    "ready_high",      "coverage_low",    "coverage_high",   "waived",         "weakest_evidence",
    "observed_at_iso", "valid_until_iso",
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Booleans as words, arrays with spaces: what a spreadsheet can filter by. */
static void add_value(struct text *out, bool first, const PGresult *rows, int row, const char *column)
{
    const char *value = database_value(rows, row, column);
    struct text_list items = { 0 };
    struct text joined = { 0 };

    if (strcmp(column, "critical") == 0)
        value = database_bool(rows, row, column) ? "yes" : "no";
    if (strcmp(column, "reasons") == 0) {
        database_texts(rows, row, column, &items);
        for (size_t i = 0; i < items.count; i++)
            text_format(&joined, "%s%s", i > 0 ? " " : "", items.items[i]);
        value = text_string(&joined);
    }
    csv_field(out, first, value);
    text_list_clear(&items);
    text_clear(&joined);
}

static void name_file(struct page *page)
{
    const char *campaign = page->request->arguments[0];
    struct text name = { 0 };
    char at[CLOCK_TEXT_BYTES];

    clock_format(page->at, at);
    for (; *campaign != '\0'; campaign++)
        text_append(&name,
                    strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *campaign) != NULL ? campaign : "_", 1);
    /* No colons: they are no part of a file's name everywhere. */
    text_format(&name, "-partners-v1-%.10sT%.2s%.2sZ.csv", at, at + 11, at + 14);
    page->reply->file = text_take(&name);
    page->reply->type = "text/csv; charset=utf-8; header=present";
}

static bool filter_parameters(struct page *page, struct parameter *parameters, struct error *err)
{
    static const char *const filters[] = { "phase", "verdict", "cohort", "reason" };
    PGresult *campaign =
        database_query(page->database, "page_document",
                       (struct parameter[]){ { "campaign", page->request->arguments[0] }, { 0 } }, err);
    bool known = campaign != NULL && PQntuples(campaign) == 1;

    if (campaign != NULL && !known)
        layout_absent(err, "campaign", page->request->arguments[0]);
    PQclear(campaign);
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        const char *value = request_field(page->request, filters[i]);

        parameters[i] = (struct parameter){ filters[i], value != NULL ? value : "" };
    }
    return known;
}

/*
 * A cursor in the page's transaction: one instant, one snapshot, and never more than a piece of it in
 * memory here.
 */
bool partners_csv(struct page *page, struct error *err)
{
    struct parameter parameters[] = { { 0 }, { 0 }, { 0 }, { 0 }, { "campaign", page->request->arguments[0] },
                                      { 0 } };
    struct text *out = &page->reply->body;
    int found;

    if (!filter_parameters(page, parameters, err) ||
        !database_run(page->database, "page_partners_cursor", parameters, NULL, err))
        return false;
    name_file(page);
    for (size_t i = 0; i < COLUMNS; i++)
        csv_field(out, i == 0, columns[i]);
    csv_end_record(out);
    do {
        PGresult *rows = database_query(page->database, "page_partners_fetch", NULL, err);

        if (rows == NULL)
            return false;
        found = PQntuples(rows);
        for (int row = 0; row < found; row++) {
            for (size_t i = 0; i < COLUMNS; i++)
                add_value(out, i == 0, rows, row, columns[i]);
            csv_end_record(out);
        }
        PQclear(rows);
        if (found == ROWS_A_PIECE && !page->reply->flush(page->reply))
            return error_set(err, ERROR_NETWORK, "the reader went away");
    } while (found == ROWS_A_PIECE);
    return true;
}
