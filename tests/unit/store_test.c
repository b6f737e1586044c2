/*
 * The stores are made by openssl and keytool (tests/data/store/make). What a line-wise reader takes from
 * a PEM file was measured with Python's ssl module and Node on OpenSSL 3.
 */
#include "schema/store/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "tests/support/check.h"
#include "tests/support/pki.h"

#define DATA TEST_DATA "/store/"

/* One word an entry: kind and the certificate's last letter, then its marks. */
static void describe(const struct store *store, struct text *out)
{
    static const char *const kinds[] = {
        [STORE_ENTRY_CERTIFICATE] = "",  [STORE_ENTRY_X509] = "x509:",  [STORE_ENTRY_TRUSTED] = "trusted:",
        [STORE_ENTRY_KEY_CHAIN] = "key", [STORE_ENTRY_OTHER] = "other", [STORE_ENTRY_DAMAGED] = "damaged",
    };
    static const char *const trusts[] = {
        [STORE_TRUST_UNSAID] = "",
        [STORE_TRUST_SERVER] = "+server",
        [STORE_TRUST_OTHER] = "+other",
        [STORE_TRUST_REJECTED] = "+rejected",
    };

    for (size_t i = 0; i < store->count; i++) {
        const struct store_item *item = &store->items[i];

        text_format(out, "%s%s", i == 0 ? "" : " ", kinds[item->entry.kind]);
        if (item->entry.kind == STORE_ENTRY_KEY_CHAIN)
            text_format(out, "%zu:", item->entry.chain_index);
        if (item->certificate != NULL && item->entry.kind != STORE_ENTRY_DAMAGED)
            text_add(out, strrchr(certificate_label(item->certificate), ' ') != NULL
                              ? strrchr(certificate_label(item->certificate), ' ') + 1
                              : certificate_label(item->certificate));
        text_add(out, trusts[item->entry.trust]);
        text_add(out, item->entry.java_trusted ? "+java" : "");
        text_add(out, item->entry.overwritten ? "+overwritten" : "");
        text_add(out, item->entry.trailing ? "+trailing" : "");
        text_add(out, item->entry.after_bom ? "+bom" : "");
    }
}

static char *hidden_one[] = { (char *)(uintptr_t) "hidden-one" };
static const struct text_list hidden = { hidden_one, 1 };

