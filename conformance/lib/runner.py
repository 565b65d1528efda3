"""Selects, runs and counts cases."""
import fnmatch
import importlib
import os
import pkgutil
import sys
import time
import traceback
from dataclasses import dataclass

from . import cases
from .checks import Failed, Skipped
from .ids import Ids
from .report import write_html, write_junit
from .schema import Schemas
from .session import Context, Recorder, Shared
from .target import ROOT

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass
class Result:
    case: cases.Case
    outcome: str
    text: str
    seconds: float


class MaySkip:
    """may_skip.txt: lines `GLOB KEY`, blank lines and # comments."""

    def __init__(self, text):
        self._rows = []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#", 1)[0].split()
            if not words:
                continue
            if len(words) != 2:
                raise ValueError(f"may_skip.txt line {number}: expected GLOB KEY, got {line!r}")
            self._rows.append(tuple(words))

    def allows(self, case_id, key):
        return any(fnmatch.fnmatchcase(case_id, glob) and key == allowed
                   for glob, allowed in self._rows)


@dataclass
class Run:
    """What all cases of one run have in common."""
    target: object
    shared: str
    schemas: Schemas
    ids: Ids
    data: Shared
    keep_all: bool = False


def load_suites(names):
    """Imports every module of the suites, which declares their cases."""
    for name in names:
        package = importlib.import_module(f"suites.{name}")
        for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"suites.{name}.{module}")


def known_suites():
    root = os.path.join(HERE, "suites")
    return sorted(n for n in os.listdir(root)
                  if os.path.exists(os.path.join(root, n, "__init__.py")))


def select(suites, pattern):
    chosen = [c for c in cases.ALL.values() if c.id.split("/")[0] in suites]
    return [c for c in chosen if not pattern or fnmatch.fnmatchcase(c.id, pattern)]


def save_exchange(case_id, recorder, folder=None):
    folder = folder or os.path.join(ROOT, "var", "conformance")
    os.makedirs(folder, exist_ok=True)
    stem = os.path.join(folder, case_id.replace("/", "."))
    for suffix, items in (("req", recorder.requests), ("resp", recorder.responses)):
        with open(f"{stem}.{suffix}", "wb") as file:
            for number, data in enumerate(items, 1):
                file.write(f"----- {number} of {len(items)} -----\n".encode() + data + b"\n")
    return stem


def run_case(run, case, may_skip):
    recorder = Recorder()
    context = Context(run, recorder)
    started = time.monotonic()
    try:
        case.run(context)
        outcome, text = "passed", ""
    except Skipped as skip:
        allowed = may_skip.allows(case.id, skip.key)
        outcome = "skipped" if allowed else "failed"
        text = str(skip) if allowed else f"skip not named in may_skip.txt: {skip}"
    except Failed as failure:
        outcome, text = "failed", str(failure)
    except OSError as error:
        outcome = "failed"
        text = (f"expected: a working connection to {run.target.host}\n"
                f"got:      {type(error).__name__}: {error}")
    except Exception:  # noqa: BLE001 - a fault of the suite must not stop the others
        outcome, text = "failed", "the case itself broke:\n" + traceback.format_exc()
    finally:
        context.close()
    if outcome == "failed" or run.keep_all:
        stem = save_exchange(case.id, recorder)
        if outcome == "failed":
            text += f"\nexchange: {os.path.relpath(stem, ROOT)}.req and .resp"
    return Result(case, outcome, text, time.monotonic() - started)


def pause(case, patterns):
    if patterns and fnmatch.fnmatchcase(case.id, patterns):
        print(f"paused before {case.id}; press Enter to go on", flush=True)
        sys.stdin.readline()


def run_all(run, chosen, may_skip, options):
    results = []
    width = max((len(c.id) for c in chosen), default=0)
    for case in chosen:
        pause(case, options.pause_before)
        result = run_case(run, case, may_skip)
        results.append(result)
        if result.outcome == "failed":
            print(f"FAIL {case.id}\n     {case.purpose} [{case.section}]\n     " +
                  result.text.replace("\n", "\n     "), flush=True)
        elif result.outcome == "skipped":
            print(f"skip {case.id.ljust(width)} {result.text}", flush=True)
        elif not options.quiet:
            print(f"ok   {case.id.ljust(width)} {result.seconds:6.2f} s", flush=True)
    return results


def finish(run, results, options):
    """Writes the reports and the last line; returns the exit status."""
    count = {kind: sum(r.outcome == kind for r in results)
             for kind in ("passed", "failed", "skipped")}
    summary = f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"
    if options.junit:
        write_junit(options.junit, results, run.target.name)
    if options.html:
        write_html(options.html, results, run.target.name, summary)
    print(f"answers validated against the published schemas: {run.schemas.validated}"
          if run.schemas.present else "published schemas not present: answers not validated")
    print(summary, flush=True)
    return 1 if count["failed"] or not results else 0


def new_run(target, shared, keep_all=False):
    return Run(target, shared, Schemas(shared), Ids(), Shared(), keep_all)
