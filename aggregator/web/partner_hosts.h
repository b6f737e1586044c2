/*
 * The hosts of one partner: what each is for every phase, which of its clients stand in the way, on
 * which trust stores, and the lines that mend it.
 */
#pragma once

#include "aggregator/web/html.h"
#include "aggregator/web/page.h"

/* The campaign and the partner are the request's arguments; `?hosts=N` skips N hosts. */
MUST_CHECK bool partner_add_hosts_of(struct html *html, struct page *page, struct error *err);
