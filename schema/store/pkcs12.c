/*
 * PKCS#12 (RFC 7292) as Java's trust stores use it. OpenSSL takes it apart, bag by bag: its
 * PKCS12_parse loses the attribute by which Java tells trusted certificates from others.
 */
#include "schema/store/reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

/* Written by keytool for each trusted certificate; Java looks only whether it is there. */
#define TRUSTED_KEY_USAGE "2.16.840.1.113894.746875.1.1"

/*
 * keytool writes 10 000 iterations, 100 000 in its legacy form; OpenSSL 2048. Java itself refuses more
 * than 5 000 000, but that is seconds of somebody else's processor for each password and each safe, so
 * there is a bound on one derivation and one on all that a file can ask for.
 */
#define ITERATIONS_MAX 1000000
#define ITERATIONS_PER_FILE 3000000
#define SAFES_MAX 64

/* RC2-40, which Java 8 writes, lives in OpenSSL's legacy provider; the default one must stay beside it. */
static OSSL_PROVIDER *legacy;

static void unload_legacy(void)
{
    OSSL_PROVIDER_unload(legacy);
}

static void load_legacy(void)
{
    legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    if (legacy != NULL)
        atexit(unload_legacy); /* before OpenSSL's own end, which was registered earlier */
}

static void need_legacy(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load_legacy);
    ERR_clear_error();
}

/* The iterations that an encrypted safe asks for; -1 when its scheme is not known to us. */
static long iterations_of(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object;
    const void *parameters;
    PBE2PARAM *second = NULL;
    PBKDF2PARAM *derivation = NULL;
    PBEPARAM *first = NULL;
    long iterations = -1;
    int type;

    X509_ALGOR_get0(&object, &type, &parameters, algorithm);
    if (type != V_ASN1_SEQUENCE)
        return -1;
    if (OBJ_obj2nid(object) != NID_pbes2) {
        first = ASN1_item_unpack(parameters, ASN1_ITEM_rptr(PBEPARAM));
        if (first != NULL)
            iterations = ASN1_INTEGER_get(first->iter);
        goto done;
    }
    second = ASN1_item_unpack(parameters, ASN1_ITEM_rptr(PBE2PARAM));
    if (second == NULL || second->keyfunc == NULL ||
        OBJ_obj2nid(second->keyfunc->algorithm) != NID_id_pbkdf2 || second->keyfunc->parameter == NULL ||
        second->keyfunc->parameter->type != V_ASN1_SEQUENCE)
        goto done;
    derivation = ASN1_item_unpack(second->keyfunc->parameter->value.sequence, ASN1_ITEM_rptr(PBKDF2PARAM));
    if (derivation != NULL)
        iterations = ASN1_INTEGER_get(derivation->iter);
done:
    PBEPARAM_free(first);
    PBE2PARAM_free(second);
    PBKDF2PARAM_free(derivation);
    return iterations;
}

/* One file on its way: the safes that could be opened, in order. */
struct opened {
    PKCS12 *file;
    STACK_OF(PKCS7) * safes;
    STACK_OF(PKCS12_SAFEBAG) * bags[SAFES_MAX];
    int safe_count;
    const char *password; /* that fits; NULL also stands for none */
    bool password_found;
    bool undecided;  /* no password could be tried, so none can be called wrong */
    long iterations; /* made so far for this file */
    size_t number;   /* entries so far */
    size_t keys;
    bool key_without_id;
};

/* Whether one more derivation is within the file's bound; counts it. */
static bool may_derive(struct opened *opened, long iterations)
{
    if (iterations > ITERATIONS_PER_FILE - opened->iterations)
        return false;
    opened->iterations += iterations;
    return true;
}

struct trial {
    struct opened *opened;
    long iterations;
    PKCS7 *safe;
    STACK_OF(PKCS12_SAFEBAG) * bags;
};

static bool mac_fits(void *context, const char *password)
{
    struct trial *trial = context;

    return may_derive(trial->opened, trial->iterations) &&
           PKCS12_verify_mac(trial->opened->file, password, password == NULL ? 0 : -1) == 1;
}

/* A file without MAC: the password that opens its first encrypted safe is its password. */
static bool safe_opens(void *context, const char *password)
{
    struct trial *trial = context;

    if (may_derive(trial->opened, trial->iterations))
        trial->bags = PKCS12_unpack_p7encdata(trial->safe, password, password == NULL ? 0 : -1);
    return trial->bags != NULL;
}

struct remembered {
    struct opened *opened;
    store_password_fits *fits;
    void *context;
};

static bool remember(void *context, const char *password)
{
    struct remembered *remembered = context;

    if (!remembered->fits(remembered->context, password))
        return false;
    remembered->opened->password = password;
    remembered->opened->password_found = true;
    return true;
}

static bool find_password(struct opened *opened, const struct store_options *options,
                          store_password_fits *fits, void *context)
{
    struct remembered remembered = { opened, fits, context };

    return store_try_passwords(options, remember, &remembered);
}

