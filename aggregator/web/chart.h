/*
 * Figures as inline SVG that needs neither script nor style attributes: shapes carry classes, the
 * style sheet their colours. Each has a title and a description with the same numbers, which also stand in a table
 * beside it. Horizontal figures stretch with the page; no text is drawn inside them.
 */
#pragma once

#include "aggregator/web/html.h"
#include "schema/campaign/verdict.h"

/* ● ready, ◆ not ready, ○ unknown: a shape of its own for each verdict, hidden from screen readers. */
void chart_mark(struct html *html, enum verdict verdict);

/* The mark and its word. */
void chart_verdict(struct html *html, enum verdict verdict);

/*
 * What is known of a share, from `low` to `high`: sure up to low, open up to high; a line at `wanted`
 * (negative: none). All from 0 to 1.
 */
void chart_range(struct html *html, const char *title, double low, double high, double wanted);

/* How many are ready, unknown and not ready, in proportion. */
void chart_counts(struct html *html, const char *title, int64_t ready, int64_t not_ready, int64_t unknown);

/* Intervals one after the other, with a line at `now`. */
struct chart_interval {
    int64_t from, until; /* Unix seconds */
    enum verdict verdict;
    bool ended;
};
void chart_timeline(struct html *html, const char *title, const struct chart_interval *intervals,
                    size_t count, int64_t now);

/* "97.5 %": one decimal, never rounded up to 100 nor down to 0 when it is neither. */
#define CHART_SHARE_BYTES 16
const char *chart_share(double share, char text[CHART_SHARE_BYTES]);
