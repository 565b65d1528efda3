#!/usr/bin/env python3
"""gtest_counts.py MAY_SKIP.txt RESULT.json...: prints "passed failed skipped"; a skip that the list does not name fails.
Several results are the shards of one program: together they must have run every test once."""
import collections
import fnmatch
import json
import sys


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as source:
        allowed = [line.strip() for line in source if line.strip() and not line.startswith("#")]
    runs = collections.Counter()
    passed = failed = skipped = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as source:
            result = json.load(source)
        for suite in result["testsuites"]:
            for case in suite["testsuite"]:
                name = f'{suite["name"]}.{case["name"]}'
                ran = case.get("status") == "RUN"
                runs[name] += ran
                if not ran:
                    continue
                if case.get("failures"):
                    failed += 1
                elif case.get("result") == "SKIPPED":
                    skipped += 1
                    if not any(fnmatch.fnmatch(name, pattern) for pattern in allowed):
                        print(f"skipped without being allowed to: {name}", file=sys.stderr)
                        failed += 1
                else:
                    passed += 1
    for name, times in runs.items():
        if times != 1:
            print(f"ran {times} times: {name}", file=sys.stderr)
            failed += 1
    print(passed, failed, skipped)


main()
