/*
 * The end of a run in a table for a person: how the probes ended, which chains the endpoints serve beside what is
 * planned, who serves what is not planned, and the names whose addresses do not agree. Never more than a screen.
 */
#pragma once

#include "scanner/progress.h"
#include "scanner/tally.h"

/* `at` says which phase runs. */
void summary_write(const struct progress *progress, struct tally *tally, int64_t at, struct text *out);
