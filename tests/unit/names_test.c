#include "scanner/names.h"

#include <event2/dns.h>

#include "tests/support/check.h"

static const struct judge_case {
    const char *name;
    int ipv4, ipv6;
    size_t addresses;
    bool resolver_lives;
    enum outcome_class class;
    bool incomplete;
} cases[] = {
    { "both types", DNS_ERR_NONE, DNS_ERR_NONE, 2, true, CLASS_OK, false },
    { "no AAAA is a whole answer", DNS_ERR_NONE, DNS_ERR_NODATA, 1, true, CLASS_OK, false },
    { "so is a server that denies the name for AAAA", DNS_ERR_NONE, DNS_ERR_NOTEXIST, 1, true, CLASS_OK,
      false },
    { "silence about AAAA is not", DNS_ERR_NONE, DNS_ERR_TIMEOUT, 1, true, CLASS_OK, true },
    { "nor is a refusal", DNS_ERR_REFUSED, DNS_ERR_NONE, 1, true, CLASS_OK, true },
    { "nor is a truncated answer", DNS_ERR_TRUNCATED, DNS_ERR_NONE, 1, true, CLASS_OK, true },
    { "no such name", DNS_ERR_NOTEXIST, DNS_ERR_NOTEXIST, 0, true, CLASS_NAME_NOT_FOUND, false },
    { "a name without address", DNS_ERR_NODATA, DNS_ERR_NODATA, 0, true, CLASS_NO_ADDRESS, false },
    { "no A, and silence about AAAA, is not no address", DNS_ERR_NODATA, DNS_ERR_TIMEOUT, 0, true,
      CLASS_TIMEOUT, false },
    { "refused", DNS_ERR_REFUSED, DNS_ERR_REFUSED, 0, true, CLASS_NAME_REFUSED, false },
    { "silence of a resolver that lives", DNS_ERR_TIMEOUT, DNS_ERR_TIMEOUT, 0, true, CLASS_TIMEOUT, false },
    { "silence of a dead one is our own trouble", DNS_ERR_TIMEOUT, DNS_ERR_TIMEOUT, 0, false,
      CLASS_LOCAL_RESOLVER, false },
    { "an answer too long for us is our own trouble", DNS_ERR_TRUNCATED, DNS_ERR_NODATA, 0, true,
      CLASS_LOCAL_RESOLVER, false },
};

static void name_has_its_class(void **state)
{
    const struct judge_case *row = *state;
    bool incomplete;

    assert_string_equal(outcome_class_name(names_judge(row->ipv4, row->ipv6, row->addresses,
                                                       row->resolver_lives, &incomplete)),
                        outcome_class_name(row->class));
    assert_int_equal(incomplete, row->incomplete);
}

int main(void)
{
    return RUN_ROWS(cases, name_has_its_class);
}
