# Layer rules, file sizes, formatting, headers that compile alone, clang-tidy on what changed.
. scripts/dev/format.sh

run_lint() {
    need_packages clang-16 clang-format-16 clang-tidy-16
    local failed=0
    say "layers and sizes"
    python3 scripts/lint_layers.py || failed=1
    python3 scripts/lint_sizes.py || failed=1
    say "formatting"
    format_files | xargs clang-format-16 --dry-run --Werror 2>&1 | head -n 40 >&2
    [ "${PIPESTATUS[1]}" -eq 0 ] || failed=1
    build dev
    say "configuration page"
    python3 scripts/make_config_doc.py "$(musubi_binary)" --check || failed=1
    say "names in the operators' pages"
    python3 scripts/lint_operations.py || failed=1
    say "headers alone"
    python3 scripts/lint_headers.py || failed=1
    local changed
    changed=$(git diff --name-only --diff-filter=d "${1:-HEAD~1}" -- 'modules/*.cc' 2>/dev/null || true)
    if [ -n "$changed" ]; then
        say "clang-tidy on $(wc -l <<<"$changed") files"
        python3 scripts/tidy_database.py build/dev var/tidy
        # shellcheck disable=SC2086
        clang-tidy-16 -p var/tidy --quiet $changed >var/log/tidy.log 2>/dev/null ||
            { grep -E 'error|warning' var/log/tidy.log | head -n 40 >&2; failed=1; }
    fi
    [ "$failed" -eq 0 ] || fail "lint found something"
    say "lint clean"
}
