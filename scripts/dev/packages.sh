# What the project builds and tests with: Debian 12 packages only.
MUSUBI_PACKAGES="g++ cmake ninja-build ccache mold git pkg-config ca-certificates openssl curl python3 python3-lxml \
libpoco-dev libxerces-c-dev libxml-security-c-dev libssl-dev libpq-dev libcurl4-openssl-dev libyaml-cpp-dev libicu-dev \
libzstd-dev libboost-dev libboost-program-options-dev libp11-kit-dev libdcmtk-dev libgtest-dev postgresql-15 procps strace util-linux"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        fail "need root or sudo to install Debian packages: $*"
    fi
}

need_packages() { # [PACKAGE...] on top of the common ones
    local missing=() package
    for package in $MUSUBI_PACKAGES "$@"; do
        [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${#missing[@]} Debian packages"
    # Debian's PostgreSQL package would start a cluster of its own; ours lives under var/.
    as_root mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        printf 'create_main_cluster = false\n' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    quietly var/log/packages.log as_root env DEBIAN_FRONTEND=noninteractive sh -c \
        "apt-get update -qq && apt-get install -y -qq --no-install-recommends ${missing[*]}"
}

# Programs of others that tests speak with (a syslog server, a time server, a PKCS#11 token in software, an archive of images):
# unpacked under var/, not installed, because installing them would start services and replace those of the machine. Tests skip
# what is not there.
MUSUBI_PEERS="rsyslog rsyslog-openssl chrony softhsm2 libsofthsm2 orthanc orthanc-dicomweb"

# They and whatever they need that this machine has not, as an installation would find it out; nothing where the machine knows of
# no packages.
peer_packages() {
    local needed
    needed=$(apt-get install -s -qq --no-install-recommends $MUSUBI_PEERS) || return 1
    { printf '%s\n' $MUSUBI_PEERS; awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }' <<<"$needed"; } | sort -u
}

fetch_peers() { # FOLDER
    local packages package
    packages=$(peer_packages) || return 1
    (cd "$1/packages" && apt-get download -qq $packages) || return 1
    for package in "$1"/packages/*.deb; do dpkg-deb -x "$package" "$1" || return 1; done
}

need_peers() {
    local folder=$MUSUBI_TOP/var/tools/peers
    [ -x "$folder/usr/sbin/chronyd" ] && [ -x "$folder/usr/sbin/rsyslogd" ] &&
        [ -x "$folder/usr/bin/softhsm2-util" ] && [ -x "$folder/usr/sbin/Orthanc" ] && return
    rm -rf "$folder"
    mkdir -p "$folder/packages" "$MUSUBI_TOP/var/log"
    say "fetching the syslog and time servers, the software token and the image archive that tests speak with"
    fetch_peers "$folder" >>"$MUSUBI_TOP/var/log/packages.log" 2>&1 || {
        say "not available: tests against rsyslog, chrony, SoftHSM and Orthanc will skip"
        rm -rf "$folder"
    }
    rm -rf "$folder/packages"
}
