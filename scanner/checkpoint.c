#include "scanner/checkpoint.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/base/input.h"

#define VERSION 2

/* As many open targets as there are descriptors, some hundred bytes each, and a lot of air. */
#define BYTES_MAX ((size_t)256 * 1024 * 1024)

void checkpoint_setting_add(struct checkpoint_settings *settings, const char *name, const char *value)
{
    if (settings->count == CHECKPOINT_SETTINGS)
        abort();
    settings->items[settings->count++] = (struct checkpoint_setting){ name, memory_text(value) };
}

void checkpoint_settings_clear(struct checkpoint_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        free(settings->items[i].value);
    settings->count = 0;
}

/* --- writing -------------------------------------------------------------------------------------- */

static void write_served(struct json *json, const struct task *task, const struct place *place)
{
    json_key(json, "served");
    json_array(json);
    for (size_t hello = 0; hello < task->compare_count; hello++) {
        const char *label;
        int order;

        if (!compare_find(&task->compares[hello], place->address, &label, &order))
            continue;
        json_object(json);
        json_key_number(json, "hello", (int64_t)hello);
        json_key_text(json, "chain", label);
        json_key_number(json, "order", order);
        json_object_end(json);
    }
    json_array_end(json);
}

/* A target without any record is its number alone: it begins anew. */
static void write_open(struct json *json, const struct task *task)
{
    json_object(json);
    json_key_number(json, "seq", (int64_t)task->seq);
    if (task_has_record(task)) {
        json_key_bool(json, "addresses_incomplete", task->addresses_incomplete);
        json_key(json, "addresses");
        json_array(json);
        for (size_t i = 0; i < task->place_count; i++) {
            json_object(json);
            json_key_text(json, "address", task->places[i].address);
            json_key_number(json, "recorded", task->places[i].recorded);
            write_served(json, task, &task->places[i]);
            json_object_end(json);
        }
        json_array_end(json);
    }
    json_object_end(json);
}

void checkpoint_write(const struct checkpoint *checkpoint, const struct checkpoint_settings *settings,
                      const struct agenda *agenda, int64_t source_position, struct text *line)
{
    int64_t position;
    uint64_t completed = agenda_completed(agenda, source_position, &position);
    uint64_t touched = agenda->touched > agenda->inherited ? agenda->touched : agenda->inherited;
    const struct task *task;
    struct json json = { .text = *line };

    json_object(&json);
    json_key_number(&json, "v", VERSION);
    json_key(&json, "settings");
    json_object(&json);
    for (size_t i = 0; i < settings->count; i++)
        json_key_text(&json, settings->items[i].name, settings->items[i].value);
    json_object_end(&json);
    json_key_text(&json, "run", checkpoint->run);
    json_key_instant(&json, "started_at", checkpoint->started_at);
    json_key_bool(&json, "finished", checkpoint->finished);
    json_key_number(&json, "out_bytes", checkpoint->out_bytes);
    json_key_number(&json, "completed", (int64_t)completed);
    json_key_number(&json, "position", position);
    json_key_number(&json, "touched", (int64_t)(touched > completed ? touched : completed));
    totals_write(&checkpoint->totals, &json);
    tally_write(checkpoint->tally, &json);
    json_key(&json, "open");
    json_array(&json);
    TAILQ_FOREACH(task, &agenda->open, link)
    {
        if (task->seq > touched)
            break;
        write_open(&json, task);
    }
    json_array_end(&json);
    json_object_end(&json);
    text_add(&json.text, "\n");
    *line = json.text;
}

/* --- reading -------------------------------------------------------------------------------------- */

static bool read_served(struct task *task, struct place *place, tree_value served, struct error *err)
{
    for (size_t i = 0; i < tree_count(served); i++) {
        tree_value one = tree_item(served, i), chain = tree_member(one, "chain");
        int64_t hello, order;

        if (!tree_read_whole(one, "hello", 0, (int64_t)task->compare_count - 1, &hello, err) ||
            !tree_read_whole(one, "order", -1, INT32_MAX, &order, err))
            return false;
        compare_add(&task->compares[hello], place->address, tree_is_text(chain) ? tree_text(chain) : NULL,
                    (int)order);
    }
    return true;
}

