#!/usr/bin/env python3
"""Writes docs/controls.md and docs/controls.ja.md from `musubi policy controls`, so that the pages and the program cannot
disagree.

    make_controls_doc.py BINARY"""
import os
import subprocess
import sys

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs")
HEADS = {
    "en": ("controls.md", """\
# Controls

Written by `scripts/make_controls_doc.py` from `profiles/controls/controls.txt`; do not edit by hand.

What the Japanese guidelines for medical information systems ask of the operator of a regional network, and what this
product has for each. Kind: T technical, O operational, C contractual. Status: *implemented* is always in force;
*configured* depends on agreement and configuration; *operational* is done by people, with the means named; *not-offered*
says so. Evidence: `test:` of tests/, `suite:` of conformance/suites/, `command:`, `doc:`.

`musubi policy controls --config FILE` fills the column "in use here" from the running configuration and the agreement in
force; `--format csv|json` and `--lang ja|en` for disclosure forms (MDS/SDS).

"""),
    "ja": ("controls.ja.md", """\
# 管理策の一覧

`scripts/make_controls_doc.py` が `profiles/controls/controls.txt` から作成します。直接編集しないでください。

医療情報システムの安全管理に関するガイドライン等が地域連携ネットワークの運営事業者に求める事項と、本製品の対応です。
種別：T 技術、O 運用、C 契約。状態：「実装済み」は常に有効、「設定による」は協定と設定に依存、「運用による」は人が行い
本製品は示した手段を提供、「非対応」は提供しないことを意味します。

`musubi policy controls --config FILE` は稼働中の設定と有効な協定から「本設備で使用」の欄を埋めます。`--format csv|json`、
`--lang ja|en` で医療情報セキュリティ開示書（MDS/SDS）の作成に使えます。

"""),
}

for language, (name, head) in HEADS.items():
    done = subprocess.run([sys.argv[1], "policy", "controls", "--lang", language], capture_output=True, text=True,
                          check=True)
    with open(os.path.join(DOCS, name), "w", encoding="utf-8") as page:
        page.write(head + done.stdout)
