#include "schema/catalog/catalogue.h"

#include "tests/support/check.h"

static struct catalogue *catalogue;

static const struct serial_case {
    const char *name, *serial, *root;
} serials[] = {
    { "as the notice of 2024 writes it", "33af1e6a711a9a0bb2864b11d09fae5", "digicert-global-root-g2" },
    { "with its leading zero", "033af1e6a711a9a0bb2864b11d09fae5", "digicert-global-root-g2" },
    { "as the notice of 2018 writes it", "08:3b:e0:56:90:42:46:b1:a1:75:6a:c9:59:91:c7:4a",
      "digicert-global-root-ca" },
    { "in capitals", "083BE056904246B1A1756AC95991C74A", "digicert-global-root-ca" },
    { "a short one", "20000b9", "baltimore-cybertrust-root" },
    { "a short one with colons", "02:00:00:b9", "baltimore-cybertrust-root" },
    { "VeriSign G5", "18:da:d1:9e:26:7d:e8:bb:4a:21:58:cd:cc:6b:3b:4a",
      "verisign-class-3-public-primary-ca-g5" },
    { "Class 3", "70:ba:e4:1d:10:d9:29:34:b6:38:ca:7b:03:cc:ba:bf", "class-3-public-primary-ca" },
    { "one of no root here", "20000b8", NULL },
    { "no serial at all", "0x20000b9", NULL },
    { "nothing but zeros", "00:00", NULL },
    { "nothing", "", NULL },
};

static void serial_finds_its_root(void **state)
{
    const struct serial_case *row = *state;
    const struct catalogue_root *root = catalogue_find_serial(catalogue, row->serial);

    assert_int_equal(root == NULL, row->root == NULL);
    if (root != NULL)
        assert_string_equal(root->name, row->root);
}

#define G2 "digicert-global-root-g2"
#define G1 "digicert-global-root-ca"
#define BALTIMORE "baltimore-cybertrust-root"
#define G5 "verisign-class-3-public-primary-ca-g5"

static const struct holds_case {
    const char *name, *root, *product, *version;
    enum catalogue_answer answer;
} holds[] = {
    { "Java 8u131 is the first with G2", G2, "java", "1.8.0_131", CATALOGUE_HOLDS },
    { "8u131 is the same version", G2, "java", "8u131", CATALOGUE_HOLDS },
    { "8u121 is too old for G2", G2, "java", "8u121", CATALOGUE_LACKS },
    { "so is 1.8.0_130", G2, "java", "1.8.0_130", CATALOGUE_LACKS },
    { "1.8.0_131-b11 is a build of it", G2, "java", "1.8.0_131-b11", CATALOGUE_HOLDS },
    { "17.0.15 comes later", G2, "java", "17.0.15", CATALOGUE_HOLDS },
    { "7u80 comes earlier", G2, "java", "1.7.0_80", CATALOGUE_LACKS },
    { "between the two notices' figures for G1 nobody knows", G1, "java", "1.5.0_22",
      CATALOGUE_SOURCES_DIFFER },
    { "1.4.2_17 is only by the notice of 2024", G1, "java", "1.4.2_17", CATALOGUE_SOURCES_DIFFER },
    { "below both figures it lacks G1", G1, "java", "1.4.2_16", CATALOGUE_LACKS },
    { "from the higher figure on it holds G1", G1, "java", "1.6.0_05", CATALOGUE_HOLDS },
    { "1.6.0_04 is below the higher figure", G1, "java", "1.6.0_04", CATALOGUE_SOURCES_DIFFER },
    { "XP SP3 has G2", G2, "windows", "xp-sp3", CATALOGUE_HOLDS },
    { "XP SP2 has not", G2, "windows", "xp-sp2", CATALOGUE_LACKS },
    { "Windows 10 comes after 7", G5, "windows", "10", CATALOGUE_HOLDS },
    { "Vista comes before 7", G5, "windows", "vista", CATALOGUE_LACKS },
    { "Vista and G1: after XP SP3, before 7", G1, "windows", "vista", CATALOGUE_SOURCES_DIFFER },
    { "10.10 has G2", G2, "macos", "10.10", CATALOGUE_HOLDS },
    { "10.9 has not: 9 is less than 10", G2, "macos", "10.9", CATALOGUE_LACKS },
    { "10.8 and G5: nobody looked", G5, "macos", "10.8", CATALOGUE_ROOT_NOT_IN_TABLE },
    { "10.9 and G5: confirmed", G5, "macos", "10.9", CATALOGUE_HOLDS },
    { "Baltimore on a Mac: one source confirms, one has a dash", BALTIMORE, "macos", "10.9",
      CATALOGUE_SOURCES_DIFFER },
    { "Android 4.4 lacks G2", G2, "android", "4.4", CATALOGUE_LACKS },
    { "iOS 6 lacks G2", G2, "ios", "6", CATALOGUE_LACKS },
    { "Firefox 31 lacks G2", G2, "firefox", "31", CATALOGUE_LACKS },
    { "Firefox 32 has it", G2, "firefox", "32.0", CATALOGUE_HOLDS },
    { "certifi dropped G1", G1, "certifi", "2026.04.22", CATALOGUE_LACKS },
    { "certifi had it before", G1, "certifi", "2026.02.25", CATALOGUE_HOLDS },
    { "the oldest certifi was not looked at", G1, "certifi", "0.0.7", CATALOGUE_ROOT_NOT_IN_TABLE },
    { "certifi took G2 up", G2, "certifi", "2015.04.28", CATALOGUE_HOLDS },
    { "14.5.14 is the one before", G2, "certifi", "14.05.14", CATALOGUE_LACKS },
    { "certifi dropped Baltimore", BALTIMORE, "certifi", "2025.4.26", CATALOGUE_LACKS },
    { "and had it before", BALTIMORE, "certifi", "2025.1.31", CATALOGUE_HOLDS },
    { "Firefox before Mozilla's date for G1", G1, "firefox", "140", CATALOGUE_HOLDS },
    { "which of the next still has G1 nobody looked", G1, "firefox", "150", CATALOGUE_SOURCES_DIFFER },
    { "NSS took G1's trust", G1, "nss", "3.123", CATALOGUE_LACKS },
    { "and left it before", G1, "nss", "3.87", CATALOGUE_HOLDS },
    { "Debian 8 has G2", G2, "debian", "8", CATALOGUE_HOLDS },
    { "Debian 7 was not looked at", G2, "debian", "7", CATALOGUE_ROOT_NOT_IN_TABLE },
    { "Debian 11 is without VeriSign G5", G5, "debian", "11", CATALOGUE_LACKS },
    { "Debian 10 loses it with an update", G5, "debian", "10", CATALOGUE_SOURCES_DIFFER },
};

