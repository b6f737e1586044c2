/*
 * The HTTP server: libevent's evhttp with every limit set, routes answered on workers, and the
 * headers that each answer carries. GET and HEAD only; on loopback unless told otherwise.
 */
#pragma once

#include "aggregator/web/worker.h"

struct server_settings {
    const char *address; /* literal; a loopback address also makes the server refuse foreign Host headers */
    int port;            /* 0: any free one */
    const struct route *routes;
    struct worker_settings workers;
};

/*
 * Serve until SIGTERM or SIGINT, then let running answers end for a moment. `listening` is called
 * once with the port in use. False with *err when it could not start.
 */
MUST_CHECK bool server_run(const struct server_settings *settings,
                           void (*listening)(const char *address, int port), struct error *err);

/*
 * Whether a request's Host header may be answered by a server that only listens on loopback: names
 * of this machine only, so that a page elsewhere cannot reach us by giving its own name our address.
 */
bool server_host_is_local(const char *host);
