# Every test that needs nothing but this machine: unit, module, node, conformance. Last line: N passed, N failed, N skipped.
TEST_PG=var/test/postgres
TEST_PORT_BASE=28443
# Patient-id domains as the identity suites want them: namespaces, one domain with several ids, two names of the source.
TEST_IDENTITY_SETTINGS=(
    --set 'mpi.authorities=[1.3.6.1.4.1.21367.13.20.1000=IHERED, 1.3.6.1.4.1.21367.13.20.2000=IHEGREEN, 1.3.6.1.4.1.21367.13.20.3000=IHEBLUE, 1.3.6.1.4.1.21367.2005.13.20.1000=CONNRED, 1.3.6.1.4.1.21367.2005.13.20.2000=CONNGREEN;several, 1.3.6.1.4.1.21367.2005.13.20.3000=CONNBLUE, 2.16.840.1.113883.3.72.5.9.1=NIST2010, 1.2.392.100495.20.3.51.11319876543=KITAHP, 1.2.392.100495.20.3.51.11312345678=KITACL, 2.999.1.1.1=KITA]'
    --set "pix.consumers=[\"suite;member=toolkit;v2=localhost:$((TEST_PORT_BASE + 3));domain=1.3.6.1.4.1.21367.2005.13.20.3000;domain=2.16.840.1.113883.3.72.5.9.1\"]"
    --set pix.notify_first_pause=200ms --set pix.notify_longest_pause=1s
    --set 'pdq.information_sources=[NODE, MESA_PD_SUPPLIER]' --set xca.initiating=true
    --set imaging.sources=sources.yaml)
TEST_IDENTITY_TARGET=(
    --namespace 1.3.6.1.4.1.21367.13.20.1000=IHERED --namespace 1.3.6.1.4.1.21367.13.20.2000=IHEGREEN
    --namespace 1.3.6.1.4.1.21367.13.20.3000=IHEBLUE --namespace 1.3.6.1.4.1.21367.2005.13.20.1000=CONNRED
    --notify 1.3.6.1.4.1.21367.2005.13.20.3000 2.16.840.1.113883.3.72.5.9.1
    --several-ids 1.3.6.1.4.1.21367.2005.13.20.2000 --offer iti-22 --offer iti-56 --offer iti-64
    --offer sources --offer partial-id --offer visit-criteria --offer xca --offer xca-initiating --offer xca-i
    --imaging 2.999.77.30 2.999.77.31)

test_passed=0 test_failed=0 test_skipped=0
conformance_process=