static void check_mac(struct opened *opened, const struct store_options *options, struct store *store)
{
    struct trial trial = { .opened = opened };
    const ASN1_INTEGER *iterations = NULL;
    const X509_ALGOR *digest = NULL;
    const ASN1_OBJECT *name = NULL;

    if (!PKCS12_mac_present(opened->file))
        return;
    store->integrity = STORE_INTEGRITY_UNVERIFIED;
    PKCS12_get0_mac(NULL, &digest, NULL, &iterations, opened->file);
    X509_ALGOR_get0(&name, NULL, NULL, digest);
    store->new_mac = OBJ_obj2nid(name) != NID_sha1;
    trial.iterations = iterations == NULL ? 1 : ASN1_INTEGER_get(iterations); /* RFC 7292: DEFAULT 1 */
    if (trial.iterations < 0 || trial.iterations > ITERATIONS_MAX) {
        opened->undecided = true;
        store_trouble(store, STORE_OPAQUE, "its integrity check asks for more iterations than are made");
        return;
    }
    if (find_password(opened, options, mac_fits, &trial))
        store->integrity = STORE_INTEGRITY_VERIFIED;
}

static STACK_OF(PKCS12_SAFEBAG) * open_encrypted(struct opened *opened, PKCS7 *safe,
                                                 const struct store_options *options, struct store *store)
{
    struct trial trial = { .opened = opened, .safe = safe };
    long iterations = safe->d.encrypted == NULL || safe->d.encrypted->enc_data == NULL
                          ? -1
                          : iterations_of(safe->d.encrypted->enc_data->algorithm);

    store->encrypted = true;
    if (options
            ->without_password) { /* as Java does without a password: such a safe is passed over, and is no fault */
        store->password_needed = true;
        if (store->problem == NULL)
            store->problem = memory_text("encrypted, and read without a password: Java sees nothing of it");
        return NULL;
    }
    if (iterations < 0 || iterations > ITERATIONS_MAX) {
        store_trouble(store, STORE_OPAQUE,
                      iterations < 0 ? "encrypted in a way that is not known"
                                     : "encrypted with more iterations than are made");
        return NULL;
    }
    trial.iterations = iterations;
    if (opened->password_found)
        safe_opens(&trial, opened->password);
    else if (store->integrity == STORE_INTEGRITY_NONE)
        find_password(opened, options, safe_opens, &trial);
    if (trial.bags != NULL)
        return trial.bags;
    if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_UNSUPPORTED ||
        ERR_GET_REASON(ERR_peek_error()) == ERR_R_UNSUPPORTED) {
        store_trouble(store, STORE_OPAQUE,
                      "encrypted with an algorithm that needs OpenSSL's legacy provider");
        return NULL;
    }
    store->password_needed = !opened->undecided;
    store_trouble(store, STORE_PARTIAL, "encrypted, and none of the passwords tried fits");
    return NULL;
}

static void open_safes(struct opened *opened, const struct store_options *options, struct store *store)
{
    for (int i = 0; i < sk_PKCS7_num(opened->safes); i++) {
        PKCS7 *safe = sk_PKCS7_value(opened->safes, i);
        STACK_OF(PKCS12_SAFEBAG) *bags = NULL;

        if (opened->safe_count == SAFES_MAX) {
            store_trouble(store, STORE_OPAQUE, "more safes than are read");
            return;
        }
        if (PKCS7_type_is_data(safe))
            bags = PKCS12_unpack_p7data(safe);
        else if (PKCS7_type_is_encrypted(safe))
            bags = open_encrypted(opened, safe, options, store);
        if (bags != NULL)
            opened->bags[opened->safe_count++] = bags;
        else if (store->problem == NULL)
            store_trouble(store, STORE_OPAQUE, "a safe that cannot be read");
        ERR_clear_error();
    }
}

static const ASN1_OCTET_STRING *key_id(const PKCS12_SAFEBAG *bag)
{
    const ASN1_TYPE *value = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);

    return value != NULL && value->type == V_ASN1_OCTET_STRING ? value->value.octet_string : NULL;
}

static bool has_java_mark(const PKCS12_SAFEBAG *bag)
{
    const STACK_OF(X509_ATTRIBUTE) *attributes = PKCS12_SAFEBAG_get0_attrs(bag);
    char name[80];

    for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes); i++) {
        const ASN1_OBJECT *object = X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(attributes, i));

        if (OBJ_obj2txt(name, sizeof(name), object, 1) > 0 && strcmp(name, TRUSTED_KEY_USAGE) == 0)
            return true;
    }
    return false;
}

static bool is_key(const PKCS12_SAFEBAG *bag)
{
    int kind = PKCS12_SAFEBAG_get_nid(bag);

    return kind == NID_keyBag || kind == NID_pkcs8ShroudedKeyBag;
}

/* Keys may come behind their certificates, so they are counted first. */
static void count_keys(struct opened *opened)
{
    for (int i = 0; i < opened->safe_count; i++) {
        for (int j = 0; j < sk_PKCS12_SAFEBAG_num(opened->bags[i]); j++) {
            const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(opened->bags[i], j);

            if (!is_key(bag))
                continue;
            opened->keys++;
            opened->key_without_id = opened->key_without_id || key_id(bag) == NULL;
        }
    }
}

