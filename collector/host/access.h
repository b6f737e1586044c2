/*
 * Whether a process may read a file, by the kernel's rule (path_resolution(7)): the folders of the path must let it
 * through, the file itself must be readable. The collector sees more than most services, and what it alone can read
 * makes nobody trust anything.
 *
 * Access control lists are seen only through the group bits that they leave; the answer is then stricter than the
 * kernel's. What a process read before it gave up its rights is not known either: "no" means that it cannot be said.
 */
#pragma once

#include "collector/host/process.h"

/* True where there is nothing to read. `within`: of a directory, every file in it too. */
bool access_allows(const struct process *process, int root_fd, const char *path, bool within);

/*
 * False where another file lies at this path for the process than for us: its services' manager can mount one there for it
 * alone (systemd.exec(5), BindReadOnlyPaths=). True where that cannot be looked at.
 */
bool access_sees_same(const struct process *process, int root_fd, const char *path);
