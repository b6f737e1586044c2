#include "scanner/checkpoint.h"

#include <unistd.h>

#include "tests/support/check.h"

/* --- the agenda ----------------------------------------------------------------------------------- */

#define STEPS 8

/* "b" begins the next target, ten bytes after the one before; "r2" is a record of target 2; "e2" completes it. */
static const struct agenda_case {
    const char *name;
    const char *steps[STEPS];
    uint64_t completed;
    int64_t position;
} agendas[] = {
    { "nothing read", { NULL }, 0, 0 },
    { "read is not completed", { "b", "b", NULL }, 0, 0 },
    { "the first completed", { "b", "b", "e1", NULL }, 1, 10 },
    { "behind a hole", { "b", "b", "b", "e2", NULL }, 0, 0 },
    { "and when the hole is closed", { "b", "b", "b", "e2", "e1", NULL }, 2, 20 },
    { "everything completed", { "b", "b", "e2", "e1", NULL }, 2, 20 },
};

static struct task *find(const struct agenda *agenda, uint64_t seq)
{
    struct task *task;

    TAILQ_FOREACH(task, &agenda->open, link)
    {
        if (task->seq == seq)
            break;
    }
    return task;
}

static void play(struct agenda *agenda, const char *const *steps)
{
    for (size_t i = 0; i < STEPS && steps[i] != NULL; i++) {
        struct task *task = steps[i][0] == 'b' ? NULL : find(agenda, (uint64_t)atoi(steps[i] + 1));

        if (steps[i][0] == 'b')
            (void)agenda_begin(agenda, (int64_t)agenda->seq * 10);
        else
            agenda_touch(agenda, task);
        if (steps[i][0] == 'e')
            agenda_end(agenda, task);
    }
}

static void is_completed_up_to(void **state)
{
    const struct agenda_case *row = *state;
    struct agenda agenda;
    int64_t position;

    agenda_init(&agenda);
    play(&agenda, row->steps);
    assert_int_equal(agenda_completed(&agenda, (int64_t)agenda.seq * 10, &position), row->completed);
    assert_int_equal(position, row->position);
    agenda_clear(&agenda);
}

/* --- there and back ------------------------------------------------------------------------------- */

#define HELLOS 2

static char edge[] = "edge", cross[] = "cross";
static struct campaign_chain chains[] = { { .name = cross } };
static struct campaign_endpoint endpoints[] = { { .name = edge } };
static const struct campaign campaign = {
    .chains = chains, .chain_count = 1, .endpoints = endpoints, .endpoint_count = 1
};

static void describe(struct checkpoint_settings *settings, const char *depth)
{
    *settings = (struct checkpoint_settings){ 0 };
    checkpoint_setting_add(settings, "depth", depth);
    checkpoint_setting_add(settings, "hellos", "modern tls12");
}

static char *write_file(const char *content)
{
    char *path = strdup("/tmp/rootshift-checkpoint-XXXXXX");
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
    return path;
}

/* Five targets: 1 and 4 complete, 3 a name with one of two addresses done for one hello, 5 not touched. */
static void begin_five(struct agenda *agenda)
{
    static const char *const steps[STEPS] = { "b", "b", "b", "b", "b", "e1", "e4", "r3" };
    char ipv4[] = "192.0.2.1", ipv6[] = "2001:db8::1", *addresses[] = { ipv4, ipv6 };
    struct task *task;

    agenda_init(agenda);
    play(agenda, steps);
    task = find(agenda, 3);
    task_set_places(task, addresses, 2, HELLOS);
    task->addresses_incomplete = true;
    task->places[1].recorded = 2;
    compare_add(&task->compares[1], task->places[1].address, "cross", 4);
}

