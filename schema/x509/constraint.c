#include "schema/x509/constraint.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "schema/base/text.h"
#include "schema/x509/names.h"

/*
 * Comparisons of one certificate with one CA: beyond that somebody wants to keep us busy (a
 * certificate of 64 KiB holds some 4000 names, as many fit in a CA's list: 16 million).
 */
#define COMPARISONS_MAX (1 << 18)

struct constraint {
    NAME_CONSTRAINTS *subtrees; /* NULL when the extension is there and cannot be read */
};

struct constraint *constraint_new(const struct certificate *ca)
{
    struct constraint *constraint;
    NAME_CONSTRAINTS *subtrees;

    if (X509_get_ext_by_NID(certificate_x509(ca), NID_name_constraints, -1) < 0)
        return NULL;
    subtrees = X509_get_ext_d2i(certificate_x509(ca), NID_name_constraints, NULL, NULL);
    ERR_clear_error();
    constraint = memory_new(sizeof(*constraint));
    constraint->subtrees = subtrees;
    return constraint;
}

void constraint_free(struct constraint *constraint)
{
    if (constraint == NULL)
        return;
    NAME_CONSTRAINTS_free(constraint->subtrees);
    free(constraint);
}

static unsigned forms_of(const STACK_OF(GENERAL_SUBTREE) * subtrees)
{
    unsigned constrained = 0;

    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); i++)
        constrained |= 1u << sk_GENERAL_SUBTREE_value(subtrees, i)->base->type;
    return constrained;
}

unsigned constraint_forms(const struct certificate *ca)
{
    struct constraint *constraint = constraint_new(ca);
    unsigned constrained = constraint == NULL || constraint->subtrees == NULL
                               ? 0
                               : forms_of(constraint->subtrees->permittedSubtrees) |
                                     forms_of(constraint->subtrees->excludedSubtrees);

    constraint_free(constraint);
    return constrained;
}

/* Bytes of a name, not ended by a NUL. */
struct piece {
    const char *bytes;
    size_t size;
};

static struct piece piece_of(const ASN1_STRING *string)
{
    return (struct piece){ (const char *)ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string) };
}

static bool same(struct piece a, struct piece b)
{
    return a.size == b.size && strncasecmp(a.bytes, b.bytes, a.size) == 0;
}

static struct piece tail(struct piece whole, size_t size)
{
    return (struct piece){ whole.bytes + whole.size - size, size };
}

/* `name` is `base` or a name below it; a base with a leading dot stands only for what is below. */
static bool within_domain(struct piece name, struct piece base)
{
    if (base.size == 0)
        return true;
    if (name.size <= base.size)
        return same(name, base);
    return same(tail(name, base.size), base) &&
           (base.bytes[0] == '.' || name.bytes[name.size - base.size - 1] == '.');
}

/* What a comparison says: does the subtree of `base` hold the name, or some name that it stands for? */
enum match { MATCH_NO, MATCH_YES, MATCH_PART, MATCH_UNKNOWN };

/*
 * A wildcard stands for one label: it lies in the subtree of its own parent, and touches the subtree of
 * each single name that it can stand for.
 */
static enum match match_dns(const GENERAL_NAME *name, const GENERAL_NAME *base)
{
    struct piece dns = piece_of(name->d.dNSName), domain = piece_of(base->d.dNSName);
    struct piece parent = domain;

    if (memchr(dns.bytes, '\0', dns.size) != NULL || memchr(domain.bytes, '\0', domain.size) != NULL)
        return MATCH_UNKNOWN;
    if (dns.size > 1 && dns.bytes[dns.size - 1] == '.')
        dns.size--;
    if (within_domain(dns, domain))
        return MATCH_YES;
    if (dns.size < 2 || dns.bytes[0] != '*' || dns.bytes[1] != '.')
        return MATCH_NO;
    while (parent.size > 0 && *parent.bytes != '.') {
        parent.bytes++;
        parent.size--;
    }
    return parent.size > 1 && same(parent, tail(dns, dns.size - 1)) ? MATCH_PART : MATCH_NO;
}

static enum match match_address(const GENERAL_NAME *name, const GENERAL_NAME *base)
{
    const uint8_t *address = ASN1_STRING_get0_data(name->d.iPAddress);
    const uint8_t *range = ASN1_STRING_get0_data(base->d.iPAddress);
    size_t size = (size_t)ASN1_STRING_length(name->d.iPAddress);
    size_t range_size = (size_t)ASN1_STRING_length(base->d.iPAddress);

