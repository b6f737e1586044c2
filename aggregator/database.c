#include "aggregator/database.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/sql/statement.h"

/* More variables than any statement of ours has. */
#define PARAMETERS_MAX 24

struct database {
    PGconn *connection;
    bool open; /* inside a transaction */
};

/* SQLSTATE classes and codes that mean more than "refused". */
static const struct {
    const char *start;
    enum error_kind kind;
} kinds[] = {
    { "40", ERROR_CONFLICT },  /* serialization failure, deadlock */
    { "08", ERROR_NETWORK },   /* connection exceptions */
    { "57P", ERROR_NETWORK },  /* the server is shutting down or starting */
    { "42501", ERROR_DENIED }, /* insufficient privilege */
};

static bool fail(struct database *database, const PGresult *result, const char *what, struct error *err)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *detail = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
    enum error_kind kind = ERROR_DATABASE;

    if (PQstatus(database->connection) == CONNECTION_BAD)
        kind = ERROR_NETWORK;
    for (size_t i = 0; state != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (text_starts(state, kinds[i].start))
            kind = kinds[i].kind;
    }
    if (primary == NULL)
        return error_set(err, kind, "%s: %.*s", what,
                         (int)strcspn(PQerrorMessage(database->connection), "\n"),
                         PQerrorMessage(database->connection));
    return error_set(err, kind, "%s: %s%s%s (SQLSTATE %s)", what, primary, detail != NULL ? ": " : "",
                     detail != NULL ? detail : "", state);
}

static void drop_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static void show_notice(void *context, const char *message)
{
    (void)context;
    fputs(message, stderr);
}

void database_show_notices(struct database *database)
{
    PQsetNoticeProcessor(database->connection, show_notice, NULL);
}

/* A socket or loopback needs no CA; what crosses a network does. */
static bool check_transport(PGconn *connection, struct error *err)
{
    const char *host = PQhost(connection);
    bool here = host == NULL || *host == '\0' || *host == '/' || strcmp(host, "localhost") == 0 ||
                text_starts(host, "127.") || strcmp(host, "::1") == 0;
    PQconninfoOption *options;
    const char *mode = "", *root = "";
    bool ok;

    if (here)
        return true;
    options = PQconninfo(connection);
    for (PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++) {
        if (strcmp(option->keyword, "sslmode") == 0 && option->val != NULL)
            mode = option->val;
        if (strcmp(option->keyword, "sslrootcert") == 0 && option->val != NULL)
            root = option->val;
    }
    ok = (strcmp(mode, "verify-full") == 0 || strcmp(mode, "verify-ca") == 0) && *root != '\0';
    PQconninfoFree(options);
    return ok ||
           error_set(
               err, ERROR_OPTION,
               "--database: for %s say sslmode=verify-full and sslrootcert=FILE, so that the way to the "
               "database does not depend on this machine's own trust store",
               host);
}

/* What every session of ours starts with. */
static bool set_up(struct database *database, struct error *err)
{
    if (PQstatus(database->connection) != CONNECTION_OK)
        return error_set(err, ERROR_NETWORK, "database: %.*s",
                         (int)strcspn(PQerrorMessage(database->connection), "\n"),
                         PQerrorMessage(database->connection));
    return check_transport(database->connection, err) &&
           database_script(
               database,
               "SET search_path = rootshift, pg_temp; SET timezone = 'UTC'; SET datestyle = ISO; "
               "SET bytea_output = hex; SET extra_float_digits = 1; SET client_encoding = 'UTF8'; "
               "SET client_min_messages = warning; SET jit = off",
               err);
}

struct database *database_open(const char *conninfo, const char *part, struct error *err)
{
    const char *const keywords[] = { "dbname", "fallback_application_name", "connect_timeout", NULL };
    char application[64];
    const char *const values[] = { conninfo, application, "10", NULL };
    struct database *database = memory_new(sizeof(*database));

    snprintf(application, sizeof(application), "rootshift-aggregator %s", part);
    database->connection = PQconnectdbParams(keywords, values, 1);
    PQsetNoticeProcessor(database->connection, drop_notice, NULL);
    if (set_up(database, err))
        return database;
    database_close(database);
    return NULL;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    PQfinish(database->connection);
    free(database);
}

bool database_is_lost(const struct database *database)
{
    return PQstatus(database->connection) == CONNECTION_BAD;
}

bool database_reopen(struct database *database, struct error *err)
{
    database->open = false;
    PQreset(database->connection);
    return set_up(database, err);
}

bool database_script(struct database *database, const char *sql, struct error *err)
{
    PGresult *result = PQexec(database->connection, sql);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

    if (!ok)
        fail(database, result, "database", err);
    PQclear(result);
    return ok;
}

bool database_begin(struct database *database, const char *begin, struct error *err)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "BEGIN %s", begin);
    database->open = database_script(database, sql, err);
    return database->open;
}

bool database_commit(struct database *database, struct error *err)
{
    database->open = false;
    return database_script(database, "COMMIT", err);
}

void database_rollback(struct database *database)
{
    struct error ignored;

    if (database->open)
        (void)!database_script(database, "ROLLBACK", &ignored);
    database->open = false;
}

bool database_set_time(struct database *database, int64_t at, struct error *err)
{
    char text[CLOCK_TEXT_BYTES];

    return database_run(database, "set_time",
                        (struct parameter[]){ { "time", at != 0 ? clock_format(at, text) : "" }, { 0 } },
                        NULL, err);
}

