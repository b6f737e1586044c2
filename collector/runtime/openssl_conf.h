/*
 * OpenSSL's configuration, as far as it has a say in which certificates are accepted: the security level, and what can
 * only be noticed. It is read by every program on libssl when it starts (config(5), SSL_CONF_cmd(3)).
 */
#pragma once

#include "collector/runtime/choice.h"

struct openssl_conf {
    int level;              /* of security; -1 where it says none */
    bool unclear;           /* it alters trust in a way that is not followed */
    struct text_list files; /* that were read, or would be if they were there */
};

/*
 * What the file at `path` says to those who read it from `name`, which is "openssl_conf" but for Node. Free with
 * openssl_conf_clear().
 */
void openssl_conf_read(struct openssl_conf *conf, int root_fd, const char *path, const char *name);
void openssl_conf_clear(struct openssl_conf *conf);

/*
 * What the client's own file says, or the one that it was told to read: a level above what its model asks anyway
 * becomes a parameter of its trust set.
 */
void openssl_conf_choose(struct choice *choice, const struct installed *installed,
                         const struct speaker *speaker);
