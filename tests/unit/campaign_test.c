#include "schema/campaign/campaign.h"

#include "schema/base/input.h"
#include "schema/campaign/form.h"
#include "tests/support/in_tree.h"
#include "tests/support/migration.h"

/* clang-format off */
/* Every key once and right; ~NAME~ stands for the SHA-256 of NAME.pem. */
static const char whole[] = "campaign: from-old-to-new\n"
                            "version: 3\n"
                            "timezone: Asia/Shanghai\n"
                            "title: { en: New Root, zh: 新根 }\n"
                            "contact: mail@pay.example\n"
                            "roots:\n"
                            "  new: { file: new.pem, sha256: ~new~, role: new, note: for people }\n"
                            "  old: { file: old.pem, sha256: ~old~, role: old }\n"
                            "intermediates: [ cross.pem, issuing.pem ]\n"
                            "chains:\n"
                            "  today: { accepts: [ old ] }\n"
                            "  cross: { certificates: chain-cross.pem, accepts: [ new, old ] }\n"
                            "  newonly: { certificates: chain-new.pem, note: only new }\n"
                            "ends: 2029-04-15\n"
                            "ends_source: notice\n"
                            "endpoints:\n"
                            "  - name: validate\n"
                            "    note: allow it\n"
                            "    use: validation\n"
                            "    scope: business\n"
                            "    chain: newonly\n"
                            "    server_names: [ pay.example ]\n"
                            "    port: 8443\n"
                            "    addresses: [ 192.0.2.1, '2001:db8::1' ]\n"
                            "    request: { path: /index.htm }\n"
                            "    from: 2024-06-15\n"
                            "    until: 2024-07-29T16:00:00+08:00\n"
                            "    source: notice\n"
                            "    budget: { per_host_per_day: 4, per_second: 20 }\n"
                            "phases:\n"
                            "  - name: gray\n"
                            "    note: both\n"
                            "    serves: [ today, cross ]\n"
                            "    starts: 2024-08-07\n"
                            "    advised_by: 2024-08-01\n"
                            "    advised_source: assumed\n"
                            "    ready_by: 2024-08-08\n"
                            "    source: notice\n"
                            "    rollout: [ { from: 2024-08-07, chain: cross, percent: 1, source: assumed } ]\n"
                            "    endpoints: [ validate ]\n"
                            "    cohorts: [ banks ]\n"
                            "    gate:\n"
                            "      ready: 0.9\n"
                            "      coverage: 0.8\n"
                            "      ready_of_expected: 0.7\n"
                            "      min_evidence: listed_by_key\n"
                            "      weigh_by: traffic\n"
                            "      critical: any\n"
                            "      waived_max: 0.125\n"
                            "      evidence_max_age: 36h\n"
                            "  - { name: required, serves: [ newonly ], starts: 2026-01-01, ready_by: 2026-01-01, source: assumed }\n"
                            "affected: { names: [ '*.pay.example', pay.example ] }\n";
/* clang-format on */

static char *replaced(const char *text, const char *find, const char *with)
{
    const char *at = strstr(text, find);
    struct text out = { 0 };

    assert_non_null(at);
    text_append(&out, text, (size_t)(at - text));
    text_add(&out, with);
    text_add(&out, at + strlen(find));
    return text_take(&out);
}

/* The whole file with one thing changed, loaded. */
static struct campaign *load_changed(const char *find, const char *with, struct error *err)
{
    char *text = find != NULL ? replaced(whole, find, with) : memory_text(whole);
    struct campaign *campaign = campaign_load(migration_write(text), err);

    free(text);
    return campaign;
}