static const struct file_case {
    const char *name, *file;
    enum store_format format;
    enum store_state state;
    enum store_integrity integrity;
    const char *entries; /* java writes entries in hash order */
    struct store_options options;
} files[] = {
    { "a PEM file", "a.pem", STORE_PEM, STORE_READ, STORE_INTEGRITY_NONE, "A", { 0 } },
    { "trusted for servers",
      "trusted-server.pem",
      STORE_PEM,
      STORE_READ,
      STORE_INTEGRITY_NONE,
      "trusted:A+server",
      { 0 } },
    { "trusted for mail only",
      "trusted-mail.pem",
      STORE_PEM,
      STORE_READ,
      STORE_INTEGRITY_NONE,
      "trusted:A+other",
      { 0 } },
    { "rejected for servers",
      "trusted-reject.pem",
      STORE_PEM,
      STORE_READ,
      STORE_INTEGRITY_NONE,
      "trusted:A+rejected",
      { 0 } },
    { "trust settings that say nothing",
      "trusted-unsaid.pem",
      STORE_PEM,
      STORE_READ,
      STORE_INTEGRITY_NONE,
      "trusted:A",
      { 0 } },
    { "JKS", "two.jks", STORE_JKS, STORE_READ, STORE_INTEGRITY_VERIFIED, "B A", { 0 } },
    { "JKS with a password that nobody knows",
      "password.jks",
      STORE_JKS,
      STORE_READ,
      STORE_INTEGRITY_UNVERIFIED,
      "A",
      { 0 } },
    { "JKS with its password",
      "password.jks",
      STORE_JKS,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "A",
      { .passwords = &hidden } },
    { "JKS with the wrong password",
      "two.jks",
      STORE_JKS,
      STORE_READ,
      STORE_INTEGRITY_UNVERIFIED,
      "B A",
      { .passwords = &hidden, .only_passwords = true } },
    { "JKS without password",
      "two.jks",
      STORE_JKS,
      STORE_READ,
      STORE_INTEGRITY_UNVERIFIED,
      "B A",
      { .without_password = true } },
    { "JKS with a key",
      "key.jks",
      STORE_JKS,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "B key0:Leaf key1:A",
      { 0 } },
    { "JKS without entries", "empty.jks", STORE_JKS, STORE_READ, STORE_INTEGRITY_VERIFIED, "", { 0 } },
    { "JCEKS", "two.jceks", STORE_JCEKS, STORE_READ, STORE_INTEGRITY_VERIFIED, "B A", { 0 } },
    { "JCEKS with secrets among its certificates",
      "secret.jceks",
      STORE_JCEKS,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "B A other other",
      { 0 } },
    { "PKCS#12", "modern.p12", STORE_PKCS12, STORE_READ, STORE_INTEGRITY_VERIFIED, "A+java B+java", { 0 } },
    { "PKCS#12 of Java 8",
      "legacy.p12",
      STORE_PKCS12,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "A+java",
      { 0 } },
    { "PKCS#12 without password",
      "open.p12",
      STORE_PKCS12,
      STORE_READ,
      STORE_INTEGRITY_NONE,
      "A+java",
      { .without_password = true } },
    { "PKCS#12 that is encrypted, read without password",
      "modern.p12",
      STORE_PKCS12,
      STORE_READ,
      STORE_INTEGRITY_UNVERIFIED,
      "",
      { .without_password = true } },
    { "PKCS#12 without Java's mark",
      "unmarked.p12",
      STORE_PKCS12,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "A",
      { 0 } },
    { "PKCS#12 with a key",
      "key.p12",
      STORE_PKCS12,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "key0:Leaf A other",
      { 0 } },
    { "PKCS#12 with a password that nobody knows",
      "password.p12",
      STORE_PKCS12,
      STORE_OPAQUE,
      STORE_INTEGRITY_UNVERIFIED,
      "",
      { 0 } },
    { "PKCS#12 with its password",
      "password.p12",
      STORE_PKCS12,
      STORE_READ,
      STORE_INTEGRITY_VERIFIED,
      "A+java",
      { .passwords = &hidden } },
    { "PKCS#12 that asks for three million iterations",
      "slow.p12",
      STORE_PKCS12,
      STORE_OPAQUE,
      STORE_INTEGRITY_NONE,
      "",
      { 0 } },
    { "a script", "make", STORE_FORMAT_UNKNOWN, STORE_OPAQUE, STORE_INTEGRITY_NONE, "", { 0 } },
    { "a path to nowhere",
      "nowhere.pem",
      STORE_FORMAT_UNKNOWN,
      STORE_DANGLING,
      STORE_INTEGRITY_NONE,
      "",
      { 0 } },
};

static void file_is_read_as_described(void **state)
{
    const struct file_case *row = *state;
    struct text path = { 0 }, entries = { 0 };
    struct store *store;

    text_format(&path, DATA "%s", row->file);
    store = store_load(INPUT_MACHINE, text_string(&path), &row->options);
    describe(store, &entries);
    assert_string_equal(text_string(&entries), row->entries);
    assert_string_equal(store_format_name(store->format), store_format_name(row->format));
    assert_string_equal(store_state_name(store->state), store_state_name(row->state));
    assert_int_equal(store->integrity, row->integrity);
    assert_int_equal(store->problem == NULL, row->state == STORE_READ && !store->password_needed);
    store_free(store);
    text_clear(&entries);
    text_clear(&path);
}

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define BLOCK_A BEGIN "\n%a" END "\n"
#define BLOCK_B BEGIN "\n%b" END "\n"

