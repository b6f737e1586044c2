#include "scanner/shortage.h"

void shortage_note(struct shortage *shortage, bool ours)
{
    shortage->ours = shortage->ours << 1 | (ours ? 1 : 0);
    shortage->count += shortage->count < SHORTAGE_WINDOW_MAX ? 1 : 0;
}

bool shortage_is_rule(const struct shortage *shortage, int window)
{
    uint64_t last = window < 64 ? shortage->ours & ((UINT64_C(1) << window) - 1) : shortage->ours;

    return shortage->count >= window && 2 * __builtin_popcountll(last) > window;
}
