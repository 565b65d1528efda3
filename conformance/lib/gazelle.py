"""Rules that every HL7 v3 answer must fulfil, as the test tools check them (pix-pdq 4, 5, 14).

Written from the list of rules, against the published model; a schema says none of this.
"""
import re

from .checks import equal, fail, one_of, true
from .v3 import HL7, NS3

_OID = re.compile(r"^[0-2](\.(0|[1-9][0-9]*))*$")
_UUID = re.compile(r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")
ACK_DETAIL = "2.16.840.1.113883.5.1100"
TABLE_0357 = "2.16.840.1.113883.12.357"


def code(element, path):
    found = element.find(path, NS3)
    return None if found is None else found.get("code")


_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def attributes(element):
    """Attributes, with the name of a type resolved: its prefix is the writer's affair."""
    found = dict(element.attrib)
    if _XSI_TYPE in found:
        prefix, _, name = found[_XSI_TYPE].rpartition(":")
        found[_XSI_TYPE] = f"{{{element.nsmap.get(prefix or None)}}}{name}"
    return found


def same_id(element):
    """What an identifier consists of, None for no element."""
    return None if element is None else (element.get("root"), element.get("extension"))


def same_tree(one, other, path=""):
    """Fails unless two elements are equal but for prefixes and white space between elements."""
    here = f"{path}/{one.tag.split('}')[1]}"
    equal(other.tag, one.tag, f"element at {here}")
    equal(attributes(other), attributes(one), f"attributes of {here}")
    equal((other.text or "").strip(), (one.text or "").strip(), f"text of {here}")
    ours = [c for c in one if isinstance(c.tag, str)]
    theirs = [c for c in other if isinstance(c.tag, str)]
    equal([c.tag for c in theirs], [c.tag for c in ours], f"children of {here}")
    for a, b in zip(ours, theirs):
        same_tree(a, b, here)


def _devices(root, request):
    for kind, type_code in (("receiver", "RCV"), ("sender", "SND")):
        found = root.findall(f"h:{kind}", NS3)
        equal(len(found), 1, f"number of {kind} elements")
        equal(found[0].get("typeCode"), type_code, f"{kind}/@typeCode")
        for path in ("h:device/h:id", "h:device/h:asAgent/h:representedOrganization/h:id"):
            for item in found[0].findall(path, NS3):
                true(_OID.match(item.get("root") or ""), f"an OID in {kind} {path}", item.get("root"))
                true(item.get("extension") is None, f"no extension in {kind} {path}",
                     item.get("extension"))
    asked = request.find("h:sender/h:device/h:id", NS3)
    if asked is not None and _OID.match(asked.get("root") or ""):
        equal(root.find("h:receiver/h:device/h:id", NS3).get("root"), asked.get("root"),
              "receiver of the answer (sender of the request)")


def wrapper(root, request):
    """The transmission wrapper of any answer."""
    name = root.tag.split("}")[1]
    equal(root.get("ITSVersion"), "XML_1.0", "ITSVersion")
    identifier = root.find("h:id", NS3)
    true(identifier is not None and (_OID.match(identifier.get("root") or "") or
                                     _UUID.match(identifier.get("root") or "")),
         "a message id with an OID or a UUID", None if identifier is None else identifier.attrib)
    interaction = root.find("h:interactionId", NS3)
    equal((interaction.get("root"), interaction.get("extension")), (HL7, name), "interactionId")
    equal(code(root, "h:processingModeCode"), "T", "processingModeCode")
    equal(code(root, "h:acceptAckCode"), "NE", "acceptAckCode of an answer")
    true(re.match(r"^\d{8,}", root.find("h:creationTime", NS3).get("value") or ""),
         "a creationTime", root.find("h:creationTime", NS3).attrib)
    asked = code(request, "h:processingCode")
    if asked in ("P", "T", "D"):
        equal(code(root, "h:processingCode"), asked, "processingCode (as in the request)")
    _devices(root, request)
    acknowledgements = root.findall("h:acknowledgement", NS3)
    equal(len(acknowledgements), 1, "number of acknowledgements")
    target = acknowledgements[0].find("h:targetMessage/h:id", NS3)
    equal(same_id(target), same_id(request.find("h:id", NS3)), "id of the message that is answered")
    _details(acknowledgements[0])


def _details(acknowledgement):
    kind = code(acknowledgement, "h:typeCode")
    details = acknowledgement.findall("h:acknowledgementDetail", NS3)
    if kind in ("AA", "CA"):
        for detail in details:
            true(detail.get("typeCode") != "E", "no error beside a positive answer", detail.attrib)
    else:
        true(details, "an acknowledgementDetail beside a negative answer", kind)
    for detail in details:
        one_of(detail.get("typeCode"), {"E", "W", "I"}, "acknowledgementDetail/@typeCode")
        item = detail.find("h:code", NS3)
        true(item is not None and item.get("code"), "a code in acknowledgementDetail", None)
        one_of(item.get("codeSystem"), {ACK_DETAIL, TABLE_0357}, "code system of the detail")


def acknowledgement(root, request):
    """MCCI_IN000002UV01."""
    wrapper(root, request)
    equal(len(root.findall("h:controlActProcess", NS3)), 0, "controlActProcess in an accept ack")
    one_of(code(root, "h:acknowledgement/h:typeCode"), {"AA", "AE", "AR", "CA", "CE", "CR"},
           "acknowledgement code")


def _control_act(root):
    found = root.findall("h:controlActProcess", NS3)
    equal(len(found), 1, "number of controlActProcess elements")
    act = found[0]
    equal((act.get("classCode"), act.get("moodCode")), ("CACT", "EVN"), "class and mood")
    trigger = act.find("h:code", NS3)
    true(trigger is not None, "a code in controlActProcess", None)
    equal(trigger.get("code"), root.tag.split("}")[1].replace("_IN", "_TE"), "trigger event")
    for author in act.findall("h:authorOrPerformer", NS3):
        equal(author.get("typeCode"), "AUT", "authorOrPerformer/@typeCode")
    return act


def _query_ack(act, request):
    found = act.find("h:queryAck", NS3)
    true(found is not None, "a queryAck", None)
    asked = request.find(".//h:queryId", NS3)
    equal(same_id(found.find("h:queryId", NS3)), same_id(asked), "queryAck/queryId")
    one_of(code(found, "h:queryResponseCode"), {"OK", "NF", "AE", "QE"}, "queryResponseCode")
    one_of(code(found, "h:statusCode"), {"deliveredResponse", "aborted"}, "queryAck/statusCode")
    ours = request.find("h:controlActProcess/h:queryByParameter", NS3)
    theirs = act.find("h:queryByParameter", NS3)
    true(theirs is not None, "the query in its answer", None)
    if ours is not None:
        same_tree(ours, theirs)
    return found


def _registration(event):
    equal((event.get("classCode"), event.get("moodCode")), ("REG", "EVN"), "registrationEvent")
    equal(code(event, "h:statusCode"), "active", "status of the registrationEvent")
    equal(len(event.findall("h:replacementOf", NS3)), 0, "replacementOf in an answer")
    equal(len(event.findall("h:inFulfillmentOf", NS3)), 0, "inFulfillmentOf")
    custodian = event.findall("h:custodian/h:assignedEntity/h:id", NS3)
    true(custodian, "a custodian with an id", None)
    for item in custodian:
        true(item.get("extension") is None and _OID.match(item.get("root") or ""),
             "an organisation's OID as custodian", dict(item.attrib))
    patients = event.findall("h:subject1/h:patient", NS3)
    equal(len(patients), 1, "patients in one registrationEvent")
    patient = patients[0]
    equal(code(patient, "h:statusCode"), "active", "status of the patient")
    for item in patient.findall("h:providerOrganization/h:id", NS3):
        true(_OID.match(item.get("root") or "") and item.get("extension") is None,
             "an OID in providerOrganization", dict(item.attrib))
    for other in patient.findall("h:patientPerson/h:asOtherIDs", NS3):
        true(other.get("classCode") not in ("CIT", "EMP"), "asOtherIDs neither CIT nor EMP",
             other.get("classCode"))
        scoping = other.find("h:scopingOrganization/h:id", NS3)
        true(scoping is not None and scoping.get("extension") is None,
             "a scopingOrganization id without extension", None)
        for item in other.findall("h:id", NS3):
            if item.get("nullFlavor") is None:
                equal(item.get("root"), scoping.get("root"), "root of the id and its organisation")
    names = patient.findall("h:patientPerson/h:name", NS3)
    true(names, "a name in patientPerson", None)
    for name in names:
        if name.get("nullFlavor") is not None:
            equal(name.get("nullFlavor"), "NA", "nullFlavor of a name")
    return patient


def response(root, request):
    """PRPA_IN201310UV02 or PRPA_IN201306UV02; returns (controlActProcess, queryAck, patients)."""
    wrapper(root, request)
    one_of(code(root, "h:acknowledgement/h:typeCode"), {"AA", "AE", "AR"}, "acknowledgement code")
    act = _control_act(root)
    query_ack = _query_ack(act, request)
    patients = []
    for subject in act.findall("h:subject", NS3):
        equal(subject.get("typeCode"), "SUBJ", "subject/@typeCode")
        events = subject.findall("h:registrationEvent", NS3)
        equal(len(events), 1, "registrationEvents in a subject")
        patients.append(_registration(events[0]))
    outcome = code(query_ack, "h:queryResponseCode")
    if outcome in ("NF", "AE", "QE"):
        if root.tag.endswith("201310UV02") or outcome != "AE":
            equal(len(patients), 0, f"subjects beside {outcome}")
    ack = code(root, "h:acknowledgement/h:typeCode")
    if (ack == "AA") != (outcome in ("OK", "NF")):
        fail("acknowledgement and queryResponseCode that agree", f"{ack} and {outcome}")
    if root.tag.endswith("201310UV02"):
        true(len(patients) <= 1, "at most one registrationEvent", len(patients))
    else:
        for name in ("resultTotalQuantity", "resultCurrentQuantity", "resultRemainingQuantity"):
            true(query_ack.find(f"h:{name}", NS3) is not None, f"{name} in queryAck", None)
        for patient in patients:
            observation = patient.find("h:subjectOf1/h:queryMatchObservation", NS3)
            true(observation is not None, "a queryMatchObservation", None)
            value = observation.find("h:value", NS3).get("value")
            true(value is not None and 0 <= int(value) <= 100, "a degree of 0 to 100", value)
            for name in ("subjectOf2", "coveredPartyOf"):
                equal(len(patient.findall(f"h:{name}", NS3)), 0, name)
    return act, query_ack, patients