/* %a and %b stand for the base64 lines of the two roots, %1 for the first in one line. */
static const struct pem_case {
    const char *name, *text;
    const char *by_line; /* measured: what OpenSSL 3 takes; "!": it drops the file */
    const char *entries; /* each block by itself */
} pems[] = {
    { "two blocks", BLOCK_A BLOCK_B, "AB", "A B" },
    { "text around blocks", "Root A\n" BLOCK_A "# and\n" BLOCK_B "end\n", "AB", "A B" },
    { "no line feed at the end", BLOCK_A BEGIN "\n%b" END, "AB", "A B" },
    { "CR and LF", BEGIN "\r\n%1\r\n" END "\r\n" BLOCK_B, "AB", "A B" },
    { "CR alone", BEGIN "\r%1\r" END "\r" BEGIN "\r%1\r" END "\r", "", "A A" },
    { "one long line", BEGIN "\n%1\n" END "\n" BLOCK_B, "AB", "A B" },
    { "byte order mark", "\xef\xbb\xbf" BLOCK_A BLOCK_B, "AB", "A+bom B" },
    { "END and BEGIN on one line", BEGIN "\n%a" END BLOCK_B, "!", "A B" },
    { "an indented BEGIN", "  " BLOCK_A BLOCK_B, "B", "A B" },
    { "an indented END swallows the next block", BEGIN "\n%a  " END "\n" BLOCK_B, "A", "A B" },
    { "a missing END swallows the next block", BEGIN "\n%a" BLOCK_B, "A", "damaged B" },
    { "a missing END at the end", BLOCK_B BEGIN "\n%a", "!", "B damaged" },
    { "text before BEGIN", "Root A " BLOCK_A BLOCK_B, "B", "A B" },
    { "text behind BEGIN", BEGIN " hello\n%a" END "\n" BLOCK_B, "B", "damaged B" },
    { "text behind END", BEGIN "\n%a" END " hello\n" BLOCK_B, "!", "A B" },
    { "blanks behind both", BEGIN "  \n%a" END " \t\n" BLOCK_B, "AB", "A B" },
    { "four dashes", "-----BEGIN CERTIFICATE----\n%a" END "\n" BLOCK_B, "B", "other B" },
    { "END of something else", BEGIN "\n%a-----END X509 CRL-----\n" BLOCK_B, "!", "damaged B" },
    { "a bad byte", BEGIN "\n!%a" END "\n" BLOCK_B, "!", "damaged B" },
    { "padding in the middle", BEGIN "\n====\n%a" END "\n" BLOCK_B, "!", "damaged B" },
    { "header lines", BEGIN "\nNote: hi\n\n%a" END "\n" BLOCK_B, "!", "damaged B" },
    { "a blank line first", BEGIN "\n\n%a" END "\n" BLOCK_B, "AB", "A B" },
    { "blanks in the data", BEGIN "\n \t%a" END "\n" BLOCK_B, "AB", "A B" },
    { "an empty block", BEGIN "\n" END "\n" BLOCK_B, "!", "damaged B" },
    { "base64 that is no certificate", BEGIN "\nMAMCAQU=\n" END "\n" BLOCK_B, "!", "damaged B" },
    { "another label is passed over", "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n" BLOCK_B, "B",
      "other B" },
    { "another label with a bad byte", "-----BEGIN FOO-----\nA!==\n-----END FOO-----\n" BLOCK_B, "!",
      "damaged B" },
    { "another label that is cut", "-----BEGIN FOO-----\nAAA\n-----END FOO-----\n" BLOCK_B, "!",
      "damaged B" },
    { "the old label", "-----BEGIN X509 CERTIFICATE-----\n%a-----END X509 CERTIFICATE-----\n" BLOCK_B, "AB",
      "x509:A B" },
    { "a TRUSTED block without settings",
      "-----BEGIN TRUSTED CERTIFICATE-----\n%a-----END TRUSTED CERTIFICATE-----\n", "A", "trusted:A" },
};

static void add_root(struct text *out, const char *file, bool one_line)
{
    struct error err = { 0 };
    struct input input;
    const char *start, *end;

    assert_true(input_read(INPUT_MACHINE, file, 10000, &input, &err));
    start = strchr((const char *)input.bytes, '\n') + 1;
    end = strstr(start, "-----END");
    for (const char *at = start; at < end; at++) {
        if (!one_line || *at != '\n')
            text_append(out, at, 1);
    }
    input_clear(&input);
}

