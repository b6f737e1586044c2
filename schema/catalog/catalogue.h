/*
 * Public facts about roots: the certificates themselves, which published versions of client software hold
 * them, and when root programmes end their trust. The data are files of this folder, carried inside the
 * program; each figure keeps its source, and where sources differ the answer is that they do.
 */
#pragma once

#include "schema/base/clock.h"
#include "schema/catalog/version.h"
#include "schema/x509/certificate.h"

struct catalogue;

/* Parsed from the program's own data: NULL with *err only when the build was wrong. */
struct catalogue *catalogue_new(struct error *err);
void catalogue_free(struct catalogue *catalogue);

struct catalogue_root {
    const char *name; /* "digicert-global-root-g2" */
    struct certificate *certificate;
};

size_t catalogue_root_count(const struct catalogue *catalogue);
const struct catalogue_root *catalogue_root(const struct catalogue *catalogue, size_t index);

/* By name, by SHA-256, or by a serial as people write it: either case, with colons or without leading zeros. NULL: none. */
const struct catalogue_root *catalogue_find(const struct catalogue *catalogue, const char *name);
const struct catalogue_root *catalogue_find_print(const struct catalogue *catalogue,
                                                  const struct fingerprint *print);
const struct catalogue_root *catalogue_find_serial(const struct catalogue *catalogue, const char *serial);

const char *catalogue_product(const struct catalogue *catalogue, size_t index); /* NULL after the last */

/* A version as this product counts; false when there is no such product, or it is no version of it. */
bool catalogue_version(const struct catalogue *catalogue, const char *product, const char *text,
                       struct version *version);

/* The model (schema/trust/model.h) by which this version is judged. NULL for no such product. */
const char *catalogue_model(const struct catalogue *catalogue, const char *product,
                            const struct version *version);

enum catalogue_answer {
    CATALOGUE_HOLDS,
    CATALOGUE_LACKS,
    CATALOGUE_SOURCES_DIFFER,    /* the reason "sources-differ" */
    CATALOGUE_ROOT_NOT_IN_TABLE, /* "root-not-in-table": no source says anything about this version */
};

/* Whether a published version of a product ("java", 1.8.0_121) holds a root as delivered. */
enum catalogue_answer catalogue_holds(const struct catalogue *catalogue, const struct catalogue_root *root,
                                      const char *product, const struct version *version);

/* What the sources say about a root in a product. */
struct catalogue_fact {
    const char *root, *product, *kind, *version, *source; /* as in roots.csv */
};

size_t catalogue_fact_count(const struct catalogue *catalogue);
const struct catalogue_fact *catalogue_fact(const struct catalogue *catalogue, size_t index);

/* When a programme ("mozilla") ends its trust, which counts for stores made from its list only. CLOCK_NEVER: not announced. */
int64_t catalogue_trusted_until(const struct catalogue *catalogue, const struct catalogue_root *root,
                                const char *programme);

/* SHA-256 over all data: verdicts by declared releases depend on it. */
const struct fingerprint *catalogue_digest(const struct catalogue *catalogue);
