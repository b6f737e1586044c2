/*
 * One connection to PostgreSQL and the statements of schema/sql on it. Values go in as named
 * parameters, never into the text. Errors carry the server's words and SQLSTATE; those that may pass
 * when tried again (a deadlock, a serialization failure, a lost connection) are ERROR_CONFLICT or
 * ERROR_NETWORK.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "schema/base/error.h"
#include "schema/base/text.h"

struct database;

/* Row of a command's option table, for settings that keep a `const char *` as `member`. */
#define DATABASE_OPTION(settings, member)                                                                    \
    {                                                                                                        \
        "database", OPTION_TEXT, offsetof(settings, member), "CONNINFO",                                     \
            .from_environment = true, .required = true,                                                      \
            .help = "PostgreSQL, as libpq's connection string or URI"                                        \
    }

/*
 * Connect as `part` of the aggregator (its application_name). A server beyond this machine must be
 * verified by a CA file that the string names: ERROR_OPTION without, for the way home must not depend
 * on the trust store that is being migrated. NULL with *err.
 */
struct database *database_open(const char *conninfo, const char *part, struct error *err);
void database_close(struct database *database); /* NULL is fine */

/*
 * Whether the connection was lost: nothing works any more until database_reopen() succeeds, after which the
 * session is new (no temporary tables, no locks, no transaction). Whether a COMMIT that failed with the
 * connection was carried out can only be read from the tables.
 */
bool database_is_lost(const struct database *database);
MUST_CHECK bool database_reopen(struct database *database, struct error *err);

/* The ends of a transaction. `begin` is what follows BEGIN: "", "ISOLATION LEVEL REPEATABLE READ". */
MUST_CHECK bool database_begin(struct database *database, const char *begin, struct error *err);
MUST_CHECK bool database_commit(struct database *database, struct error *err);
void database_rollback(struct database *database); /* also when there is nothing to roll back */

/* Until the end of the transaction rootshift.as_of() is this instant (Unix seconds); 0: now. */
MUST_CHECK bool database_set_time(struct database *database, int64_t at, struct error *err);

/* Several statements without parameters. */
MUST_CHECK bool database_script(struct database *database, const char *sql, struct error *err);

/* Lists end with a row without name. NULL as value is SQL's NULL. Both are borrowed. */
struct parameter {
    const char *name, *value;
};

/*
 * Run schema/sql/statements/STATEMENT.sql. Each of its variables must be among `parameters`. The
 * result is the caller's to PQclear(); NULL with *err, and the transaction is then to be rolled back.
 */
PGresult *database_query(struct database *database, const char *statement, const struct parameter *parameters,
                         struct error *err);

/* The same where no rows are wanted. `changed` may be NULL, else gets the number of rows affected. */
MUST_CHECK bool database_run(struct database *database, const char *statement,
                             const struct parameter *parameters, int64_t *changed, struct error *err);

/* COPY … FROM STDIN: `rows` in text format, as made by copy.h. */
MUST_CHECK bool database_copy_in(struct database *database, const char *copy, const struct text *rows,
                                 struct error *err);

/* COPY … TO STDOUT, a row at a time (borrowed, with its newline). */
MUST_CHECK bool database_copy_out(struct database *database, const char *copy,
                                  void (*take)(void *context, const char *row, size_t size), void *context,
                                  struct error *err);

/* Warnings of the server go to standard error, for a person to read. */
void database_show_notices(struct database *database);

/* Bytes as PostgreSQL's \x… in `out`, which is returned as a string. */
const char *database_bytea(struct text *out, const void *bytes, size_t size);

/* The value of a bytea column, exactly `size` bytes. */
MUST_CHECK bool database_bytes(const PGresult *result, int row, int column, void *bytes, size_t size,
                               struct error *err);

/* A column by its name; our own mistake when the statement has none. */
const char *database_value(const PGresult *result, int row, const char *column);
bool database_is_null(const PGresult *result, int row, const char *column);
int64_t database_number(const PGresult *result, int row, const char *column);
double database_real(const PGresult *result, int row, const char *column);
bool database_bool(const PGresult *result, int row, const char *column);

/* A text[] without NULLs as a list; clear it. */
void database_texts(const PGresult *result, int row, const char *column, struct text_list *items);
