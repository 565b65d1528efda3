# Orthanc as the archive (PACS) of a hospital in a demo region: DICOMweb on loopback, with a password, no DICOM port. The
# program is unpacked under var/tools (packages.sh) or the machine's own. State: var/demo/REGION/pacs; make_region.py has put the
# password there.
pacs_port() { [ "$1" = a ] && echo 8042 || echo 18042; }

# What was unpacked beside the program.
pacs_libraries() { # ROOT/
    printf '%s:' "$1"usr/lib/*-linux-* "$1"lib/*-linux-*
}

pacs_dictionary() { # ROOT/: unpacked with the program, or installed with the library
    local file=usr/share/libdcmtk17/dicom.dic
    [ -e "$1$file" ] && echo "$1$file" || echo "/$file"
}

pacs_root() { # where the program and its plugin are: a folder, or nothing
    local root
    for root in "$MUSUBI_TOP/var/tools/peers" ""; do
        [ -x "$root/usr/sbin/Orthanc" ] && [ -n "$(pacs_plugin "$root")" ] &&
            LD_LIBRARY_PATH="$(pacs_libraries "$root/")" "$root/usr/sbin/Orthanc" --version >/dev/null 2>&1 &&
            { echo "$root/"; return; }
    done
    return 0
}
pacs_plugin() { # ROOT
    local file
    for file in "$1"/usr/share/orthanc/plugins/libOrthancDicomWeb.so "$1"/usr/lib/orthanc/libOrthancDicomWeb.so.*; do
        [ ! -e "$file" ] || { echo "$file"; return; }
    done
    return 0
}

# The password goes in by standard input: whoever lists the processes does not see it.
pacs_curl() { # REGION PATH CURL-OPTIONS...
    local region=$1 path=$2
    shift 2
    printf 'user = "musubi:%s"\n' "$(cat "var/demo/$region/pacs/password")" |
        curl -fsS -K - "$@" "http://127.0.0.1:$(pacs_port "$region")$path"
}

# Starts the archive of a region; without an Orthanc that runs on this machine the region has none.
pacs_start() { # REGION
    local region=$1 folder=var/demo/$1/pacs root try
    root=$(pacs_root)
    [ -n "$root" ] || { say "no Orthanc on this machine: region $region has no archive of images"; return 0; }
    mkdir -p "$folder/db"
    [ ! -s "$folder/pacs.pid" ] || ! kill -0 "$(cat "$folder/pacs.pid")" 2>/dev/null || return 0
    (umask 077 && cat >"$folder/orthanc.json") <<CONFIG
{
  "Name": "PACS-$region", "StorageDirectory": "$MUSUBI_TOP/$folder/db", "IndexDirectory": "$MUSUBI_TOP/$folder/db",
  "Plugins": ["$(pacs_plugin "${root%/}")"], "HttpPort": $(pacs_port "$region"), "DicomServerEnabled": false,
  "RemoteAccessAllowed": false, "AuthenticationEnabled": true,
  "RegisteredUsers": {"musubi": "$(cat "$folder/password")"},
  "DefaultEncoding": "Utf8", "DeidentifyLogs": true, "OverwriteInstances": true,
  "DicomWeb": {"Enable": true, "Root": "/dicom-web/"}
}
CONFIG
    env LD_LIBRARY_PATH="$(pacs_libraries "$root")${LD_LIBRARY_PATH:-}" \
        DCMDICTPATH="$(pacs_dictionary "$root")" \
        "${root}usr/sbin/Orthanc" "$folder/orthanc.json" >"$folder/log" 2>&1 </dev/null &
    echo $! >"$folder/pacs.pid"
    for try in $(seq 100); do
        pacs_curl "$region" /system -o /dev/null 2>/dev/null && return 0
        kill -0 "$(cat "$folder/pacs.pid")" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 20 "$folder/log" >&2
    fail "the archive of region $region did not start"
}

pacs_stop() { # REGION
    local file=var/demo/$1/pacs/pacs.pid try pid
    [ -s "$file" ] || return 0
    pid=$(cat "$file")
    kill "$pid" 2>/dev/null || true
    for try in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$file"
}
