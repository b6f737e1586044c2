#include "scanner/queue.h"

#include "tests/support/check.h"

#define PER_ADDRESS 2
#define PER_NETWORK 3
#define ADDRESSES 6

static struct queue *make(void)
{
    return queue_new(&(const struct queue_caps){ PER_ADDRESS, PER_NETWORK });
}

/* A task of these addresses, each of which waits for its turn. */
static struct task *add(struct queue *queue, const char *const *addresses)
{
    struct task *task = task_new(1, 0);
    char *texts[ADDRESSES];
    size_t count = 0;

    for (; count < ADDRESSES && addresses[count] != NULL; count++)
        texts[count] = (char *)(uintptr_t)addresses[count]; /* only read */
    task_set_places(task, texts, count, 1);
    for (size_t i = 0; i < count; i++)
        queue_add(queue, attempt_new(task, &task->places[i], 0));
    return task;
}

/* Start what may; the addresses in the order of their starts, "" for none. */
static void start_all(struct queue *queue, struct attempt **started, size_t *count, struct text *order)
{
    struct attempt *attempt;

    while ((attempt = queue_next(queue)) != NULL) {
        queue_take(queue, attempt);
        text_format(order, "%s%s", order->size > 0 ? " " : "", attempt->place->address);
        started[(*count)++] = attempt;
    }
}

static const struct turn_case {
    const char *name;
    const char *waiting[ADDRESSES];
    const char *started; /* in this order */
    size_t blocked;
} cases[] = {
    { "nothing", { NULL }, "", 0 },
    { "one address below its cap", { "192.0.2.1", "192.0.2.1" }, "192.0.2.1 192.0.2.1", 0 },
    { "an address at its cap", { "192.0.2.1", "192.0.2.1", "192.0.2.1" }, "192.0.2.1 192.0.2.1", 1 },
    { "an address at its cap does not hold up another",
      { "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2" },
      "192.0.2.1 192.0.2.1 192.0.2.2",
      1 },
    { "a network at its cap",
      { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4" },
      "192.0.2.1 192.0.2.2 192.0.2.3",
      1 },
    { "a network at its cap does not hold up the next",
      { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.3.1" },
      "192.0.2.1 192.0.2.2 192.0.2.3 192.0.3.1",
      2 },
    { "an IPv6 network is 48 bits",
      { "2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:1:4::1", "2001:db8:2::1" },
      "2001:db8:1::1 2001:db8:1:2::1 2001:db8:1:3::1 2001:db8:2::1",
      1 },
    { "an IPv4 address written as an IPv6 one is the same peer",
      { "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1" },
      "192.0.2.1 ::ffff:192.0.2.1",
      1 },
};

static void starts_as_described(void **state)
{
    const struct turn_case *row = *state;
    struct queue *queue = make();
    struct task *task = add(queue, row->waiting);
    struct attempt *started[ADDRESSES];
    struct text order = { 0 };
    size_t count = 0, waiting = queue_count(queue);

    start_all(queue, started, &count, &order);
    assert_string_equal(text_string(&order), row->started);
    assert_int_equal(queue_count(queue), waiting - count);
    assert_int_equal(queue_blocked(queue), row->blocked);
    /* each end lets another start, until there is none */
    for (size_t ended = 0; ended < count; ended++) {
        queue_ended(queue, started[ended]);
        attempt_free(started[ended]);
        start_all(queue, started, &count, &order);
        assert_true(count == waiting || count > ended);
    }
    assert_int_equal(count, waiting);
    assert_int_equal(queue_count(queue), 0);
    assert_int_equal(queue_blocked(queue), 0);
    queue_free(queue);
    task_free(task);
    text_clear(&order);
}

/* Whatever ends when: no cap is passed, nobody is forgotten. */
static void chance_finds_no_hole(void **state)
{
    enum { WAITING = 3000, NETWORKS = 5, HOSTS = 4 };
    static struct attempt *flying[NETWORKS * PER_NETWORK];
    int at_address[NETWORKS][HOSTS] = { { 0 } }, at_network[NETWORKS] = { 0 };
    struct queue *queue = make();
    struct task *tasks[WAITING];
    size_t count = 0, added = 0, ended = 0;

    (void)state;
    srand(7);
    while (ended < WAITING) {
        struct attempt *attempt = queue_next(queue);
        int network, host;

        if (added < WAITING && rand() % 3 == 0) {
            char address[32];
            const char *addresses[ADDRESSES] = { address };

            snprintf(address, sizeof(address), "10.0.%d.%d", rand() % NETWORKS, rand() % HOSTS);
            tasks[added++] = add(queue, addresses);
        } else if (attempt != NULL && rand() % 2 == 0) {
            queue_take(queue, attempt);
            sscanf(attempt->place->address, "10.0.%d.%d", &network, &host);
            assert_in_range(++at_address[network][host], 1, PER_ADDRESS);
            assert_in_range(++at_network[network], 1, PER_NETWORK);
            flying[count++] = attempt;
        } else if (count > 0) {
            size_t which = (size_t)rand() % count;

            attempt = flying[which];
            flying[which] = flying[--count];
            sscanf(attempt->place->address, "10.0.%d.%d", &network, &host);
            at_address[network][host]--;
            at_network[network]--;
            queue_ended(queue, attempt);
            attempt_free(attempt);
            ended++;
        }
        assert_true(queue_blocked(queue) <= queue_count(queue));
        assert_true(count > 0 || queue_count(queue) == 0 || queue_next(queue) != NULL);
    }
    queue_free(queue);
    for (size_t i = 0; i < WAITING; i++)
        task_free(tasks[i]);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(chance_finds_no_hole) };

    return RUN_ROWS(cases, starts_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