static void release_holds_as_described(void **state)
{
    const struct holds_case *row = *state;
    struct version version;

    assert_true(catalogue_version(catalogue, row->product, row->version, &version));
    assert_int_equal(catalogue_holds(catalogue, catalogue_find(catalogue, row->root), row->product, &version),
                     row->answer);
}

static void what_is_no_version_is_refused(void **state)
{
    struct version version;

    (void)state;
    assert_false(catalogue_version(catalogue, "amiga", "1.3", &version));
    assert_false(catalogue_version(catalogue, "java", "latest", &version));
    assert_false(catalogue_version(catalogue, "windows", "95", &version));
}

static void certificates_are_those_of_the_notices(void **state)
{
    const struct catalogue_root *g2 = catalogue_find(catalogue, G2);
    struct fingerprint print;
    struct error err = { 0 };

    (void)state;
    assert_int_equal(catalogue_root_count(catalogue), 5);
    assert_true(
        fingerprint_parse("cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f", &print, &err));
    assert_ptr_equal(catalogue_find_print(catalogue, &print), g2);
    assert_int_equal(certificate_not_before(g2->certificate), 1375358400); /* 2013-08-01T12:00:00Z */
    assert_int_equal(certificate_not_after(g2->certificate), 2147169600);  /* 2038-01-15T12:00:00Z */
    assert_int_equal(catalogue_trusted_until(catalogue, g2, "mozilla"), 1870905600); /* 2029-04-15 */
    assert_int_equal(catalogue_trusted_until(catalogue, catalogue_find(catalogue, G5), "mozilla"),
                     CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(certificates_are_those_of_the_notices),
                                       cmocka_unit_test(what_is_no_version_is_refused) };
    struct error err = { 0 };
    int failed;

    catalogue = catalogue_new(&err);
    if (catalogue == NULL) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    failed = RUN_ROWS(serials, serial_finds_its_root) + RUN_ROWS(holds, release_holds_as_described) +
             cmocka_run_group_tests(rest, NULL, NULL);
    catalogue_free(catalogue);
    return failed;
}
