#!/usr/bin/env python3
"""tidy_database.py BUILD OUT: the compile commands of BUILD as clang-tidy can use them, in OUT/compile_commands.json:
without the compiler cache, and with the precompiled header's text instead of GCC's own compiled form of it."""
import json
import os
import re
import shlex
import shutil
import sys

GCC_ONLY = ("-fpch-preprocess", "-Winvalid-pch", "-Wno-restrict", "-Wno-stringop-overflow")


def main() -> None:
    build, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    text = os.path.abspath(os.path.join(out, "precompiled.h"))
    entries = json.load(open(os.path.join(build, "compile_commands.json"), encoding="utf-8"))
    for entry in entries:
        words = shlex.split(entry["command"])
        while not re.search(r"(^|/)(c\+\+|g\+\+|cc|gcc|clang\S*)$", words[0]):
            words.pop(0)
        kept = [words.pop(0)]
        while words:
            word = words.pop(0)
            if word == "-include":
                header = words.pop(0)
                shutil.copyfile(header, text)
                kept += ["-include", text]
            elif word not in GCC_ONLY:
                kept.append(word)
        entry["command"] = shlex.join(kept)
    with open(os.path.join(out, "compile_commands.json"), "w", encoding="utf-8") as target:
        json.dump(entries, target)


main()
