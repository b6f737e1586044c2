#include "scanner/fence.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/input.h"
#include "schema/base/text.h"

/* A list of every network that is announced anywhere takes a tenth. */
#define LIST_BYTES_MAX ((size_t)512 * 1024 * 1024)

enum { IPV4, IPV6, FAMILIES };

static const int bytes_of[FAMILIES] = { [IPV4] = 4, [IPV6] = 16 };

/* Both ends belong to it. IPv4 in the first four bytes. */
struct range {
    uint8_t first[16], last[16];
};

struct ranges {
    struct range *items;
    size_t count;
};

struct list {
    bool given;
    struct ranges ranges[FAMILIES];
    char verdict[160];
};

struct fence {
    struct list allow, deny;
};

/* --- reading -------------------------------------------------------------------------------------- */

static bool read_prefix(const char *text, int bits, int *prefix, struct error *err)
{
    size_t digits = strspn(text, "0123456789");

    *prefix = digits >= 1 && digits <= 3 && text[digits] == '\0' ? atoi(text) : -1;
    return (*prefix >= 0 && *prefix <= bits) ||
           error_set(err, ERROR_FORMAT, "\"%s\" is no prefix length from 0 to %d", text, bits);
}

/* ::ffff:192.0.2.0/120 is 192.0.2.0/24. The family that it is then. */
static int take_mapped(uint8_t address[16], int *prefix)
{
    if (*prefix < 96 || !IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)address))
        return IPV6;
    memmove(address, address + 12, 4);
    memset(address + 4, 0, 12);
    *prefix -= 96;
    return IPV4;
}

/* From the network's address to its last one. */
static bool span(struct range *range, int family, int prefix, struct error *err)
{
    for (int i = 0; i < bytes_of[family]; i++) {
        int kept = prefix - 8 * i < 0 ? 0 : prefix - 8 * i > 8 ? 8 : prefix - 8 * i;
        uint8_t host = (uint8_t)(0xffU >> kept);

        if ((range->first[i] & host) != 0)
            return error_set(err, ERROR_FORMAT, "bits are set behind the prefix");
        range->last[i] = range->first[i] | host;
    }
    return true;
}

/* `text` is cut at its slash. */
static bool read_network(char *text, int *family, struct range *range, struct error *err)
{
    char *slash = strchr(text, '/');
    int prefix;

    if (slash != NULL)
        *slash++ = '\0';
    *range = (struct range){ 0 };
    *family = strchr(text, ':') != NULL ? IPV6 : IPV4;
    if (inet_pton(*family == IPV6 ? AF_INET6 : AF_INET, text, range->first) != 1)
        return error_set(err, ERROR_FORMAT, "\"%s\" is no address", text);
    prefix = 8 * bytes_of[*family];
    if (slash != NULL && !read_prefix(slash, prefix, &prefix, err))
        return false;
    if (*family == IPV6)
        *family = take_mapped(range->first, &prefix);
    return span(range, *family, prefix, err) || error_within(err, "%s/%s", text, slash != NULL ? slash : "");
}

static bool read_line(struct list *list, char *line, struct error *err)
{
    struct ranges *ranges;
    struct range range;
    int family;

    line[strcspn(line, "#")] = '\0';
    line = text_trim(line);
    if (*line == '\0')
        return true;
    if (!read_network(line, &family, &range, err))
        return false;
    ranges = &list->ranges[family];
    ranges->items = array_grow(ranges->items, ranges->count, sizeof(*ranges->items));
    ranges->items[ranges->count++] = range;
    return true;
}

static int by_first(const void *left, const void *right)
{
    return memcmp(((const struct range *)left)->first, ((const struct range *)right)->first, 16);
}

/* Networks lie within each other or apart; what lies within another goes. */
static void sort_ranges(struct ranges *ranges)
{
    size_t kept = 0;

    if (ranges->count == 0)
        return;
    qsort(ranges->items, ranges->count, sizeof(*ranges->items), by_first);
    for (size_t i = 1; i < ranges->count; i++) {
        struct range *widest = &ranges->items[kept];

        if (memcmp(ranges->items[i].first, widest->last, 16) > 0)
            ranges->items[++kept] = ranges->items[i];
        else if (memcmp(ranges->items[i].last, widest->last, 16) > 0)
            memcpy(widest->last, ranges->items[i].last, 16);
    }
    ranges->count = kept + 1;
}

static bool read_list(struct list *list, const char *path, struct error *err)
{
    struct input input;
    char *rest, *line;
    size_t number = 0;
    bool ok = true;

    if (path == NULL)
        return true;
    list->given = true;
    if (!input_read(INPUT_MACHINE, path, LIST_BYTES_MAX, &input, err))
        return error_within(err, "%s", path);
    if (strlen((const char *)input.bytes) != input.size) /* the lines behind it would not count */
        ok = error_set(err, ERROR_FORMAT, "%s: a NUL byte", path);
    rest = (char *)input.bytes + text_mark_bytes((const char *)input.bytes, input.size);
    while (ok && (line = strsep(&rest, "\n")) != NULL) {
        number++;
        ok = read_line(list, line, err) || error_within(err, "%s:%zu", path, number);
    }
    input_clear(&input);
    for (int family = 0; family < FAMILIES; family++)
        sort_ranges(&list->ranges[family]);
    return ok;
}

struct fence *fence_open(const char *allow, const char *deny, struct error *err)
{
    struct fence *fence = memory_new(sizeof(*fence));

    if (read_list(&fence->allow, allow, err) && read_list(&fence->deny, deny, err)) {
        snprintf(fence->allow.verdict, sizeof(fence->allow.verdict),
                 "not probed: --allow %.100s does not name it", allow);
        snprintf(fence->deny.verdict, sizeof(fence->deny.verdict), "not probed: --deny %.100s names it",
                 deny);
        return fence;
    }
    fence_close(fence);
    return NULL;
}

void fence_close(struct fence *fence)
{
    if (fence == NULL)
        return;
    for (int family = 0; family < FAMILIES; family++) {
        free(fence->allow.ranges[family].items);
        free(fence->deny.ranges[family].items);
    }
    free(fence);
}

/* --- asking --------------------------------------------------------------------------------------- */

static bool names(const struct list *list, int family, const uint8_t address[16])
{
    const struct ranges *ranges = &list->ranges[family];
    size_t low = 0,
           high = ranges->count; /* the last range that begins at or before the address is below high */

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(ranges->items[middle].first, address, 16) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && memcmp(ranges->items[low - 1].last, address, 16) >= 0;
}

static int family_of(const struct sockaddr_storage *address, uint8_t bytes[16])
{
    int prefix = 128;

    memset(bytes, 0, 16);
    if (address->ss_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)address)->sin_addr, 4);
        return IPV4;
    }
    memcpy(bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    return take_mapped(bytes, &prefix);
}

const char *fence_denies(const struct fence *fence, const struct sockaddr_storage *address)
{
    uint8_t bytes[16];
    int family = family_of(address, bytes);

    if (names(&fence->deny, family, bytes))
        return fence->deny.verdict;
    if (fence->allow.given && !names(&fence->allow, family, bytes))
        return fence->allow.verdict;
    return NULL;
}
