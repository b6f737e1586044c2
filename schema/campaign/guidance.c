#include "schema/campaign/guidance.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/campaign/remedy.h"

/* One word of a POSIX shell (bash's $'...' where a byte would otherwise end the line). */
static char *quote(const char *word)
{
    struct text quoted = { 0 };
    bool plain = word[0] != '\0', control = false;

    for (const char *at = word; *at != '\0'; at++) {
        plain = plain && (isalnum((unsigned char)*at) || strchr("/._-+=:@,", *at) != NULL);
        control = control || iscntrl((unsigned char)*at);
    }
    if (plain)
        return memory_text(word);
    text_add(&quoted, control ? "$'" : "'");
    for (const char *at = word; *at != '\0'; at++) {
        if (control && (iscntrl((unsigned char)*at) || *at == '\'' || *at == '\\'))
            text_format(&quoted, "\\x%02x", (unsigned char)*at);
        else if (*at == '\'')
            text_add(&quoted, "'\\''");
        else
            text_append(&quoted, at, 1);
    }
    text_add(&quoted, "'");
    return text_take(&quoted);
}

/* "digicert-global-root-g2" of "DigiCert Global Root G2": a name for files and aliases. */
static char *alias_of(const struct campaign_root *root)
{
    struct text alias = { 0 };

    for (const char *at = certificate_label(root->certificate); *at != '\0' && alias.size < 60; at++) {
        char lower = (char)tolower((unsigned char)*at);

        if (isalnum((unsigned char)*at) && (unsigned char)*at < 0x80)
            text_append(&alias, &lower, 1);
        else if (alias.size > 0 && alias.bytes[alias.size - 1] != '-')
            text_add(&alias, "-");
    }
    while (alias.size > 0 && alias.bytes[alias.size - 1] == '-')
        alias.bytes[--alias.size] = '\0';
    if (alias.size == 0)
        text_add(&alias, root->name);
    return text_take(&alias);
}

/* Printable on one line: what a comment may say of a name from outside. */
static void add_printable(struct text *out, const char *word)
{
    for (const char *at = word; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at))
            text_format(out, "\\x%02x", (unsigned char)*at);
        else
            text_append(out, at, 1);
    }
}

struct filling {
    const struct guidance_question *question;
    const struct campaign_root *root;
    enum guidance_language language;
    char *alias;
    const char *address; /* of an endpoint, NULL outside of one */
    char port[8];
    const struct certificate *ended; /* what makes every path end, NULL where nothing does */
    char until[CLOCK_TEXT_BYTES];    /* its first second of invalidity */
};

/* The value of a word in braces, appended as a command or a comment wants it. False where there is none. */
static bool fill_word(const struct filling *filling, const char *word, size_t size, bool is_command,
                      struct text *out)
{
    const struct guidance_question *question = filling->question;
    const struct campaign_text *contact = &question->campaign->contact;
    char print[FINGERPRINT_TEXT_BYTES], *quoted;
    const char *value = NULL;
    struct text file = { 0 };

    text_format(&file, "%s.pem", filling->alias);
    fingerprint_format(certificate_fingerprint(filling->root->certificate), print);
    const struct {
        const char *name, *value;
    } words[] = {
        { "root", certificate_label(filling->root->certificate) },
        { "file", text_string(&file) },
        { "alias", filling->alias },
        { "sha256", print },
        { "path", question->path },
        { "tool", question->tool != NULL ? question->tool : "keytool" },
        { "setting", question->setting },
        { "process", question->process },
        { "chain", question->chain != SIZE_MAX ? question->campaign->chains[question->chain].name : NULL },
        { "ended", filling->ended != NULL ? certificate_label(filling->ended) : NULL },
        { "until", filling->until },
        { "address", filling->address },
        { "port", filling->port },
        { "contact", filling->language == GUIDANCE_ZH ? contact->zh : contact->en },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].name) == size && strncmp(words[i].name, word, size) == 0)
            value = words[i].value;
    }
    if (value != NULL && is_command) {
        quoted = quote(value);
        text_add(out, quoted);
        free(quoted);
    } else if (value != NULL) {
        add_printable(out, value);
    }
    text_clear(&file);
    return value != NULL;
}

