#include "schema/catalog/catalogue.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/embedded.h"
#include "schema/base/text.h"

extern const struct embedded catalogue_files[];

struct trust_end {
    const char *root, *programme;
    int64_t until;
};

struct catalogue {
    char *roots_text, *distrust_text; /* what the rows below point into */
    struct catalogue_root *roots;
    size_t root_count;
    struct catalogue_fact *facts;
    size_t fact_count;
    struct trust_end *ends;
    size_t end_count;
    struct fingerprint digest;
};

static const struct product {
    const char *name;
    enum version_scheme scheme;
} products[] = {
    { "windows", VERSION_WINDOWS }, { "macos", VERSION_DOTTED }, { "java", VERSION_JAVA },
    { "android", VERSION_DOTTED },  { "ios", VERSION_DOTTED },   { "firefox", VERSION_DOTTED },
    { "certifi", VERSION_DOTTED },
};

static const struct product *find_product(const char *name)
{
    for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
        if (strcmp(products[i].name, name) == 0)
            return &products[i];
    }
    return NULL;
}

/* What one source's row makes of a version. */
enum opinion { SILENT, YES, NO, GONE, DOUBT };

static enum opinion say_first(int order)
{
    return order >= 0 ? YES : NO;
}

static enum opinion say_confirmed(int order)
{
    return order >= 0 ? YES : SILENT;
}

static enum opinion say_dropped(int order)
{
    return order >= 0 ? GONE : SILENT;
}

static enum opinion say_unnamed(int order)
{
    (void)order;
    return DOUBT;
}

/* `order`: of the version asked about, against the row's. */
static const struct fact_kind {
    const char *name;
    bool has_version;
    enum opinion (*say)(int order);
} kinds[] = {
    { "first", true, say_first },
    { "confirmed", true, say_confirmed },
    { "dropped", true, say_dropped },
    { "unnamed", false, say_unnamed },
};

static const struct fact_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* The next line of a CSV without quotes, cut into exactly `count` fields; false at the end. */
static bool next_row(char **at, const char **fields, size_t count)
{
    char *line = strsep(at, "\n");

    if (line == NULL || line[0] == '\0')
        return false;
    for (size_t i = 0; i < count; i++) {
        fields[i] = strsep(&line, ",");
        if (fields[i] == NULL)
            return false;
    }
    return line == NULL;
}

static bool add_root(struct catalogue *catalogue, const struct embedded *file, struct error *err)
{
    struct certificate_list list = { 0 };
    size_t stem = strlen(file->name) - strlen(".pem");
    char *name = memory_text(file->name);

    name[stem] = '\0';
    if (!certificate_list_parse_pem(&list, file->start, embedded_size(file), err)) {
        free(name);
        return error_within(err, "catalogue: %s", file->name);
    }
    catalogue->roots = array_grow(catalogue->roots, catalogue->root_count, sizeof(*catalogue->roots));
    catalogue->roots[catalogue->root_count++] =
        (struct catalogue_root){ .name = name, .certificate = certificate_ref(list.items[0]) };
    certificate_list_clear(&list);
    return true;
}

static bool add_facts(struct catalogue *catalogue, struct error *err)
{
    char *at = catalogue->roots_text;
    const char *fields[5];

    strsep(&at, "\n"); /* the header */
    while (next_row(&at, fields, 5)) {
        const struct catalogue_fact fact = { fields[0], fields[1], fields[2], fields[3], fields[4] };
        const struct product *product = find_product(fact.product);
        const struct fact_kind *kind = find_kind(fact.kind);
        struct version version;

        if (catalogue_find(catalogue, fact.root) == NULL || product == NULL || kind == NULL ||
            (kind->has_version && !version_parse(product->scheme, fact.version, &version)))
            return error_set(err, ERROR_FORMAT, "catalogue: roots.csv: %s, %s, %s, %s", fact.root,
                             fact.product, fact.kind, fact.version);
        catalogue->facts = array_grow(catalogue->facts, catalogue->fact_count, sizeof(*catalogue->facts));
        catalogue->facts[catalogue->fact_count++] = fact;
    }
    return at == NULL || at[0] == '\0' ||
           error_set(err, ERROR_FORMAT, "catalogue: roots.csv: expected 5 fields");
}

static bool add_ends(struct catalogue *catalogue, struct error *err)
{
    char *at = catalogue->distrust_text;
    const char *fields[4];

    strsep(&at, "\n");
    while (next_row(&at, fields, 4)) {
        struct trust_end end = { fields[0], fields[1], 0 };

        if (catalogue_find(catalogue, end.root) == NULL || !clock_parse(fields[2], "UTC", &end.until, err))
            return error_set(err, ERROR_FORMAT, "catalogue: distrust.csv: %s, %s", fields[0], fields[2]);
        catalogue->ends = array_grow(catalogue->ends, catalogue->end_count, sizeof(*catalogue->ends));
        catalogue->ends[catalogue->end_count++] = end;
    }
    return at == NULL || at[0] == '\0' ||
           error_set(err, ERROR_FORMAT, "catalogue: distrust.csv: expected 4 fields");
}

