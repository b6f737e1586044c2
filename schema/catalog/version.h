/*
 * Versions of published software, compared as each product counts: "8u131" is "1.8.0_131", "xp-sp3" comes
 * before "7". One column of the catalogue's table of products.
 */
#pragma once

#include <stdbool.h>

#define VERSION_PARTS 4

struct version {
    int parts[VERSION_PARTS]; /* the rest is 0 */
};

/* How a product counts. */
enum version_scheme {
    VERSION_DOTTED,  /* 10.9, 2026.04.22 */
    VERSION_JAVA,    /* 1.8.0_131, 8u131, 17.0.15 */
    VERSION_WINDOWS, /* xp-sp3, 7, 10 */
};

/* False when the text is no version of this kind. */
bool version_parse(enum version_scheme scheme, const char *text, struct version *version);

/* As memcmp. */
int version_compare(const struct version *a, const struct version *b);
