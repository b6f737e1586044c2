/*
 * What a running process can have read, with a real one: a Python that was pointed at a bundle, which is then
 * mended. The host is this machine.
 */
#include "collector/inspection.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/base/clock.h"
#include "schema/base/input.h"
#include "tests/support/check.h"

#define DATA TEST_DATA "/store/"

static char folder[] = "/tmp/rootshift-inspection-XXXXXX";
static char bundle[128], state_directory[128], campaign_file[128];
static struct campaign *campaign;
static pid_t service;

static void write_campaign(const char *path)
{
    struct certificate_list list = { 0 };
    struct error err = { 0 };
    char print[FINGERPRINT_TEXT_BYTES];
    FILE *file = fopen(path, "w");

    assert_true(certificate_list_read_pem(&list, DATA "b.pem", &err));
    fprintf(file,
            "campaign: test\nversion: 1\ntimezone: UTC\ntitle: { en: Test }\ncontact: someone@platform.test\n"
            "roots:\n  b: { file: " DATA "b.pem, sha256: %s, role: new }\n"
            "chains:\n  new: { accepts: [ b ] }\n"
            "phases:\n  - { name: only, serves: [ new ], starts: 2026-01-01, ready_by: 2026-01-01, source: "
            "assumed }\n"
            "ends: 2040-01-01\n",
            fingerprint_format(certificate_fingerprint(list.items[0]), print));
    fclose(file);
    certificate_list_clear(&list);
}

static void start_service(void)
{
    char variable[160];
    char *const arguments[] = { (char *)(uintptr_t) "python3", (char *)(uintptr_t) "-c",
                                (char *)(uintptr_t) "import time; time.sleep(300)", NULL };
    char *const environment[] = { variable, (char *)(uintptr_t) "SSL_CERT_DIR=/nonexistent-directory", NULL };

    snprintf(variable, sizeof(variable), "SSL_CERT_FILE=%s", bundle);
    service = fork();
    if (service == 0) {
        execve("/usr/bin/python3", arguments, environment);
        _exit(127);
    }
}

static void shell(const char *format, const char *a, const char *b)
{
    struct text command = { 0 };

    for (const char *at = format; *at != '\0'; at++) {
        if (*at == '1' || *at == '2')
            text_add(&command, *at == '1' ? a : b);
        else
            text_append(&command, at, 1);
    }
    assert_int_equal(system(text_string(&command)), 0);
    text_clear(&command);
}

/* One look, as of now. What it finds of the service: its judgement, and whether it has to be restarted. */
struct seen {
    struct judgement judgement;
    bool restart_needed, before_known;
};

static struct seen look(bool with_memory, bool remember)
{
    struct campaign *campaigns[] = { campaign };
    struct inspection_request request = { .root = "/",
                                          .state = with_memory ? state_directory : NULL,
                                          .at = clock_now(),
                                          .campaigns = campaigns,
                                          .campaign_count = 1 };
    struct error err = { 0 };
    struct inspection *inspection = inspection_new(&request, &err);
    struct seen seen = { 0 };
    bool found = false;

    assert_non_null(inspection);
    for (size_t i = 0; i < inspection->clients.count; i++) {
        const struct client *client = &inspection->clients.items[i];

        if (client->runtime != RUNTIME_PYTHON || client->choice.stores.count == 0 ||
            strcmp(client->choice.stores.items[0], bundle) != 0)
            continue;
        assert_int_equal(client->process_count, 1);
        assert_int_equal(client->processes[0].pid, service);
        seen = (struct seen){ inspection->assessments[i][0].phases[0], inspection->restart_needed[i],
                              inspection->before[i] != NULL };
        found = true;
    }
    assert_true(found);
    if (remember) {
        struct state *state = state_open(state_directory, true, &err);

        assert_non_null(state);
        assert_true(inspection_remember(inspection, state, clock_now(), &err));
        state_close(state);
    }
    inspection_free(inspection);
    return seen;
}

static void assert_judged(struct seen seen, enum verdict verdict, const char *reason, bool restart_needed)
{
    assert_string_equal(verdict_name(seen.judgement.verdict), verdict_name(verdict));
    assert_string_equal(seen.judgement.reason, reason);
    assert_int_equal(seen.restart_needed, restart_needed);
}

static void a_mended_store_does_not_mend_a_running_process(void **state)
{
    struct seen seen;

    (void)state;
    seen = look(false, false);
    assert_judged(seen, VERDICT_NOT_READY, "root-missing", false);
    sleep(2); /* looks are remembered by the second */
    look(true, true);

    shell("chmod 600 1", bundle, "");
    assert_judged(look(true, false), VERDICT_NOT_READY, "root-missing", false);

    shell("cat 2 >>1", bundle, DATA "b.pem");
    seen = look(true, false);
    assert_judged(seen, VERDICT_NOT_READY, "restart-needed", true);
    assert_true(seen.before_known);
    seen = look(false, false);
    assert_judged(seen, VERDICT_UNKNOWN, "restart-needed", true);
    assert_false(seen.before_known);

    kill(service, SIGKILL);
    waitpid(service, NULL, 0);
    start_service();
    usleep(300000);
    assert_judged(look(true, false), VERDICT_READY, "ok", false);

    shell("rm 1", bundle, "");
    assert_judged(look(false, false), VERDICT_NOT_READY, "store-empty", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_mended_store_does_not_mend_a_running_process) };
    struct error err = { 0 };
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(bundle, sizeof(bundle), "%s/bundle.pem", folder);
    snprintf(state_directory, sizeof(state_directory), "%s/state", folder);
    snprintf(campaign_file, sizeof(campaign_file), "%s/campaign.yaml", folder);
    write_campaign(campaign_file);
    campaign = campaign_load(campaign_file, &err);
    if (campaign == NULL) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    shell("cp 2 1", bundle, DATA "a.pem");
    usleep(100000);
    start_service();
    usleep(300000);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    kill(service, SIGKILL);
    waitpid(service, NULL, 0);
    campaign_free(campaign);
    shell("rm -rf 1", folder, "");
    return failed;
}
