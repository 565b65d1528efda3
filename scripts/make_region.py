#!/usr/bin/env python3
"""Writes the folder of one region: musubi.yaml, agreement.yaml with its signatures, and the folders a node needs. Existing
keys and data stay; an agreement that has changed becomes the next version of the one that is there.

A real installation is made the same way: copy profiles/regions/sample, put your own certificates, and point the
database at your PostgreSQL."""
import argparse
import datetime
import glob
import os
import re
import secrets
import subprocess
import sys

REGIONS = {
    "a": dict(name="Kita", arc="2.999.1.1", agreement="agreement-kita.yaml", users="users-kita.yaml", node="node-a",
              hospital="hospital-kita",
              packs=["connectathon/codes.yaml", "regions/sample/codes-kita.yaml"],
              https=8443, mllp=2575, operator=9464, syslog=6514, syslog_udp=5514),
    "b": dict(name="Minami", arc="2.999.1.2", agreement="agreement-minami.yaml", users="users-minami.yaml",
              node="node-b", hospital="hospital-minami",
              https=18443, mllp=12575, operator=19464, syslog=16514, syslog_udp=15514),
}

# Patient ids of these are taken as regional ids as they are (affinity domain `connectathon`).
CONNECTATHON_AUTHORITIES = [f"1.3.6.1.4.1.21367.{arc}.{n}000" for arc in ("2005.13.20", "13.20") for n in (1, 2, 3)]

# What these and the members of the sample agreements are called in HL7 v2, where an id names its authority threefold.
NAMESPACES = {
    "a": {"2.999.1.1.1": "KITA", "1.2.392.100495.20.3.51.11319876543": "KITAHP",
          "1.2.392.100495.20.3.51.11312345678": "KITACL", "1.2.392.100495.20.3.51.11341112223": "KITAPH",
          "2.999.1.2.1": "MINAMI",
          "1.3.6.1.4.1.21367.13.20.1000": "IHERED", "1.3.6.1.4.1.21367.13.20.2000": "IHEGREEN",
          "1.3.6.1.4.1.21367.13.20.3000": "IHEBLUE", "1.3.6.1.4.1.21367.2005.13.20.1000": "CONNRED"},
    "b": {"2.999.1.2.1": "MINAMI", "1.2.392.100495.20.3.51.12710000017": "MINAMIHP", "2.999.1.1.1": "KITA"},
}

TEMPLATE = """\
# Region {name}. `musubi print-config` shows every key with its meaning; an unknown key stops the start.
node:
  region: {name}
  home_community_id: urn:oid:{arc}
  audit_source_id: musubi-{region}
listen:
  https: 127.0.0.1:{https}
  mllp: 127.0.0.1:{mllp}
  operator: 127.0.0.1:{operator}
  syslog: 127.0.0.1:{syslog}
  syslog_udp: 127.0.0.1:{syslog_udp}
tls:
  certificate: {pki}/{node}.crt
  key: {pki}/{node}.key
  ca: {pki}/ca.crt
  crl: {pki}/ca.crl
database:
  owner: host={db_host} port={db_port} dbname={db_name} user=musubi_owner
  serving: host={db_host} port={db_port} dbname={db_name} user=musubi_serving
  report: host={db_host} port={db_port} dbname={db_name} user=musubi_report
keys:
  folder: keys
  master_key_file: keys/master.key
blob:
  folder: blobs
affinity_domain:
  packs:
    - {profiles}/ihe-base/codes.yaml
    - {profiles}/japan/codes.yaml
{extra_packs}atna:
  journal_folder: journal
  regional_authorities: [{regional}]
{evidence}policy:
  agreement: agreement.yaml
  signers: signers.yaml
  country: JP
mpi:
  regional_authority: {arc}.1
  direct_authorities: [{direct}]
  authorities: [{authorities}]
repository:
  unique_id: {arc}.2
"""


# How a region reaches another one's gateways; who that is, and what it may be told, stands in the agreement.
COMMUNITY = """\
  - name: {community}
    homes: ["urn:oid:{arc}"]
    query: https://localhost:{https}/xca/responding
    retrieve: https://localhost:{https}/xca/responding
    images: https://localhost:{https}/xca-i/responding
    discovery: https://localhost:{https}/xcpd/responding
    correlation: xcpd
    patient_authority: {arc}.1
"""

