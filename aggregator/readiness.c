#include "aggregator/readiness.h"

#include <stdio.h>
#include <string.h>

#include "aggregator/finding.h"
#include "aggregator/grid.h"
#include "aggregator/migration.h"
#include "aggregator/settings.h"
#include "schema/base/clock.h"
#include "schema/base/json.h"
#include "schema/campaign/verdict.h"

static void write_count(struct json *json, const PGresult *rows, int row, const char *key, const char *column)
{
    json_key(json, key);
    if (database_is_null(rows, row, column))
        json_null(json);
    else
        json_number(json, database_number(rows, row, column));
}

static void write_bounds(struct json *json, const PGresult *rows, int row, const char *key, const char *low,
                         const char *high)
{
    json_key(json, key);
    json_array(json);
    json_real(json, database_real(rows, row, low));
    json_real(json, database_real(rows, row, high));
    json_array_end(json);
}

static void write_partner(struct json *json, const PGresult *rows, int row)
{
    json_object(json);
    json_key_text(json, "id", database_value(rows, row, "partner"));
    json_key_text(json, "verdict", database_value(rows, row, "verdict"));
    json_key(json, "reasons");
    json_raw(json, database_value(rows, row, "reasons"));
    json_key(json, "hosts");
    json_object(json);
    write_count(json, rows, row, "expected", "hosts_expected");
    write_count(json, rows, row, "seen", "hosts_seen");
    write_count(json, rows, row, "covered", "hosts_covered");
    write_count(json, rows, row, "ready", "hosts_ready");
    write_count(json, rows, row, "not_ready", "hosts_not_ready");
    write_count(json, rows, row, "unknown", "hosts_unknown");
    json_object_end(json);
    write_bounds(json, rows, row, "ready", "ready_low", "ready_high");
    write_bounds(json, rows, row, "coverage", "coverage_low", "coverage_high");
    write_count(json, rows, row, "waived", "waived");
    json_object_end(json);
}

/* Rows come sorted by phase: a new one opens an object of its own. */
static bool opens_phase(const PGresult *rows, int row)
{
    return row == 0 ||
           strcmp(database_value(rows, row, "phase"), database_value(rows, row - 1, "phase")) != 0;
}

static bool closes_phase(const PGresult *rows, int row)
{
    return row + 1 == PQntuples(rows) || opens_phase(rows, row + 1);
}

static void print_json(const PGresult *rows, const char *campaign, struct text *out)
{
    struct json json = { 0 };

    json_object(&json);
    json_key_text(&json, "campaign", campaign);
    json_key_number(&json, "version", database_number(rows, 0, "version"));
    json_key_instant(&json, "as_of", database_number(rows, 0, "as_of"));
    json_key(&json, "phases");
    json_object(&json);
    for (int row = 0; row < PQntuples(rows); row++) {
        if (opens_phase(rows, row)) {
            json_key(&json, database_value(rows, row, "phase"));
            json_object(&json);
            json_key(&json, "partners");
            json_array(&json);
        }
        if (!database_is_null(rows, row, "partner"))
            write_partner(&json, rows, row);
        if (closes_phase(rows, row)) {
            json_array_end(&json);
            json_object_end(&json);
        }
    }
    json_object_end(&json);
    json_object_end(&json);
    text_format(out, "%s\n", text_string(&json.text));
    json_clear(&json);
}

/* ["a","b"] of PostgreSQL as "a, b": reason codes have no character that JSON escapes. */
static void join_reasons(const char *json, struct text *out)
{
    for (const char *at = json; *at != '\0'; at++) {
        if (*at == ',')
            text_add(out, ", ");
        else if (strchr("[]\"", *at) == NULL)
            text_append(out, at, 1);
    }
}

static void print_heading(const PGresult *rows, int row, struct text *out)
{
    char starts[CLOCK_TEXT_BYTES], ready_by[CLOCK_TEXT_BYTES];
    const char *zone = database_value(rows, row, "zone");

    text_format(out, "%sphase %s: %s%s, starts %s, ready by %s (%s)\n\n", row > 0 ? "\n" : "",
                database_value(rows, row, "phase"), database_value(rows, row, "phase_verdict"),
                database_bool(rows, row, "ended") ? " (ended)" : "",
                clock_format_date(database_number(rows, row, "starts_at"), zone, starts),
                clock_format_date(database_number(rows, row, "ready_by_at"), zone, ready_by),
                database_value(rows, row, "source"));
}

