#include "aggregator/web/campaign_gate.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/gate.h"
#include "aggregator/web/chart.h"
#include "aggregator/web/layout.h"

/* A gate's answer looks like the verdict that it is nearest to. */
static const struct {
    enum verdict like;
    enum word word;
} answers[] = {
    [GATE_GO] = { VERDICT_READY, WORD_GO },
    [GATE_NO_GO] = { VERDICT_NOT_READY, WORD_NO_GO },
    [GATE_INCONCLUSIVE] = { VERDICT_UNKNOWN, WORD_INCONCLUSIVE },
};

/* How each rule is said and drawn; one that is not here is said in the gate's own words. */
static const struct rule_words {
    const char *name;
    enum word word;
    bool share;    /* from 0 to 1: has a bar */
    bool pipeline; /* about ourselves: of interest only where it does not hold */
} rule_words[] = {
    { "partners", WORD_RULE_PARTNERS, false, false },
    { "coverage", WORD_RULE_COVERAGE, true, false },
    { "ready", WORD_RULE_READY, true, false },
    { "ready-of-expected", WORD_RULE_READY_OF_EXPECTED, true, false },
    { "critical", WORD_RULE_CRITICAL, false, false },
    { "waived", WORD_RULE_WAIVED, true, false },
    { "traffic-known", WORD_RULE_TRAFFIC_KNOWN, false, false },
    { "lag-age", WORD_RULE_LAG_AGE, false, true },
    { "partitions-behind", WORD_RULE_BEHIND, false, true },
    { "dead-letters", WORD_RULE_DEAD_LETTERS, true, true },
    { "open-gaps", WORD_RULE_GAPS, false, true },
    { "scan-age", WORD_RULE_SCAN_AGE, false, true },
    { "unscanned", WORD_RULE_UNSCANNED, false, true },
};

static const struct rule_words *words_of(const struct gate_rule *rule)
{
    for (size_t i = 0; i < sizeof(rule_words) / sizeof(rule_words[0]); i++) {
        if (strcmp(rule_words[i].name, rule->name) == 0)
            return &rule_words[i];
    }
    return NULL;
}

static void add_value(struct html *html, double value, bool share)
{
    char text[CHART_SHARE_BYTES];

    if (share)
        html_add(html, "%s", chart_share(value, text));
    else
        html_add(html, "%.0f", value);
}