/* clang-format off */
/* A key done wrong, and what the error says besides the file's name. */
static const struct fault_case {
    const char *name, *key, *find, *with, *error;
} faults[] = {
    { "a campaign without name", "campaign.campaign", "campaign: from-old-to-new\n", "", ":1: campaign: missing" },
    { "a name with spaces", "campaign.campaign", "from-old-to-new", "From Old", ":1: campaign: expected a name of lowercase" },
    { "a version of 0", "campaign.version", "version: 3", "version: 0", ":2: version: expected a number from 1" },
    { "a version with a rest", "campaign.version", "version: 3", "version: 3a", ":2: version: expected a number" },
    { "a zone that is not there", "campaign.timezone", "Asia/Shanghai", "Asia/Atlantis", ":3: timezone: expected a time zone" },
    { "a title in French", "campaign.title", "{ en: New Root, zh: 新根 }", "{ en: a, fr: b }", ":4: title: expected text, or { en" },
    { "a title without English", "campaign.title", "{ en: New Root, zh: 新根 }", "{ zh: b }", ":4: title: expected text" },
    { "an empty contact", "campaign.contact", "mail@pay.example", "", ":5: contact: expected text" },
    { "roots as a list", "campaign.roots", "  new: { file: new.pem, sha256: ~new~, role: new, note: for people }\n  old: {", "  - {", ":7: roots: expected at least one root under its name" },
    { "intermediates that are not there", "campaign.intermediates", "cross.pem, issuing.pem", "absent.pem", ":9: intermediates: expected PEM files" },
    { "intermediates as text", "campaign.intermediates", "[ cross.pem, issuing.pem ]", "cross.pem", ":9: intermediates: expected a list" },
    { "chains without one", "campaign.chains", "  today: { accepts: [ old ] }\n  cross: { certificates: chain-cross.pem, accepts: [ new, old ] }\n  newonly: { certificates: chain-new.pem, note: only new }\n", "  {}\n", ":11: chains: expected at least one chain under its name" },
    { "an end before the last start", "campaign.ends", "2029-04-15", "2026-01-01", ":14: ends: expected an instant after the start of the last phase" },
    { "an end that is no date", "campaign.ends", "2029-04-15", "someday", ":14: ends: \"someday\": expected an RFC 3339 instant" },
    { "a day that does not exist", "campaign.ends", "2029-04-15", "2029-02-29", ":14: ends: \"2029-02-29\": no such day" },
    { "an end without a value", "campaign.ends", "ends: 2029-04-15", "ends:", ":14: ends: expected an RFC 3339" },
    { "a source of its own making", "campaign.ends_source", "ends_source: notice", "ends_source: rumour", ":15: ends_source: expected one of notice, assumed, found \"rumour\"" },
    { "endpoints as a mapping", "campaign.endpoints", "endpoints:\n  - name: validate\n", "endpoints:\n    name: validate\n", ":17: endpoints: expected a list of at least one endpoint" },
    { "phases under another key", "campaign.phases", "phases:\n", "stages:\n", ":30: stages: unknown key; expected one of: campaign" },
    { "affected as text", "campaign.affected", "{ names: [ '*.pay.example', pay.example ] }", "pay.example", ": affected: expected keys and values" },

    { "a PEM file that is not there", "root.file", "file: new.pem", "file: absent.pem", ":7: roots.new.file: expected a PEM file or PEM text" },
    { "a PEM file with two certificates", "root.file", "file: new.pem", "file: chain-new.pem", ":7: roots.new.file: expected one certificate, found 2" },
    { "a PEM file that is none", "root.file", "file: new.pem", "file: log", ":7: roots.new.file: expected a PEM file" },
    { "another certificate than the SHA-256 says", "root.sha256", "file: new.pem", "file: other.pem", ":7: roots.new.sha256: expected the SHA-256 of the certificate" },
    { "a SHA-256 cut short", "root.sha256", "~new~, role", "abcd, role", ":7: roots.new.sha256: expected a SHA-256" },
    { "a role that is none", "root.role", "role: new", "role: fresh", ":7: roots.new.role: expected one of new, old, retired" },
    { "a root's note as a list", "root.note", "note: for people", "note: [ a ]", ":7: roots.new.note: expected text" },
    { "a root named twice", "root.file", "  old: {", "  new: {", ":8: new: the key stands here twice (first on line 7)" },
    { "a root's name in capitals", "root.file", "  new: {", "  NEW: {", ":7: roots.NEW: expected a name" },

    { "a chain's note as a list", "chain.note", "note: only new", "note: [ a ]", ":13: chains.newonly.note" },
    { "a chain that cannot be built", "chain.certificates", "chain-new.pem", "chain-broken.pem", ":13: chains.newonly.certificates: expected each certificate to be signed by the next; number 1 (pay.example)" },
    { "a leaf alone, issued by a known intermediate, is right", "chain.certificates", "chain-new.pem", "leaf.pem", NULL },
    { "a chain under a root that is not of the campaign", "chain.certificates", "certificates: chain-new.pem", "certificates: other.pem", ":13: chains.newonly.certificates: expected the last certificate (Other Root)" },
    { "a chain of nothing", "chain.certificates", "certificates: chain-new.pem, ", "", ":13: chains.newonly: expected `certificates` or `accepts`" },
    { "a chain that accepts an undefined root", "chain.accepts", "accepts: [ old ]", "accepts: [ older ]", ":11: chains.today.accepts: expected one of the roots by name; \"older\" is not defined" },
    { "a chain that accepts a root twice", "chain.accepts", "accepts: [ old ]", "accepts: [ old, old ]", ":11: chains.today.accepts: \"old\" stands here twice" },

    { "an endpoint without name", "endpoint.name", "  - name: validate\n    note", "  - note", ":17: endpoints[0].name: missing" },
    { "an endpoint's note as a list", "endpoint.note", "note: allow it", "note: []", ":18: endpoints[0].note" },
    { "a use that is none", "endpoint.use", "use: validation", "use: testing", ":19: endpoints[0].use: expected one of production, sandbox, validation, fallback" },
    { "a scope that is none", "endpoint.scope", "scope: business", "scope: all", ":20: endpoints[0].scope: expected one of" },
    { "an endpoint of an undefined chain", "endpoint.chain", "chain: newonly", "chain: new", ":21: endpoints[0].chain: expected one of the chains by name; \"new\" is not defined" },
    { "a server name that is an URL", "endpoint.server_names", "server_names: [ pay.example ]", "server_names: [ 'https://pay.example' ]", ":22: endpoints[0].server_names: expected host names" },
    { "no server name", "endpoint.server_names", "server_names: [ pay.example ]", "server_names: []", ":22: endpoints[0].server_names: expected a list of at least one" },
    { "port 0", "endpoint.port", "port: 8443", "port: 0", ":23: endpoints[0].port: expected a number from 1 to 65535" },
    { "port 65536", "endpoint.port", "port: 8443", "port: 65536", ":23: endpoints[0].port: expected a number from 1 to 65535" },
    { "an address that is a name", "endpoint.addresses", "192.0.2.1", "pay.example", ":24: endpoints[0].addresses: expected IPv4 or IPv6" },
    { "an address of five numbers", "endpoint.addresses", "192.0.2.1", "192.0.2.1.1", ":24: endpoints[0].addresses" },
    { "a request as text", "endpoint.request", "request: { path: /index.htm }", "request: /index.htm", ":25: endpoints[0].request: expected keys and values" },
    { "a path that is none", "request.path", "/index.htm", "index.htm", ":25: endpoints[0].request.path: expected a path" },
    { "a path that would end the request line", "request.path", "/index.htm", "\"/ HTTP/1.1\\r\\nX:\"", ":25: endpoints[0].request.path: expected a path" },
    { "a start that is no date", "endpoint.from", "from: 2024-06-15", "from: June", ":26: endpoints[0].from" },
    { "a window that closes as it opens", "endpoint.until", "until: 2024-07-29T16:00:00+08:00", "until: 2024-06-15", ":27: endpoints[0].until: expected an instant after `from`" },
    { "a fallback through a phase that does not serve its chain", "endpoint.until", "use: validation\n    scope: business\n    chain: newonly\n    server_names: [ pay.example ]\n    port: 8443\n    addresses: [ 192.0.2.1, '2001:db8::1' ]\n    request: { path: /index.htm }\n    from: 2024-06-15\n    until: 2024-07-29T16:00:00+08:00", "use: fallback\n    scope: business\n    chain: newonly\n    server_names: [ pay.example ]\n    port: 8443\n    addresses: [ 192.0.2.1, '2001:db8::1' ]\n    request: { path: /index.htm }\n    from: 2024-06-15\n    until: 2026-01-01", ":27: endpoints[0].until: expected an instant before the end of the phase \"gray\", which does not serve the fallback's chain \"newonly\"" },
    { "an instant without offset", "endpoint.until", "T16:00:00+08:00", "T16:00:00", ":27: endpoints[0].until" },
    { "an endpoint's source that is none", "endpoint.source", "    source: notice\n    budget", "    source: x\n    budget", ":28: endpoints[0].source" },
    { "a budget as a number", "endpoint.budget", "{ per_host_per_day: 4, per_second: 20 }", "4", ":29: endpoints[0].budget" },
    { "a budget below nothing", "budget.per_host_per_day", "per_host_per_day: 4", "per_host_per_day: -1", ":29: endpoints[0].budget.per_host_per_day" },
    { "a budget in halves", "budget.per_second", "per_second: 20", "per_second: 0.5", ":29: endpoints[0].budget.per_second" },

    { "two phases of one name", "phase.name", "name: required", "name: gray", ":51: phases[1]: expected another name" },
    { "a phase's note as a list", "phase.note", "note: both", "note: [ a ]", ":32: phases[0].note" },
    { "a phase that serves nothing", "phase.serves", "serves: [ today, cross ]", "serves: []", ":33: phases[0].serves: expected a list of at least one" },
    { "a phase that serves an undefined chain", "phase.serves", "serves: [ today, cross ]", "serves: [ tomorrow ]", ":33: phases[0].serves: expected one of the chains by name; \"tomorrow\"" },
    { "phases out of order", "phase.starts", "starts: 2024-08-07", "starts: 2027-08-07", ":51: phases[1].starts: expected an instant after the start of \"gray\"" },
    { "phases that start together", "phase.starts", "starts: 2026-01-01", "starts: 2024-08-07", ":51: phases[1].starts: expected an instant after" },
    { "advice after the deadline", "phase.advised_by", "advised_by: 2024-08-01", "advised_by: 2024-08-09", ":35: phases[0].advised_by: expected an instant no later than `ready_by`" },
    { "a source of advice that is none", "phase.advised_source", "advised_source: assumed", "advised_source: me", ":36: phases[0].advised_source" },
    { "a deadline after the phase", "phase.ready_by", "ready_by: 2024-08-08", "ready_by: 2026-08-08", ":37: phases[0].ready_by: expected an instant no later than the end" },
    { "a phase without source", "phase.source", "    source: notice\n    rollout", "    rollout", ":31: phases[0].source: missing; expected one of" },
    { "a rollout as a mapping", "phase.rollout", "rollout: [ { from: 2024-08-07, chain: cross, percent: 1, source: assumed } ]", "rollout: { from: 2024-08-07 }", ":39: phases[0].rollout: expected a list" },
    { "a phase for an undefined endpoint", "phase.endpoints", "endpoints: [ validate ]", "endpoints: [ all ]", ":40: phases[0].endpoints: expected one of the endpoints by name; \"all\"" },
    { "an empty cohort", "phase.cohorts", "cohorts: [ banks ]", "cohorts: [ '' ]", ":41: phases[0].cohorts: expected short texts" },
    { "a gate as text", "phase.gate", "source: assumed }\naffected", "source: assumed, gate: open }\naffected", ":51: phases[1].gate: expected keys and values" },

    { "a step before its phase", "rollout step.from", "{ from: 2024-08-07, chain", "{ from: 2024-08-06, chain", ":39: phases[0].rollout: expected steps inside the phase" },
    { "a step of a chain that is not served", "rollout step.chain", "chain: cross, percent", "chain: newonly, percent", ":39: phases[0].rollout: expected a chain that the phase serves" },
    { "a chain with two shares at a time", "rollout step.from", "rollout: [ {", "rollout: [ { from: 2024-08-07, chain: cross, percent: 2, source: assumed }, {", ":39: phases[0].rollout: expected one share of a chain at a time; step 2" },
    { "chains with more than all together", "rollout step.percent", "rollout: [ {", "rollout: [ { from: 2024-08-07, chain: today, percent: 100, source: assumed }, {", ":39: phases[0].rollout: expected shares of no more than 100 percent together; after step 2 they are 101" },
    { "101 percent", "rollout step.percent", "percent: 1,", "percent: 101,", ":39: phases[0].rollout[0].percent: expected a number from 0 to 100" },
    { "a step without source", "rollout step.source", "percent: 1, source: assumed", "percent: 1", ":39: phases[0].rollout[0].source: missing" },

    { "a share in percent", "gate.ready", "ready: 0.9\n", "ready: 90%\n", ":43: phases[0].gate.ready: expected a share" },
    { "a share above 1", "gate.coverage", "coverage: 0.8", "coverage: 1.01", ":44: phases[0].gate.coverage: expected a share" },
    { "a negative share", "gate.ready_of_expected", "ready_of_expected: 0.7", "ready_of_expected: -0.7", ":45: phases[0].gate.ready_of_expected: expected a share" },
    { "evidence of no kind", "gate.min_evidence", "min_evidence: listed_by_key", "min_evidence: none", ":46: phases[0].gate.min_evidence: expected declared, listed" },
    { "weighed by nothing known", "gate.weigh_by", "weigh_by: traffic", "weigh_by: money", ":47: phases[0].gate.weigh_by: expected one of" },
    { "critical partners half ready", "gate.critical", "critical: any", "critical: some", ":48: phases[0].gate.critical: expected one of any, ready" },
    { "a share that is no number", "gate.waived_max", "waived_max: 0.125", "waived_max: nan", ":49: phases[0].gate.waived_max: expected a share" },
    { "an age in weeks", "gate.evidence_max_age", "evidence_max_age: 36h", "evidence_max_age: 2w", ": phases[0].gate.evidence_max_age: \"2w\": expected a duration" },

    { "a name with two stars", "affected.names", "'*.pay.example'", "'*.*.example'", ": affected.names: expected host names" },
    { "a name twice", "affected.names", "'*.pay.example'", "pay.example", ": affected.names: \"pay.example\" stands here twice" },

    { "an unknown key at the top", NULL, "version: 3", "version: 3\nowner: me", ":3: owner: unknown key; expected one of: campaign, version" },
    { "an unknown key inside", NULL, "percent: 1,", "percent: 1, of: all,", ":39: phases[0].rollout[0].of: unknown key; expected one of: from, chain, percent, source" },
    { "a key twice", NULL, "version: 3", "version: 3\nversion: 4", ":3: version: the key stands here twice (first on line 2)" },
    { "an anchor", NULL, "contact: mail", "contact: &a mail", ":5: anchors are not taken" },
    { "an alias", NULL, "contact: mail@pay.example", "contact: *a", ":5: aliases are not taken" },
    { "a merge key", NULL, "version: 3", "version: 3\n<<: { a: b }", ":3: <<: unknown key" },
    { "a tag", NULL, "version: 3", "version: !!int 3", ":2: tags are not taken" },
    { "a second document", NULL, "affected:", "---\naffected:", "expected one document" },
    { "a list at the top", NULL, "campaign: from-old-to-new\n", "- a\n", "expected YAML" },
    { "a tab that indents", NULL, "  new: {", "\tnew: {", ":7: expected YAML" },
    { "bytes that are no UTF-8", NULL, "新根", "\xff\xfe", "expected YAML" },
    { "text with NUL", NULL, "title: { en: New Root,", "title: { en: \"a\\0b\",", ":4: expected text without NUL" },
    { "more depth than any campaign needs", NULL, "title: { en: New Root, zh: 新根 }", "title: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", ":4: expected at most" },
};
/* clang-format on */

