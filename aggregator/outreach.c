#include "aggregator/outreach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/tree.h"
#include "schema/base/json.h"
#include "schema/campaign/guidance.h"

/* What kind of store a path is, for the tool that changes it. The first row that fits counts. */
static const struct store_kind {
    const char *runtime, *format, *part; /* NULL fits all; `part` is found in the path */
    enum guidance_target target;
} store_kinds[] = {
    { "windows", NULL, NULL, GUIDANCE_WINDOWS }, /* what other collectors report */
    { "dotnet", "windows", NULL, GUIDANCE_WINDOWS },
    { NULL, "sst", NULL, GUIDANCE_WINDOWS },
    { "java", NULL, NULL, GUIDANCE_JAVA_STORE },
    { NULL, "jks", NULL, GUIDANCE_JAVA_STORE },
    { NULL, "jceks", NULL, GUIDANCE_JAVA_STORE },
    { NULL, "pkcs12", NULL, GUIDANCE_JAVA_STORE },
    { "python-httpx", NULL, "/certifi/", GUIDANCE_HTTPX },
    { NULL, NULL, "/certifi/", GUIDANCE_CERTIFI },
    { NULL, "directory", NULL, GUIDANCE_HASHED_DIRECTORY },
    { "node", NULL, NULL, GUIDANCE_NODE },
    { NULL, NULL, NULL, GUIDANCE_PEM_BUNDLE },
};

static enum guidance_target target_of(const char *runtime, const char *format, const char *path)
{
    const struct store_kind *row = store_kinds;
    enum guidance_target target;

    if (guidance_system_target(path, &target))
        return target;
    while ((row->runtime != NULL && !text_starts(runtime, row->runtime)) ||
           (row->format != NULL && strcmp(row->format, format) != 0) ||
           (row->part != NULL && strstr(path, row->part) == NULL))
        row++;
    return row->target;
}

