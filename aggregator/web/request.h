/*
 * What somebody asks for: the target of an HTTP request, taken apart and decoded once. Text that is
 * no UTF-8 or holds control characters, and anything beyond the bounds, is refused as a whole.
 */
#pragma once

#include "aggregator/web/language.h"
#include "schema/base/text.h"

#define REQUEST_SEGMENTS 8
#define REQUEST_FIELDS 16
#define REQUEST_TARGET_BYTES 4096

struct request {
    char *segments[REQUEST_SEGMENTS]; /* of the path, decoded: "/campaigns/a%20b" is "campaigns", "a b" */
    size_t segment_count;
    struct {
        char *name, *value;
    } fields[REQUEST_FIELDS]; /* of the query, decoded, in their order */
    size_t field_count;
    const char *arguments[REQUEST_SEGMENTS]; /* what stands for each * of the route; borrowed from segments */
    enum language language;
    bool language_given; /* by ?lang=, so links carry it on */
};

/*
 * `target` as it stands in the request line (RFC 9112 section 3.2.1, origin form); `accept` is the
 * header Accept-Language or NULL. ERROR_FORMAT or ERROR_LIMIT when refused; clear in either case.
 */
MUST_CHECK bool request_parse(const char *target, const char *accept, struct request *request,
                              struct error *err);
void request_clear(struct request *request);

/* The first value of a query field; NULL when it is not there. */
const char *request_field(const struct request *request, const char *name);

/* Percent-encode one segment or value: all but RFC 3986's unreserved characters. */
void request_encode(struct text *out, const char *value);

/* Append `name=value` to a query under construction, with & where needed. */
void request_query_add(struct text *query, const char *name, const char *value);
