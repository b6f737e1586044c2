/*
 * Bytes from outside, as hostile as they come. A target is one file: what it does with an input, and inputs to start
 * from. It is linked with mutate.c, which plays and alters those under any compiler, and by the preset `fuzz` with
 * libFuzzer. A target ends the program where something is wrong; the sanitizers do likewise.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* As libFuzzer calls it; 0 always. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef void fuzz_add(void *context, const void *bytes, size_t size);

/* Every input to start from. */
void fuzz_seeds(fuzz_add *add, void *context);

/* The file as a seed; ends the program when it cannot be read. */
void fuzz_seed_file(fuzz_add *add, void *context, const char *path);
