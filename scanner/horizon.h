/*
 * How far the work of one partition is done without a hole. Pieces are begun in the order of their offsets and end
 * in any order; what lies below the horizon has ended, and only that may be committed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema/base/error.h"

struct horizon {
    int64_t next; /* everything below has ended */
    struct horizon_piece {
        int64_t offset;
        bool ended;
    } * pieces; /* begun, by offset: a ring */
    size_t first, count, room;
};

void horizon_init(struct horizon *horizon, int64_t start);
void horizon_clear(struct horizon *horizon);

/* Above every offset that was begun before; holes in a log are nobody's work. */
void horizon_begin(struct horizon *horizon, int64_t offset);

/* True when the horizon moved. An offset that is not open changes nothing. */
bool horizon_end(struct horizon *horizon, int64_t offset);
