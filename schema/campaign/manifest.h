/*
 * A trust set as it travels: per certificate its SHA-256, key identity and marks, and the certificate
 * itself only where a campaign makes it matter and does not bring it along. The centre never believes what
 * it can compute: digests and key identities are checked wherever the certificate is known.
 */
#pragma once

#include "schema/campaign/campaign.h"
#include "schema/trust/trust_set.h"
#include "schema/wire/rootshift.pb-c.h"

/* More than any client's stores hold together; a longer manifest from outside is refused. */
#define MANIFEST_ENTRIES_MAX 50000

/* The campaigns that both ends know. */
struct campaign_shelf {
    struct campaign *const *campaigns;
    size_t count;
};

/* Free with protobuf_c_message_free_unpacked(…, NULL): it is no message of codec_unpack(). */
Rootshift__V1__TrustManifest *manifest_new(const struct trust_set *trust, const struct model *model,
                                           const struct campaign_shelf *shelf);

/*
 * The trust set that a manifest describes, with every certificate that it carries or a campaign lists;
 * free with trust_set_free(). NULL with ERROR_FORMAT when it contradicts itself or its digest, ERROR_ABSENT
 * when this version does not know its model.
 */
struct trust_set *manifest_open(const Rootshift__V1__TrustManifest *manifest,
                                const struct campaign_shelf *shelf, struct error *err);
