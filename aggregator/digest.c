/*
 * The command `digest`: a SHA-256 per table over all columns but those that the migrations mark
 * `-- arrival`, rows in the order of their text. What "the same tables" means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregator/database.h"
#include "aggregator/migration.h"
#include "aggregator/settings.h"
#include "schema/base/fingerprint.h"
#include "schema/sql/statement.h"

/* "table.column" of each marked line: the word that starts it, under the CREATE TABLE it stands in. */
static void read_marks(const char *sql, struct text_list *marks)
{
    static const char create[] = "CREATE TABLE rootshift.", mark[] = "-- arrival";
    char table[64] = "", column[64];

    for (const char *line = sql; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t size = strcspn(line, "\n");
        struct text name = { 0 };

        if (text_starts(line, create))
            sscanf(line + sizeof(create) - 1, "%63[a-z_]", table);
        if (size < sizeof(mark) - 1 ||
            strncmp(line + size - (sizeof(mark) - 1), mark, sizeof(mark) - 1) != 0 ||
            sscanf(line, " %63[a-z_]", column) != 1)
            continue;
        text_format(&name, "%s.%s", table, column);
        text_list_add(marks, text_string(&name));
        text_clear(&name);
    }
}

static void hash_row(void *context, const char *row, size_t size)
{
    fingerprint_hash_add(context, row, size);
}

/* The columns of one table, from `row` on, that count; returns the row after its last. */
static int list_columns(const PGresult *columns, int row, const struct text_list *marks, struct text *list)
{
    const char *table = database_value(columns, row, "table_name");

    for (; row < PQntuples(columns) && strcmp(database_value(columns, row, "table_name"), table) == 0;
         row++) {
        const char *column = database_value(columns, row, "column_name");
        struct text name = { 0 };

        text_format(&name, "%s.%s", table, column);
        if (!text_list_has(marks, text_string(&name)))
            text_format(list, "%s\"%s\"", list->size > 0 ? ", " : "", column);
        text_clear(&name);
    }
    return row;
}

static bool print_table(struct database *database, const char *table, const char *columns, struct error *err)
{
    struct fingerprint_hash *hash = fingerprint_hash_new();
    struct text copy = { 0 };
    struct fingerprint print;
    char hex[FINGERPRINT_TEXT_BYTES];
    bool ok;

    text_format(&copy,
                "COPY (SELECT line FROM (SELECT ROW(%s)::text AS line FROM rootshift.\"%s\") rows "
                "ORDER BY line COLLATE \"C\") TO STDOUT",
                columns, table);
    ok = database_copy_out(database, text_string(&copy), hash_row, hash, err);
    print = fingerprint_hash_take(hash);
    if (ok)
        printf("%s  %s\n", fingerprint_format(&print, hex), table);
    text_clear(&copy);
    return ok;
}

static bool print_tables(struct database *database, struct error *err)
{
    PGresult *columns = database_query(database, "digest_columns", NULL, err);
    struct text_list marks = { 0 };
    bool ok = columns != NULL;

    for (const struct embedded *file = sql_migrations; file->name != NULL; file++)
        read_marks((const char *)file->start, &marks);
    for (int row = 0; ok && row < PQntuples(columns);) {
        const char *table = database_value(columns, row, "table_name");
        struct text list = { 0 };

        row = list_columns(columns, row, &marks, &list);
        ok = print_table(database, table, text_string(&list), err);
        text_clear(&list);
    }
    text_list_clear(&marks);
    PQclear(columns);
    return ok;
}

int command_digest(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct database *database = database_open(settings->database, "digest", err);
    bool ok = database != NULL && migration_check(database, err) &&
              database_begin(database, "ISOLATION LEVEL REPEATABLE READ READ ONLY", err) &&
              print_tables(database, err);

    (void)arguments;
    database_close(database);
    return ok ? ANSWER_YES : ANSWER_NONE;
}
