#!/usr/bin/env bash
# try_exchange.sh: builds the images, starts a node of its own beside whatever runs, plays one exchange against it
# (feed, submit, consent, query, retrieve), checks each step, and removes what it started. Exit 1 at the first step that
# is not as told.
#   ENGINE=docker|podman                   COMPOSE="docker compose"|podman-compose|...
#   HTTPS_PORT=38443  MLLP_PORT=32575      where this machine reaches the doors
#   IMAGES=1   take the images musubi and musubi-postgres as they are      JOBS=N   parallel compilations
#   KEEP=1     leave it running
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
read -ra engine <<<"${ENGINE:-docker}"
read -ra compose <<<"${COMPOSE:-${ENGINE:-docker} compose}"
export MUSUBI_ADDRESS=127.0.0.1 MUSUBI_HTTPS_PORT=${HTTPS_PORT:-38443} MUSUBI_MLLP_PORT=${MLLP_PORT:-32575}
project=musubi-try
try=$PWD/var/docker/try
export MUSUBI_CONFIG=$try/config
authority=1.2.392.100495.20.3.51.11319876543

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
wrong() { printf 'not as told: %s\n' "$*" >&2; exit 1; }
ok() { printf '    ok  %s\n' "$*"; }
compose() { "${compose[@]}" -p "$project" -f docker/compose.yaml "$@"; }
container() { # SERVICE: the name under either compose
    "${engine[@]}" ps -a --format '{{.Names}}' | grep -E "^$project[-_]$1[-_]1$" || wrong "no container of $1"
}
on_node() { "${engine[@]}" exec "$(container node)" "$@"; }
# A client command as a member: in the node's network, because the demo's certificates say localhost.
member() { # WHO COMMAND OPTIONS...
    local who=$1 command=$2
    shift 2
    "${engine[@]}" run --rm --user 0:0 --network "container:$(container node)" -v "$try/pki:/pki:ro" -v "$try/out:/out" \
        musubi "$command" --cert "/pki/$who.crt" --key "/pki/$who.key" --ca /pki/ca.crt "$@"
}
wait_for() { # WHAT SECONDS COMMAND...
    local what=$1 seconds=$2 try
    shift 2
    for try in $(seq "$seconds"); do
        "$@" >/dev/null 2>&1 && return
        sleep 1
    done
    compose logs 2>&1 | tail -n 40 >&2
    wrong "$what after $seconds s"
}
ready() { on_node curl -fsS -o /dev/null http://127.0.0.1:9464/health/ready; }
remove() {
    compose down -v >/dev/null 2>&1 || true
    "${engine[@]}" run --rm --user 0:0 --network none -v "$try:/try" --entrypoint /bin/sh musubi \
        -c 'rm -rf /try/config /try/out' >/dev/null 2>&1 || true
}

build_images() {
    [ -z "${IMAGES:-}" ] || return 0
    say "building the images"
    "${engine[@]}" build ${JOBS:+--build-arg "JOBS=$JOBS"} -f docker/Dockerfile -t musubi .
    "${engine[@]}" build -f docker/Dockerfile.postgres -t musubi-postgres docker
}

start() {
    say "starting the node"
    remove
    mkdir -p "$try/config/pki" "$try/out"
    docker/make_pki.sh "$try/pki"
    cp "$try/pki"/*.crt "$try/pki/ca.crl" "$try/config/pki/"
    cp "$try/pki/node-a.crt" "$try/config/pki/node.crt"
    cp "$try/pki/node-a.key" "$try/config/pki/node.key"
    docker/prepare.sh "$try/config"
    local signer
    for signer in hospital-kita clinic-kita pharmacy-kita; do
        "${engine[@]}" run --rm --user 0:0 --network none -v "$try:/try" musubi policy sign \
            /try/config/region/agreement.yaml --as "$signer" --certificate "/try/pki/$signer-signing.crt" \
            --key "/try/pki/$signer-signing.key" || wrong "signing for $signer"
    done
    docker/prepare.sh "$try/config" # gives the signatures to the container's user
    # One by one: not every compose waits for conditions.
    compose up -d postgres
    wait_for "PostgreSQL does not answer" 60 "${engine[@]}" exec "$(container postgres)" \
        /usr/lib/postgresql/15/bin/pg_isready -q -h 127.0.0.1 -d musubi
    compose run --rm migrate || wrong "the migration failed"
    compose up -d node
    wait_for "the node is not ready" 60 ready
    ok "ready"
}

exchange() {
    say "the exchange"
    local id local_id patient document
    id=$(date +%s)
    local_id="$id^^^&$authority&ISO"
    printf '診療情報提供書 見本 %s\n' "$id" >"$try/out/letter.txt"
    [ "$(member hospital-kita feed --patient "$local_id" --name '髙橋^花子' --charset utf-8)" = AA ] || wrong "feed"
    ok "feed acknowledged (ITI-8)"
    patient=$(on_node musubi patient show --config /etc/musubi/region/musubi.yaml --patient "$local_id") ||
        wrong "patient show"
    ok "the region knows the patient as $patient"
    document=$(member hospital-kita submit --file /out/letter.txt --mime text/plain --patient "$patient" \
        --source-patient "$local_id" --source-id 2.999.1.1.21.1 --title '診療情報提供書') || wrong "submit"
    ok "published $document (ITI-41)"
    [ -z "$(member clinic-kita query --patient "$patient" 2>/dev/null)" ] || wrong "visible without consent"
    ok "the clinic finds nothing before the patient has agreed"
    on_node musubi consent grant --config /etc/musubi/region/musubi.yaml --patient "$patient" --basis written \
        --by operator >/dev/null || wrong "consent"
    member clinic-kita query --patient "$patient" | grep -q "^$document" || wrong "query"
    ok "and finds the letter after it (ITI-18)"
    member clinic-kita retrieve --document "$document" --repository 2.999.1.1.2 --out /out/received.txt >/dev/null ||
        wrong "retrieve"
    cmp "$try/out/letter.txt" "$try/out/received.txt" || wrong "the document changed on the way"
    ok "retrieved byte for byte (ITI-43)"
    ! member stranger query --patient "$patient" >/dev/null 2>&1 || wrong "a stranger was let in"
    ok "a stranger is refused"
    on_node musubi audit report --config /etc/musubi/region/musubi.yaml --member hospital-kita \
        --period "$(TZ=Asia/Tokyo date +%Y-%m)" --format html --out /var/lib/musubi/evidence/report.html >/dev/null ||
        wrong "audit report"
    on_node test -s /var/lib/musubi/evidence/report.html.p7s || wrong "the report is not signed"
    ok "the hospital's report of the month, signed"
    on_node musubi audit verify --config /etc/musubi/region/musubi.yaml | sed 's/^/        /' || wrong "audit verify"
    say "restart"
    "${engine[@]}" restart -t 40 "$(container node)" >/dev/null
    wait_for "the node is not ready again" 60 ready
    member clinic-kita query --patient "$patient" | grep -q "^$document" || wrong "the document is lost"
    ok "nothing lost"
}

walls() {
    say "the walls"
    [ "$(on_node id -u)" = 10001 ] || wrong "the node runs as another user"
    ! on_node sh -c ': >/usr/bin/x' 2>/dev/null || wrong "the root file system can be written"
    on_node sh -c 'grep -q "^CapEff:[[:space:]]*0*$" /proc/1/status' || wrong "the node has capabilities"
    ok "not root, read-only, no capabilities"
    curl -fsS -o /dev/null --cacert "$try/pki/ca.crt" --cert "$try/pki/hospital-kita.crt" \
        --key "$try/pki/hospital-kita.key" "https://localhost:$MUSUBI_HTTPS_PORT/xds/registry?wsdl" ||
        wrong "the HTTPS door is not reached from outside"
    ok "https://localhost:$MUSUBI_HTTPS_PORT answers a member"
}

build_images
[ -n "${KEEP:-}" ] || trap remove EXIT
start
exchange
walls
say "all as told"
