#include "schema/campaign/consistency.h"

#include <stdio.h>
#include <stdlib.h>

#include "schema/x509/signature.h"

/* A place in the document: `list`[index].key, or `list`.name.key. */
struct place {
    const char *list, *name, *key;
    size_t index;
};

static int line_of(struct form_reader *reader, const struct place *place)
{
    yaml_node_t *root = document_root(reader->document);
    yaml_node_t *list = document_find(reader->document, root, place->list);
    yaml_node_t *item = NULL, *value = NULL;

    if (list == NULL)
        return 1;
    if (place->name != NULL)
        item = document_find(reader->document, list, place->name);
    else if (list->type == YAML_SEQUENCE_NODE)
        item = document_item(reader->document, list, place->index);
    if (item != NULL && item->type == YAML_MAPPING_NODE && place->key != NULL)
        value = document_find(reader->document, item, place->key);
    return document_line(value != NULL ? value : item != NULL ? item : list);
}

static const char *path_of(const struct place *place, char path[200])
{
    if (place->name != NULL)
        snprintf(path, 200, "%s.%s%s%s", place->list, place->name, place->key != NULL ? "." : "",
                 place->key != NULL ? place->key : "");
    else
        snprintf(path, 200, "%s[%zu]%s%s", place->list, place->index, place->key != NULL ? "." : "",
                 place->key != NULL ? place->key : "");
    return path;
}

static bool fail(struct form_reader *reader, const struct place *place, struct error *err, const char *format,
                 ...) PRINTF_LIKE(4, 5);

