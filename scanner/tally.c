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
    if (tally->names.count < TALLY_NAMES)
        text_list_add(&tally->names, sentence);
}

void tally_write(const struct tally *tally, struct json *json)
{
    json_key(json, "tally");
    json_object(json);
    json_key(json, "chains");
    json_array(json);
    for (size_t i = 0; i < tally->row_count; i++) {
        const struct tally_row *row = &tally->rows[i];

        json_object(json);
        json_key_text(json, "endpoint", row->endpoint);
        json_key_text(json, "chain",
                      row->chain != ROLLOUT_OTHER ? tally->campaign->chains[row->chain].name : NULL);
        json_key_bool(json, "known", row->known);
        json_key_number(json, "places", row->places);
        json_key_texts(json, "first", &row->first);
        json_object_end(json);
    }
    json_array_end(json);
    json_key_texts(json, "names", &tally->names);
    json_object_end(json);
}

/* False where the campaign has no chain of this name. */
static bool find_chain(const struct campaign *campaign, tree_value name, size_t *chain)
{
    *chain = ROLLOUT_OTHER;
    if (tree_is_null(name))
        return true;
    for (size_t i = 0; i < campaign->chain_count; i++) {
        if (strcmp(campaign->chains[i].name, tree_text(name)) == 0)
            *chain = i;
    }
    return *chain != ROLLOUT_OTHER;
}

static bool read_row(struct tally *tally, tree_value object, struct error *err)
{
    struct tally_row *row;
    size_t chain;
    int64_t places;

    if (!find_chain(tally->campaign, tree_member(object, "chain"), &chain))
        return error_set(err, ERROR_FORMAT, "\"chain\" is none of the campaign's");
    if (!tree_read_whole(object, "places", 1, INT64_MAX, &places, err))
        return false;
    row = find_row(tally, find_endpoint(tally->campaign, tree_text(tree_member(object, "endpoint"))), chain,
                   tree_is_true(tree_member(object, "known")));
    if (row->places != 0)
        return error_set(err, ERROR_FORMAT, "a chain of an endpoint stands twice");
    row->places = places;
    tree_texts(tree_member(object, "first"), &row->first);
    return row->first.count <= TALLY_PLACES ||
           error_set(err, ERROR_FORMAT, "\"first\" has more than %d places", TALLY_PLACES);
}

bool tally_read(struct tally *tally, tree_value object, struct error *err)
{
    tree_value all = tree_member(object, "tally"), rows = tree_member(all, "chains");

    for (size_t i = 0; i < tree_count(rows); i++) {
        if (tally->campaign == NULL)
            return error_set(err, ERROR_FORMAT, "tally: there is no campaign");
        if (!read_row(tally, tree_item(rows, i), err))
            return error_within(err, "tally");
    }
    tree_texts(tree_member(all, "names"), &tally->names);
    return tally->names.count <= TALLY_NAMES ||
           error_set(err, ERROR_FORMAT, "tally: more than %d names", TALLY_NAMES);
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
