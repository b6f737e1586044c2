# A centre for integration tests: schema, the campaign of tests/data/centre, a few partners and tokens.
# Everything happens as of $T.
. "$(dirname "${BASH_SOURCE[0]}")/sentences.sh"
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
aggregator=$BIN/rootshift-aggregator
T=2026-11-20T00:00:00Z
export ROOTSHIFT_KEY=$WORK/centre.pem

# centre_open [DATABASE-NAME]: bring an empty database to life; with a name, a further one beside it
centre_open() {
    if [ $# -gt 0 ]; then
        psql "$ROOTSHIFT_DATABASE" -qc "CREATE DATABASE $1"
        ROOTSHIFT_DATABASE="$ROOTSHIFT_DATABASE dbname=$1"
    fi
    "$aggregator" migrate >/dev/null
    "$aggregator" campaign apply "$top/tests/data/centre/campaign.yaml" --time $T >/dev/null
    "$aggregator" partner import "$WORK/partners.csv" --time $T >/dev/null
    if [ -e "$WORK/tokens" ]; then # the same tokens, so that the same records enrol
        psql "$ROOTSHIFT_DATABASE" -qc "\\copy rootshift.token FROM '$WORK/tokens.copy'"
    else
        for partner in one two; do "$aggregator" enroll-token --partner $partner --time $T; done >"$WORK/tokens"
        psql "$ROOTSHIFT_DATABASE" -qc "\\copy rootshift.token TO '$WORK/tokens.copy'"
    fi
}

cat >"$WORK/partners.csv" <<CSV
id,name,language,contact,expected_hosts,traffic_share,critical,cohort,networks
one,Partner One,en,ops@one.test,10,0.5,yes,early,192.0.2.0/24
two,商户二,zh,ops@two.test,10,0.3,no,late,
three,Partner Three,en,ops@three.test,5,0.2,no,late,
CSV

# fleet OPTION…: hosts of partners one and two, in turn
fleet() {
    "$HELPERS/fleet" make --tokens "$WORK/tokens" --new-root "$top/schema/catalog/roots/digicert-global-root-g2.pem" \
        --old-root "$top/schema/catalog/roots/digicert-global-root-ca.pem" "$@"
}

digest() {
    "$aggregator" digest
}
