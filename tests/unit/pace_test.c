#include "scanner/pace.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/support/check.h"

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = { 0 };

    if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&address)->sin_addr) == 1)
        address.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&address)->sin6_addr) == 1)
        address.ss_family = AF_INET6;
    return address;
}

static struct pace *make(int rate, int per_address, int per_network)
{
    const struct pace_limits limits = {
        .rate = rate, .in_flight_max = 1000, .per_address = per_address, .per_network = per_network, .seed = 7
    };

    return pace_new(&limits, 0);
}

static const struct cap_case {
    const char *name;
    const char *in_flight[4];
    const char *next;
    bool admitted;
} cases[] = {
    { "an idle network", { NULL }, "192.0.2.1", true },
    { "one below an address's cap", { "192.0.2.1" }, "192.0.2.1", true },
    { "an address at its cap", { "192.0.2.1", "192.0.2.1" }, "192.0.2.1", false },
    { "one below a network's cap", { "192.0.2.1", "192.0.2.2" }, "192.0.2.3", true },
    { "a network at its cap", { "192.0.2.1", "192.0.2.2", "192.0.2.3" }, "192.0.2.4", false },
    { "the next network", { "192.0.2.1", "192.0.2.2", "192.0.2.3" }, "192.0.3.1", true },
    { "an IPv6 network is 48 bits",
      { "2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1" },
      "2001:db8:1:4::1",
      false },
    { "the next IPv6 network",
      { "2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1" },
      "2001:db8:2::1",
      true },
};

static void cap_is_kept(void **state)
{
    const struct cap_case *row = *state;
    struct pace *pace = make(100, 2, 3);
    struct sockaddr_storage next = address_of(row->next);

    for (size_t i = 0; i < 4 && row->in_flight[i] != NULL; i++) {
        struct sockaddr_storage address = address_of(row->in_flight[i]);

        pace_started(pace, &address, 0);
    }
    assert_int_equal(pace_admits(pace, &next), row->admitted);
    for (size_t i = 0; i < 4 && row->in_flight[i] != NULL; i++) {
        struct sockaddr_storage address = address_of(row->in_flight[i]);

        pace_ended(pace, &address, 1000, false);
    }
    assert_true(pace_admits(pace, &next));
    assert_int_equal(pace_in_flight(pace), 0);
    pace_free(pace);
}

/* Starts as fast as the pace lets us for `seconds`; each probe takes `took_us`. */
static int starts_within(struct pace *pace, int64_t seconds)
{
    struct sockaddr_storage address = address_of("192.0.2.1");
    int64_t now_us = 0;
    int starts = 0;

    while (now_us < seconds * 1000000) {
        int64_t wait_us = pace_wait_us(pace, now_us);

        if (wait_us > 0) {
            now_us += wait_us;
            continue;
        }
        pace_started(pace, &address, now_us);
        pace_ended(pace, &address, 1000, false);
        starts++;
    }
    return starts;
}

static void rate_is_kept_on_average(void **state)
{
    struct pace *slow = make(20, 1000, 1000), *fast = make(2000, 1000, 1000);

    (void)state;
    assert_in_range(starts_within(slow, 60), 20 * 60 * 95 / 100, 20 * 60 * 105 / 100);
    assert_in_range(starts_within(fast, 10), 2000 * 10 * 97 / 100, 2000 * 10 * 103 / 100);
    pace_free(slow);
    pace_free(fast);
}

static void a_pause_is_not_made_up_for(void **state)
{
    struct pace *pace = make(1000, 1000, 1000);
    struct sockaddr_storage address = address_of("192.0.2.1");
    const int64_t now_us = 60000000; /* a minute without a start */
    int burst = 0;

    (void)state;
    while (pace_wait_us(pace, now_us) == 0) {
        pace_started(pace, &address, now_us);
        burst++;
    }
    assert_in_range(burst, 10, 40); /* 20 ms at 1000 a second */
    pace_free(pace);
}

static void room_follows_from_rate_and_occupancy(void **state)
{
    struct pace *pace = make(100, 1000, 1000);
    struct sockaddr_storage address = address_of("192.0.2.1");
    size_t before = pace_room(pace);

    (void)state;
    for (int i = 0; i < 500; i++) { /* two seconds each: 200 in flight are needed */
        pace_started(pace, &address, 0);
        pace_ended(pace, &address, 2000000, false);
    }
    assert_true(before < 20);
    assert_in_range(pace_room(pace), 300, 500);
    before = pace_room(pace);
    pace_started(pace, &address, 0);
    pace_ended(pace, &address, 1000, true);
    assert_in_range(pace_room(pace), before / 2 - 1, before / 2 + 1); /* our own shortage: half */
    pace_free(pace);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(rate_is_kept_on_average),
        cmocka_unit_test(a_pause_is_not_made_up_for),
        cmocka_unit_test(room_follows_from_rate_and_occupancy),
    };

    return RUN_ROWS(cases, cap_is_kept) + cmocka_run_group_tests(rest, NULL, NULL);
}
