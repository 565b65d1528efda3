#!/usr/bin/env python3
"""embed.py OUT NAMESPACE FOLDER FILE...: writes OUT.h and OUT.cc holding the files' bytes."""
import os
import sys


def literal(data: bytes) -> str:
    # Adjacent string literals: compiles far faster than a list of integers, and has no length limit in g++ and clang.
    rows = []
    for start in range(0, len(data), 64):
        rows.append('"' + "".join("\\%03o" % b for b in data[start:start + 64]) + '"')
    return "\n    ".join(rows) or '""'


def main() -> None:
    out, namespace, folder, *files = sys.argv[1:]
    name = os.path.basename(out)
    with open(out + ".h", "w", encoding="utf-8") as h:
        h.write(f"#pragma once\n#include <span>\n#include <string_view>\n\nnamespace {namespace} {{\n\n"
                "struct EmbeddedFile {\n    std::string_view path;\n    std::string_view bytes;\n};\n\n"
                f"std::span<EmbeddedFile const> {name}_files();\n\n}}  // namespace {namespace}\n")
    with open(out + ".cc", "w", encoding="utf-8") as cc:
        cc.write(f'#include "embedded/{name}.h"\n\nnamespace {namespace} {{\nnamespace {{\n\n')
        entries = []
        for index, path in enumerate(sorted(files)):
            with open(path, "rb") as source:
                data = source.read()
            cc.write(f"constexpr char const kFile{index}[] =\n    {literal(data)};\n")
            entries.append(f'    EmbeddedFile{{"{os.path.relpath(path, folder)}", {{kFile{index}, {len(data)}}}}},\n')
        cc.write("\nconstexpr EmbeddedFile kFiles[] = {\n" + "".join(entries) + "};\n\n}  // namespace\n\n"
                 f"std::span<EmbeddedFile const> {name}_files() {{ return kFiles; }}\n\n}}  // namespace {namespace}\n")


main()
