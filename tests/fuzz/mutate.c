/*
 * NAME_mutate [--runs N] [--seconds S] [--seed X] [--write-seeds DIR] [FILE…]
 *
 * Plays FILE… and the target's seeds as they are, then altered ones: bits flipped, cut off, spliced, and elements of DER
 * exchanged. All is made from the printed seed. An input that ends the program or takes more than ten seconds is left in
 * the current directory as NAME-input.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "schema/base/clock.h"
#include "schema/base/text.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_BYTES_MAX (1024 * 1024)
#define RUN_SECONDS_MAX 10

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static struct text *seeds;
static size_t seed_count;
static uint64_t state;
static const uint8_t *current;
static size_t current_size;
static char culprit[64];

static uint64_t next_random(void)
{
    state ^= state << 13; /* Marsaglia's xorshift64 */
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t below(size_t limit)
{
    return limit == 0 ? 0 : (size_t)(next_random() % limit);
}

static void leave_input(void)
{
    int fd = open(culprit, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd >= 0 && write(fd, current, current_size) == (ssize_t)current_size)
        (void)!write(STDERR_FILENO, "the input is left in the current directory\n", 43);
    if (fd >= 0)
        close(fd);
}

static void on_signal(int number)
{
    if (number == SIGALRM)
        (void)!write(STDERR_FILENO, "an input takes too long\n", 24);
    leave_input();
    signal(number == SIGALRM ? SIGABRT : number, SIG_DFL);
    raise(number == SIGALRM ? SIGABRT : number);
}

static void run_one(const uint8_t *bytes, size_t size)
{
    /* a copy of exactly its size, so that a byte too far is seen */
    uint8_t *copy = malloc(size == 0 ? 1 : size);

    if (copy == NULL)
        abort();
    memcpy(copy, bytes, size);
    current = copy;
    current_size = size;
    alarm(RUN_SECONDS_MAX);
    LLVMFuzzerTestOneInput(copy, size);
    alarm(0);
    free(copy);
}

static void add_seed(void *context, const void *bytes, size_t size)
{
    (void)context;
    seeds = array_grow(seeds, seed_count, sizeof(*seeds));
    seeds[seed_count] = (struct text){ 0 };
    text_append(&seeds[seed_count++], bytes, size);
}

/* The size of the DER element at `at`, header and all; 0 where there is none. */
static size_t element_at(const struct text *input, size_t at)
{
    const uint8_t *bytes = (const uint8_t *)input->bytes;
    size_t left = input->size - at, length, head = 2;

    if (left < 2)
        return 0;
    length = bytes[at + 1];
    if (length >= 0x80) {
        size_t count = length & 0x7f;

        if (count == 0 || count > 3 || left < 2 + count)
            return 0;
        for (length = 0; head < 2 + count; head++)
            length = length << 8 | bytes[at + head];
    }
    return length <= left - head ? head + length : 0;
}

/* Two elements that do not overlap change places. */
static void exchange_elements(struct text *input)
{
    size_t a = below(input->size), b = below(input->size);
    size_t a_size = element_at(input, a), b_size = element_at(input, b);
    struct text out = { 0 };

    if (a > b) {
        size_t other = a, other_size = a_size;

        a = b, a_size = b_size;
        b = other, b_size = other_size;
    }
    if (a_size == 0 || b_size == 0 || a + a_size > b)
        return;
    text_append(&out, input->bytes, a);
    text_append(&out, input->bytes + b, b_size);
    text_append(&out, input->bytes + a + a_size, b - a - a_size);
    text_append(&out, input->bytes + a, a_size);
    text_append(&out, input->bytes + b + b_size, input->size - b - b_size);
    text_clear(input);
    *input = out;
}

static void flip_bits(struct text *input)
{
    for (size_t i = below(8) + 1; i > 0 && input->size > 0; i--)
        input->bytes[below(input->size)] ^= (char)(1 << below(8));
}