static void add_rule(struct html *html, const struct gate_rule *rule)
{
    const struct rule_words *words = words_of(rule);
    const char *says = words != NULL ? html_say(html, words->word) : rule->must;
    bool share = words != NULL && words->share;

    html_add(html, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    chart_mark(html, rule->holds ? VERDICT_READY : rule->fails ? VERDICT_NOT_READY : VERDICT_UNKNOWN);
    html_add(html, "<div>%s<span class=\"hidden\">: %s</span>", says,
             html_say(html, rule->holds   ? WORD_HOLDS
                            : rule->fails ? WORD_FAILS
                                          : WORD_OPEN));
    if (share && !rule->at_most)
        chart_range(html, says, rule->pessimistic, rule->optimistic, rule->threshold);
    html_add(html, "</div></th><td role=\"cell\" class=\"number\" data-label=\"%s\">",
             html_say(html, WORD_WORST));
    add_value(html, rule->pessimistic, share);
    html_add(html, "</td><td role=\"cell\" class=\"number\" data-label=\"%s\">", html_say(html, WORD_BEST));
    add_value(html, rule->optimistic, share);
    html_add(html, "</td><td role=\"cell\" class=\"number\" data-label=\"%s\">%s ",
             html_say(html, WORD_WANTED), rule->at_most ? "≤" : "≥");
    add_value(html, rule->threshold, share);
    html_add(html, "</td></tr>");
}

static void add_answer(struct html *html, enum gate_verdict verdict)
{
    static const char *const classes[] = {
        [VERDICT_READY] = "ready", [VERDICT_NOT_READY] = "not-ready", [VERDICT_UNKNOWN] = "unknown"
    };

    html_add(html, "<span class=\"verdict %s\">", classes[answers[verdict].like]);
    chart_mark(html, answers[verdict].like);
    html_add(html, "%s</span>", html_say(html, answers[verdict].word));
}

static void add_last(struct html *html, const PGresult *rows, int row)
{
    const char *verdict = database_value(rows, row, "decision_verdict");

    html_add(html, "<p class=\"soft last\">%s: ", html_say(html, WORD_GATE_LAST));
    if (*verdict == '\0')
        html_word(html, WORD_UNDECIDED);
    for (int i = GATE_GO; i <= GATE_INCONCLUSIVE; i++) {
        if (strcmp(gate_verdict_name((enum gate_verdict)i), verdict) != 0)
            continue;
        add_answer(html, (enum gate_verdict)i);
        html_add(html, " ");
        html_phrase(html, WORD_DECISION, (long long)database_number(rows, row, "decision"));
        html_add(html, ", ");
        layout_instant(html, rows, row, "decision_as_of");
    }
    html_add(html, "</p>");
}

static bool is_pipeline(const struct gate_rule *rule)
{
    const struct rule_words *words = words_of(rule);

    return words != NULL && words->pipeline;
}

static void add_rules(struct html *html, const struct gate_result *gate, bool pipeline)
{
    static const enum word columns[] = { WORD_WORST, WORD_BEST, WORD_WANTED };

    html_add(html,
             "<table role=\"table\" class=\"measures gate\"><caption class=\"hidden\">%s</caption>"
             "<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">%s</th>",
             html_say(html, WORD_GATE_RULES), html_say(html, pipeline ? WORD_PIPELINE : WORD_RULE));
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        html_add(html, "<th scope=\"col\" role=\"columnheader\" class=\"number\">%s</th>",
                 html_say(html, columns[i]));
    html_add(html, "</tr></thead><tbody role=\"rowgroup\">");
    for (size_t i = 0; i < gate->rule_count; i++) {
        if (is_pipeline(&gate->rules[i]) == pipeline)
            add_rule(html, &gate->rules[i]);
    }
    html_add(html, "</tbody></table>");
}

static void add_pipeline(struct html *html, const struct gate_result *gate)
{
    long long all = 0, holding = 0;

    for (size_t i = 0; i < gate->rule_count; i++) {
        all += is_pipeline(&gate->rules[i]);
        holding += is_pipeline(&gate->rules[i]) && gate->rules[i].holds;
    }
    html_add(html, "<details%s><summary>", holding < all ? " open" : "");
    html_phrase(html, WORD_PIPELINE_RULES, holding, all);
    html_add(html, "</summary>");
    add_rules(html, gate, true);
    html_add(html, "</details>");
}

static void add_gate(struct html *html, const struct gate_result *gate, const PGresult *rows, int row)
{
    html_add(html, "<div class=\"gate-head\"><h3>%s</h3>", html_say(html, WORD_GATE));
    add_answer(html, gate->verdict);
    html_add(html, "</div>");
    add_rules(html, gate, false);
    add_pipeline(html, gate);
    html_add(html, "<p class=\"soft\">%s: <code>%s</code> · %s: <code>%s</code> · ",
             html_say(html, WORD_MIN_EVIDENCE), database_value(rows, row, "gate_min_evidence"),
             html_say(html, WORD_WEAKEST), gate->weakest);
    html_phrase(html, WORD_EVIDENCE_AGE,
                (long long)database_number(rows, row, "gate_evidence_max_age_s") / 86400);
    html_add(html, " · %s: <code>%s</code></p>", html_say(html, WORD_WEIGH_BY),
             database_value(rows, row, "gate_weigh_by"));
    add_last(html, rows, row);
}

bool campaign_add_gate(struct html *html, struct page *page, const PGresult *rows, int row, struct error *err)
{
    const struct parameter parameters[] = { { "campaign", database_value(rows, row, "campaign") },
                                            { "phase", database_value(rows, row, "phase") },
                                            { 0 } };
    PGresult *input = database_query(page->database, "gate_input", parameters, err);
    struct gate_result gate;
    bool ok = input != NULL && PQntuples(input) == 1 &&
              gate_evaluate(database_value(input, 0, "input"), &gate, err);

    if (ok)
        add_gate(html, &gate, rows, row);
    PQclear(input);
    return ok;
}
