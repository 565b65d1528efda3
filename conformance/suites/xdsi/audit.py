"""Records of the imaging document source (security: 110104 DICOM Instances Transferred; RAD TF-3 5.1)."""
import base64
import time

from lxml import etree

from lib.cases import case
from lib.checks import equal, fail, true

from .retrieve import published
from .world import images_of, retrieve

SECTION = "RAD TF-3 5.1, DICOM PS3.15 A.5"


def records(t, patient, transaction, count):
    for _ in range(50):
        found = [one for one in t.target.audit_search(patient=patient) if one["transaction"] == transaction]
        if len(found) >= count:
            return found
        time.sleep(0.2)
    fail(f"{count} records of {transaction}", [one["transaction"] for one in found])
    return None


def details(record):
    message = etree.fromstring(record["message"].encode())
    return {(d.get("type"), base64.b64decode(d.get("value")).decode()) for d in message.iter("ParticipantObjectDetail")}


@case("xdsi/audit/delivered", "study, series, images, source and patient stand in the record", SECTION)
def _delivered(t):
    patient = t.patient()
    made, _ = published(t, (2,), patient=patient)
    retrieve(t, images_of(made)).success()
    record, = records(t, patient, "RAD-69", 1)
    equal((record["event_id"], record["outcome"]), ("110104", 0), "event and outcome")
    said = details(record)
    for one in images_of(made):
        for wanted in (("ihe:DocumentUniqueId", one.instance), ("Series Instance Unique Id", one.series),
                       ("Repository Unique Id", one.repository)):
            true(wanted in said, f"detail {wanted}", said)
    message = etree.fromstring(record["message"].encode())
    studies = [o.get("ParticipantObjectID") for o in message.iter("ParticipantObjectIdentification")
               if o.find("ParticipantObjectIDTypeCode").get("csd-code") == "110180"]
    equal(studies, [made.uid], "studies")


@case("xdsi/audit/refused", "what was not delivered is recorded with its patient, whom the asker never learns", SECTION)
def _refused(t):
    patient = t.member_patient(t.need_role("hospital"))
    made, _ = published(t, role="hospital", patient=patient)
    retrieve(t, images_of(made), role=t.need_role("clinic")).failure("XDSDocumentUniqueIdError")
    record, = records(t, patient, "RAD-69", 1)
    true(record["outcome"] != 0, "a failure", record["outcome"])
