/*
 * How a kind of client reads its stores and builds and checks paths: one row of a table, not code.
 * The comment on a row says what was measured or read to set it. Where a row must be wrong, it errs
 * towards refusing: a wrong "ready" is the worst that can be said.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "schema/x509/encoding.h"

/* Which formats of store it can read at all. */
enum model_formats {
    MODEL_READS_ANY,
    MODEL_READS_PEM,       /* PEM files, directories of them, programs that carry them */
    MODEL_READS_KEYSTORES, /* JKS, JCEKS and PKCS#12 */
};

/* What this reader makes of a damaged block in a PEM file. In a keystore damage always loses the whole. */
enum model_damage {
    MODEL_DAMAGE_DROPS_FILE,   /* nothing of the file is trusted */
    MODEL_DAMAGE_KEEPS_BEFORE, /* what came before it stays */
    MODEL_DAMAGE_SKIPS_BLOCK,  /* only the block is lost */
};

/* What it makes of "TRUSTED CERTIFICATE" blocks. */
enum model_trusted_block {
    MODEL_TRUSTED_HONOURED, /* trust and reject lists count */
    MODEL_TRUSTED_SKIPPED,
};

/* Which certificates of the trust set may end a path. */
enum model_anchors {
    MODEL_ANCHORS_SELF_ISSUED, /* self-issued ones whose key ids agree, and any with explicit trust */
    MODEL_ANCHORS_EXPLICIT,    /* only those with an explicit trust mark */
    MODEL_ANCHORS_ANY,
};

/* Which of an anchor's own extensions limit the path; one bit each. */
enum model_anchor_checks {
    MODEL_ANCHOR_CA = 1,        /* that it says it is a CA */
    MODEL_ANCHOR_KEY_USAGE = 2, /* that it may sign certificates */
    MODEL_ANCHOR_EKU = 4,       /* its extended key usage */
    MODEL_ANCHOR_LENGTH = 8,    /* its path length */
    MODEL_ANCHOR_NAMES = 16,    /* its name constraints */
    MODEL_ANCHOR_FORM = 32,     /* unknown critical extensions, and whatever is malformed */
};

#define MODEL_ANCHOR_SIGNS (MODEL_ANCHOR_CA | MODEL_ANCHOR_KEY_USAGE)
#define MODEL_ANCHOR_ALL                                                                                     \
    (MODEL_ANCHOR_SIGNS | MODEL_ANCHOR_EKU | MODEL_ANCHOR_LENGTH | MODEL_ANCHOR_NAMES | MODEL_ANCHOR_FORM)

/* Whose extended key usage must allow serverAuth, where there is one. */
enum model_eku {
    MODEL_EKU_LEAF,
    MODEL_EKU_ISSUED, /* the leaf and every intermediate */
    MODEL_EKU_ALL,    /* the anchor too */
};

/* What a leaf that has a key usage must allow; RFC 5280 leaves that to TLS. */
enum model_leaf_usage {
    MODEL_LEAF_USAGE_IGNORED,
    MODEL_LEAF_USAGE_ANY,   /* signing, encipherment or agreement */
    MODEL_LEAF_USAGE_SIGNS, /* signing, as every key exchange but that of RSA asks for */
    MODEL_LEAF_USAGE_KIND,  /* encipherment of an RSA key, of others signing or agreement */
};

/* Where anyExtendedKeyUsage stands for serverAuth. */
enum model_eku_any { MODEL_EKU_ANY_NOWHERE, MODEL_EKU_ANY_LEAF, MODEL_EKU_ANY_EVERYWHERE };

/* How issuers are tried. */
enum model_alternatives {
    MODEL_ALTERNATIVES_ALL,
    MODEL_ALTERNATIVES_FIRST,       /* the first issuer found is followed, and never another */
    MODEL_ALTERNATIVES_LAST_RESORT, /* served ones first, and the trust set below their end if that leads nowhere */
    MODEL_ALTERNATIVES_SERVED, /* the served list is the path; only its end is looked up in the trust set */
    MODEL_ALTERNATIVES_JSSE,   /* the same where it is in order, else a builder (schema/trust/jsse.h) */
};

enum model_order {
    MODEL_TRUSTED_FIRST, /* issuers from the trust set before those that were served */
    MODEL_SERVED_FIRST,
};

/* What an authority key identifier that does not fit its issuer does. */
enum model_aki {
    MODEL_AKI_IGNORED,
    MODEL_AKI_KEY_ID,
    MODEL_AKI_KEY_ID_SERIAL, /* also the serial number, of an issuer of version 3 */
    MODEL_AKI_ISSUER_SERIAL, /* key id, issuer and serial must all fit where they are present */
};

enum model_names {
    MODEL_NAMES_CANONICAL, /* RFC 5280 section 7.1 */
    MODEL_NAMES_ASCII,     /* likewise, but only the case and the spaces of ASCII do not count */
    MODEL_NAMES_STRINGS,   /* the same between values of PrintableString and UTF8String; all else as bytes */
    MODEL_NAMES_BYTES,     /* the DER must be equal */
};

