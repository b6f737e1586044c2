#include "collector/report_file.h"

#include "collector/look.h"
#include "schema/base/clock.h"

struct settings {
    struct look_settings look;
    const char *state, *out;
};

static const struct option options[] = {
    LOOK_OPTIONS(struct settings, look),
    { "state", OPTION_TEXT, offsetof(struct settings, state), "DIR", .fallback = STATE_DIRECTORY,
      .from_environment = true, .help = "where this host was enrolled" },
    { "out", OPTION_TEXT, offsetof(struct settings, out), "FILE", .required = true,
      .help = "write the report there; - is standard output" },
    { 0 },
};

struct writing {
    struct state *state;
    struct identity identity;
    const char *path;
};

static bool write_report(void *context, const struct report *report, struct error *err)
{
    struct writing *writing = context;

    return report_write(report, &writing->identity, writing->state, clock_now_unix_ms(), writing->path, err);
}

static int run(void *given, const struct text_list *arguments, struct error *err)
{
    const struct settings *settings = given;
    struct writing writing = { .state = state_open(settings->state, true, err), .path = settings->out };
    enum answer answer; /* the verdict is in the report; this command only says whether it was written */
    bool ok =
        writing.state != NULL && identity_load(&writing.identity, writing.state, err) &&
        look_at_host(&settings->look, settings->state, writing.state, write_report, &writing, &answer, err);

    (void)arguments;
    identity_clear(&writing.identity);
    state_close(writing.state);
    return ok ? ANSWER_YES : ANSWER_NONE;
}

const struct command report_command = { "report",
                                        NULL,
                                        "write the signed report to a file instead of sending it",
                                        options,
                                        sizeof(struct settings),
                                        run };
