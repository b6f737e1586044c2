/*
 * Who breaks when: the answers for several clients or instants as one table for people, a part for each instant.
 */
#pragma once

#include "scanner/question.h"

struct matrix;

struct matrix *matrix_new(const struct question *question); /* borrowed until matrix_free() */
void matrix_free(struct matrix *matrix);                    /* NULL is fine */

/* The next answer: chains outermost, then clients, instants innermost. */
void matrix_add(struct matrix *matrix, const struct path_result *result);

/* Once every answer is there. */
void matrix_write(const struct matrix *matrix, struct text *out);