static void fill_in(const char *pattern, struct text *out)
{
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != '%') {
            text_append(out, at, 1);
            continue;
        }
        at++;
        add_root(out, *at == 'b' ? DATA "b.pem" : DATA "a.pem", *at == '1');
    }
}

static void take_by_line(const struct store *store, struct text *out)
{
    for (size_t i = 0; i < store->count; i++) {
        const struct store_item *item = &store->items[i];

        if (item->entry.by_line == STORE_LINE_DAMAGED) {
            text_clear(out);
            text_add(out, "!");
            return;
        }
        if (item->entry.by_line == STORE_LINE_SEEN && item->certificate != NULL)
            text_add(out, strrchr(certificate_label(item->certificate), ' ') + 1);
    }
}

static void pem_is_read_as_described(void **state)
{
    const struct pem_case *row = *state;
    struct text text = { 0 }, entries = { 0 }, by_line = { 0 };
    struct store *store;

    fill_in(row->text, &text);
    store = store_load_bytes("test.pem", (const uint8_t *)text.bytes, text.size, NULL);
    describe(store, &entries);
    take_by_line(store, &by_line);
    assert_int_equal(store->format, STORE_PEM);
    assert_string_equal(text_string(&entries), row->entries);
    assert_string_equal(text_string(&by_line), row->by_line);
    store_free(store);
    text_clear(&text);
    text_clear(&entries);
    text_clear(&by_line);
}

/* Nothing that is done to a store may do more than make it hold less. */
static void load_and_forget(const uint8_t *bytes, size_t size)
{
    uint8_t *exact = memory_copy(bytes, size); /* so that a sanitizer sees one byte too many */

    store_free(store_load_bytes("hostile", exact, size, NULL));
    free(exact);
}

static const struct hostile_case {
    const char *name, *file;
    size_t step; /* key derivation makes PKCS#12 dear, so not each of its bytes */
} hostile[] = {
    { "PEM", "a.pem", 1 },        { "TRUSTED PEM", "trusted-server.pem", 1 },
    { "JKS", "key.jks", 1 },      { "JCEKS", "secret.jceks", 1 },
    { "PKCS#12", "open.p12", 1 }, { "PKCS#12 with a key", "key.p12", 31 },
};

static void hostile_bytes_do_no_harm(void **state)
{
    const struct hostile_case *row = *state;
    struct text path = { 0 };
    struct error err = { 0 };
    struct input input;
    uint8_t *twice;

    text_format(&path, DATA "%s", row->file);
    assert_true(input_read(INPUT_MACHINE, text_string(&path), 10000, &input, &err));
    for (size_t i = 0; i < input.size; i += row->step)
        load_and_forget(input.bytes, i);
    for (size_t i = 0; i < input.size; i += row->step) {
        static const uint8_t values[] = { 0x00, 0xff, 0x80, 0x7f, 0x01 };
        uint8_t before = input.bytes[i];

        input.bytes[i] ^= values[i % sizeof(values)] == 0 ? before : values[i % sizeof(values)];
        load_and_forget(input.bytes, input.size);
        input.bytes[i] = before;
    }
    twice = memory_new(2 * input.size);
    memcpy(twice, input.bytes, input.size);
    memcpy(twice + input.size, input.bytes, input.size);
    load_and_forget(twice, 2 * input.size);
    free(twice);
    input_clear(&input);
    text_clear(&path);
}

static void a_cut_trailer_is_told_from_a_wrong_password(void **state)
{
    struct error err = { 0 };
    struct input input;
    struct store *store;

    (void)state;
    assert_true(input_read(INPUT_MACHINE, DATA "two.jks", 10000, &input, &err));
    store = store_load_bytes("cut.jks", input.bytes, input.size - 1, NULL);
    assert_int_equal(store->integrity, STORE_INTEGRITY_BROKEN);
    assert_int_equal(store->count, 2);
    store_free(store);
    store = store_load_bytes("cut.jks", input.bytes, input.size - 21, NULL);
    assert_int_equal(store->state, STORE_PARTIAL);
    assert_int_equal(store->count, 1);
    store_free(store);
    input_clear(&input);
}

