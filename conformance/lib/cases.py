"""How a suite declares its cases.

A case is a function of one argument, the Context. `@case` declares one; `add` declares rows of a
table. Every case has an id (path-like, unique), a one-line purpose and the section it tests.
"""
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Case:
    id: str
    purpose: str
    section: str
    run: Callable


ALL = {}


def add(case_id, purpose, section, run):
    if case_id in ALL:
        raise ValueError(f"two cases are called {case_id}")
    if not purpose or not section:
        raise ValueError(f"{case_id} lacks a purpose or a section")
    ALL[case_id] = Case(case_id, purpose, section, run)


def case(case_id, purpose, section):
    def declare(function):
        add(case_id, purpose, section, function)
        return function
    return declare
