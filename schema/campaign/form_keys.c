#include "schema/campaign/form.h"

/* Every key of a campaign file. Order matters where a row refers to another: roots, then chains, then endpoints. */

#define IN(type, member) offsetof(struct type, member)

static const char *const roles[] = { "new", "old", "retired", NULL };
static const char *const sources[] = { "notice", "assumed", NULL };
static const char *const uses[] = { "production", "sandbox", "validation", "fallback", NULL };
static const char *const scopes[] = { "connectivity", "business", NULL };
static const char *const weights[] = { "hosts", "traffic", "partners", NULL };
static const char *const critical[] = { "any", "ready", NULL };

const struct form_section_row form_sections[FORM_SECTIONS] = {
    [FORM_CAMPAIGN] = { "campaign", sizeof(struct campaign), .named = false },
    [FORM_ROOT] = { "root", sizeof(struct campaign_root), true, IN(campaign, roots),
                    IN(campaign, root_count) },
    [FORM_CHAIN] = { "chain", sizeof(struct campaign_chain), true, IN(campaign, chains),
                     IN(campaign, chain_count) },
    [FORM_PHASE] = { "phase", sizeof(struct campaign_phase), true, IN(campaign, phases),
                     IN(campaign, phase_count) },
    [FORM_ROLLOUT] = { "rollout step", sizeof(struct campaign_rollout), .named = false },
    [FORM_GATE] = { "gate", sizeof(struct campaign_gate), .named = false },
    [FORM_ENDPOINT] = { "endpoint", sizeof(struct campaign_endpoint), true, IN(campaign, endpoints),
                        IN(campaign, endpoint_count) },
    [FORM_REQUEST] = { "request", sizeof(struct campaign_endpoint), .named = false },
    [FORM_BUDGET] = { "budget", sizeof(struct campaign_endpoint), .named = false },
    [FORM_AFFECTED] = { "affected", sizeof(struct campaign), .named = false },
};

#define NEVER "9999-12-31T23:59:59Z" /* CLOCK_NEVER */
#define ALWAYS "1970-01-01T00:00:00Z"

