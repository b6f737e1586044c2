/*
 * CSV by RFC 4180: what partners are imported from and outreach is exported to. Reading takes CRLF and
 * bare LF, and a byte order mark; writing makes CRLF. A text field that a spreadsheet would take for a
 * formula is written with an apostrophe before it, since its content comes from other people's hosts.
 */
#pragma once

#include <stddef.h>

#include "schema/base/text.h"

struct csv_reader {
    const char *at, *end;
    int line; /* of the record that was read last, from 1 */
    int next_line;
};

/* `bytes` is borrowed for as long as it is read. */
void csv_open(struct csv_reader *reader, const char *bytes, size_t size);

/*
 * The next record's fields, replacing what `fields` held. *more is false after the last. Blank lines
 * are skipped. ERROR_FORMAT names the line of a quote that never ends or stands inside a field, and of a NUL.
 */
MUST_CHECK bool csv_next(struct csv_reader *reader, struct text_list *fields, bool *more, struct error *err);

/* One field with what separates it; `first` starts a record. */
void csv_field(struct text *out, bool first, const char *value);
void csv_end_record(struct text *out);
