#include "tests/support/explosion.h"

#include <stdio.h>
#include <string.h>

#define LEVELS 20
#define CAS 12
#define FAR (LEVELS / 2)
#define LEAF_KEY 100

const struct explosion explosions[EXPLOSIONS] = {
    { "ladder, all good", EXPLOSION_LADDER, EXPLOSION_PLAIN, EXPLOSION_ALL },
    { "ladder, the good path last", EXPLOSION_LADDER, EXPLOSION_PLAIN, EXPLOSION_LAST },
    { "ladder, none good", EXPLOSION_LADDER, EXPLOSION_PLAIN, EXPLOSION_NONE },
    { "ladder, names at the top, the good path last", EXPLOSION_LADDER, EXPLOSION_TOP_NAMES, EXPLOSION_LAST },
    { "ladder, names at the top, none good", EXPLOSION_LADDER, EXPLOSION_TOP_NAMES, EXPLOSION_NONE },
    { "ladder, names everywhere, the good path last", EXPLOSION_LADDER, EXPLOSION_ALL_NAMES, EXPLOSION_LAST },
    { "ladder, names everywhere, none good", EXPLOSION_LADDER, EXPLOSION_ALL_NAMES, EXPLOSION_NONE },
    { "ladder, names from afar, all good", EXPLOSION_LADDER, EXPLOSION_FAR_NAMES, EXPLOSION_ALL },
    { "ladder, names from afar, none good", EXPLOSION_LADDER, EXPLOSION_FAR_NAMES, EXPLOSION_NONE },
    { "ladder, lengths, the good path last", EXPLOSION_LADDER, EXPLOSION_LENGTHS, EXPLOSION_LAST },
    { "ladder, lengths, none good", EXPLOSION_LADDER, EXPLOSION_LENGTHS, EXPLOSION_NONE },
    { "mesh, all good", EXPLOSION_MESH, EXPLOSION_PLAIN, EXPLOSION_ALL },
    { "mesh, none good", EXPLOSION_MESH, EXPLOSION_PLAIN, EXPLOSION_NONE },
    { "mesh, names everywhere, the good path last", EXPLOSION_MESH, EXPLOSION_ALL_NAMES, EXPLOSION_LAST },
    { "mesh, names everywhere, none good", EXPLOSION_MESH, EXPLOSION_ALL_NAMES, EXPLOSION_NONE },
    { "mesh, lengths, the good path last", EXPLOSION_MESH, EXPLOSION_LENGTHS, EXPLOSION_LAST },
    { "mesh, lengths, none good", EXPLOSION_MESH, EXPLOSION_LENGTHS, EXPLOSION_NONE },
};

/* Extensions as they are put together for one certificate. */
struct extensions {
    struct text basic, names, constraints;
    const char *list[5];
};

static void exclude(struct extensions *extensions, const char *format, ...) PRINTF_LIKE(2, 3);

static void exclude(struct extensions *extensions, const char *format, ...)
{
    va_list arguments;

    text_add(&extensions->constraints,
             extensions->constraints.size == 0 ? "nameConstraints=critical,excluded;DNS:" : ",excluded;DNS:");
    va_start(arguments, format);
    text_vformat(&extensions->constraints, format, arguments);
    va_end(arguments);
}

static struct certificate *issue(struct extensions *extensions, const char *subject, unsigned key,
                                 const struct certificate *issuer, unsigned signer, long serial)
{
    struct certificate *certificate;
    size_t count = 0;

    extensions->list[count++] = text_string(&extensions->basic);
    extensions->list[count++] = "keyUsage=critical,keyCertSign";
    if (extensions->names.size > 0)
        extensions->list[count++] = text_string(&extensions->names);
    if (extensions->constraints.size > 0)
        extensions->list[count++] = text_string(&extensions->constraints);
    extensions->list[count] = NULL;
    certificate = pki_issue(&(struct pki_request){ .subject = subject,
                                                   .key = key,
                                                   .issuer = issuer,
                                                   .signer = signer,
                                                   .serial = serial,
                                                   .extensions = extensions->list });
    text_clear(&extensions->basic);
    text_clear(&extensions->names);
    text_clear(&extensions->constraints);
    return certificate;
}

static void make_root(const char *subject, unsigned key, struct certificate_list *roots)
{
    struct extensions extensions = { 0 };
    struct certificate *root;

    text_add(&extensions.basic, "basicConstraints=critical,CA:TRUE");
    root = issue(&extensions, subject, key, NULL, 0, 1);
    certificate_list_add(roots, root);
    certificate_free(root);
}

static void add_leaf(struct certificate_list *chain, const struct certificate *issuer, unsigned signer)
{
    static const char *const extensions[] = { "subjectAltName=DNS:www.example.com", NULL };
    struct certificate *leaf = pki_issue(&(struct pki_request){ .subject = "CN=Leaf",
                                                                .key = LEAF_KEY,
                                                                .issuer = issuer,
                                                                .signer = signer,
                                                                .extensions = extensions });

    certificate_list_add(chain, leaf);
    certificate_free(leaf);
}

static void add_reversed(struct certificate_list *chain, const struct certificate_list *made)
{
    for (size_t i = made->count; i-- > 0;)
        certificate_list_add(chain, made->items[i]);
}

/*
 * Levels are counted from the top, and each has a name and a key of its own; of its two certificates the one with
 * `which` 1 is that of the good path. Whatever is said of names, everyone bears the name lLEVEL-WHICH.
 */
