/*
 * The daemon's loop: partitions of `rootshift.in` and of what scanners write, as a member of the consumer group,
 * batch by batch into PostgreSQL, with sweeps of the judge and of the naming behind them. Ends on SIGTERM or SIGINT between two batches.
 *
 * When the database goes away everything in hand is put down, and taken up again from its offsets once it is
 * back: whether the last COMMIT was carried out, only the tables know.
 */
#pragma once

#include "aggregator/settings.h"

struct database;
struct key;

/* With `settings->once`: until all that the log held at the assignment is applied. */
MUST_CHECK bool consume(const struct settings *settings, struct database *database, const struct key *centre,
                        struct error *err);
