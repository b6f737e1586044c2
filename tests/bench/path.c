/*
 * path_bench: how long the path engine takes. A store of 144 roots and a served chain of three, beside OpenSSL's own
 * X509_verify_cert() on the same; and chains of so many paths that nobody can list them, each in a process of its own
 * for its memory. Parsing is left out on both sides. Prints figures, then one line of JSON; exit 1 when
 * a promise is not kept.
 */
#include "schema/trust/path.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/x509_vfy.h>

#include "tests/support/explosion.h"

#define ROOTS 144
/* Of each way of asking; of their times the fastest tenth counts, the rest is what else the machine does. */
#define ROUNDS 400

/* What is promised. */
#define FIRST_MAX 1.5     /* the first judgement, in OpenSSL's time */
#define REPEATED_MIN 20.0 /* OpenSSL's time in that of a repeated one */
#define EXPLOSION_SECONDS_MAX 2.0
#define EXPLOSION_MIB_MAX 100.0

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare_doubles(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static double typical(double *times, size_t count)
{
    qsort(times, count, sizeof(*times), compare_doubles);
    return times[count / 10];
}

/* the store and the chain */

struct scene {
    struct certificate_list roots, chain;
    struct trust_set *trust;
    X509_STORE *store;
    STACK_OF(X509) * served;
};

/* RSA as public CAs sign with it, or P-256. */
static void scene_make(struct scene *scene, bool rsa)
{
    static const char *const ca[] = { "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign",
                                      "subjectKeyIdentifier=hash", NULL };
    static const char *const issued[] = { "basicConstraints=critical,CA:TRUE",
                                          "keyUsage=critical,keyCertSign", "subjectKeyIdentifier=hash",
                                          "authorityKeyIdentifier=keyid", NULL };
    static const char *const leaf[] = { "subjectAltName=DNS:www.example.com,DNS:api.example.com",
                                        "extendedKeyUsage=serverAuth", "authorityKeyIdentifier=keyid", NULL };
    EVP_PKEY *keys[] = { rsa ? pki_rsa_key(2048) : pki_key(201), rsa ? pki_rsa_key(2048) : pki_key(202) };
    struct pki_request request = { .own_key = keys[0], .extensions = ca };
    struct certificate *top;
    char subject[64];

    *scene =
        (struct scene){ .trust = trust_set_new(), .store = X509_STORE_new(), .served = sk_X509_new_null() };
    for (unsigned i = 0; i < ROOTS; i++) {
        struct certificate *root;

        snprintf(subject, sizeof(subject), "C=US/O=Example %u/CN=Example Root %u", i, i);
        request.subject = subject;
        request.own_key = rsa ? keys[0] : pki_key(i + 1);
        root = pki_issue(&request);
        certificate_list_add(&scene->roots, root);
        trust_set_add(scene->trust, certificate_fingerprint(root), certificate_key_identity(root), 0, root);
        X509_STORE_add_cert(scene->store, certificate_x509(root));
        certificate_free(root);
    }
    for (unsigned level = 0; level < 3; level++) {
        static const char *const subjects[] = { "C=US/O=Example/CN=Example Policy CA",
                                                "C=US/O=Example/CN=Example Issuing CA",
                                                "CN=www.example.com" };
        const struct certificate *issuer =
            level == 0 ? scene->roots.items[ROOTS / 2] : scene->chain.items[level - 1];
        struct certificate *certificate =
            pki_issue(&(struct pki_request){ .subject = subjects[level],
                                             .issuer = issuer,
                                             .own_key = keys[1],
                                             .signing_key = level > 0 ? keys[1]
                                                            : rsa     ? keys[0]
                                                                      : pki_key(ROOTS / 2 + 1),
                                             .extensions = level == 2 ? leaf : issued });

        certificate_list_add(&scene->chain, certificate);
        certificate_free(certificate);
    }
    /* leaf first */
    top = scene->chain.items[0];
    scene->chain.items[0] = scene->chain.items[2];
    scene->chain.items[2] = top;
    for (size_t i = 0; i < scene->chain.count; i++)
        sk_X509_push(scene->served, certificate_x509(scene->chain.items[i]));
}

static void scene_clear(struct scene *scene)
{
    sk_X509_free(scene->served);
    X509_STORE_free(scene->store);
    trust_set_free(scene->trust);
    certificate_list_clear(&scene->roots);
    certificate_list_clear(&scene->chain);
}

static void refuse(const char *what)
{
    fprintf(stderr, "path_bench: %s\n", what);
    exit(3);
}

static double ask_openssl(const struct scene *scene, int64_t at, const char *name)
{
    double start = seconds_now(), end;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *parameters;

    X509_STORE_CTX_init(context, scene->store, certificate_x509(scene->chain.items[0]), scene->served);
    X509_STORE_CTX_set_default(context, "ssl_server");
    parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, (time_t)at);
    X509_VERIFY_PARAM_set1_host(parameters, name, 0);
    if (X509_verify_cert(context) != 1)
        refuse("OpenSSL does not accept the chain");
    X509_STORE_CTX_free(context);
    end = seconds_now();
    return end - start;
}

