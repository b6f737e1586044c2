/*
 * A page: a function that makes one answer out of a request and the database. It runs on a worker's
 * thread, inside a read-only transaction of its own, in which rootshift.as_of() is set; it knows
 * nothing of sockets.
 */
#pragma once

#include "aggregator/database.h"
#include "aggregator/web/request.h"
#include "schema/base/text.h"

/* What a page writes into. */
struct reply {
    int status;       /* of HTTP; 200 unless the page says otherwise */
    const char *type; /* media type, a constant */
    char *file;       /* offer the body as a file of this name; NULL: show it. Freed with the reply */
    bool lasting;     /* the same for ever: may be cached */
    struct text body; /* what is not sent yet */
    /*
     * Hand over what `body` holds and wait until the reader has taken most of it, so that a long
     * list never sits in memory. False when the reader is gone or too slow: end the page then.
     * NULL where a page is always sent whole.
     */
    bool (*flush)(struct reply *reply);
};

void reply_clear(struct reply *reply);

struct page {
    const struct request *request;
    struct database *database; /* NULL for routes that need none */
    int64_t at;                /* Unix seconds: the instant that everything is as of */
    struct reply *reply;
};

/*
 * False with *err when the answer could not be made: what was written is dropped. ERROR_ABSENT is
 * answered with 404, ERROR_FORMAT with 400, all else with 500.
 */
typedef bool page_answer(struct page *page, struct error *err);

/* Pages are answered by workers that a slow reader cannot hold; lists that may be long have others. */
enum lane { LANE_LOOP, LANE_PAGE, LANE_LIST, LANES };

struct route {
    const char *pattern;
    enum lane lane; /* LANE_LOOP: at once, without a database */
    page_answer *answer;
};
