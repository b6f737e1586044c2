/*
 * Time in three shapes: an instant (Unix seconds, what certificates and campaigns are dated in),
 * Unix milliseconds (reports and sequences), and a monotonic millisecond count (deadlines).
 * Only programs ask for the time; everything that judges takes it as an argument.
 */
#pragma once

#include <stdint.h>

#include "schema/base/error.h"

#define CLOCK_MINUTE INT64_C(60)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

/* Later than every instant a certificate can name (9999-12-31T23:59:59Z, RFC 5280 section 4.1.2.5). */
#define CLOCK_NEVER INT64_C(253402300799)

int64_t clock_now(void);         /* Unix seconds */
int64_t clock_now_unix_ms(void); /* Unix milliseconds */
int64_t clock_monotonic_ms(void);

/*
 * A zone of the tz database ("Asia/Shanghai"), or "UTC". ERROR_ABSENT when the database has no such
 * zone: the C library would silently take UTC and every deadline would move.
 */
MUST_CHECK bool clock_zone_check(const char *zone, struct error *err);

/*
 * RFC 3339 with offset ("2018-07-29T16:00:00+08:00"), or a date alone, which is its midnight in
 * `zone`; with `zone` NULL a date alone is refused. Dates that do not exist are refused.
 */
MUST_CHECK bool clock_parse(const char *text, const char *zone, int64_t *instant, struct error *err);

/* "2026-11-25T22:00:00Z" into `text`, which is returned. */
#define CLOCK_TEXT_BYTES 32
const char *clock_format(int64_t instant, char text[CLOCK_TEXT_BYTES]);

/* "2026-11-25T22:00:00.250Z" of milliseconds since 1970, for what is closer together than seconds. Up to the year 9999. */
const char *clock_format_ms(int64_t at_ms, char text[CLOCK_TEXT_BYTES]);

/* "2024-08-07" as seen in `zone` (checked before). */
const char *clock_format_date(int64_t instant, const char *zone, char text[CLOCK_TEXT_BYTES]);

/* An integer with s, m, h or d ("14d"), in seconds. */
MUST_CHECK bool clock_parse_duration(const char *text, int64_t *seconds, struct error *err);
