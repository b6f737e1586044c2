#include "aggregator/centre.h"

struct key *centre_key(const char *path, struct error *err)
{
    struct key *key = key_load(path, err);

    if (key != NULL || err->kind != ERROR_ABSENT)
        return key;
    key = key_make(err);
    if (key != NULL && key_save(key, path, err))
        return key;
    key_free(key);
    /* Somebody else made it at the same time: theirs counts. */
    return err->kind == ERROR_CONFLICT ? key_load(path, err) : NULL;
}
