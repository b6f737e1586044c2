/*
 * Places at which a test lets the program die as by kill -9. ROOTSHIFT_FAILPOINT=PLACE[:N] names one and,
 * with N, the N-th time that it is passed; without the variable a place costs one look at the environment.
 */
#pragma once

/* The batch's rows are in the staging table, nothing is merged. */
#define FAILPOINT_AFTER_COPY "after-copy"
/* Everything is written, the offsets too, and nothing is committed. */
#define FAILPOINT_BEFORE_COMMIT "before-commit"
/* Committed, and neither our own list nor Kafka knows. */
#define FAILPOINT_AFTER_COMMIT "after-commit"

/* Does not return when the environment says so. From one thread only. */
void failpoint(const char *place);
