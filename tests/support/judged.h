/* A campaign of the test's own, and what is expected of a judgement on it. */
#pragma once

#include "tests/support/migration.h"

#include "schema/campaign/judge.h"

/* The PKI made and the campaign loaded, or the end of the program; the caller's to free. */
static inline struct campaign *judged_campaign(const char *file)
{
    struct error err = { 0 };
    struct campaign *campaign = migration_make(NULL) == 0 ? campaign_load(migration_write(file), &err) : NULL;

    if (campaign == NULL) {
        fprintf(stderr, "no campaign: %s\n", err.message);
        exit(1);
    }
    return campaign;
}

static inline void expect_judgement(const struct judgement *judgement, enum verdict verdict,
                                    const char *reason, int64_t valid_until)
{
    if (judgement->verdict != verdict || strcmp(judgement->reason, reason) != 0 ||
        judgement->valid_until != valid_until)
        fail_msg("expected %s: %s until %lld, got %s: %s until %lld", verdict_name(verdict), reason,
                 (long long)valid_until, verdict_name(judgement->verdict), judgement->reason,
                 (long long)judgement->valid_until);
}