static void of_equal_aliases_the_last_counts(void **state)
{
    struct error err = { 0 };
    struct text entries = { 0 };
    struct input input;
    struct store *store;
    uint8_t *alias;

    (void)state;
    assert_true(input_read(INPUT_MACHINE, DATA "two.jks", 10000, &input, &err));
    alias =
        memmem(input.bytes, input.size, "\0\1b\0\0", 5); /* length, alias, and the first bytes of a date */
    assert_non_null(alias);
    alias[2] = 'a';
    store = store_load_bytes("same.jks", input.bytes, input.size, NULL);
    describe(store, &entries);
    assert_string_equal(text_string(&entries), "B+overwritten A");
    store_free(store);
    text_clear(&entries);
    input_clear(&input);
}

static void many_blocks_end_at_the_cap(void **state)
{
    struct text text = { 0 };
    struct store *store;

    (void)state;
    for (size_t i = 0; i < 1000000; i++) /* also: BEGINs without END must not cost their square */
        text_add(&text, "-----BEGIN X-----\n");
    store = store_load_bytes("many.pem", (const uint8_t *)text.bytes, text.size, NULL);
    assert_int_equal(store->count, STORE_ENTRIES_MAX);
    assert_int_equal(store->state, STORE_PARTIAL);
    store_free(store);
    text_clear(&text);
}

/*
 * Directories as words, a file each: NAME=CONTENT. In a name a and b are the hashes of roots A and B, A the
 * first in capitals and o its hash before OpenSSL 1.0; of the content A and B are the roots, D is A in DER,
 * ! a damaged block, j junk, k a key; a file without content is empty, ~ leads nowhere. Expected is each
 * certificate in order, with what OpenSSL finds: found, loose, astray or not.
 */
static const struct directory_case {
    const char *name, *files, *expected;
} directories[] = {
    { "the name that rehash makes", "a.0=A", "A:found" },
    { "no hash", "root.pem=A", "A:not" },
    { "a number without the one below it", "a.1=A", "A:loose" },
    { "of two of a hash the second", "a.0=A a.1=A", "A:found A:found" },
    { "junk below it", "a.0=j a.1=A", "A:loose" },
    { "an empty file below it", "a.0= a.1=A", "A:loose" },
    { "a key below it", "a.0=k a.1=A", "A:loose" },
    { "a link that leads nowhere below it", "a.0=~ a.1=A", "A:loose" },
    { "something damaged below it", "a.0=! a.1=A", "A:loose" },
    { "a certificate and something damaged below it", "a.0=A! a.1=A", "A:found A:loose" },
    { "junk above it", "a.0=A a.1=j", "A:found" },
    { "something else below it", "a.0=B a.1=A", "B:astray A:found" },
    { "what stands before damage", "a.0=A!", "A:found" },
    { "what stands behind damage", "a.0=!A", "A:not" },
    { "DER", "a.0=D", "A in DER:loose" },
    { "DER below it", "a.0=D a.1=A", "A in DER:loose A:loose" },
    { "a leading zero", "a.00=A", "A:loose" },
    { "capital letters", "A.0=A", "A:loose" },
    { "the hash of something else", "b.0=A", "A:astray" },
    { "both in a file of one's hash", "b.0=BA", "B:found A:astray" },
    { "DER under the hash of something else", "b.0=D", "A in DER:astray" },
    { "the hash of old", "o.0=A", "A:not" },
    { "a number with something behind it", "a.0x=A", "A:not" },
    { "a list of revoked certificates by name", "a.r0=A", "A:not" },
    { "the tenth comes after the ninth",
      "a.0=A a.1=A a.2=A a.3=A a.4=A a.5=A a.6=A a.7=A a.8=A a.9=A a.10=B a.11=A",
      "A:found A:found A:found A:found A:found A:found A:found A:found A:found A:found B:astray A:found" },
};

