#!/usr/bin/env bash
# make_pki.sh FOLDER: the demo's certificates (contract of names: ca, node-a, node-b, members, and the ones that must
# be refused). RSA keys, because the four TLS 1.2 suites of the profile need an RSA certificate. Existing files stay.
set -euo pipefail
pki=$1
mkdir -p "$pki"
cd "$pki"
umask 077

authority() { # NAME COMMON-NAME
    [ -s "$1.crt" ] && return
    openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days 3650 -keyout "$1.key" -out "$1.crt" \
        -subj "/C=JP/O=Musubi Demo/CN=$2" -addext "basicConstraints=critical,CA:TRUE" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
    mkdir -p "$1.db"
    : >"$1.db/index.txt"
    echo 1000 >"$1.db/serial"
    echo 01 >"$1.db/crlnumber"
    cat >"$1.db/openssl.cnf" <<CNF
[ca]
default_ca = d
[d]
database = $1.db/index.txt
serial = $1.db/serial
crlnumber = $1.db/crlnumber
new_certs_dir = $1.db
certificate = $1.crt
private_key = $1.key
default_md = sha256
default_days = 730
default_crl_days = 365
policy = p
copy_extensions = copy
unique_subject = no
[p]
countryName = optional
organizationName = optional
commonName = supplied
CNF
}

certificate() { # NAME AUTHORITY [ca options]
    local name=$1 authority=$2
    shift 2
    [ -s "$name.crt" ] && return
    openssl req -new -newkey rsa:2048 -sha256 -nodes -keyout "$name.key" -out "$name.csr" \
        -subj "/C=JP/O=Musubi Demo/CN=$name" \
        -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -addext "extendedKeyUsage=serverAuth,clientAuth" 2>/dev/null
    openssl ca -batch -notext -config "$authority.db/openssl.cnf" -in "$name.csr" -out "$name.crt" "$@" 2>/dev/null
    rm -f "$name.csr"
}

# For signing the regional agreement: kept by the member's management, not on any server.
signing_certificate() { # MEMBER
    local name=$1-signing
    [ -s "$name.crt" ] && return
    openssl req -new -newkey rsa:2048 -sha256 -nodes -keyout "$name.key" -out "$name.csr" \
        -subj "/C=JP/O=Musubi Demo/CN=$name" -addext "keyUsage=critical,digitalSignature,nonRepudiation" 2>/dev/null
    openssl ca -batch -notext -config ca.db/openssl.cnf -in "$name.csr" -out "$name.crt" 2>/dev/null
    rm -f "$name.csr"
}

# Of a person whom the agreement names for emergencies: seals accounts, declares a disaster. Pinned there by digest.
officer() { # NAME
    [ -s "$1.crt" ] && return
    openssl req -x509 -newkey rsa:2048 -sha256 -nodes -days 730 -keyout "$1.key" -out "$1.crt" \
        -subj "/C=JP/O=Musubi Demo/CN=$1" -addext "keyUsage=critical,digitalSignature,nonRepudiation" 2>/dev/null
}

# Signs the roots of the audit trail and reports, and nothing else.
evidence_certificate() { # NODE
    local name=$1-evidence
    [ -s "$name.crt" ] && return
    openssl req -new -newkey rsa:2048 -sha256 -nodes -keyout "$name.key" -out "$name.csr" \
        -subj "/C=JP/O=Musubi Demo/CN=$name" -addext "keyUsage=critical,digitalSignature,nonRepudiation" 2>/dev/null
    openssl ca -batch -notext -config ca.db/openssl.cnf -in "$name.csr" -out "$name.crt" 2>/dev/null
    rm -f "$name.csr"
}

# Vouches for users (SAML assertions). Its key is pinned in the agreement, so it needs no authority above it.
assertion_provider() { # NAME
    [ -s "$1.crt" ] && return
    openssl req -x509 -newkey rsa:2048 -sha256 -nodes -days 730 -keyout "$1.key" -out "$1.crt" \
        -subj "/C=JP/O=Musubi Demo/CN=$1" -addext "keyUsage=critical,digitalSignature" 2>/dev/null
}

authority ca "Musubi Demo CA"
authority other-ca "Another CA"
for name in node-a node-b hospital-kita clinic-kita pharmacy-kita hospital-minami toolkit toolkit-lenient stranger \
    revoked; do
    certificate "$name" ca
done
for name in hospital-kita clinic-kita pharmacy-kita hospital-minami; do
    signing_certificate "$name"
done
for name in node-a node-b; do
    evidence_certificate "$name"
done
certificate expired ca -startdate 20200101000000Z -enddate 20210101000000Z
certificate other other-ca
for name in emergency-kita-1 emergency-kita-2; do
    certificate "$name" ca
done
for name in officer-kita-1 officer-kita-2 officer-kita-3; do
    officer "$name"
done
assertion_provider idp
assertion_provider other-idp
if [ ! -s ca.crl ]; then
    openssl ca -config ca.db/openssl.cnf -revoke revoked.crt 2>/dev/null
    openssl ca -config ca.db/openssl.cnf -gencrl -out ca.crl 2>/dev/null
fi
chmod 644 ./*.crt ca.crl
