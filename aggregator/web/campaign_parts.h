/* The parts of a campaign that its page shows below its phases: what is served, which roots, where. */
#pragma once

#include "aggregator/web/html.h"
#include "aggregator/web/page.h"

/* Of a row of page_phases: the names of its chains. */
void campaign_add_serves(struct html *html, const PGresult *rows, int row);

/* Sections of their own: chains, roots, endpoints, affected names. */
MUST_CHECK bool campaign_add_parts(struct html *html, struct page *page, const char *name, struct error *err);