static void fault_is_named(void **state)
{
    const struct fault_case *row = *state;
    struct error err = { 0 };
    struct campaign *campaign = load_changed(row->find, row->with, &err);

    if (row->error == NULL) { /* a boundary: this one is still right */
        assert_non_null(campaign);
        campaign_free(campaign);
        return;
    }
    assert_null(campaign);
    if (strstr(err.message, row->error) == NULL ||
        strncmp(err.message, migration_directory, strlen(migration_directory)) != 0)
        fail_msg("expected \"%s\", got \"%s\"", row->error, err.message);
}

static void each_key_has_its_faults(void **state)
{
    (void)state;
    for (const struct form_key *key = form_keys; key->name != NULL; key++) {
        char name[100];
        bool found = false;

        snprintf(name, sizeof(name), "%s.%s", form_sections[key->section].noun, key->name);
        for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
            found = found || (faults[i].key != NULL && strcmp(faults[i].key, name) == 0);
        if (!found)
            fail_msg("no row shows what happens when %s is wrong", name);
        snprintf(name, sizeof(name), "%s:", key->name);
        if (strstr(whole, name) == NULL)
            fail_msg("%s is not in the file that has every key", name);
    }
}

static void whole_campaign_is_understood(void **state)
{
    struct error err = { 0 };
    struct campaign *campaign = load_changed(NULL, NULL, &err);
    const struct campaign_endpoint *endpoint;
    const struct campaign_phase *gray, *required;

    (void)state;
    if (campaign == NULL)
        fail_msg("%s", err.message);
    endpoint = &campaign->endpoints[0];
    gray = campaign_phase_find(campaign, "gray");
    required = campaign_phase_find(campaign, "required");
    assert_int_equal(campaign->version, 3);
    assert_string_equal(campaign->title.zh, "新根");
    assert_string_equal(campaign->contact.zh, "mail@pay.example"); /* zh falls back */
    assert_int_equal(campaign->intermediates.count, 2);
    assert_int_equal(campaign_root_find(campaign, "old")->role, ROOT_OLD);
    assert_int_equal(campaign->chains[1].certificates.count, 3);
    assert_int_equal(campaign->chains[1].accepts_count, 2);

    assert_int_equal(endpoint->chain, 2);
    assert_int_equal(endpoint->from, 1718380800);  /* 2024-06-15T00:00+08:00 */
    assert_int_equal(endpoint->until, 1722240000); /* 2024-07-29T16:00+08:00 */
    assert_int_equal(endpoint->per_host_per_day, 4);
    assert_string_equal(endpoint->request_path, "/index.htm");
    assert_string_equal(endpoint->addresses.items[1], "2001:db8::1");

    assert_int_equal(gray->starts, 1722960000);
    assert_int_equal(gray->end, required->starts);
    assert_int_equal(required->end, campaign->ends);
    assert_int_equal(gray->advised_source, SOURCE_ASSUMED);
    assert_int_equal(required->advised_by, CLOCK_NEVER);
    assert_int_equal(required->advised_source, SOURCE_ASSUMED); /* as its source */
    assert_int_equal(gray->serves_count, 2);
    assert_int_equal(gray->rollout[0].percent, 1);
    assert_true(gray->gate.given);
    assert_true(gray->gate.ready == 0.9 && gray->gate.waived_max == 0.125);
    assert_int_equal(gray->gate.min_evidence, EVIDENCE_LISTED_BY_KEY);
    assert_int_equal(gray->gate.weigh_by, WEIGH_BY_TRAFFIC);
    assert_false(gray->gate.critical_ready);
    assert_int_equal(gray->gate.evidence_max_age, 36 * CLOCK_HOUR);
    assert_false(required->gate.given);
    assert_true(required->gate.critical_ready && required->gate.ready == 0.98);
    assert_int_equal(required->gate.min_evidence, EVIDENCE_LISTED);
    assert_int_equal(campaign->warning_count, 0);
    campaign_free(campaign);
}

