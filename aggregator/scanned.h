/*
 * What a scanner says of one probe: the JSON record of schema/json/scan-record.json out of
 * rootshift.scan.results, checked and made into what statements/merge_scan.sql takes apart. Pure. What passes
 * fits every column it is meant for. Which of a campaign's chains was served is not believed: naming.h says
 * it again from the certificates.
 */
#pragma once

#include "schema/base/json.h"

struct scanned {
    struct json content; /* an object; clear it with json_clear() */
    int64_t started_at;  /* Unix seconds */
};

/*
 * ERROR_FORMAT says what is wrong, and goes with the record to the dead letters; fields that this version
 * does not know are no fault, a newer `v` is. `scanned` is filled only when it is true.
 */
MUST_CHECK bool scanned_read(const uint8_t *bytes, size_t size, struct scanned *scanned, struct error *err);