    if ((size != 4 && size != 16) || (range_size != 8 && range_size != 32))
        return MATCH_UNKNOWN;
    if (range_size != 2 * size)
        return MATCH_NO;
    for (size_t i = 0; i < size; i++) {
        if (((address[i] ^ range[i]) & range[size + i]) != 0)
            return MATCH_NO;
    }
    return MATCH_YES;
}

/* A mailbox, a host (all its mailboxes), or a domain with a leading dot (all below). */
static enum match match_mailbox(struct piece mailbox, struct piece base)
{
    const char *at = memrchr(mailbox.bytes, '@', mailbox.size),
               *base_at = memrchr(base.bytes, '@', base.size);
    struct piece host;
    size_t local;

    if (at == NULL || memchr(mailbox.bytes, '\0', mailbox.size) != NULL)
        return MATCH_UNKNOWN;
    local = (size_t)(at - mailbox.bytes);
    host = tail(mailbox, mailbox.size - local - 1);
    if (base_at != NULL) { /* the local part is case sensitive (RFC 5280 section 7.5) */
        size_t base_local = (size_t)(base_at - base.bytes);

        return local == base_local && memcmp(mailbox.bytes, base.bytes, local) == 0 &&
                       same(host, tail(base, base.size - base_local - 1))
                   ? MATCH_YES
                   : MATCH_NO;
    }
    if (base.size > 0 && base.bytes[0] != '.')
        return same(host, base) ? MATCH_YES : MATCH_NO;
    return within_domain(host, base) ? MATCH_YES : MATCH_NO;
}

static enum match match_email(const GENERAL_NAME *name, const GENERAL_NAME *base)
{
    return match_mailbox(piece_of(name->d.rfc822Name), piece_of(base->d.rfc822Name));
}

/* The host of scheme://[user@]host[:port]; a URI without one, or with an address, cannot be compared. */
static bool find_uri_host(struct piece uri, struct piece *host)
{
    const char *start = memmem(uri.bytes, uri.size, "://", 3), *end = uri.bytes + uri.size;
    size_t size;
    const char *user;

    if (start == NULL)
        return false;
    start += 3;
    for (size = 0; start + size < end && strchr("/?#", start[size]) == NULL;)
        size++;
    user = memrchr(start, '@', size);
    if (user != NULL) {
        size -= (size_t)(user + 1 - start);
        start = user + 1;
    }
    for (size_t i = 0; i < size; i++) {
        if (start[i] == ':')
            size = i;
    }
    *host = (struct piece){ start, size };
    return size > 0 && start[0] != '[' && (start[size - 1] < '0' || start[size - 1] > '9');
}

static enum match match_uri(const GENERAL_NAME *name, const GENERAL_NAME *base)
{
    struct piece uri = piece_of(name->d.uniformResourceIdentifier);
    struct piece domain = piece_of(base->d.uniformResourceIdentifier), host;

    if (memchr(uri.bytes, '\0', uri.size) != NULL || !find_uri_host(uri, &host))
        return MATCH_UNKNOWN;
    /* a host is itself alone (RFC 5280 section 4.2.1.10); for Go, GnuTLS and webpki it has its subdomains with it */
    if (domain.size > 0 && domain.bytes[0] != '.')
        return same(host, domain) ? MATCH_YES : within_domain(host, domain) ? MATCH_PART : MATCH_NO;
    return within_domain(host, domain) ? MATCH_YES : MATCH_NO;
}

static enum match match_directory(const GENERAL_NAME *name, const GENERAL_NAME *base)
{
    size_t size, base_size;
    uint8_t *bytes = names_normalise_relative(name->d.directoryName, &size);
    uint8_t *base_bytes = names_normalise_relative(base->d.directoryName, &base_size);
    bool inside = base_size <= size && (base_size == 0 || memcmp(bytes, base_bytes, base_size) == 0);

    free(bytes);
    free(base_bytes);
    return inside ? MATCH_YES : MATCH_NO;
}

/* The forms that we compare. Any other that a certificate uses while a CA constrains it is undecidable. */
static const struct form {
    int type;
    enum match (*match)(const GENERAL_NAME *name, const GENERAL_NAME *base);
} forms[] = {
    { GEN_DNS, match_dns }, { GEN_IPADD, match_address },     { GEN_EMAIL, match_email },
    { GEN_URI, match_uri }, { GEN_DIRNAME, match_directory },
};

