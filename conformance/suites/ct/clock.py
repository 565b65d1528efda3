"""ITI-1 Maintain Time: the times that a node writes are those of this machine."""
import time
from calendar import timegm

from lib.cases import case
from lib.checks import true
from lib.syslog import need


@case("ct/records-in-time", "the time of a record is the time at which it was made, within a second", "ITI TF-2 3.1")
def _records(t):
    need(t)
    before = time.time()
    t.target.audit_search(transaction="nothing")
    after = time.time()
    newest = next(record for record in t.target.audit_search() if record["event_id"] == "110101")
    whole, _, fraction = newest["time"].rstrip("Z").partition(".")
    made = timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (fraction or "0"))
    true(before - 1 <= made <= after + 60, f"a time from {before} on", newest["time"])
