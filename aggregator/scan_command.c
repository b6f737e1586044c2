/* The command `scan-start`: what the campaign's endpoints, or a list's, serve, looked at by scanner workers. */
#include <stdio.h>
#include <string.h>

#include "aggregator/campaigns.h"
#include "aggregator/migration.h"
#include "aggregator/scan.h"
#include "aggregator/settings.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"

/* Some millions of lines. */
#define LIST_BYTES_MAX (256 * 1024 * 1024)

static bool set_hellos(struct scan_order *order, const struct text_list *names, struct error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct hello *hello = hello_find(names->items[i]);
        bool known = false;

        if (hello == NULL)
            return error_set(err, ERROR_OPTION, "--hello: no hello \"%s\"", names->items[i]);
        for (size_t j = 0; j < order->hello_count; j++)
            known = known || order->hellos[j] == hello;
        if (known)
            continue;
        if (order->hello_count == SCAN_HELLOS_MAX)
            return error_set(err, ERROR_LIMIT, "--hello: more than %d", SCAN_HELLOS_MAX);
        order->hellos[order->hello_count++] = hello;
    }
    return true;
}

static bool read_settings(const struct settings *settings, struct scan_order *order, struct error *err)
{
    *order = (struct scan_order){ .at = settings->time != 0 ? settings->time : clock_now() };
    if (settings->campaign == NULL && settings->targets == NULL)
        return error_set(err, ERROR_OPTION, "what to scan: --campaign NAME, --targets FILE, or both");
    if (!kafka_is_configured(&settings->kafka))
        return error_set(err, ERROR_OPTION, "say where Kafka is: --broker or --kafka-conf");
    if (!probe_depth_parse(settings->depth, &order->depth))
        return error_set(err, ERROR_OPTION, "--depth: \"%s\" is none of " PROBE_DEPTHS, settings->depth);
    return set_hellos(order, &settings->hellos, err);
}

static bool find_campaign(const struct campaigns *campaigns, const char *name, struct scan_order *order,
                          struct error *err)
{
    if (name == NULL)
        return true;
    order->campaign = campaigns_find(campaigns, name);
    return order->campaign != NULL || error_set(err, ERROR_ABSENT, "no campaign \"%s\"", name);
}

int command_scan_start(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct database *database = NULL;
    struct campaigns campaigns = { 0 };
    struct input list = { 0 };
    struct scan_order order;
    char id[SCAN_ID_BYTES];
    int64_t pieces = 0;
    bool ok = read_settings(settings, &order, err) &&
              (settings->targets == NULL ||
               input_read(INPUT_MACHINE, settings->targets, LIST_BYTES_MAX, &list, err) ||
               error_within(err, "%s", settings->targets)) &&
              (database = database_open(settings->database, "scan-start", err)) != NULL &&
              migration_check(database, err) && campaigns_load(database, &campaigns, err) &&
              find_campaign(&campaigns, settings->campaign, &order, err);

    (void)arguments;
    order.lines = (const char *)list.bytes;
    order.size = list.size;
    ok = ok && scan_start(&order, database, &settings->kafka, id, &pieces, err);
    if (ok)
        printf("scan %s: %lld pieces of work\n", id, (long long)pieces);
    campaigns_clear(&campaigns);
    input_clear(&list);
    database_close(database);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