static bool fail(struct form_reader *reader, const struct place *place, struct error *err, const char *format,
                 ...)
{
    char path[200], message[sizeof(err->message)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return document_error(reader->document, line_of(reader, place), path_of(place, path), err, "%s", message);
}

static void warn(struct form_reader *reader, const struct place *place, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void warn(struct form_reader *reader, const struct place *place, const char *format, ...)
{
    struct campaign *campaign = reader->campaign;
    struct text message = { 0 };
    char path[200];
    va_list arguments;

    text_format(&message, "%s: ", path_of(place, path));
    va_start(arguments, format);
    text_vformat(&message, format, arguments);
    va_end(arguments);
    campaign->warnings = array_grow(campaign->warnings, campaign->warning_count, sizeof(*campaign->warnings));
    campaign->warnings[campaign->warning_count++] =
        (struct campaign_warning){ .line = line_of(reader, place), .message = text_take(&message) };
}

/* chains */

static bool is_issued_by(const struct certificate *certificate, const struct certificate *issuer)
{
    X509 *below = certificate_x509(certificate), *above = certificate_x509(issuer);

    return X509_NAME_cmp(X509_get_issuer_name(below), X509_get_subject_name(above)) == 0 &&
           signature_check(NULL, issuer, certificate, &(size_t){ 0 }) == SIGNATURE_GOOD;
}

/* Whether the certificate is this root, by its key, or was issued by it. */
static bool hangs_from_root(const struct certificate *certificate, const struct certificate *root)
{
    return fingerprint_equal(certificate_key_identity(root), certificate_key_identity(certificate)) ||
           is_issued_by(certificate, root);
}

static bool hangs_from_campaign(const struct campaign *campaign, const struct certificate *last)
{
    for (size_t i = 0; i < campaign->root_count; i++) {
        if (hangs_from_root(last, campaign->roots[i].certificate))
            return true;
    }
    for (size_t i = 0; i < campaign->intermediates.count; i++) {
        if (is_issued_by(last, campaign->intermediates.items[i]))
            return true;
    }
    return false;
}

/* The roots that will do for a chain that names none: those that one of its certificates hangs from. */
static void find_accepted(const struct campaign *campaign, struct campaign_chain *chain)
{
    for (size_t i = 0; i < campaign->root_count; i++) {
        bool accepted = false;

        for (size_t at = 0; at < chain->certificates.count && !accepted; at++)
            accepted = hangs_from_root(chain->certificates.items[at], campaign->roots[i].certificate);
        if (!accepted)
            continue;
        chain->accepts = array_grow(chain->accepts, chain->accepts_count, sizeof(*chain->accepts));
        chain->accepts[chain->accepts_count++] = i;
    }
}

static bool check_chain(struct form_reader *reader, struct campaign_chain *chain, struct error *err)
{
    const struct certificate_list *list = &chain->certificates;
    struct place place = { "chains", chain->name, NULL, 0 };

    if (list->count == 0 && chain->accepts_count == 0)
        return fail(reader, &place, err, "expected `certificates` or `accepts`");
    if (list->count == 0)
        return true;
    place.key = "certificates";
    for (size_t i = 0; i + 1 < list->count; i++) {
        if (!is_issued_by(list->items[i], list->items[i + 1]))
            return fail(reader, &place, err,
                        "expected each certificate to be signed by the next; number %zu (%s) is not signed "
                        "by number %zu (%s)",
                        i + 1, certificate_label(list->items[i]), i + 2,
                        certificate_label(list->items[i + 1]));
    }
    if (!hangs_from_campaign(reader->campaign, list->items[list->count - 1]))
        return fail(
            reader, &place, err,
            "expected the last certificate (%s) to be issued by a root or an intermediate of this campaign",
            certificate_label(list->items[list->count - 1]));
    if (chain->accepts_count == 0)
        find_accepted(reader->campaign, chain);
    return true;
}

/* endpoints */

static bool check_endpoint(struct form_reader *reader, size_t index, struct error *err)
{
    const struct campaign_endpoint *endpoint = &reader->campaign->endpoints[index];
    const struct place place = { "endpoints", NULL, "until", index };

    if (endpoint->until <= endpoint->from)
        return fail(reader, &place, err, "expected an instant after `from`");
    return true;
}

/* phases */

static bool serves(const struct campaign_phase *phase, size_t chain)
{
    for (size_t i = 0; i < phase->serves_count; i++) {
        if (phase->serves[i] == chain)
            return true;
    }
    return false;
}

/* Whoever is bound to a fallback meets its chain, so that a phase through which one is open serves that chain too. */
static bool check_fallback(struct form_reader *reader, size_t index, struct error *err)
{
    const struct campaign *campaign = reader->campaign;
    const struct campaign_endpoint *endpoint = &campaign->endpoints[index];
    const struct place place = { "endpoints", NULL, "until", index };

    for (size_t i = 0; i < campaign->phase_count && endpoint->use == USE_FALLBACK; i++) {
        const struct campaign_phase *phase = &campaign->phases[i];

        if (endpoint->from < phase->end && endpoint->until >= phase->end && !serves(phase, endpoint->chain))
            return fail(reader, &place, err,
                        "expected an instant before the end of the phase \"%s\", which does not serve the "
                        "fallback's chain \"%s\"",
                        phase->name, campaign->chains[endpoint->chain].name);
    }
    return true;
}

/* The shares of all chains after the steps up to this one, each chain's newest. */
static int planned_after(const struct campaign_phase *phase, size_t step)
{
    int sum = 0;

    for (size_t i = 0; i <= step; i++) {
        bool newest = true;

        for (size_t later = i + 1; later <= step; later++)
            newest = newest && phase->rollout[later].chain != phase->rollout[i].chain;
        sum += newest ? phase->rollout[i].percent : 0;
    }
    return sum;
}

static bool says_twice(const struct campaign_phase *phase, size_t step)
{
    const struct campaign_rollout *said = &phase->rollout[step];

    for (size_t i = 0; i < step; i++) {
        if (phase->rollout[i].from == said->from && phase->rollout[i].chain == said->chain)
            return true;
    }
    return false;
}

static bool check_rollout(struct form_reader *reader, size_t index, struct error *err)
{
    const struct campaign_phase *phase = &reader->campaign->phases[index];
    const struct place place = { "phases", NULL, "rollout", index };

    for (size_t i = 0; i < phase->rollout_count; i++) {
        const struct campaign_rollout *step = &phase->rollout[i];

        if (!serves(phase, step->chain))
            return fail(reader, &place, err,
                        "expected a chain that the phase serves; \"%s\" is not among them",
                        reader->campaign->chains[step->chain].name);
        if (step->from < phase->starts || step->from >= phase->end)
            return fail(reader, &place, err, "expected steps inside the phase; step %zu is outside", i + 1);
        if (i > 0 && step->from < phase->rollout[i - 1].from)
            return fail(reader, &place, err,
                        "expected steps in order of time; step %zu comes before the one above it", i + 1);
        if (says_twice(phase, i))
            return fail(reader, &place, err,
                        "expected one share of a chain at a time; step %zu gives another", i + 1);
        /* steps of one instant are one change */
        if ((i + 1 == phase->rollout_count || phase->rollout[i + 1].from != step->from) &&
            planned_after(phase, i) > 100)
            return fail(reader, &place, err,
                        "expected shares of no more than 100 percent together; after step %zu they are %d",
                        i + 1, planned_after(phase, i));
    }
    return true;
}

static bool check_phase(struct form_reader *reader, size_t index, struct error *err)
{
    struct campaign *campaign = reader->campaign;
    struct campaign_phase *phase = &campaign->phases[index];
    struct place place = { "phases", NULL, "starts", index };

    if (index > 0 && phase->starts <= campaign->phases[index - 1].starts)
        return fail(reader, &place, err,
                    "expected an instant after the start of \"%s\": phases stand in order",
                    campaign->phases[index - 1].name);
    phase->end = index + 1 < campaign->phase_count ? campaign->phases[index + 1].starts : campaign->ends;
    if (phase->end <= phase->starts && index + 1 == campaign->phase_count)
        return document_error(
            reader->document,
            document_line(document_find(reader->document, document_root(reader->document), "ends")), "ends",
            err, "expected an instant after the start of the last phase, \"%s\"", phase->name);
    if (phase->end <= phase->starts)
        return true; /* the next phase's own check says so, at its line */

    place.key = "ready_by";
    if (phase->ready_by > phase->end)
        return fail(reader, &place, err, "expected an instant no later than the end of the phase");
    place.key = "advised_by";
    if (phase->advised_by != CLOCK_NEVER && phase->advised_by > phase->ready_by)
        return fail(reader, &place, err, "expected an instant no later than `ready_by`");
    return check_rollout(reader, index, err);
}

static void default_advised_source(struct form_reader *reader, size_t index)
{
    yaml_node_t *phases = document_find(reader->document, document_root(reader->document), "phases");
    struct campaign_phase *phase = &reader->campaign->phases[index];

    if (document_find(reader->document, document_item(reader->document, phases, index), "advised_source") ==
        NULL)
        phase->advised_source = phase->source;
}

/* A certificate is valid up to and including notAfter, a phase lasts up to and excluding its end. */
static void warn_of_certificate(struct form_reader *reader, size_t index, const struct campaign_chain *chain,
                                const struct certificate *certificate)
{
    const struct campaign_phase *phase = &reader->campaign->phases[index];
    const struct place place = { "phases", NULL, "serves", index };
    char text[CLOCK_TEXT_BYTES];

    if (certificate_not_after(certificate) < phase->end - 1)
        warn(reader, &place, "chain %s: certificate %s ends on %s, before the phase \"%s\" does", chain->name,
             certificate_label(certificate), clock_format(certificate_not_after(certificate), text),
             phase->name);
    if (certificate_not_before(certificate) > phase->starts)
        warn(reader, &place, "chain %s: certificate %s begins on %s, after the phase \"%s\" does",
             chain->name, certificate_label(certificate),
             clock_format(certificate_not_before(certificate), text), phase->name);
}

static void warn_of_phase(struct form_reader *reader, size_t index)
{
    const struct campaign *campaign = reader->campaign;
    const struct campaign_phase *phase = &campaign->phases[index];

    for (size_t i = 0; i < phase->serves_count; i++) {
        const struct campaign_chain *chain = &campaign->chains[phase->serves[i]];

        for (size_t at = 1; at < chain->certificates.count; at++) /* the leaf is a template */
            warn_of_certificate(reader, index, chain, chain->certificates.items[at]);
        for (size_t at = 0; at < chain->accepts_count; at++)
            warn_of_certificate(reader, index, chain, campaign->roots[chain->accepts[at]].certificate);
    }
}

bool consistency_check(struct form_reader *reader, struct error *err)
{
    struct campaign *campaign = reader->campaign;

    for (size_t i = 0; i < campaign->chain_count; i++) {
        if (!check_chain(reader, &campaign->chains[i], err))
            return false;
    }
    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        if (!check_endpoint(reader, i, err))
            return false;
    }
    for (size_t i = 0; i < campaign->phase_count; i++) {
        if (!check_phase(reader, i, err))
            return false;
        default_advised_source(reader, i);
    }
    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        if (!check_fallback(reader, i, err))
            return false;
    }
    for (size_t i = 0; i < campaign->phase_count; i++)
        warn_of_phase(reader, i);
    return true;
}