static void certificate_that_ends_inside_its_phase_is_a_warning(void **state)
{
    struct error err = { 0 };
    struct campaign *campaign = load_changed("chain-new.pem", "chain-brief.pem", &err);

    (void)state;
    assert_non_null(campaign);
    assert_int_equal(campaign->warning_count, 1);
    assert_int_equal(campaign->warnings[0].line, 51);
    assert_non_null(strstr(campaign->warnings[0].message, "Brief Issuing CA ends on 2026-06-01T00:00:00Z"));
    campaign_free(campaign);
}

static void packed_campaign_means_the_same(void **state)
{
    struct error err = { 0 };
    struct campaign *campaign = load_changed(NULL, NULL, &err), *unpacked;
    char *packed = campaign_pack(migration_path("campaign.yaml"), &err);

    (void)state;
    assert_non_null(campaign);
    assert_non_null(packed);
    assert_null(strstr(packed, ".pem"));
    unpacked = campaign_load_text("packed", packed, strlen(packed), &err);
    if (unpacked == NULL)
        fail_msg("%s", err.message);
    assert_true(fingerprint_equal(&unpacked->digest, &campaign->digest));
    campaign_free(unpacked);
    campaign_free(campaign);
    free(packed);
}

static void campaign_that_travels_reads_no_files(void **state)
{
    struct error err = { 0 };
    struct input input;

    (void)state;
    campaign_free(load_changed(NULL, NULL, &err));
    assert_true(input_read(INPUT_MACHINE, migration_path("campaign.yaml"), 100000, &input, &err));
    assert_null(campaign_load_text("sent", (const char *)input.bytes, input.size, &err));
    assert_non_null(strstr(err.message, "sent:7: roots.new.file:"));
    assert_non_null(strstr(err.message, "brings its PEM along"));
    input_clear(&input);
}

