/*
 * What a process that reads hostile files can still do when one of them gets the better of a reader: read, and
 * write to what is open already. No network, no other program, no change to any file.
 */
#pragma once

#include "schema/base/error.h"

/*
 * For the rest of this process's life and its children's. With `may_write` files can still be made and changed.
 * ERROR_SYSTEM where the kernel refuses the filter.
 */
MUST_CHECK bool sandbox_enter(bool may_write, struct error *err);