static struct path_query make_query(const struct scene *scene, const char *model, int64_t at,
                                    const char *name, struct signature_memory *memory)
{
    return (struct path_query){ .chain = &scene->chain,
                                .trust = scene->trust,
                                .model = model_find(model),
                                .name = name,
                                .at = at,
                                .signatures = memory,
                                .limits = PATH_LIMITS_DEFAULT };
}

static double ask_first(const struct path_query *query)
{
    double start = seconds_now();

    if (path_verdict_of(query, NULL) != PATH_TRUSTED)
        refuse("we do not accept the chain");
    return seconds_now() - start;
}

static double ask_again(struct path_ground *ground, int64_t at, const char *name)
{
    double start = seconds_now();

    if (path_ground_verdict(ground, at, name, NULL) != PATH_TRUSTED)
        refuse("we do not accept the chain again");
    return seconds_now() - start;
}

struct times {
    double openssl, first, repeated;
};

/* All three in turn, so that whatever disturbs one disturbs the others. */
static struct times race(const char *model, bool rsa)
{
    double openssl[ROUNDS], first[ROUNDS], repeated[ROUNDS];
    struct path_ground *ground;
    struct path_query query;
    struct scene scene;

    scene_make(&scene, rsa);
    query = make_query(&scene, model, EXPLOSION_NOW, NULL, NULL);
    ground = path_ground_new(&query);
    for (size_t i = 0; i < ROUNDS; i++) {
        struct signature_memory *fresh = signature_memory_new();
        const char *name = i % 2 == 0 ? "www.example.com" : "api.example.com";
        int64_t at = EXPLOSION_NOW + (int64_t)i * 3600;

        query = make_query(&scene, model, at, name, fresh);
        openssl[i] = ask_openssl(&scene, at, name);
        first[i] = ask_first(&query);
        repeated[i] = ask_again(ground, at, name);
        signature_memory_free(fresh);
    }
    path_ground_free(ground);
    scene_clear(&scene);
    return (struct times){ typical(openssl, ROUNDS), typical(first, ROUNDS), typical(repeated, ROUNDS) };
}

/* explosions */

struct burst {
    enum path_verdict verdict;
    double seconds, mebibytes;
};

static void explode(const struct explosion *explosion, int out)
{
    struct certificate_list chain = { 0 }, roots = { 0 };
    struct trust_set *trust = trust_set_new();
    const struct path_query query = { .chain = &chain,
                                      .trust = trust,
                                      .model = model_find("rfc5280"),
                                      .at = EXPLOSION_NOW,
                                      .limits = PATH_LIMITS_DEFAULT };
    struct path_result result;
    struct burst burst;
    struct rusage usage;
    double start;

    explosion_make(explosion, &chain, &roots);
    trust_set_add(trust, certificate_fingerprint(roots.items[0]), certificate_key_identity(roots.items[0]), 0,
                  roots.items[0]);
    start = seconds_now();
    path_search(&query, &result);
    burst.seconds = seconds_now() - start;
    burst.verdict = result.verdict;
    getrusage(RUSAGE_SELF, &usage);
    burst.mebibytes = (double)usage.ru_maxrss / 1024;
    if (write(out, &burst, sizeof(burst)) != (ssize_t)sizeof(burst))
        _exit(3);
    _exit(0);
}