/* The chain that decided; SIZE_MAX where none did. */
static size_t find_chain(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; i < campaign->chain_count; i++) {
        if (strcmp(campaign->chains[i].name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

struct source {
    const PGresult *rows;
    int row;
};

static const char *word(const struct source *source, const char *column)
{
    return database_value(source->rows, source->row, column);
}

/* The advice for this store in the partner's language, from the campaign's own guidance. */
static void advise(const struct campaign *campaign, const struct source *source, const char *path,
                   const char *format, enum guidance_language language, struct text_list *lines)
{
    char process[96];
    bool restart = strcmp(word(source, "reason"), "restart-needed") == 0;
    struct guidance_question question = {
        .campaign = campaign,
        .reason = word(source, "reason"),
        .chain = find_chain(campaign, word(source, "chain")),
        .at = database_number(source->rows, source->row, "failing_at"),
        .model = model_find(word(source, "model")),
        .target = restart ? GUIDANCE_PROCESS : target_of(word(source, "runtime"), format, path),
        .path = *path != '\0' ? path : NULL,
        .setting = *word(source, "setting") != '\0' ? word(source, "setting") : NULL,
    };

    question.root = guidance_root(campaign, question.chain);
    if (question.root == SIZE_MAX)
        return;
    if (*word(source, "process") != '\0') {
        snprintf(process, sizeof(process), "pid %.10s (%.64s)", word(source, "process"),
                 word(source, "runtime"));
        question.process = process;
    }
    guidance_lines(&question, language, lines);
}

/* The host's own collector knows best which tool is there, but speaks English. */
static void find_fix(const struct campaign *campaign, const struct source *source, bool chinese,
                     struct outreach_item *item)
{
    struct error ignored;
    struct tree *told = tree_parse(word(source, "fix"), &ignored);
    struct tree *stores = tree_parse(word(source, "stores"), &ignored);
    enum guidance_language language = chinese ? GUIDANCE_ZH : GUIDANCE_EN;

    if (!chinese)
        tree_texts(tree_root(told), &item->fix);
    for (size_t i = 0; i < tree_count(tree_root(stores)); i++) {
        tree_value store = tree_item(tree_root(stores), i);
        const char *path = tree_text(tree_member(store, "path"));

        text_list_add(&item->stores, path);
        if (item->fix.count == 0)
            advise(campaign, source, path, tree_text(tree_member(store, "format")), language, &item->fix);
    }
    if (item->fix.count == 0)
        advise(campaign, source, "", "", language, &item->fix);
    if (item->fix.count == 0)
        tree_texts(tree_root(told), &item->fix);
    tree_free(told);
    tree_free(stores);
}

static void add_item(const struct campaign *campaign, const struct source *source,
                     struct outreach_partner *partner)
{
    struct outreach_item *item;

    partner->items = array_grow(partner->items, partner->count, sizeof(*partner->items));
    item = &partner->items[partner->count++];
    *item = (struct outreach_item){ .phase = memory_text(word(source, "phase")),
                                    .host = memory_text(word(source, "host")),
                                    .client = memory_text(word(source, "client")),
                                    .runtime = memory_text(word(source, "runtime")),
                                    .executable = memory_text(word(source, "executable")),
                                    .verdict = memory_text(word(source, "verdict")),
                                    .reason = memory_text(word(source, "reason")),
                                    .key = memory_text(word(source, "key")),
                                    .starts = database_number(source->rows, source->row, "starts_at"),
                                    .ready_by = database_number(source->rows, source->row, "ready_by_at"),
                                    .may = strcmp(word(source, "relevance"), "talks") != 0,
                                    .is_new = database_bool(source->rows, source->row, "is_new") };
    find_fix(campaign, source, partner->chinese, item);
}

static struct outreach_partner *partner_for(struct outreach *outreach, const struct source *source)
{
    const char *id = word(source, "partner");

    if (outreach->count > 0 && strcmp(outreach->partners[outreach->count - 1].id, id) == 0)
        return &outreach->partners[outreach->count - 1];
    outreach->partners = array_grow(outreach->partners, outreach->count, sizeof(*outreach->partners));
    outreach->partners[outreach->count] =
        (struct outreach_partner){ .id = memory_text(id),
                                   .name = memory_text(word(source, "partner_name")),
                                   .contact = memory_text(word(source, "contact")),
                                   .chinese = strcmp(word(source, "language"), "zh") == 0 };
    return &outreach->partners[outreach->count++];
}

bool outreach_load(struct database *database, const struct campaign *campaign, const char *partner,
                   struct outreach *outreach, struct error *err)
{
    struct source source = { .rows = database_query(
                                 database, "outreach",
                                 (struct parameter[]){ { "campaign", campaign->name },
                                                       { "partner", partner != NULL ? partner : "" },
                                                       { 0 } },
                                 err) };
    bool ok = source.rows != NULL;

    *outreach = (struct outreach){ .campaign = campaign };
    for (source.row = 0; ok && source.row < PQntuples(source.rows); source.row++) {
        add_item(campaign, &source, partner_for(outreach, &source));
    }
    PQclear((PGresult *)(uintptr_t)source.rows);
    return ok;
}

static void clear_item(struct outreach_item *item)
{
    char *const owned[] = { item->phase,      item->host,    item->client, item->runtime,
                            item->executable, item->verdict, item->reason, item->key };

    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
        free(owned[i]);
    text_list_clear(&item->stores);
    text_list_clear(&item->fix);
}

static void clear_partner(struct outreach_partner *partner)
{
    for (size_t i = 0; i < partner->count; i++)
        clear_item(&partner->items[i]);
    free(partner->items);
    free(partner->id);
    free(partner->name);
    free(partner->contact);
}

void outreach_clear(struct outreach *outreach)
{
    for (size_t i = 0; i < outreach->count; i++)
        clear_partner(&outreach->partners[i]);
    free(outreach->partners);
    *outreach = (struct outreach){ 0 };
}

bool outreach_note(struct database *database, const struct outreach *outreach, const char *partner,
                   struct error *err)
{
    struct json json = { 0 };
    bool ok;

    json_object(&json);
    for (size_t i = 0; i < outreach->count; i++) {
        json_key(&json, outreach->partners[i].id);
        json_array(&json);
        for (size_t j = 0; j < outreach->partners[i].count; j++)
            json_text(&json, outreach->partners[i].items[j].key);
        json_array_end(&json);
    }
    json_object_end(&json);
    ok = database_run(database, "outreach_note",
                      (struct parameter[]){ { "campaign", outreach->campaign->name },
                                            { "partner", partner != NULL ? partner : "" },
                                            { "items", text_string(&json.text) },
                                            { 0 } },
                      NULL, err);
    json_clear(&json);
    return ok;
}

void outreach_keep_new(struct outreach *outreach)
{
    size_t partners = 0;

    for (size_t i = 0; i < outreach->count; i++) {
        struct outreach_partner *partner = &outreach->partners[i];
        size_t items = 0;

        for (size_t j = 0; j < partner->count; j++) {
            if (partner->items[j].is_new)
                partner->items[items++] = partner->items[j];
            else
                clear_item(&partner->items[j]);
        }
        partner->count = items;
        if (items > 0)
            outreach->partners[partners++] = *partner;
        else
            clear_partner(partner);
    }
    outreach->count = partners;
}
