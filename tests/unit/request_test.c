#include "aggregator/web/request.h"

#include "tests/support/check.h"

static const struct target_case {
    const char *name, *target;
    const char *segments[4];
    const char *field, *value; /* one that must be there */
    bool refused;
} cases[] = {
    { "the root has no segments", "/", { NULL }, NULL, NULL, false },
    { "a path is taken apart", "/campaigns/a/partners", { "campaigns", "a", "partners" }, NULL, NULL, false },
    { "segments are decoded after they are taken apart",
      "/a%2Fb/c%20d",
      { "a/b", "c d" },
      NULL,
      NULL,
      false },
    { "a slash at the end adds nothing", "/campaigns/", { "campaigns" }, NULL, NULL, false },
    { "an empty segment in the middle is one", "/a//b", { "a", "", "b" }, NULL, NULL, false },
    { "a plus in a path is a plus", "/a+b", { "a+b" }, NULL, NULL, false },
    { "a plus in a query is a space", "/?q=a+b", { NULL }, "q", "a b", false },
    { "a field without = is empty", "/?verdict", { NULL }, "verdict", "", false },
    { "a value may hold =", "/?q=a=b", { NULL }, "q", "a=b", false },
    { "Chinese passes", "/%E6%A0%B9", { "根" }, NULL, NULL, false },
    { "a target that is no path", "http://x/", { NULL }, NULL, NULL, true },
    { "an escaped NUL", "/a%00b", { NULL }, NULL, NULL, true },
    { "an escaped line end", "/?q=a%0d%0ab", { NULL }, NULL, NULL, true },
    { "an escape cut short", "/a%2", { NULL }, NULL, NULL, true },
    { "an escape that is none", "/a%zz", { NULL }, NULL, NULL, true },
    { "bytes that are no UTF-8", "/%ff", { NULL }, NULL, NULL, true },
    { "a UTF-8 sequence cut short", "/%E6%A0", { NULL }, NULL, NULL, true },
    { "an overlong slash", "/%c0%af", { NULL }, NULL, NULL, true },
    { "a surrogate", "/%ed%a0%80", { NULL }, NULL, NULL, true },
    { "as many segments as there may be", "/1/2/3/4/5/6/7/8", { "1", "2", "3", "4" }, NULL, NULL, false },
    { "one segment more", "/1/2/3/4/5/6/7/8/9", { NULL }, NULL, NULL, true },
    { "as many fields as there may be",
      "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16",
      { NULL },
      "16",
      "",
      false },
    { "one field more", "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17", { NULL }, NULL, NULL, true },
};

static void target_is_taken_apart_as_described(void **state)
{
    const struct target_case *row = *state;
    struct request request;
    struct error err = { 0 };

    assert_int_equal(request_parse(row->target, NULL, &request, &err), !row->refused);
    for (size_t i = 0; !row->refused && i < 4 && row->segments[i] != NULL; i++) {
        assert_true(i < request.segment_count);
        assert_string_equal(request.segments[i], row->segments[i]);
    }
    if (!row->refused && row->segments[0] == NULL)
        assert_int_equal(request.segment_count, 0);
    if (row->field != NULL)
        assert_string_equal(request_field(&request, row->field), row->value);
    request_clear(&request);
}

static void overlong_target_is_refused(void **state)
{
    char *target = memory_new(REQUEST_TARGET_BYTES + 2);
    struct request request;
    struct error err;

    (void)state;
    memset(target, 'a', REQUEST_TARGET_BYTES);
    target[0] = '/';
    assert_true(request_parse(target, NULL, &request, &err));
    request_clear(&request);
    target[REQUEST_TARGET_BYTES] = 'a';
    assert_false(request_parse(target, NULL, &request, &err));
    request_clear(&request);
    free(target);
}

static void what_is_encoded_comes_back(void **state)
{
    const char *value = "a/b?c=d&e f+g\"<根>%";
    struct text url = { 0 };
    struct request request;
    struct error err;

    (void)state;
    text_add(&url, "/");
    request_encode(&url, value);
    text_add(&url, "?");
    text_add(&url, "x=1&");
    request_encode(&url, value);
    text_add(&url, "=");
    request_encode(&url, value);
    assert_true(request_parse(text_string(&url), NULL, &request, &err));
    assert_int_equal(request.segment_count, 1);
    assert_string_equal(request.segments[0], value);
    assert_string_equal(request_field(&request, value), value);
    request_clear(&request);
    text_clear(&url);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(overlong_target_is_refused),
                                       cmocka_unit_test(what_is_encoded_comes_back) };

    return RUN_ROWS(cases, target_is_taken_apart_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
