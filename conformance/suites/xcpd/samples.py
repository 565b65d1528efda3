"""The sample messages of ITI-55 and ITI-56, with the outcome their README names."""
import os
import re

from lib import gazelle
from lib.cases import add, case
from lib.checks import Skipped, equal, one_of, same_set, true
from lib.identity import linked
from lib.replay import parse_sample
from lib.sample_people import v3_sample
from lib.soap import expect_fault
from lib.v2_answers import pair
from lib.v3 import NS3, XCPD, ii
from lib.v3_answers import exchange, parsed

from .discovery import Discovery, cannot, deferred

NAMED = {}


def row(name, purpose, run):
    NAMED[name] = True
    add("xcpd/samples/" + re.sub(r"\.xml$", "", name), f"sample: {purpose}", "samples/README", run)


def _request(t):
    text, _ = v3_sample(t, "iti-55/ipf-request.xml",
                        ["1.2.840.114350.1.13.99997.2.3412", "2.16.840.1.113883.4.1"], ["1234", "58910"])
    answer = Discovery(t, exchange(t, "xcpd", "xcpd", text), parsed(text), ())
    one_of((answer.ack, answer.outcome), {("AA", "NF"), ("AA", "OK")}, "outcome")


def _deferred(t):
    text, _ = v3_sample(t, "iti-55/ipf-request-deferred.xml", ["1.2.840.114350.1.13.99997.2.3412",
                                                               "2.16.840.1.113883.4.1"])
    text = text.replace("***REPLACEME***", "https://localhost:1/none")
    deferred(t, text, {"RTUDEST"})


def _template(t):
    """A template with words for values: it breaks the schema (README) and must not be answered."""
    text, _ = v3_sample(t, "iti-55/connect-request.xml")
    cannot(t, text)


def _peer(t):
    root = parse_sample(t.sample("iti-55/ipf-response.xml"))
    t.run.schemas.check(root)
    equal(gazelle.code(root, ".//h:queryAck/h:queryResponseCode"), "OK", "queryResponseCode")
    true(root.find(".//h:custodian/h:assignedEntity/h:id", NS3) is not None, "a custodian", None)


row("iti-55/ipf-request.xml", "all criteria of a peer", _request)
row("iti-55/ipf-request-deferred.xml", "deferred: taken, or refused", _deferred)
row("iti-55/connect-request.xml", "a template of a tool: refused", _template)
row("iti-55/ipf-response.xml", "our reading takes a peer's answer", _peer)


# ITI-56 -------------------------------------------------------------------------------------------

def locate(t, text):
    """The PatientLocationResponse elements, or None when the transaction is not offered (a fault)."""
    # "No location" has no form that the published schema knows: an answer that holds none is taken for it.
    reply = exchange(t, "location", "xcpd", text, schema=False)
    if reply.fault is not None:
        true("iti-56" not in t.target.offers, "a PatientLocationQueryResponse", reply.fault_codes())
        expect_fault(reply)
        return None
    equal(reply.payload.tag, f"{{{XCPD}}}PatientLocationQueryResponse", "root element")
    if len(reply.payload):
        t.run.schemas.check(reply.payload)
    return reply.payload.findall(f"{{{XCPD}}}PatientLocationResponse")


def request(identifier):
    return (f'<x:PatientLocationQueryRequest xmlns:x="{XCPD}">'
            f"{ii(identifier[1], identifier[0], 'x:RequestedPatientId')}"
            "</x:PatientLocationQueryRequest>")


def _location(t):
    text, _ = v3_sample(t, "iti-56/ipf-request.xml", ["1.2.840.114350.1.13.99997.2.3412"])
    locate(t, text)


def _location_peer(t):
    root = parse_sample(t.sample("iti-56/ipf-response.xml"))
    t.run.schemas.check(root)
    equal(len(root.findall(f"{{{XCPD}}}PatientLocationResponse")), 2, "number of locations")


row("iti-56/ipf-request.xml", "a location query of a peer", _location)
row("iti-56/ipf-response.xml", "our reading takes a peer's answer", _location_peer)


@case("xcpd/iti-56/known-patient", "the home community and the id of a known patient, or a fault where "
      "ITI-56 is not offered", "XCPD Health Data Locator; pix-pdq 5.5")
def _known(t):
    _, ids = linked(t, (0,))
    found = locate(t, request(pair(ids[0])))
    if found is None:
        return
    homes = {e.findtext(f"{{{XCPD}}}HomeCommunityId") for e in found}
    if t.target.home:
        true(t.target.home in homes, f"{t.target.home} among the communities", homes)
    for element in found:
        asked = element.find(f"{{{XCPD}}}RequestedPatientId")
        equal((asked.get("extension"), asked.get("root")), pair(ids[0]), "RequestedPatientId")


@case("xcpd/iti-56/nobody", "an unknown id, and one of an unknown domain: no location", "pix-pdq 5.5")
def _nobody(t):
    for identifier in (pair(t.new_patient_id()), ("4711", "2.999.88.7")):
        found = locate(t, request(identifier))
        if found is not None:
            equal(len(found), 0, "number of locations")


@case("xcpd/iti-56/malformed", "an id without extension, and another element: a fault", "pix-pdq 5.5")
def _malformed(t):
    whole = request(("4711", "2.999.88.7"))
    for text in (whole.replace(' extension="4711"', ""), whole.replace("RequestedPatientId", "SomethingElse")):
        expect_fault(exchange(t, "location", "xcpd", text))


@case("xcpd/samples/complete", "every sample of these folders is named here", "samples/README")
def _complete(t):
    root = os.path.join(t.run.shared, "samples")
    if not os.path.isdir(root):
        raise Skipped("no-samples", f"no samples under {t.run.shared}")
    found = [f"{folder}/{name}" for folder in ("iti-55", "iti-56")
             for name in os.listdir(os.path.join(root, folder))]
    same_set(found, NAMED, "samples that are replayed")
