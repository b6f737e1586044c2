/*
 * Which page answers a path: a table of patterns. A `*` stands for one segment that is not empty;
 * "*.pem" for one that ends so. What they stand for, whole, are the request's arguments.
 */
#pragma once

#include "aggregator/web/page.h"
#include "aggregator/web/request.h"

/* The first row that fits, with request->arguments set; NULL for none. The table ends with a row without pattern. */
const struct route *route_find(const struct route *routes, struct request *request);
