#include "aggregator/gate.h"

#include "tests/support/check.h"

#define INPUT(weigh, partners, health)                                                                       \
    "{\"v\":3,\"campaign\":\"c\",\"version\":1,\"phase\":\"p\",\"as_of\":1,\"policy\":{\"ready\":0.9,"       \
    "\"coverage\":0.8,\"ready_of_expected\":0.75,\"waived_max\":0.1,\"min_evidence\":\"listed\","            \
    "\"weigh_by\":\"" weigh "\",\"critical_ready\":true},\"partners\":[" partners "],\"health\":{" health    \
    "}}"

/* As decisions were kept before dead letters had a window. */
#define INPUT_1(partners, health)                                                                            \
    "{\"v\":1,\"campaign\":\"c\",\"version\":1,\"phase\":\"p\",\"as_of\":1,\"policy\":{\"ready\":0.9,"       \
    "\"coverage\":0.8,\"ready_of_expected\":0.75,\"waived_max\":0.1,\"min_evidence\":\"listed\","            \
    "\"weigh_by\":\"hosts\",\"critical_ready\":true},\"partners\":[" partners "],\"health\":{" health "}}"

#define HEALTHY "\"partitions\":1,\"lag_age_s\":900,\"hosts_heard\":100,\"dead_letters\":1,\"gaps_open\":0"

#define PARTNER(verdict, critical, expected, covered, ready, not_ready, waived)                              \
    "{\"id\":\"x\",\"critical\":" critical ",\"traffic\":0.5,\"verdict\":\"" verdict "\",\"evidence\":"      \
    "\"listed\",\"expected\":" expected ",\"seen\":" covered ",\"covered\":" covered ",\"ready\":" ready     \
    ",\"not_ready\":" not_ready ",\"waived\":" waived "}"

