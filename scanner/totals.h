/* What a run has counted; in its metadata, and in a checkpoint, since a resumed run counts on. */
#pragma once

#include "schema/base/json.h"
#include "schema/base/tree.h"
#include "schema/tls/outcome.h"

struct totals {
    uint64_t records, certificates;
    uint64_t unexamined;                   /* records whose chain there was no time to look at */
    uint64_t outcomes[STAGES][CLASSES];    /* of the records */
    uint64_t names_alike, names_different; /* names with several addresses, by the chains these serve */
};

/* Members of an open JSON object, and back. ERROR_FORMAT when one is missing or is none of ours. */
void totals_write(const struct totals *totals, struct json *json);
MUST_CHECK bool totals_read(struct totals *totals, tree_value object, struct error *err);
