#include "schema/campaign/campaign.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/input.h"
#include "schema/campaign/consistency.h"

static struct fingerprint digest_of(const struct campaign *campaign)
{
    struct text meaning = { 0 };
    struct fingerprint digest;

    campaign_write(campaign, &meaning);
    digest = fingerprint_of(text_string(&meaning), meaning.size);
    text_clear(&meaning);
    return digest;
}

static struct campaign *load_document(struct document *document, const char *folder, struct error *err)
{
    struct campaign *campaign = memory_new(sizeof(*campaign));
    struct form_reader reader = { .document = document, .campaign = campaign, .folder = folder };

    if (!form_fill(&reader, FORM_CAMPAIGN, document_root(document), "", 1, campaign, err) ||
        !consistency_check(&reader, err)) {
        campaign_free(campaign);
        return NULL;
    }
    campaign->digest = digest_of(campaign);
    return campaign;
}

struct campaign *campaign_load(const char *path, struct error *err)
{
    struct input input = { 0 };
    struct document document;
    struct campaign *campaign = NULL;
    char *folder = NULL;

    if (!input_read(INPUT_MACHINE, path, DOCUMENT_BYTES_MAX, &input, err)) {
        error_within(err, "%s", path);
        return NULL;
    }
    if (document_init(&document, path, (const char *)input.bytes, input.size, err)) {
        folder = form_folder(path);
        campaign = load_document(&document, folder, err);
        free(folder);
        document_clear(&document);
    }
    input_clear(&input);
    return campaign;
}

struct campaign *campaign_load_text(const char *name, const char *yaml, size_t size, struct error *err)
{
    struct document document;
    struct campaign *campaign;

    if (!document_init(&document, name, yaml, size, err))
        return NULL;
    campaign = load_document(&document, NULL, err);
    document_clear(&document);
    return campaign;
}

void campaign_free(struct campaign *campaign)
{
    if (campaign == NULL)
        return;
    form_clear(FORM_CAMPAIGN, campaign);
    for (size_t i = 0; i < campaign->warning_count; i++)
        free(campaign->warnings[i].message);
    free(campaign->warnings);
    free(campaign);
}

const struct campaign_phase *campaign_phase_find(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; i < campaign->phase_count; i++) {
        if (strcmp(campaign->phases[i].name, name) == 0)
            return &campaign->phases[i];
    }
    return NULL;
}

const struct campaign_root *campaign_root_find(const struct campaign *campaign, const char *name)
{
    for (size_t i = 0; i < campaign->root_count; i++) {
        if (strcmp(campaign->roots[i].name, name) == 0)
            return &campaign->roots[i];
    }
    return NULL;
}

void campaign_write(const struct campaign *campaign, struct text *out)
{
    struct json json = { 0 };

    json_object(&json);
    form_write(FORM_CAMPAIGN, campaign, campaign, &json);
    json_object_end(&json);
    text_add(out, text_string(&json.text));
    json_clear(&json);
}

void campaign_write_schema(struct text *out)
{
    struct json json = { 0 };

    json_object(&json);
    json_key_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_key_text(&json, "title", "A campaign file");
    form_describe(FORM_CAMPAIGN, &json);
    json_object_end(&json);
    text_add(out, text_string(&json.text));
    text_add(out, "\n");
    json_clear(&json);
}
