#include "collector/runtime/python_path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/host/home.h"
#include "collector/host/tree.h"
#include "collector/runtime/ini.h"

static void take_line(void *context, const char *section, const char *key, const char *value)
{
    enum python_environment *environment = context;

    (void)section;
    if (strcmp(key, "include-system-site-packages") == 0 && strcasecmp(value, "true") == 0)
        *environment = PYTHON_SEES_SYSTEM;
}

enum python_environment python_environment(int root_fd, const char *prefix)
{
    enum python_environment environment = PYTHON_APART;
    char *file = tree_join(prefix, "pyvenv.cfg");

    if (tree_exists(root_fd, file))
        ini_walk(root_fd, file, take_line, &environment);
    else
        environment = PYTHON_WHOLE;
    free(file);
    return environment;
}

static void add_folder(struct text_list *folders, int root_fd, const char *path)
{
    if (tree_is_directory(root_fd, path) && !text_list_has(folders, path))
        text_list_add(folders, path);
}

/* Debian has one folder for all of Python 3. */
static void list_of_prefix(struct text_list *folders, int root_fd, const char *prefix, const char *version)
{
    struct text paths[4] = { { 0 } };

    text_format(&paths[0], "%s/lib/python%s/site-packages", prefix, version);
    text_format(&paths[1], "%s/lib64/python%s/site-packages", prefix, version);
    text_format(&paths[2], "%s/local/lib/python%s/dist-packages", prefix, version);
    text_format(&paths[3], "%s/lib/python%.1s/dist-packages", prefix, version);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        add_folder(folders, root_fd, text_string(&paths[i]));
        text_clear(&paths[i]);
    }
}

void python_path_list(struct text_list *folders, int root_fd, const char *prefix, const char *version,
                      const char *resolved)
{
    char *bin = tree_folder(resolved), *around = tree_folder(bin);

    list_of_prefix(folders, root_fd, prefix, version);
    if (python_environment(root_fd, prefix) == PYTHON_SEES_SYSTEM)
        list_of_prefix(folders, root_fd, around, version);
    free(around);
    free(bin);
}

/* What the words before the script say, and where the script lies. */
struct line {
    bool no_variables, no_user, no_script;
    char *script_folder;
};

/* python(1): -c and -m end the options, -W and -X take a value, in the same word or the next. */
struct letters {
    bool ended, next_is_value;
};

static struct letters take_letters(struct line *line, const char *letters)
{
    for (const char *at = letters; *at != '\0'; at++) {
        line->no_variables = line->no_variables || *at == 'E' || *at == 'I';
        line->no_user = line->no_user || *at == 's' || *at == 'I';
        line->no_script = line->no_script || *at == 'P' || *at == 'I';
        if (*at == 'c' || *at == 'm')
            return (struct letters){ .ended = true };
        if (*at == 'W' || *at == 'X')
            return (struct letters){ .next_is_value = at[1] == '\0' };
    }
    return (struct letters){ 0 };
}

static void read_line(struct line *line, const struct process *process, int root_fd)
{
    const char *script = NULL;
    bool ended = false;

    for (size_t i = 1; i < process->arguments.count && !ended; i++) {
        const char *word = process->arguments.items[i];
        struct letters letters;

        if (word[0] != '-' || word[1] == '\0') {
            script = word[0] != '-' ? word : NULL;
            break;
        }
        if (word[1] == '-') /* --check-hash-based-pycs and its like */
            continue;
        letters = take_letters(line, word + 1);
        ended = letters.ended;
        i += letters.next_is_value ? 1 : 0;
    }
    if (process->working_directory == NULL)
        return;
    if (script == NULL) {
        line->script_folder = memory_text(process->working_directory);
    } else {
        char *whole = tree_join(process->working_directory, script), *resolved = tree_resolve(root_fd, whole);

        if (resolved != NULL)
            line->script_folder =
                tree_is_directory(root_fd, resolved) ? memory_text(resolved) : tree_folder(resolved);
        free(resolved);
        free(whole);
    }
}

static void list_of_variable(struct text_list *folders, const struct process *process, int root_fd)
{
    const char *variable = process_variable(process, "PYTHONPATH");
    char *copy = memory_text(variable == NULL ? "" : variable), *rest = copy, *entry;

    while ((entry = strsep(&rest, ":")) != NULL) {
        char *whole = tree_join(process->working_directory, entry);

        if (entry[0] != '\0')
            add_folder(folders, root_fd, whole);
        free(whole);
    }
    free(copy);
}

static void list_of_user(struct text_list *folders, const struct process *process, int root_fd,
                         const char *version)
{
    const char *set = process_variable(process, "PYTHONUSERBASE");
    char *home = home_of(process, root_fd), *base = NULL;
    struct text path = { 0 };

    if (set != NULL && set[0] != '\0')
        base = memory_text(set);
    else if (home != NULL)
        base = tree_join(home, ".local");
    if (base != NULL)
        text_format(&path, "%s/lib/python%s/site-packages", base, version);
    add_folder(folders, root_fd, text_string(&path));
    text_clear(&path);
    free(base);
    free(home);
}

static bool is_set(const struct process *process, const char *name)
{
    const char *value = process_variable(process, name);

    return value != NULL && value[0] != '\0';
}

void python_path_list_own(struct text_list *folders, const struct process *process, int root_fd,
                          const char *prefix, const char *version)
{
    struct line line = { 0 };

    read_line(&line, process, root_fd);
    if (line.script_folder != NULL && !line.no_script && !is_set(process, "PYTHONSAFEPATH"))
        add_folder(folders, root_fd, line.script_folder);
    if (!line.no_variables)
        list_of_variable(folders, process, root_fd);
    if (!line.no_user && !is_set(process, "PYTHONNOUSERSITE") &&
        python_environment(root_fd, prefix) != PYTHON_APART)
        list_of_user(folders, process, root_fd, version);
    free(line.script_folder);
}
