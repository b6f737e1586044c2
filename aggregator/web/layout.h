/*
 * What all pages share: the frame around their content, and small pieces that look the same
 * everywhere.
 */
#pragma once

#include "aggregator/web/html.h"
#include "aggregator/web/page.h"
#include "schema/campaign/verdict.h"

/* Where a page stands: from the outermost to itself, which has no path. */
struct crumb {
    const char *label;
    const char *path; /* as for html_href(); NULL: this page */
    const char *const *parts;
};

/* Everything up to and including <main>. The last crumb is the page's title. */
void layout_open(struct html *html, const struct crumb *trail, size_t count);

/*
 * </main> and the foot: as of when, and whether the pipeline behind it is well. Moves the whole to
 * page->reply. False with *err when the database could not say.
 */
MUST_CHECK bool layout_close(struct html *html, struct page *page, struct error *err);

/* A whole page that says why there is none: 400, 404, 421, 503 (too busy) or 500. */
void layout_problem(struct reply *reply, const struct request *request, int status);

/* The style sheet's path, which changes with its content. */
const char *layout_style_path(void);

/* A page of its own under the style sheet's path: route it without a database. */
bool layout_style(struct page *page, struct error *err);

/*
 * An instant for a person: `local` as the campaign's zone has it, `iso` for machines; both are columns that
 * statements of pages have in pairs, NAME and NAME_iso. Nothing when the column is NULL.
 */
void layout_instant(struct html *html, const PGresult *rows, int row, const char *column);

/* "notice" or "assumed", marked; nothing for a date without source. */
void layout_source(struct html *html, const char *source);

/* "12 days left", "3 days ago", "today", from the column's number of days. */
void layout_days(struct html *html, const PGresult *rows, int row, const char *column);

/* The code of a reason, and its sentence where asked for. */
void layout_reason_code(struct html *html, const char *code);
const char *layout_reason(const struct html *html, const char *code); /* "" for a code nobody knows */

/* The column NAME_en or NAME_zh, whichever the reader wants; English where the other is empty. */
const char *layout_translated(const struct html *html, const PGresult *rows, int row, const char *column);

/* The verdict in a column. */
enum verdict layout_verdict(const PGresult *rows, int row, const char *column);

/* A contact, as a link where it is a mail or web address. */
void layout_contact(struct html *html, const char *contact);

/* No campaign or partner of that name: ERROR_ABSENT. Always false. */
bool layout_absent(struct error *err, const char *what, const char *name);