static void what_is_written_is_read(void **state)
{
    struct tally tally = { .campaign = &campaign }, tally_after = { .campaign = &campaign };
    struct checkpoint before = { .run = "r", .started_at = 1005, .out_bytes = 777, .tally = &tally },
                      after = { .tally = &tally_after };
    struct checkpoint_settings settings;
    struct agenda agenda, resumed;
    struct text line = { 0 };
    struct error err = { 0 };
    const struct task *task;
    const char *label;
    int order;
    char *path;

    (void)state;
    before.totals.records = before.totals.outcomes[STAGE_DONE][CLASS_OK] = 5;
    tally_add(&tally, &(struct tally_place){ "edge", "192.0.2.1", "pay.example", 0, true });
    tally_add(&tally, &(struct tally_place){ NULL, "192.0.2.2", NULL, ROLLOUT_OTHER, false });
    tally_add_name(&tally, "pay.example: 7 of 9 serve cross");
    describe(&settings, "handshake");
    begin_five(&agenda);
    checkpoint_write(&before, &settings, &agenda, 50, &line);
    path = write_file(text_string(&line));

    agenda_init(&resumed);
    assert_true(checkpoint_read(path, &settings, HELLOS, &after, &resumed, &err));
    assert_string_equal(after.run, "r");
    assert_int_equal(after.started_at, 1005);
    assert_int_equal(after.out_bytes, 777);
    assert_int_equal(after.position, 10); /* where target 2 begins */
    assert_memory_equal(&after.totals, &before.totals, sizeof(after.totals));
    assert_int_equal(tally_after.row_count, 2);
    assert_ptr_equal(tally_after.rows[0].endpoint, edge);
    assert_int_equal(tally_after.rows[0].chain, 0);
    assert_true(tally_after.rows[0].known);
    assert_int_equal(tally_after.rows[0].places, 1);
    assert_string_equal(tally_after.rows[0].first.items[0], "192.0.2.1 (pay.example)");
    assert_string_equal(tally_after.rows[1].endpoint, "");
    assert_int_equal(tally_after.rows[1].chain, ROLLOUT_OTHER);
    assert_false(tally_after.rows[1].known);
    assert_string_equal(tally_after.names.items[0], "pay.example: 7 of 9 serve cross");

    assert_int_equal(resumed.seq, 1);
    assert_int_equal(agenda_begin(&resumed, 10)->seq, 2);
    task = agenda_begin(&resumed, 20);
    assert_int_equal(task->seq, 3);
    assert_true(task->addresses_incomplete);
    assert_int_equal(task->place_count, 2);
    assert_int_equal(task->places[0].recorded, 0);
    assert_int_equal(task->places[1].recorded, 2);
    assert_true(compare_find(&task->compares[1], "2001:db8::1", &label, &order));
    assert_string_equal(label, "cross");
    assert_int_equal(order, 4);
    assert_false(compare_find(&task->compares[1], "192.0.2.1", &label, &order));
    assert_null(agenda_begin(&resumed, 30)); /* 4 is complete */
    assert_int_equal(agenda_begin(&resumed, 40)->place_count, 0);
    assert_int_equal(resumed.seq, 5);

    tally_clear(&tally);
    tally_clear(&tally_after);
    agenda_clear(&agenda);
    agenda_clear(&resumed);
    checkpoint_settings_clear(&settings);
    text_clear(&line);
    unlink(path);
    free(path);
}

/* A run that was resumed is killed before it has read again what the first one left open. */
static void what_was_not_read_again_stays_open(void **state)
{
    struct tally tally = { 0 };
    struct checkpoint checkpoint = { .run = "r", .tally = &tally };
    struct checkpoint_settings settings;
    struct agenda agenda;
    struct text line = { 0 };

    (void)state;
    describe(&settings, "handshake");
    agenda_init(&agenda);
    agenda.seq = 1;
    agenda.inherited = agenda.touched = 6;
    agenda_inherit(&agenda, task_new(3, 0));
    agenda_inherit(&agenda, task_new(5, 0));
    assert_null(agenda_begin(&agenda, 10)); /* 2 */
    checkpoint_write(&checkpoint, &settings, &agenda, 20, &line);
    assert_non_null(strstr(text_string(&line), "\"completed\":2,\"position\":20,\"touched\":6"));
    assert_non_null(strstr(text_string(&line), "\"open\":[{\"seq\":3},{\"seq\":5}]"));
    agenda_clear(&agenda);
    checkpoint_settings_clear(&settings);
    text_clear(&line);
}

/* --- what is refused ------------------------------------------------------------------------------ */

#define SETTINGS "\"settings\":{\"depth\":\"handshake\",\"hellos\":\"modern tls12\"}"
#define HEAD "{\"v\":2," SETTINGS ",\"run\":\"r\",\"started_at\":\"2026-11-25T22:00:00Z\",\"finished\":false,"
#define COUNTS                                                                                               \
    "\"records\":0,\"certificates\":0,\"unexamined\":0,\"names_alike\":0,\"names_different\":0,"             \
    "\"outcomes\":{},"
