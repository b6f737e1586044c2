#include "scanner/task.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

struct task *task_new(uint64_t seq, int64_t position)
{
    struct task *task = memory_new(sizeof(*task));

    task->seq = seq;
    task->position = position;
    return task;
}

void task_free(struct task *task)
{
    if (task->piece != NULL)
        receipt_release(&task->piece->receipt, false);
    for (size_t i = 0; i < task->compare_count; i++)
        compare_clear(&task->compares[i]);
    free(task->compares);
    free(task->places);
    target_clear(&task->target);
    free(task);
}

void task_set_places(struct task *task, char *const *addresses, size_t count, size_t hello_count)
{
    task->places = memory_new(count * sizeof(*task->places));
    task->place_count = count;
    for (size_t i = 0; i < count; i++)
        snprintf(task->places[i].address, sizeof(task->places[i].address), "%s", addresses[i]);
    if (count <= 1)
        return;
    task->compares = memory_new(hello_count * sizeof(*task->compares));
    task->compare_count = hello_count;
}

bool task_says(const struct task *task, size_t hello)
{
    return task->hellos == 0 || (task->hellos & 1U << hello) != 0;
}

bool task_has_record(const struct task *task)
{
    for (size_t i = 0; i < task->place_count; i++) {
        if (task->places[i].recorded != 0)
            return true;
    }
    return false;
}

static void set_address(struct errand *errand, const char *address, int port)
{
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&errand->address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&errand->address;

    if (inet_pton(AF_INET, address, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons((uint16_t)port);
        errand->address_bytes = sizeof(*ipv4);
        return;
    }
    inet_pton(AF_INET6, address, &ipv6->sin6_addr);
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons((uint16_t)port);
    errand->address_bytes = sizeof(*ipv6);
}

struct attempt *attempt_new(struct task *task, struct place *place, size_t hello)
{
    struct attempt *attempt = memory_new(sizeof(*attempt));

    attempt->task = task;
    attempt->place = place;
    attempt->errand.hello = hello;
    attempt->errand.server_name = task->target.name;
    attempt->errand.starttls = task->target.starttls;
    attempt->errand.request_path = task->request_path;
    set_address(&attempt->errand, place->address, task->target.port);
    task->open++;
    return attempt;
}

void attempt_free(struct attempt *attempt)
{
    attempt->task->open--;
    probe_result_clear(&attempt->errand.result);
    free(attempt);
}
