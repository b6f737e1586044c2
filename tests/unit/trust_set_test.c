/* What the readers of each model keep of the same file; every row was measured with the clients themselves. */
#include "schema/trust/trust_set.h"

#include "tests/support/check.h"
#include "tests/support/pki.h"

#define BOM "\xef\xbb\xbf"
#define BROKEN "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"

static struct certificate *make(const char *subject, unsigned key)
{
    return pki_issue(&(struct pki_request){ .subject = subject, .key = key });
}

/*
 * A file is written as a word: A and B are certificates, a is A as TRUSTED without settings, x as "X509
 * CERTIFICATE", ! a damaged block, ^ a byte order mark.
 */
static void write_file(struct text *out, const char *word, const struct certificate *a,
                       const struct certificate *b)
{
    for (; *word != '\0'; word++) {
        switch (*word) {
        case 'A': pki_pem(out, a, NULL); break;
        case 'B': pki_pem(out, b, NULL); break;
        case 'a': pki_pem(out, a, "TRUSTED CERTIFICATE"); break;
        case 'x': pki_pem(out, a, "X509 CERTIFICATE"); break;
        case '!': text_add(out, BROKEN); break;
        case '^': text_add(out, BOM); break;
        default: fail_msg("no such letter: %c", *word);
        }
    }
}

static const struct file_case {
    const char *name, *word;
    const char *kept[6]; /* of openssl, node, gnutls, go, java, rfc5280: "AB" */
} file_cases[] = {
    { "two certificates", "AB", { "AB", "AB", "AB", "AB", "", "AB" } },
    { "damage between two", "A!B", { "", "A", "", "AB", "", "AB" } },
    { "damage before both", "!AB", { "", "", "", "AB", "", "AB" } },
    { "damage behind both", "AB!", { "", "AB", "", "AB", "", "AB" } },
    { "a TRUSTED block", "aB", { "AB", "B", "B", "B", "", "AB" } },
    { "an X509 block", "xB", { "AB", "AB", "AB", "B", "", "AB" } },
    { "a byte order mark", "^AB", { "AB", "AB", "AB", "B", "", "AB" } },
    { "nothing", "", { "", "", "", "", "", "" } },
};

static void each_model_keeps_what_its_clients_do(void **state)
{
    static const char *const models[] = { "openssl", "node", "gnutls", "go", "java", "rfc5280" };
    const struct file_case *row = *state;
    struct certificate *a = make("CN=A", 1), *b = make("CN=B", 2);
    struct text file = { 0 };
    struct store *store;

    write_file(&file, row->word, a, b);
    store = store_load_bytes("roots.pem", (const uint8_t *)text_string(&file), file.size, NULL);
    for (size_t m = 0; m < sizeof(models) / sizeof(models[0]); m++) {
        struct trust_set *set = trust_set_new();
        char kept[8] = "";

        trust_set_add_store(set, model_find(models[m]), store);
        for (size_t i = 0; i < set->count; i++)
            strncat(kept, certificate_label(set->entries[i].certificate), 1);
        if (strcmp(kept, row->kept[m]) != 0)
            fail_msg("%s keeps \"%s\", not \"%s\"", models[m], kept, row->kept[m]);
        assert_true(set->complete);
        assert_true(strlen(row->kept[m]) == 2 || set->notes.count > 0 || row->word[0] == '\0');
        trust_set_free(set);
    }
    store_free(store);
    text_clear(&file);
    certificate_free(a);
    certificate_free(b);
}

/* Entries as readers of keystores and directories hand them over. */
static struct trust_set *set_of(enum store_format format, struct store_entry entry, const char *model)
{
    struct certificate *certificate = make("CN=A", 1);
    char path[] = "store";
    struct store_item item = { .entry = entry, .certificate = certificate };
    const struct store store = { .path = path, .format = format, .items = &item, .count = 1 };
    struct trust_set *set = trust_set_new();

    item.entry.der = certificate_der(certificate, &item.entry.der_bytes);
    trust_set_add_store(set, model_find(model), &store);
    certificate_free(certificate);
    return set;
}

