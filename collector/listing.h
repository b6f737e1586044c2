/* A report for people: what holds for each phase, which client decides it, and what to do. */
#pragma once

#include <stdio.h>

#include "schema/campaign/guidance.h"
#include "schema/wire/codec.h"

void listing_print(const Rootshift__V1__HostReport *report, enum guidance_language language, FILE *out);
