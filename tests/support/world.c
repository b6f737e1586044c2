#include "tests/support/world.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#define YEAR (INT64_C(365) * 86400)

static uint64_t state;

void world_seed(uint64_t seed)
{
    state = seed;
}

unsigned world_dice(unsigned sides)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % sides;
}

static const char *const names[] = { "CN=Leaf", "CN=Issuing", "CN=New Root", "CN=Old Root" };

/* A certificate of the world: mostly in order, now and then wrong in one of many ways. */
static struct certificate *make_certificate(struct certificate **made, size_t count)
{
    static const char *const spoilers[] = {
        "basicConstraints=critical,CA:FALSE",
        "basicConstraints=critical,CA:TRUE,pathlen:0",
        "extendedKeyUsage=serverAuth",
        "extendedKeyUsage=clientAuth",
        "extendedKeyUsage=anyExtendedKeyUsage",
        "keyUsage=critical,digitalSignature",
        "1.2.3.4=critical,ASN1:NULL",
        "nameConstraints=critical,permitted;DNS:example.com",
        "subjectKeyIdentifier=0102030405",
        "keyUsage=cRLSign",
        "nameConstraints=critical,excluded;DNS:example.com",
    };
    const char *extensions[8] = { NULL };
    size_t used = 0, level = world_dice(4);
    bool spoiled = world_dice(3) == 0;
    const struct certificate *issuer = NULL;
    struct pki_request request = { .subject = names[level],
                                   .serial = (long)count + 1,
                                   .extensions = extensions };
    unsigned age = world_dice(8);

    if (spoiled)
        extensions[used++] = spoilers[world_dice(sizeof(spoilers) / sizeof(spoilers[0]))];
    if (!spoiled || strncmp(extensions[0], "basicC", 6) != 0) {
        if (world_dice(12) != 0)
            extensions[used++] =
                level == 0 ? "basicConstraints=CA:FALSE" : "basicConstraints=critical,CA:TRUE";
    }
    if ((!spoiled || strncmp(extensions[0], "keyU", 4) != 0) && world_dice(2) == 0)
        extensions[used++] =
            level == 0 ? "keyUsage=digitalSignature" : "keyUsage=critical,keyCertSign,cRLSign";
    if ((!spoiled || strncmp(extensions[0], "subjectKey", 10) != 0) && world_dice(2) == 0)
        extensions[used++] = "subjectKeyIdentifier=hash";
    extensions[used++] = "subjectAltName=DNS:www.example.com";
    request.key = (unsigned)(level * 2 + (world_dice(5) == 0) + 1);
    for (unsigned tries = 0; count > 0 && tries < 8 && world_dice(4) != 0; tries++) {
        const struct certificate *candidate = made[world_dice((unsigned)count)];

        for (size_t above = level + 1; above < 4 && issuer == NULL; above++) {
            if (strcmp(certificate_label(candidate), names[above] + 3) == 0)
                issuer = candidate;
        }
    }
    request.issuer = issuer;
    if (issuer != NULL) {
        for (unsigned key = 1; key <= 8; key++) {
            if (EVP_PKEY_eq(pki_key(key), X509_get0_pubkey(certificate_x509(issuer))) == 1)
                request.signer = key;
        }
        if (world_dice(10) == 0)
            request.signer = 9; /* an impostor's signature */
        if (world_dice(3) == 0 && X509_get0_subject_key_id(certificate_x509(issuer)) != NULL)
            extensions[used++] = world_dice(3) == 0 ? "authorityKeyIdentifier=keyid,issuer:always"
                                                    : "authorityKeyIdentifier=keyid";
    }
    request.not_before = age == 0 ? WORLD_NOW + YEAR : WORLD_NOW - YEAR;
    request.not_after =
        age == 1 ? WORLD_NOW - 1000 - world_dice(1000) : WORLD_NOW + 2 * YEAR + world_dice(1000);
    extensions[used] = NULL;
    return pki_issue(&request);
}

void world_init(struct world *world)
{
    for (size_t i = 0; i < WORLD_CERTIFICATES; i++)
        world->certificates[i] = make_certificate(world->certificates, i);
}

void world_clear(struct world *world)
{
    for (size_t i = 0; i < WORLD_CERTIFICATES; i++)
        certificate_free(world->certificates[i]);
}

void world_pick(const struct world *world, struct certificate_list *list, unsigned most)
{
    for (unsigned count = world_dice(most + 1); count > 0; count--)
        certificate_list_add(list, world->certificates[world_dice(WORLD_CERTIFICATES)]);
}
