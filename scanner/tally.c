#include "scanner/tally.h"

#include <stdlib.h>
#include <string.h>

void tally_clear(struct tally *tally)
{
    for (size_t i = 0; i < tally->row_count; i++)
        text_list_clear(&tally->rows[i].first);
    free(tally->rows);
    text_list_clear(&tally->names);
    *tally = (struct tally){ 0 };
}

/* The campaign's own word, so that rows can be compared by it; "" where it has none. */
static const char *find_endpoint(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; name != NULL && i < campaign->endpoint_count; i++) {
        if (strcmp(campaign->endpoints[i].name, name) == 0)
            return campaign->endpoints[i].name;
    }
    return "";
}

static struct tally_row *find_row(struct tally *tally, const char *endpoint, size_t chain, bool known)
{
    struct tally_row *row;

    for (size_t i = 0; i < tally->row_count; i++) {
        row = &tally->rows[i];
        if (row->chain == chain && row->known == known && strcmp(row->endpoint, endpoint) == 0)
            return row;
    }
    tally->rows = array_grow(tally->rows, tally->row_count, sizeof(*tally->rows));
    row = &tally->rows[tally->row_count++];
    *row = (struct tally_row){ .endpoint = endpoint, .chain = chain, .known = known };
    return row;
}

static void name_place(struct tally_row *row, const struct tally_place *place)
{
    struct text name = { 0 };

    text_add(&name, place->address);
    if (place->name != NULL)
        text_format(&name, " (%s)", place->name);
    text_list_add(&row->first, text_string(&name));
    text_clear(&name);
}

void tally_add(struct tally *tally, const struct tally_place *place)
{
    const char *endpoint = find_endpoint(tally->campaign, place->endpoint);
    struct tally_row *row = find_row(tally, endpoint, place->chain, place->known);

    if (row->places++ < TALLY_PLACES)
        name_place(row, place);
}

void tally_add_name(struct tally *tally, const char *sentence)
{
    if (tally->different++ < TALLY_NAMES)
        text_list_add(&tally->names, sentence);
}

static int by_endpoint(const void *a, const void *b)
{
    const struct tally_row *left = a, *right = b;
    int order = strcmp(left->endpoint, right->endpoint);

    return order != 0 ? order : (left->chain > right->chain) - (left->chain < right->chain);
}

struct rollout_row *tally_rollout_rows(struct tally *tally)
{
    struct rollout_row *rows = memory_new((tally->row_count + 1) * sizeof(*rows));

    if (tally->row_count > 0)
        qsort(tally->rows, tally->row_count, sizeof(*tally->rows), by_endpoint);
    for (size_t i = 0; i < tally->row_count; i++) {
        const struct tally_row *row = &tally->rows[i];

        rows[i] = (struct rollout_row){
            .endpoint = row->endpoint,
            .places = row->places,
            .named = row->known,
            .chain = row->chain != ROLLOUT_OTHER ? tally->campaign->chains[row->chain].name : NULL,
        };
    }
    return rows;
}
