/* Pieces that the list of partners and a partner's own page share, each of a row of page_partners. */
#pragma once

#include "aggregator/web/html.h"
#include "aggregator/web/page.h"

/* "12 of 14 hosts ready", and honest where nobody has said how many there are. */
void partner_add_hosts(struct html *html, const PGresult *rows, int row);

/* The codes of its reasons, as a list. */
void partner_add_reason_codes(struct html *html, const PGresult *rows, int row);

/* What each reason that occurs in any row's `reasons` means. */
void partner_add_legend(struct html *html, const PGresult *rows);
