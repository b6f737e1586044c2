#include "aggregator/web/route.h"

#include <string.h>

/* Does one segment of the pattern, `size` bytes, stand for this one? */
static bool fits(const char *pattern, size_t size, char *segment, const char **argument)
{
    size_t length = strlen(segment);

    if (*pattern != '*')
        return length == size && memcmp(pattern, segment, size) == 0;
    if (length < size || memcmp(segment + length - (size - 1), pattern + 1, size - 1) != 0)
        return false;
    *argument = segment;
    return true;
}

static bool route_fits(const struct route *route, struct request *request)
{
    const char *pattern = route->pattern;
    size_t segment = 0, argument = 0;

    while (*pattern == '/' && pattern[1] != '\0') {
        size_t size = strcspn(++pattern, "/");

        if (segment == request->segment_count ||
            !fits(pattern, size, request->segments[segment], &request->arguments[argument]))
            return false;
        argument += *pattern == '*';
        segment++;
        pattern += size;
    }
    return segment == request->segment_count;
}

const struct route *route_find(const struct route *routes, struct request *request)
{
    for (const struct route *route = routes; route->pattern != NULL; route++) {
        memset(request->arguments, 0, sizeof(request->arguments));
        if (route_fits(route, request))
            return route;
    }
    return NULL;
}
