/* Rows of COPY … FROM STDIN in text format (PostgreSQL's "COPY", section "Text Format"). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema/base/text.h"

/* One value and the tab or newline that follows it: `last` ends the row. */
void copy_text(struct text *rows, const char *value, bool last); /* NULL is SQL's NULL */
void copy_text_sized(struct text *rows, const char *value, size_t size, bool last);
void copy_bytes(struct text *rows, const void *bytes, size_t size, bool last);
void copy_number(struct text *rows, int64_t value, bool last);
