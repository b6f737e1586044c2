/*
 * The pages there are, one file each; their table is in pages.c. Every number on them is a column of
 * the views that `readiness --json` reads.
 */
#pragma once

#include "aggregator/web/page.h"

extern const struct route pages_routes[];

page_answer campaigns_page;     /* all campaigns */
page_answer campaign_page;      /* one: phases, gates, reasons, chains, endpoints */
page_answer partners_page;      /* partners by phases */
page_answer partners_csv;       /* the same as a list, streamed */
page_answer partner_page;       /* one partner: hosts, clients, reasons, fixes */
page_answer readiness_document; /* the same JSON as `readiness --json` */
page_answer scan_document;      /* what was served when it was last scanned, beside the plan */
page_answer root_pem, root_der; /* a campaign's root by its SHA-256 */
page_answer metrics_document;   /* for Prometheus */
