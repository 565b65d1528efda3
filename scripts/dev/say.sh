# How ./dev talks: a headline per step, detail only when it fails.
say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
fail() { printf 'dev: %s\n' "$*" >&2; exit 1; }

# Runs a command with its output in a log; shows the tail when it fails.
quietly() { # LOG COMMAND...
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        fail "failed: $* (whole log: $log)"
    fi
}
