/*
 * Releases: published versions of client software as the catalogue knows them, each a model and those of the
 * catalogue's roots that it holds; and clients that pin one certificate. For who has no store at hand, only the words
 * "we run Java 8u121".
 */
#pragma once

#include "schema/catalog/catalogue.h"
#include "schema/trust/path.h"

struct release {
    char *name; /* as asked for: "java:1.8.0_121"; of a range "java below 1.4.2" */
    const char *product, *from,
        *below; /* of a range, the catalogue's words; NULL at an open end, or for no range */
    const struct model *model;
    struct trust_set *holds;  /* what it certainly holds */
    struct trust_set *differ; /* that, and what one source gives it and another does not */
    struct trust_set *any;    /* that, and what no source speaks of */
    bool pinned;              /* `holds` is one certificate, and all there is */
};

struct release_list {
    struct release *items;
    size_t count;
};

/*
 * What a person asks for: "java:1.8.0_121", "pinned:FILE" of one certificate in PEM, or "java" for all its versions, as
 * ranges between those in which it got or lost one of the catalogue's roots. False with *err, ERROR_OPTION, where there
 * is no such product or version.
 */
MUST_CHECK bool release_list_add(struct release_list *list, const struct catalogue *catalogue,
                                 const char *text, struct error *err);

/* "java from 1.4.2 below 1.8.0_131", added to `out`. */
void release_range_name(struct text *out, const char *product, const char *from, const char *below);
void release_list_clear(struct release_list *list);

/*
 * path_search(), whose query asks with the release's model and what it certainly holds. Not trusted means untrusted only
 * where the catalogue knows every root that could have helped; else it is undetermined: "sources-differ",
 * "root-not-in-table".
 */
void release_search(const struct release *release, const struct catalogue *catalogue,
                    const struct path_query *query, struct path_result *result);

/* Whether a root that the catalogue does not know could end a path of this chain: then nobody lacks it for sure. */
bool release_hangs_elsewhere(const struct catalogue *catalogue, const struct certificate_list *chain);

/* by_key_verdict() likewise. A pinned certificate says nothing of a chain that is not at hand: "chain-not-at-hand". */
enum path_verdict release_accepts_key(const struct release *release, const struct catalogue *catalogue,
                                      int64_t at, const struct fingerprint *key_identities, size_t count,
                                      const char **reason, const struct trust_entry **via);
