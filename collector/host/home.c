#include "collector/host/home.h"

#include <stdlib.h>
#include <string.h>

#include "schema/base/input.h"

#define PASSWD_BYTES_MAX (4 * 1024 * 1024)

/* "name:password:uid:gid:gecos:home:shell" (passwd(5)); NULL when the line is another user's. */
static char *home_in(char *line, uid_t uid)
{
    char *fields[6] = { NULL };

    for (size_t i = 0; i < 6; i++) {
        fields[i] = strsep(&line, ":");
        if (fields[i] == NULL)
            return NULL;
    }
    return strtoul(fields[2], NULL, 10) == uid && fields[2][0] != '\0' ? memory_text(fields[5]) : NULL;
}

char *home_of(const struct process *process, int root_fd)
{
    const char *home = process_variable(process, "HOME");
    struct error err = { 0 };
    struct input input;
    char *found = NULL, *rest, *line;

    if (home != NULL && home[0] != '\0')
        return memory_text(home);
    if (input_read(root_fd, "/etc/passwd", PASSWD_BYTES_MAX, &input, &err)) {
        rest = (char *)input.bytes;
        while (found == NULL && (line = strsep(&rest, "\n")) != NULL)
            found = home_in(line, process->uid);
    }
    input_clear(&input);
    return found;
}
