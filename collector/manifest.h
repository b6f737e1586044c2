/*
 * A trust set as it travels: fingerprints, marks and, of the certificates that could matter to a campaign
 * and that the campaign does not bring itself, the DER. What else a host trusts is nobody's business.
 */
#pragma once

#include "schema/campaign/campaign.h"
#include "schema/trust/trust_set.h"
#include "schema/wire/codec.h"

/* Which names occur in campaigns, and which certificates they bring. */
struct manifest_scope;

struct manifest_scope *manifest_scope_new(struct campaign *const *campaigns, size_t count); /* borrowed */
void manifest_scope_free(struct manifest_scope *scope);

/* The caller's to free, with protobuf_c_message_free_unpacked(). */
Rootshift__V1__TrustManifest *manifest_of(const struct trust_set *set, const struct model *model,
                                          const struct manifest_scope *scope);

/* The trust set again, as far as it can be judged: certificates come from the manifest or the campaigns. */
struct trust_set *manifest_read(const Rootshift__V1__TrustManifest *manifest,
                                const struct manifest_scope *scope);
