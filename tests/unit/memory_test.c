#include "collector/memory.h"

#include "tests/support/state.h"

#define NOW INT64_C(1800000000)
#define DAY INT64_C(86400)

/* A manifest whose digest is `letter` 32 times. */
static void note_trust(struct state *state, char letter, int64_t now)
{
    Rootshift__V1__TrustManifest manifest = ROOTSHIFT__V1__TRUST_MANIFEST__INIT;
    uint8_t digest[FINGERPRINT_BYTES];
    struct error err;

    memset(digest, letter, sizeof(digest));
    manifest.digest = (ProtobufCBinaryData){ sizeof(digest), digest };
    assert_true(memory_note_trust(state, "client", &manifest, now, &err));
}

static bool add_letter(void *context, const Rootshift__V1__TrustManifest *manifest, int64_t first_seen,
                       int64_t last_seen)
{
    assert_true(first_seen <= last_seen);
    text_format(context, "%c", manifest->digest.data[0]);
    return true;
}

/* Each letter is the trust set seen on that day; a blank: nobody looked. */
static const struct trust_case {
    const char *name, *seen;
    int64_t since; /* in half days: day 3 at noon is 7 */
    const char *read;
    bool seen_before;
} trusts[] = {
    { "an unchanged trust set is the one", "aaaa", 5, "a", true },
    { "the one before the start and those after it count", "aabc", 3, "abc", true },
    { "what was gone before the start does not", "abcc", 3, "bc", true },
    { "a change and back again is three", "aaba", 3, "aba", true },
    { "a process older than the memory read what nobody saw", "  ab", 3, "ab", false },
    { "seen at the very start is not seen before", "  aa", 4, "a", false },
    { "an empty memory says nothing", "", 3, "", false },
};

static void trust_is_remembered_as_described(void **given)
{
    const struct trust_case *row = *given;
    struct text read = { 0 };
    struct state *state;
    struct error err;
    bool seen_before;

    assert_int_equal(make_state((void **)&state), 0);
    for (size_t day = 0; row->seen[day] != '\0'; day++) {
        if (row->seen[day] != ' ')
            note_trust(state, row->seen[day], NOW + (int64_t)day * DAY);
    }
    assert_true(memory_trust_since(state, "client", NOW + row->since * DAY / 2, &seen_before, add_letter,
                                   &read, &err));
    assert_string_equal(text_string(&read), row->read);
    assert_int_equal(seen_before, row->seen_before);
    text_clear(&read);
    assert_int_equal(remove_state((void **)&state), 0);
}

/* A store that changes when its letter does; looked at once a day. Was it seen as a process started then found it? */
static const struct store_case {
    const char *name, *seen;
    int64_t since;   /* half days */
    int64_t seen_at; /* days; -1: not */
} stores[] = {
    { "a store seen after the start, unchanged since before it, is what was read", "aaaa", 3, 3 },
    { "a store that changed later was seen until then", "aaab", 3, 2 },
    { "a store that changed before anybody looked was not", "aabb", 3, -1 },
    { "a store seen alike before and after may have changed in between", "aa a", 5, 3 },
    { "a store last seen before the start was not", "aa", 3, -1 },
    { "a store first seen after the start was, if it had not changed since before", " aaa", 1, 3 },
    { "a store that was never seen was not", "", 3, -1 },
};

static void store_is_remembered_as_described(void **given)
{
    const struct store_case *row = *given;
    struct memory_store store = { .id = "0123456789abcdef", .path = "/etc/ssl/cert.pem" };
    struct state *state;
    struct error err = { 0 };
    int64_t seen_at = 0, changed = 0;
    char before = '\0';

    assert_int_equal(make_state((void **)&state), 0);
    for (int64_t day = 0; row->seen[day] != '\0'; day++) {
        if (row->seen[day] == ' ')
            continue;
        if (row->seen[day] != before)
            changed = before == '\0' ? NOW - DAY : NOW + day * DAY - 60; /* a minute before it is looked at */
        before = row->seen[day];
        store.changed.tv_sec = (time_t)changed;
        memset(store.digest.bytes, before, FINGERPRINT_BYTES);
        assert_true(memory_note_store(state, &store, NOW + day * DAY, &err));
    }
    assert_int_equal(
        memory_store_then(state, store.path, (NOW + row->since * DAY / 2) * 1000, &seen_at, &err),
        row->seen_at >= 0);
    if (row->seen_at >= 0)
        assert_int_equal(seen_at, NOW + row->seen_at * DAY);
    assert_int_equal(remove_state((void **)&state), 0);
}

static void only_the_newest_trust_sets_are_kept(void **state)
{
    struct text read = { 0 };
    struct error err;
    bool seen_before;

    for (int day = 0; day < MEMORY_TRUSTS_MAX + 3; day++)
        note_trust(*state, (char)('a' + day), NOW + day * DAY);
    assert_true(memory_trust_since(*state, "client", 0, &seen_before, add_letter, &read, &err));
    assert_string_equal(text_string(&read), "defghijklmnopqrs");
    text_clear(&read);
}

static void what_was_long_not_seen_is_forgotten(void **state)
{
    struct memory_store store = { .id = "0123456789abcdef", .path = "/etc/ssl/cert.pem" };
    struct error err;
    char *path;

    assert_true(memory_note_store(*state, &store, NOW, &err));
    assert_true(memory_forget(*state, NOW + MEMORY_AGE_MAX, &err));
    path = memory_path(*state, store.id, &err);
    assert_string_equal(path, store.path);
    free(path);
    assert_true(memory_forget(*state, NOW + MEMORY_AGE_MAX + 1, &err));
    assert_null(memory_path(*state, store.id, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
}

static void reader_writes_nothing(void **state)
{
    struct memory_store store = { .id = "0123456789abcdef", .path = "/etc/ssl/cert.pem" };
    struct state *reader;
    struct error err;

    assert_true(memory_note_store(*state, &store, NOW, &err));
    reader = state_open(state_directory, false, &err);
    assert_non_null(reader);
    free(memory_path(reader, store.id, &err));
    assert_false(memory_note_store(reader, &store, NOW, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    state_close(reader);
}

static void no_state_is_made_by_reading(void **state)
{
    struct error err;

    (void)state;
    assert_null(state_open("/tmp/no-such-state-of-a-collector", false, &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        STATE_TEST(only_the_newest_trust_sets_are_kept),
        STATE_TEST(what_was_long_not_seen_is_forgotten),
        STATE_TEST(reader_writes_nothing),
        cmocka_unit_test(no_state_is_made_by_reading),
    };

    return RUN_ROWS(trusts, trust_is_remembered_as_described) +
           RUN_ROWS(stores, store_is_remembered_as_described) + cmocka_run_group_tests(rest, NULL, NULL);
}
