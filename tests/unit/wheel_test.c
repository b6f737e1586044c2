#include "schema/tls/wheel.h"

#include "tests/support/check.h"

#define TIMERS 2000
#define HORIZON_MS (WHEEL_SLOTS * (int64_t)WHEEL_TICK_MS)

struct item {
    struct wheel_timer timer;
    int64_t due_ms, rung_ms;
};

struct scene {
    struct wheel wheel;
    struct item items[TIMERS];
    int64_t now_ms;
    int rings;
};

static struct item *item_of(struct wheel_timer *timer)
{
    return (struct item *)timer; /* its first member */
}

static void note(void *context, struct wheel_timer *timer)
{
    struct scene *scene = context;

    assert_int_equal(item_of(timer)->rung_ms, 0);
    item_of(timer)->rung_ms = scene->now_ms;
    scene->rings++;
}

static void turn_to(struct scene *scene, int64_t end_ms, int64_t step_ms)
{
    for (; scene->now_ms <= end_ms; scene->now_ms += step_ms)
        wheel_turn(&scene->wheel, scene->now_ms, note, scene);
}

/* Deadlines all over three rounds of the wheel; each rings once, never early, at most a tick and a step late. */
static void each_rings_once_and_in_time(void **state)
{
    static struct scene scene;
    uint32_t random = 7;

    (void)state;
    scene = (struct scene){ .now_ms = 1000003 };
    wheel_init(&scene.wheel, scene.now_ms);
    for (int i = 0; i < TIMERS; i++) {
        random = random * 1664525 + 1013904223;
        scene.items[i].due_ms = scene.now_ms + (int64_t)(random % (3 * HORIZON_MS));
        wheel_set(&scene.wheel, &scene.items[i].timer, scene.items[i].due_ms);
    }
    turn_to(&scene, scene.now_ms + 3 * HORIZON_MS + 100, 17);
    assert_int_equal(scene.rings, TIMERS);
    for (int i = 0; i < TIMERS; i++)
        assert_in_range(scene.items[i].rung_ms, scene.items[i].due_ms,
                        scene.items[i].due_ms + 2 * WHEEL_TICK_MS + 17);
}

static void what_is_cleared_or_moved_does_not_ring(void **state)
{
    static struct scene scene;

    (void)state;
    scene = (struct scene){ .now_ms = 5000 };
    wheel_init(&scene.wheel, scene.now_ms);
    wheel_set(&scene.wheel, &scene.items[0].timer, 6000);
    wheel_set(&scene.wheel, &scene.items[1].timer, 6000);
    wheel_set(&scene.wheel, &scene.items[1].timer, 9000);
    wheel_clear(&scene.items[0].timer);
    wheel_clear(&scene.items[0].timer);
    turn_to(&scene, 8000, 32);
    assert_int_equal(scene.rings, 0);
    turn_to(&scene, 9100, 32);
    assert_int_equal(scene.rings, 1);
    assert_in_range(scene.items[1].rung_ms, 9000, 9064);
}

/* A loop that slept longer than the wheel reaches still owes nobody a ring. */
static void a_long_pause_loses_none(void **state)
{
    static struct scene scene;

    (void)state;
    scene = (struct scene){ .now_ms = 100 };
    wheel_init(&scene.wheel, scene.now_ms);
    for (int i = 0; i < TIMERS; i++)
        wheel_set(&scene.wheel, &scene.items[i].timer, 100 + i * 10);
    scene.now_ms = 100 + 5 * HORIZON_MS;
    wheel_turn(&scene.wheel, scene.now_ms, note, &scene);
    assert_int_equal(scene.rings, TIMERS);
}

/* What rings may clear its neighbour and set itself anew. */
struct chain {
    struct wheel wheel;
    struct wheel_timer timers[2];
    int rings;
};

static void clear_the_other(void *context, struct wheel_timer *timer)
{
    struct chain *chain = context;

    wheel_clear(&chain->timers[timer == &chain->timers[0] ? 1 : 0]);
    if (++chain->rings < 3)
        wheel_set(&chain->wheel, timer, 1); /* long past: at the next turn */
}

static void rings_may_change_the_wheel(void **state)
{
    struct chain chain = { 0 };

    (void)state;
    wheel_init(&chain.wheel, 0);
    for (int i = 0; i < 2; i++)
        wheel_set(&chain.wheel, &chain.timers[i], 40);
    for (int64_t now = 0; now < 1000; now += 32)
        wheel_turn(&chain.wheel, now, clear_the_other, &chain);
    assert_int_equal(chain.rings, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rings_once_and_in_time),
        cmocka_unit_test(what_is_cleared_or_moved_does_not_ring),
        cmocka_unit_test(a_long_pause_loses_none),
        cmocka_unit_test(rings_may_change_the_wheel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
