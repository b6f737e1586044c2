/*
 * A trust store as it lies on disk: a file or directory in one of several formats, found by looking
 * at the bytes and never at the name. Readers yield what is there in file order, with its marks and
 * its damage, and never decide what a client would make of it: schema/trust/trust_set does, by the
 * reading rule of the client's model.
 *
 * All bytes are hostile. Every length is bounded by what is left of the file; there is a cap on the
 * file (STORE_BYTES_MAX) and on entries (STORE_ENTRIES_MAX), and reaching one is damage.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "schema/base/fingerprint.h"
#include "schema/base/text.h"
#include "schema/x509/certificate.h"

#define STORE_BYTES_MAX (16 * 1024 * 1024)
#define STORE_ENTRIES_MAX 20000

enum store_format {
    STORE_FORMAT_UNKNOWN,
    STORE_PEM,       /* RFC 7468 blocks, OpenSSL's TRUSTED CERTIFICATE among them */
    STORE_DER,       /* one bare certificate */
    STORE_DIRECTORY, /* files in a directory, hashed names marked */
    STORE_JKS,
    STORE_JCEKS,
    STORE_PKCS12,
    STORE_ELF, /* PEM blocks compiled into a program: Node's roots */
    STORE_FORMATS
};

/* What kind of thing an entry is, as its format says it. */
enum store_entry_kind {
    STORE_ENTRY_CERTIFICATE, /* "CERTIFICATE", a DER file, a PKCS#12 certBag, a Java trusted entry */
    STORE_ENTRY_X509,        /* "X509 CERTIFICATE": some readers skip this label */
    STORE_ENTRY_TRUSTED,     /* "TRUSTED CERTIFICATE": marks come from the CertAux that follows */
    STORE_ENTRY_KEY_CHAIN,   /* certificate number `chain_index` of a private key entry */
    STORE_ENTRY_OTHER,       /* a block or bag that holds no certificate */
    STORE_ENTRY_DAMAGED,     /* something that should be an entry and cannot be read; see `damage` */
};

/*
 * How readers that go line by line see a block: OpenSSL and all that is built on it, Node among
 * them. BEGIN must fill its line; all up to the next line that starts with END belongs to the block,
 * other blocks included; and data ends at the first dash, so a block without END of its own is still
 * read and swallows the next one. `kind` and `damage` describe the block by itself.
 */
enum store_by_line {
    STORE_LINE_SEEN,
    STORE_LINE_UNSEEN,  /* its BEGIN shares a line or was swallowed: as if it were not there */
    STORE_LINE_DAMAGED, /* a fault that such a reader meets here */
};

/* What the store itself says about trusting this certificate for TLS servers. */
enum store_trust {
    STORE_TRUST_UNSAID,   /* the format has no such mark, or it was left out */
    STORE_TRUST_SERVER,   /* explicitly trusted for server authentication */
    STORE_TRUST_OTHER,    /* explicitly trusted, for other purposes only */
    STORE_TRUST_REJECTED, /* explicitly distrusted for server authentication */
};

/* What OpenSSL finds of a directory (schema/store/hashed.h). */
enum store_hashed {
    STORE_HASHED_NOT,   /* never: its file's name is no hash, or damage stands before it */
    STORE_HASHED_FOUND, /* always, when its subject is looked up */
    STORE_HASHED_LOOSE, /* depends on the version and on what chose the directory: a number without those below it,
                            a file that is not PEM */
    STORE_HASHED_ASTRAY, /* only after another subject was looked up, which its file's name stands for */
};

