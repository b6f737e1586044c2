/*
 * How fast and how politely probes go out: what every command that probes lets one say, in the same words.
 */
#pragma once

#include "scanner/fence.h"
#include "scanner/run.h"
#include "schema/base/option.h"

struct limits {
    int64_t rate, timeout_s, loops, in_flight, per_address, per_network;
    const char *resolver, *allow, *deny, *identification;
};

/* OpenSSL takes four of a process's 1,024 pthread keys for what each loop has of it. */
#define LIMITS_LOOPS_MAX 128

/* Rows of a command's option table, for settings that keep a `struct limits` as `member`. */
#define LIMITS_OPTIONS(settings, member)                                                                     \
    { "rate",                                                                                                \
      OPTION_NUMBER,                                                                                         \
      offsetof(settings, member.rate),                                                                       \
      "N",                                                                                                   \
      "100",                                                                                                 \
      .low = 1,                                                                                              \
      .high = 100000,                                                                                        \
      .unit = "probes a second",                                                                             \
      .help = "how fast; at depth certificate a refused probe connects once more, an unusual one twice" },   \
        { "timeout",                                                                                         \
          OPTION_NUMBER,                                                                                     \
          offsetof(settings, member.timeout_s),                                                              \
          "S",                                                                                               \
          "10",                                                                                              \
          .low = 1,                                                                                          \
          .high = 300,                                                                                       \
          .unit = "seconds",                                                                                 \
          .help = "longest time for one lookup, and for one probe" },                                        \
        { "loops",                                                                                           \
          OPTION_NUMBER,                                                                                     \
          offsetof(settings, member.loops),                                                                  \
          "N",                                                                                               \
          "0",                                                                                               \
          .low = 0,                                                                                          \
          .high = LIMITS_LOOPS_MAX,                                                                          \
          .help = "threads that shake hands; 0: one a core" },                                               \
        { "in-flight",                                                                                       \
          OPTION_NUMBER,                                                                                     \
          offsetof(settings, member.in_flight),                                                              \
          "N",                                                                                               \
          "0",                                                                                               \
          .low = 0,                                                                                          \
          .high = 65536,                                                                                     \
          .help = "probes in flight at most, of each loop; 0: what the rate and descriptors allow" },        \
        { "per-address", OPTION_NUMBER,  offsetof(settings, member.per_address),   "N", "4",                 \
          .low = 1,      .high = 100000, .help = "probes in flight to one address" },                        \
        { "per-network",                                                                                     \
          OPTION_NUMBER,                                                                                     \
          offsetof(settings, member.per_network),                                                            \
          "N",                                                                                               \
          "64",                                                                                              \
          .low = 1,                                                                                          \
          .high = 100000,                                                                                    \
          .help = "probes in flight to one IPv4 /24 or IPv6 /48" },                                          \
        { "allow", OPTION_TEXT, offsetof(settings, member.allow), "FILE",                                    \
          .help = "probe nothing but these networks: one a line, as 192.0.2.0/24" },                         \
        { "deny", OPTION_TEXT, offsetof(settings, member.deny), "FILE",                                      \
          .help = "never probe these networks, whoever allows them" },                                       \
        { "identification", OPTION_TEXT, offsetof(settings, member.identification), "NAME",                  \
          .help = "the server name said to a target that has none, so that its owner can see who asks" },    \
    {                                                                                                        \
        "resolver", OPTION_TEXT, offsetof(settings, member.resolver), "ADDRESS[:PORT]",                      \
            .from_environment = true, .help = "the DNS server to ask instead of those in /etc/resolv.conf"   \
    }

/*
 * Their part of the plan. Returns the plan's fence, to be closed after the run; NULL with *err when a list cannot be
 * read, or the identification is no name.
 */
struct fence *limits_apply(const struct limits *limits, struct run_plan *plan, struct error *err);
