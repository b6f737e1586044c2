#include "aggregator/web/route.h"
#include "aggregator/web/server.h"

#include "tests/support/check.h"

static const struct route routes[] = {
    { "/", LANE_PAGE, NULL },
    { "/campaigns/*", LANE_PAGE, NULL },
    { "/campaigns/*/partners", LANE_PAGE, NULL },
    { "/campaigns/*/partners/*", LANE_PAGE, NULL },
    { "/roots/*.pem", LANE_PAGE, NULL },
    { 0 },
};

static const struct route_case {
    const char *name, *target;
    int row; /* -1: none */
    const char *first, *second;
} cases[] = {
    { "the root", "/", 0, NULL, NULL },
    { "the root with a query", "/?lang=zh", 0, NULL, NULL },
    { "a star takes one segment", "/campaigns/g2", 1, "g2", NULL },
    { "and a decoded one", "/campaigns/a%2Fb", 1, "a/b", NULL },
    { "but no empty one", "/campaigns//partners", -1, NULL, NULL },
    { "a fixed segment after a star", "/campaigns/g2/partners", 2, "g2", NULL },
    { "two stars", "/campaigns/g2/partners/p", 3, "g2", "p" },
    { "a path that goes on", "/campaigns/g2/partners/p/x", -1, NULL, NULL },
    { "a path that ends early", "/campaigns", -1, NULL, NULL },
    { "a star with an ending", "/roots/ab.pem", 4, "ab.pem", NULL },
    { "another ending", "/roots/ab.der", -1, NULL, NULL },
    { "the ending alone", "/roots/.pem", -1, NULL, NULL },
    { "less than the ending", "/roots/em", -1, NULL, NULL },
    { "letters of the other case are another path", "/Campaigns/g2", -1, NULL, NULL },
};

static void target_is_routed_as_described(void **state)
{
    const struct route_case *row = *state;
    struct request request;
    struct error err;
    const struct route *found;

    assert_true(request_parse(row->target, NULL, &request, &err));
    found = route_find(routes, &request);
    assert_ptr_equal(found, row->row >= 0 ? &routes[row->row] : NULL);
    if (row->first != NULL)
        assert_string_equal(request.arguments[0], row->first);
    if (row->second != NULL)
        assert_string_equal(request.arguments[1], row->second);
    request_clear(&request);
}

static const struct host_case {
    const char *name, *host;
    bool local;
} hosts[] = {
    { "localhost", "localhost", true },
    { "localhost with a port", "localhost:8080", true },
    { "the address", "127.0.0.1:8080", true },
    { "any loopback address", "127.9.8.7", true },
    { "the other family", "[::1]:8080", true },
    { "no header", NULL, false },
    { "a stranger's name", "attacker.example", false },
    { "a stranger's name that starts like ours", "localhost.attacker.example", false },
    { "a name that starts like an address", "127.0.0.1.attacker.example", false },
};

static void host_is_local_as_described(void **state)
{
    const struct host_case *row = *state;

    assert_int_equal(server_host_is_local(row->host), row->local);
}

int main(void)
{
    return RUN_ROWS(cases, target_is_routed_as_described) + RUN_ROWS(hosts, host_is_local_as_described);
}
