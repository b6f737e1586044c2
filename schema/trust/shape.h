/*
 * The profile of certificates for TLS servers (schema/x509/profile.h) on whole answers: warnings, which alter a verdict only
 * for who asks for the profile to be judged.
 */
#pragma once

#include "schema/trust/path.h"

/*
 * What strikes in the certificates of all paths and in the list as served, a line each into `warnings`: its code, whose it
 * is, and what the source asks for. Lines that are there already are not added again.
 */
void shape_warn(const struct path_query *query, const struct path_result *result, struct text_list *warnings);

/*
 * The profile as a verdict: valid paths with a breach become invalid, with the problem "profile" of the certificate that
 * has it, and without a valid path left the answer is untrusted.
 */
void shape_judge(struct path_result *result);
