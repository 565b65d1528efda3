"""What a case may end with besides passing, and small comparison helpers."""


class Failed(Exception):
    """The target did not behave as the standard says."""


class Skipped(Exception):
    """The case cannot be run here; `key` must be allowed for it in may_skip.txt."""

    def __init__(self, key, why):
        super().__init__(f"{key}: {why}")
        self.key = key


def fail(expected, got):
    raise Failed(f"expected: {expected}\ngot:      {got}")


def equal(got, expected, what):
    if got != expected:
        fail(f"{what} {expected!r}", f"{got!r}")


def one_of(got, allowed, what):
    if got not in allowed:
        fail(f"{what} one of {sorted(map(str, allowed))}", repr(got))


def true(condition, expected, got):
    if not condition:
        fail(expected, got)


def same_set(got, expected, what, name_of=lambda item: item):
    """Compares two collections as sets and reports the difference by readable names."""
    missing = sorted(str(name_of(i)) for i in set(expected) - set(got))
    surplus = sorted(str(name_of(i)) for i in set(got) - set(expected))
    if missing or surplus:
        fail(f"{what}: exactly {sorted(str(name_of(i)) for i in expected)}",
             f"missing {missing}, not asked for {surplus}")
    if len(list(got)) != len(set(got)):
        fail(f"{what}: each object once", f"{len(list(got))} objects, {len(set(got))} different")


def only(items, what):
    """The one item there must be."""
    items = list(items)
    equal(len(items), 1, f"number of {what}")
    return items[0]
