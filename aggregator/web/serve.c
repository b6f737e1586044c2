#include "aggregator/web/serve.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/migration.h"
#include "aggregator/web/pages.h"
#include "aggregator/web/server.h"

const struct option serve_options[] = {
    DATABASE_OPTION(struct serve_settings, database),
    { "address", OPTION_TEXT, offsetof(struct serve_settings, address), "ADDRESS", .fallback = "127.0.0.1",
      .from_environment = true,
      .help = "where to listen; beyond loopback only behind a proxy that knows its users" },
    { "port", OPTION_NUMBER, offsetof(struct serve_settings, port), "N", .fallback = "8080", .low = 0,
      .high = 65535, .from_environment = true, .help = "port, 0 for any free one" },
    { "time", OPTION_INSTANT, offsetof(struct serve_settings, time), "INSTANT",
      .help = "show everything as of this instant instead of now" },
    { 0 },
};

static void say_where(const char *address, int port)
{
    printf("serving on http://%s%s%s:%d/\n", strchr(address, ':') != NULL ? "[" : "", address,
           strchr(address, ':') != NULL ? "]" : "", port);
    fflush(stdout);
}

/* A database that cannot be used is said at once, not on the first page. */
static bool check_database(const char *conninfo, struct error *err)
{
    struct database *database = database_open(conninfo, "serve", err);
    bool ok = database != NULL && migration_check(database, err);

    database_close(database);
    return ok;
}

int serve_run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct serve_settings *settings = given;
    const struct server_settings server = { .address = settings->address,
                                            .port = (int)settings->port,
                                            .routes = pages_routes,
                                            .workers = { settings->database, settings->time } };

    (void)arguments;
    if (!check_database(settings->database, err) || !server_run(&server, say_where, err))
        return ANSWER_NONE;
    return ANSWER_YES;
}