static void describe_rung(const struct explosion *explosion, unsigned level, unsigned which,
                          struct extensions *extensions)
{
    bool none = explosion->good == EXPLOSION_NONE, bad = which == 0 || (none && level == 0);
    unsigned below = LEVELS - 1 - level;

    text_add(&extensions->basic, explosion->rule == EXPLOSION_PLAIN && bad && explosion->good != EXPLOSION_ALL
                                     ? "basicConstraints=critical,CA:FALSE"
                                     : "basicConstraints=critical,CA:TRUE");
    text_format(&extensions->names, "subjectAltName=DNS:l%u-%u", level, which);
    switch (explosion->rule) {
    case EXPLOSION_PLAIN: return;
    case EXPLOSION_LENGTHS:
        if (!bad || below > 0)
            text_format(&extensions->basic, ",pathlen:%u", bad ? below - 1 : below);
        return;
    case EXPLOSION_TOP_NAMES:
        for (unsigned other = 1; other < LEVELS && level == 0; other++)
            exclude(extensions, "l%u-0", other);
        if (level == 0 && bad)
            exclude(extensions, "www.example.com");
        return;
    case EXPLOSION_ALL_NAMES:
        exclude(extensions, "l%u-0", level + 1);
        exclude(extensions, "filler-%u-%u", level, which);
        if (level == 0 && bad)
            exclude(extensions, "www.example.com");
        return;
    case EXPLOSION_FAR_NAMES: /* each goes only with its like ten levels below */
        if (level < FAR)
            exclude(extensions, "l%u-%u", level + FAR, 1 - which);
        if (level == 0 && none)
            exclude(extensions, "l%u-%u", FAR, which);
        return;
    }
}

static void make_ladder(const struct explosion *explosion, struct certificate_list *chain,
                        struct certificate_list *roots)
{
    struct certificate_list made = { 0 };
    const struct certificate *above;

    make_root("CN=Root", 1, roots);
    above = roots->items[0];
    for (unsigned level = 0; level < LEVELS; level++) {
        char subject[32];

        snprintf(subject, sizeof(subject), "CN=Level %u", level);
        for (unsigned which = 2; which-- > 0;) {
            struct extensions extensions = { 0 };
            struct certificate *rung;

            describe_rung(explosion, level, which, &extensions);
            rung = issue(&extensions, subject, level + 2, above, level + 1, (long)which + 2);
            certificate_list_add(&made, rung);
            certificate_free(rung);
        }
        above = made.items[made.count - 1];
    }
    add_leaf(chain, above, LEVELS + 1);
    add_reversed(chain, &made);
    certificate_list_clear(&made);
}

/*
 * CA `from` certifies CA `to`; the leaf is the first one's, the last one is the root. The good path goes through all
 * of them in order. Everyone bears the name bTO-FROM.
 */
static void describe_bridge(const struct explosion *explosion, unsigned to, unsigned from,
                            struct extensions *extensions)
{
    bool none = explosion->good == EXPLOSION_NONE, top = from == CAS - 1, way_out = top && to == CAS - 2;
    bool shut =
        explosion->good != EXPLOSION_ALL && top && (!way_out || (none && explosion->rule == EXPLOSION_PLAIN));

    text_add(&extensions->basic,
             shut ? "basicConstraints=critical,CA:FALSE" : "basicConstraints=critical,CA:TRUE");
    text_format(&extensions->names, "subjectAltName=DNS:b%u-%u", to, from);
    if (explosion->rule == EXPLOSION_LENGTHS && !shut)
        text_format(&extensions->basic, ",pathlen:%u", way_out && none ? 0 : to);
    if (explosion->rule != EXPLOSION_ALL_NAMES)
        return;
    exclude(extensions, "filler-%u-%u", to, from);
    for (unsigned below = 0; below < CAS * CAS; below++) {
        if (below % CAS != below / CAS + 1 || (way_out && none && below / CAS == 3))
            exclude(extensions, "b%u-%u", below / CAS, below % CAS);
    }
}

static void make_mesh(const struct explosion *explosion, struct certificate_list *chain,
                      struct certificate_list *roots)
{
    struct certificate_list selves = { 0 };
    char subject[32];

    for (unsigned i = 0; i < CAS; i++) {
        snprintf(subject, sizeof(subject), "CN=Mesh %u", i);
        make_root(subject, i + 1, &selves);
    }
    certificate_list_add(roots, selves.items[CAS - 1]);
    add_leaf(chain, selves.items[0], 1);
    for (unsigned from = CAS; from-- > 0;) {
        for (unsigned to = CAS; to-- > 0;) {
            struct extensions extensions = { 0 };
            struct certificate *bridge;

            if (from == to)
                continue;
            describe_bridge(explosion, to, from, &extensions);
            snprintf(subject, sizeof(subject), "CN=Mesh %u", to);
            bridge = issue(&extensions, subject, to + 1, selves.items[from], from + 1, (long)from + 2);
            certificate_list_add(chain, bridge);
            certificate_free(bridge);
        }
    }
    certificate_list_clear(&selves);
}

void explosion_make(const struct explosion *explosion, struct certificate_list *chain,
                    struct certificate_list *roots)
{
    switch (explosion->shape) {
    case EXPLOSION_LADDER: make_ladder(explosion, chain, roots); return;
    case EXPLOSION_MESH: make_mesh(explosion, chain, roots); return;
    }
}
