#include "aggregator/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/tree.h"
#include "aggregator/grid.h"
#include "schema/base/clock.h"
#include "schema/campaign/verdict.h"

/* The oldest that the newest applied record may be. */
#define LAG_AGE_MAX_S 900
/* Each unreadable record may be what a host had to say that now counts with older words. */
#define DEAD_LETTER_MAX 0.01

/* A scan a day, with two hours to be done in. */
#define SCAN_AGE_MAX_S (26 * CLOCK_HOUR)

/*
 * Of the input document. In 1 dead letters were counted for ever, against all records that ever came; before 3
 * nothing was said of scans.
 */
#define INPUT_VERSION 3
#define INPUT_WITH_WINDOW 2

/* Shares are sums of quotients: less than any host's weight. */
#define ROUNDING 1e-9

enum weigh { BY_HOSTS, BY_TRAFFIC, BY_PARTNERS };

struct partner {
    bool critical, declared, has_traffic;
    enum verdict verdict;
    enum evidence evidence;
    double traffic, hosts, covered, ready, not_ready, waived;
};

struct policy {
    double ready, coverage, ready_of_expected, waived_max;
    enum weigh weigh;
    bool critical_ready;
    enum evidence min_evidence;
};

struct health {
    double partitions, behind, lag_age_s, heard, dead_letters, gaps, scans, scan_age_s, unscanned;
};

struct facts {
    struct policy policy;
    struct health health;
    struct partner *partners;
    size_t count;
};

static const char *const verdict_names[] = {
    [GATE_GO] = "go",
    [GATE_NO_GO] = "no-go",
    [GATE_INCONCLUSIVE] = "inconclusive",
};

const char *gate_verdict_name(enum gate_verdict verdict)
{
    return verdict_names[verdict];
}

static double number_of(tree_value object, const char *key)
{
    return tree_number(tree_member(object, key));
}

static const char *text_of(tree_value object, const char *key)
{
    return tree_text(tree_member(object, key));
}

static bool read_policy(tree_value from, struct policy *policy, struct error *err)
{
    static const char *const words[] = {
        [BY_HOSTS] = "hosts", [BY_TRAFFIC] = "traffic", [BY_PARTNERS] = "partners"
    };
    int weigh = -1;

    for (int i = 0; i < 3; i++) {
        if (strcmp(words[i], text_of(from, "weigh_by")) == 0)
            weigh = i;
    }
    if (weigh < 0 || !evidence_parse(text_of(from, "min_evidence"), &policy->min_evidence))
        return error_set(err, ERROR_FORMAT, "gate input: a policy that is none");
    policy->weigh = (enum weigh)weigh;
    policy->ready = number_of(from, "ready");
    policy->coverage = number_of(from, "coverage");
    policy->ready_of_expected = number_of(from, "ready_of_expected");
    policy->waived_max = number_of(from, "waived_max");
    policy->critical_ready = tree_is_true(tree_member(from, "critical_ready"));
    return true;
}

/* A partner that never reported has at least one host, or it would be no partner. */
static bool read_partner(tree_value from, struct partner *partner, struct error *err)
{
    double expected = number_of(from, "expected"), seen = number_of(from, "seen");

    *partner = (struct partner){ .critical = tree_is_true(tree_member(from, "critical")),
                                 .declared = tree_is_number(tree_member(from, "expected")),
                                 .has_traffic = tree_is_number(tree_member(from, "traffic")),
                                 .traffic = number_of(from, "traffic"),
                                 .hosts = expected > seen ? expected : seen,
                                 .covered = number_of(from, "covered"),
                                 .ready = number_of(from, "ready"),
                                 .not_ready = number_of(from, "not_ready"),
                                 .waived = number_of(from, "waived") };
    if (partner->hosts < 1)
        partner->hosts = 1;
    return (verdict_parse(text_of(from, "verdict"), &partner->verdict) &&
            evidence_parse(text_of(from, "evidence"), &partner->evidence) && partner->ready >= 0 &&
            partner->not_ready >= 0 && partner->ready + partner->not_ready <= partner->hosts) ||
           error_set(err, ERROR_FORMAT, "gate input: partner %s does not add up", text_of(from, "id"));
}