static void set_byte(struct text *input)
{
    static const unsigned char dear[] = {
        0, 1, 0x7f, 0x80, 0xff, 0x30, 0x82, '\n', ' ', '-', ':', '{', '\''
    };

    if (input->size > 0)
        input->bytes[below(input->size)] = (char)dear[below(sizeof(dear))];
}

static void cut_off(struct text *input)
{
    input->size = below(input->size + 1);
}

static void take_out(struct text *input)
{
    size_t at = below(input->size), count = below(input->size - at) / 4;

    memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
    input->size -= count;
}

static void repeat(struct text *input)
{
    size_t at = below(input->size), count = below(input->size - at) / 4;
    struct text out = { 0 };

    text_append(&out, input->bytes, at + count);
    text_append(&out, input->bytes + at, input->size - at);
    text_clear(input);
    *input = out;
}

static void join_halves(struct text *input)
{
    const struct text *other = &seeds[below(seed_count)];
    size_t keep = below(input->size + 1), from = below(other->size);

    input->size = keep;
    text_append(input, other->bytes + from, other->size - from);
}

static void run_altered(void)
{
    static void (*const ways[])(struct text *) = { flip_bits,         flip_bits, set_byte, exchange_elements,
                                                   exchange_elements, cut_off,   take_out, repeat,
                                                   join_halves };
    const struct text *seed = &seeds[below(seed_count)];
    struct text input = { 0 };

    text_append(&input, seed->bytes, seed->size);
    for (size_t i = below(4) + 1; i > 0; i--) {
        if (input.size > 0 && input.size < INPUT_BYTES_MAX)
            ways[below(sizeof(ways) / sizeof(ways[0]))](&input);
    }
    run_one((const uint8_t *)input.bytes, input.size);
    text_clear(&input);
}

static void write_seeds(const char *folder)
{
    for (size_t i = 0; i < seed_count; i++) {
        char path[4096];
        FILE *file;

        snprintf(path, sizeof(path), "%s/seed-%zu", folder, i);
        file = fopen(path, "wb");
        if (file == NULL || fwrite(seeds[i].bytes, 1, seeds[i].size, file) != seeds[i].size ||
            fclose(file) != 0) {
            fprintf(stderr, "%s: %s\n", path, strerror(errno));
            exit(3);
        }
    }
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
    const char *folder = NULL;
    uint64_t runs = UINT64_MAX, done = 0;
    int64_t seconds = -1, began = clock_monotonic_ms();

    state = (uint64_t)clock_now() << 16 ^ (uint64_t)getpid();
    fuzz_seeds(add_seed, NULL);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            fuzz_seed_file(add_seed, NULL, argv[i]);
            continue;
        }
        if (i + 1 == argc) {
            fprintf(stderr, "%s: %s wants a value\n", name, argv[i]);
            return 3;
        }
        if (strcmp(argv[i], "--runs") == 0)
            runs = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            state = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--write-seeds") == 0)
            folder = argv[++i];
        else {
            fprintf(stderr, "%s: no option %s\n", name, argv[i]);
            return 3;
        }
    }
    if (folder != NULL) {
        write_seeds(folder);
        return 0;
    }
    state |= state == 0;
    if (runs == UINT64_MAX && seconds < 0)
        seconds = 5;
    snprintf(culprit, sizeof(culprit), "%.40s-input", name);
    signal(SIGALRM, on_signal);
    signal(SIGSEGV, on_signal);
    signal(SIGABRT, on_signal);
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(leave_input);
    printf("%s: seed %llu, %zu inputs to start from\n", name, (unsigned long long)state, seed_count);
    fflush(stdout);
    for (size_t i = 0; i < seed_count; i++)
        run_one((const uint8_t *)seeds[i].bytes, seeds[i].size);
    while (done < runs && (seconds < 0 || clock_monotonic_ms() - began < seconds * 1000)) {
        run_altered();
        done++;
    }
    printf("%s: %llu altered inputs in %.1f s\n", name, (unsigned long long)done,
           (double)(clock_monotonic_ms() - began) / 1000);
    for (size_t i = 0; i < seed_count; i++)
        text_clear(&seeds[i]);
    free(seeds);
    return 0;
}