/* Kinds of keys in certificates, one bit each. */
enum model_keys {
    MODEL_KEY_RSA = 1,
    MODEL_KEY_PSS = 2, /* a key that may only sign as RSASSA-PSS */
    MODEL_KEY_DSA = 4,
    MODEL_KEY_P256 = 8, /* and P-384 */
    MODEL_KEY_P521 = 16,
    MODEL_KEY_CURVE = 32, /* any other that OpenSSL knows; TLS has none of them for a leaf */
    MODEL_KEY_ED25519 = 64,
    MODEL_KEY_ED448 = 128,
};

#define MODEL_KEYS_PUBLIC (MODEL_KEY_RSA | MODEL_KEY_P256 | MODEL_KEY_P521) /* what public CAs use */
#define MODEL_KEYS_ALL                                                                                       \
    (MODEL_KEYS_PUBLIC | MODEL_KEY_PSS | MODEL_KEY_DSA | MODEL_KEY_CURVE | MODEL_KEY_ED25519 |               \
     MODEL_KEY_ED448)

/* Extensions that OpenSSL knows and a client does not, so that it refuses critical ones; one bit each. */
enum model_unknown {
    MODEL_UNKNOWN_TYPE = 1,     /* Netscape's certificate type */
    MODEL_UNKNOWN_POLICIES = 2, /* certificate policies */
    MODEL_UNKNOWN_RULES = 4,    /* for policies: constraints, mappings, inhibitAnyPolicy */
    MODEL_UNKNOWN_CRL = 8,      /* CRL distribution points */
    MODEL_UNKNOWN_ALL = 15,
};

/* A form of names (GEN_DNS, …) as a bit. */
#define MODEL_FORM(form) (1u << (form))

/* What happens where the trust set does not suffice. Both turn "untrusted" into "unknown". */
enum model_aia { MODEL_AIA_NEVER, MODEL_AIA_MAY };
enum model_absent { MODEL_ABSENT_FINAL, MODEL_ABSENT_LOADS };

enum model_revocation { MODEL_REVOCATION_NONE, MODEL_REVOCATION_SOFT, MODEL_REVOCATION_HARD };

struct model {
    const char *name;
    const char *clients; /* who behaves like this, for a person */

    /* reading rule */
    enum model_formats formats;
    enum model_damage damage;
    enum model_trusted_block trusted_block;
    bool reads_by_line;    /* PEM as OpenSSL sees it: enum store_by_line */
    bool reads_x509_label; /* "X509 CERTIFICATE" blocks count */
    bool loses_first_after_bom;
    bool
        java_marks; /* PKCS#12 certificates need Java's attribute; key entries give their first certificate */
    bool hashed_names_only; /* of a directory only names that are looked up are seen */

    /* building */
    enum model_anchors anchors;
    bool
        anchors_apart; /* what is not self-issued in the trust set is only as good as served, but comes first */
    bool anchor_dates;      /* an anchor outside its validity ends no path */
    unsigned anchor_checks; /* of enum model_anchor_checks */
    bool leaf_no_anchor;    /* what is served first ends no path, though the trust set has it */
    bool anchor_says_ca;    /* one of version 3 without the CA flag is none, whatever its key usage says */
    enum model_alternatives alternatives;
    const struct model *builder; /* MODEL_ALTERNATIVES_JSSE: how its builder differs */
    bool first_path;             /* the first path found is taken, even to an anchor that is then refused */
    size_t served_max;           /* certificates that are taken from a server; 0: no bound known */
    size_t cas_max;              /* intermediates of a path, self-issued ones apart; 0: no bound known */
    enum model_order order;
    bool first_of_name; /* of several issuers of a name the first, whatever its dates */
    bool ends_once;     /* of a served list: an end that is found is kept, though its dates are over */
    bool order_matters; /* the order of the trust set changes verdicts, and so belongs to its digest */
    enum model_aki aki;
    enum model_names names;
    bool namesakes_unsure; /* which of two certificates of one name is taken cannot be said */

    /* checking */
    enum model_eku eku;
    enum model_leaf_usage leaf_key_usage;
    bool netscape; /* a leaf with a Netscape certificate type must be a server's */
    enum model_eku_any eku_any;
    bool policies;          /* an explicit policy can be asked for (RFC 5280 section 6.1) */
    bool strict;            /* X509_V_FLAG_X509_STRICT and its like */
    unsigned flaws;         /* of enum encoding_flaw: so written a certificate is none for it */
    bool flaws_damage;      /* and its file is damaged */
    unsigned unknown;       /* of enum model_unknown */
    unsigned unknown_forms; /* of MODEL_FORM: name constraints of these forms cannot be processed */
    bool asks_for_staple; /* where a certificate says that one comes (RFC 7633), which nobody here can see */
    bool leaf_no_ca;      /* a CA is no server */
    int key_bits_min;     /* RSA, and what is as strong of other kinds; 0 for no minimum */
    unsigned keys;        /* of enum model_keys: those that it knows */
    bool sha2_only;       /* of digests in signatures it takes SHA-256, SHA-384 and SHA-512 alone */
    bool ecdsa_short;     /* and of these with elliptic curves no SHA-512 */
    bool sha1_refused;    /* in signatures; MD5 and older are refused by everyone who verifies */
    enum model_aia aia;
    enum model_absent absent;
    enum model_revocation revocation;
    bool verifies; /* false: this client checks nothing */
};

const struct model *model_find(const char *name); /* NULL when there is no such row */

/* All rows, for help and tests; ended by a row without name. */
const struct model *model_all(void);
