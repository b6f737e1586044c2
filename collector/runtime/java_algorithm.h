/*
 * Java's lists of disabled algorithms: the terms of jdk.certpath.disabledAlgorithms and jdk.tls.disabledAlgorithms,
 * whose grammar stands in the comments of java.security.
 */
#pragma once

#include "schema/base/text.h"

/*
 * One term. Whether it is understood: either it is of no account for which chains are accepted, beyond what model
 * "java" refuses anyway, or it becomes parameters of the trust set (schema/trust/parameter.h). `of_tls`: the list
 * leaves anchors' own keys alone.
 */
bool java_algorithm_settles(const char *term, bool of_tls, struct text_list *parameters);
