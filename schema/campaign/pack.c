#include "schema/campaign/campaign.h"

#include <stdlib.h>

#include <openssl/pem.h>

#include "schema/base/input.h"
#include "schema/campaign/form.h"

/* A campaign as one text that needs no file beside it: what travels, and what the database keeps. */

static bool write_pem(const struct certificate_list *list, struct text *out, struct error *err)
{
    BIO *memory = BIO_new(BIO_s_mem());
    bool ok = memory != NULL;
    char *bytes;
    long size;

    for (size_t i = 0; ok && i < list->count; i++)
        ok = PEM_write_bio_X509(memory, certificate_x509(list->items[i])) == 1;
    if (ok) {
        size = BIO_get_mem_data(memory, &bytes);
        text_append(out, bytes, (size_t)size);
    } else {
        error_openssl(err, "PEM");
    }
    BIO_free(memory);
    return ok;
}

/* Read what the node names through the type that reads campaigns, and let the certificates stand there instead. */
static bool inline_certificates(struct form_reader *reader, yaml_node_t *node, struct error *err)
{
    static const struct form_key place = { .name = "", .type = &form_certificate_file };
    const struct form_value value = { node, document_text(node), "", document_line(node) };
    struct certificate_list list = { 0 };
    struct text pem = { 0 };
    bool ok = form_certificate_file.read(reader, &place, &value, &list, err) && write_pem(&list, &pem, err);

    if (ok)
        document_set_text(node, text_string(&pem));
    text_clear(&pem);
    certificate_list_clear(&list);
    return ok;
}

static bool pack_section(struct form_reader *reader, enum form_section section, yaml_node_t *mapping,
                         struct error *err);

static bool pack_key(struct form_reader *reader, const struct form_key *key, yaml_node_t *node,
                     struct error *err)
{
    struct document *document = reader->document;
    yaml_node_t *item;
    const char *name;
    int line;

    if (key->type == &form_certificate || key->type == &form_certificate_file)
        return inline_certificates(reader, node, err);
    if (key->type == &form_certificate_files) {
        for (size_t i = 0; (item = document_item(document, node, i)) != NULL; i++) {
            if (!inline_certificates(reader, item, err))
                return false;
        }
    }
    if (key->type == &form_named) {
        for (size_t i = 0; (item = document_pair(document, node, i, &name, &line)) != NULL; i++) {
            if (!pack_section(reader, key->of, item, err))
                return false;
        }
    }
    return true;
}

static bool pack_section(struct form_reader *reader, enum form_section section, yaml_node_t *mapping,
                         struct error *err)
{
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        yaml_node_t *node =
            key->section == section ? document_find(reader->document, mapping, key->name) : NULL;

        if (node != NULL && !pack_key(reader, key, node, err))
            return false;
    }
    return true;
}

char *campaign_pack(const char *path, struct error *err)
{
    struct campaign *campaign =
        campaign_load(path, err); /* refuses what is faulty before anything is made of it */
    char *folder = form_folder(path);
    struct text packed = { 0 };
    struct input input = { 0 };
    struct document document;
    bool ok = false;

    if (campaign != NULL && input_read(INPUT_MACHINE, path, DOCUMENT_BYTES_MAX, &input, err) &&
        document_init(&document, path, (const char *)input.bytes, input.size, err)) {
        struct form_reader reader = { &document, campaign, folder };

        ok = pack_section(&reader, FORM_CAMPAIGN, document_root(&document), err);
        if (ok)
            document_write(&document, &packed);
        else
            document_clear(&document);
    }
    input_clear(&input);
    free(folder);
    campaign_free(campaign);
    return ok ? text_take(&packed) : NULL;
}
