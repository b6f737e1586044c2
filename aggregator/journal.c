#include "aggregator/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/base/input.h"
#include "schema/base/text.h"

#define SUFFIX ".decisions"

/* A decision an hour for a hundred years. */
#define JOURNAL_BYTES_MAX (100 << 20)

const char *journal_format(const struct journal_entry *entry, char text[JOURNAL_TEXT_BYTES])
{
    char hex[FINGERPRINT_TEXT_BYTES];

    snprintf(text, JOURNAL_TEXT_BYTES, "%lld:%s", (long long)entry->number,
             fingerprint_format(&entry->hash, hex));
    return text;
}

bool journal_add(struct journal *journal, const char *text, struct error *err)
{
    struct journal_entry entry = { 0 };
    char *rest;

    entry.number = strtoll(text, &rest, 10);
    if (entry.number < 1 || *rest != ':' || !fingerprint_parse(rest + 1, &entry.hash, err))
        return error_set(err, ERROR_FORMAT, "\"%.90s\" is not NUMBER:HASH of a decision", text);
    journal->entries = array_grow(journal->entries, journal->count, sizeof(*journal->entries));
    journal->entries[journal->count++] = entry;
    return true;
}

void journal_clear(struct journal *journal)
{
    free(journal->entries);
    *journal = (struct journal){ 0 };
}

static char *path_of(const char *key_path)
{
    struct text path = { 0 };

    text_format(&path, "%s" SUFFIX, key_path);
    return path.bytes;
}

bool journal_read(struct journal *journal, const char *key_path, struct error *err)
{
    char *path = path_of(key_path), *rest = NULL;
    struct input input = { 0 };
    bool ok = input_read(INPUT_MACHINE, path, JOURNAL_BYTES_MAX, &input, err);

    if (!ok && err->kind == ERROR_ABSENT) {
        free(path);
        return true;
    }
    for (char *line = ok ? strtok_r((char *)input.bytes, "\n", &rest) : NULL; ok && line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        ok = journal_add(journal, line, err) || error_within(err, "%s", path);
    input_clear(&input);
    free(path);
    return ok;
}

bool journal_keep(const char *key_path, const struct journal_entry *entry, struct error *err)
{
    char *path = path_of(key_path), line[JOURNAL_TEXT_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && dprintf(fd, "%s\n", journal_format(entry, line)) > 0 && fsync(fd) == 0;

    if (!ok)
        error_errno(err, "%s", path);
    if (fd >= 0)
        close(fd);
    free(path);
    return ok;
}
