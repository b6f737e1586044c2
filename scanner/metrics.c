#include "scanner/metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"

/* Between two files: node_exporter looks every 15 seconds or so. */
#define FILE_MS 5000

/* Prometheus sends under 1 KiB of headers, and no body. */
#define HEADERS_BYTES_MAX 8192
#define IDLE_S 60

struct metrics {
    void (*ask)(void *context, struct progress *progress);
    void *context;
    char *path; /* NULL: over HTTP */
    int64_t written_ms;
    bool failing;
    struct evhttp *http;
};

/* --- the figures ---------------------------------------------------------------------------------- */

enum figure_kind { FIGURE_U64, FIGURE_SIZE, FIGURE_S, FIGURE_MS };

/* Counters first; each row is a family without labels. */
static const struct figure {
    const char *name, *type, *help;
    enum figure_kind kind;
    size_t offset;
    bool of_totals; /* else of the progress */
} figures[] = {
#define OF_PROGRESS(member) offsetof(struct progress, member), false
#define OF_TOTALS(member) offsetof(struct totals, member), true
    { "targets_total", "counter", "Targets read.", FIGURE_U64, OF_PROGRESS(targets) },
    { "certificates_total", "counter", "Distinct certificates seen.", FIGURE_U64, OF_TOTALS(certificates) },
    { "unexamined_records_total", "counter", "Records whose chain there was no time to look at.", FIGURE_U64,
      OF_TOTALS(unexamined) },
    { "names_alike_total", "counter", "Names all of whose addresses are known and serve one chain.",
      FIGURE_U64, OF_TOTALS(names_alike) },
    { "names_different_total", "counter", "Names whose addresses serve different chains.", FIGURE_U64,
      OF_TOTALS(names_different) },
    { "resolver_questions_total", "counter", "Questions put to the resolver.", FIGURE_U64,
      OF_PROGRESS(resolver.asked) },
    { "resolver_answers_total", "counter", "Questions that it answered, be it with no.", FIGURE_U64,
      OF_PROGRESS(resolver.answered) },
    { "resolver_late_total", "counter", "Questions without an answer in time.", FIGURE_U64,
      OF_PROGRESS(resolver.late) },
    { "sink_records_total", "counter", "Records that are written for sure.", FIGURE_U64,
      OF_PROGRESS(written) },
    { "sink_bytes_total", "counter", "Bytes that the sink was given.", FIGURE_U64, OF_PROGRESS(bytes) },
    { "sink_backlog_records", "gauge", "Records that wait to be written.", FIGURE_U64,
      OF_PROGRESS(unwritten) },
    { "probes_in_flight", "gauge", "Probes that have begun and not ended.", FIGURE_SIZE,
      OF_PROGRESS(in_flight) },
    { "probes_in_flight_limit", "gauge", "So many may be.", FIGURE_SIZE, OF_PROGRESS(room) },
    { "probes_waiting", "gauge", "Probes that wait to begin.", FIGURE_SIZE, OF_PROGRESS(waiting) },
    { "lookups_in_flight", "gauge", "Names that are being resolved.", FIGURE_SIZE, OF_PROGRESS(resolving) },
    { "oldest_probe_age_seconds", "gauge", "Age of the oldest probe in flight.", FIGURE_MS,
      OF_PROGRESS(oldest_ms) },
    { "probes_per_second_limit", "gauge", "Probes a second that may begin.", FIGURE_U64, OF_PROGRESS(rate) },
    { "elapsed_seconds", "gauge", "Since this process began to scan.", FIGURE_MS, OF_PROGRESS(elapsed_ms) },
    { "start_time_seconds", "gauge", "When the scan began, in Unix time.", FIGURE_S,
      OF_PROGRESS(started_at) },
};

#define PREFIX "rootshift_scanner_"

