/* rootshift-aggregator: keeps what hosts and scanners say in PostgreSQL, and answers who is ready. */
#include <stdio.h>

#include "schema/base/option.h"
#include "aggregator/migration.h"

struct migrate_settings {
    const char *database;
};

static const struct option migrate_options[] = {
    DATABASE_OPTION(struct migrate_settings, database),
    { 0 },
};

static int migrate(void *given, const struct text_list *arguments, struct error *err)
{
    const struct migrate_settings *settings = given;
    struct database *database = database_open(settings->database, "migrate", err);
    struct migration_result result;
    bool ok = database != NULL && migration_apply(database, &result, err);

    (void)arguments;
    database_close(database);
    if (!ok)
        return ANSWER_NONE;
    printf("schema version %d, %d new\n", result.version, result.applied);
    return ANSWER_YES;
}

static const struct command commands[] = {
    { "migrate", NULL, "bring the database's schema to this version", migrate_options,
      sizeof(struct migrate_settings), migrate },
    { 0 },
};

int main(int argc, char **argv)
{
    return option_main(&(struct program){ "rootshift-aggregator",
                                          "who is ready for the new root, and who is not", commands },
                       argc, argv);
}
