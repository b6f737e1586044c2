/* A host that is enrolled with the partner "shop", and what an inspection of it may have found. */
#pragma once

#include "collector/enroll.h"
#include "collector/report.h"
#include "schema/wire/token.h"
#include "tests/support/state.h"

#define NOW INT64_C(1800000000)
#define NOW_MS (NOW * 1000)

static const uint8_t token_secret[TOKEN_SECRET_BYTES] = "a secret of thirty-two bytes....";

/* A token of the partner "shop" that ends a day after NOW; the caller frees it. */
static inline char *a_token(void)
{
    Rootshift__V1__EnrolmentToken token = ROOTSHIFT__V1__ENROLMENT_TOKEN__INIT;
    char *brokers[] = { (char *)"kafka-1:9093", (char *)"kafka-2:9093" };
    struct error err;

    token.token_id = (ProtobufCBinaryData){ 16, (uint8_t *)"0123456789abcdef" };
    token.secret = (ProtobufCBinaryData){ sizeof(token_secret), (uint8_t *)(uintptr_t)token_secret };
    token.centre = (ProtobufCBinaryData){ 32, (uint8_t *)"the centre's key, of 32 bytes too" };
    token.partner = (char *)"shop";
    token.brokers = brokers;
    token.n_brokers = 2;
    token.expires_at = NOW + 86400;
    return token_format(&token, &err);
}

static inline bool enroll(struct state *state, const char *host, const char *environment, int64_t now,
                          struct identity *identity, struct error *err)
{
    char *token = a_token();
    struct enroll_request request = { .token = token, .host = host, .environment = environment };
    bool ok = enroll_host(&request, state, now, identity, err);

    free(token);
    return ok;
}

/* A report with one client and two manifests, as an inspection makes it. */
struct sample {
    uint8_t digests[2][FINGERPRINT_BYTES];
    Rootshift__V1__TrustManifest manifests[2], *list[2];
    Rootshift__V1__HostReport host;
    struct report report;
};

static inline void make_sample(struct sample *sample)
{
    for (int i = 0; i < 2; i++) {
        memset(sample->digests[i], 'a' + i, FINGERPRINT_BYTES);
        rootshift__v1__trust_manifest__init(&sample->manifests[i]);
        sample->manifests[i].digest = (ProtobufCBinaryData){ FINGERPRINT_BYTES, sample->digests[i] };
        sample->list[i] = &sample->manifests[i];
    }
    rootshift__v1__host_report__init(&sample->host);
    sample->host.observed_at = NOW;
    sample->report = (struct report){ &sample->host, sample->list, 2 };
}
