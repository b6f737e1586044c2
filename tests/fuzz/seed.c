#include <stdio.h>
#include <stdlib.h>

#include "schema/base/input.h"
#include "tests/fuzz/fuzz.h"

void fuzz_seed_file(fuzz_add *add, void *context, const char *path)
{
    struct error err = { 0 };
    struct input input;

    if (!input_read(INPUT_MACHINE, path, 1024 * 1024, &input, &err)) {
        fprintf(stderr, "seed: %s\n", err.message);
        exit(3);
    }
    add(context, input.bytes, input.size);
    input_clear(&input);
}
