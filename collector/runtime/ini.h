/*
 * Files of lines "key = value", with or without sections: PHP's, git's, wget's. What a value means is their readers'
 * own matter, and so are comments.
 */
#pragma once

/* Both without blanks around them; `section` is what stands in the last "[…]" before, "" at first. All borrowed. */
typedef void ini_line(void *context, const char *section, const char *key, const char *value);

/* Every such line of the file; none where it cannot be read. */
void ini_walk(int root_fd, const char *path, ini_line *take, void *context);
