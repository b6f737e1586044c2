/* The command `quarantine`: what waits for a person, and what the person says to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/centre.h"
#include "aggregator/grid.h"
#include "aggregator/ingest.h"
#include "aggregator/judging.h"
#include "aggregator/migration.h"
#include "aggregator/quarantine.h"
#include "aggregator/settings.h"
#include "schema/base/clock.h"
#include "schema/base/json.h"
#include "schema/wire/codec.h"

/* Who a record says it comes from. Nobody has checked it: it is for the person who decides. */
struct sender {
    char partner[128], host[256];
};

static struct sender sender_of(const PGresult *rows, int row)
{
    struct sender sender = { 0 };
    struct envelope envelope;
    struct error ignored;
    size_t size;
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)database_value(rows, row, "bytes"), &size);
    void *message = NULL;

    if (envelope_parse(&envelope, bytes, size, &ignored)) {
        message = envelope_message(&envelope, &ignored);
        if (message != NULL && envelope.type == &rootshift__v1__enrolment__descriptor) {
            const Rootshift__V1__Enrolment *enrolment = message;

            snprintf(sender.partner, sizeof(sender.partner), "%s", enrolment->partner);
            snprintf(sender.host, sizeof(sender.host), "%s", enrolment->host);
        }
        if (message != NULL && envelope.type == &rootshift__v1__host_report__descriptor) {
            const Rootshift__V1__HostReport *report = message;

            if (report->host != NULL)
                snprintf(sender.host, sizeof(sender.host), "%s", report->host->name);
        }
        codec_free(message);
        envelope_clear(&envelope);
    }
    PQfreemem(bytes);
    return sender;
}

static void print_json(const PGresult *rows)
{
    struct json json = { 0 };

    json_array(&json);
    for (int row = 0; row < PQntuples(rows); row++) {
        struct sender sender = sender_of(rows, row);
        bool bound = !database_is_null(rows, row, "partner");

        json_object(&json);
        json_key_text(&json, "key", database_value(rows, row, "key"));
        json_key_text(&json, "reason", database_value(rows, row, "reason"));
        json_key_number(&json, "records", database_number(rows, row, "records"));
        json_key_instant(&json, "first", database_number(rows, row, "first_at"));
        json_key_instant(&json, "last", database_number(rows, row, "last_at"));
        json_key_text(&json, "says_partner", *sender.partner != '\0' ? sender.partner : NULL);
        json_key_text(&json, "says_host", *sender.host != '\0' ? sender.host : NULL);
        json_key_text(&json, "bound_partner", bound ? database_value(rows, row, "partner") : NULL);
        json_key_text(&json, "bound_host", bound ? database_value(rows, row, "host") : NULL);
        json_object_end(&json);
    }
    json_array_end(&json);
    printf("%s\n", text_string(&json.text));
    json_clear(&json);
}

static void print_text(const PGresult *rows)
{
    static const char *const heads[] = { "key",          "reason",    "records", "last",
                                         "says partner", "says host", "bound to" };
    struct grid grid = { .columns = sizeof(heads) / sizeof(heads[0]) };
    struct text out = { 0 };

    for (size_t i = 0; i < grid.columns; i++)
        grid_cell(&grid, heads[i]);
    for (int row = 0; row < PQntuples(rows); row++) {
        struct sender sender = sender_of(rows, row);
        char last[CLOCK_TEXT_BYTES];
        bool bound = !database_is_null(rows, row, "partner");

        grid_cell(&grid, database_value(rows, row, "key"));
        grid_cell(&grid, database_value(rows, row, "reason"));
        grid_cell(&grid, database_value(rows, row, "records"));
        grid_cell(&grid, clock_format(database_number(rows, row, "last_at"), last));
        grid_cell(&grid, *sender.partner != '\0' ? sender.partner : "-");
        grid_cell(&grid, *sender.host != '\0' ? sender.host : "-");
        grid_cell_format(&grid, "%s%s%s", bound ? database_value(rows, row, "partner") : "-",
                         bound ? " " : "", bound ? database_value(rows, row, "host") : "");
    }
    grid_print(&grid, "", &out);
    fputs(text_string(&out), stdout);
    text_clear(&out);
}

