/*
 * A campaign: one migration of servers from one root to another. Its roots, the chains that servers
 * present, the phases in which clients meet them, the endpoints, and the gate of each phase. Loaded
 * from one strict YAML file; instants are Unix seconds, intervals half open [from, until).
 */
#pragma once

#include "schema/base/clock.h"
#include "schema/base/text.h"
#include "schema/campaign/verdict.h"
#include "schema/x509/certificate.h"

enum root_role { ROOT_NEW, ROOT_OLD, ROOT_RETIRED };
enum campaign_source { SOURCE_NOTICE, SOURCE_ASSUMED };
enum endpoint_use { USE_PRODUCTION, USE_SANDBOX, USE_VALIDATION, USE_FALLBACK };
enum endpoint_scope { SCOPE_CONNECTIVITY, SCOPE_BUSINESS }; /* what a successful request proves */
enum gate_weight { WEIGH_BY_HOSTS, WEIGH_BY_TRAFFIC, WEIGH_BY_PARTNERS };

/* English and Chinese; zh falls back to en. */
struct campaign_text {
    char *en, *zh;
};

struct campaign_root {
    char *name;
    struct campaign_text note;
    enum root_role role;
    struct certificate *certificate; /* its SHA-256 was checked against the file's */
};

/* What servers present. Either the certificates themselves or, roughly, the roots that will do. */
struct campaign_chain {
    char *name;
    struct campaign_text note;
    struct certificate_list certificates; /* leaf first, a template; empty: known only by its roots */
    size_t *accepts; /* indices into campaign.roots: any will do; where not declared, those it hangs from */
    size_t accepts_count;
};

struct campaign_rollout {
    int64_t from;
    size_t chain;
    int percent;
    enum campaign_source source;
};

struct campaign_gate {
    double ready, coverage, ready_of_expected, waived_max; /* shares, 0 to 1 */
    enum evidence min_evidence;
    enum gate_weight weigh_by;
    bool critical_ready;      /* every critical partner must be ready */
    int64_t evidence_max_age; /* seconds */
    bool given;               /* the file says it; false: the defaults above */
};

struct campaign_phase {
    char *name;
    struct campaign_text note;
    int64_t starts;     /* inclusive */
    int64_t end;        /* exclusive: the next phase's starts, or the campaign's ends */
    int64_t advised_by; /* shown; CLOCK_NEVER when left out */
    int64_t ready_by;   /* exclusive; gated */
    enum campaign_source source, advised_source; /* of starts and ready_by; of advised_by */
    size_t *serves;                              /* indices into campaign.chains */
    size_t serves_count;
    struct campaign_rollout *rollout;
    size_t rollout_count;
    size_t *endpoints; /* scope: indices; empty means all */
    size_t endpoint_count;
    struct text_list cohorts; /* scope; empty means all */
    struct campaign_gate gate;
};

struct campaign_endpoint {
    char *name;
    struct campaign_text note;
    enum endpoint_use use;
    enum endpoint_scope scope;
    size_t chain;                  /* index into campaign.chains */
    struct text_list server_names; /* sent in SNI and checked */
    int port;
    struct text_list addresses; /* literal; empty: resolve the name */
    char *request_path;         /* NULL: no request */
    int64_t from, until;        /* 0 when it always was there; CLOCK_NEVER when it has no end */
    enum campaign_source source;
    int per_host_per_day, per_second; /* probing budget; 0 means unlimited */
};

struct campaign_warning {
    int line;
    char *message;
};

struct campaign {
    char *name;
    int version;
    char *zone;
    struct campaign_text title, contact;
    struct campaign_root *roots;
    size_t root_count;
    struct certificate_list intermediates;
    struct campaign_chain *chains;
    size_t chain_count;
    struct campaign_phase *phases;
    size_t phase_count;
    int64_t ends;
    enum campaign_source ends_source;
    struct campaign_endpoint *endpoints;
    size_t endpoint_count;
    struct text_list affected_names; /* of the certificates that change: "*.alipay.com" */
    struct fingerprint digest;       /* of everything above as it was understood, files included */
    struct campaign_warning *warnings;
    size_t warning_count;
};

/*
 * NULL with *err for the first fault of a file: `file:line: key: what was expected`. Where a key names
 * a PEM file, its path is relative to the campaign's own folder, or the PEM text itself stands there.
 */
struct campaign *campaign_load(const char *path, struct error *err);

/*
 * From one self-contained text, as it travels and as the database keeps it: no file is read, the PEM
 * text stands where the file had a path. campaign_pack() makes that text from a file, after loading
 * it (so a faulty campaign is never packed); the caller's to free. Both have the same digest.
 */
struct campaign *campaign_load_text(const char *name, const char *yaml, size_t size, struct error *err);
char *campaign_pack(const char *path, struct error *err);

void campaign_free(struct campaign *campaign);

const struct campaign_phase *campaign_phase_find(const struct campaign *campaign, const char *name);
const struct campaign_root *campaign_root_find(const struct campaign *campaign, const char *name);

const char *root_role_name(enum root_role role);
const char *campaign_source_name(enum campaign_source source);
const char *endpoint_use_name(enum endpoint_use use);
const char *endpoint_scope_name(enum endpoint_scope scope);
const char *gate_weight_name(enum gate_weight weight);

/* What was understood, as one JSON document; the digest is SHA-256 of it. */
void campaign_write(const struct campaign *campaign, struct text *out);

/* The JSON Schema of a campaign file, made from the loader's own table (schema/json/campaign.json). */
void campaign_write_schema(struct text *out);
