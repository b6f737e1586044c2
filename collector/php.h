/*
 * Where PHP's streams are told whom to trust: openssl.cafile and openssl.capath of its ini files, which are one set for
 * each way of running it (cli, fpm). With either, OpenSSL's own defaults and variables are not looked at.
 */
#pragma once

#include "schema/base/text.h"

/* The stores that the ini files of the PHP at `resolved` name, none where they name none. */
void php_stores(int root_fd, const char *resolved, struct text_list *stores);
