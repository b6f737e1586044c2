#include "schema/tls/familiar.h"

#include "tests/support/check.h"

/* Chains one after the other; each is identified as if it were the first. Letters stand for certificates. */
static const struct sequence {
    const char *name;
    const char *chains[6];
} sequences[] = {
    { "the same again", { "leaf root", "leaf root", "leaf root" } },
    { "the same leaf, another root", { "leaf root", "leaf rooT", "leaf root" } },
    { "the same bytes, cut elsewhere", { "leafr oot", "leaf root", "leafro ot" } },
    { "fewer and more", { "leaf root", "leaf", "leaf root cross", "leaf root" } },
    { "a byte in the midst of the leaf", { "leaf.1.1234 root", "leaf.2.1234 root", "leaf.1.1234 root" } },
    { "short ones", { "a", "b", "", "a", "a b" } },
    { "more certificates than are remembered",
      { "1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7 8 9" } },
};

static void assert_identified(struct familiar *familiar, const char *words)
{
    struct handshake_certificate items[16] = { 0 };
    struct handshake_chain chain = { .items = items };
    char copy[64], *at, *rest = copy;

    snprintf(copy, sizeof(copy), "%s", words);
    while ((at = strtok_r(rest, " ", &rest)) != NULL)
        items[chain.count++] = (struct handshake_certificate){ .der = (uint8_t *)at, .size = strlen(at) };
    familiar_identify(familiar, &chain);
    for (size_t i = 0; i < chain.count; i++) {
        struct fingerprint print = fingerprint_of(items[i].der, items[i].size);

        assert_true(fingerprint_equal(&items[i].print, &print));
    }
}

static void each_is_identified_as_if_it_were_the_first(void **state)
{
    const struct sequence *row = *state;
    struct familiar *familiar = familiar_new();

    for (size_t i = 0; i < sizeof(row->chains) / sizeof(row->chains[0]) && row->chains[i] != NULL; i++)
        assert_identified(familiar, row->chains[i]);
    familiar_free(familiar);
}

static void a_large_chain_is_not_kept(void **state)
{
    static uint8_t der[20000];
    struct familiar *familiar = familiar_new();

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct handshake_certificate item = { .der = der, .size = sizeof(der) };
        struct handshake_chain chain = { .items = &item, .count = 1 };
        struct fingerprint print;

        der[5] = (uint8_t)i;
        print = fingerprint_of(der, sizeof(der));
        familiar_identify(familiar, &chain);
        assert_true(fingerprint_equal(&item.print, &print));
    }
    familiar_free(familiar);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_large_chain_is_not_kept) };

    return RUN_ROWS(sequences, each_is_identified_as_if_it_were_the_first) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
