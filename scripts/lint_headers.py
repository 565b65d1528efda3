#!/usr/bin/env python3
"""Compiles each header of modules/ alone, with the flags of a source file of the same room."""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def flags_by_folder() -> dict:
    result = {}
    for entry in json.load(open("build/dev/compile_commands.json", encoding="utf-8")):
        words = entry["command"].split()
        keep = [w for w in words if w.startswith(("-I", "-D", "-std=", "-W"))]
        for index, word in enumerate(words):
            if word == "-isystem":
                keep += ["-isystem", words[index + 1]]
        result.setdefault(os.path.dirname(os.path.relpath(entry["file"])), keep)
    return result


def main() -> int:
    flags = flags_by_folder()
    anything = next(iter(flags.values()))
    headers = subprocess.run(["git", "ls-files", "modules/*.h"], capture_output=True, text=True, check=True).stdout.split()

    def check(header: str) -> bool:
        command = ["g++", "-fsyntax-only", "-x", "c++", *flags.get(os.path.dirname(header), anything), header,
                   "-Wno-error", "-Wno-pragma-once-outside-header"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{header} does not compile alone:\n" + "\n".join(done.stderr.splitlines()[:5]))
        return done.returncode == 0

    with ThreadPoolExecutor(max_workers=2) as pool:
        return 0 if all(list(pool.map(check, headers))) else 1


sys.exit(main())