static bool read_places(struct task *task, tree_value addresses, size_t hello_count, struct error *err)
{
    size_t count = tree_count(addresses);
    char **texts = memory_new((count + 1) * sizeof(*texts));
    bool ok = false;

    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[16];

        /* only read */
        texts[i] = (char *)(uintptr_t)tree_text(tree_member(tree_item(addresses, i), "address"));
        if (inet_pton(AF_INET, texts[i], bytes) != 1 && inet_pton(AF_INET6, texts[i], bytes) != 1) {
            error_set(err, ERROR_FORMAT, "an address is none");
            goto done;
        }
    }
    task_set_places(task, texts, count, hello_count);
    for (size_t i = 0; i < count; i++) {
        tree_value one = tree_item(addresses, i);
        int64_t recorded;

        if (!tree_read_whole(one, "recorded", 0, (INT64_C(1) << hello_count) - 1, &recorded, err) ||
            !read_served(task, &task->places[i], tree_member(one, "served"), err))
            goto done;
        task->places[i].recorded = (uint16_t)recorded;
    }
    ok = true;
done:
    free(texts);
    return ok;
}

static bool read_open(struct agenda *agenda, tree_value open, size_t hello_count, struct error *err)
{
    uint64_t before = agenda->seq;

    for (size_t i = 0; i < tree_count(open); i++) {
        tree_value one = tree_item(open, i), addresses = tree_member(one, "addresses");
        struct task *task;
        int64_t seq;

        if (!tree_read_whole(one, "seq", (int64_t)before + 1, (int64_t)agenda->inherited, &seq, err))
            return false;
        before = (uint64_t)seq;
        task = task_new(before, 0);
        task->addresses_incomplete = tree_is_true(tree_member(one, "addresses_incomplete"));
        agenda_inherit(agenda, task);
        if (addresses != NULL && !read_places(task, addresses, hello_count, err))
            return false;
    }
    return true;
}

static bool check_settings(tree_value document, const struct checkpoint_settings *settings, struct error *err)
{
    tree_value theirs = tree_member(document, "settings");

    for (size_t i = 0; i < settings->count; i++) {
        const struct checkpoint_setting *item = &settings->items[i];
        tree_value value = tree_member(theirs, item->name);

        if (!tree_is_text(value) || strcmp(tree_text(value), item->value) != 0)
            return error_set(err, ERROR_CONFLICT, "it is of another scan: %s \"%s\" there, \"%s\" here",
                             item->name, tree_text(value), item->value);
    }
    return true;
}

static bool read_document(tree_value document, size_t hello_count, struct checkpoint *checkpoint,
                          struct agenda *agenda, struct error *err)
{
    const char *run = tree_text(tree_member(document, "run"));
    const char *started_at = tree_text(tree_member(document, "started_at"));
    int64_t completed, touched;

    if (strlen(run) >= sizeof(checkpoint->run) || run[0] == '\0')
        return error_set(err, ERROR_FORMAT, "\"run\" is no name");
    strcpy(checkpoint->run, run);
    if (!clock_parse(started_at, NULL, &checkpoint->started_at, err))
        return error_set(err, ERROR_FORMAT, "\"started_at\" is no instant");
    if (!tree_read_whole(document, "out_bytes", 0, INT64_MAX, &checkpoint->out_bytes, err) ||
        !tree_read_whole(document, "position", 0, INT64_MAX, &checkpoint->position, err) ||
        !tree_read_whole(document, "completed", 0, INT64_MAX, &completed, err) ||
        !tree_read_whole(document, "touched", completed, INT64_MAX, &touched, err) ||
        !totals_read(&checkpoint->totals, document, err) || !tally_read(checkpoint->tally, document, err))
        return false;
    agenda->seq = (uint64_t)completed;
    agenda->touched = agenda->inherited = (uint64_t)touched;
    return read_open(agenda, tree_member(document, "open"), hello_count, err);
}

static struct tree *load(const char *path, struct error *err)
{
    struct input input;
    struct tree *document;
    int64_t version;

    if (!input_read(INPUT_MACHINE, path, BYTES_MAX, &input, err))
        return NULL;
    document = tree_parse((const char *)input.bytes, err);
    input_clear(&input);
    if (document == NULL || tree_read_whole(tree_root(document), "v", VERSION, VERSION, &version, err))
        return document;
    tree_free(document);
    return NULL;
}

bool checkpoint_read(const char *path, const struct checkpoint_settings *settings, size_t hello_count,
                     struct checkpoint *checkpoint, struct agenda *agenda, struct error *err)
{
    struct tree *document = load(path, err);
    bool ok = false;

    *checkpoint = (struct checkpoint){ .tally = checkpoint->tally };
    if (document != NULL) {
        checkpoint->finished = tree_is_true(tree_member(tree_root(document), "finished"));
        ok = check_settings(tree_root(document), settings, err) &&
             read_document(tree_root(document), hello_count, checkpoint, agenda, err);
    }
    tree_free(document);
    return ok || error_within(err, "checkpoint %s", path);
}
