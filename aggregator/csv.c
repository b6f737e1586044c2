#include "aggregator/csv.h"

#include <string.h>

void csv_open(struct csv_reader *reader, const char *bytes, size_t size)
{
    *reader = (struct csv_reader){ .at = bytes + text_mark_bytes(bytes, size),
                                   .end = bytes + size,
                                   .next_line = 1 };
}

static bool at_line_end(const struct csv_reader *reader)
{
    return reader->at < reader->end &&
           (*reader->at == '\n' ||
            (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n'));
}

static void skip_line_end(struct csv_reader *reader)
{
    reader->at += *reader->at == '\r' ? 2 : 1;
    reader->next_line++;
}

static bool read_quoted(struct csv_reader *reader, struct text *field, struct error *err)
{
    for (reader->at++; reader->at < reader->end; reader->at++) {
        if (*reader->at == '"') {
            if (reader->at + 1 == reader->end || reader->at[1] != '"')
                break;
            reader->at++;
        }
        if (*reader->at == '\n')
            reader->next_line++;
        text_append(field, reader->at, 1);
    }
    if (reader->at == reader->end)
        return error_set(err, ERROR_FORMAT, "line %d: a quote is never closed", reader->line);
    reader->at++;
    if (reader->at < reader->end && *reader->at != ',' && !at_line_end(reader))
        return error_set(err, ERROR_FORMAT, "line %d: text after a closing quote", reader->line);
    return true;
}

static bool read_plain(struct csv_reader *reader, struct text *field, struct error *err)
{
    while (reader->at < reader->end && *reader->at != ',' && !at_line_end(reader)) {
        if (*reader->at == '"')
            return error_set(err, ERROR_FORMAT,
                             "line %d: a quote inside a field that does not start with one", reader->line);
        if (*reader->at == '\0')
            return error_set(err, ERROR_FORMAT, "line %d: a NUL byte", reader->line);
        text_append(field, reader->at++, 1);
    }
    return true;
}

bool csv_next(struct csv_reader *reader, struct text_list *fields, bool *more, struct error *err)
{
    text_list_clear(fields);
    while (at_line_end(reader))
        skip_line_end(reader);
    reader->line = reader->next_line;
    *more = reader->at < reader->end;
    while (reader->at < reader->end) {
        struct text field = { 0 };
        bool quoted = *reader->at == '"';
        bool ok = quoted ? read_quoted(reader, &field, err) : read_plain(reader, &field, err);

        if (ok)
            text_list_add(fields, text_string(&field));
        text_clear(&field);
        if (!ok)
            return false;
        if (reader->at == reader->end)
            return true;
        if (at_line_end(reader)) {
            skip_line_end(reader);
            return true;
        }
        reader->at++; /* the comma */
        if (reader->at == reader->end || at_line_end(reader))
            text_list_add(fields, ""); /* a comma at the end opens an empty field */
        if (at_line_end(reader)) {
            skip_line_end(reader);
            return true;
        }
    }
    return true;
}

/* The starts that OWASP ASVS 1.2.10 lists; a line break could start another cell's formula. */
static bool looks_like_formula(const char *value)
{
    return *value != '\0' && strchr("=+-@\t\r\n", *value) != NULL;
}

void csv_field(struct text *out, bool first, const char *value)
{
    bool formula = looks_like_formula(value);
    bool quoted = strpbrk(value, ",\"\r\n") != NULL;

    if (!first)
        text_add(out, ",");
    if (quoted)
        text_add(out, "\"");
    if (formula)
        text_add(out, "'");
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"')
            text_add(out, "\"");
        text_append(out, at, 1);
    }
    if (quoted)
        text_add(out, "\"");
}

void csv_end_record(struct text *out)
{
    text_add(out, "\r\n");
}
