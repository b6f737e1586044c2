# A plan of kills: at which record, and how. For tests that source centre.sh and then this.
#
# A quarter of the kills falls between COPY and merge, an eighth between merge and COMMIT, an eighth right after
# COMMIT, all by the aggregator's own failpoints; the rest comes from outside at a random instant.

# plan KILLS RECORDS: "RECORD KIND" a line, in the order of records. The last tenth is left to the run that ends it.
plan() {
    local kills=$1 records=$2 kinds=() i j kind
    for ((i = 0; i < (kills + 3) / 4; i++)); do kinds+=(after-copy); done
    for ((i = 0; i < (kills + 7) / 8; i++)); do kinds+=(before-commit after-commit); done
    while [ ${#kinds[@]} -lt "$kills" ]; do kinds+=(outside); done
    for ((i = kills - 1; i > 0; i--)); do # a fair shuffle
        j=$((RANDOM % (i + 1))) kind=${kinds[i]}
        kinds[i]=${kinds[j]} kinds[j]=$kind
    done
    for ((i = 0; i < kills; i++)); do
        echo $(((RANDOM * 32768 + RANDOM) % (records * 9 / 10)))
    done | sort -n | paste -d ' ' - <(printf '%s\n' "${kinds[@]:0:$kills}")
}

applied() {
    sql "SELECT coalesce(sum(records), 0) FROM rootshift.ingest_offset"
}

# How often the partitions were taken: each run that comes so far does it once.
taken() {
    sql "SELECT coalesce(min(epoch), 0) FROM rootshift.ingest_offset"
}

# kill_at RECORD KIND BATCH COMMAND…: start COMMAND, which applies records by transactions of at most BATCH, and kill
# it once so many are applied. Says in $died how it ended, in $now how
# many records are applied, in $lived for how long it ran (s), in $amidst whether it was killed while it ingested.
kill_at() {
    local record=$1 kind=$2 batch=$3 before pass=1 began=${EPOCHREALTIME/./} pid takes
    shift 3
    before=$(applied) takes=$(taken)
    [ "$record" -lt "$before" ] || pass=$((1 + (record - before) / batch))
    if [ "$kind" = outside ]; then
        "$@" &
        pid=$!
        until [ "$(applied)" -ge "$record" ] && [ "$(taken)" -gt "$takes" ]; do
            kill -0 $pid 2>/dev/null && [ $((${EPOCHREALTIME/./} - began)) -lt 60000000 ] || break
        done
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        kill -KILL $pid 2>/dev/null
    else
        ROOTSHIFT_FAILPOINT=$kind:$pass "$@" &
        pid=$!
        while kill -0 $pid 2>/dev/null && [ $((${EPOCHREALTIME/./} - began)) -lt 60000000 ]; do sleep 0.05; done
        kill -TERM $pid 2>/dev/null # a failpoint that was not reached
    fi
    wait $pid 2>/dev/null
    died=$?
    lived=$((${EPOCHREALTIME/./} - began))
    lived=$((lived / 1000000)).$(printf %06d $((lived % 1000000)))
    now=$(applied) amidst=
    [ $died -ne 137 ] || [ "$(taken)" -eq "$takes" ] || amidst=yes
}
