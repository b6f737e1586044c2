/*
 * The schema's version: numbered files, applied once each and in order, in a transaction of its own,
 * under an advisory lock, with the checksum of what was applied. Views and roles hold no data and are
 * made anew by each run.
 */
#pragma once

#include "aggregator/database.h"

struct migration_result {
    int applied; /* how many files were new */
    int version; /* that the database has now */
};

/*
 * Bring the database to this program's version. ERROR_CONFLICT when a file that was applied is not
 * the one we carry, or the database is newer than we are: nothing is changed then.
 */
MUST_CHECK bool migration_apply(struct database *database, struct migration_result *result,
                                struct error *err);

/* ERROR_CONFLICT unless the database has exactly the version that this program knows. Reads only. */
MUST_CHECK bool migration_check(struct database *database, struct error *err);