static void write_head(struct text *out, const char *name, const char *type, const char *help)
{
    text_format(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void write_figure(struct text *out, const struct figure *figure, const struct progress *progress)
{
    const void *at =
        (const char *)(figure->of_totals ? (const void *)progress->totals : progress) + figure->offset;

    write_head(out, figure->name, figure->type, figure->help);
    text_format(out, PREFIX "%s ", figure->name);
    switch (figure->kind) {
    case FIGURE_U64: text_format(out, "%" PRIu64 "\n", *(const uint64_t *)at); return;
    case FIGURE_SIZE: text_format(out, "%zu\n", *(const size_t *)at); return;
    case FIGURE_S: text_format(out, "%" PRId64 "\n", *(const int64_t *)at); return;
    case FIGURE_MS: text_format(out, "%.3f\n", (double)*(const int64_t *)at / 1000); return;
    }
}

static void write_records(struct text *out, const struct totals *totals)
{
    write_head(out, "records_total", "counter", "Records, by where the probe ended and how.");
    for (int stage = 0; stage < STAGES; stage++) {
        for (int class = 0; class < CLASSES; class ++) {
            if (totals->outcomes[stage][class] > 0)
                text_format(out, PREFIX "records_total{stage=\"%s\",class=\"%s\"} %" PRIu64 "\n",
                            outcome_stage_name((enum outcome_stage)stage),
                            outcome_class_name((enum outcome_class) class), totals->outcomes[stage][class]);
        }
    }
}

void metrics_write(const struct progress *progress, bool running, struct text *out)
{
    write_head(out, "build_info", "gauge", "Which program this is.");
    text_format(out, PREFIX "build_info{version=\"%s\"} 1\n", ROOTSHIFT_VERSION);
    write_head(out, "running", "gauge", "1 while the scan runs, 0 after its end.");
    text_format(out, PREFIX "running %d\n", running ? 1 : 0);
    write_records(out, progress->totals);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        write_figure(out, &figures[i], progress);
}

/* --- the file ------------------------------------------------------------------------------------- */

/* Nobody ever sees half of it. It need not outlive a power failure. */
static bool write_file(struct metrics *metrics, bool running, struct error *err)
{
    struct progress progress;
    struct text content = { 0 }, temporary = { 0 };
    FILE *file;
    bool ok = false;

    metrics->ask(metrics->context, &progress);
    metrics_write(&progress, running, &content);
    text_format(&temporary, "%s.%ld", metrics->path, (long)getpid()); /* not *.prom: nobody reads it */
    file = fopen(text_string(&temporary), "we");
    if (file != NULL) {
        ok = fwrite(content.bytes, 1, content.size, file) == content.size;
        ok = fclose(file) == 0 && ok && rename(text_string(&temporary), metrics->path) == 0;
    }
    if (!ok) {
        error_errno(err, "%s", metrics->path);
        unlink(text_string(&temporary));
    }
    text_clear(&content);
    text_clear(&temporary);
    metrics->written_ms = clock_monotonic_ms();
    return ok;
}

static void refresh_file(struct metrics *metrics, bool running)
{
    struct error err = { 0 };

    if (write_file(metrics, running, &err)) {
        metrics->failing = false;
        return;
    }
    if (!metrics->failing)
        log_event(LOG_WARNING, "metrics not written error=\"%s\"", err.message);
    metrics->failing = true;
}

void metrics_keep(struct metrics *metrics)
{
    if (metrics != NULL && metrics->path != NULL && clock_monotonic_ms() - metrics->written_ms >= FILE_MS)
        refresh_file(metrics, true);
}

/* --- over HTTP ------------------------------------------------------------------------------------ */

static void answer(struct evhttp_request *request, void *argument)
{
    struct metrics *metrics = argument;
    struct evbuffer *body = evbuffer_new();
    struct progress progress;
    struct text content = { 0 };

    metrics->ask(metrics->context, &progress);
    metrics_write(&progress, true, &content);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                      "text/plain; version=0.0.4; charset=utf-8");
    if (body != NULL && evbuffer_add(body, content.bytes, content.size) == 0)
        evhttp_send_reply(request, 200, NULL, body);
    else
        evhttp_send_error(request, 500, NULL);
    if (body != NULL)
        evbuffer_free(body);
    text_clear(&content);
}

static bool listen_on(struct metrics *metrics, struct event_base *base, int port, struct error *err)
{
    metrics->http = evhttp_new(base);
    if (metrics->http == NULL)
        return error_set(err, ERROR_SYSTEM, "no HTTP server");
    evhttp_set_allowed_methods(metrics->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_headers_size(metrics->http, HEADERS_BYTES_MAX);
    evhttp_set_max_body_size(metrics->http, 0);
    evhttp_set_timeout(metrics->http, IDLE_S);
    if (evhttp_set_cb(metrics->http, "/metrics", answer, metrics) != 0 ||
        evhttp_bind_socket_with_handle(metrics->http, "127.0.0.1", (uint16_t)port) == NULL)
        return error_errno(err, "127.0.0.1:%d", port);
    return true;
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* *port is 0 when it is no number, and so a path. */
static bool read_port(const char *where, int *port, struct error *err)
{
    size_t size = strlen(where);

    *port = 0;
    if (strspn(where, "0123456789") < size)
        return true;
    *port = size <= 5 ? atoi(where) : 0;
    return (*port >= 1 && *port <= 65535) ||
           error_set(err, ERROR_OPTION, "--metrics: port %s is not from 1 to 65535", where);
}

struct metrics *metrics_open(struct event_base *base, const char *where,
                             void (*ask)(void *context, struct progress *progress), void *context,
                             struct error *err)
{
    struct metrics *metrics;
    int port;
    bool ok;

    if (!read_port(where, &port, err))
        return NULL;
    metrics = memory_new(sizeof(*metrics));
    *metrics = (struct metrics){ .ask = ask, .context = context };
    if (port == 0)
        metrics->path = memory_text(where);
    ok = port > 0 ? listen_on(metrics, base, port, err) : write_file(metrics, true, err);
    if (ok)
        return metrics;
    error_within(err, "--metrics");
    free(metrics->path);
    metrics->path = NULL; /* nothing more is written */
    metrics_close(metrics);
    return NULL;
}

void metrics_close(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    if (metrics->path != NULL)
        refresh_file(metrics, false);
    if (metrics->http != NULL)
        evhttp_free(metrics->http);
    free(metrics->path);
    free(metrics);
}