static enum match match_name(const GENERAL_NAME *name, const GENERAL_NAME *base)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (forms[i].type == name->type)
            return forms[i].match(name, base);
    }
    return MATCH_UNKNOWN;
}

/* RFC 5280 knows no other distance than "from here downwards". */
static bool is_plain(const GENERAL_SUBTREE *subtree)
{
    return subtree->maximum == NULL && (subtree->minimum == NULL || ASN1_INTEGER_get(subtree->minimum) == 0);
}

static enum constraint_result check_name(const NAME_CONSTRAINTS *subtrees, const GENERAL_NAME *name,
                                         size_t *left)
{
    bool constrained = false, permitted = false;

    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees->excludedSubtrees); i++) {
        const GENERAL_SUBTREE *subtree = sk_GENERAL_SUBTREE_value(subtrees->excludedSubtrees, i);
        enum match match;

        if ((*left)-- == 0)
            return CONSTRAINT_ENDLESS;
        if (subtree->base->type != name->type)
            continue;
        match = is_plain(subtree) ? match_name(name, subtree->base) : MATCH_UNKNOWN;
        if (match != MATCH_NO)
            return match == MATCH_UNKNOWN ? CONSTRAINT_UNDECIDABLE : CONSTRAINT_EXCLUDED;
    }
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees->permittedSubtrees) && !permitted; i++) {
        const GENERAL_SUBTREE *subtree = sk_GENERAL_SUBTREE_value(subtrees->permittedSubtrees, i);
        enum match match;

        if ((*left)-- == 0)
            return CONSTRAINT_ENDLESS;
        if (subtree->base->type != name->type)
            continue;
        constrained = true;
        match = is_plain(subtree) ? match_name(name, subtree->base) : MATCH_UNKNOWN;
        if (match == MATCH_UNKNOWN)
            return CONSTRAINT_UNDECIDABLE;
        permitted = match == MATCH_YES;
    }
    return constrained && !permitted ? CONSTRAINT_EXCLUDED : CONSTRAINT_PERMITTED;
}

/* Addresses in the subject are constrained like those of the subjectAltName (RFC 5280 section 4.2.1.10). */
static enum constraint_result check_subject_emails(const NAME_CONSTRAINTS *subtrees, const X509_NAME *subject,
                                                   size_t *left)
{
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, at)) >= 0;) {
        ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
        GENERAL_NAME email = { .type = GEN_EMAIL, .d.rfc822Name = value };
        enum constraint_result result = check_name(subtrees, &email, left);

        if (result != CONSTRAINT_PERMITTED)
            return result;
    }
    return CONSTRAINT_PERMITTED;
}

static enum constraint_result check_subject(const NAME_CONSTRAINTS *subtrees, X509 *x509, size_t *left)
{
    X509_NAME *subject = X509_get_subject_name(x509);
    GENERAL_NAME name = { .type = GEN_DIRNAME, .d.directoryName = subject };
    enum constraint_result result;

    if (X509_NAME_entry_count(subject) == 0)
        return CONSTRAINT_PERMITTED;
    result = check_name(subtrees, &name, left);
    return result != CONSTRAINT_PERMITTED ? result : check_subject_emails(subtrees, subject, left);
}

enum constraint_result constraint_check(const struct constraint *constraint,
                                        const struct certificate *certificate)
{
    X509 *x509 = certificate_x509(certificate);
    size_t left = COMPARISONS_MAX;
    enum constraint_result result;
    GENERAL_NAMES *names;
    int critical;

    if (constraint->subtrees == NULL)
        return CONSTRAINT_UNDECIDABLE;
    result = check_subject(constraint->subtrees, x509, &left);
    if (result != CONSTRAINT_PERMITTED)
        return result;
    names = X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, NULL);
    ERR_clear_error();
    if (names == NULL)
        return critical == -1 ? CONSTRAINT_PERMITTED : CONSTRAINT_UNDECIDABLE;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && result == CONSTRAINT_PERMITTED; i++)
        result = check_name(constraint->subtrees, sk_GENERAL_NAME_value(names, i), &left);
    GENERAL_NAMES_free(names);
    return result;
}
