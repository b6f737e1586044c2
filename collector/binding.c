#include "collector/binding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schema/base/input.h"

#define HOSTS_BYTES_MAX (4 * 1024 * 1024)

void binding_list_clear(struct binding_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].address);
    }
    free(list->items);
    *list = (struct binding_list){ 0 };
}

static bool name_fits(const char *pattern, const char *name)
{
    const char *dot = strchr(name, '.');

    if (text_starts(pattern, "*."))
        return dot != NULL && dot != name && strcasecmp(dot + 1, pattern + 2) == 0;
    return strcasecmp(pattern, name) == 0;
}

bool binding_concerns(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        for (size_t j = 0; j < campaign->endpoints[i].server_names.count; j++) {
            if (name_fits(campaign->endpoints[i].server_names.items[j], name))
                return true;
        }
    }
    for (size_t i = 0; i < campaign->affected_names.count; i++) {
        if (name_fits(campaign->affected_names.items[i], name))
            return true;
    }
    return false;
}

static void add(struct binding_list *list, const char *name, const char *address, size_t campaign,
                size_t endpoint)
{
    list->items = array_grow(list->items, list->count, sizeof(*list->items));
    list->items[list->count++] =
        (struct binding){ memory_text(name), memory_text(address), campaign, endpoint };
}

/* hosts(5): an address, then names, up to a "#". */
static void read_line(struct binding_list *list, char *line, struct campaign *const *campaigns, size_t count)
{
    const char *blanks = " \t\r";
    char *rest, *address, *name;

    line[strcspn(line, "#")] = '\0';
    address = strtok_r(line, blanks, &rest);
    if (address == NULL)
        return;
    while ((name = strtok_r(NULL, blanks, &rest)) != NULL) {
        for (size_t i = 0; i < count; i++) {
            if (binding_concerns(campaigns[i], name))
                add(list, name, address, i, host_endpoint_of(campaigns[i], address));
        }
    }
}

void binding_list_read(struct binding_list *list, int root_fd, struct campaign *const *campaigns,
                       size_t count)
{
    struct error err = { 0 };
    struct input input;
    char *rest, *line;

    *list = (struct binding_list){ 0 };
    if (!input_read(root_fd, "/etc/hosts", HOSTS_BYTES_MAX, &input, &err))
        return;
    rest = (char *)input.bytes;
    while ((line = strsep(&rest, "\n")) != NULL)
        read_line(list, line, campaigns, count);
    input_clear(&input);
}
