"""Records of registry and repository, column by column (ITI TF-2 3.18.5, 3.41.5, 3.42.5, 3.43.5; 3.20.7)."""
import base64
import time

from lxml import etree

from lib.cases import case
from lib.checks import equal, fail, one_of, true

APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
SET_TYPE = ("urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd", "IHE XDS Metadata",
            "submission set classificationNode")
SOURCE, DESTINATION = "110153", "110152"


def records(t, patient, transaction, count=1):
    """The records of one transaction about a patient whom nobody else asks for, oldest first."""
    for _ in range(50):
        found = [one for one in t.target.audit_search(patient=patient)
                 if one["transaction"] == transaction]
        if len(found) >= count:
            break
        time.sleep(0.2)
    equal(len(found), count, f"number of records of {transaction}")
    return [etree.fromstring(one["message"].encode()) for one in reversed(found)]


def code(element):
    return element.get("csd-code"), element.get("codeSystemName"), element.get("originalText")


def judge(message, event, action, name, requester_role, service, outcome="0"):
    """Event, both machines and the audit source; returns the participant objects."""
    identification = message.find("EventIdentification")
    equal(identification.find("EventID").get("csd-code"), event, "EventID")
    equal(identification.find("EventID").get("codeSystemName"), "DCM", "code system of EventID")
    equal(identification.get("EventActionCode"), action, "EventActionCode")
    equal(identification.get("EventOutcomeIndicator"), outcome, "EventOutcomeIndicator")
    true((identification.get("EventDateTime") or "").endswith("Z"), "an EventDateTime in UTC",
         identification.get("EventDateTime"))
    equal(code(identification.find("EventTypeCode")), (name[0], "IHE Transactions", name[1]),
          "EventTypeCode")
    machines = message.findall("ActiveParticipant")
    equal(len(machines), 2, "number of participants of a request without a user")
    for machine in machines:
        true(machine.get("UserID"), "a UserID", machine.attrib)
        true(machine.get("NetworkAccessPointID"), "NetworkAccessPointID", machine.attrib)
        one_of(machine.get("NetworkAccessPointTypeCode"), {"1", "2"}, "NetworkAccessPointTypeCode")
    by_role = {m.find("RoleIDCode").get("csd-code"): m for m in machines}
    requester = by_role.get(requester_role)
    responder = by_role.get(DESTINATION if requester_role == SOURCE else SOURCE)
    if requester is None or responder is None:
        fail("a source and a destination", sorted(by_role))
    equal(requester.get("UserIsRequestor"), "true", "UserIsRequestor of who asked")
    equal(responder.get("UserIsRequestor"), "false", "UserIsRequestor of who answered")
    equal(responder.get("UserID"), service, "UserID of who answered: the endpoint")
    true((responder.get("AlternativeUserID") or "").isdigit(),
         "the process id of who answered as its AlternativeUserID", responder.attrib)
    true(message.find("AuditSourceIdentification").get("AuditSourceID"), "an AuditSourceID", "none")
    return [(o.get("ParticipantObjectTypeCode"), o.get("ParticipantObjectTypeCodeRole"),
             code(o.find("ParticipantObjectIDTypeCode")), o.get("ParticipantObjectID"),
             {d.get("type"): base64.b64decode(d.get("value")).decode()
              for d in o.findall("ParticipantObjectDetail")})
            for o in message.findall("ParticipantObjectIdentification")]


def patient_object(patient):
    return "1", "1", ("2", "RFC-3881", "Patient Number"), patient, {}


def set_object(made):
    return "2", "20", SET_TYPE, made.set.unique_id, {}


def endpoint(t, service):
    return t.target.url(t.target.path(service))


NAMES = {"ITI-41": "Provide and Register Document Set-b", "ITI-42": "Register Document Set-b"}


