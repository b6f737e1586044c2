/* Files of the tree that the program's own tables make. */
#pragma once

#include "tests/support/check.h"

#include "schema/base/input.h"
#include "schema/base/text.h"

/* Whether the file (below the source's root) is what was made. With ROOTSHIFT_WRITE=1 it is written anew. */
static inline void expect_in_tree(const char *file, const struct text *made)
{
    struct input input = { 0 };
    struct error err = { 0 };
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", SOURCE_ROOT, file);
    if (getenv("ROOTSHIFT_WRITE") != NULL) {
        FILE *out = fopen(path, "w");

        assert_non_null(out);
        fputs(text_string(made), out);
        fclose(out);
    }
    assert_true(input_read(INPUT_MACHINE, path, 1000000, &input, &err));
    assert_string_equal((const char *)input.bytes, text_string(made));
    input_clear(&input);
}
