/*
 * Says when everything that one piece of work brought forth has arrived: its records, and the certificates that they
 * were the first to show. Whoever has something of it on its way holds the receipt; the last one to let go completes
 * it. One thread.
 */
#pragma once

#include <stddef.h>

#include "schema/base/error.h"

struct receipt {
    size_t held;
    bool lost;                                 /* something of it will not arrive */
    void (*complete)(struct receipt *receipt); /* may free it */
};

static inline void receipt_hold(struct receipt *receipt)
{
    if (receipt != NULL)
        receipt->held++;
}

static inline void receipt_release(struct receipt *receipt, bool arrived)
{
    if (receipt == NULL)
        return;
    receipt->lost = receipt->lost || !arrived;
    if (--receipt->held == 0)
        receipt->complete(receipt);
}