static const struct gate_case {
    const char *name, *input;
    enum gate_verdict verdict;
    const char *rule, *holds; /* one rule that matters, and whether it holds; NULL: none */
} cases[] = {
    { "all ready", INPUT("hosts", PARTNER("ready", "true", "10", "10", "10", "0", "0"), HEALTHY), GATE_GO,
      NULL, NULL },
    { "exactly as many ready as asked for",
      INPUT("hosts", PARTNER("not_ready", "false", "10", "10", "9", "1", "0"), HEALTHY), GATE_GO, "ready",
      "yes" },
    { "one fewer", INPUT("hosts", PARTNER("not_ready", "false", "10", "10", "8", "2", "0"), HEALTHY),
      GATE_NO_GO, "ready", "no" },
    { "hosts of which nothing is known may still be ready",
      INPUT("hosts", PARTNER("unknown", "false", "10", "8", "7", "0", "0"), HEALTHY), GATE_INCONCLUSIVE,
      "ready-of-expected", "undecided" },
    { "too few hosts were looked at",
      INPUT("hosts", PARTNER("unknown", "false", "10", "7", "7", "0", "0"), HEALTHY), GATE_NO_GO, "coverage",
      "no" },
    { "a partner that has not said how many hosts it has",
      INPUT("hosts", PARTNER("unknown", "false", "null", "10", "10", "0", "0"), HEALTHY), GATE_INCONCLUSIVE,
      "coverage", "undecided" },
    { "a critical partner that is not ready",
      INPUT("hosts", PARTNER("not_ready", "true", "10", "10", "9", "1", "0"), HEALTHY), GATE_NO_GO,
      "critical", "no" },
    { "a critical partner of which not all is known",
      INPUT("hosts", PARTNER("unknown", "true", "10", "9", "9", "0", "0"), HEALTHY), GATE_INCONCLUSIVE,
      "critical", "undecided" },
    { "too much was waived", INPUT("hosts", PARTNER("ready", "false", "10", "10", "10", "0", "2"), HEALTHY),
      GATE_NO_GO, "waived", "no" },
    { "no partner at all is no reason to go", INPUT("hosts", "", HEALTHY), GATE_INCONCLUSIVE, "partners",
      "undecided" },
    { "by partners the large do not outweigh the small",
      INPUT("partners",
            PARTNER("ready", "false", "1000", "1000", "1000", "0", "0") "," PARTNER("not_ready", "false", "1",
                                                                                    "1", "0", "1", "0"),
            HEALTHY),
      GATE_NO_GO, "ready", "no" },
    { "what was applied last is a second too old",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            "\"partitions\":1,\"lag_age_s\":901,\"hosts_heard\":100,\"dead_letters\":0,\"gaps_open\":0"),
      GATE_INCONCLUSIVE, "lag-age", "undecided" },
    { "an open gap takes the go away",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            "\"partitions\":0,\"hosts_heard\":100,\"dead_letters\":0,\"gaps_open\":1"),
      GATE_INCONCLUSIVE, "open-gaps", "undecided" },
    { "too many dead letters do",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            "\"partitions\":0,\"hosts_heard\":100,\"dead_letters\":2,\"gaps_open\":0"),
      GATE_INCONCLUSIVE, "dead-letters", "undecided" },
    { "and so does a single one when nobody was heard of",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            "\"partitions\":0,\"hosts_heard\":0,\"dead_letters\":1,\"gaps_open\":0"),
      GATE_INCONCLUSIVE, "dead-letters", "undecided" },
    { "a scan of a day and two hours ago still counts",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            HEALTHY ",\"scans\":1,\"scan_age_s\":93600,\"endpoints_unscanned\":0"),
      GATE_GO, "scan-age", "yes" },
    { "one a second older takes the go away",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            HEALTHY ",\"scans\":1,\"scan_age_s\":93601,\"endpoints_unscanned\":0"),
      GATE_INCONCLUSIVE, "scan-age", "undecided" },
    { "and so does an endpoint that no scan has an answer of",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            HEALTHY ",\"scans\":1,\"scan_age_s\":0,\"endpoints_unscanned\":1"),
      GATE_INCONCLUSIVE, "unscanned", "undecided" },
    { "a campaign that was never scanned has no rule about it",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "1", "0", "0"),
            HEALTHY ",\"scans\":0,\"scan_age_s\":0,\"endpoints_unscanned\":1"),
      GATE_GO, NULL, NULL },
    { "a decision of before is decided as it was then",
      INPUT_1(PARTNER("ready", "false", "1", "1", "1", "0", "0"),
              "\"partitions\":0,\"records\":190,\"hosts\":8,\"dead_letters\":2,\"gaps_open\":0"),
      GATE_GO, "dead-letters", "yes" },
};

static void is_decided(void **state)
{
    const struct gate_case *row = *state;
    struct gate_result result;
    struct error err = { 0 };

    if (!gate_evaluate(row->input, &result, &err))
        fail_msg("%s", err.message);
    assert_string_equal(gate_verdict_name(result.verdict), gate_verdict_name(row->verdict));
    for (size_t i = 0; row->rule != NULL; i++) {
        assert_true(i < result.rule_count);
        if (strcmp(result.rules[i].name, row->rule) != 0)
            continue;
        assert_string_equal(result.rules[i].holds   ? "yes"
                            : result.rules[i].fails ? "no"
                                                    : "undecided",
                            row->holds);
        break;
    }
}

static const struct bad_case {
    const char *name, *input;
} bad[] = {
    { "no JSON", "{" },
    { "another version", "{\"v\":4,\"partners\":[],\"health\":{},\"policy\":{}}" },
    { "no policy", "{\"v\":2,\"partners\":[],\"health\":{}}" },
    { "a partner with more ready hosts than it has",
      INPUT("hosts", PARTNER("ready", "false", "1", "1", "2", "0", "0"), HEALTHY) },
    { "a verdict that is none", INPUT("hosts", PARTNER("fine", "false", "1", "1", "1", "0", "0"), HEALTHY) },
};

static void is_refused(void **state)
{
    const struct bad_case *row = *state;
    struct gate_result result;
    struct error err = { 0 };

    assert_false(gate_evaluate(row->input, &result, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
}

int main(void)
{
    return RUN_ROWS(cases, is_decided) + RUN_ROWS(bad, is_refused);
}
