/*
 * Where a Python imports modules from: what becomes of sys.path (site.py, "The Module Search Path").
 */
#pragma once

#include "collector/host/process.h"

/* Of every process of it: the folders of what is installed with the Python of this prefix, whose program `resolved` is. */
void python_path_list(struct text_list *folders, int root_fd, const char *prefix, const char *version,
                      const char *resolved);

/* Those that come before them for this process: its script's, those of PYTHONPATH and its user's own. */
void python_path_list_own(struct text_list *folders, const struct process *process, int root_fd,
                          const char *prefix, const char *version);

/* Whether the Python of this prefix is a virtual environment, and whether one that sees the modules around it. */
enum python_environment { PYTHON_WHOLE, PYTHON_APART, PYTHON_SEES_SYSTEM };
enum python_environment python_environment(int root_fd, const char *prefix);
