/* Partners as the platform's owner lists them: one CSV file, imported whole or not at all. */
#pragma once

#include "aggregator/database.h"

/* The columns, in any order: the header row names them. */
#define PARTNER_COLUMNS "id,name,language,contact,expected_hosts,traffic_share,critical,cohort,networks"

/* Rows that could not be taken: each a sentence with line and field. */
struct partner_problems {
    struct text_list sentences;
    size_t rows; /* that were fine */
};

/*
 * Check a file's text and add to `json` the array of its rows, as statements/partner_import.sql takes them.
 * Pure. False, with *err for the whole file (no header, broken quoting); what is wrong with single
 * rows is in `problems`, and then nothing may be imported.
 */
MUST_CHECK bool partner_read(const char *csv, size_t size, struct text *json,
                             struct partner_problems *problems, struct error *err);
void partner_problems_clear(struct partner_problems *problems);

/* Insert or update all rows in one transaction; partners that the file does not name stay. */
MUST_CHECK bool partner_import(struct database *database, const char *json, int64_t at, struct error *err);

/* ERROR_ABSENT, with what to do about it, for one that was never imported. */
MUST_CHECK bool partner_exists(struct database *database, const char *id, struct error *err);
