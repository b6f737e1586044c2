/*
 * Looking around in a host's files: what is in a directory, which paths fit a pattern, what a program's
 * bytes say. Everything stays inside the root (schema/base/input.h), and everything is bounded.
 */
#pragma once

#include <time.h>

#include "schema/base/input.h"
#include "schema/base/text.h"

/* No directory of a healthy host is larger than this where we look; beyond it we stop. */
#define TREE_PATHS_MAX 20000

/* input_resolve() where it does not matter why a path leads nowhere; the caller's to free. */
char *tree_resolve(int root_fd, const char *path);

bool tree_exists(int root_fd, const char *path);

/* What the path leads to, whether or not it can be opened; false when it leads nowhere. */
bool tree_status(int root_fd, const char *path, struct stat *status);

bool tree_is_directory(int root_fd, const char *path);
bool tree_is_file(int root_fd, const char *path); /* a regular one */

/*
 * When a path last came to lead where it does: the latest ctime of the links on its way ("current" of a release, "..data"
 * of a mounted secret), and of a folder that was itself moved there; of a path that leads nowhere also that of the last
 * folder it reaches, out of which something may have been removed. Of the file at its end it says nothing.
 */
struct timespec tree_changed(int root_fd, const char *path);

/* Names in a directory without those that start with a dot, sorted. Nothing when it cannot be read. */
void tree_list(int root_fd, const char *path, struct text_list *names);

/* Existing paths that fit an absolute pattern; "*" and "?" as in glob(7), within one component. */
void tree_glob(int root_fd, const char *pattern, struct text_list *paths);

/*
 * Every regular file below `path` to this many levels, without following links. Directories that hold no
 * files of applications (node_modules, .git, …) are left out.
 */
void tree_walk(int root_fd, const char *path, int levels, struct text_list *paths);

/*
 * The text that follows `mark` in the bytes of a file, up to a byte of `ends` or the first that does not
 * print; the caller's to free. NULL when the mark is not there. The whole file is searched, whatever its size.
 */
char *tree_find_text(int root_fd, const char *path, const char *mark, const char *ends);

/* Whether `mark` stands in the bytes of a file. */
bool tree_has_text(int root_fd, const char *path, const char *mark);

/* "/a/b" and "c" make "/a/b/c"; an absolute second part stands alone. The caller's to free. */
char *tree_join(const char *folder, const char *name);

/* The folder of a path, "/" at the least; the caller's to free. */
char *tree_folder(const char *path);

/* The last component of a path. */
const char *tree_name(const char *path);
