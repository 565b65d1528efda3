# ./dev fuzz [TARGET] [SECONDS]: all targets for 30 s each, or one. Findings and corpora lie in var/fuzz/TARGET.
fuzz_targets() { ls tests/fuzz/*_fuzz.cc | sed 's|.*/\(.*\)_fuzz.cc|\1|'; }

run_fuzz() {
    local only=${1:-} seconds=${2:-30} target targets=() failed=0
    if [[ $only =~ ^[0-9]+$ ]]; then seconds=$only only=""; fi
    for target in $(fuzz_targets); do
        [ -n "$only" ] && [ "$target" != "$only" ] || targets+=("$target")
    done
    [ ${#targets[@]} -gt 0 ] || fail "no such target; there are: $(fuzz_targets | tr '\n' ' ')"
    need_packages clang-16 libclang-rt-16-dev llvm-16
    build fuzz "${targets[@]/%/_fuzz}"
    for target in "${targets[@]}"; do
        say "fuzzing $target for $seconds s"
        mkdir -p "var/fuzz/$target/corpus"
        local seeds=()
        [ -d "tests/data/fuzz/$target" ] && seeds=("tests/data/fuzz/$target")
        (cd "var/fuzz/$target" && "$MUSUBI_TOP/build/fuzz/tests/fuzz/${target}_fuzz" -max_total_time="$seconds" \
            -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 corpus "${seeds[@]/#/$MUSUBI_TOP/}" >fuzz.log 2>&1) ||
            { tail -n 30 "var/fuzz/$target/fuzz.log" >&2; failed=1; }
        grep -E 'number_of_executed_units|new_units_added' "var/fuzz/$target/fuzz.log" >&2 || true
    done
    [ "$failed" -eq 0 ] || fail "a fuzzer found something: see var/fuzz"
}
