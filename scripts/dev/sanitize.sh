# Unit and module tests under a sanitizer.
run_sanitize() {
    local preset
    case ${1:-} in
        address) preset=asan ;;
        thread) preset=tsan ;;
        *) fail "sanitize takes address or thread" ;;
    esac
    need_packages
    build "$preset" unit_tests module_tests
    . scripts/dev/test.sh
    pg_start "$TEST_PG" 0 -c fsync=off
    export MUSUBI_TEST_PG="host=$MUSUBI_TOP/$TEST_PG user=musubi dbname=postgres"
    trap 'pg_stop "$TEST_PG"' EXIT
    MUSUBI_PRESET=$preset test_level unit 2
    MUSUBI_PRESET=$preset test_level module 2
    echo "$test_passed passed, $test_failed failed, $test_skipped skipped"
    [ "$test_failed" -eq 0 ]
}