static bool has_key(const struct opened *opened, const ASN1_OCTET_STRING *id)
{
    for (int i = 0; id != NULL && i < opened->safe_count; i++) {
        for (int j = 0; j < sk_PKCS12_SAFEBAG_num(opened->bags[i]); j++) {
            const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(opened->bags[i], j);
            const ASN1_OCTET_STRING *other = is_key(bag) ? key_id(bag) : NULL;

            if (other != NULL && ASN1_OCTET_STRING_cmp(id, other) == 0)
                return true;
        }
    }
    return false;
}

/* The certificate of a bag as DER, for OPENSSL_free(); NULL when it holds none. */
static uint8_t *take_der(const PKCS12_SAFEBAG *bag, size_t *size)
{
    X509 *x509 = PKCS12_SAFEBAG_get1_cert(bag);
    uint8_t *der = NULL;
    int bytes = x509 == NULL ? -1 : i2d_X509(x509, &der);

    X509_free(x509);
    *size = bytes < 0 ? 0 : (size_t)bytes;
    return bytes < 0 ? NULL : der;
}

static bool visit_bag(struct opened *opened, PKCS12_SAFEBAG *bag, store_visitor *visit, void *context)
{
    struct store_entry entry = { .offset = opened->number, .kind = STORE_ENTRY_OTHER };
    char *alias = NULL;
    uint8_t *der = NULL;
    bool going, first_certificate;

    if (PKCS12_SAFEBAG_get_nid(bag) == NID_certBag) {
        first_certificate = opened->number == 0;
        opened->number++;
        alias = PKCS12_get_friendlyname(bag);
        entry.alias = alias;
        entry.kind = STORE_ENTRY_CERTIFICATE;
        entry.java_trusted = has_java_mark(bag);
        der = take_der(bag, &entry.der_bytes);
        entry.der = der;
        if (der == NULL) {
            entry.kind = STORE_ENTRY_DAMAGED;
            entry.damage = "a certificate bag that holds no X.509 certificate";
        } else if (!entry.java_trusted &&
                   (has_key(opened, key_id(bag)) || (opened->keys == 1 && opened->key_without_id &&
                                                     key_id(bag) == NULL && first_certificate))) {
            entry.kind =
                STORE_ENTRY_KEY_CHAIN; /* the key's own; whoever issued it is not trusted by being there */
        }
    } else if (PKCS12_SAFEBAG_get_nid(bag) == NID_safeContentsBag) {
        entry.damage = "bags nested in a bag, which Java does not read";
    }
    going = visit(context, &entry);
    OPENSSL_free(alias);
    OPENSSL_free(der);
    ERR_clear_error();
    return going;
}

static void visit_bags(struct opened *opened, store_visitor *visit, void *context)
{
    count_keys(opened);
    for (int i = 0; i < opened->safe_count; i++) {
        for (int j = 0; j < sk_PKCS12_SAFEBAG_num(opened->bags[i]); j++) {
            if (!visit_bag(opened, sk_PKCS12_SAFEBAG_value(opened->bags[i], j), visit, context))
                return;
        }
    }
}

static bool walk(const uint8_t *bytes, size_t size, const struct store_options *options, struct store *store,
                 store_visitor *visit, void *context, struct error *err)
{
    struct opened opened = { 0 };
    const uint8_t *at = bytes;
    bool ok = false;

    need_legacy();
    opened.file = d2i_PKCS12(NULL, &at, (long)size);
    if (opened.file != NULL)
        opened.safes = PKCS12_unpack_authsafes(opened.file);
    if (opened.safes == NULL) {
        error_set(err, ERROR_FORMAT, "not the PKCS#12 file that its first bytes promise");
        goto done;
    }
    check_mac(&opened, options, store);
    open_safes(&opened, options, store);
    visit_bags(&opened, visit, context);
    ok = true;
    if (store->password_needed && !options->without_password && store->count == 0)
        ok = error_set(err, ERROR_DENIED, "%s", store->problem);
done:
    for (int i = 0; i < opened.safe_count; i++)
        sk_PKCS12_SAFEBAG_pop_free(opened.bags[i], PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(opened.safes, PKCS7_free);
    PKCS12_free(opened.file);
    ERR_clear_error();
    return ok;
}

/* PFX ::= SEQUENCE { version INTEGER (3) … } */
static bool knows(const uint8_t *bytes, size_t size)
{
    static const uint8_t version[] = { 0x02, 0x01, 0x03 };
    size_t header = size < 2 ? 0 : bytes[1] <= 0x80 ? 2 : 2 + (size_t)(bytes[1] & 0x7f);

    return size > header + sizeof(version) && bytes[0] == 0x30 &&
           memcmp(bytes + header, version, sizeof(version)) == 0;
}

const struct store_reader store_reader_pkcs12 = { STORE_PKCS12, "pkcs12", knows, walk };