/* clang-format off */
const struct form_key form_keys[] = {
    { FORM_CAMPAIGN, "campaign", &form_name, IN(campaign, name), .required = true,
      .meaning = "the campaign's name, the same in all its versions" },
    { FORM_CAMPAIGN, "version", &form_number, IN(campaign, version), .required = true, .low = 1, .high = 1000000000,
      .meaning = "goes up with every change" },
    { FORM_CAMPAIGN, "timezone", &form_zone, IN(campaign, zone), .required = true,
      .meaning = "the zone in which dates without a time are midnight" },
    { FORM_CAMPAIGN, "title", &form_texts, IN(campaign, title), .required = true, .meaning = "what people call it" },
    { FORM_CAMPAIGN, "contact", &form_texts, IN(campaign, contact), .required = true,
      .meaning = "where partners ask: a mail address or a page" },
    { FORM_CAMPAIGN, "roots", &form_named, IN(campaign, roots), IN(campaign, root_count), FORM_ROOT, true,
      .meaning = "the roots that matter, each under its short name" },
    { FORM_CAMPAIGN, "intermediates", &form_certificate_files, IN(campaign, intermediates),
      .meaning = "cross-certificates and issuing CAs known to the owner" },
    { FORM_CAMPAIGN, "chains", &form_named, IN(campaign, chains), IN(campaign, chain_count), FORM_CHAIN, true,
      .meaning = "what servers present, each under its short name" },
    { FORM_CAMPAIGN, "ends", &form_instant, IN(campaign, ends), .required = true,
      .meaning = "when the last phase is over (exclusive)" },
    { FORM_CAMPAIGN, "ends_source", &form_choice, IN(campaign, ends_source), .fallback = "assumed", .words = sources,
      .meaning = "who says so" },
    { FORM_CAMPAIGN, "endpoints", &form_items, IN(campaign, endpoints), IN(campaign, endpoint_count), FORM_ENDPOINT,
      .meaning = "addresses that serve these chains" },
    { FORM_CAMPAIGN, "phases", &form_items, IN(campaign, phases), IN(campaign, phase_count), FORM_PHASE, true,
      .meaning = "in order of their starts; each lasts until the next one" },
    { FORM_CAMPAIGN, "affected", &form_group, .of = FORM_AFFECTED, .meaning = "what the change of certificates covers" },

    { FORM_ROOT, "file", &form_certificate, IN(campaign_root, certificate), .required = true,
      .meaning = "the root: a PEM file beside the campaign, or the PEM text itself" },
    { FORM_ROOT, "sha256", &form_certificate_print, IN(campaign_root, certificate), .required = true,
      .meaning = "SHA-256 of the certificate, so that another file cannot slip in" },
    { FORM_ROOT, "role", &form_choice, IN(campaign_root, role), .required = true, .words = roles,
      .meaning = "what becomes of it in this migration" },
    { FORM_ROOT, "note", &form_texts, IN(campaign_root, note), .meaning = "for people" },

    { FORM_CHAIN, "note", &form_texts, IN(campaign_chain, note), .meaning = "for people" },
    { FORM_CHAIN, "certificates", &form_certificate_file, IN(campaign_chain, certificates),
      .meaning = "the chain as it is served, leaf first; the leaf is a template whose dates are not judged: "
                 "a PEM file beside the campaign, or the PEM text itself" },
    { FORM_CHAIN, "accepts", &form_references, IN(campaign_chain, accepts), IN(campaign_chain, accepts_count), FORM_ROOT,
      .meaning = "any of these roots will do for a client that holds it" },

    { FORM_ENDPOINT, "name", &form_name, IN(campaign_endpoint, name), .required = true, .meaning = "its short name" },
    { FORM_ENDPOINT, "note", &form_texts, IN(campaign_endpoint, note), .meaning = "for people" },
    { FORM_ENDPOINT, "use", &form_choice, IN(campaign_endpoint, use), .required = true, .words = uses,
      .meaning = "what it is there for" },
    { FORM_ENDPOINT, "scope", &form_choice, IN(campaign_endpoint, scope), .fallback = "connectivity", .words = scopes,
      .meaning = "what a successful request proves" },
    { FORM_ENDPOINT, "chain", &form_reference, IN(campaign_endpoint, chain), .of = FORM_CHAIN, .required = true,
      .meaning = "the chain that it serves" },
    { FORM_ENDPOINT, "server_names", &form_hosts, IN(campaign_endpoint, server_names), .required = true,
      .meaning = "names to send in SNI, and for which its certificate is" },
    { FORM_ENDPOINT, "port", &form_number, IN(campaign_endpoint, port), .fallback = "443", .low = 1, .high = 65535,
      .meaning = "TCP port" },
    { FORM_ENDPOINT, "addresses", &form_addresses, IN(campaign_endpoint, addresses),
      .meaning = "IP addresses to connect to; left out: what the name resolves to" },
    { FORM_ENDPOINT, "request", &form_group, .of = FORM_REQUEST, .meaning = "the HTTP request that shows success" },
    { FORM_ENDPOINT, "from", &form_instant, IN(campaign_endpoint, from), .fallback = ALWAYS,
      .meaning = "when it starts to serve this chain" },
    { FORM_ENDPOINT, "until", &form_instant, IN(campaign_endpoint, until), .fallback = NEVER,
      .meaning = "when it no longer does (exclusive)" },
    { FORM_ENDPOINT, "source", &form_choice, IN(campaign_endpoint, source), .fallback = "assumed", .words = sources,
      .meaning = "who says so" },
    { FORM_ENDPOINT, "budget", &form_group, .of = FORM_BUDGET, .meaning = "how much probing it may get" },

    { FORM_REQUEST, "path", &form_request_path, IN(campaign_endpoint, request_path), .required = false,
      .meaning = "path of a GET that needs no login" },

    { FORM_BUDGET, "per_host_per_day", &form_number, IN(campaign_endpoint, per_host_per_day), .fallback = "0", .low = 0,
      .high = 1000000, .meaning = "probes that one host may make in a day; 0: no limit" },
    { FORM_BUDGET, "per_second", &form_number, IN(campaign_endpoint, per_second), .fallback = "0", .low = 0,
      .high = 1000000, .meaning = "probes a second from all hosts together; 0: no limit" },

    { FORM_PHASE, "name", &form_name, IN(campaign_phase, name), .required = true, .meaning = "its short name" },
    { FORM_PHASE, "note", &form_texts, IN(campaign_phase, note), .meaning = "for people" },
    { FORM_PHASE, "serves", &form_references, IN(campaign_phase, serves), IN(campaign_phase, serves_count), FORM_CHAIN,
      true, .meaning = "every chain that a client can meet in this phase" },
    { FORM_PHASE, "starts", &form_instant, IN(campaign_phase, starts), .required = true, .meaning = "when it starts" },
    { FORM_PHASE, "advised_by", &form_instant, IN(campaign_phase, advised_by), .fallback = NEVER,
      .meaning = "by when partners are advised to be ready; shown" },
    { FORM_PHASE, "advised_source", &form_choice, IN(campaign_phase, advised_source), .words = sources,
      .meaning = "who says so; left out: the same as `source`" },
    { FORM_PHASE, "ready_by", &form_instant, IN(campaign_phase, ready_by), .required = true,
      .meaning = "by when partners must be ready (exclusive); gated" },
    { FORM_PHASE, "source", &form_choice, IN(campaign_phase, source), .required = true, .words = sources,
      .meaning = "who says when it starts and by when to be ready" },
    { FORM_PHASE, "rollout", &form_items, IN(campaign_phase, rollout), IN(campaign_phase, rollout_count), FORM_ROLLOUT,
      .meaning = "how far a chain is rolled out, step by step" },
    { FORM_PHASE, "endpoints", &form_references, IN(campaign_phase, endpoints), IN(campaign_phase, endpoint_count),
      FORM_ENDPOINT, .meaning = "only clients of these; left out: of all" },
    { FORM_PHASE, "cohorts", &form_labels, IN(campaign_phase, cohorts),
      .meaning = "only partners of these cohorts; left out: all" },
    { FORM_PHASE, "gate", &form_group, IN(campaign_phase, gate), IN(campaign_phase, gate.given), FORM_GATE,
      .meaning = "what must hold before the phase may start" },

    { FORM_ROLLOUT, "from", &form_instant, IN(campaign_rollout, from), .required = true, .meaning = "when" },
    { FORM_ROLLOUT, "chain", &form_reference, IN(campaign_rollout, chain), .of = FORM_CHAIN, .required = true,
      .meaning = "which chain" },
    { FORM_ROLLOUT, "percent", &form_number, IN(campaign_rollout, percent), .required = true, .low = 0, .high = 100,
      .meaning = "share of servers that present it from then on" },
    { FORM_ROLLOUT, "source", &form_choice, IN(campaign_rollout, source), .required = true, .words = sources,
      .meaning = "who says so" },

    { FORM_GATE, "ready", &form_share, IN(campaign_gate, ready), .fallback = "0.98",
      .meaning = "share of what is covered that must be ready" },
    { FORM_GATE, "coverage", &form_share, IN(campaign_gate, coverage), .fallback = "0.95",
      .meaning = "share of what is expected that must be covered" },
    { FORM_GATE, "ready_of_expected", &form_share, IN(campaign_gate, ready_of_expected), .fallback = "0.95",
      .meaning = "share of what is expected that must be ready" },
    { FORM_GATE, "min_evidence", &form_evidence, IN(campaign_gate, min_evidence), .fallback = "listed",
      .meaning = "the weakest evidence that counts" },
    { FORM_GATE, "weigh_by", &form_choice, IN(campaign_gate, weigh_by), .fallback = "hosts", .words = weights,
      .meaning = "what shares are shares of" },
    { FORM_GATE, "critical", &form_flag, IN(campaign_gate, critical_ready), .fallback = "ready", .words = critical,
      .meaning = "whether every critical partner must be ready" },
    { FORM_GATE, "waived_max", &form_share, IN(campaign_gate, waived_max), .fallback = "0.02",
      .meaning = "the largest share that waivers may cover" },
    { FORM_GATE, "evidence_max_age", &form_duration, IN(campaign_gate, evidence_max_age), .fallback = "14d",
      .meaning = "evidence older than this does not count" },

    { FORM_AFFECTED, "names", &form_patterns, IN(campaign, affected_names), .required = false,
      .meaning = "names of the certificates that change; \"*.\" stands for one label" },
    { 0 },
};
/* clang-format on */

const char *root_role_name(enum root_role role)
{
    return roles[role];
}

const char *campaign_source_name(enum campaign_source source)
{
    return sources[source];
}

const char *endpoint_use_name(enum endpoint_use use)
{
    return uses[use];
}

const char *endpoint_scope_name(enum endpoint_scope scope)
{
    return scopes[scope];
}

const char *gate_weight_name(enum gate_weight weight)
{
    return weights[weight];
}
