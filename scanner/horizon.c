#include "scanner/horizon.h"

#include <assert.h>
#include <stdlib.h>

#include "schema/base/text.h"

#define ROOM_FIRST 64

void horizon_init(struct horizon *horizon, int64_t start)
{
    *horizon = (struct horizon){ .next = start };
}

void horizon_clear(struct horizon *horizon)
{
    free(horizon->pieces);
    *horizon = (struct horizon){ 0 };
}

static struct horizon_piece *piece_at(const struct horizon *horizon, size_t number)
{
    return &horizon->pieces[(horizon->first + number) % horizon->room];
}

static void grow(struct horizon *horizon)
{
    size_t room = horizon->room > 0 ? horizon->room * 2 : ROOM_FIRST;
    struct horizon_piece *pieces = memory_new(room * sizeof(*pieces));

    for (size_t i = 0; i < horizon->count; i++)
        pieces[i] = *piece_at(horizon, i);
    free(horizon->pieces);
    horizon->pieces = pieces;
    horizon->first = 0;
    horizon->room = room;
}

void horizon_begin(struct horizon *horizon, int64_t offset)
{
    if (horizon->count == 0)
        horizon->next = offset;
    assert(horizon->count == 0 || piece_at(horizon, horizon->count - 1)->offset < offset);
    if (horizon->count == horizon->room)
        grow(horizon);
    *piece_at(horizon, horizon->count) = (struct horizon_piece){ offset, false };
    horizon->count++;
}

/* NULL when it is not open. */
static struct horizon_piece *find(const struct horizon *horizon, int64_t offset)
{
    size_t low = 0, high = horizon->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (piece_at(horizon, middle)->offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < horizon->count && piece_at(horizon, low)->offset == offset ? piece_at(horizon, low) : NULL;
}

bool horizon_end(struct horizon *horizon, int64_t offset)
{
    struct horizon_piece *piece = find(horizon, offset);
    int64_t before = horizon->next;

    if (piece == NULL)
        return false;
    piece->ended = true;
    while (horizon->count > 0 && piece_at(horizon, 0)->ended) {
        horizon->next = piece_at(horizon, 0)->offset + 1;
        horizon->first = (horizon->first + 1) % horizon->room;
        horizon->count--;
    }
    if (horizon->count > 0 && horizon->next != before)
        horizon->next = piece_at(horizon, 0)->offset; /* what lies between is no work */
    return horizon->next != before;
}
