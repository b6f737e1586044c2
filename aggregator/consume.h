/*
 * The daemon's loop: partitions of `rootshift.in` as a member of the consumer group, batch by batch into
 * PostgreSQL, with a sweep of the judge behind them. Ends on SIGTERM or SIGINT between two batches.
 */
#pragma once

#include "aggregator/settings.h"

struct database;
struct key;

/* With `settings->once`: until all that the log held at the assignment is applied. */
MUST_CHECK bool consume(const struct settings *settings, struct database *database, const struct key *centre,
                        struct error *err);
