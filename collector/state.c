#include "collector/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/base/text.h"

#define BUSY_TIMEOUT_MS 10000
#define VERSION 1 /* PRAGMA user_version */

struct state {
    sqlite3 *database;
    char *directory, *key_path;
};

/*
 * Times are Unix seconds. The outbox and the memory are bounded by what writes them. A host's key and
 * its place in a sequence must outlive everything, so nothing ever deletes from `identity`.
 */
static const char schema[] =
    "CREATE TABLE identity ("
    " only INTEGER PRIMARY KEY CHECK (only = 1), partner TEXT NOT NULL, host TEXT NOT NULL,"
    " environment TEXT NOT NULL, centre BLOB NOT NULL, brokers TEXT, kafka_conf TEXT,"
    " enrolment BLOB NOT NULL, enrolled_at INTEGER NOT NULL);"
    "CREATE TABLE sequence (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL);"
    "INSERT INTO sequence VALUES (1, 0);"
    "CREATE TABLE outbox ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, digest BLOB NOT NULL, sealed BLOB NOT "
    "NULL,"
    " made_at INTEGER NOT NULL);"
    "CREATE TABLE outbox_dropped (only INTEGER PRIMARY KEY CHECK (only = 1), records INTEGER NOT NULL,"
    " last_at INTEGER NOT NULL);"
    "INSERT INTO outbox_dropped VALUES (1, 0, 0);"
    "CREATE TABLE manifest_delivered (digest BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE store_seen ("
    " id TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL, changed_s INTEGER NOT NULL,"
    " changed_ns INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    " PRIMARY KEY (path, digest, changed_s, changed_ns)) WITHOUT ROWID;"
    "CREATE TABLE trust_seen ("
    " client TEXT NOT NULL, digest BLOB NOT NULL, manifest BLOB NOT NULL, first_seen INTEGER NOT NULL,"
    " last_seen INTEGER NOT NULL, PRIMARY KEY (client, first_seen, digest)) WITHOUT ROWID;"
    "CREATE TABLE probe_spent ("
    " campaign TEXT NOT NULL, endpoint TEXT NOT NULL, day INTEGER NOT NULL, made INTEGER NOT NULL,"
    " PRIMARY KEY (campaign, endpoint, day)) WITHOUT ROWID;";

static bool refuse(sqlite3 *database, int code, struct error *err, const char *what)
{
    enum error_kind kind = code == SQLITE_BUSY                               ? ERROR_CONFLICT
                           : code == SQLITE_PERM || code == SQLITE_READONLY  ? ERROR_DENIED
                           : code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? ERROR_FORMAT
                           : code == SQLITE_FULL                             ? ERROR_LIMIT
                                                                             : ERROR_DATABASE;

    return error_set(err, kind, "%s: %s", what, sqlite3_errmsg(database));
}

