#include "aggregator/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/fingerprint.h"
#include "schema/sql/statement.h"

/* schema_version's row for what is made anew: views and roles. */
#define REMADE 0
#define REMADE_NAME "views and roles"

static int newest(void)
{
    int version = 0;

    for (const struct embedded *file = sql_migrations; file->name != NULL; file++)
        version = atoi(file->name);
    return version;
}

static const struct embedded *file_of(int version)
{
    for (const struct embedded *file = sql_migrations; file->name != NULL; file++) {
        if (atoi(file->name) == version)
            return file;
    }
    return NULL;
}

static void checksum_of(int version, char text[FINGERPRINT_TEXT_BYTES])
{
    const struct embedded *file = file_of(version);
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct fingerprint print;

    if (version == REMADE) {
        fingerprint_hash_add(hash, statement_text("views"), strlen(statement_text("views")));
        fingerprint_hash_add(hash, statement_text("roles"), strlen(statement_text("roles")));
    } else {
        fingerprint_hash_add(hash, file->start, embedded_size(file));
    }
    print = fingerprint_hash_take(hash);
    fingerprint_format(&print, text);
}

/* Compare what was applied with what we carry; `version` is the newest that was applied, 0 for none. */
static bool compare(struct database *database, int *version, bool *remade, struct error *err)
{
    PGresult *result = database_query(database, "migration_exists", NULL, err);
    char ours[FINGERPRINT_TEXT_BYTES];
    bool here, ok = true;

    *version = 0;
    *remade = false;
    if (result == NULL)
        return false;
    here = database_bool(result, 0, "here");
    PQclear(result);
    if (!here)
        return true;
    result = database_query(database, "migration_list", NULL, err);
    if (result == NULL)
        return false;
    for (int row = 0; ok && row < PQntuples(result); row++) {
        int applied = (int)database_number(result, row, "version");
        const char *theirs = database_value(result, row, "checksum");

        if (applied != REMADE && file_of(applied) == NULL) {
            ok = error_set(err, ERROR_CONFLICT,
                           "the database has schema version %d (%s), this program knows %d: it is older",
                           applied, database_value(result, row, "name"), newest());
            break;
        }
        checksum_of(applied, ours);
        if (applied == REMADE)
            *remade = strcmp(ours, theirs) == 0;
        else if (strcmp(ours, theirs) != 0)
            ok = error_set(
                err, ERROR_CONFLICT,
                "schema version %d (%s) was applied from another file: its checksum is %.12s…, ours %.12s…",
                applied, database_value(result, row, "name"), theirs, ours);
        if (applied > *version)
            *version = applied;
    }
    PQclear(result);
    return ok;
}

static bool note(struct database *database, int version, const char *name, struct error *err)
{
    char number[16], checksum[FINGERPRINT_TEXT_BYTES];

    snprintf(number, sizeof(number), "%d", version);
    checksum_of(version, checksum);
    return database_run(
        database, "migration_applied",
        (struct parameter[]){ { "version", number }, { "name", name }, { "checksum", checksum }, { 0 } },
        NULL, err);
}

static bool apply(struct database *database, const char *sql, int version, const char *name,
                  struct error *err)
{
    return (database_script(database, sql, err) && note(database, version, name, err)) ||
           error_within(err, "%s", name);
}

/* One transaction from the lock to the end, so that a second migrator finds either nothing or all. */
static bool apply_all(struct database *database, struct migration_result *result, struct error *err)
{
    bool remade;

    if (!database_run(database, "migration_lock", NULL, NULL, err) ||
        !compare(database, &result->version, &remade, err))
        return false;
    for (const struct embedded *file = sql_migrations; file->name != NULL; file++) {
        int version = atoi(file->name);

        if (version <= result->version)
            continue;
        if (!apply(database, (const char *)file->start, version, file->name, err))
            return false;
        result->version = version;
        result->applied++;
    }
    return database_script(database, statement_text("views"), err) &&
           apply(database, statement_text("roles"), REMADE, REMADE_NAME, err);
}

bool migration_apply(struct database *database, struct migration_result *result, struct error *err)
{
    *result = (struct migration_result){ 0 };
    database_show_notices(database);
    if (database_begin(database, "", err) && apply_all(database, result, err) &&
        database_commit(database, err))
        return true;
    database_rollback(database);
    return error_within(err, "migrate");
}

bool migration_check(struct database *database, struct error *err)
{
    int version;
    bool remade;

    if (!compare(database, &version, &remade, err))
        return false;
    if (version < newest() || !remade)
        return error_set(
            err, ERROR_CONFLICT,
            "the database has schema version %d%s, this program needs %d: run `rootshift-aggregator migrate`",
            version, version == newest() ? " with older views" : "", newest());
    return true;
}
