#include "collector/host/process.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/base/clock.h"
#include "tests/support/check.h"

/* A real neighbour: sleep, with a trust setting in its environment. */
static pid_t start_neighbour(void)
{
    char *const arguments[] = { (char *)(uintptr_t) "sleep", (char *)(uintptr_t) "60", NULL };
    char *const environment[] = { (char *)(uintptr_t) "SSL_CERT_FILE=/first",
                                  (char *)(uintptr_t) "SSL_CERT_FILE=/second",
                                  (char *)(uintptr_t) "EMPTY=", NULL };
    pid_t pid = fork();

    if (pid == 0) {
        execve("/bin/sleep", arguments, environment);
        _exit(127);
    }
    usleep(100000); /* let execve happen */
    return pid;
}

static const struct process *find(const struct process_list *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].pid == pid)
            return &list->items[i];
    }
    return NULL;
}

static void neighbour_is_seen_as_it_was_started(void **state)
{
    struct process_list list;
    struct error err = { 0 };
    const struct process *process;
    pid_t pid = start_neighbour();

    (void)state;
    assert_true(process_list_read(&list, "/", &err));
    process = find(&list, pid);
    assert_non_null(process);
    assert_non_null(process->executable);
    assert_non_null(strstr(process->executable, "sleep"));
    assert_int_equal(process->arguments.count, 2);
    assert_string_equal(process->arguments.items[1], "60");
    assert_string_equal(process_variable(process, "SSL_CERT_FILE"), "/first");
    assert_string_equal(process_variable(process, "EMPTY"), "");
    assert_null(process_variable(process, "SSL_CERT"));
    assert_true(process->environment_read);
    assert_int_equal(process->uid, geteuid());
    assert_true(process->group_count > 0 && process->groups[0] == getegid());
    assert_false(process->privileged);
    assert_int_equal(process->reads_all, geteuid() == 0);
    assert_true(llabs((long long)(clock_now_unix_ms() - process->started_ms)) < 30000);
    assert_null(find(&list, getpid()));
    process_list_clear(&list);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Forked a while later, without execve; started_ms is exact to a tick of 10 ms. */
static void what_was_forked_began_with_what_it_was_forked_from(void **state)
{
    struct process_list list;
    struct error err = { 0 };
    const struct process *parent, *child = NULL;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        setpgid(0, 0);
        usleep(200000);
        fork();
        sleep(60);
        _exit(0);
    }
    usleep(400000);
    assert_true(process_list_read(&list, "/", &err));
    parent = find(&list, pid);
    assert_non_null(parent);
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].pid != pid && getpgid(list.items[i].pid) == pid)
            child = &list.items[i];
    }
    assert_non_null(child);
    assert_true(fingerprint_equal(&child->image, &parent->image));
    assert_int_equal(child->started_ms, parent->started_ms);
    process_list_clear(&list);
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void another_root_has_no_processes_of_ours(void **state)
{
    struct process_list list;
    struct error err = { 0 };

    (void)state;
    assert_true(process_list_read(&list, "/usr", &err));
    assert_int_equal(list.count, list.unreadable);
    process_list_clear(&list);
    assert_false(process_list_read(&list, "/nowhere-at-all", &err));
    assert_int_equal(err.kind, ERROR_ABSENT);
}

/* A connection over loopback to an address that nobody else has, held by a process of its own. */
static void connection_is_seen_of_its_holder_only(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f5a0102) };
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
    struct text_list addresses = { 0 };
    struct process_sockets *sockets;
    struct process holder = { 0 }, other = { .pid = getpid() };

    (void)state;
    text_list_add(&addresses, "127.90.1.2");
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    holder.pid = fork();
    if (holder.pid == 0) {
        client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (struct sockaddr *)&address, size) == 0)
            sleep(60);
        _exit(1);
    }
    assert_int_equal(poll(&(struct pollfd){ .fd = listener, .events = POLLIN }, 1, 30000),
                     1); /* it is there */
    sockets = process_sockets_new(&addresses);
    assert_true(process_talks_to(&holder, sockets));
    assert_false(process_talks_to(&other, sockets));
    process_sockets_free(sockets);
    kill(holder.pid, SIGKILL);
    waitpid(holder.pid, NULL, 0);
    close(listener);
    text_list_clear(&addresses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbour_is_seen_as_it_was_started),
        cmocka_unit_test(what_was_forked_began_with_what_it_was_forked_from),
        cmocka_unit_test(another_root_has_no_processes_of_ours),
        cmocka_unit_test(connection_is_seen_of_its_holder_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
