/* Whether our own trouble has become the rule: more than half of the last so many. Zeroed is none so far. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SHORTAGE_WINDOW_MAX 64

struct shortage {
    uint64_t ours; /* a bit for each, the newest lowest */
    int count;
};

void shortage_note(struct shortage *shortage, bool ours);

/* Of the last `window`, when there were as many. */
bool shortage_is_rule(const struct shortage *shortage, int window);