static void digest_is_of_the_meaning(void **state)
{
    struct error err = { 0 };
    struct campaign *campaign = load_changed(NULL, NULL, &err);
    struct campaign *same =
        load_changed("starts: 2026-01-01,", "starts: 2025-12-31T16:00:00Z, # the same instant\n     ", &err);
    struct campaign *other = load_changed("percent: 1,", "percent: 2,", &err);

    (void)state;
    assert_true(campaign != NULL && same != NULL && other != NULL);
    assert_true(fingerprint_equal(&campaign->digest, &same->digest));
    assert_false(fingerprint_equal(&campaign->digest, &other->digest));
    campaign_free(campaign);
    campaign_free(same);
    campaign_free(other);
}

static void schema_in_the_tree_is_the_tables(void **state)
{
    struct text made = { 0 };

    (void)state;
    campaign_write_schema(&made);
    expect_in_tree("schema/json/campaign.json", &made);
    text_clear(&made);
}

static const struct notice_case {
    const char *name, *file;
    size_t roots, phases, endpoints;
} notices[] = {
    { "the migration of 2018 loads", "alipay-2018-digicert.yaml", 4, 2, 6 },
    { "the migration of 2024 loads", "alipay-2024-g2.yaml", 3, 2, 1 },
};

static void notice_loads(void **state)
{
    const struct notice_case *row = *state;
    struct error err = { 0 };
    char path[512];
    struct campaign *campaign;

    snprintf(path, sizeof(path), "%s/deploy/campaigns/%s", SOURCE_ROOT, row->file);
    campaign = campaign_load(path, &err);
    if (campaign == NULL)
        fail_msg("%s", err.message);
    assert_int_equal(campaign->root_count, row->roots);
    assert_int_equal(campaign->phase_count, row->phases);
    assert_int_equal(campaign->endpoint_count, row->endpoints);
    assert_int_equal(campaign->warning_count, 0);
    campaign_free(campaign);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(whole_campaign_is_understood),
                                       cmocka_unit_test(each_key_has_its_faults),
                                       cmocka_unit_test(certificate_that_ends_inside_its_phase_is_a_warning),
                                       cmocka_unit_test(packed_campaign_means_the_same),
                                       cmocka_unit_test(campaign_that_travels_reads_no_files),
                                       cmocka_unit_test(digest_is_of_the_meaning),
                                       cmocka_unit_test(schema_in_the_tree_is_the_tables) };
    int failed = migration_make(NULL);

    failed += RUN_ROWS(faults, fault_is_named) + RUN_ROWS(notices, notice_loads);
    failed += cmocka_run_group_tests(rest, NULL, NULL);
    return failed + migration_remove(NULL);
}