static char *text_of(const char *name)
{
    for (const struct embedded *file = catalogue_files; file->name != NULL; file++) {
        if (strcmp(file->name, name) == 0)
            return memory_text((const char *)file->start);
    }
    return memory_text("");
}

struct catalogue *catalogue_new(struct error *err)
{
    struct catalogue *catalogue = memory_new(sizeof(*catalogue));
    struct fingerprint_hash *hash = fingerprint_hash_new();
    bool ok = true;

    for (const struct embedded *file = catalogue_files; file->name != NULL; file++) {
        fingerprint_hash_add(hash, file->name, strlen(file->name) + 1);
        fingerprint_hash_add(hash, file->start, embedded_size(file) + 1);
        if (ok && text_ends(file->name, ".pem"))
            ok = add_root(catalogue, file, err);
    }
    catalogue->digest = fingerprint_hash_take(hash);
    catalogue->roots_text = text_of("roots.csv");
    catalogue->distrust_text = text_of("distrust.csv");
    if (ok && add_facts(catalogue, err) && add_ends(catalogue, err))
        return catalogue;
    catalogue_free(catalogue);
    return NULL;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    for (size_t i = 0; i < catalogue->root_count; i++) {
        free((char *)(uintptr_t)catalogue->roots[i].name);
        certificate_free(catalogue->roots[i].certificate);
    }
    free(catalogue->roots);
    free(catalogue->facts);
    free(catalogue->ends);
    free(catalogue->roots_text);
    free(catalogue->distrust_text);
    free(catalogue);
}

size_t catalogue_root_count(const struct catalogue *catalogue)
{
    return catalogue->root_count;
}

const struct catalogue_root *catalogue_root(const struct catalogue *catalogue, size_t index)
{
    return &catalogue->roots[index];
}

const struct catalogue_root *catalogue_find(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->root_count; i++) {
        if (strcmp(catalogue->roots[i].name, name) == 0)
            return &catalogue->roots[i];
    }
    return NULL;
}

const struct catalogue_root *catalogue_find_print(const struct catalogue *catalogue,
                                                  const struct fingerprint *print)
{
    for (size_t i = 0; i < catalogue->root_count; i++) {
        if (fingerprint_equal(certificate_fingerprint(catalogue->roots[i].certificate), print))
            return &catalogue->roots[i];
    }
    return NULL;
}

/* Lowercase hex without colons, spaces and leading zeros, as certificate_serial() writes it; false when it is no serial. */
static bool normalise_serial(const char *text, char serial[64])
{
    size_t size = 0;

    for (; *text != '\0'; text++) {
        if (*text == ':' || *text == ' ')
            continue;
        if (!isxdigit((unsigned char)*text) || size == 63)
            return false;
        if (size > 0 || *text != '0')
            serial[size++] = (char)tolower((unsigned char)*text);
    }
    serial[size] = '\0';
    return size > 0;
}

const struct catalogue_root *catalogue_find_serial(const struct catalogue *catalogue, const char *serial)
{
    char wanted[64];

    if (!normalise_serial(serial, wanted))
        return NULL;
    for (size_t i = 0; i < catalogue->root_count; i++) {
        if (strcmp(certificate_serial(catalogue->roots[i].certificate), wanted) == 0)
            return &catalogue->roots[i];
    }
    return NULL;
}

enum catalogue_answer catalogue_holds(const struct catalogue *catalogue, const struct catalogue_root *root,
                                      const char *product_name, const char *version_text)
{
    const struct product *product = find_product(product_name);
    struct version version, stated;
    bool heard[DOUBT + 1] = { false };

    if (product == NULL || !version_parse(product->scheme, version_text, &version))
        return CATALOGUE_NO_VERSION;
    for (size_t i = 0; i < catalogue->fact_count; i++) {
        const struct catalogue_fact *fact = &catalogue->facts[i];
        int order = 0;

        if (strcmp(fact->root, root->name) != 0 || strcmp(fact->product, product->name) != 0)
            continue;
        if (version_parse(product->scheme, fact->version, &stated))
            order = version_compare(&version, &stated);
        heard[find_kind(fact->kind)->say(order)] = true;
    }
    if (heard[GONE])
        return CATALOGUE_LACKS;
    if (heard[YES] && (heard[NO] || heard[DOUBT]))
        return CATALOGUE_SOURCES_DIFFER;
    if (heard[YES])
        return CATALOGUE_HOLDS;
    return heard[NO] ? CATALOGUE_LACKS : CATALOGUE_ROOT_NOT_IN_TABLE;
}

size_t catalogue_fact_count(const struct catalogue *catalogue)
{
    return catalogue->fact_count;
}

const struct catalogue_fact *catalogue_fact(const struct catalogue *catalogue, size_t index)
{
    return &catalogue->facts[index];
}

int64_t catalogue_trusted_until(const struct catalogue *catalogue, const struct catalogue_root *root,
                                const char *programme)
{
    for (size_t i = 0; i < catalogue->end_count; i++) {
        if (strcmp(catalogue->ends[i].root, root->name) == 0 &&
            strcmp(catalogue->ends[i].programme, programme) == 0)
            return catalogue->ends[i].until;
    }
    return CLOCK_NEVER;
}

const struct fingerprint *catalogue_digest(const struct catalogue *catalogue)
{
    return &catalogue->digest;
}