# Runs one gtest executable, in several processes side by side where its tests mostly wait, and adds its counts.
test_level() { # LEVEL SHARDS
    local binary=build/${MUSUBI_PRESET:-dev}/tests/$1_tests log=var/log/$1_tests.log shard status=0
    [ -x "$binary" ] || return 0
    say "$1 tests"
    local -a running=() results=()
    for ((shard = 0; shard < $2; shard++)); do
        results+=("var/log/$1_tests.$shard.json")
        rm -f "${results[-1]}"
        GTEST_TOTAL_SHARDS=$2 GTEST_SHARD_INDEX=$shard "$binary" --gtest_brief=1 \
            --gtest_output="json:${results[-1]}" >"var/log/$1_tests.$shard.log" 2>&1 &
        running+=($!)
    done
    for shard in "${running[@]}"; do wait "$shard" || status=$?; done
    for ((shard = 0; shard < $2; shard++)); do cat "var/log/$1_tests.$shard.log"; done >"$log"
    local counts
    counts=$(python3 scripts/gtest_counts.py scripts/may_skip.txt "${results[@]}" 2>>"$log") || counts="0 1 0"
    read -r p f s <<<"$counts"
    [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    # What failed, and why; not what the tested code logged meanwhile, which would push it out.
    [ "$f" -eq 0 ] || { grep -avE '^(time=|\[ *(RUN|OK))' "$log" | tail -n 100 >&2; }
    echo "$1: $p passed, $f failed, $s skipped" >&2
    test_passed=$((test_passed + p)) test_failed=$((test_failed + f)) test_skipped=$((test_skipped + s))
}

# A node of its own for the black-box suites, beside any demo that may be running.
test_conformance() {
    [ -x conformance/run ] || return 0
    say "conformance"
    local folder=var/test/region status=0 log=var/log/conformance.log
    region_stop "$folder"
    rm -rf "$folder"
    # Node tests make the same certificates when they are the first to need them.
    flock var/test/pki.lock docker/make_pki.sh var/test/pki
    pg_sql "$TEST_PG" 5432 postgres "drop database if exists musubi_conformance" >/dev/null
    pg_database "$TEST_PG" 5432 musubi_conformance
    python3 scripts/make_region.py --out "$folder" --region a --pki var/test/pki --db-host "$MUSUBI_TOP/$TEST_PG" \
        --db-name musubi_conformance --port-base "$TEST_PORT_BASE" "${TEST_IDENTITY_SETTINGS[@]}"
    # The suite itself is the archive of both.
    printf 'sources:\n  - {id: %s, member: %s, dicomweb: "http://127.0.0.1:%s/dicom-web", timeout: 5}\n' \
        2.999.77.30 toolkit $((TEST_PORT_BASE + 8)) >"$folder/sources.yaml"
    printf '  - {id: %s, member: %s, dicomweb: "http://127.0.0.1:%s/dicom-web", timeout: 5}\n' \
        2.999.77.31 hospital-kita $((TEST_PORT_BASE + 8)) >>"$folder/sources.yaml"
    region_start "$folder" $((TEST_PORT_BASE + 2))
    /usr/bin/python3 conformance/selftest.py >var/log/conformance_selftest.log 2>&1 ||
        { tail -n 30 var/log/conformance_selftest.log >&2; test_failed=$((test_failed + 1)); }
    python3 scripts/conformance_target.py --pki var/test/pki --musubi "$(musubi_binary)" \
        --config "$MUSUBI_TOP/$folder/musubi.yaml" --port-base "$TEST_PORT_BASE" \
        "${TEST_IDENTITY_TARGET[@]}" >var/test/target.json
    /usr/bin/python3 conformance/run --target var/test/target.json --junit var/log/conformance.xml \
        --html var/log/conformance.html >"$log" 2>&1 || status=$?
    region_stop "$folder"
    local last
    last=$(tail -n 1 "$log")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped ]]; then
        local p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
        [ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
        [ "$f" -eq 0 ] || grep -E '^(FAIL|ERROR|skip not allowed)' "$log" | head -n 60 >&2
        echo "conformance: $last" >&2
        test_passed=$((test_passed + p)) test_failed=$((test_failed + f)) test_skipped=$((test_skipped + s))
    else
        tail -n 30 "$log" >&2
        test_failed=$((test_failed + 1))
    fi
}

run_test() {
    need_packages
    need_peers
    build dev musubi unit_tests module_tests node_tests
    pg_start "$TEST_PG" 0 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 \
        -c shared_buffers=256MB
    export MUSUBI_TEST_PG="host=$MUSUBI_TOP/$TEST_PG user=musubi dbname=postgres"
    rm -f var/test/conformance.counts
    trap '[ -z "$conformance_process" ] || kill "$conformance_process" 2>/dev/null || true
        region_stop var/test/region; pg_stop "$TEST_PG"' EXIT
    test_level unit 2
    test_level module 2
    # The suites ask one node and mostly wait for it, as the node tests do: side by side.
    (
        test_passed=0 test_failed=0 test_skipped=0
        test_conformance
        echo "$test_passed $test_failed $test_skipped" >var/test/conformance.counts
    ) &
    conformance_process=$!
    test_level node 3
    wait "$conformance_process" || true
    conformance_process=
    local p=0 f=1 s=0
    read -r p f s 2>/dev/null <var/test/conformance.counts || true
    test_passed=$((test_passed + p)) test_failed=$((test_failed + f)) test_skipped=$((test_skipped + s))
    echo "$test_passed passed, $test_failed failed, $test_skipped skipped"
    [ "$test_failed" -eq 0 ]
}