static const struct entry_case {
    const char *name, *model;
    enum store_format format;
    struct store_entry entry;
    size_t count;
    uint32_t marks;
} entry_cases[] = {
    { "Java trusts an entry of a JKS", "java", STORE_JKS, { .kind = STORE_ENTRY_CERTIFICATE }, 1, 0 },
    { "Java trusts a PKCS#12 certificate with its attribute",
      "java",
      STORE_PKCS12,
      { .kind = STORE_ENTRY_CERTIFICATE, .java_trusted = true },
      1,
      0 },
    { "Java trusts no PKCS#12 certificate without",
      "java",
      STORE_PKCS12,
      { .kind = STORE_ENTRY_CERTIFICATE },
      0,
      0 },
    { "Java trusts the first certificate of a key",
      "java",
      STORE_JKS,
      { .kind = STORE_ENTRY_KEY_CHAIN },
      1,
      0 },
    { "Java trusts no other of it",
      "java",
      STORE_JKS,
      { .kind = STORE_ENTRY_KEY_CHAIN, .chain_index = 1 },
      0,
      0 },
    { "an entry that a later alias replaced is gone",
      "java",
      STORE_JKS,
      { .kind = STORE_ENTRY_CERTIFICATE, .overwritten = true },
      0,
      0 },
    { "damage loses Java the whole keystore", "java", STORE_JKS, { .kind = STORE_ENTRY_DAMAGED }, 0, 0 },
    { "OpenSSL reads no JKS", "openssl", STORE_JKS, { .kind = STORE_ENTRY_CERTIFICATE }, 0, 0 },
    { "OpenSSL finds a hashed name",
      "openssl",
      STORE_DIRECTORY,
      { .kind = STORE_ENTRY_CERTIFICATE, .hashed = STORE_HASHED_FOUND },
      1,
      0 },
    { "OpenSSL finds no other name", "openssl", STORE_DIRECTORY, { .kind = STORE_ENTRY_CERTIFICATE }, 0, 0 },
    { "OpenSSL may find a hashed name without those below it",
      "openssl",
      STORE_DIRECTORY,
      { .kind = STORE_ENTRY_CERTIFICATE, .hashed = STORE_HASHED_LOOSE },
      1,
      TRUST_MARK_UNSURE },
    { "and what another name leads to",
      "openssl",
      STORE_DIRECTORY,
      { .kind = STORE_ENTRY_CERTIFICATE, .hashed = STORE_HASHED_ASTRAY },
      1,
      TRUST_MARK_UNSURE },
    { "Go finds that too",
      "go",
      STORE_DIRECTORY,
      { .kind = STORE_ENTRY_CERTIFICATE, .hashed = STORE_HASHED_LOOSE },
      1,
      0 },
    { "Go finds every name", "go", STORE_DIRECTORY, { .kind = STORE_ENTRY_CERTIFICATE }, 1, 0 },
    { "but no DER", "go", STORE_DIRECTORY, { .kind = STORE_ENTRY_CERTIFICATE, .is_der = true }, 0, 0 },
    { "as a client may that nobody measured",
      "rfc5280",
      STORE_DIRECTORY,
      { .kind = STORE_ENTRY_CERTIFICATE, .is_der = true },
      1,
      0 },
    { "Go minds bytes behind the certificate",
      "go",
      STORE_PEM,
      { .kind = STORE_ENTRY_CERTIFICATE, .trailing = true },
      0,
      0 },
    { "OpenSSL does not", "openssl", STORE_PEM, { .kind = STORE_ENTRY_CERTIFICATE, .trailing = true }, 1, 0 },
    { "trust for servers is explicit",
      "openssl",
      STORE_PEM,
      { .kind = STORE_ENTRY_TRUSTED, .trust = STORE_TRUST_SERVER },
      1,
      TRUST_MARK_EXPLICIT },
    { "trust for something else rejects",
      "openssl",
      STORE_PEM,
      { .kind = STORE_ENTRY_TRUSTED, .trust = STORE_TRUST_OTHER },
      1,
      TRUST_MARK_REJECTED },
    { "rejection rejects",
      "openssl",
      STORE_PEM,
      { .kind = STORE_ENTRY_TRUSTED, .trust = STORE_TRUST_REJECTED },
      1,
      TRUST_MARK_REJECTED },
};

static void entry_counts_as_described(void **state)
{
    const struct entry_case *row = *state;
    struct trust_set *set = set_of(row->format, row->entry, row->model);

    assert_int_equal(set->count, row->count);
    if (row->count > 0)
        assert_int_equal(set->entries[0].marks, row->marks);
    else
        assert_true(set->notes.count > 0);
    trust_set_free(set);
}

