/* A peer in the same loop that does one unkind thing; real TLS servers are in tests/integration/scan. */
#include "schema/tls/probe.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <event2/listener.h>

#include "tests/support/check.h"

#define LIMIT_MS 400

enum deed {
    DEED_SILENT,
    DEED_CLOSE,
    DEED_RESET,
    DEED_SAY,
    DEED_SAY_AND_CLOSE,
    DEED_TRICKLE,
    DEED_ENDLESS,
    DEED_GONE
};

static const struct deed_case {
    const char *name;
    enum deed deed;
    const char *words;
    size_t size;
    enum outcome_stage stage;
    enum outcome_class class;
    int alert;
} cases[] = {
    { "nobody listens", DEED_GONE, NULL, 0, STAGE_CONNECT, CLASS_REFUSED, -1 },
    { "silence", DEED_SILENT, NULL, 0, STAGE_HELLO, CLASS_TIMEOUT, -1 },
    { "an end at once", DEED_CLOSE, NULL, 0, STAGE_HELLO, CLASS_CLOSED, -1 },
    { "a reset at once", DEED_RESET, NULL, 0, STAGE_HELLO, CLASS_RESET, -1 },
    { "plain HTTP", DEED_SAY, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, STAGE_HELLO, CLASS_NOT_TLS, -1 },
    { "another protocol's banner and its end", DEED_SAY_AND_CLOSE, "SSH-2.0-x\r\n", 11, STAGE_HELLO,
      CLASS_NOT_TLS, -1 },
    { "TLS that is not version 3", DEED_SAY, "\x16\x02\x00\x00\x01\x00", 6, STAGE_HELLO, CLASS_NOT_TLS, -1 },
    { "a record whose content is nonsense", DEED_SAY, "\x16\x03\x03\x00\x04\x63\x00\x00\x00", 9, STAGE_HELLO,
      CLASS_PROTOCOL, -1 },
    { "a record that is cut", DEED_SAY_AND_CLOSE, "\x16\x03\x03\x00\x40\x02", 6, STAGE_HELLO, CLASS_CLOSED,
      -1 },
    { "application data first", DEED_SAY, "\x17\x03\x03\x00\x01\x00", 6, STAGE_HELLO, CLASS_PROTOCOL, -1 },
    { "a fatal alert", DEED_SAY, "\x15\x03\x03\x00\x02\x02\x28", 7, STAGE_HELLO, CLASS_ALERT, 40 },
    { "a fatal alert before a reset", DEED_SAY_AND_CLOSE, "\x15\x03\x03\x00\x02\x02\x46", 7, STAGE_HELLO,
      CLASS_ALERT, 70 },
    { "a warning, then the end", DEED_SAY_AND_CLOSE, "\x15\x03\x03\x00\x02\x01\x70", 7, STAGE_HELLO,
      CLASS_CLOSED, -1 },
    { "close_notify instead of a hello", DEED_SAY, "\x15\x03\x03\x00\x02\x01\x00", 7, STAGE_HELLO,
      CLASS_CLOSED, -1 },
    { "a message that would never end", DEED_SAY, "\x16\x03\x03\x00\x04\x02\xff\xff\xff", 9, STAGE_HELLO,
      CLASS_OVERSIZE, -1 },
    { "a byte now and then gains nothing", DEED_TRICKLE, "\x16\x03\x03\x40\x00\x02\x00\x3f\xf0", 9,
      STAGE_HELLO, CLASS_TIMEOUT, -1 },
    { "records without end", DEED_ENDLESS, "\x15\x03\x03\x00\x02\x01\x5a", 7, STAGE_HELLO, CLASS_PROTOCOL,
      -1 },
};

struct scene {
    const struct deed_case *row;
    struct event_base *base;
    struct event *again;
    int peer;
    size_t said;
    int calls;
    struct outcome outcome;
    int64_t elapsed_ms;
};

static void finished(void *context, struct probe_result *result)
{
    struct scene *scene = context;

    scene->calls++;
    scene->outcome = result->outcome;
    scene->elapsed_ms = result->elapsed_ms;
    event_base_loopexit(scene->base, &(struct timeval){ 0, 50000 }); /* a second call would still be seen */
}

