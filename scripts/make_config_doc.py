#!/usr/bin/env python3
"""Writes docs/config.md from `musubi print-config`, so that the page and the program cannot disagree.

    make_config_doc.py BINARY            write it
    make_config_doc.py BINARY --check    exit 1 when the page is not current"""
import argparse
import os
import re
import subprocess
import sys

PAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "config.md")
HEAD = """\
# Configuration

Written by `scripts/make_config_doc.py` from `musubi print-config`; do not edit by hand.

The file is YAML: a section, and its keys two blanks in. An unknown key, a wrong type or a value out of bounds stops the
start with file and line; `musubi check --config FILE` tells everything at once. Paths are relative to the folder of the
file. Durations are written `500ms`, `30s`, `15min`, `2h`. What "reload" says is read again after SIGHUP, the rest at
the next start.
"""
KEY = re.compile(r"^  (# )?([a-z0-9_]+): ?(.*)$")


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def page_of(text: str) -> str:
    """Each key is three lines: what it means; type and when it takes effect; the key with its default."""
    out = [HEAD]
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        if re.fullmatch(r"[a-z0-9_]+:", line):
            out.append(f"\n## {line[:-1]}\n\n| key | meaning | type | default | changes |\n|---|---|---|---|---|\n")
            at += 1
        elif line.startswith("  # "):
            doc, kind, key = lines[at][4:], lines[at + 1][4:], KEY.match(lines[at + 2])
            if key is None or "; " not in kind:
                sys.exit(f"make_config_doc: line {at + 3} is not understood: {lines[at + 2]}")
            kind, effect = kind.rsplit("; ", 1)
            value = key[3].strip()
            default = "*required*" if value == "# required" else f"`{value}`" if value else "none"
            effect = {"takes effect at the next start": "restart", "read again by a reload": "reload"}[effect]
            out.append(f"| `{key[2]}` | {cell(doc)} | {cell(kind)} | {default} | {effect} |\n")
            at += 3
        elif not line or line.startswith("# "):
            at += 1
        else:
            sys.exit(f"make_config_doc: line {at + 1} is not understood: {line}")
    return "".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    printed = subprocess.run([options.binary, "print-config"], check=True, capture_output=True, text=True).stdout
    page = page_of(printed)
    if options.check:
        try:
            with open(PAGE, encoding="utf-8") as file:
                current = file.read() == page
        except FileNotFoundError:
            current = False
        if not current:
            sys.exit("docs/config.md is not current: run scripts/make_config_doc.py " + options.binary)
        return
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


main()
