/*
 * A program's command line as tables: commands, and for each the options it takes. The same rows
 * make the parser, the environment (ROOTSHIFT_NAME), --help and the reference.
 *
 * An option on the command line wins over the environment, the environment over the row's
 * fallback. `--name value` and `--name=value` are the same; "--" ends options.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "schema/base/error.h"
#include "schema/base/text.h"

/* Exit codes of every command that answers a question. */
enum answer {
    ANSWER_YES = 0,
    ANSWER_NO = 1,
    ANSWER_UNDECIDED = 2,
    ANSWER_NONE = 3, /* could not answer: bad option, bad input, no neighbour */
};

enum option_type {
    OPTION_FLAG,    /* bool */
    OPTION_TEXT,    /* const char *, NULL when not given */
    OPTION_NUMBER,  /* int64_t, within [low, high] */
    OPTION_INSTANT, /* int64_t Unix seconds; RFC 3339; a date alone is midnight UTC */
    OPTION_LIST,    /* struct text_list; may be given several times, or several values after one name */
};

struct option {
    const char *name; /* without dashes */
    enum option_type type;
    size_t offset;        /* of the member in the command's settings */
    const char *argument; /* how --help calls the value: "FILE" */
    const char *fallback; /* as if given; NULL for none */
    int64_t low, high;
    const char *unit;
    bool from_environment; /* ROOTSHIFT_NAME, dashes as underscores */
    bool required;
    const char *help;
};

struct command {
    const char *name;
    const char *arguments;        /* what follows the options in --help: "FILE…"; NULL when nothing may */
    const char *summary;          /* one line */
    const struct option *options; /* ended by a row without name; may be NULL */
    size_t settings_size;         /* of the zeroed struct that the options fill */
    /* `arguments` is what was left of the line. Returns an enum answer; on ANSWER_NONE *err is printed. */
    int (*run)(void *settings, const struct text_list *arguments, struct error *err);
};

struct program {
    const char *name;
    const char *summary;
    const struct command *commands; /* ended by a row without name */
};

/*
 * Parse, run, report: main() in one call. Handles --help, --version and `NAME --help`; prints the
 * one error there may be on stderr as "NAME: …". Returns the exit code.
 */
int option_main(const struct program *program, int argc, char **argv);

/* Fill `settings` from a command's arguments; what is no option goes to `arguments`. */
MUST_CHECK bool option_parse(const struct command *command, int argc, char **argv, void *settings,
                             struct text_list *arguments, struct error *err);
