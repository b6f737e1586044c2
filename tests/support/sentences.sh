# For integration tests in bash: each check is a sentence, and a failure says which is no longer true.
# Expects BIN (the folder of the programs); makes WORK, a folder that goes at exit.
set -uo pipefail
failed=0
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# check SENTENCE COMMAND…: the command succeeds
check() {
    local sentence=$1
    shift
    if "$@" >"$WORK/out" 2>&1; then
        echo "ok: $sentence"
    else
        echo "NOT: $sentence"
        sed 's/^/    /' "$WORK/out" | head -n 40
        failed=$((failed + 1))
    fi
}

# answers CODE COMMAND…: the command ends with that exit code; what it says goes on
answers() {
    local code=$1 got=0
    shift
    "$@" || got=$?
    [ "$got" -eq "$code" ] || { echo "exit code $got instead of $code"; return 1; }
}

# says TEXT COMMAND…: the command's output, errors too, has that text in it
says() {
    local text=$1 out
    shift
    out=$("$@" 2>&1)
    [[ $out == *"$text"* ]] || { echo "no \"$text\" in:"; echo "$out"; return 1; }
}

# equal A B: two texts are the same
equal() {
    [ "$1" = "$2" ] || { diff <(echo "$1") <(echo "$2"); return 1; }
}

sql() {
    psql "$ROOTSHIFT_DATABASE" -v ON_ERROR_STOP=1 -qAtc "$1"
}

finish() {
    [ "$failed" -eq 0 ] || echo "$failed sentences are not true"
    [ "$failed" -eq 0 ]
    exit
}
