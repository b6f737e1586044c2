#include "schema/base/option.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/clock.h"
#include "schema/base/log.h"

static const struct option *find_option(const struct command *command, const char *name, size_t size)
{
    for (const struct option *row = command->options; row != NULL && row->name != NULL; row++) {
        if (strlen(row->name) == size && strncmp(row->name, name, size) == 0)
            return row;
    }
    return NULL;
}

static bool set_number(const struct option *row, const char *value, int64_t *target, struct error *err)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || number < row->low || number > row->high)
        return error_set(err, ERROR_OPTION, "--%s: \"%s\" is no whole number from %lld to %lld%s%s",
                         row->name, value, (long long)row->low, (long long)row->high,
                         row->unit != NULL ? " " : "", row->unit != NULL ? row->unit : "");
    *target = number;
    return true;
}

static bool set_value(const struct option *row, const char *value, void *settings, struct error *err)
{
    void *member = (char *)settings + row->offset;

    switch (row->type) {
    case OPTION_FLAG: *(bool *)member = strcmp(value, "0") != 0 && strcmp(value, "") != 0; return true;
    case OPTION_TEXT: *(const char **)member = value; return true;
    case OPTION_NUMBER: return set_number(row, value, member, err);
    case OPTION_INSTANT:
        if (clock_parse(value, "UTC", member, err))
            return true;
        err->kind = ERROR_OPTION;
        return error_within(err, "--%s", row->name);
    case OPTION_LIST: text_list_add(member, value); return true;
    }
    return false;
}

static const char *environment_name(const struct option *row, char name[96])
{
    size_t used = (size_t)snprintf(name, 96, "ROOTSHIFT_");

    for (const char *at = row->name; *at != '\0' && used < 95; at++)
        name[used++] = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    name[used] = '\0';
    return name;
}

/* What no option on the line has set: the environment, then the fallback. */
static bool set_rest(const struct command *command, const bool *given, void *settings, struct error *err)
{
    size_t index = 0;

    for (const struct option *row = command->options; row != NULL && row->name != NULL; row++, index++) {
        char name[96];
        const char *value = row->from_environment ? getenv(environment_name(row, name)) : NULL;

        if (given[index])
            continue;
        if (value == NULL)
            value = row->fallback;
        if (value == NULL && row->required)
            return error_set(err, ERROR_OPTION, "--%s is required (%s)", row->name, row->help);
        if (value != NULL && !set_value(row, value, settings, err))
            return false;
    }
    return true;
}

bool option_parse(const struct command *command, int argc, char **argv, void *settings,
                  struct text_list *arguments, struct error *err)
{
    bool given[64] = { false };

    for (int i = 0; i < argc; i++) {
        const char *word = argv[i], *equals;
        const struct option *row;

        if (strcmp(word, "--") == 0) {
            for (i++; i < argc; i++)
                text_list_add(arguments, argv[i]);
            break;
        }
        if (!text_starts(word, "--")) {
            if (word[0] == '-' && word[1] != '\0')
                return error_set(err, ERROR_OPTION, "no option %s (see %s --help)", word, command->name);
            text_list_add(arguments, word);
            continue;
        }
        equals = strchr(word, '=');
        row = find_option(command, word + 2, equals != NULL ? (size_t)(equals - word - 2) : strlen(word + 2));
        if (row == NULL)
            return error_set(err, ERROR_OPTION, "no option %s (see %s --help)", word, command->name);
        given[row - command->options] = true;
        if (row->type == OPTION_FLAG) {
            if (equals != NULL)
                return error_set(err, ERROR_OPTION, "--%s takes no value", row->name);
            if (!set_value(row, "1", settings, err))
                return false;
            continue;
        }
        if (equals == NULL && i + 1 >= argc)
            return error_set(err, ERROR_OPTION, "--%s needs a value (%s)", row->name,
                             row->argument != NULL ? row->argument : row->help);
        if (!set_value(row, equals != NULL ? equals + 1 : argv[++i], settings, err))
            return false;
        /* "--trust A B": the values of a list go on to the next option, where no arguments are expected */
        while (row->type == OPTION_LIST && command->arguments == NULL && i + 1 < argc &&
               argv[i + 1][0] != '-') {
            if (!set_value(row, argv[++i], settings, err))
                return false;
        }
    }
    if (command->arguments == NULL && arguments->count > 0)
        return error_set(err, ERROR_OPTION, "\"%s\" is one word too many (see %s --help)",
                         arguments->items[0], command->name);
    return set_rest(command, given, settings, err);
}

