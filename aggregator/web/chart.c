#include "aggregator/web/chart.h"

#include <stdio.h>

/* Figures are drawn on a strip this wide and stretched to the page. */
#define WIDE 1000.0

/* Drawn in a box of 16 by 16. */
static const struct {
    const char *name, *shape;
    enum word word;
} marks[] = {
    [VERDICT_READY] = { "ready",
                        "<circle cx=\"8\" cy=\"8\" r=\"7\"/><path class=\"on\" d=\"M4.5 8.3l2.4 2.4 "
                        "4.6-5\"/>",
                        WORD_READY },
    [VERDICT_NOT_READY] = { "not-ready",
                            "<path d=\"M8 .5 15.5 8 8 15.5.5 8z\"/><path class=\"on\" d=\"M8 4.9v3.7m0 "
                            "2.3v.1\"/>",
                            WORD_NOT_READY },
    [VERDICT_UNKNOWN] = { "unknown",
                          "<circle class=\"ring\" cx=\"8\" cy=\"8\" r=\"6.2\"/><circle class=\"dot\" "
                          "cx=\"8\" cy=\"8\" r=\"1.4\"/>",
                          WORD_UNKNOWN },
};

void chart_mark(struct html *html, enum verdict verdict)
{
    html_add(html,
             "<svg class=\"mark %s\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\">",
             marks[verdict].name);
    text_add(&html->text, marks[verdict].shape);
    html_add(html, "</svg>");
}

void chart_verdict(struct html *html, enum verdict verdict)
{
    html_add(html, "<span class=\"verdict %s\">", marks[verdict].name);
    chart_mark(html, verdict);
    html_add(html, "%s</span>", html_say(html, marks[verdict].word));
}

const char *chart_share(double share, char text[CHART_SHARE_BYTES])
{
    double percent = 100 * share;
    int size;

    if (percent < 100 && percent > 99.9)
        percent = 99.9;
    if (percent > 0 && percent < 0.1)
        percent = 0.1;
    size = snprintf(text, CHART_SHARE_BYTES, "%.1f", percent);
    if (text_ends(text, ".0"))
        size -= 2;
    snprintf(text + size, CHART_SHARE_BYTES - (size_t)size, " %%");
    return text;
}

static void open_strip(struct html *html, const char *class, int high)
{
    html_add(html,
             "<svg class=\"strip %s\" viewBox=\"0 0 1000 %d\" preserveAspectRatio=\"none\" height=\"%d\" "
             "role=\"img\" aria-label=\"",
             class, high, high);
}

static void draw(struct html *html, const char *class, double from, double until, int high)
{
    if (until > from)
        html_add(html, "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\"/>", class, from,
                 until - from, high);
}

static void draw_line(struct html *html, const char *class, double at, int high)
{
    at = at < 1 ? 1 : at > WIDE - 1 ? WIDE - 1 : at; /* the whole line stays inside */
    html_add(html, "<path class=\"%s\" vector-effect=\"non-scaling-stroke\" d=\"M%.1f 0V%d\"/>", class, at,
             high);
}

void chart_range(struct html *html, const char *title, double low, double high, double wanted)
{
    char from[CHART_SHARE_BYTES], to[CHART_SHARE_BYTES], line[CHART_SHARE_BYTES];

    open_strip(html, "range", 14);
    html_add(html, "%s: %s %s, %s %s", title, html_say(html, WORD_LOW), chart_share(low, from),
             html_say(html, WORD_HIGH), chart_share(high, to));
    if (wanted >= 0)
        html_add(html, ", %s %s", html_say(html, WORD_WANTED), chart_share(wanted, line));
    html_add(html, "\"><rect class=\"ground\" width=\"1000\" height=\"14\"/>");
    draw(html, "sure", 0, WIDE * low, 14);
    draw(html, "open", WIDE * low, WIDE * high, 14);
    if (wanted >= 0)
        draw_line(html, "wanted", WIDE * wanted, 14);
    html_add(html, "</svg>");
}

void chart_counts(struct html *html, const char *title, int64_t ready, int64_t not_ready, int64_t unknown)
{
    double all = (double)(ready + not_ready + unknown), at = 0;
    const struct {
        enum verdict verdict;
        int64_t count;
    } parts[] = { { VERDICT_READY, ready }, { VERDICT_UNKNOWN, unknown }, { VERDICT_NOT_READY, not_ready } };

    open_strip(html, "counts", 14);
    html_add(html, "%s:", title);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        html_add(html, "%s %lld %s", i > 0 ? "," : "", (long long)parts[i].count,
                 html_say(html, marks[parts[i].verdict].word));
    html_add(html, "\"><rect class=\"ground\" width=\"1000\" height=\"14\"/>");
    for (size_t i = 0; all > 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
        double next = at + WIDE * (double)parts[i].count / all;

        draw(html, marks[parts[i].verdict].name, at, next, 14);
        if (next < WIDE && next > at)
            draw_line(html, "gap", next, 14);
        at = next;
    }
    html_add(html, "</svg>");
}

void chart_timeline(struct html *html, const char *title, const struct chart_interval *intervals,
                    size_t count, int64_t now)
{
    double from = count > 0 ? (double)intervals[0].from : 0;
    double length = count > 0 ? (double)intervals[count - 1].until - from : 0;

    if (length <= 0)
        return;
    open_strip(html, "timeline", 18);
    html_add(html, "%s\">", title);
    for (size_t i = 0; i < count; i++) {
        double begin = WIDE * ((double)intervals[i].from - from) / length;
        double end = WIDE * ((double)intervals[i].until - from) / length;

        html_add(html, "<g class=\"%s\">", intervals[i].ended ? "ended" : "coming");
        draw(html, marks[intervals[i].verdict].name, begin, end, 18);
        html_add(html, "</g>");
        if (i > 0)
            draw_line(html, "gap", begin, 18);
    }
    if ((double)now >= from && (double)now < from + length)
        draw_line(html, "now", WIDE * ((double)now - from) / length, 18);
    html_add(html, "</svg>");
}
