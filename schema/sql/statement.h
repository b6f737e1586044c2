/*
 * The statements that the aggregator runs, each a file here that also runs in psql: parameters are
 * written as psql's variables, :'name' (`psql -v name=value -f readiness.sql`). For libpq they become
 * $1, $2, … in the order of their first appearance.
 */
#pragma once

#include "schema/base/embedded.h"
#include "schema/base/text.h"

/* Numbered files, in order; each is applied once, in a transaction of its own. */
extern const struct embedded sql_migrations[];

/* Everything else: views and roles, made anew by each `migrate`, and single statements. */
extern const struct embedded sql_statements[];

/* The text of NAME.sql; our own mistake when there is none. */
const char *statement_text(const char *name);

/*
 * `sql` with its variables numbered. `names` gets each variable once, so that names->items[i] is
 * $(i + 1). Comments and quoted text are left alone. The result is the caller's to free.
 */
char *statement_number(const char *sql, struct text_list *names);
