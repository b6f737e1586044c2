#include "schema/tls/span.h"

bool span_take(struct span *rest, size_t size, struct span *taken)
{
    if (rest->size < size)
        return false;
    *taken = (struct span){ rest->at, size };
    *rest = (struct span){ rest->at + size, rest->size - size };
    return true;
}

bool span_take_number(struct span *rest, size_t width, uint32_t *number)
{
    struct span bytes;

    if (!span_take(rest, width, &bytes))
        return false;
    *number = 0;
    for (size_t i = 0; i < width; i++)
        *number = *number << 8 | bytes.at[i];
    return true;
}

bool span_take_vector(struct span *rest, size_t width, struct span *vector)
{
    struct span whole = *rest;
    uint32_t size;

    if (!span_take_number(&whole, width, &size) || !span_take(&whole, size, vector))
        return false;
    *rest = whole;
    return true;
}