static const char *value_of(const struct parameter *parameters, const char *name)
{
    for (const struct parameter *row = parameters; row != NULL && row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row->value;
    }
    assert(!"a variable of the statement has no value");
    return NULL;
}

PGresult *database_query(struct database *database, const char *statement, const struct parameter *parameters,
                         struct error *err)
{
    struct text_list names = { 0 };
    char *sql = statement_number(statement_text(statement), &names);
    const char *values[PARAMETERS_MAX];
    PGresult *result;

    assert(names.count <= PARAMETERS_MAX);
    for (size_t i = 0; i < names.count; i++)
        values[i] = value_of(parameters, names.items[i]);
    result = PQexecParams(database->connection, sql, (int)names.count, NULL, values, NULL, NULL, 0);
    free(sql);
    text_list_clear(&names);
    if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
        return result;
    fail(database, result, statement, err);
    PQclear(result);
    return NULL;
}

bool database_run(struct database *database, const char *statement, const struct parameter *parameters,
                  int64_t *changed, struct error *err)
{
    PGresult *result = database_query(database, statement, parameters, err);

    if (result == NULL)
        return false;
    if (changed != NULL)
        *changed = atoll(PQcmdTuples(result));
    PQclear(result);
    return true;
}

bool database_copy_in(struct database *database, const char *copy, const struct text *rows, struct error *err)
{
    PGresult *result = PQexec(database->connection, copy);
    size_t at = 0;
    bool ok = PQresultStatus(result) == PGRES_COPY_IN;

    if (!ok) {
        fail(database, result, copy, err);
        PQclear(result);
        return false;
    }
    PQclear(result);
    while (ok && at < rows->size) {
        size_t piece = rows->size - at < 65536 ? rows->size - at : 65536;

        ok = PQputCopyData(database->connection, rows->bytes + at, (int)piece) == 1;
        at += piece;
    }
    ok = PQputCopyEnd(database->connection, ok ? NULL : "the sender gave up") == 1 && ok;
    while ((result = PQgetResult(database->connection)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK && ok)
            ok = fail(database, result, copy, err);
        PQclear(result);
    }
    return ok;
}

bool database_copy_out(struct database *database, const char *copy,
                       void (*take)(void *context, const char *row, size_t size), void *context,
                       struct error *err)
{
    PGresult *result = PQexec(database->connection, copy);
    bool ok = PQresultStatus(result) == PGRES_COPY_OUT;
    char *row;
    int size;

    if (!ok)
        fail(database, result, copy, err);
    PQclear(result);
    while (ok && (size = PQgetCopyData(database->connection, &row, 0)) > 0) {
        take(context, row, (size_t)size);
        PQfreemem(row);
    }
    while ((result = PQgetResult(database->connection)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK && ok)
            ok = fail(database, result, copy, err);
        PQclear(result);
    }
    return ok;
}

const char *database_bytea(struct text *out, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    text_add(out, "\\x");
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)bytes)[i];

        text_append(out, (char[]){ digits[byte >> 4], digits[byte & 15] }, 2);
    }
    return text_string(out);
}

bool database_bytes(const PGresult *result, int row, int column, void *bytes, size_t size, struct error *err)
{
    size_t got = 0;
    unsigned char *value = PQunescapeBytea((const unsigned char *)PQgetvalue(result, row, column), &got);
    bool ok = value != NULL && got == size;

    if (ok)
        memcpy(bytes, value, size);
    PQfreemem(value);
    return ok || error_set(err, ERROR_DATABASE, "column %s has %zu bytes instead of %zu",
                           PQfname(result, column), got, size);
}

static int column_of(const PGresult *result, const char *column)
{
    int number = PQfnumber(result, column);

    assert(number >= 0);
    return number;
}

const char *database_value(const PGresult *result, int row, const char *column)
{
    return PQgetvalue(result, row, column_of(result, column));
}

bool database_is_null(const PGresult *result, int row, const char *column)
{
    return PQgetisnull(result, row, column_of(result, column)) == 1;
}

int64_t database_number(const PGresult *result, int row, const char *column)
{
    return atoll(database_value(result, row, column));
}

double database_real(const PGresult *result, int row, const char *column)
{
    return strtod(database_value(result, row, column), NULL);
}

bool database_bool(const PGresult *result, int row, const char *column)
{
    return *database_value(result, row, column) == 't';
}

/* One element in quotes, as array_out writes it: backslash takes the next byte as it is. */
static const char *take_quoted(const char *at, struct text *item)
{
    for (; *at != '\0' && *at != '"'; at++) {
        at += *at == '\\' && at[1] != '\0';
        text_append(item, at, 1);
    }
    return at + (*at == '"');
}

void database_texts(const PGresult *result, int row, const char *column, struct text_list *items)
{
    const char *at = database_value(result, row, column);

    at += *at == '{';
    while (*at != '\0' && *at != '}') {
        struct text item = { 0 };
        size_t plain = strcspn(at, ",}");

        if (*at == '"') {
            at = take_quoted(at + 1, &item);
        } else {
            text_append(&item, at, plain);
            at += plain;
        }
        text_list_add(items, text_string(&item));
        text_clear(&item);
        at += *at == ',';
    }
}
