#include "schema/base/fingerprint.h"

#include "tests/support/check.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct parse_case {
    const char *name, *text;
    bool good;
} cases[] = {
    { "lowercase hex", EMPTY, true },
    { "uppercase with colons",
      "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55",
      true },
    { "one digit short", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", false },
    { "one digit long", EMPTY "0", false },
    { "no hex", "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false },
    { "a colon at the end", EMPTY ":", false },
    { "empty", "", false },
};

static void parse_is_as_described(void **state)
{
    const struct parse_case *row = *state;
    struct fingerprint print, empty = fingerprint_of("", 0);
    char text[FINGERPRINT_TEXT_BYTES];
    struct error err = { 0 };

    assert_int_equal(fingerprint_parse(row->text, &print, &err), row->good);
    if (row->good) {
        assert_true(fingerprint_equal(&print, &empty));
        assert_string_equal(fingerprint_format(&print, text), EMPTY);
    }
}

static void hash_in_pieces_is_the_hash_of_the_whole(void **state)
{
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct fingerprint whole = fingerprint_of("abc", 3), pieces;

    (void)state;
    fingerprint_hash_add(hash, "a", 1);
    fingerprint_hash_add(hash, "bc", 2);
    pieces = fingerprint_hash_take(hash);
    assert_true(fingerprint_equal(&whole, &pieces));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(hash_in_pieces_is_the_hash_of_the_whole) };

    return RUN_ROWS(cases, parse_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