static void read_health(tree_value from, double version, struct health *health)
{
    double heard = version < INPUT_WITH_WINDOW ? number_of(from, "records") + number_of(from, "hosts")
                                               : number_of(from, "hosts_heard");

    *health = (struct health){ .partitions = number_of(from, "partitions"),
                               .behind = number_of(from, "partitions_behind"),
                               .lag_age_s = number_of(from, "lag_age_s"),
                               .heard = heard,
                               .dead_letters = number_of(from, "dead_letters"),
                               .gaps = number_of(from, "gaps_open"),
                               .scans = number_of(from, "scans"),
                               .scan_age_s = number_of(from, "scan_age_s"),
                               .unscanned = number_of(from, "endpoints_unscanned") };
}

static bool read_facts(tree_value input, struct facts *facts, struct error *err)
{
    tree_value partners = tree_member(input, "partners");

    double version = number_of(input, "v");

    if (version < 1 || version > INPUT_VERSION || partners == NULL || tree_member(input, "health") == NULL)
        return error_set(err, ERROR_FORMAT, "gate input: not a document of version 1 to %d", INPUT_VERSION);
    if (!read_policy(tree_member(input, "policy"), &facts->policy, err))
        return false;
    read_health(tree_member(input, "health"), version, &facts->health);
    facts->count = tree_count(partners);
    facts->partners = memory_new((facts->count + 1) * sizeof(*facts->partners));
    for (size_t i = 0; i < facts->count; i++) {
        if (!read_partner(tree_item(partners, i), &facts->partners[i], err))
            return false;
    }
    return true;
}

static void add_rule(struct gate_result *result, const char *name, const char *must, double pessimistic,
                     double optimistic, double threshold, bool at_most)
{
    struct gate_rule *rule = &result->rules[result->rule_count++];

    *rule = (struct gate_rule){ .name = name,
                                .must = must,
                                .pessimistic = pessimistic,
                                .optimistic = optimistic,
                                .threshold = threshold,
                                .at_most = at_most };
    rule->holds = at_most ? pessimistic <= threshold + ROUNDING : pessimistic >= threshold - ROUNDING;
    rule->fails = at_most ? optimistic > threshold + ROUNDING : optimistic < threshold - ROUNDING;
}

/* Something that is unhealthy does not say that partners are not ready: it only takes the GO away. */
static void add_doubt(struct gate_result *result, const char *name, const char *must, double value,
                      double threshold)
{
    add_rule(result, name, must, value, value > threshold ? threshold : value, threshold, true);
}

/* Sums over partners by the policy's weight, all divided by the whole weight. */
struct shares {
    double ready_low, ready_high, covered_low, covered_high, ready_counted, counted;
    double waived, hosts;
    size_t critical, critical_not_ready, critical_open, without_traffic;
    enum evidence weakest;
};

static void count_partner(const struct partner *partner, const struct policy *policy, struct shares *shares)
{
    shares->waived += partner->waived;
    shares->hosts += partner->hosts;
    shares->critical += partner->critical;
    shares->critical_not_ready += partner->critical && partner->verdict == VERDICT_NOT_READY;
    shares->critical_open += partner->critical && partner->verdict != VERDICT_READY;
    shares->without_traffic += policy->weigh == BY_TRAFFIC && !partner->has_traffic;
    if (partner->covered > 0 && (shares->weakest == EVIDENCE_NONE || partner->evidence < shares->weakest))
        shares->weakest = partner->evidence;
}

static double add_partner(const struct partner *partner, const struct policy *policy, struct shares *shares)
{
    double weight = 1, ready = 0, not_ready = 0, covered = 0;

    switch (policy->weigh) {
    case BY_HOSTS:
    case BY_TRAFFIC:
        weight = policy->weigh == BY_HOSTS ? partner->hosts : partner->traffic;
        ready = partner->ready / partner->hosts;
        not_ready = partner->not_ready / partner->hosts;
        covered = partner->covered / partner->hosts;
        break;
    case BY_PARTNERS:
        ready = partner->verdict == VERDICT_READY;
        not_ready = partner->verdict == VERDICT_NOT_READY;
        covered = partner->verdict != VERDICT_UNKNOWN;
        break;
    }
    count_partner(partner, policy, shares);
    /* How many hosts there are is not known: what was seen may be any part of it. */
    shares->ready_low += partner->declared ? weight * ready : 0;
    shares->ready_high += weight * (1 - not_ready);
    shares->covered_low += partner->declared ? weight * covered : 0;
    shares->covered_high += weight * covered;
    shares->ready_counted += weight * ready;
    shares->counted += weight * (ready + not_ready);
    return weight;
}

