#include "scanner/task.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "schema/base/text.h"

struct task *task_new(uint64_t seq)
{
    struct task *task = memory_new(sizeof(*task));

    task->seq = seq;
    return task;
}

void task_free(struct task *task)
{
    target_clear(&task->target);
    free(task->compares);
    free(task);
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

struct attempt *attempt_new(struct task *task, const char *address, size_t hello)
{
    struct attempt *attempt = memory_new(sizeof(*attempt));

    attempt->task = task;
    attempt->errand.hello = hello;
    attempt->errand.server_name = task->target.name;
    attempt->errand.request_path = task->request_path;
    snprintf(attempt->address, sizeof(attempt->address), "%s", address);
    set_address(&attempt->errand, address, task->target.port);
    task->open++;
    return attempt;
}

void attempt_free(struct attempt *attempt)
{
    attempt->task->open--;
    probe_result_clear(&attempt->errand.result);
    free(attempt);
}
