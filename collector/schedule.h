/*
 * When to look at the host again. Every delay is jittered: collectors are installed everywhere at once,
 * and must not report all at once. Pure: the random number comes in as an argument.
 */
#pragma once

#include <stdint.h>

/* From one look to the next: the interval, give or take a tenth. */
int64_t schedule_next_ms(int64_t interval_ms, uint32_t random);

/* Before the first look of a daemon: up to a tenth of the interval. */
int64_t schedule_first_ms(int64_t interval_ms, uint32_t random);

/* Before the outbox is tried again after so many failures (1, 2, …): half a minute, doubling, at most an hour, give or take a quarter. */
int64_t schedule_retry_ms(unsigned failures, uint32_t random);