static struct burst run_explosion(const struct explosion *explosion)
{
    struct burst burst = { .verdict = PATH_UNDETERMINED };
    int ends[2], status;
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        refuse("no process to be had");
    if (child == 0)
        explode(explosion, ends[1]);
    close(ends[1]);
    if (read(ends[0], &burst, sizeof(burst)) != (ssize_t)sizeof(burst))
        refuse("an explosion ended its process");
    close(ends[0]);
    waitpid(child, &status, 0);
    return burst;
}

/* What is said at the end. */
struct report {
    struct text ratios, figures;
    bool kept;
};

/* A member of a JSON object, its name in letters, digits and _. */
static void add_number(struct text *members, const char *name, const char *what, double value)
{
    text_add(members, members->size > 0 ? ", \"" : "\"");
    for (const char *at = name; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at))
            text_append(members, at, 1);
        else if (members->bytes[members->size - 1] != '_')
            text_add(members, "_");
    }
    text_format(members, "_%s\": %.3f", what, value);
}

static void race_and_report(const char *model, bool rsa, struct report *report)
{
    struct times times = race(model, rsa);
    double first = times.first / times.openssl, repeated = times.openssl / times.repeated;
    char name[64];

    snprintf(name, sizeof(name), "%s, %s", model, rsa ? "RSA 2048" : "P-256");
    printf(
        "%-20s OpenSSL %6.1f us; first %6.1f us: %.2f of its time; repeated %5.2f us: %.1f times as fast\n",
        name, times.openssl * 1e6, times.first * 1e6, first, times.repeated * 1e6, repeated);
    add_number(&report->ratios, name, "first", first);
    add_number(&report->ratios, name, "repeated", repeated);
    add_number(&report->figures, name, "openssl_us", times.openssl * 1e6);
    add_number(&report->figures, name, "first_us", times.first * 1e6);
    add_number(&report->figures, name, "repeated_us", times.repeated * 1e6);
    report->kept = report->kept && first <= FIRST_MAX && repeated >= REPEATED_MIN;
}

static void explode_and_report(const struct explosion *explosion, struct report *report)
{
    struct burst burst = run_explosion(explosion);
    enum path_verdict right = explosion->good == EXPLOSION_NONE ? PATH_UNTRUSTED : PATH_TRUSTED;
    bool good = burst.verdict == right && burst.seconds < EXPLOSION_SECONDS_MAX &&
                burst.mebibytes < EXPLOSION_MIB_MAX;

    printf("%-48s %-10s %.3f s %5.1f MiB%s\n", explosion->name, path_verdict_name(burst.verdict),
           burst.seconds, burst.mebibytes, good ? "" : "  NOT AS PROMISED");
    add_number(&report->figures, explosion->name, "seconds", burst.seconds);
    add_number(&report->figures, explosion->name, "mebibytes", burst.mebibytes);
    report->kept = report->kept && good;
}

int main(void)
{
    struct report report = { .kept = true };

    for (size_t i = 0; i < EXPLOSIONS; i++)
        explode_and_report(&explosions[i], &report);
    race_and_report("openssl", true, &report);
    race_and_report("openssl", false, &report);
    race_and_report("rfc5280", true, &report);
    race_and_report("rfc5280", false, &report);
    printf("{\"bench\": \"path\", \"ratios\": {%s}, \"figures\": {%s}}\n", text_string(&report.ratios),
           text_string(&report.figures));
    text_clear(&report.ratios);
    text_clear(&report.figures);
    return report.kept ? 0 : 1;
}