static void add_line(const struct filling *filling, const struct remedy_line *line, struct text_list *lines)
{
    bool is_command = line->command != NULL, whole = true;
    const char *at = is_command ? line->command : filling->language == GUIDANCE_ZH ? line->zh : line->en;
    struct text out = { 0 };

    text_add(&out, is_command ? "" : "# ");
    while (*at != '\0' && whole) {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;

        if (close == NULL) {
            text_append(&out, at++, 1);
            continue;
        }
        whole = fill_word(filling, at + 1, (size_t)(close - at - 1), is_command, &out);
        at = close + 1;
    }
    if (whole)
        text_list_add(lines, text_string(&out));
    text_clear(&out);
}

static void add_part(const struct filling *filling, enum remedy_part part, enum guidance_target target,
                     struct text_list *lines)
{
    for (const struct remedy_line *row = remedy_lines(part, target); row->command != NULL || row->en != NULL;
         row++)
        add_line(filling, row, lines);
}

/* The lines once for each address of the endpoints of one use. */
static void add_endpoints(const struct filling *filling, enum endpoint_use use, enum remedy_part part,
                          struct text_list *lines)
{
    const struct campaign *campaign = filling->question->campaign;

    for (size_t i = 0; i < campaign->endpoint_count; i++) {
        const struct campaign_endpoint *endpoint = &campaign->endpoints[i];
        struct filling each = *filling;

        snprintf(each.port, sizeof(each.port), "%d", endpoint->port);
        for (size_t at = 0; endpoint->use == use && at < endpoint->addresses.count; at++) {
            each.address = endpoint->addresses.items[at];
            add_part(&each, part, GUIDANCE_PROCESS, lines);
        }
    }
}

static void add_remedy(const struct filling *filling, enum remedy remedy, enum guidance_target target,
                       struct text_list *lines)
{
    switch (remedy) {
    case REMEDY_NONE: return;
    case REMEDY_FILL:
        if (target == GUIDANCE_JAVA_STORE)
            add_part(filling, REMEDY_PART_FILL_JAVA, target, lines);
        add_remedy(filling, REMEDY_ADD, target, lines);
        return;
    case REMEDY_ADD:
        if (target == GUIDANCE_PROCESS)
            return;
        add_part(filling, REMEDY_PART_CHECK_FILE, target, lines);
        add_part(filling, REMEDY_PART_ADD, target, lines);
        add_part(filling, REMEDY_PART_RESTART, target, lines);
        return;
    case REMEDY_TRUST:
        add_part(filling, REMEDY_PART_TRUST, target, lines);
        add_part(filling, REMEDY_PART_RESTART, target, lines);
        return;
    case REMEDY_KEEP:
        add_part(filling, REMEDY_PART_KEEP, target, lines);
        add_remedy(filling, REMEDY_ADD, target, lines);
        return;
    case REMEDY_OWNER: add_part(filling, REMEDY_PART_OWNER, target, lines); return;
    case REMEDY_READ: add_part(filling, REMEDY_PART_READ, target, lines); return;
    case REMEDY_RESTART: add_part(filling, REMEDY_PART_RESTART, target, lines); return;
    case REMEDY_UNBIND_FALLBACK:
        add_part(filling, REMEDY_PART_UNBIND, target, lines);
        add_endpoints(filling, USE_FALLBACK, REMEDY_PART_UNBIND_ADDRESS, lines);
        return;
    case REMEDY_UNBIND_VALIDATION:
        add_part(filling, REMEDY_PART_UNBIND, target, lines);
        add_endpoints(filling, USE_VALIDATION, REMEDY_PART_UNBIND_ADDRESS, lines);
        return;
    case REMEDY_ALLOW:
        add_part(filling, REMEDY_PART_ALLOW_EGRESS, target, lines);
        add_endpoints(filling, USE_VALIDATION, REMEDY_PART_ALLOW_ADDRESS, lines);
        return;
    case REMEDY_PROXY: add_part(filling, REMEDY_PART_PROXY, target, lines); return;
    case REMEDY_VERIFY: add_part(filling, REMEDY_PART_VERIFY, target, lines); return;
    case REMEDY_ORDER: add_part(filling, REMEDY_PART_PUT_FIRST, target, lines); return;
    }
}

