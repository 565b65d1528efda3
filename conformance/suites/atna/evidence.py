"""What the node signs over its audit trail, read from outside: Merkle trees as in RFC 6962 section 2.1, canonical JSON
as in RFC 8785, detached CMS as in RFC 5652."""
import base64
import hashlib
import json
import os
import subprocess
import tempfile
import time

from lib.cases import case
from lib.checks import equal, true

MERKLE = "RFC 6962 2.1"
PATIENCE_S = 20


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u64(number):
    return number.to_bytes(8, "big")


def roots(t, folder):
    """Every published root, in order; waits for the first one of a node that has just started."""
    until = time.monotonic() + PATIENCE_S
    while True:
        t.target.evidence_command("roots", folder=folder)
        numbers = sorted(int(name[5:-5]) for name in os.listdir(folder) if name.endswith(".json"))
        if numbers or time.monotonic() > until:
            break
        time.sleep(0.5)
    true(numbers, "a published root", "none")
    found = []
    for number in numbers:
        with open(f"{folder}/root-{number}.json", "rb") as file:
            found.append(file.read())
    return found


@case("atna/evidence/roots", "roots are canonical, signed, and follow each other without gaps", "RFC 8785, RFC 5652")
def _roots(t):
    with tempfile.TemporaryDirectory() as folder:
        previous, last = bytes(32), 0
        for number, document in enumerate(roots(t, folder), 1):
            root = json.loads(document)
            canonical = json.dumps(root, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            equal(document, canonical, "the canonical form")
            equal(root["number"], number, "number")
            equal(root["first"], last + 1, "first record")
            equal(root["previous"], previous.hex(), "hash of the root before")
            previous, last = sha256(document), root["last"]
            name = f"{folder}/root-{number}"
            done = subprocess.run(
                ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", f"{name}.p7s", "-content", f"{name}.json",
                 "-CAfile", t.target.ca_file(), "-purpose", "any", "-certsout", f"{name}.pem", "-out", os.devnull],
                capture_output=True, text=True, check=False)
            equal(done.returncode, 0, f"openssl cms -verify ({done.stderr.strip()[-200:]})")
            with open(f"{name}.pem", encoding="ascii") as signer, \
                    open(t.target.evidence_certificate(), encoding="ascii") as known:
                true(known.read().split("-----BEGIN", 1)[1].strip() in signer.read(), "the evidence certificate",
                     "another one")


def head_of(leaf, index, size, path):
    """RFC 6962 section 2.1.1, walked from the leaf up."""
    def walk(at, count, rest):
        if count == 1:
            true(not rest, "a path that ends at the leaf", f"{len(rest)} hashes more")
            return leaf
        left = 1
        while left * 2 < count:
            left *= 2
        true(rest, "a path as long as the tree is high", "a shorter one")
        if at < left:
            return sha256(b"\1", walk(at, left, rest[:-1]), rest[-1])
        return sha256(b"\1", rest[-1], walk(at - left, count - left, rest[:-1]))
    return walk(index, size, path)


@case("atna/evidence/proof", "a record is proved by its path to the head that a root signs", MERKLE)
def _proof(t):
    with tempfile.TemporaryDirectory() as folder:
        for document in roots(t, folder):
            root = json.loads(document)
            for record in {root["first"], root["last"]}:
                proof = json.loads(t.target.evidence_command("prove", record=record))
                sealed, columns = base64.b64decode(proof["sealed"]), base64.b64decode(proof["columns"])
                link = sha256(bytes.fromhex(proof["before"]), u64(record), u64(len(sealed)), sealed, columns)
                leaf = sha256(b"\0", b"musubi audit record", u64(record), link)
                path = [bytes.fromhex(part) for part in proof["path"].split()]
                size = root["last"] - root["first"] + 1
                equal(head_of(leaf, record - root["first"], size, path).hex(), root["head"], "the head")
                if record == root["last"]:
                    equal(link.hex(), root["chain"], "the chain's hash")