static struct shares sum_up(const struct facts *facts)
{
    struct shares shares = { 0 };
    double whole = 0;

    for (size_t i = 0; i < facts->count; i++)
        whole += add_partner(&facts->partners[i], &facts->policy, &shares);
    if (whole <= 0) { /* nothing weighs anything: nothing is known */
        shares.ready_low = shares.covered_low = 0;
        shares.ready_high = shares.covered_high = 1;
        return shares;
    }
    shares.ready_low /= whole;
    shares.ready_high /= whole;
    shares.covered_low /= whole;
    shares.covered_high /= whole;
    return shares;
}

static void apply_policy(const struct facts *facts, const struct shares *shares, struct gate_result *result)
{
    const struct policy *policy = &facts->policy;
    bool counted = shares->counted > 0;

    add_rule(result, "partners", "the campaign concerns at least one partner", (double)facts->count,
             facts->count > 0 ? (double)facts->count : 1, 1, false);
    add_rule(result, "coverage", "share of what is expected with fresh, sufficient evidence",
             shares->covered_low, shares->covered_high, policy->coverage, false);
    add_rule(result, "ready", "share of what is covered that is ready",
             counted ? shares->ready_counted / shares->counted : 0,
             counted ? shares->ready_counted / shares->counted : 1, policy->ready, false);
    add_rule(result, "ready-of-expected", "share of what is expected that is ready", shares->ready_low,
             shares->ready_high, policy->ready_of_expected, false);
    if (policy->critical_ready)
        add_rule(result, "critical", "critical partners that are not ready", (double)shares->critical_open,
                 (double)shares->critical_not_ready, 0, true);
    add_rule(result, "waived", "share of hosts whose risk was accepted",
             shares->hosts > 0 ? shares->waived / shares->hosts : 0,
             shares->hosts > 0 ? shares->waived / shares->hosts : 0, policy->waived_max, true);
    if (policy->weigh == BY_TRAFFIC)
        add_doubt(result, "traffic-known", "partners without a traffic share",
                  (double)shares->without_traffic, 0);
}

static void check_health(const struct health *health, struct gate_result *result)
{
    if (health->partitions > 0) {
        add_doubt(result, "lag-age", "seconds since everything in Kafka was applied", health->lag_age_s,
                  LAG_AGE_MAX_S);
        add_doubt(result, "partitions-behind", "partitions that were never read to their end", health->behind,
                  0);
    }
    add_doubt(result, "dead-letters", "share of hosts that unreadable records may hide",
              health->dead_letters > 0 ? health->dead_letters / (health->heard + health->dead_letters) : 0,
              DEAD_LETTER_MAX);
    add_doubt(result, "open-gaps", "stretches of the log that were lost unread", health->gaps, 0);
    if (health->scans > 0) { /* as with Kafka above: what nobody set up cannot be unwell */
        add_doubt(result, "scan-age", "seconds since the scan that every endpoint has answered",
                  health->scan_age_s, SCAN_AGE_MAX_S);
        add_doubt(result, "unscanned", "endpoints in use that no scan has an answer of", health->unscanned,
                  0);
    }
}

static enum gate_verdict conclude(const struct gate_result *result)
{
    enum gate_verdict verdict = GATE_GO;

    for (size_t i = 0; i < result->rule_count; i++) {
        if (result->rules[i].fails)
            return GATE_NO_GO;
        if (!result->rules[i].holds)
            verdict = GATE_INCONCLUSIVE;
    }
    return verdict;
}

