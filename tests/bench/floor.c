/*
 * floor: the least that a look at an endpoint can cost on this machine, for the scanner to be measured against. One
 * thread, one epoll, a fixed number of connections, and nothing else: no list is read, nothing is written, no deadline
 * is kept, no address resolved, no failure told from another.
 *
 *   floor connect|tls12|tls13|openssl COUNT IN_FLIGHT PORT
 *
 * goes through COUNT addresses from 127.1.0.0 on and prints the microseconds of processor time that each took,
 * kernel's and own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "schema/tls/claim.h"

#define FIRST_ADDRESS 0x7f010000U

enum kind { CONNECT, TLS12, TLS13, OPENSSL, KINDS };

static const char *const kinds[KINDS] = { "connect", "tls12", "tls13", "openssl" };

struct look {
    int socket;
    bool said;
    struct claim claim;
    SSL *ssl;
};

static struct {
    enum kind kind;
    uint32_t next, count, ended, shown;
    uint16_t port;
    int epoll;
    SSL_CTX *context;
    struct offer *offer;
    struct traffic *traffic;
} floor_;

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(3);
}

static void start(struct look *look);

static void end(struct look *look, bool shown)
{
    claim_clear(&look->claim);
    SSL_free(look->ssl);
    close(look->socket);
    floor_.ended++;
    floor_.shown += shown ? 1 : 0;
    start(look);
}

static void start(struct look *look)
{
    const struct linger at_once = { 1, 0 };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(floor_.port) };
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = look };

    *look = (struct look){ .socket = -1 };
    if (floor_.next == floor_.count)
        return;
    address.sin_addr.s_addr = htonl(FIRST_ADDRESS + floor_.next++);
    look->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    must(look->socket >= 0, "socket");
    setsockopt(look->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    must(connect(look->socket, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EINPROGRESS,
         "connect");
    must(epoll_ctl(floor_.epoll, EPOLL_CTL_ADD, look->socket, &event) == 0, "epoll_ctl");
}

static void say(struct look *look)
{
    static const uint8_t random[OFFER_RANDOM_BYTES];
    uint8_t bytes[OFFER_BYTES_MAX];
    size_t size = offer_write(floor_.offer, floor_.kind == TLS12 ? OFFER_TLS12 : OFFER_TLS13,
                              "bench.example.com", random, traffic_share(floor_.traffic), bytes);

    claim_begin(&look->claim, floor_.offer, floor_.traffic, (struct span){ bytes, size });
    must(send(look->socket, bytes, size, MSG_NOSIGNAL) == (ssize_t)size, "send");
    look->said = true;
}

static void read_claim(struct look *look)
{
    static uint8_t bytes[65536];
    ssize_t size = recv(look->socket, bytes, sizeof(bytes), 0);
    enum claim_answer answer;

    if (size < 0 && errno == EAGAIN)
        return;
    must(size > 0, "recv");
    answer = claim_read(&look->claim, bytes, (size_t)size);
    if (answer != CLAIM_MORE)
        end(look, answer == CLAIM_SHOWN);
}

static void shake_hands(struct look *look)
{
    int answer;

    if (look->ssl == NULL) {
        look->ssl = SSL_new(floor_.context);
        must(look->ssl != NULL && SSL_set_fd(look->ssl, look->socket) == 1 &&
                 SSL_set_tlsext_host_name(look->ssl, "bench.example.com") == 1,
             "SSL_new");
        SSL_set_connect_state(look->ssl);
    }
    answer = SSL_do_handshake(look->ssl);
    if (answer == 1)
        end(look, true);
    else if (SSL_get_error(look->ssl, answer) != SSL_ERROR_WANT_READ)
        end(look, false);
}

static void wake(struct look *look)
{
    switch (floor_.kind) {
    case CONNECT: end(look, true); return;
    case OPENSSL: shake_hands(look); return;
    default:
        if (look->said)
            read_claim(look);
        else
            say(look);
    }
}

static double cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int count, char **words)
{
    const struct hello *hello;
    struct look *looks;
    struct error err = { 0 };
    int in_flight;
    double before;

    if (count != 5) {
        fprintf(stderr, "usage: floor connect|tls12|tls13|openssl COUNT IN_FLIGHT PORT\n");
        return 3;
    }
    while (floor_.kind < KINDS && strcmp(kinds[floor_.kind], words[1]) != 0)
        floor_.kind++;
    floor_.count = (uint32_t)atoi(words[2]);
    in_flight = atoi(words[3]);
    floor_.port = (uint16_t)atoi(words[4]);
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();

    floor_.epoll = epoll_create1(0);
    hello = hello_find(HELLO_DEFAULT);
    floor_.context = hello_context(hello, library, &err);
    floor_.offer = floor_.context != NULL ? offer_new(hello, floor_.context, &err) : NULL;
    floor_.traffic = traffic_new(library, NULL, &err);
    must(floor_.offer != NULL && floor_.traffic != NULL && floor_.kind < KINDS, "floor");
    looks = memory_new((size_t)in_flight * sizeof(*looks));
    before = cpu_us();
    for (int i = 0; i < in_flight; i++)
        start(&looks[i]);
    while (floor_.ended < floor_.count) {
        struct epoll_event events[256];
        int ready = epoll_wait(floor_.epoll, events, 256, -1);

        for (int i = 0; i < ready; i++)
            wake(events[i].data.ptr);
    }
    printf("%.1f us, %u of %u shown\n", (cpu_us() - before) / floor_.count, floor_.shown, floor_.count);
    return floor_.shown == floor_.count ? 0 : 1;
}