bool state_execute(struct state *state, const char *sql, struct error *err)
{
    int code = sqlite3_exec(state->database, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || refuse(state->database, code & 0xff, err, "state");
}

bool state_begin(struct state *state, struct error *err)
{
    return state_execute(state, "BEGIN IMMEDIATE", err);
}

bool state_end(struct state *state, bool ok, struct error *err)
{
    struct error ignored;

    if (ok && state_execute(state, "COMMIT", err))
        return true;
    (void)!state_execute(state, "ROLLBACK", &ignored); /* the first error is the one to tell */
    return false;
}

static bool make_directory(const char *path, struct error *err)
{
    char *partial = memory_text(path);
    bool ok = true;

    for (char *slash = strchr(partial + 1, '/'); ok && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ok = mkdir(partial, 0755) == 0 || errno == EEXIST;
        *slash = '/';
    }
    ok = ok && (mkdir(partial, 0700) == 0 || errno == EEXIST);
    free(partial);
    return ok || error_errno(err, "state directory %s", path);
}

static int version_of(struct state *state)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;

    if (sqlite3_prepare_v2(state->database, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

/* A new database gets its tables, and all of them at once. */
static bool make_tables(struct state *state, struct error *err)
{
    bool ok;

    if (!state_begin(state, err))
        return false;
    ok = version_of(state) == VERSION || /* somebody was quicker */
         (state_execute(state, schema, err) && state_execute(state, "PRAGMA user_version = 1", err));
    return state_end(state, ok, err);
}

static bool open_database(struct state *state, const char *path, bool writing, struct error *err)
{
    int flags = writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    mode_t mask = umask(077);
    int code = sqlite3_open_v2(path, &state->database, flags, NULL), version;

    umask(mask);
    if (code != SQLITE_OK)
        return refuse(state->database, code & 0xff, err, "open");
    sqlite3_busy_timeout(state->database, BUSY_TIMEOUT_MS);
    /* 256 KiB of page cache: what is idle must stay small. FULL: a report that was promised is on the disk. */
    if (!state_execute(state,
                       "PRAGMA cache_size = -256; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON", err))
        return false;
    version = version_of(state);
    if (version == 0 && writing)
        return make_tables(state, err);
    if (version == 0)
        return error_set(err, ERROR_ABSENT, "it is empty");
    return version == VERSION || version < 0
               ? version > 0 || refuse(state->database, sqlite3_errcode(state->database) & 0xff, err, "read")
               : error_set(err, ERROR_CONFLICT, "made by another version of this program (%d, not %d)",
                           version, VERSION);
}

struct state *state_open(const char *directory, bool writing, struct error *err)
{
    struct state *state = memory_new(sizeof(*state));
    struct text path = { 0 };
    bool ok;

    state->directory = memory_text(directory);
    text_format(&path, "%s/key.pem", directory);
    state->key_path = text_take(&path);
    text_format(&path, "%s/collector.db", directory);
    if (writing)
        ok = make_directory(directory, err);
    else
        ok = access(path.bytes, F_OK) == 0 || error_errno(err, "%s", path.bytes);
    ok = ok && (open_database(state, path.bytes, writing, err) || error_within(err, "%s", path.bytes));
    text_clear(&path);
    if (!ok) {
        state_close(state);
        return NULL;
    }
    return state;
}

void state_close(struct state *state)
{
    if (state == NULL)
        return;
    sqlite3_close(state->database);
    free(state->directory);
    free(state->key_path);
    free(state);
}

const char *state_key_path(const struct state *state)
{
    return state->key_path;
}

static void bind(sqlite3_stmt *statement, const char *letters, va_list values)
{
    for (int i = 1; *letters != '\0'; i++, letters++) {
        if (*letters == 'i') {
            sqlite3_bind_int64(statement, i, va_arg(values, int64_t));
        } else if (*letters == 't') {
            sqlite3_bind_text(statement, i, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
        } else {
            const void *bytes = va_arg(values, const void *);
            size_t size = va_arg(values, size_t);

            sqlite3_bind_blob64(statement, i, bytes == NULL ? "" : bytes, size, SQLITE_TRANSIENT);
        }
    }
}

static sqlite3_stmt *prepare(struct state *state, struct error *err, const char *sql, const char *letters,
                             va_list values)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(state->database, sql, -1, &statement, NULL);

    if (code != SQLITE_OK) {
        refuse(state->database, code & 0xff, err, "state");
        return NULL;
    }
    bind(statement, letters, values);
    return statement;
}

sqlite3_stmt *state_prepare(struct state *state, struct error *err, const char *sql, const char *letters, ...)
{
    sqlite3_stmt *statement;
    va_list values;

    va_start(values, letters);
    statement = prepare(state, err, sql, letters, values);
    va_end(values);
    return statement;
}

bool state_row(sqlite3_stmt *statement, struct error *err)
{
    int code = sqlite3_step(statement);

    err->kind = ERROR_NONE;
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        refuse(sqlite3_db_handle(statement), code & 0xff, err, "state");
    return false;
}

bool state_run(struct state *state, struct error *err, const char *sql, const char *letters, ...)
{
    sqlite3_stmt *statement;
    va_list values;

    va_start(values, letters);
    statement = prepare(state, err, sql, letters, values);
    va_end(values);
    if (statement == NULL)
        return false;
    while (state_row(statement, err))
        ;
    sqlite3_finalize(statement);
    return err->kind == ERROR_NONE;
}

int64_t state_changes(struct state *state)
{
    return sqlite3_changes(state->database);
}
