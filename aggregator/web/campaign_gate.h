/*
 * The gate of one phase on a campaign's page: what it would say at the page's instant, rule by rule,
 * and what it said last. Evaluated by aggregator/gate.h, never here.
 */
#pragma once

#include "aggregator/web/html.h"
#include "aggregator/web/page.h"

/* `row` is the phase's in the result of page_phases. */
MUST_CHECK bool campaign_add_gate(struct html *html, struct page *page, const PGresult *rows, int row,
                                  struct error *err);