# The archive of the region's hospital, on this machine.
SOURCES = """\
# Archives of members; keys: modules/imaging/sources.h. Read again on reload.
sources:
  - {{id: {arc}.30, member: {hospital}, dicomweb: "http://127.0.0.1:{port}/dicom-web", user: musubi,
     password_file: pacs/password}}
"""

EVIDENCE = """\
  evidence_certificate: {pki}/{node}-evidence.crt
  evidence_key: {pki}/{node}-evidence.key
"""


def with_setting(text: str, name: str, value: str) -> str:
    """One line of a section replaced or added; sections stand at the margin, their keys two blanks in."""
    section, key = name.split(".", 1)
    lines = text.splitlines()
    if f"{section}:" not in lines:
        lines.append(f"{section}:")
    start = lines.index(f"{section}:") + 1
    for at in range(start, len(lines)):
        if lines[at][:1] not in (" ", ""):
            break
        if lines[at].startswith(f"  {key}:"):
            lines[at] = f"  {key}: {value}"
            return "\n".join(lines) + "\n"
    lines.insert(start, f"  {key}: {value}")
    return "\n".join(lines) + "\n"


def neighbour_of(text: str) -> dict:
    """REGION or REGION:HTTPS-PORT."""
    name, _, port = text.partition(":")
    if name not in REGIONS:
        raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(REGIONS)}")
    region = dict(REGIONS[name], community=REGIONS[name]["name"].lower())
    if port:
        region["https"] = int(port)
    return region


def write_communities(out: str, neighbours: list[dict]) -> None:
    with open(os.path.join(out, "communities.yaml"), "w", encoding="utf-8") as file:
        file.write("# The gateways of other communities; keys: modules/xca/communities.h. Read again on reload.\n"
                   "communities:\n" + "".join(COMMUNITY.format(**one) for one in neighbours))


