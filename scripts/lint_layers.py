#!/usr/bin/env python3
"""Checks every #include against the layer table, and which room may touch which library."""
import os
import re
import subprocess
import sys

TABLE = open("cmake/MusubiRooms.cmake", encoding="utf-8").read()
LAYERS = {name: re.compile(pattern) for name, pattern in re.findall(r'set\(MUSUBI_LAYER_(\w+) "([^"]*)"\)', TABLE)}

# library header -> files that may include it (regular expression over the path)
LIBRARIES = {
    r"xercesc/": r"^modules/platform/xml/",
    r"Poco/": r"^modules/platform/net/",
    r"boost/beast": r"^modules/platform/net/",
    r"openssl/": r"^modules/platform/(net|vault|xml)/|^modules/platform/base/(digest|sha2)\.cc",
    r"pqxx/|libpq-fe\.h": r"^modules/platform/pg/",
    r"curl/": r"^modules/platform/peer/",
    r"dcmtk/": r"^modules/platform/dicomnet/|^modules/codec/dicomparts/",
    r"regex$": r"^$",
    r"gmock/": r"^$",
}


def room_of(path: str) -> str:
    parts = path.split("/")[1:-1]
    if parts[0] in ("platform", "codec", "binding"):
        return "_".join(parts[:2])
    return parts[0]


def layer_of(room: str) -> str:
    if room.startswith("platform_") or room in ("domain", "core", "node"):
        return room
    return room.split("_")[0] if room.split("_")[0] in ("codec", "binding") else "module"


def main() -> int:
    files = subprocess.run(["git", "ls-files", "modules"], capture_output=True, text=True, check=True).stdout.split()
    bad = 0
    for path in files:
        if not path.endswith((".cc", ".h")):
            continue
        room = room_of(path)
        allowed = LAYERS[layer_of(room)]
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            match = re.match(r'#include ([<"])([^>"]+)', line)
            if not match:
                continue
            target = match.group(2)
            if match.group(1) == '"' and os.path.exists("modules/" + target):
                other = room_of("modules/" + target)
                if other != room and not allowed.match(other):
                    print(f"{path}:{number}: {room} must not include {target}")
                    bad += 1
            for library, may in LIBRARIES.items():
                if re.match(library, target) and not re.search(may, path):
                    print(f"{path}:{number}: {target} belongs to another room")
                    bad += 1
    return 1 if bad else 0


sys.exit(main())
