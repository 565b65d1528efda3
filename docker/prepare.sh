#!/usr/bin/env bash
# prepare.sh FOLDER: what compose.yaml mounts. region/ (musubi.yaml, agreement.yaml, signers.yaml: samples unless they exist),
# pki/ (yours to fill: node.crt, node.key, ca.crt, ca.crl and the members' certificates), secrets/ (database passwords and
# the evidence key, made once; its certificate is pki/evidence.crt). Gives the files to the users of the containers; safe to
# run again, e.g. after a certificate was renewed.
#   ENGINE=docker|podman    how to run a container
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
read -ra engine <<<"${ENGINE:-docker}"
[ $# = 1 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(readlink -f "$1")

if [ ! -d "$out/secrets" ]; then
    mkdir -p "$out"/{region,pki,secrets.new/{node,migrate,postgres}}
    umask 077
    for role in owner serving report; do
        password=$(openssl rand -hex 24)
        folder=node
        [ $role != owner ] || folder=migrate
        echo "postgres:5432:musubi:musubi_$role:$password" >"$out/secrets.new/$folder/$role.pgpass"
        printf '%s' "$password" >"$out/secrets.new/postgres/$role.password"
    done
    # Signs roots of the audit trail and reports, and nothing else: no authority stands above it, members keep the
    # certificate.
    if [ ! -e "$out/pki/evidence.crt" ]; then # else yours, whose key you put beside the passwords
        openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days 1825 -subj "/CN=Musubi evidence" \
            -addext "keyUsage=critical,digitalSignature,nonRepudiation" \
            -keyout "$out/secrets.new/node/evidence.key" -out "$out/pki/evidence.crt" 2>/dev/null
        chmod 0644 "$out/pki/evidence.crt"
    fi
    mv "$out/secrets.new" "$out/secrets"
    umask 022
fi
[ -e "$out/region/musubi.yaml" ] || cp "$here/musubi.yaml" "$out/region/"
[ -e "$out/region/agreement.yaml" ] || cp "$here/../profiles/regions/sample/agreement-kita.yaml" \
    "$out/region/agreement.yaml"
[ -e "$out/region/signers.yaml" ] || cp "$here/../profiles/regions/sample/signers-kita.yaml" "$out/region/signers.yaml"

# The owners are users of the containers, not of this machine: a container sets them.
"${engine[@]}" run --rm --user 0:0 --network none -v "$out:/config" --entrypoint /bin/sh musubi -c '
    chown -R 10001:10001 /config/region /config/pki /config/secrets/node /config/secrets/migrate
    chown -R 10002:10002 /config/secrets/postgres
    chmod 0700 /config/secrets/*
    find /config/pki -name "*.key" -exec chmod 0600 {} +'
