/*
 * What a campaign's endpoints served when they were last scanned, on its page: shares beside what is planned, who
 * is astray or went back, what could not be seen, and when. Worked out by aggregator/observed.h, never here.
 */
#pragma once

#include "aggregator/web/html.h"
#include "aggregator/web/page.h"

/* A section of its own; nothing for a campaign that was never scanned. */
MUST_CHECK bool campaign_add_scan(struct html *html, struct page *page, const char *name, struct error *err);
