#include "schema/tls/transit.h"

#include "tests/support/check.h"

/* Two records, of three bytes and of none, and the beginning of a third. */
static const uint8_t flight[] = { 22, 3, 3, 0, 3, 'a', 'b', 'c', 23, 3, 3, 0, 0, 22, 3, 3, 0, 9, 'x' };

/* How many bytes of the flight can be read when so many have come. */
static const struct arrival {
    const char *name;
    size_t come, readable;
} arrivals[] = {
    { "nothing", 0, 0 },
    { "a header's beginning", 4, 0 },
    { "a header", 5, 0 },
    { "all but a byte", 7, 0 },
    { "a record", 8, 8 },
    { "and a header's beginning", 12, 8 },
    { "an empty record", 13, 13 },
    { "a third one's header", 18, 13 },
    { "a third one's first byte", 19, 13 },
};

static size_t read_all(BIO *bio, uint8_t *bytes, size_t room, int step)
{
    size_t size = 0;
    int more;

    while (size + (size_t)step <= room && (more = BIO_read(bio, bytes + size, step)) > 0)
        size += (size_t)more;
    assert_true(BIO_should_retry(bio));
    return size;
}

static void only_whole_records_are_read(void **state)
{
    const struct arrival *row = *state;

    for (size_t cut = 0; cut <= row->come; cut++) {
        for (int step = 1; step < 6; step++) {
            struct transit transit = { 0 };
            BIO *bio = transit_bio(&transit);
            uint8_t bytes[64];
            size_t size;

            transit_receive(&transit, flight, cut);
            size = read_all(bio, bytes, sizeof(bytes), step);
            transit_receive(&transit, flight + cut, row->come - cut);
            size += read_all(bio, bytes + size, sizeof(bytes) - size, step);
            assert_int_equal(size, row->readable);
            assert_memory_equal(bytes, flight, size);
            assert_int_equal(transit.received.size, row->come - row->readable); /* nothing more is kept */
            BIO_free(bio);
            transit_clear(&transit);
        }
    }
}

static void what_can_be_no_record_passes_at_once(void **state)
{
    static const char *const absurd[] = { "\x16\x03\x03\xff\xff\x01", "220 mail ESMTP", "\x17\x02", "H" };

    (void)state;
    for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
        struct transit transit = { 0 };
        BIO *bio = transit_bio(&transit);
        char bytes[16];

        transit_receive(&transit, absurd[i], strlen(absurd[i]));
        assert_int_equal(BIO_read(bio, bytes, sizeof(bytes)), strlen(absurd[i]));
        BIO_free(bio);
        transit_clear(&transit);
    }
}

static void what_is_written_waits_to_be_sent(void **state)
{
    struct transit transit = { 0 };
    BIO *bio = transit_bio(&transit);

    (void)state;
    assert_int_equal(BIO_write(bio, "hello", 5), 5);
    assert_int_equal(BIO_flush(bio), 1);
    transit_sent(&transit, 2);
    assert_string_equal(text_string(&transit.unsent), "llo");
    transit_sent(&transit, 3);
    assert_int_equal(transit.unsent.room, 0);
    BIO_free(bio);
    transit_clear(&transit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_no_record_passes_at_once),
        cmocka_unit_test(what_is_written_waits_to_be_sent),
    };

    return RUN_ROWS(arrivals, only_whole_records_are_read) + cmocka_run_group_tests(tests, NULL, NULL);
}
