#include "collector/report.h"

#include "collector/decode.h"
#include "collector/outbox.h"
#include "schema/base/input.h"
#include "tests/support/enrolled.h"

static void assert_says(const struct json *json, const char *text)
{
    if (strstr(text_string(&json->text), text) == NULL)
        fail_msg("%s\ndoes not say\n%s", text_string(&json->text), text);
}

static void file_holds_enrolment_manifests_and_report(void **state)
{
    struct identity identity;
    enum decode_signature worst;
    struct json json = { 0 };
    struct sample sample;
    struct input file;
    char path[64];
    struct error err;

    make_sample(&sample);
    snprintf(path, sizeof(path), "%s/report", state_directory);
    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(report_write(&sample.report, &identity, *state, NOW_MS, path, &err));
    assert_true(input_read(INPUT_MACHINE, path, 1000000, &file, &err));
    assert_true(decode_file(file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_VALID);
    assert_says(&json, "{\"envelopes\":[{\"schema\":\"rootshift.v1.Enrolment\",");
    assert_says(&json, "\"digest\":\"6161");
    assert_says(&json, "\"digest\":\"6262");
    assert_says(&json, "\"host\":{\"name\":\"web-1\",");
    assert_says(&json, "\"environment\":\"sandbox\",\"clock_skew_ms\":0,");
    assert_says(&json, "\"sequence\":1800000000000,\"observed_at\":\"2027-01-15T08:00:00Z\",");
    json_clear(&json);
    input_clear(&file);
    identity_clear(&identity);
}

static void dropped_records_are_told_in_the_next_report(void **state)
{
    struct identity identity;
    struct outbox_item item;
    enum decode_signature worst;
    struct text file = { 0 };
    struct json json = { 0 };
    struct sample sample;
    struct error err;

    make_sample(&sample);
    assert_true(enroll(*state, "web-1", "sandbox", NOW, &identity, &err));
    assert_true(outbox_next(*state, 0, &item, &err));
    assert_true(outbox_drop(*state, item.id, NOW, &err));
    text_clear(&item.sealed);
    sample.report.manifest_count = 0;
    assert_true(report_put(&sample.report, &identity, *state, NOW_MS, &err));
    assert_true(outbox_next(*state, 0, &item, &err));
    envelope_append(&file, item.sealed.bytes, item.sealed.size);
    assert_true(decode_file((uint8_t *)file.bytes, file.size, NULL, &json, &worst, &err));
    assert_int_equal(worst, DECODE_UNKNOWN);
    assert_says(&json, "\"signature\":\"unknown_key\"");
    assert_says(&json, "{\"code\":\"outbox-dropped\",\"subject\":\"\",\"text\":\"1 records were dropped");
    json_clear(&json);
    text_clear(&file);
    text_clear(&item.sealed);
    identity_clear(&identity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(file_holds_enrolment_manifests_and_report),
        STATE_TEST(dropped_records_are_told_in_the_next_report),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
