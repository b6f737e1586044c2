/*
 * The centre's own judgement: each (trust set, model) that any host has named, against each phase of
 * each current campaign, once per engine and campaign version. No verdict of a report is ever read.
 *
 * A verdict depends on the instant for which it is asked, but only by steps: at the phase's start, where
 * a certificate begins or ends, and at the phase's end. All steps are judged and stored, so that every
 * later question, whatever its --time, is a look-up.
 */
#pragma once

#include "aggregator/database.h"

/* Of what besides the engine goes into a verdict: the catalogue's tables. Raised when they change. */
#define JUDGING_CATALOGUE_VERSION 1

/* Judge all that is not judged yet. Several may do so at once: equal rows are written once. */
MUST_CHECK bool judging_sweep(struct database *database, struct error *err);
