#include "scanner/fence.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include "tests/support/check.h"

static struct sockaddr_storage address_of(const char *text)
{
    struct sockaddr_storage address = { 0 };

    if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&address)->sin_addr) == 1)
        address.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&address)->sin6_addr) == 1)
        address.ss_family = AF_INET6;
    return address;
}

/* The path of a file with this content; NULL for NULL. */
static char *write_list(const char *content)
{
    char *path = content != NULL ? strdup("/tmp/rootshift-fence-XXXXXX") : NULL;
    int fd = path != NULL ? mkstemp(path) : -1;

    if (fd >= 0) {
        assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
        close(fd);
    }
    return path;
}

static void remove_list(char *path)
{
    if (path != NULL)
        unlink(path);
    free(path);
}

static const struct fence_case {
    const char *name;
    const char *allow, *deny, *address;
    const char *verdict; /* a part of it; NULL: it may be probed */
} cases[] = {
    { "no lists", NULL, NULL, "192.0.2.1", NULL },
    { "the last of a denied network", NULL, "192.0.2.0/25\n", "192.0.2.127", "--deny" },
    { "the next behind it", NULL, "192.0.2.0/25\n", "192.0.2.128", NULL },
    { "the one before it", NULL, "192.0.2.128/25\n", "192.0.2.127", NULL },
    { "an address alone", NULL, "192.0.2.1\n", "192.0.2.1", "--deny" },
    { "its neighbour", NULL, "192.0.2.1\n", "192.0.2.2", NULL },
    { "allowed", "192.0.2.0/24\n", NULL, "192.0.2.1", NULL },
    { "not allowed", "192.0.2.0/24\n", NULL, "192.0.3.1", "--allow" },
    { "an empty allow list allows nothing", "# nobody\n", NULL, "192.0.2.1", "--allow" },
    { "deny wins over a longer allowed prefix", "192.0.2.1\n", "192.0.2.0/24\n", "192.0.2.1", "--deny" },
    { "a network within another", NULL, "10.0.0.0/8\n10.1.0.0/16\n", "10.200.0.1", "--deny" },
    { "in whatever order", NULL, "192.0.2.0/24\n10.1.0.0/16\n10.0.0.0/8\n", "10.200.0.1", "--deny" },
    { "between two networks", NULL, "10.0.0.0/24\n10.0.2.0/24\n", "10.0.1.1", NULL },
    { "comments, blanks and a file without its last end", NULL, " # a\n\n\t10.0.0.0/8 # b\r\n192.0.2.1",
      "192.0.2.1", "--deny" },
    { "a byte order mark", NULL,
      "\xef\xbb\xbf"
      "192.0.2.0/24\r\n",
      "192.0.2.1", "--deny" },
    { "all of IPv4", NULL, "0.0.0.0/0\n", "255.255.255.255", "--deny" },
    { "all of IPv4 is no IPv6", NULL, "0.0.0.0/0\n", "2001:db8::1", NULL },
    { "all of IPv6 is no IPv4", NULL, "::/0\n", "192.0.2.1", NULL },
    { "all of IPv6", NULL, "::/0\n", "2001:db8::1", "--deny" },
    { "an IPv6 network", NULL, "2001:db8::/33\n", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "--deny" },
    { "the next behind it, IPv6", NULL, "2001:db8::/33\n", "2001:db8:8000::", NULL },
    { "IPv4 in the clothes of IPv6 is not let through", NULL, "192.0.2.0/24\n", "::ffff:192.0.2.1",
      "--deny" },
    { "a list in these clothes", NULL, "::ffff:192.0.2.0/120\n", "192.0.2.1", "--deny" },
};

static void is_denied_as_described(void **state)
{
    const struct fence_case *row = *state;
    char *allow = write_list(row->allow), *deny = write_list(row->deny);
    struct sockaddr_storage address = address_of(row->address);
    struct error err = { 0 };
    struct fence *fence = fence_open(allow, deny, &err);
    const char *verdict;

    if (fence == NULL)
        fail_msg("%s", err.message);
    verdict = fence_denies(fence, &address);
    assert_int_equal(verdict != NULL, row->verdict != NULL);
    if (verdict != NULL)
        assert_non_null(strstr(verdict, row->verdict));
    fence_close(fence);
    remove_list(allow);
    remove_list(deny);
}

static const struct fault_case {
    const char *name;
    const char *list;
    const char *message; /* behind the file's name */
} faults[] = {
    { "a name", "pay.example\n", ":1: \"pay.example\" is no address" },
    { "the third line", "# one\n10.0.0.0/8\n10.0.0.0/33\n", ":3: \"33\" is no prefix length from 0 to 32" },
    { "an IPv6 prefix that is too long", "::/129\n", ":1: \"129\" is no prefix length from 0 to 128" },
    { "a prefix below nothing", "10.0.0.0/-1\n", ":1: \"-1\" is no prefix length" },
    { "no prefix behind the slash", "10.0.0.0/\n", ":1: \"\" is no prefix length" },
    { "bits behind the prefix", "10.0.0.1/8\n", ":1: 10.0.0.1/8: bits are set" },
    { "half an address", "10.0.0/24\n", ":1: \"10.0.0\" is no address" },
    { "two networks", "10.0.0.0/8 11.0.0.0/8\n", ":1: \"8 11.0.0.0/8\" is no prefix length" },
};

static void fault_is_told(void **state)
{
    const struct fault_case *row = *state;
    char *deny = write_list(row->list), wanted[256];
    struct error err = { 0 };

    assert_null(fence_open(NULL, deny, &err));
    snprintf(wanted, sizeof(wanted), "%s%s", deny, row->message);
    if (strstr(err.message, wanted) != err.message)
        fail_msg("\"%s\" is not \"%s\"", err.message, wanted);
    remove_list(deny);
}

/* What a scan of the whole of IPv4 carries along: half a million networks, none of them adjacent. */
static void a_long_list_is_asked_fast(void **state)
{
    enum { NETWORKS = 500000 };
    char path[] = "/tmp/rootshift-fence-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    struct error err = { 0 };
    struct fence *fence;

    (void)state;
    for (unsigned i = 0; i < NETWORKS; i++)
        fprintf(file, "%u.%u.%u.0/25\n", i >> 16 & 255, i >> 8 & 255, i & 255);
    fclose(file);
    fence = fence_open(NULL, path, &err);
    assert_non_null(fence);
    for (unsigned i = 0; i < NETWORKS; i += 7) {
        struct sockaddr_storage address = { .ss_family = AF_INET };
        struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;

        ipv4->sin_addr.s_addr = htonl(i << 8 | 127);
        assert_non_null(fence_denies(fence, &address));
        ipv4->sin_addr.s_addr = htonl(i << 8 | 128);
        assert_null(fence_denies(fence, &address));
    }
    fence_close(fence);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest rest[] = { cmocka_unit_test(a_long_list_is_asked_fast) };

    return RUN_ROWS(cases, is_denied_as_described) + RUN_ROWS(faults, fault_is_told) +
           cmocka_run_group_tests(rest, NULL, NULL);
}