#define TALLY(rows) "\"tally\":{\"chains\":[" rows "],\"names\":[]},"
#define ROW(chain, places)                                                                                   \
    "{\"endpoint\":\"edge\",\"chain\":" chain ",\"known\":true,\"places\":" places                           \
    ",\"first\":[\"192.0.2.1\"]}"
#define PLACES "\"out_bytes\":0,\"completed\":1,\"position\":9,\"touched\":4,"
#define OPEN(targets) HEAD COUNTS PLACES "\"open\":[" targets "]}"

static const struct refused_case {
    const char *name;
    const char *document;
    enum error_kind kind; /* ERROR_NONE: it is read */
    const char *why;
} refused[] = {
    { "a whole one", OPEN("{\"seq\":2},{\"seq\":4}"), ERROR_NONE, "" },
    { "nothing", "", ERROR_FORMAT, "JSON" },
    { "half of one", HEAD COUNTS, ERROR_FORMAT, "JSON" },
    { "a later version", "{\"v\":3," SETTINGS "}", ERROR_FORMAT, "\"v\"" },
    { "another depth", "{\"v\":2,\"settings\":{\"depth\":\"request\",\"hellos\":\"modern tls12\"}}",
      ERROR_CONFLICT, "depth \"request\" there, \"handshake\" here" },
    { "a setting that is missing", "{\"v\":2,\"settings\":{\"depth\":\"handshake\"}}", ERROR_CONFLICT,
      "hellos" },
    { "no counts", HEAD PLACES "\"open\":[]}", ERROR_FORMAT, "records" },
    { "records that have no outcome",
      HEAD "\"records\":1,\"certificates\":0,\"unexamined\":0,\"names_alike\":0,\"names_different\":0,"
           "\"outcomes\":{}," PLACES "\"open\":[]}",
      ERROR_FORMAT, "add up" },
    { "a chain that the campaign has", HEAD COUNTS TALLY(ROW("\"cross\"", "7")) PLACES "\"open\":[]}",
      ERROR_NONE, "" },
    { "one that it has not", HEAD COUNTS TALLY(ROW("\"crossed\"", "7")) PLACES "\"open\":[]}", ERROR_FORMAT,
      "tally: \"chain\"" },
    { "a chain that nobody serves", HEAD COUNTS TALLY(ROW("null", "0")) PLACES "\"open\":[]}", ERROR_FORMAT,
      "places" },
    { "a chain that stands twice",
      HEAD COUNTS TALLY(ROW("null", "1") "," ROW("null", "1")) PLACES "\"open\":[]}", ERROR_FORMAT, "twice" },
    { "bytes below nothing",
      HEAD COUNTS "\"out_bytes\":-1,\"completed\":1,\"position\":9,\"touched\":4,\"open\":[]}", ERROR_FORMAT,
      "out_bytes" },
    { "open what is complete", OPEN("{\"seq\":1}"), ERROR_FORMAT, "seq" },
    { "open what nobody touched", OPEN("{\"seq\":5}"), ERROR_FORMAT, "seq" },
    { "open twice", OPEN("{\"seq\":2},{\"seq\":2}"), ERROR_FORMAT, "seq" },
    { "an address that is none",
      OPEN("{\"seq\":2,\"addresses\":[{\"address\":\"pay.example\",\"recorded\":1,\"served\":[]}]}"),
      ERROR_FORMAT, "address" },
    { "a hello that is none",
      OPEN("{\"seq\":2,\"addresses\":[{\"address\":\"192.0.2.1\",\"recorded\":4,\"served\":[]}]}"),
      ERROR_FORMAT, "recorded" },
};

static void is_read_or_refused(void **state)
{
    const struct refused_case *row = *state;
    struct checkpoint_settings settings;
    struct tally tally = { .campaign = &campaign };
    struct checkpoint checkpoint = { .tally = &tally };
    struct agenda agenda;
    struct error err = { 0 };
    char *path = write_file(row->document);

    describe(&settings, "handshake");
    agenda_init(&agenda);
    assert_int_equal(checkpoint_read(path, &settings, HELLOS, &checkpoint, &agenda, &err),
                     row->kind == ERROR_NONE);
    assert_int_equal(err.kind, row->kind);
    if (strstr(err.message, row->why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->why);
    tally_clear(&tally);
    agenda_clear(&agenda);
    checkpoint_settings_clear(&settings);
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_was_not_read_again_stays_open),
    };

    return RUN_ROWS(agendas, is_completed_up_to) + RUN_ROWS(refused, is_read_or_refused) +
           cmocka_run_group_tests(rest, NULL, NULL);
}