static int list(const struct settings *settings, struct database *database, struct error *err)
{
    PGresult *rows = database_query(database, "quarantine_list", NULL, err);

    if (rows == NULL)
        return ANSWER_NONE;
    if (settings->json)
        print_json(rows);
    else if (PQntuples(rows) == 0)
        printf("nothing waits\n");
    else
        print_text(rows);
    PQclear(rows);
    return ANSWER_YES;
}

/* The key that hashes to `id`: from a file, else from an enrolment that waits. */
static struct key *find_key(const struct settings *settings, struct database *database,
                            const struct fingerprint *id, struct error *err)
{
    struct key *key = settings->public_key != NULL ? key_load_public(settings->public_key, err)
                                                   : quarantine_key(database, id, err);

    if (key == NULL || fingerprint_equal(key_id(key), id))
        return key;
    key_free(key);
    error_set(err, ERROR_CONFLICT, "%s holds another key than the one that was named",
              settings->public_key != NULL ? settings->public_key : "the enrolment that waits");
    return NULL;
}

static int bind_key(const struct settings *settings, struct database *database, const struct fingerprint *id,
                    struct error *err)
{
    int64_t now = settings->time != 0 ? settings->time : clock_now(), before = 0, after = 0;
    struct key *centre = NULL, *key = NULL;
    struct ingest *ingest = NULL;
    bool ok = (settings->partner != NULL && settings->host != NULL && *settings->host != '\0') ||
              error_set(err, ERROR_OPTION, "say whose it is: --partner ID and --host NAME");

    ok = ok && (centre = centre_key(settings->key, err)) != NULL &&
         (key = find_key(settings, database, id, err)) != NULL &&
         quarantine_bind(database,
                         &(struct quarantine_binding){ key, settings->partner, settings->host, now }, err) &&
         (ingest = ingest_open(database, key_id(centre), err)) != NULL &&
         quarantine_count(database, id, &before, err) && quarantine_retry(database, ingest, id, now, err) &&
         judging_sweep(database, err) && quarantine_count(database, id, &after, err);
    if (ok)
        printf("bound to host %s of partner %s: %lld records taken, %lld still wait\n", settings->host,
               settings->partner, (long long)(before - after), (long long)after);
    ingest_close(ingest);
    key_free(key);
    key_free(centre);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

static int drop_key(const struct settings *settings, struct database *database, const struct fingerprint *id,
                    struct error *err)
{
    int64_t records;

    (void)settings;
    if (!quarantine_drop(database, id, &records, err))
        return ANSWER_NONE;
    printf("%lld records thrown away\n", (long long)records);
    return ANSWER_YES;
}

static const struct verb {
    const char *name;
    int (*run)(const struct settings *settings, struct database *database, const struct fingerprint *id,
               struct error *err);
} verbs[] = { { "bind", bind_key }, { "drop", drop_key } };

static int answer(const struct settings *settings, const struct text_list *arguments,
                  struct database *database, struct error *err)
{
    struct fingerprint id;

    if (arguments->count == 1 && strcmp(arguments->items[0], "list") == 0)
        return list(settings, database, err);
    for (size_t i = 0; arguments->count == 2 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(arguments->items[0], verbs[i].name) == 0)
            return fingerprint_parse(arguments->items[1], &id, err)
                       ? verbs[i].run(settings, database, &id, err)
                       : ANSWER_NONE;
    }
    error_set(err, ERROR_OPTION, "say: list, bind KEY or drop KEY");
    return ANSWER_NONE;
}

int command_quarantine(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct database *database = database_open(settings->database, "quarantine", err);
    int result = database != NULL && migration_check(database, err)
                     ? answer(settings, arguments, database, err)
                     : ANSWER_NONE;

    database_close(database);
    return result;
}