static void speak_again(evutil_socket_t socket, short what, void *argument)
{
    struct scene *scene = argument;
    const struct deed_case *row = scene->row;

    (void)socket;
    (void)what;
    if (row->deed == DEED_TRICKLE)
        (void)!send(scene->peer, scene->said < row->size ? row->words + scene->said++ : "", 1, MSG_NOSIGNAL);
    for (int turn = 0; row->deed == DEED_ENDLESS && turn < 1000; turn++)
        (void)!send(scene->peer, row->words, row->size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void act(struct evconnlistener *listener, evutil_socket_t peer, struct sockaddr *address, int size,
                void *argument)
{
    struct scene *scene = argument;
    struct linger at_once = { 1, 0 };

    (void)listener;
    (void)address;
    (void)size;
    scene->peer = peer;
    switch (scene->row->deed) {
    case DEED_GONE:
    case DEED_SILENT: return;
    case DEED_RESET:
        setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        __attribute__((fallthrough));
    case DEED_CLOSE: shutdown(peer, SHUT_WR); break;
    case DEED_SAY:
    case DEED_SAY_AND_CLOSE:
        assert_int_equal(send(peer, scene->row->words, scene->row->size, MSG_NOSIGNAL), scene->row->size);
        if (scene->row->deed == DEED_SAY)
            return;
        shutdown(peer, SHUT_WR);
        return;
    case DEED_TRICKLE:
    case DEED_ENDLESS:
        scene->again = event_new(scene->base, -1, EV_PERSIST, speak_again, scene);
        event_add(scene->again, &(struct timeval){ 0, 50000 });
        speak_again(-1, 0, scene);
        return;
    }
    if (scene->row->deed == DEED_RESET) {
        close(peer);
        scene->peer = -1;
    }
}

static void deed_has_its_outcome(void **state)
{
    struct scene scene = { .row = *state, .base = event_base_new(), .peer = -1 };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    struct evconnlistener *listener = evconnlistener_new_bind(
        scene.base, act, &scene, LEV_OPT_CLOSE_ON_FREE, 4, (struct sockaddr *)&address, sizeof(address));
    struct error err = { 0 };
    struct probe_order order = { .base = scene.base, .limit_ms = LIMIT_MS, .server_name = "pay.example" };

    assert_non_null(listener);
    getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &size);
    if (scene.row->deed == DEED_GONE) {
        evconnlistener_free(listener);
        listener = NULL;
    }
    memcpy(&order.address, &address, sizeof(address));
    order.address_bytes = size;
    order.context = hello_context(hello_find(HELLO_DEFAULT), NULL, &err);
    assert_non_null(order.context);

    probe_start(&order, finished, &scene);
    assert_int_equal(scene.calls, 0); /* never from inside the call that started it */
    event_base_dispatch(scene.base);

    assert_int_equal(scene.calls, 1);
    assert_string_equal(outcome_stage_name(scene.outcome.stage), outcome_stage_name(scene.row->stage));
    assert_string_equal(outcome_class_name(scene.outcome.class), outcome_class_name(scene.row->class));
    assert_int_equal(scene.outcome.alert, scene.row->alert);
    assert_true(scene.elapsed_ms < LIMIT_MS + 200);
    if (scene.row->class == CLASS_TIMEOUT)
        assert_true(scene.elapsed_ms >= LIMIT_MS - 1);
    if (scene.again != NULL)
        event_free(scene.again);
    if (scene.peer >= 0)
        close(scene.peer);
    if (listener != NULL)
        evconnlistener_free(listener);
    SSL_CTX_free(order.context);
    event_base_free(scene.base);
}

static void a_cancelled_probe_does_not_call(void **state)
{
    struct scene scene = { .base = event_base_new() };
    struct probe_order order = { .base = scene.base, .limit_ms = 50 };

    (void)state;
    probe_cancel(probe_start(&order, finished, &scene));
    event_base_dispatch(scene.base);
    assert_int_equal(scene.calls, 0);
    event_base_free(scene.base);
}

static void every_hello_can_be_said(void **state)
{
    (void)state;
    for (const struct hello *row = hello_all(); row->name != NULL; row++) {
        struct error err = { 0 };
        SSL_CTX *context = hello_context(row, NULL, &err);

        assert_non_null(context);
        assert_ptr_equal(hello_find(row->name), row);
        SSL_CTX_free(context);
    }
    assert_null(hello_find("quic"));
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(a_cancelled_probe_does_not_call),
                                       cmocka_unit_test(every_hello_can_be_said) };

    return RUN_ROWS(cases, deed_has_its_outcome) + cmocka_run_group_tests(rest, NULL, NULL);
}
