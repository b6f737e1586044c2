/* The campaign loader: a file that a person wrote, or somebody pretends to have. Roots are read from the catalogue. */
#include <stdio.h>
#include <string.h>

#include "schema/campaign/campaign.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = { 0 };
    struct campaign *campaign =
        campaign_load_text(SOURCE_ROOT "/deploy/campaigns/fuzz.yaml", (const char *)bytes, size, &err);

    if (campaign == NULL && err.message[0] == '\0') {
        fprintf(stderr, "campaign: refused without a word\n");
        __builtin_trap();
    }
    campaign_free(campaign);
    return 0;
}

void fuzz_seeds(fuzz_add *add, void *context)
{
    fuzz_seed_file(add, context, SOURCE_ROOT "/deploy/campaigns/alipay-2018-digicert.yaml");
    fuzz_seed_file(add, context, SOURCE_ROOT "/deploy/campaigns/alipay-2024-g2.yaml");
}