bool gate_evaluate(const char *input, struct gate_result *result, struct error *err)
{
    struct tree *parsed = tree_parse(input, err);
    tree_value document = parsed != NULL ? tree_root(parsed) : NULL;
    struct facts facts = { 0 };
    struct shares shares;
    bool ok;

    *result = (struct gate_result){ 0 };
    if (parsed == NULL)
        return error_within(err, "gate input");
    ok = read_facts(document, &facts, err);
    if (ok) {
        snprintf(result->campaign, sizeof(result->campaign), "%s", text_of(document, "campaign"));
        snprintf(result->phase, sizeof(result->phase), "%s", text_of(document, "phase"));
        result->version = (int64_t)number_of(document, "version");
        result->as_of = (int64_t)number_of(document, "as_of");
        shares = sum_up(&facts);
        result->weakest = evidence_name(shares.weakest);
        apply_policy(&facts, &shares, result);
        check_health(&facts.health, result);
        result->verdict = conclude(result);
    }
    free(facts.partners);
    tree_free(parsed);
    return ok;
}

void gate_print_json(const struct gate_result *result, int64_t number, const char *head, const char *input,
                     struct text *out)
{
    struct json json = { 0 };

    json_object(&json);
    json_key_number(&json, "number", number);
    json_key_text(&json, "head", head);
    json_key_text(&json, "campaign", result->campaign);
    json_key_number(&json, "version", result->version);
    json_key_text(&json, "phase", result->phase);
    json_key_instant(&json, "as_of", result->as_of);
    json_key_text(&json, "verdict", gate_verdict_name(result->verdict));
    json_key_text(&json, "weakest_evidence", result->weakest);
    json_key(&json, "rules");
    json_array(&json);
    for (size_t i = 0; i < result->rule_count; i++) {
        const struct gate_rule *rule = &result->rules[i];

        json_object(&json);
        json_key_text(&json, "name", rule->name);
        json_key_text(&json, "must_hold", rule->must);
        json_key_text(&json, "comparison", rule->at_most ? "at_most" : "at_least");
        json_key(&json, "optimistic");
        json_real(&json, rule->optimistic);
        json_key(&json, "pessimistic");
        json_real(&json, rule->pessimistic);
        json_key(&json, "threshold");
        json_real(&json, rule->threshold);
        json_key_text(&json, "holds", rule->holds ? "yes" : rule->fails ? "no" : "undecided");
        json_object_end(&json);
    }
    json_array_end(&json);
    json_key(&json, "input");
    json_raw(&json, input);
    json_object_end(&json);
    text_format(out, "%s\n", text_string(&json.text));
    json_clear(&json);
}

void gate_print_text(const struct gate_result *result, int64_t number, const char *head, struct text *out)
{
    static const char *const words[] = {
        [GATE_GO] = "GO", [GATE_NO_GO] = "NO-GO", [GATE_INCONCLUSIVE] = "INCONCLUSIVE"
    };
    struct grid grid = { .columns = 6 };
    char as_of[CLOCK_TEXT_BYTES];

    text_format(out, "%s  campaign %s version %lld, phase %s, as of %s, decision %lld\n\n",
                words[result->verdict], result->campaign, (long long)result->version, result->phase,
                clock_format(result->as_of, as_of), (long long)number);
    grid_cell(&grid, "rule");
    grid_cell(&grid, "holds");
    grid_cell(&grid, "pessimistic");
    grid_cell(&grid, "optimistic");
    grid_cell(&grid, "threshold");
    grid_cell(&grid, "what must hold");
    for (size_t i = 0; i < result->rule_count; i++) {
        const struct gate_rule *rule = &result->rules[i];

        grid_cell(&grid, rule->name);
        grid_cell(&grid, rule->holds ? "yes" : rule->fails ? "no" : "undecided");
        grid_cell_format(&grid, "%.4g", rule->pessimistic);
        grid_cell_format(&grid, "%.4g", rule->optimistic);
        grid_cell_format(&grid, "%s %.4g", rule->at_most ? "at most" : "at least", rule->threshold);
        grid_cell(&grid, rule->must);
    }
    grid_print(&grid, "  ", out);
    text_format(out, "\n  weakest evidence that counted: %s\n  head of all decisions: %s\n", result->weakest,
                head);
}