/*
 * Stores as words, a file or a directory each, in the order in which they are read. Certificates: A, a its
 * namesake, B; behind it in a directory + found, ? loose, ! astray, nothing: not looked up. Kept are the
 * certificates, ? behind those of which we are not sure. Measured with s_client, curl and Python 3.11 on OpenSSL 3.0.
 */
static const struct several_case {
    const char *name, *stores, *kept;
} several_cases[] = {
    { "a file and a directory with something else", "A B+", "AB" },
    { "what the file has is not looked up", "A A+", "A" },
    { "nor is its namesake", "A a+", "A" },
    { "whichever of the two was named first", "a+ A", "A" },
    { "namesakes of one directory are loaded together", "A+a+", "Aa" },
    { "namesakes of one file too", "Aa", "Aa" },
    { "and of two files", "A a", "Aa" },
    { "of two directories the first that has the name", "A+ a+", "A" },
    { "is the first, with all that it has", "A+ a+A+", "A" },
    { "what is not found in the first is looked for in the second", "A a+", "A" },
    { "a loose one in the first does not stop the search", "A? a+", "a" },
    { "a loose one in the second is not looked for", "A+ a?", "A" },
    { "a loose one by itself", "A?", "A?" },
    { "a loose one beside its namesake", "a+A?", "a" },
    { "a loose one beside something else", "B+A?", "BA?" },
    { "a loose one that stands in a file too", "A? A", "A" },
    { "an astray one by itself", "A!", "A?" },
    { "an astray one may come before its namesake", "a+A!", "aA?" },
    { "an astray one that is there anyway", "A+A!", "A" },
    { "an astray one that stands in a file too", "A! A", "A" },
    { "names that are no hash are nothing", "AdB+", "B" },
};

/* One store of the word at *at, which is moved behind it. */
static struct store read_word(const char **at, struct certificate *const certificates[3],
                              struct store_item *items)
{
    static char path[] = "store";
    struct store store = { .path = path, .format = STORE_PEM, .items = items };
    bool directory = false;

    for (; **at != '\0' && **at != ' '; ++*at) {
        const char *mark = strchr("d+?!", **at);

        if (mark == NULL) {
            items[store.count++] = (struct store_item){
                .entry = { .kind = STORE_ENTRY_CERTIFICATE, .alias = "file" },
                .certificate = certificates[**at == 'A'   ? 0
                                            : **at == 'a' ? 1
                                                          : 2],
            };
            continue;
        }
        directory = true;
        items[store.count - 1].entry.hashed =
            (enum store_hashed[]){ STORE_HASHED_NOT, STORE_HASHED_FOUND, STORE_HASHED_LOOSE,
                                   STORE_HASHED_ASTRAY }[mark - "d+?!"];
    }
    store.format = directory ? STORE_DIRECTORY : STORE_PEM;
    return store;
}

static void several_stores_count_as_described(void **state)
{
    const struct several_case *row = *state;
    struct certificate *certificates[] = { make("CN=A", 1), make("CN=A", 2), make("CN=B", 3) };
    struct trust_set *set = trust_set_new();
    struct text kept = { 0 };

    for (const char *at = row->stores; *at != '\0'; at += *at == ' ') {
        struct store_item items[8] = { 0 };
        const struct store store = read_word(&at, certificates, items);

        trust_set_add_store(set, model_find("openssl"), &store);
    }
    for (size_t i = 0; i < set->count; i++) {
        const struct trust_entry *entry = &set->entries[i];

        text_add(&kept, entry->certificate == certificates[0]   ? "A"
                        : entry->certificate == certificates[1] ? "a"
                                                                : "B");
        text_add(&kept, (entry->marks & TRUST_MARK_UNSURE) != 0 ? "?" : "");
    }
    assert_string_equal(text_string(&kept), row->kept);
    text_clear(&kept);
    trust_set_free(set);
    for (size_t i = 0; i < 3; i++)
        certificate_free(certificates[i]);
}

