#include "aggregator/web/html.h"

#include "tests/support/check.h"

static const struct escape_case {
    const char *name, *value, *written;
} cases[] = {
    { "markup is text", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
    { "quotes cannot leave an attribute", "\" onload='x'", "&quot; onload=&#39;x&#39;" },
    { "an entity is text", "&lt;", "&amp;lt;" },
    { "Chinese passes", "根证书", "根证书" },
    { "control characters are replaced", "a\x01\x1b[2J\x7f", "a\xef\xbf\xbd\xef\xbf\xbd[2J\xef\xbf\xbd" },
    { "line ends stay", "a\nb", "a\nb" },
    { "nothing is nothing", "", "" },
};

static void value_is_escaped_as_described(void **state)
{
    const struct escape_case *row = *state;
    struct html html = { 0 };
    struct text wanted = { 0 };

    html_text(&html, row->value);
    assert_string_equal(text_string(&html.text), row->written);
    text_clear(&html.text);

    html_add(&html, "<a title=\"%s\">%%</a>", row->value);
    text_format(&wanted, "<a title=\"%s\">%%</a>", row->written);
    assert_string_equal(text_string(&html.text), text_string(&wanted));
    text_clear(&html.text);
    text_clear(&wanted);
}

static void numbers_are_written_as_printf_would(void **state)
{
    struct html html = { 0 };

    (void)state;
    html_add(&html, "%d %lld %zu %.1f %.3f", -1, 1234567890123LL, (size_t)7, 0.25, 1.0);
    assert_string_equal(text_string(&html.text), "-1 1234567890123 7 0.2 1.000");
    text_clear(&html.text);
}

static void link_encodes_its_parts_and_carries_the_language(void **state)
{
    struct html html = { 0 };
    struct request request;
    struct error err;
    const char *parts[] = { "a/../b", "x?y#z\"" };
    struct text query = { 0 };

    (void)state;
    assert_true(request_parse("/?lang=zh", NULL, &request, &err));
    html.request = &request;
    request_query_add(&query, "reason", "a&b=c");
    request_query_add(&query, "phase", "g2");
    html_link(&html, "<b>", "/campaigns/*/partners/*", parts, text_string(&query));
    assert_string_equal(
        text_string(&html.text),
        "<a href=\"/campaigns/a%2F..%2Fb/partners/x%3Fy%23z%22?reason=a%26b%3Dc&amp;phase=g2&amp;lang=zh\">"
        "&lt;b&gt;</a>");
    text_clear(&html.text);
    text_clear(&query);
    request_clear(&request);

    assert_true(request_parse("/", "zh", &request, &err));
    html_href(&html, "/", NULL, NULL);
    assert_string_equal(text_string(&html.text), " href=\"/\"");
    text_clear(&html.text);
    request_clear(&request);
}

static void phrase_is_filled_in_its_language_and_escaped(void **state)
{
    struct request request = { .language = LANGUAGE_ZH };
    struct html html = { .request = &request };

    (void)state;
    html_phrase(&html, WORD_SHOWN_OF, 2LL, 10LL);
    html_phrase(&html, WORD_ZONE, "<Asia/Shanghai>");
    assert_string_equal(text_string(&html.text), "10 家合作伙伴中的 2 家日期按 &lt;Asia/Shanghai&gt; 时区。");
    text_clear(&html.text);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(numbers_are_written_as_printf_would),
        cmocka_unit_test(link_encodes_its_parts_and_carries_the_language),
        cmocka_unit_test(phrase_is_filled_in_its_language_and_escaped),
    };

    return RUN_ROWS(cases, value_is_escaped_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
