#include "aggregator/finding.h"

#include "aggregator/grid.h"
#include "schema/base/json.h"

static const char *const columns[] = { "partner", "host", "code", "subject", "text", "source" };

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void print_json(const PGresult *rows, struct text *out)
{
    struct json json = { 0 };

    json_array(&json);
    for (int row = 0; row < PQntuples(rows); row++) {
        json_object(&json);
        for (size_t i = 0; i < COLUMNS; i++)
            json_key_text(&json, columns[i], database_value(rows, row, columns[i]));
        json_object_end(&json);
    }
    json_array_end(&json);
    text_format(out, "%s\n", text_string(&json.text));
    json_clear(&json);
}

static void print_text(const PGresult *rows, struct text *out)
{
    struct grid grid = { .columns = COLUMNS };

    for (size_t i = 0; i < COLUMNS; i++)
        grid_cell(&grid, columns[i]);
    for (int row = 0; row < PQntuples(rows); row++) {
        for (size_t i = 0; i < COLUMNS; i++)
            grid_cell(&grid, database_value(rows, row, columns[i]));
    }
    grid_print(&grid, "", out);
}

static bool is_known(struct database *database, const char *campaign, struct error *err)
{
    PGresult *rows = database_query(database, "campaign_newest",
                                    (struct parameter[]){ { "campaign", campaign }, { 0 } }, err);
    bool known = rows != NULL && PQntuples(rows) == 1;

    if (rows != NULL && !known)
        error_set(err, ERROR_ABSENT, "no campaign \"%s\"", campaign);
    PQclear(rows);
    return known;
}

bool finding_print(struct database *database, const char *campaign, bool json, struct text *out, int *count,
                   struct error *err)
{
    const struct parameter parameters[] = { { "campaign", campaign }, { 0 } };
    PGresult *rows =
        is_known(database, campaign, err) ? database_query(database, "findings", parameters, err) : NULL;

    if (rows == NULL)
        return false;
    *count = PQntuples(rows);
    if (json)
        print_json(rows, out);
    else if (*count == 0)
        text_add(out, "no findings\n");
    else
        print_text(rows, out);
    PQclear(rows);
    return true;
}

bool finding_count(struct database *database, const char *campaign, int64_t *hosts, struct error *err)
{
    PGresult *rows = database_query(database, "findings_count",
                                    (struct parameter[]){ { "campaign", campaign }, { 0 } }, err);

    *hosts = rows != NULL ? database_number(rows, 0, "hosts") : 0;
    PQclear(rows);
    return rows != NULL;
}
