"""Identifiers that no earlier or parallel run has used."""
import itertools
import threading
import uuid


class Ids:
    """Thread-safe source of fresh ids; everything starts from a random value of this run."""

    def __init__(self):
        self._run = uuid.uuid4().hex[:10].upper()
        self._counter = itertools.count(1)
        self._lock = threading.Lock()

    def number(self):
        with self._lock:
            return next(self._counter)

    @staticmethod
    def uuid():
        return "urn:uuid:" + str(uuid.uuid4())

    @staticmethod
    def oid():
        """A UUID-derived OID (ITU-T X.667), at most 44 characters."""
        return "2.25." + str(uuid.uuid4().int)

    def text(self, prefix="C"):
        return f"{prefix}{self._run}{self.number()}"

    def symbolic(self, prefix):
        return f"{prefix}{self.number():02d}"


def cx(identifier, authority):
    """The only CX form XDS knows (ITI TF-3 Table 4.2.3.1.7-2)."""
    return f"{identifier}^^^&{authority}&ISO"
