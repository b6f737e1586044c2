/*
 * The centre's own key: collectors address their messages to it, campaigns and decisions are signed
 * with it. A file (mode 0600), made at its first use: nobody has to remember to make one.
 */
#pragma once

#include "schema/wire/key.h"

struct key *centre_key(const char *path, struct error *err);