static struct text content_of(const char *letters, struct store *const roots[2])
{
    struct text text = { 0 };

    for (; *letters != '\0'; letters++) {
        const struct certificate *root = roots[*letters == 'B']->items[0].certificate;
        size_t size;
        const uint8_t *der = certificate_der(root, &size);

        switch (*letters) {
        case 'A':
        case 'B': pki_pem(&text, root, NULL); break;
        case 'D': text_append(&text, (const char *)der, size); break;
        case '!': text_add(&text, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"); break;
        case 'j': text_add(&text, "junk\n"); break;
        case 'k': text_add(&text, "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"); break;
        default: fail_msg("no such letter: %c", *letters);
        }
    }
    return text;
}

static void write_file(const char *tree, const char *word, struct store *const roots[2])
{
    const X509_NAME *a = X509_get_subject_name(certificate_x509(roots[0]->items[0].certificate));
    const X509_NAME *b = X509_get_subject_name(certificate_x509(roots[1]->items[0].certificate));
    char path[256], hash[16];
    int stem = (int)strcspn(word, ".="), name = (int)strcspn(word, "=");
    struct text content;
    FILE *file;

    snprintf(hash, sizeof(hash),
             stem > 1       ? "root"
             : *word == 'A' ? "%08lX"
                            : "%08lx",
             *word == 'b'   ? X509_NAME_hash_ex(b, NULL, NULL, NULL)
             : *word == 'o' ? X509_NAME_hash_old(a)
                            : X509_NAME_hash_ex(a, NULL, NULL, NULL));
    snprintf(path, sizeof(path), "%s/%s%.*s", tree, hash, name - stem, word + stem);
    if (word[name + 1] == '~') {
        assert_int_equal(symlink("nowhere", path), 0);
        return;
    }
    content = content_of(word + name + 1, roots);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text_string(&content), 1, content.size, file), content.size);
    fclose(file);
    text_clear(&content);
}

static void directory_is_marked_as_described(void **state)
{
    static const char *const finds[] = {
        [STORE_HASHED_NOT] = "not",
        [STORE_HASHED_FOUND] = "found",
        [STORE_HASHED_LOOSE] = "loose",
        [STORE_HASHED_ASTRAY] = "astray",
    };
    const struct directory_case *row = *state;
    struct store *roots[] = { store_load(INPUT_MACHINE, DATA "a.pem", NULL),
                              store_load(INPUT_MACHINE, DATA "b.pem", NULL) };
    char tree[] = "/tmp/rootshift-store-XXXXXX", *words = strdup(row->files), *rest = words, command[64];
    struct text found = { 0 };
    struct store *store;

    assert_non_null(mkdtemp(tree));
    for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " "))
        write_file(tree, word, roots);
    store = store_load(INPUT_MACHINE, tree, NULL);
    assert_int_equal(store->format, STORE_DIRECTORY);
    for (size_t i = 0; i < store->count; i++) {
        const struct store_item *item = &store->items[i];

        if (item->certificate != NULL)
            text_format(&found, "%s%s%s:%s", found.size > 0 ? " " : "",
                        strrchr(certificate_label(item->certificate), ' ') + 1,
                        item->entry.is_der ? " in DER" : "", finds[item->entry.hashed]);
    }
    assert_string_equal(text_string(&found), row->expected);
    text_clear(&found);
    store_free(store);
    store_free(roots[0]);
    store_free(roots[1]);
    free(words);
    snprintf(command, sizeof(command), "rm -rf %s", tree);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(a_cut_trailer_is_told_from_a_wrong_password),
        cmocka_unit_test(of_equal_aliases_the_last_counts),
        cmocka_unit_test(many_blocks_end_at_the_cap),
    };

    return RUN_ROWS(files, file_is_read_as_described) + RUN_ROWS(pems, pem_is_read_as_described) +
           RUN_ROWS(hostile, hostile_bytes_do_no_harm) +
           RUN_ROWS(directories, directory_is_marked_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
