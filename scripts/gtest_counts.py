#!/usr/bin/env python3
"""gtest_counts.py RESULT.json MAY_SKIP.txt: prints "passed failed skipped"; a skip that the list does not name fails."""
import fnmatch
import json
import sys


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as source:
        result = json.load(source)
    with open(sys.argv[2], encoding="utf-8") as source:
        allowed = [line.strip() for line in source if line.strip() and not line.startswith("#")]
    passed = failed = skipped = 0
    for suite in result["testsuites"]:
        for case in suite["testsuite"]:
            name = f'{suite["name"]}.{case["name"]}'
            if case.get("failures"):
                failed += 1
            elif case.get("result") == "SKIPPED":
                skipped += 1
                if not any(fnmatch.fnmatch(name, pattern) for pattern in allowed):
                    print(f"skipped without being allowed to: {name}", file=sys.stderr)
                    failed += 1
            else:
                passed += 1
    print(passed, failed, skipped)


main()
