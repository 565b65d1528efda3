#!/usr/bin/env python3
"""Small files, one idea each: 400 lines at most, except for data tables named here."""
import subprocess
import sys

LIMIT = 400
TABLES = {"modules/platform/base/jis_tables.cc"}  # generated character tables

files = subprocess.run(["git", "ls-files", "*.cc", "*.h"], capture_output=True, text=True, check=True).stdout.split()
bad = 0
for path in files:
    lines = sum(1 for _ in open(path, encoding="utf-8"))
    if lines > LIMIT and path not in TABLES and not path.startswith("tests/"):
        print(f"{path}: {lines} lines, at most {LIMIT}")
        bad += 1
sys.exit(1 if bad else 0)