struct store_entry {
    size_t offset; /* of the entry in its file, in bytes; PKCS#12, whose contents are encrypted: its number */
    enum store_entry_kind kind;
    const uint8_t *der; /* NULL where there is none */
    size_t der_bytes;
    const char *alias; /* friendly name; in a directory the file's name; may be NULL */
    enum store_trust trust;
    bool java_trusted; /* PKCS#12: carries Java's trustedKeyUsage attribute (2.16.840.1.113894.746875.1.1) */
    enum store_hashed hashed; /* directory */
    bool is_der;              /* directory: its file is, and not PEM */
    bool unread;    /* directory: a file that could not be read, for lack of rights or for its size */
    bool after_bom; /* PEM: first block of a file that starts with a byte order mark */
    bool
        overwritten; /* JKS, JCEKS, PKCS#12: a later entry has the same alias, and Java keeps only that one */
    bool
        trailing; /* PEM, DER: bytes follow the certificate inside its block; OpenSSL does not mind, Go does */
    enum store_by_line by_line; /* PEM */
    size_t chain_index;         /* STORE_ENTRY_KEY_CHAIN: 0 is the key's own certificate */
    const char *damage;         /* what is wrong, for a person; NULL when nothing is */
};

/* An entry that was kept: everything owned, the certificate parsed once (NULL when it does not parse). */
struct store_item {
    struct store_entry entry;
    struct certificate *certificate;
};

enum store_state {
    STORE_READ,     /* everything in it was read */
    STORE_PARTIAL,  /* something in it is damaged */
    STORE_OPAQUE,   /* there, but not to be read: see `problem` */
    STORE_DENIED,   /* not ours to read */
    STORE_DANGLING, /* the path leads nowhere */
};

/* Whether the password that was tried fits the store's own integrity check. */
enum store_integrity {
    STORE_INTEGRITY_NONE, /* the format, or this file, has no check */
    STORE_INTEGRITY_VERIFIED,
    STORE_INTEGRITY_UNVERIFIED, /* no password was tried, or none fits */
    STORE_INTEGRITY_BROKEN,     /* JKS: the check itself is cut off; Java minds only when it has a password */
};

struct store {
    char *path;     /* as asked for, inside its root */
    char *resolved; /* where that leads; NULL when dangling */
    enum store_format format;
    enum store_state state;
    char *problem;   /* for a person, when state is not STORE_READ */
    bool broken_off; /* the reader did not come to the end of the file; what it found before is there */
    enum store_integrity integrity;
    bool new_mac;   /* PKCS#12: the check is by another digest than SHA-1, which old readers do not know */
    bool encrypted; /* certificates could be read only with a password */
    bool
        password_needed; /* some or all of it can be read only with a password, and none that was tried fits */
    struct fingerprint digest; /* of the file's bytes; of a directory: of its sorted (name, digest) pairs */
    dev_t device;
    ino_t inode;
    uid_t owner;
    struct timespec changed; /* ctime: mtime can be set at will */
    struct store_item *items;
    size_t count;
    struct certificate_cache *cache; /* of the options, while it is read */
};

/*
 * Passwords to try, in order; then the empty one and "changeit". They are never logged or reported.
 * NULL for none.
 */
struct store_options {
    const struct text_list *passwords;
    struct certificate_cache *cache; /* schema/x509/cache.h; NULL for none */
    bool
        without_password; /* try none at all: what a Java client without trustStorePassword sees, which takes what
                              is encrypted for not being there */
    bool only_passwords; /* try only those given: what a Java client with trustStorePassword sees */
};

/*
 * Read the store at `path` inside `root_fd` (INPUT_MACHINE or a root directory, schema/base/input.h).
 * Never fails: what cannot be read is a store whose state and problem say why. Free with store_free().
 */
struct store *store_load(int root_fd, const char *path, const struct store_options *options);

/*
 * The PEM blocks compiled into the program at `path`, of whatever size the program is. Its digest is
 * that of the blocks, so that an upgrade which leaves the roots alone changes nothing.
 */
struct store *store_load_program(int root_fd, const char *path, const struct store_options *options);

/* The same from bytes already in memory; `path` only names it. */
struct store *store_load_bytes(const char *path, const uint8_t *bytes, size_t size,
                               const struct store_options *options);

void store_free(struct store *store);

const char *store_format_name(enum store_format format); /* "pem", "jks", … */
const char *store_state_name(enum store_state state); /* "read", "partial", "opaque", "denied", "dangling" */
