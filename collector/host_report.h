/*
 * An inspection as messages: the document of `inspect --json`, which is also the content of a report, and
 * the trust manifests that it names.
 */
#pragma once

#include "collector/inspection.h"
#include "schema/campaign/guidance.h"

struct host_report {
    Rootshift__V1__HostReport *report;
    Rootshift__V1__TrustManifest **manifests; /* each trust set once */
    size_t manifest_count;
};

/* Clear with host_report_clear(); nothing is borrowed. */
void host_report_make(struct host_report *made, const struct inspection *inspection,
                      enum guidance_language language, int64_t now);
void host_report_clear(struct host_report *made);
