#include "collector/decode.h"

#include "schema/base/input.h"
#include "tests/support/in_tree.h"
#include "tests/support/enrolled.h"

/* A host's report file; clear with input_clear(). */
static struct input a_report_file(struct state *state)
{
    struct identity identity;
    struct sample sample;
    struct input file;
    char path[64];
    struct error err;

    make_sample(&sample);
    snprintf(path, sizeof(path), "%s/report", state_directory);
    assert_true(enroll(state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(report_write(&sample.report, &identity, state, NOW_MS, path, &err));
    assert_true(input_read(INPUT_MACHINE, path, 1000000, &file, &err));
    identity_clear(&identity);
    return file;
}

static void signature_is_looked_at(void **state)
{
    struct input file = a_report_file(*state);
    enum decode_signature worst;
    struct json json = { 0 };
    struct error err;

    assert_true(decode_file(file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_VALID);
    assert_null(strstr(text_string(&json.text), "\"signature\":\"invalid\""));
    json_clear(&json);
    file.bytes[file.size - 1] ^= 1; /* in the report's payload */
    assert_true(decode_file(file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_INVALID);
    assert_non_null(strstr(text_string(&json.text), "\"signature\":\"invalid\""));
    json_clear(&json);
    input_clear(&file);
}

static void each_cut_file_is_refused_or_holds_fewer_envelopes(void **state)
{
    struct input file = a_report_file(*state);
    enum decode_signature worst;
    size_t accepted = 0;
    struct error err;

    for (size_t size = 0; size < file.size; size++) {
        struct json json = { 0 };

        accepted += decode_file(file.bytes, size, NULL, &json, &worst, &err);
        json_clear(&json);
    }
    assert_int_equal(accepted, 3); /* after the enrolment and after each manifest */
    input_clear(&file);
}

static void document_fits_its_schema(void **state)
{
    struct input file = a_report_file(*state);
    enum decode_signature worst;
    struct text command = { 0 };
    struct json json = { 0 };
    struct error err;
    FILE *validator;

    assert_true(decode_file(file.bytes, file.size, NULL, &json, &worst, &err));
    text_add(&command,
             "python3 -c 'import json, jsonschema, sys; "
             "jsonschema.Draft202012Validator(json.load(open(\"" SOURCE_ROOT "/schema/json/decode.json\")))"
             ".validate(json.load(sys.stdin))'");
    validator = popen(command.bytes, "w");
    fputs(text_string(&json.text), validator);
    assert_int_equal(pclose(validator), 0);
    text_clear(&command);
    json_clear(&json);
    input_clear(&file);
}

static void schema_in_the_tree_is_the_descriptors(void **state)
{
    struct text made = { 0 };

    (void)state;
    decode_write_schema(&made);
    expect_in_tree("schema/json/decode.json", &made);
    text_clear(&made);
}

static const struct file_case {
    const char *name, *bytes;
    size_t size;
    const char *says;
} files[] = {
    { "an empty file is no report", "", 0, "empty" },
    { "a text is no report", "hello, world\n", 13, "byte 0" },
};

static void file_is_refused_as_described(void **state)
{
    const struct file_case *row = *state;
    enum decode_signature worst;
    struct json json = { 0 };
    struct error err;

    assert_false(decode_file((const uint8_t *)row->bytes, row->size, NULL, &json, &worst, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    if (strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
    json_clear(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_in_the_tree_is_the_descriptors),
        STATE_TEST(document_fits_its_schema),
        STATE_TEST(signature_is_looked_at),
        STATE_TEST(each_cut_file_is_refused_or_holds_fewer_envelopes),
    };

    return RUN_ROWS(files, file_is_refused_as_described) + cmocka_run_group_tests(tests, NULL, NULL);
}