static void what_we_may_not_read_proves_nothing(void **state)
{
    static const struct {
        const char *model;
        enum store_hashed hashed;
        bool complete;
    } rows[] = {
        { "openssl", STORE_HASHED_NOT, true },
        { "openssl", STORE_HASHED_LOOSE, false },
        { "gnutls", STORE_HASHED_NOT, false },
        { "go", STORE_HASHED_NOT, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[] = "store";
        struct store_item item = {
            .entry = { .kind = STORE_ENTRY_DAMAGED, .unread = true, .hashed = rows[i].hashed }
        };
        const struct store store = { .path = path, .format = STORE_DIRECTORY, .items = &item, .count = 1 };
        struct trust_set *set = trust_set_new();

        trust_set_add_store(set, model_find(rows[i].model), &store);
        assert_int_equal(set->complete, rows[i].complete);
        assert_int_equal(set->count, 0);
        trust_set_free(set);
    }
}

static const struct state_case {
    const char *name;
    enum store_state state;
    bool complete;
} state_cases[] = {
    { "a store that is not there is simply empty", STORE_DANGLING, true },
    { "one that may not be read proves nothing by absence", STORE_DENIED, false },
    { "one that cannot be read proves nothing by absence", STORE_OPAQUE, false },
};

static void state_counts_as_described(void **state)
{
    const struct state_case *row = *state;
    char path[] = "store";
    const struct store store = { .path = path, .state = row->state };
    struct trust_set *set = trust_set_new();

    trust_set_add_store(set, model_find("openssl"), &store);
    assert_int_equal(set->complete, row->complete);
    assert_int_equal(set->count, 0);
    assert_int_equal(set->notes.count, 1);
    trust_set_free(set);
}

/* A set written as a word: letters are entries in order, lower case ones explicit; after a / parameters. */
static struct fingerprint digest_of(const char *word, const char *model)
{
    struct trust_set *set = trust_set_new();
    struct fingerprint digest;

    for (; *word != '\0' && *word != '/'; word++) {
        struct fingerprint print = fingerprint_of(word[0] >= 'a' ? (char[]){ (char)(*word - 32) } : word, 1);

        trust_set_add(set, &print, &print, *word >= 'a' ? TRUST_MARK_EXPLICIT : 0, NULL);
    }
    while (*word != '\0' && *++word != '\0')
        text_list_add(&set->parameters, (char[]){ *word, '=', '1', '\0' });
    digest = trust_set_digest(set, model_find(model));
    trust_set_free(set);
    return digest;
}

static const struct digest_case {
    const char *name, *model, *left, *right;
    bool equal;
} digest_cases[] = {
    { "order does not count where it does not matter", "go", "AB", "BA", true },
    { "order counts where it matters", "openssl", "AB", "BA", false },
    { "marks count", "go", "AB", "Ab", false },
    { "twice is once", "go", "ABA", "AB", true },
    { "twice is once, where it stood first", "openssl", "ABA", "AB", true },
    { "twice is once, where it stood first and not last", "openssl", "ABA", "BA", false },
    { "the same certificate with other marks is another entry", "go", "Aa", "A", false },
    { "parameters count", "go", "AB/x", "AB", false },
    { "the order of parameters does not", "openssl", "AB/xy", "AB/yx", true },
};

static void digest_is_as_described(void **state)
{
    const struct digest_case *row = *state;
    struct fingerprint left = digest_of(row->left, row->model), right = digest_of(row->right, row->model);

    assert_int_equal(fingerprint_equal(&left, &right), row->equal);
}

/* Written out by hand: fingerprint, four bytes of marks, then parameters with their NUL. */
static void digest_is_sha256_of_what_the_header_says(void **state)
{
    struct fingerprint a = fingerprint_of("A", 1), digest = digest_of("a/x", "go"), expected;
    uint8_t bytes[FINGERPRINT_BYTES + 8];

    (void)state;
    memcpy(bytes, a.bytes, FINGERPRINT_BYTES);
    memcpy(bytes + FINGERPRINT_BYTES, "\0\0\0\1x=1", 8);
    expected = fingerprint_of(bytes, sizeof(bytes));
    assert_true(fingerprint_equal(&digest, &expected));
}

static void every_model_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (const struct model *row = model_all(); row->name != NULL; row++) {
        assert_ptr_equal(model_find(row->name), row);
        assert_non_null(row->clients);
    }
    assert_null(model_find("netscape"));
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(digest_is_sha256_of_what_the_header_says),
        cmocka_unit_test(every_model_has_a_name_of_its_own),
        cmocka_unit_test(what_we_may_not_read_proves_nothing),
    };

    return RUN_ROWS(file_cases, each_model_keeps_what_its_clients_do) +
           RUN_ROWS(entry_cases, entry_counts_as_described) +
           RUN_ROWS(several_cases, several_stores_count_as_described) +
           RUN_ROWS(state_cases, state_counts_as_described) + RUN_ROWS(digest_cases, digest_is_as_described) +
           cmocka_run_group_tests(rest, NULL, NULL);
}
