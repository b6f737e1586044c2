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
    char *products_text, *roots_text, *distrust_text; /* what the rows below point into */
    struct product *products;
    size_t product_count;
    struct catalogue_root *roots;
    size_t root_count;
    struct catalogue_fact *facts;
    size_t fact_count;
    struct trust_end *ends;
    size_t end_count;
    struct fingerprint digest;
};

static const struct scheme {
    const char *name;
    enum version_scheme scheme;
} schemes[] = { { "dotted", VERSION_DOTTED }, { "java", VERSION_JAVA }, { "windows", VERSION_WINDOWS } };

/* From a version on; rows of one product stand together, the first is from the beginning on. */
struct product {
    const char *name, *model;
    enum version_scheme scheme;
    struct version from;
};

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

static enum opinion say_doubtful(int order)
{
    return order >= 0 ? DOUBT : SILENT;
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
    { "first", true, say_first },      { "confirmed", true, say_confirmed },
    { "dropped", true, say_dropped },  { "doubtful", true, say_doubtful },
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

static const struct product *find_product(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->product_count; i++) {
        if (strcmp(catalogue->products[i].name, name) == 0)
            return &catalogue->products[i];
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

static const struct scheme *find_scheme(const char *name)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strcmp(schemes[i].name, name) == 0)
            return &schemes[i];
    }
    return NULL;
}

static bool add_products(struct catalogue *catalogue, struct error *err)
{
    char *at = catalogue->products_text;
    const char *fields[4];

    strsep(&at, "\n"); /* the header */
    while (next_row(&at, fields, 4)) {
        const struct scheme *scheme = find_scheme(fields[1]);
        struct product product = { .name = fields[0], .model = fields[3] };

        if (scheme == NULL ||
            (strcmp(fields[2], "-") != 0 && !version_parse(scheme->scheme, fields[2], &product.from)))
            return error_set(err, ERROR_FORMAT, "catalogue: products.csv: %s, %s, %s", fields[0], fields[1],
                             fields[2]);
        product.scheme = scheme->scheme;
        catalogue->products = array_grow(catalogue->products, catalogue->product_count, sizeof(product));
        catalogue->products[catalogue->product_count++] = product;
    }
    return at == NULL || at[0] == '\0' ||
           error_set(err, ERROR_FORMAT, "catalogue: products.csv: expected 4 fields");
}

static bool add_facts(struct catalogue *catalogue, struct error *err)
{
    char *at = catalogue->roots_text;
    const char *fields[5];

    strsep(&at, "\n");
    while (next_row(&at, fields, 5)) {
        const struct catalogue_fact fact = { fields[0], fields[1], fields[2], fields[3], fields[4] };
        const struct product *product = find_product(catalogue, fact.product);
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
    catalogue->products_text = text_of("products.csv");
    catalogue->roots_text = text_of("roots.csv");
    catalogue->distrust_text = text_of("distrust.csv");
    if (ok && add_products(catalogue, err) && add_facts(catalogue, err) && add_ends(catalogue, err))
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
    free(catalogue->products);
    free(catalogue->facts);
    free(catalogue->ends);
    free(catalogue->products_text);
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

const char *catalogue_product(const struct catalogue *catalogue, size_t index)
{
    const char *last = NULL;

    for (size_t i = 0; i < catalogue->product_count; i++) {
        const char *name = catalogue->products[i].name;

        if ((last == NULL || strcmp(last, name) != 0) && index-- == 0)
            return name;
        last = name;
    }
    return NULL;
}

bool catalogue_version(const struct catalogue *catalogue, const char *product_name, const char *text,
                       struct version *version)
{
    const struct product *product = find_product(catalogue, product_name);

    return product != NULL && version_parse(product->scheme, text, version);
}

const char *catalogue_model(const struct catalogue *catalogue, const char *product_name,
                            const struct version *version)
{
    const char *model = NULL;

    for (size_t i = 0; i < catalogue->product_count; i++) {
        const struct product *product = &catalogue->products[i];

        if (strcmp(product->name, product_name) == 0 &&
            (model == NULL || version_compare(version, &product->from) >= 0))
            model = product->model;
    }
    return model;
}

enum catalogue_answer catalogue_holds(const struct catalogue *catalogue, const struct catalogue_root *root,
                                      const char *product, const struct version *version)
{
    bool heard[DOUBT + 1] = { false };
    struct version stated;

    for (size_t i = 0; i < catalogue->fact_count; i++) {
        const struct catalogue_fact *fact = &catalogue->facts[i];
        int order = 0;

        if (strcmp(fact->root, root->name) != 0 || strcmp(fact->product, product) != 0)
            continue;
        if (catalogue_version(catalogue, product, fact->version, &stated))
            order = version_compare(version, &stated);
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
