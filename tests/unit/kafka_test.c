#include "schema/wire/kafka.h"

#include <unistd.h>

#include "tests/support/check.h"

static const struct kafka_property properties[] = {
    { "linger.ms", "20", false },
    { "enable.idempotence", "true", true },
    { 0 },
};

static char path[] = "/tmp/kafka_test.XXXXXX";

static void write_conf(const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static const struct conf_case {
    const char *name, *brokers, *file;
    const char *key, *value; /* what is said in the end; or */
    const char *says;        /* why it is refused, with %s the file */
} cases[] = {
    { "our own value stands", "b:1", "", "linger.ms", "20", NULL },
    { "a file overrides it", "b:1", "# slower\n\n  linger.ms = 500 \r\n", "linger.ms", "500", NULL },
    { "the last line needs no newline", "b:1", "linger.ms=7", "linger.ms", "7", NULL },
    { "a value may hold an equals sign", "b:1", "sasl.password=a=b", "sasl.password", "a=b", NULL },
    { "--broker beats the file", "b:1", "bootstrap.servers=c:2", "metadata.broker.list", "b:1", NULL },
    { "the file alone may say the brokers", NULL, "metadata.broker.list=c:2", "bootstrap.servers", "c:2",
      NULL },
    { "TLS with its CA is taken", "b:1", "security.protocol=ssl\nssl.ca.location=/etc/kafka/ca.pem",
      "security.protocol", "ssl", NULL },
    { "nobody says the brokers", NULL, "linger.ms=1", NULL, NULL, "--broker" },
    { "TLS without a CA is refused", "b:1", "security.protocol=SSL", NULL, NULL, "ssl.ca.location" },
    { "SASL over TLS without a CA is refused", "b:1", "security.protocol=sasl_ssl", NULL, NULL,
      "ssl.ca.location" },
    { "what a guarantee stands on is refused", "b:1", "\nenable.idempotence=false", NULL, NULL,
      ":2: enable.idempotence: always true" },
    { "an unknown property is named with its line", "b:1", "#\n#\nno.such=1", NULL, NULL,
      ":3: no.such: no such property" },
    { "a bad value is refused without repeating it", "b:1", "linger.ms=secret", NULL, NULL,
      ":1: linger.ms: not a value" },
    { "a line without equals sign is refused", "b:1", "linger.ms", NULL, NULL, ":1: expected key=value" },
    { "a line without key is refused", "b:1", "=5", NULL, NULL, ":1: expected key=value" },
};

static void conf_is_as_described(void **state)
{
    const struct conf_case *row = *state;
    struct kafka_settings settings = { row->brokers, path };
    rd_kafka_conf_t *conf;
    char value[256];
    size_t size = sizeof(value);
    struct error err;

    write_conf(row->file);
    conf = kafka_conf(&settings, properties, &err);
    if (row->says != NULL) {
        assert_null(conf);
        assert_int_equal(err.kind, ERROR_OPTION);
        assert_null(strstr(err.message, "secret"));
        if (strstr(err.message, row->says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
        return;
    }
    assert_non_null(conf);
    assert_int_equal(rd_kafka_conf_get(conf, row->key, value, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(value, row->value);
    rd_kafka_conf_destroy(conf);
}

static void missing_file_is_named(void **state)
{
    struct kafka_settings settings = { "b:1", "/nowhere/kafka.conf" };
    struct error err;

    (void)state;
    assert_null(kafka_conf(&settings, properties, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
    assert_non_null(strstr(err.message, "/nowhere/kafka.conf"));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(missing_file_is_named) };
    int failed = 0;

    close(mkstemp(path));
    failed += RUN_ROWS(cases, conf_is_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
    unlink(path);
    return failed;
}
