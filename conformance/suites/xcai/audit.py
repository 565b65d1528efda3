"""Records of imaging gateways (security: 110104 DICOM Instances Transferred; RAD TF-3 5.1)."""
import base64
import time

from lib.cases import case
from lib.checks import equal, fail, true
from lxml import etree

from .gateway import SECTION, home, ours, published, retrieve


def records(t, patient, transactions):
    """One record of each transaction about a patient whom nobody else asks for."""
    for _ in range(50):
        found = {one["transaction"]: one for one in t.target.audit_search(patient=patient)}
        if set(transactions) <= set(found):
            return [found[name] for name in transactions]
        time.sleep(0.2)
    fail(f"records of {transactions}", sorted(found))
    return None


def details(record):
    message = etree.fromstring(record["message"].encode())
    return {(d.get("type"), base64.b64decode(d.get("value")).decode()) for d in message.iter("ParticipantObjectDetail")}


@case("xcai/audit/delivered", "RAD-75 with study, series, images, source and home, and the inner RAD-69", SECTION)
def _delivered(t):
    patient = t.patient()
    made, _ = published(t, (2,), patient=patient)
    asked = ours(t, made)
    retrieve(t, asked).success()
    outer, inner = records(t, patient, ["RAD-75", "RAD-69"])
    for record in (outer, inner):
        equal((record["event_id"], record["outcome"]), ("110104", 0), "event and outcome")
    said = details(outer)
    for one in asked:
        for wanted in (("ihe:DocumentUniqueId", one.instance), ("Series Instance Unique Id", one.series),
                       ("Repository Unique Id", one.repository), ("urn:ihe:iti:xca:2010:homeCommunityId", home(t))):
            true(wanted in said, f"detail {wanted}", said)
    true(("ihe:homeCommunityID", home(t)) in details(inner), "home in the inner record", details(inner))