static void print_program_help(const struct program *program, FILE *out)
{
    fprintf(out, "%s: %s\n\nusage: %s COMMAND [OPTION…]\n\n", program->name, program->summary, program->name);
    for (const struct command *row = program->commands; row->name != NULL; row++)
        fprintf(out, "  %-16s %s\n", row->name, row->summary);
    fprintf(out,
            "\n%s COMMAND --help tells a command's options; --version the version.\n"
            "Commands that answer a question exit with 0 yes, 1 no, 2 undecided, 3 could not answer.\n",
            program->name);
}

static void print_command_help(const struct program *program, const struct command *command, FILE *out)
{
    fprintf(out, "%s %s: %s\n\nusage: %s %s%s%s%s\n", program->name, command->name, command->summary,
            program->name, command->name, command->options != NULL ? " [OPTION…]" : "",
            command->arguments != NULL ? " " : "", command->arguments != NULL ? command->arguments : "");
    for (const struct option *row = command->options; row != NULL && row->name != NULL; row++) {
        char name[96], left[64];

        if (row == command->options)
            fputc('\n', out);
        snprintf(left, sizeof(left), "--%s%s%s%s", row->name, row->type == OPTION_FLAG ? "" : " ",
                 row->type == OPTION_FLAG ? ""
                 : row->argument != NULL  ? row->argument
                                          : "VALUE",
                 row->type == OPTION_LIST ? "…" : "");
        fprintf(out, "  %-26s %s", left, row->help);
        if (row->type == OPTION_NUMBER)
            fprintf(out, " (%lld to %lld%s%s)", (long long)row->low, (long long)row->high,
                    row->unit != NULL ? " " : "", row->unit != NULL ? row->unit : "");
        if (row->fallback != NULL)
            fprintf(out, " [%s]", row->fallback);
        if (row->from_environment)
            fprintf(out, " ($%s)", environment_name(row, name));
        fprintf(out, "%s\n", row->required ? ", required" : "");
    }
}

static const struct command *find_command(const struct program *program, const char *name)
{
    for (const struct command *row = program->commands; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0)
            return row;
    }
    return NULL;
}

static int run_command(const struct program *program, const struct command *command, int argc, char **argv)
{
    struct error err = { 0 };
    struct text_list arguments = { 0 };
    void *settings = memory_new(command->settings_size);
    int answer = ANSWER_NONE;

    if (option_parse(command, argc, argv, settings, &arguments, &err))
        answer = command->run(settings, &arguments, &err);
    if (fflush(stdout) != 0 && answer != ANSWER_NONE) {
        error_errno(&err, "standard output");
        answer = ANSWER_NONE;
    }
    if (answer == ANSWER_NONE && err.kind != ERROR_NONE)
        fprintf(stderr, "%s: %s\n", program->name, err.message);
    for (const struct option *row = command->options; row != NULL && row->name != NULL; row++) {
        if (row->type == OPTION_LIST)
            text_list_clear((struct text_list *)((char *)settings + row->offset));
    }
    text_list_clear(&arguments);
    free(settings);
    return answer;
}

int option_main(const struct program *program, int argc, char **argv)
{
    const char *level_name = getenv("ROOTSHIFT_LOG");
    const struct command *command;
    enum log_level level;

    if (level_name != NULL && log_level_parse(level_name, &level))
        log_set_level(level);
    if (argc < 2) {
        print_program_help(program, stderr);
        return ANSWER_NONE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_program_help(program, stdout);
        return ANSWER_YES;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("%s %s\n", program->name, ROOTSHIFT_VERSION);
        return ANSWER_YES;
    }
    command = find_command(program, argv[1]);
    if (command == NULL) {
        fprintf(stderr, "%s: no command \"%s\" (see %s --help)\n", program->name, argv[1], program->name);
        return ANSWER_NONE;
    }
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_command_help(program, command, stdout);
            return ANSWER_YES;
        }
    }
    return run_command(program, command, argc - 2, argv + 2);
}
