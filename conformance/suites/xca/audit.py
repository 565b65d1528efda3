"""Records of a responding gateway (ITI TF-2 3.38.5, 3.39.5): its own, and the inner consumer's."""
import time

from lib.cases import case
from lib.checks import equal, fail, true
from lxml import etree

from .gateway import home, of_patient, query, retrieve

SECTION = "ITI TF-2 3.38.5, 3.39.5"


def records(t, patient, transactions):
    """One record of each transaction about a patient whom nobody else asks for."""
    for _ in range(50):
        found = {one["transaction"]: one for one in t.target.audit_search(patient=patient)}
        if set(transactions) <= set(found):
            return [found[name] for name in transactions]
        time.sleep(0.2)
    fail(f"records of {transactions}", sorted(found))
    return None


def _details(record):
    message = etree.fromstring(record["message"].encode())
    return {d.get("type") for d in message.iter("ParticipantObjectDetail")}


@case("xca/audit/query", "ITI-38 with home and encoding, and the inner ITI-18", SECTION)
def _query(t):
    home(t)
    patient = t.patient()
    query(t, "FindDocuments", of_patient(patient)).success()
    outer, inner = records(t, patient, ["ITI-38", "ITI-18"])
    for record in (outer, inner):
        equal(record["event_id"], "110112", "EventID")
    true({"QueryEncoding", "urn:ihe:iti:xca:2010:homeCommunityId"} <= _details(outer),
         "encoding and home in the record", _details(outer))


@case("xca/audit/retrieve", "ITI-39 with home and repository, and the inner ITI-43", SECTION)
def _retrieve(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"recorded",))
    t.provide(made).success()
    retrieve(t, [(home(t), t.target.repository, made.entry.unique_id)]).success()
    outer, inner = records(t, patient, ["ITI-39", "ITI-43"])
    for record in (outer, inner):
        equal(record["event_id"], "110106", "EventID")
    true({"ihe:homeCommunityID", "Repository Unique ID"} <= _details(outer),
         "home and repository in the record", _details(outer))
