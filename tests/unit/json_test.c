#include "schema/base/json.h"

#include "tests/support/check.h"

static void nested_values_get_their_commas(void **state)
{
    struct json json = { 0 };

    (void)state;
    json_object(&json);
    json_key_text(&json, "name", "g2");
    json_key(&json, "roots");
    json_array(&json);
    json_number(&json, -1);
    json_bool(&json, true);
    json_null(&json);
    json_object(&json);
    json_object_end(&json);
    json_array_end(&json);
    json_key_instant(&json, "at", 0);
    json_object_end(&json);
    assert_string_equal(text_string(&json.text),
                        "{\"name\":\"g2\",\"roots\":[-1,true,null,{}],\"at\":\"1970-01-01T00:00:00Z\"}");
    json_clear(&json);
}

static void numbers_reach_both_ends(void **state)
{
    struct json json = { 0 };

    (void)state;
    json_array(&json);
    json_number(&json, INT64_MIN);
    json_number(&json, INT64_MAX);
    json_number(&json, 0);
    json_array_end(&json);
    assert_string_equal(text_string(&json.text), "[-9223372036854775808,9223372036854775807,0]");
    json_clear(&json);
}

static void texts_are_an_array_even_when_there_are_none(void **state)
{
    struct text_list list = { 0 };
    struct json json = { 0 };

    (void)state;
    json_object(&json);
    json_key_texts(&json, "none", &list);
    text_list_add(&list, "a\"b");
    text_list_add(&list, "");
    json_key_texts(&json, "two", &list);
    json_object_end(&json);
    assert_string_equal(text_string(&json.text), "{\"none\":[],\"two\":[\"a\\\"b\",\"\"]}");
    json_clear(&json);
    text_list_clear(&list);
}

static const struct string_case {
    const char *name, *value, *written;
} cases[] = {
    { "quotes and backslashes are escaped", "a\"b\\c", "\"a\\\"b\\\\c\"" },
    { "control characters are escaped", "\x01\n\x7f", "\"\\u0001\\n\\u007f\"" },
    { "UTF-8 passes", "根证书", "\"根证书\"" },
    { "a lone continuation byte is replaced", "a\x80z", "\"a\\ufffdz\"" },
    { "a cut sequence is replaced", "\xe6\xa0", "\"\\ufffd\\ufffd\"" },
    { "an overlong slash is replaced", "\xc0\xaf", "\"\\ufffd\\ufffd\"" },
    { "a surrogate is replaced", "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
};

static void string_is_written_as_described(void **state)
{
    const struct string_case *row = *state;
    struct json json = { 0 };

    json_text(&json, row->value);
    assert_string_equal(text_string(&json.text), row->written);
    json_clear(&json);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(nested_values_get_their_commas),
                                       cmocka_unit_test(numbers_reach_both_ends),
                                       cmocka_unit_test(texts_are_an_array_even_when_there_are_none) };

    return RUN_ROWS(cases, string_is_written_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
