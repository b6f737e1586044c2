/* The commands by which reports come in: from Kafka, or from files that hosts without a way to it wrote. */
#include <stdio.h>
#include <string.h>

#include "aggregator/centre.h"
#include "aggregator/consume.h"
#include "aggregator/ingest.h"
#include "aggregator/judging.h"
#include "aggregator/migration.h"
#include "aggregator/settings.h"
#include "schema/base/clock.h"
#include "schema/base/input.h"

int command_run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct key *key = NULL;
    struct database *database = NULL;
    bool ok = kafka_is_configured(&settings->kafka) ||
              error_set(err, ERROR_OPTION, "say where Kafka is: --broker or --kafka-conf");

    (void)arguments;
    ok = ok && (key = centre_key(settings->key, err)) != NULL &&
         (database = database_open(settings->database, "run", err)) != NULL &&
         migration_check(database, err) && consume(settings, database, key, err);
    database_close(database);
    key_free(key);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

static bool import_file(struct ingest *ingest, const char *path, int64_t now, struct error *err)
{
    struct input input = { 0 };
    size_t taken = 0;
    bool ok = input_read(INPUT_MACHINE, path, ENVELOPE_FILE_BYTES_MAX, &input, err) &&
              ingest_file(ingest, input.bytes, input.size, now, &taken, err);

    input_clear(&input);
    if (ok)
        printf("%s: %zu messages\n", path, taken);
    return ok || error_within(err, "%s", path);
}

int command_import(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct key *key = NULL;
    struct database *database = NULL;
    struct ingest *ingest = NULL;
    bool ok = (arguments->count >= 2 && strcmp(arguments->items[0], "report") == 0) ||
              error_set(err, ERROR_OPTION, "say: report FILE…");

    ok = ok && (key = centre_key(settings->key, err)) != NULL &&
         (database = database_open(settings->database, "import", err)) != NULL &&
         migration_check(database, err) && (ingest = ingest_open(database, key_id(key), err)) != NULL;
    for (size_t i = 1; ok && i < arguments->count; i++)
        ok =
            import_file(ingest, arguments->items[i], settings->time != 0 ? settings->time : clock_now(), err);
    ok = ok && judging_sweep(database, err) && ingest_rest(ingest, err);
    ingest_close(ingest);
    database_close(database);
    key_free(key);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
