# Peers from other houses: IPF (Java, from Maven Central) as client and as neighbour of a node of our own under var/interop.
# ./dev interop [WORD,...]: only cases whose transaction or name contains one of these. Not part of ./dev test: it needs the network
# once, and says so and ends well where Maven Central or the Java packages cannot be had.
# MUSUBI_INTEROP_PORT: other ports; from it: HTTPS, MLLP, operator, +6 syslog, +7 syslog by UDP, +80 the neighbour,
# +81 notifications.
INTEROP=var/interop
INTEROP_PG=$INTEROP/postgres
INTEROP_PORT=${MUSUBI_INTEROP_PORT:-22000}
interop_archive_process=

interop_skip() { say "skipped: $*. Nothing was tried against IPF."; exit 0; }

# Java and Maven: what the machine has, else Debian's, for this command alone.
interop_java() {
    if command -v mvn >/dev/null && command -v javac >/dev/null; then return; fi
    local missing=() package
    for package in openjdk-17-jdk-headless maven; do
        [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
    done
    say "installing ${missing[*]}"
    mkdir -p var/log
    as_root env DEBIAN_FRONTEND=noninteractive sh -c \
        "apt-get update -qq && apt-get install -y -qq --no-install-recommends ${missing[*]}" \
        >>var/log/packages.log 2>&1 || interop_skip "Debian's packages ${missing[*]} cannot be had here"
}

# Compiles the driver. What is missing in ~/.m2 comes from Maven Central.
interop_driver() {
    local log=var/log/interop-maven.log
    say "building the IPF driver"
    mkdir -p var/log "$INTEROP/ipf"
    mvn -B -f conformance/peers/ipf/pom.xml -Dmusubi.out="$MUSUBI_TOP/$INTEROP/ipf" \
        -Dmdep.outputFile="$MUSUBI_TOP/$INTEROP/ipf/classpath" compile dependency:build-classpath >"$log" 2>&1 && return
    ! grep -qE 'Could not transfer|Unknown host|Connection (refused|reset|timed out)|Network is unreachable' "$log" ||
        interop_skip "Maven Central cannot be reached (whole log: $log)"
    tail -n 40 "$log" >&2
    fail "the IPF driver does not compile (whole log: $log)"
}

# PKCS#12 stores of those as whom IPF speaks, under a password made here.
interop_stores() {
    local stores=$INTEROP/stores name
    mkdir -p "$stores"
    (
        umask 077
        [ -s "$stores/password" ] || openssl rand -hex 24 >"$stores/password"
        for name in toolkit hospital-kita clinic-kita node-b stranger expired; do
            [ "$stores/$name.p12" -nt "$INTEROP/pki/$name.crt" ] ||
                openssl pkcs12 -export -name "$name" -in "$INTEROP/pki/$name.crt" -inkey "$INTEROP/pki/$name.key" \
                    -out "$stores/$name.p12" -passout "file:$stores/password"
        done
    )
}

# An archive with one examination, which the member `toolkit` has: conformance/sim/pacs.py on a port of its own.
interop_archive() {
    rm -rf "$INTEROP/archive"
    mkdir -p "$INTEROP/archive"
    /usr/bin/python3 conformance/peers/ipf/images.py "$INTEROP/archive" 2.999.77.30 image >"$INTEROP/archive/properties"
    /usr/bin/python3 conformance/peers/ipf/images.py "$INTEROP/archive/neighbour" 2.999.77.31 neighbour.image \
        >>"$INTEROP/archive/properties"
    echo good >"$INTEROP/archive/modes"
    /usr/bin/python3 conformance/sim/pacs.py --images "$INTEROP/archive/images" --modes "$INTEROP/archive/modes" \
        --log "$INTEROP/archive/log" >"$INTEROP/archive/port" 2>"$INTEROP/archive/errors" </dev/null &
    interop_archive_process=$!
    local try
    for try in $(seq 100); do
        [ -s "$INTEROP/archive/port" ] && return
        sleep 0.1
    done
    cat "$INTEROP/archive/errors" >&2
    fail "the archive of images did not start"
}

interop_stop() {
    [ -z "$interop_archive_process" ] || kill "$interop_archive_process" 2>/dev/null || true
    region_stop "$INTEROP/region"
    pg_stop "$INTEROP_PG"
}

# Region a, fresh, with IPF for region b: it speaks with that region's certificate.
interop_region() {
    local told=1.3.6.1.4.1.21367.13.20.2000 folder=$INTEROP/region neighbour=https://localhost:$((INTEROP_PORT + 80))/services
    region_stop "$folder"
    rm -rf "$folder"
    pg_start "$INTEROP_PG" 0 -c fsync=off -c synchronous_commit=off -c full_page_writes=off
    pg_sql "$INTEROP_PG" 5432 postgres "drop database if exists musubi_interop" >/dev/null
    pg_database "$INTEROP_PG" 5432 musubi_interop
    python3 scripts/make_region.py --out "$folder" --region a --pki "$INTEROP/pki" --db-host "$MUSUBI_TOP/$INTEROP_PG" \
        --db-name musubi_interop --port-base "$INTEROP_PORT" --neighbour "b:$((INTEROP_PORT + 80))" \
        --musubi "$(musubi_binary)" --set xca.query_first_byte=2s --set xca.query_deadline=4s \
        --set xca.retrieve_first_byte=2s --set xca.retrieve_deadline=10s \
        --set xca.images_first_byte=2s --set xca.images_deadline=10s --set xca.rest_after=1000 \
        --set imaging.sources=sources.yaml --unsigned \
        --set "pix.consumers=[\"v2;member=toolkit;v2=localhost:$((INTEROP_PORT + 81));domain=$told\", \"v3;member=toolkit;v3=$neighbour/iti46;domain=$told;device=2.999.77.1\"]" \
        --set pix.notify_first_pause=200ms
    # Where the neighbour hears of answers to what it asked before.
    sed -i "s|reply_addresses: \[\"https://localhost:18443/async/reply\"\]|reply_addresses: [\"$neighbour/iti38reply\", \"$neighbour/iti39reply\", \"$neighbour/iti55reply\", \"$neighbour/iti55later\"]|" \
        "$folder/agreement.yaml"
    python3 scripts/make_region.py --out "$folder" --region a --pki "$INTEROP/pki" --db-host - --db-name - --sign-only \
        --musubi "$(musubi_binary)"
    printf 'sources:\n  - {id: 2.999.77.30, member: toolkit, dicomweb: "http://127.0.0.1:%s/dicom-web"}\n' \
        "$(cat "$INTEROP/archive/port")" >"$folder/sources.yaml"
    # One service for each transaction, as IPF's endpoints are.
    sed -i -e "s|query: .*|query: $neighbour/iti38|" -e "s|retrieve: .*|retrieve: $neighbour/iti39|" \
        -e "s|discovery: .*|discovery: $neighbour/iti55|" \
        -e "s|images: .*|images: $neighbour/rad75|" "$folder/communities.yaml"
    region_start "$folder" $((INTEROP_PORT + 2))
}

interop_target() {
    cat <<TEXT
https=$INTEROP_PORT
mllp=$((INTEROP_PORT + 1))
operator=$((INTEROP_PORT + 2))
syslog=$((INTEROP_PORT + 6))
home=urn:oid:2.999.1.1
repository=2.999.1.1.2
neighbour.port=$((INTEROP_PORT + 80))
notify.port=$((INTEROP_PORT + 81))
neighbour.home=urn:oid:2.999.1.2
stores=$MUSUBI_TOP/$INTEROP/stores
pki=$MUSUBI_TOP/$INTEROP/pki
assertions=$MUSUBI_TOP/scripts/demo_assertion.py
ca=$MUSUBI_TOP/$INTEROP/pki/ca.crt
musubi=$(musubi_binary)
config=$MUSUBI_TOP/$INTEROP/region/musubi.yaml
TEXT
    cat "$INTEROP/archive/properties"
}

run_interop() {
    interop_java
    interop_driver
    need_packages
    build dev musubi
    docker/make_pki.sh "$INTEROP/pki"
    interop_stores
    trap interop_stop EXIT
    say "starting a region for IPF"
    interop_archive
    interop_region
    interop_target >"$INTEROP/target.properties"
    say "IPF speaks with the node (what it says in detail: var/log/interop-ipf.log)"
    local status=0
    # HAPI leaves a file of its own where it stands.
    (cd "$INTEROP" && java -cp "$MUSUBI_TOP/$INTEROP/ipf/classes:$(cat ipf/classpath)" -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 \
        -Dorg.slf4j.simpleLogger.defaultLogLevel=warn musubi.interop.Main target.properties "$@") \
        2>var/log/interop-ipf.log | tee var/log/interop.log || status=$?
    [ "$status" -eq 0 ] || fail "not all went as it should"
    # What others do wrong is a warning at most.
    ! grep -F ' level=error ' "$INTEROP/region/log/musubi.log" >&2 || fail "the node logged errors"
}
