#include "scanner/seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/record.h"
#include "schema/base/text.h"

#define ROOM_FIRST 1024

/* Where a half is, or the free place where it would be. */
static struct seen_half *find(const struct seen *seen, const struct seen_half *half)
{
    size_t at = half->low & (seen->room - 1);

    while ((seen->halves[at].high != 0 || seen->halves[at].low != 0) &&
           (seen->halves[at].high != half->high || seen->halves[at].low != half->low))
        at = (at + 1) & (seen->room - 1);
    return &seen->halves[at];
}

static void grow(struct seen *seen)
{
    struct seen larger = { .room = seen->room == 0 ? ROOM_FIRST : 2 * seen->room, .count = seen->count };

    larger.halves = memory_new(larger.room * sizeof(*larger.halves));
    for (size_t i = 0; i < seen->room; i++) {
        if (seen->halves[i].high != 0 || seen->halves[i].low != 0)
            *find(&larger, &seen->halves[i]) = seen->halves[i];
    }
    free(seen->halves);
    *seen = larger;
}

bool seen_add(struct seen *seen, const struct fingerprint *print)
{
    struct seen_half half, *place;

    memcpy(&half.high, print->bytes, sizeof(half.high));
    memcpy(&half.low, print->bytes + sizeof(half.high), sizeof(half.low));
    if (half.high == 0 && half.low == 0)
        half.low = 1; /* zero marks a free place */
    if (2 * (seen->count + 1) > seen->room)
        grow(seen);
    place = find(seen, &half);
    if (place->high == half.high && place->low == half.low)
        return false;
    *place = half;
    seen->count++;
    return true;
}

static void add_shown(void *context, const struct fingerprint *print)
{
    (void)seen_add(context, print);
}

bool seen_read(struct seen *seen, const char *path, uint64_t *records, struct error *err)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    bool ok;

    if (file == NULL)
        return error_errno(err, "%s", path);
    for (*records = 0; (size = getline(&line, &room, file)) > 0; ++*records)
        record_walk_shown(line, (size_t)size, add_shown, seen);
    ok = ferror(file) == 0 || error_errno(err, "%s", path);
    free(line);
    fclose(file);
    return ok;
}

void seen_clear(struct seen *seen)
{
    free(seen->halves);
    *seen = (struct seen){ 0 };
}