def write_sources(out: str, region: dict, port: int) -> None:
    """With a password of its own, which whoever starts the archive reads."""
    password = os.path.join(out, "pacs", "password")
    os.makedirs(os.path.dirname(password), mode=0o700, exist_ok=True)
    if not os.path.exists(password):
        with open(os.open(password, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
    with open(os.path.join(out, "sources.yaml"), "w", encoding="utf-8") as file:
        file.write(SOURCES.format(port=port, **region))


def newest_program(top: str) -> str:
    built = glob.glob(f"{top}/build/*/modules/node/musubi")
    if not built:
        sys.exit("make_region.py: build musubi first, or name it with --musubi: it signs the agreement")
    return max(built, key=os.path.getmtime)


def hash_of(musubi: str, agreement: str) -> str:
    done = subprocess.run([musubi, "policy", "hash", agreement], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout.strip()


def signing_members(text: str) -> list[str]:
    """Members with a demo certificate for signing (docker/make_pki.sh)."""
    return re.findall(r"file: \S*?/?([\w-]+)-signing\.crt", text)


def with_version(text: str, version: int, previous: str) -> str:
    return re.sub(r"^version: .*$", f"version: {version}\nprevious: {previous}", text, count=1, flags=re.M)


def with_days_ahead(text: str) -> str:
    """The sample's next revision and audits, moved on by whole years to days that are still to come: a region that was made
    just now has missed none."""
    today = datetime.date.today().isoformat()

    def moved(match: re.Match) -> str:
        year = int(match[2])
        while f"{year}{match[3]}" < today:
            year += 1
        return f"{match[1]}{year}{match[3]}"
    return re.sub(r"\b(next: )(\d{4})(-\d\d-\d\d)", moved, text)


def write_agreement(text: str, target: str, musubi: str | None) -> None:
    """Where another agreement is there already, as its next version, since that one may have been in force."""
    version = None
    if musubi and os.path.exists(target):
        with open(target, encoding="utf-8") as file:
            there = file.read()
        version, previous = (re.search(pattern, there, re.M) for pattern in (r"^version: (\d+)", r"^previous: (\S+)"))
    if not version:
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
        return
    old = hash_of(musubi, target)
    same = with_version(text, int(version[1]), previous[1]) if previous else text
    with open(target, "w", encoding="utf-8") as file:
        file.write(same)
    if hash_of(musubi, target) != old:
        with open(target, "w", encoding="utf-8") as file:
            file.write(with_version(text, int(version[1]) + 1, old))


def sign(out: str, pki: str, musubi: str) -> None:
    agreement = os.path.join(out, "agreement.yaml")
    with open(agreement, encoding="utf-8") as file:
        members = signing_members(file.read())
    for member in members:
        subprocess.run([musubi, "policy", "sign", agreement, "--as", member, "--certificate",
                        f"{pki}/{member}-signing.crt", "--key", f"{pki}/{member}-signing.key"], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--region", choices=REGIONS, required=True)
    parser.add_argument("--pki", required=True)
    parser.add_argument("--db-host", required=True)
    parser.add_argument("--db-port", default="5432")
    parser.add_argument("--db-name", required=True)
    parser.add_argument("--port-base", type=int, default=0, help="0: the ports of the contract; else base, base+1, base+2, and base+6, base+7 for syslog")
    parser.add_argument("--ports", help="HTTPS,MLLP,OPERATOR[,SYSLOG,SYSLOG_UDP]; 0: any free one, which the log then "
                        "names")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE",
                        help="replaces or adds one setting of musubi.yaml; may be repeated")
    parser.add_argument("--neighbour", action="append", default=[], type=neighbour_of, metavar="REGION[:HTTPS-PORT]",
                        help="another region: gateways to it are on; may be repeated")
    parser.add_argument("--pacs", type=int, metavar="PORT", help="DICOMweb of the hospital's archive, on this machine")
    parser.add_argument("--musubi", help="the program that signs; default: the newest that was built here")
    parser.add_argument("--unsigned", action="store_true", help="leave signing to somebody else")
    parser.add_argument("--sign-only", action="store_true", help="sign what agreement.yaml says now, write nothing else")
    options = parser.parse_args()

    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    region = dict(REGIONS[options.region])
    if options.port_base:
        region.update(https=options.port_base, mllp=options.port_base + 1, operator=options.port_base + 2,
                      syslog=options.port_base + 6, syslog_udp=options.port_base + 7)
    if options.ports:
        ports = list(map(int, options.ports.split(",")))
        ports += [0] * (5 - len(ports))
        region.update(zip(("https", "mllp", "operator", "syslog", "syslog_udp"), ports, strict=True))
    direct = CONNECTATHON_AUTHORITIES if options.region == "a" else []
    out = os.path.abspath(options.out)
    if options.sign_only:
        sign(out, os.path.abspath(options.pki), options.musubi or newest_program(top))
        return
    for folder in ("log", "blobs", "journal", "keys"):
        os.makedirs(os.path.join(out, folder), mode=0o700, exist_ok=True)
    pki = os.path.abspath(options.pki)
    signs = os.path.exists(f"{pki}/{region['node']}-evidence.crt")
    text = TEMPLATE.format(
        evidence=EVIDENCE.format(pki=pki, node=region["node"]) if signs else "", region=options.region, pki=pki, db_host=options.db_host, db_port=options.db_port,
        db_name=options.db_name, profiles=os.path.join(top, "profiles"),
        direct=", ".join(direct), authorities=", ".join(f"{oid}={name}" for oid, name in NAMESPACES[options.region].items()),
        regional=", ".join([region["arc"] + ".1", *direct]),
        extra_packs="".join(f"    - {top}/profiles/{pack}\n" for pack in region.get("packs", [])), **region)
    if options.neighbour:
        write_communities(out, options.neighbour)
        address = f"https://localhost:{region['https']}/async/reply"
        for name, value in (("communities", "communities.yaml"), ("initiating", "true"), ("reply_address", address)):
            text = with_setting(text, f"xca.{name}", value)
    if options.pacs:
        write_sources(out, region, options.pacs)
        text = with_setting(text, "imaging.sources", "sources.yaml")
    for setting in options.set:
        text = with_setting(text, *setting.split("=", 1))
    with open(os.path.join(out, "musubi.yaml"), "w", encoding="utf-8") as config:
        config.write(text)
    musubi = None if options.unsigned else options.musubi or newest_program(top)
    agreed = ""
    for part in (region["agreement"], region.get("users")):  # users: an XUA section of its own
        if part:
            with open(os.path.join(top, "profiles/regions/sample", part), encoding="utf-8") as sample:
                agreed += sample.read()
    write_agreement(with_days_ahead(agreed).replace("../pki/", pki + "/"), os.path.join(out, "agreement.yaml"), musubi)
    signers = os.path.join(out, "signers.yaml")
    if not os.path.exists(signers):  # pinned once
        with open(os.path.join(top, "profiles/regions/sample", region["agreement"].replace("agreement", "signers")),
                  encoding="utf-8") as sample, open(signers, "w", encoding="utf-8") as pinned:
            pinned.write(sample.read().replace("../pki/", pki + "/"))
    if musubi:
        sign(out, pki, musubi)


main()
