/*
 * A Python and those of its libraries that bring their own idea of what to trust: requests, certifi and pip, each a row
 * of its own in what is installed.
 *
 * A Python is its prefix, the folder above bin: a virtual environment shares the program with the Python that made it
 * and still imports other modules.
 */
#pragma once

#include "collector/installed.h"

/*
 * Add the Python whose program was found at `path`, which leads to `resolved`, and its libraries. Nothing happens where
 * it is listed already, or where the program's name does not tell its version.
 */
void python_add(struct installed_list *list, int root_fd, const char *path, const char *resolved);