static const struct certificate *ended_among(const struct certificate_list *list, int64_t at)
{
    for (size_t i = 1; i < list->count; i++) { /* the leaf is a template */
        if (certificate_not_after(list->items[i]) < at)
            return list->items[i];
    }
    return NULL;
}

/*
 * The certificate that has ended by then and lets no path be, whatever is added to a store: one that is served, or the
 * root itself. NULL where the root would do.
 */
static const struct certificate *find_ended(const struct guidance_question *question)
{
    const struct model *model = question->model != NULL ? question->model : model_find("rfc5280");
    const struct certificate *root = question->campaign->roots[question->root].certificate, *served;

    if (question->chain == SIZE_MAX ||
        judge_root_suffices(question->campaign, question->chain, question->root, model, question->at))
        return NULL;
    served = ended_among(&question->campaign->chains[question->chain].certificates, question->at);
    if (served != NULL)
        return served;
    return certificate_not_after(root) < question->at ? root : NULL;
}

/* Whether what a reason asks for is done to the store. */
static bool is_for_store(enum remedy remedy)
{
    return remedy == REMEDY_ADD || remedy == REMEDY_KEEP || remedy == REMEDY_FILL || remedy == REMEDY_ORDER;
}

/*
 * What each system's tool makes (update-ca-certificates(8), update-ca-trust(8)); a path that ends with a slash stands for
 * all below it. Other files in the same folders are somebody's own.
 */
static const struct {
    const char *path;
    enum guidance_target target;
} system_paths[] = {
    { "/etc/ssl/certs", GUIDANCE_DEBIAN_STORE },
    { "/etc/ssl/certs/ca-certificates.crt", GUIDANCE_DEBIAN_STORE },
    { "/etc/ssl/certs/java/cacerts", GUIDANCE_DEBIAN_STORE },
    { "/etc/ssl/cert.pem", GUIDANCE_DEBIAN_STORE },
    { "/etc/pki/ca-trust/extracted/", GUIDANCE_REDHAT_STORE },
    { "/etc/pki/java/cacerts", GUIDANCE_REDHAT_STORE },
    { "/etc/pki/tls/cert.pem", GUIDANCE_REDHAT_STORE },
    { "/etc/pki/tls/certs", GUIDANCE_REDHAT_STORE },
    { "/etc/pki/tls/certs/ca-bundle.crt", GUIDANCE_REDHAT_STORE },
    { "/var/lib/ca-certificates/", GUIDANCE_SUSE_STORE },
    { "/etc/ca-certificates/extracted/", GUIDANCE_ARCH_STORE },
};

bool guidance_system_target(const char *resolved, enum guidance_target *target)
{
    for (size_t i = 0; resolved != NULL && i < sizeof(system_paths) / sizeof(system_paths[0]); i++) {
        const char *path = system_paths[i].path;

        if (text_ends(path, "/") ? text_starts(resolved, path) : strcmp(resolved, path) == 0) {
            *target = system_paths[i].target;
            return true;
        }
    }
    return false;
}

void guidance_lines(const struct guidance_question *question, enum guidance_language language,
                    struct text_list *lines)
{
    enum remedy remedy = remedy_of(question->reason);
    struct filling filling = { .question = question,
                               .root = &question->campaign->roots[question->root],
                               .language = language,
                               .alias = alias_of(&question->campaign->roots[question->root]) };

    if (is_for_store(remedy))
        filling.ended = find_ended(question);
    if (filling.ended != NULL)
        remedy = REMEDY_OWNER;
    clock_format(filling.ended != NULL ? certificate_not_after(filling.ended) + 1 : question->at,
                 filling.until);
    add_remedy(&filling, remedy, question->target, lines);
    free(filling.alias);
}

static size_t first_new_root(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->root_count; i++) {
        if (campaign->roots[i].role == ROOT_NEW)
            return i;
    }
    return campaign->root_count > 0 ? 0 : SIZE_MAX;
}

size_t guidance_root(const struct campaign *campaign, size_t chain)
{
    if (chain == SIZE_MAX)
        return first_new_root(campaign);

    const struct campaign_chain *row = &campaign->chains[chain];

    for (size_t i = 0; i < row->accepts_count; i++) {
        if (campaign->roots[row->accepts[i]].role == ROOT_NEW)
            return row->accepts[i];
    }
    return row->accepts_count > 0 ? row->accepts[0] : SIZE_MAX;
}
