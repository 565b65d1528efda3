"""What the node records of itself (ITI TF-2 3.20.4.1.1.1)."""
from lib.cases import case
from lib.checks import true
from lib.syslog import need

TRIGGERS = "ITI TF-2 3.20.4.1.1.1"


@case("atna/own/start", "the start of the application and of the recording is on record", TRIGGERS)
def _start(t):
    need(t)
    types = {record["event_type"] for record in t.target.audit_search(transaction="lifecycle")}
    for wanted in ("110120", "110134"):
        true(wanted in types, f"an event of type {wanted}", str(sorted(types)))


@case("atna/own/audit-log-used", "whoever looks into the trail is on record", TRIGGERS)
def _used(t):
    need(t)
    t.target.audit_search(transaction="nothing")
    true(any(record["event_id"] == "110101" for record in t.target.audit_search()), "an event 110101", "none")
