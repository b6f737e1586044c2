#include "schema/base/option.h"

#include "tests/support/check.h"

struct settings {
    bool json;
    const char *campaign;
    int64_t port, time;
    struct text_list trust;
};

#define AT(member) offsetof(struct settings, member)

static const struct option options[] = {
    { "json", OPTION_FLAG, AT(json), .help = "JSON" },
    { "campaign", OPTION_TEXT, AT(campaign), .from_environment = true, .help = "the campaign's file" },
    { "port", OPTION_NUMBER, AT(port), .fallback = "443", .low = 1, .high = 65535, .help = "port" },
    { "time", OPTION_INSTANT, AT(time), .help = "instant" },
    { "trust", OPTION_LIST, AT(trust), .help = "stores" },
    { 0 },
};

static const struct command command = { .name = "explain",
                                        .options = options,
                                        .settings_size = sizeof(struct settings) };

static const struct line_case {
    const char *name;
    const char *line[8];
    const char *error;
    struct settings want;
} cases[] = {
    { "fallbacks hold", { NULL }, NULL, { .port = 443 } },
    { "values are set both ways",
      { "--json", "--port", "8443", "--campaign=c.yaml" },
      NULL,
      { .json = true, .campaign = "c.yaml", .port = 8443 } },
    { "a list takes what follows",
      { "--trust", "a", "b", "--trust", "c" },
      NULL,
      { .port = 443, .trust = { .count = 3 } } },
    { "an instant", { "--time", "1970-01-02" }, NULL, { .port = 443, .time = 86400 } },
    { "an unknown option names itself", { "--colour" }, "--colour", { 0 } },
    { "a number out of range", { "--port", "0" }, "1 to 65535", { 0 } },
    { "a number with rest", { "--port", "1x" }, "\"1x\"", { 0 } },
    { "a value that is missing", { "--port" }, "needs a value", { 0 } },
    { "a flag with a value", { "--json=1" }, "takes no value", { 0 } },
    { "a word too many", { "x" }, "one word too many", { 0 } },
    { "a bad instant", { "--time", "tomorrow" }, "--time", { 0 } },
};

static void line_is_parsed_as_described(void **state)
{
    const struct line_case *row = *state;
    struct settings got = { 0 };
    struct text_list rest = { 0 };
    struct error err = { 0 };
    int argc = 0;

    while (argc < 8 && row->line[argc] != NULL)
        argc++;
    assert_int_equal(option_parse(&command, argc, (char **)(uintptr_t)row->line, &got, &rest, &err),
                     row->error == NULL);
    if (row->error != NULL) {
        assert_non_null(strstr(err.message, row->error));
    } else {
        assert_int_equal(got.json, row->want.json);
        assert_int_equal(got.port, row->want.port);
        assert_int_equal(got.time, row->want.time);
        assert_int_equal(got.trust.count, row->want.trust.count);
        assert_int_equal(got.campaign == NULL, row->want.campaign == NULL);
        if (got.campaign != NULL)
            assert_string_equal(got.campaign, row->want.campaign);
    }
    text_list_clear(&got.trust);
    text_list_clear(&rest);
}

static void line_wins_over_environment(void **state)
{
    const char *line[] = { "--campaign", "line.yaml" };
    struct settings got = { 0 };
    struct text_list rest = { 0 };
    struct error err = { 0 };

    (void)state;
    setenv("ROOTSHIFT_CAMPAIGN", "environment.yaml", 1);
    assert_true(option_parse(&command, 0, (char **)(uintptr_t)line, &got, &rest, &err));
    assert_string_equal(got.campaign, "environment.yaml");
    assert_true(option_parse(&command, 2, (char **)(uintptr_t)line, &got, &rest, &err));
    assert_string_equal(got.campaign, "line.yaml");
    unsetenv("ROOTSHIFT_CAMPAIGN");
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(line_wins_over_environment) };

    return RUN_ROWS(cases, line_is_parsed_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
