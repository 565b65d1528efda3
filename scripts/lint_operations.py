#!/usr/bin/env python3
"""What the operators' pages name exists: metrics, log events, settings, tables, and subcommands of the program."""
import re
import subprocess
import sys

PAGES = ["docs/operations.md", "docs/operations.ja.md"]
ROLES = {"musubi_owner", "musubi_serving", "musubi_report"}
FILES = (".yaml", ".crt", ".crl", ".key", ".json", ".txt", ".md", ".p7s", ".journal", ".anchor", ".conf")


def text_of(*patterns):
    files = subprocess.run(["git", "ls-files", *patterns], capture_output=True, text=True, check=True).stdout.split()
    return "\n".join(open(name, encoding="utf-8").read() for name in files)


SOURCE = text_of("modules/*.cc", "modules/*.h")
TABLES = text_of("db/*.sql")
SETTINGS = set()
section = ""
for line in open("docs/config.md", encoding="utf-8"):
    section = line[3:].strip() if line.startswith("## ") else section
    if line.startswith("| `"):
        SETTINGS.add(f"{section}.{line.split('`')[1]}")
AGREEMENT = text_of("modules/policy/README.md", "profiles/regions/sample/*.yaml")


def exists(word):
    if re.fullmatch(r"(musubi|atna|policy)_[a-z_]+", word):
        return f'"{word}"' in SOURCE or re.search(rf"\b{word}\b", TABLES)
    first, rest = word.split(".", 1)
    agreed = re.search(rf"\b{first}\b", AGREEMENT) and re.search(rf"\b{rest.split('.')[-1]}\b", AGREEMENT)
    return (word in SETTINGS or f'"{word}"' in SOURCE or re.search(rf"\b{re.escape(word)}\b", TABLES)
            or first in ("emergency", "identity", "audit") and agreed)


def commands(text):
    """`musubi VERB` wherever it stands."""
    return set(re.findall(r"(?<![\w/.-])(?<!-u )musubi ([a-z][a-z-]+)", "\n".join(re.findall(r"`[^`]*`", text))))


bad = 0
for page in PAGES:
    text = open(page, encoding="utf-8").read()
    words = {re.sub(r"\{.*", "", word) for word in re.findall(r"`([^`\n]+)`", text)}
    named = [word for word in words
             if re.fullmatch(r"(musubi|atna|policy)_[a-z_]+|[a-z_0-9]+(\.[a-z_0-9]+)+", word) and word not in ROLES
             and not word.endswith(FILES)]
    for word in sorted(named):
        if not exists(word):
            print(f"{page}: `{word}` is no metric, log event, setting or table")
            bad += 1
    for verb in sorted(commands(text)):
        if f'{{"{verb}"' not in SOURCE and f'"{verb}"' not in SOURCE:
            print(f"{page}: there is no `musubi {verb}`")
            bad += 1
sys.exit(1 if bad else 0)
