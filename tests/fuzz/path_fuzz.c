/*
 * The path engine: a chain and a store of which nothing is known to be sound. An input is a byte that chooses model and
 * instant, then pieces {role, length as u16 big-endian, DER}; what does not parse is left out, as on the wire.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/trust/explain.h"
#include "schema/trust/shape.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/pki.h"

enum { SERVED, TRUSTED, KNOWN, ROLES };

struct question {
    struct certificate_list chain, known;
    struct trust_set *trust;
    bool malformed;
};

static void take(struct question *question, int role, const uint8_t *der, size_t size)
{
    struct error err = { 0 };
    struct certificate *certificate = certificate_parse(der, size, &err);

    if (certificate == NULL) {
        question->malformed = question->malformed || (role == SERVED && question->chain.count == 0);
        return;
    }
    if (role == TRUSTED)
        trust_set_add(question->trust, certificate_fingerprint(certificate),
                      certificate_key_identity(certificate), 0, certificate);
    else
        certificate_list_add(role == SERVED ? &question->chain : &question->known, certificate);
    certificate_free(certificate);
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "path engine: %s\n", what);
    abort();
}

/* What holds whatever is asked. */
static void ask(const struct path_query *query)
{
    struct path_result result;
    const char *reason = NULL;
    enum path_verdict verdict = path_verdict_of(query, &reason);
    bool any = !query->model->verifies;
    const struct explain_subject subject = { .client = query->model->name,
                                             .query = query,
                                             .result = &result };
    struct text text = { 0 };
    struct json json = { 0 };

    path_search(query, &result);
    must(result.verdict == verdict, "searching and asking for the verdict answer differently");
    for (size_t i = 0; i < result.path_count; i++)
        any = any || (result.paths[i].valid && result.paths[i].anchored);
    must(verdict != PATH_TRUSTED || any, "trusted without a valid path");
    must(verdict != PATH_UNDETERMINED || reason != NULL, "undetermined without a reason");
    explain_text(&subject, &text);
    json_object(&json);
    explain_json(&subject, &json);
    json_object_end(&json);
    shape_judge(&result);
    text_clear(&text);
    json_clear(&json);
    path_result_clear(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const int64_t instants[] = { 1700000000, 0, 1900000000, 4102444800 };
    struct question question = { .trust = trust_set_new() };
    size_t models = 0, at = 1;
    struct path_query query = { .chain = &question.chain,
                                .known = &question.known,
                                .trust = question.trust,
                                .name = "www.example.com",
                                .limits = PATH_LIMITS_DEFAULT };

    for (; size > 0 && at + 3 <= size && question.chain.count + question.known.count < 24; at += 3) {
        size_t length = (size_t)bytes[at + 1] << 8 | bytes[at + 2];

        if (length > size - at - 3)
            length = size - at - 3;
        take(&question, bytes[at] % ROLES, bytes + at + 3, length);
        at += length;
    }
    while (model_all()[models].name != NULL)
        models++;
    query.chain_malformed = question.malformed;
    query.model = &model_all()[size > 0 ? bytes[0] % models : 0];
    query.at = instants[size > 0 ? bytes[0] / models % 4 : 0];
    ask(&query);
    query.name = NULL;
    query.model = model_all(); /* the widest */
    ask(&query);
    certificate_list_clear(&question.chain);
    certificate_list_clear(&question.known);
    trust_set_free(question.trust);
    return 0;
}

static void add_piece(struct text *input, int role, const struct certificate *certificate)
{
    size_t size;
    const uint8_t *der = certificate_der(certificate, &size);
    const uint8_t head[] = { (uint8_t)role, (uint8_t)(size >> 8), (uint8_t)size };

    text_append(input, head, sizeof(head));
    text_append(input, der, size);
}

/* A leaf below an intermediate below a root, its cross-certificate and an old root; every extension that is looked at. */
void fuzz_seeds(fuzz_add *add, void *context)
{
    static const char *const root[] = { "basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign",
                                        "subjectKeyIdentifier=hash", NULL };
    static const char *const middle[] = {
        "basicConstraints=critical,CA:TRUE,pathlen:0",
        "keyUsage=keyCertSign",
        "subjectKeyIdentifier=hash",
        "authorityKeyIdentifier=keyid",
        "nameConstraints=permitted;DNS:example.com,excluded;IP:192.0.2.0/255.255.255.0",
        "extendedKeyUsage=serverAuth",
        NULL
    };
    static const char *const leaf[] = { "basicConstraints=CA:FALSE",
                                        "keyUsage=digitalSignature",
                                        "subjectAltName=DNS:www.example.com,IP:192.0.2.7,email:a@example.com",
                                        "extendedKeyUsage=serverAuth",
                                        "authorityInfoAccess=caIssuers;URI:http://a.example",
                                        NULL };
    struct certificate *old =
        pki_issue(&(struct pki_request){ .subject = "CN=Old", .key = 1, .extensions = root });
    struct certificate *new =
        pki_issue(&(struct pki_request){ .subject = "CN=New", .key = 2, .extensions = root });
    struct certificate *cross = pki_issue(&(struct pki_request){
        .subject = "CN=New", .issuer = old, .key = 2, .signer = 1, .extensions = root });
    struct certificate *issuing = pki_issue(&(struct pki_request){
        .subject = "CN=Issuing", .issuer = new, .key = 3, .signer = 2, .extensions = middle });
    struct certificate *end = pki_issue(&(struct pki_request){
        .subject = "CN=www.example.com", .issuer = issuing, .key = 4, .signer = 3, .extensions = leaf });

    for (int model = 0; model < 16; model++) {
        struct text input = { 0 };
        char first = (char)model;

        text_append(&input, &first, 1);
        add_piece(&input, SERVED, end);
        add_piece(&input, SERVED, issuing);
        if (model % 2 == 0)
            add_piece(&input, SERVED, cross);
        add_piece(&input, TRUSTED, model % 3 == 0 ? old : new);
        add_piece(&input, KNOWN, cross);
        add(context, input.bytes, input.size);
        text_clear(&input);
    }
    certificate_free(old);
    certificate_free(new);
    certificate_free(cross);
    certificate_free(issuing);
    certificate_free(end);
}