@case("xds/audit/register", "ITI-42: import, created, patient and submission set", "ITI TF-2 3.42.5.1.2")
def _register(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    t.register(made).success()
    message, = records(t, patient, "ITI-42")
    objects = judge(message, "110107", "C", ("ITI-42", NAMES["ITI-42"]), SOURCE,
                    endpoint(t, "registry"))
    equal(objects, [patient_object(patient), set_object(made)], "objects")


@case("xds/audit/register-refused", "ITI-42 refused: the same record, and that it failed",
      "ITI TF-2 3.42.5.1.2")
def _register_refused(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.entry.drop_code("classCode")
    t.register(made).failure("XDSRegistryMetadataError")
    message, = records(t, patient, "ITI-42")
    objects = judge(message, "110107", "C", ("ITI-42", NAMES["ITI-42"]), SOURCE,
                    endpoint(t, "registry"), "4")
    equal(objects, [patient_object(patient), set_object(made)], "objects")


@case("xds/audit/provide", "ITI-41 at the repository, and ITI-42 from there to the registry",
      "ITI TF-2 3.41.5.1.2, 3.42.5.1.2")
def _provide(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"one", b"two"))
    t.provide(made).success()
    for transaction, service in (("ITI-41", "repository"), ("ITI-42", "registry")):
        message, = records(t, patient, transaction)
        objects = judge(message, "110107", "C", (transaction, NAMES[transaction]), SOURCE,
                        endpoint(t, service))
        equal(objects, [patient_object(patient), set_object(made)], f"objects of {transaction}")
    inner = [p.get("UserID") for p in message.findall("ActiveParticipant")
             if p.get("UserIsRequestor") == "true"]
    equal(inner, [endpoint(t, "repository")], "who registered")


@case("xds/audit/retrieve", "ITI-43: the delivered in one record, what failed in another; source and "
      "destination change places", "ITI TF-2 3.43.5.1.2")
def _retrieve(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"one", b"two"))
    t.provide(made).success()
    here = t.target.repository
    t.retrieve([(here, made.entries[0].unique_id), (here, made.entries[1].unique_id)]).success()
    message, = records(t, patient, "ITI-43")
    objects = judge(message, "110106", "R", ("ITI-43", "Retrieve Document Set"), DESTINATION,
                    endpoint(t, "repository"))
    documents = [("2", "3", ("9", "RFC-3881", "Report Number"), e.unique_id,
                  {"Repository Unique ID": here}) for e in made.entries]
    equal(objects, [patient_object(patient)] + documents, "objects")


@case("xds/audit/query", "ITI-18: the query as it came, with its encoding", "ITI TF-2 3.18.5.1.2")
def _query(t):
    patient = t.patient()
    t.query("FindDocuments", [("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
                              ("$XDSDocumentEntryStatus", [APPROVED])]).success()
    message, = records(t, patient, "ITI-18")
    objects = judge(message, "110112", "E", ("ITI-18", "Registry Stored Query"), SOURCE,
                    endpoint(t, "registry"))
    equal(objects[0], patient_object(patient), "patient")
    kind, role, id_type, query_id, details = objects[1]
    equal((kind, role, id_type), ("2", "24", ("ITI-18", "IHE Transactions", "Registry Stored Query")),
          "object of the query")
    equal(query_id, "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", "id of the query")
    equal(details.get("QueryEncoding"), "UTF-8", "detail QueryEncoding")
    text = base64.b64decode(message.findtext(".//ParticipantObjectQuery"))
    root = etree.fromstring(text)
    equal(etree.QName(root).localname, "AdhocQueryRequest", "root of the recorded query")
    true(f"'{patient}'" in [v.text for v in root.iter("{*}Value")], "the recorded query's values",
         text.decode())


@case("xds/audit/query-refused", "ITI-18 refused: what was asked is on record all the same", "ITI TF-2 3.18.5.1.2")
def _query_refused(t):
    marker = t.ids.text("REFUSED")
    t.query("FindDocuments", [("$XDSDocumentEntryPatientId", [f"'{marker}^^^&1.2.3&ISO'"])]).failure(
        "XDSStoredQueryMissingParam")
    for _ in range(50):
        messages = [etree.fromstring(one["message"].encode())
                    for one in t.target.audit_search(transaction="ITI-18", outcome="minor", since="5m",
                                                 limit="500")]
        asked = [m for m in messages for text in m.iter("ParticipantObjectQuery")
                 if marker.encode() in base64.b64decode(text.text)]
        if asked:
            break
        time.sleep(0.2)
    equal(len(asked), 1, "number of records with the refused query")
    judge(asked[0], "110112", "E", ("ITI-18", "Registry Stored Query"), SOURCE,
          endpoint(t, "registry"), "4")


@case("xds/audit/query-of-two-megabytes", "the record of a long query can be read", "ITI TF-2 3.18.5.1.2")
def _long_query(t):
    patient = t.patient()
    t.query("FindDocuments", [("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
                              ("$XDSDocumentEntryStatus", [APPROVED])] +
            [(f"$unknown{n}", ["x" * 250] * 80) for n in range(100)]).success()
    message, = records(t, patient, "ITI-18")
    text = base64.b64decode(message.findtext(".//ParticipantObjectQuery"))
    true(len(text) > 2000000, "the whole query in the record", len(text))
