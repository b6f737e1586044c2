/* The answer of the path engine as a picture: the DOT language of Graphviz, one node a certificate. */
#pragma once

#include "schema/trust/explain.h"

/* A whole graph, leaf at the bottom; valid paths are drawn solid, others dashed with what is wrong. */
void diagram_write(const struct explain_subject *subject, struct text *out);