static void add_row(struct grid *grid, const PGresult *rows, int row)
{
    struct text reasons = { 0 };

    join_reasons(database_value(rows, row, "reasons"), &reasons);
    grid_cell(grid, database_value(rows, row, "partner"));
    grid_cell(grid, database_value(rows, row, "verdict"));
    grid_cell(grid, database_is_null(rows, row, "hosts_expected")
                        ? "?"
                        : database_value(rows, row, "hosts_expected"));
    grid_cell(grid, database_value(rows, row, "hosts_ready"));
    grid_cell(grid, database_value(rows, row, "hosts_not_ready"));
    grid_cell(grid, database_value(rows, row, "hosts_unknown"));
    grid_cell_format(grid, "%.0f-%.0f%%", 100 * database_real(rows, row, "ready_low"),
                     100 * database_real(rows, row, "ready_high"));
    grid_cell_format(grid, "%.0f-%.0f%%", 100 * database_real(rows, row, "coverage_low"),
                     100 * database_real(rows, row, "coverage_high"));
    grid_cell(grid, database_value(rows, row, "waived"));
    grid_cell(grid, text_string(&reasons));
    text_clear(&reasons);
}

static void print_text(const PGresult *rows, const char *campaign, struct text *out)
{
    static const char *const heads[] = { "partner", "verdict",           "expected", "ready",  "not ready",
                                         "unknown", "ready of expected", "coverage", "waived", "reasons" };
    struct grid grid = { .columns = sizeof(heads) / sizeof(heads[0]) };
    char as_of[CLOCK_TEXT_BYTES];

    text_format(out, "campaign %s version %s as of %s\n\n", campaign, database_value(rows, 0, "version"),
                clock_format(database_number(rows, 0, "as_of"), as_of));
    for (int row = 0; row < PQntuples(rows); row++) {
        if (opens_phase(rows, row)) {
            print_heading(rows, row, out);
            for (size_t i = 0; i < grid.columns; i++)
                grid_cell(&grid, heads[i]);
        }
        if (!database_is_null(rows, row, "partner"))
            add_row(&grid, rows, row);
        if (closes_phase(rows, row))
            grid_print(&grid, "  ", out);
    }
}

/* The worst of the phases that are not over yet. */
static int answer_of(const PGresult *rows)
{
    static const int answers[] = {
        [VERDICT_READY] = ANSWER_YES, [VERDICT_NOT_READY] = ANSWER_NO, [VERDICT_UNKNOWN] = ANSWER_UNDECIDED
    };
    enum verdict worst = VERDICT_READY, verdict;

    for (int row = 0; row < PQntuples(rows); row++) {
        if (!database_bool(rows, row, "ended") &&
            verdict_parse(database_value(rows, row, "phase_verdict"), &verdict))
            worst = verdict_worse(worst, verdict);
    }
    return answers[worst];
}

bool readiness_json(struct database *database, const char *campaign, struct text *out, struct error *err)
{
    PGresult *rows = database_query(
        database, "readiness", (struct parameter[]){ { "campaign", campaign }, { "phase", "" }, { 0 } }, err);
    bool ok =
        rows != NULL && (PQntuples(rows) > 0 || error_set(err, ERROR_ABSENT, "no campaign \"%s\"", campaign));

    if (ok)
        print_json(rows, campaign, out);
    PQclear(rows);
    return ok;
}

/* Beside the table, so that the table is the same whatever hosts say of themselves. */
static bool point_at_findings(const struct settings *settings, struct database *database, struct error *err)
{
    int64_t hosts;

    if (settings->json)
        return true;
    if (!finding_count(database, settings->campaign, &hosts, err))
        return false;
    if (hosts > 0)
        fprintf(stderr, "the centre has findings about %lld hosts: see --findings\n", (long long)hosts);
    return true;
}

static int print_findings(const struct settings *settings, struct database *database, struct error *err)
{
    struct text out = { 0 };
    int count;

    if (!finding_print(database, settings->campaign, settings->json, &out, &count, err))
        return ANSWER_NONE;
    fputs(text_string(&out), stdout);
    text_clear(&out);
    return count == 0 ? ANSWER_YES : ANSWER_NO;
}

static int print_readiness(const struct settings *settings, struct database *database, struct error *err)
{
    const char *phase = settings->phase != NULL ? settings->phase : "";
    PGresult *rows = database_query(
        database, "readiness",
        (struct parameter[]){ { "campaign", settings->campaign }, { "phase", phase }, { 0 } }, err);
    struct text out = { 0 };
    int answer = ANSWER_NONE;

    if (rows != NULL && PQntuples(rows) == 0) {
        error_set(err, ERROR_ABSENT, "no campaign \"%s\"%s%s", settings->campaign,
                  *phase != '\0' ? " with phase " : "", phase);
    } else if (rows != NULL) {
        (settings->json ? print_json : print_text)(rows, settings->campaign, &out);
        fputs(text_string(&out), stdout);
        answer = point_at_findings(settings, database, err) ? answer_of(rows) : ANSWER_NONE;
    }
    text_clear(&out);
    PQclear(rows);
    return answer;
}

int command_readiness(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct database *database = database_open(settings->database, "readiness", err);
    int answer = ANSWER_NONE;

    (void)arguments;
    if (database != NULL && migration_check(database, err) &&
        database_begin(database, "ISOLATION LEVEL REPEATABLE READ READ ONLY", err) &&
        database_set_time(database, settings->time, err))
        answer = (settings->findings ? print_findings : print_readiness)(settings, database, err);
    database_close(database);
    return answer;
}
