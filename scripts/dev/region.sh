# The demo regions: folders under var/demo, one node each.
DEMO_PG=var/demo/postgres DEMO_PG_PORT=55432
region_port() { [ "$1" = a ] && echo 9464 || echo 19464; }
region_neighbour() { [ "$1" = a ] && echo b || echo a; }

region_list() { # --region a|b|both
    local which=both
    if [ "${1:-}" = --region ]; then which=${2:-both}; fi
    case $which in
        a | b) echo "$which" ;;
        both) echo a b ;;
        *) fail "--region takes a, b or both" ;;
    esac
}

region_running() { # FOLDER
    [ -s "$1/musubi.pid" ] && kill -0 "$(cat "$1/musubi.pid")" 2>/dev/null
}

# Starts the node of FOLDER and returns when it is ready; says why when it is not.
region_start() { # FOLDER OPERATOR-PORT
    local folder=$1 port=$2 binary
    binary=$(musubi_binary)
    # A node that is older than its program would play yesterday's story.
    [ ! "$binary" -nt "$folder/musubi.pid" ] || region_stop "$folder"
    region_running "$folder" && return
    "$binary" migrate --config "$folder/musubi.yaml" >"$folder/log/migrate.log" 2>&1 ||
        { cat "$folder/log/migrate.log" >&2; fail "migration failed"; }
    "$binary" serve --config "$folder/musubi.yaml" >>"$folder/log/musubi.log" 2>&1 </dev/null &
    echo $! >"$folder/musubi.pid"
    local try
    for try in $(seq 100); do
        curl -fsS "http://127.0.0.1:$port/health/ready" >/dev/null 2>&1 && return
        region_running "$folder" || break
        sleep 0.1
    done
    tail -n 20 "$folder/log/musubi.log" >&2
    curl -sS "http://127.0.0.1:$port/health/ready" >&2 || true
    fail "the node in $folder is not ready"
}

region_stop() { # FOLDER
    region_running "$1" || return 0
    local pid
    pid=$(cat "$1/musubi.pid")
    kill "$pid" 2>/dev/null || true
    local try
    for try in $(seq 150); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$1/musubi.pid"
}

region_up() {
    local regions region
    regions=$(region_list "$@")
    need_packages
    need_peers
    build dev musubi
    docker/make_pki.sh var/demo/pki
    pg_start "$DEMO_PG" "$DEMO_PG_PORT"
    for region in $regions; do
        say "starting region $region"
        pg_database "$DEMO_PG" "$DEMO_PG_PORT" "musubi_$region"
        python3 scripts/make_region.py --out "var/demo/$region" --region "$region" --pki var/demo/pki \
            --db-host "$MUSUBI_TOP/$DEMO_PG" --db-port "$DEMO_PG_PORT" --db-name "musubi_$region" \
            --neighbour "$(region_neighbour "$region")" --pacs "$(pacs_port "$region")"
        pacs_start "$region"
        region_start "var/demo/$region" "$(region_port "$region")"
    done
}

region_down() {
    local region
    for region in $(region_list "$@"); do region_stop "var/demo/$region"; pacs_stop "$region"; done
    [ "$(region_list "$@")" != "a b" ] || pg_stop "$DEMO_PG"
}
