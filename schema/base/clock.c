#include "schema/base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock_ms(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    return read_clock_ms(CLOCK_REALTIME) / 1000;
}

int64_t clock_now_unix_ms(void)
{
    return read_clock_ms(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return read_clock_ms(CLOCK_MONOTONIC);
}

bool clock_zone_check(const char *zone, struct error *err)
{
    char path[128];

    if (strcmp(zone, "UTC") == 0)
        return true;
    if (strstr(zone, "..") != NULL || zone[0] == '/' || zone[0] == '\0' || strlen(zone) > 64)
        return error_set(err, ERROR_FORMAT, "\"%.64s\" is no name of the tz database", zone);
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone);
    if (access(path, R_OK) != 0)
        return error_set(err, ERROR_ABSENT,
                         "the tz database of this machine (package tzdata) has no zone \"%s\"", zone);
    return true;
}

/* Run localtime and mktime in `zone`. The C library keeps one zone a process, so it is put back. */
static void enter_zone(const char *zone, char **before)
{
    const char *now = getenv("TZ");

    *before = now == NULL ? NULL : strdup(now);
    setenv("TZ", zone, 1);
    tzset();
}

static void leave_zone(char *before)
{
    if (before == NULL)
        unsetenv("TZ");
    else
        setenv("TZ", before, 1);
    tzset();
    free(before);
}

/* Exactly `count` digits at *at, which moves past them. */
static bool take_digits(const char **at, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool take(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, struct tm *date)
{
    if (!take_digits(at, 4, &date->tm_year) || !take(at, '-') || !take_digits(at, 2, &date->tm_mon) ||
        !take(at, '-') || !take_digits(at, 2, &date->tm_mday))
        return false;
    date->tm_year -= 1900;
    date->tm_mon -= 1;
    return true;
}

/* The time of day and the offset from UTC in seconds (RFC 3339 section 5.6). */
static bool take_time(const char **at, struct tm *date, int64_t *offset)
{
    int hours = 0, minutes = 0, sign;

    if ((**at != 'T' && **at != 't' && **at != ' ') || !(*at)++)
        return false;
    if (!take_digits(at, 2, &date->tm_hour) || !take(at, ':') || !take_digits(at, 2, &date->tm_min) ||
        !take(at, ':') || !take_digits(at, 2, &date->tm_sec))
        return false;
    if (take(at, '.')) {
        if (!isdigit((unsigned char)**at))
            return false;
        while (isdigit((unsigned char)**at))
            (*at)++;
    }
    if (take(at, 'Z') || take(at, 'z')) {
        *offset = 0;
        return date->tm_hour < 24 && date->tm_min < 60 && date->tm_sec < 60;
    }
    sign = **at == '-' ? -1 : 1;
    if (!take(at, '+') && !take(at, '-'))
        return false;
    if (!take_digits(at, 2, &hours) || !take(at, ':') || !take_digits(at, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *offset = sign * (hours * CLOCK_HOUR + minutes * CLOCK_MINUTE);
    return date->tm_hour < 24 && date->tm_min < 60 && date->tm_sec < 60;
}

bool clock_parse(const char *text, const char *zone, int64_t *instant, struct error *err)
{
    const char *at = text;
    struct tm date = { 0 }, check;
    int64_t offset = 0;
    char *before;

    if (!take_date(&at, &date))
        goto bad;
    check = date;
    if (timegm(&check) == -1 || check.tm_mday != date.tm_mday || check.tm_mon != date.tm_mon)
        return error_set(err, ERROR_FORMAT, "\"%.40s\": no such day", text);
    if (*at == '\0') {
        if (zone == NULL)
            return error_set(err, ERROR_FORMAT, "\"%.40s\": an instant needs a time and an offset (RFC 3339)",
                             text);
        date.tm_isdst = -1;
        enter_zone(zone, &before);
        *instant = (int64_t)mktime(&date);
        leave_zone(before);
        return true;
    }
    if (!take_time(&at, &date, &offset) || *at != '\0')
        goto bad;
    *instant = (int64_t)timegm(&date) - offset;
    return true;
bad:
    return error_set(err, ERROR_FORMAT, "\"%.40s\": expected an RFC 3339 instant with offset%s", text,
                     zone != NULL ? " or a date (YYYY-MM-DD)" : "");
}

const char *clock_format(int64_t instant, char text[CLOCK_TEXT_BYTES])
{
    time_t seconds = (time_t)instant;
    struct tm date;

    gmtime_r(&seconds, &date);
    strftime(text, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &date);
    return text;
}

static char *put_number(char *at, int number, int digits, char then)
{
    at[digits] = then;
    for (int i = digits - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + digits + 1;
}

/* By hand, as a scanner formats one for each address: strftime() takes five times as long. */
const char *clock_format_ms(int64_t at_ms, char text[CLOCK_TEXT_BYTES])
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm date;
    char *at = text;

    gmtime_r(&seconds, &date);
    at = put_number(at, date.tm_year + 1900, 4, '-');
    at = put_number(at, date.tm_mon + 1, 2, '-');
    at = put_number(at, date.tm_mday, 2, 'T');
    at = put_number(at, date.tm_hour, 2, ':');
    at = put_number(at, date.tm_min, 2, ':');
    at = put_number(at, date.tm_sec, 2, '.');
    at = put_number(at, (int)(at_ms % 1000), 3, 'Z');
    *at = '\0';
    return text;
}

const char *clock_format_date(int64_t instant, const char *zone, char text[CLOCK_TEXT_BYTES])
{
    time_t seconds = (time_t)instant;
    struct tm date;
    char *before;

    enter_zone(zone, &before);
    localtime_r(&seconds, &date);
    leave_zone(before);
    strftime(text, CLOCK_TEXT_BYTES, "%Y-%m-%d", &date);
    return text;
}

bool clock_parse_duration(const char *text, int64_t *seconds, struct error *err)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', CLOCK_MINUTE }, { 'h', CLOCK_HOUR }, { 'd', CLOCK_DAY } };
    char *end;
    long long count = isdigit((unsigned char)text[0]) ? strtoll(text, &end, 10) : -1;

    if (count < 0 || count > 1000000)
        return error_set(err, ERROR_FORMAT, "\"%.40s\": expected a duration like 14d (s, m, h or d)", text);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (end[0] == units[i].unit && end[1] == '\0') {
            *seconds = count * units[i].seconds;
            return true;
        }
    }
    return error_set(err, ERROR_FORMAT, "\"%.40s\": expected a duration like 14d (s, m, h or d)", text);
}
