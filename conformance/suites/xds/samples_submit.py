"""The sample messages of ITI-41, ITI-42 and ITI-43."""
import base64
import re

from lxml import etree

from lib.answers import RegistryAnswer, RetrieveAnswer
from lib.checks import Skipped, equal, only, true
from lib.names import APPROVED, DEPRECATED, LCM, ON_DEMAND, RIM, XDSB
from lib.replay import Replay, fill, parse_sample, xml_text
from lib.soap import expect_fault

from .samples import META, row


def _register(t, replay, name):
    root = replay.submission(parse_sample(t.sample(f"iti-42/{name}")))
    return RegistryAnswer(t.call("ITI-42", "registry", root, replay.role))


def _good(name):
    def run(t):
        replay = Replay(t, t.lenient())
        _register(t, replay, name).success()
        for patient in replay.patients.values():
            _packages = t.query("FindSubmissionSets", [
                ("$XDSSubmissionSetPatientId", [f"'{patient}'"]),
                ("$XDSSubmissionSetStatus", [f"('{APPROVED}')"])]).success()
            equal(len(_packages.sets()), 1, "number of registered sets")
    return run


for _name, _purpose in (("dcm4chee-RegisterOneDocument.xml", "one document"),
                        ("dcm4chee-RegisterAssocBeforeDoc.xml", "associations come first"),
                        ("dcm4chee-CreateFolder.xml", "an empty folder"),
                        ("dcm4chee-CreateFolderWithDocument.xml", "a folder with a document"),
                        ("dcm4chee-ResubmitInitialDoc.xml", "the first of a pair")):
    row(f"iti-42/{_name}", _purpose, _good(_name))


def _resubmit(t):
    replay = Replay(t, t.lenient())
    _register(t, replay, "dcm4chee-ResubmitInitialDoc.xml").success()
    # Object ids and the set's uniqueId must be new in a resubmission; the document's stays.
    kept = {}
    first = parse_sample(t.sample("iti-42/dcm4chee-ResubmitInitialDoc.xml"))
    for entry in first.iter(f"{{{RIM}}}ExtrinsicObject"):
        for element in entry:
            if element.get("identificationScheme", "").endswith("8640a32e42ab"):
                kept[element.get("value")] = replay.renamed[element.get("value")]
    replay.renamed = dict(kept)
    _register(t, replay, "dcm4chee-ResubmitWrongHash.xml").failure("XDSNonIdenticalHash")
    replay.renamed = dict(kept)
    _register(t, replay, "dcm4chee-ResubmitInitialDoc.xml").success()


row("iti-42/dcm4chee-ResubmitWrongHash.xml", "other hash refused, the same one accepted", _resubmit)


def _extra(t):
    """The README calls it valid, but it lacks hash, size and repositoryUniqueId (TF-3 4.3.1: required in ITI-42) and
    replaces a document that nobody registered: those must be told, and nothing about the extra metadata."""
    answer = _register(t, Replay(t, t.lenient()), "ipf-extra-metadata.xml")
    answer.failure_among("XDSRegistryMetadataError")
    true(not any("urn:" in e.context and "slot" in e.context.lower() for e in answer.errors),
         "no error about extra metadata", answer.describe())


row("iti-42/ipf-extra-metadata.xml", "extra metadata is no fault", _extra)


def _bad(name, codes, lenient=False, feed=True):
    def run(t):
        replay = Replay(t, t.lenient() if lenient else "toolkit", feed)
        _register(t, replay, name).failure(codes)
        for patient in replay.patients.values():
            equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    return run


# It also replaces a document that nobody registered.
row("iti-42/ipf-legacy-metadata.xml", "metadata of an older profile under the strict one",
    _bad("ipf-legacy-metadata.xml", [META, "UnresolvedReferenceException"]))
# Faults that both profiles must find go out under the lenient one, where nothing else is wrong.
for _name, _codes, _lenient in (
        ("unknown-patient-id", "XDSUnknownPatientId", True),
        ("patient-id-does-not-match", "XDSPatientIdDoesNotMatch", True),
        ("missing-slot-repositoryUniqueId", META, False), ("missing-slot-hash", META, False),
        ("missing-slot-submissionTime", META, False), ("missing-sourceId", META, False),
        ("bad-hash", META, False),
        ("duplicate-uniqueId-in-message", "XDSRegistryDuplicateUniqueIdInMessage", True),
        ("no-submission-set", META, True), ("unknown-association-type", META, True)):
    row(f"iti-42/invalid/{_name}.xml", _name.replace("-", " "),
        _bad(f"invalid/{_name}.xml", _codes, _lenient, _name != "unknown-patient-id"))


def _not_iso(t):
    """The type of the authority is the fault here, so the ids keep their form."""
    data = t.sample("iti-42/invalid/patient-id-type-not-iso.xml")
    replay = Replay(t, "toolkit")
    right = replay.patient("test1234_1^^^&1.2.3.45.4.3.2.1&ISO")
    replay.patients["bla^^^&1.2.3&WRONG"] = right.replace("&ISO", "&WRONG")
    root = replay.submission(parse_sample(data))
    true(b"WRONG" in xml_text(root).encode(), "the wrong type in the message", "none")
    RegistryAnswer(t.call("ITI-42", "registry", root)).failure(
        {META, "XDSUnknownPatientId", "XDSPatientIdDoesNotMatch"})
    equal(t.stored(right).objects, [], "objects stored by a refused submission")


row("iti-42/invalid/patient-id-type-not-iso.xml", "authority type that is not ISO", _not_iso)


# --- ITI-41 and ITI-43 ------------------------------------------------------------------------

def _provide(t, root, role):
    return t.call_mtom("ITI-41", "repository", xml_text(root), role=role)


def _provided(name, check, feed=True):
    def run(t):
        replay = Replay(t, t.lenient(), feed)
        root = parse_sample(t.sample(f"iti-41/{name}"))
        check(t, _provide(t, replay.submission(root), replay.role))
    return run


def _is_failure(*codes):
    def check(_, reply):
        RegistryAnswer(reply).failure(set(codes))
    return check


def _fault_or(*codes):
    def check(_, reply):
        if reply.fault is None:
            RegistryAnswer(reply).failure(set(codes))
        else:
            expect_fault(reply)
    return check


row("iti-41/connect-success.xml", "legacy metadata, document inline",
    _provided("connect-success.xml", lambda t, reply: RegistryAnswer(reply).success()))
row("iti-41/connect-XDSUnknownPatientId.xml", "unknown patient",
    _provided("connect-XDSUnknownPatientId.xml",
              lambda t, reply: RegistryAnswer(reply).failure_among("XDSUnknownPatientId"), False))
# Its document has an entry, after all: what is wrong by the TF is the mimeType, and that set and
# entry name different patients. The code in the README is that of the peer's adapter.
row("iti-41/connect-XDSMissingDocumentMetadata.xml", "an unheard mimeType and two patients",
    _provided("connect-XDSMissingDocumentMetadata.xml",
              _is_failure("XDSMissingDocumentMetadata", "XDSPatientIdDoesNotMatch",
                          "XDSRegistryMetadataError", "XDSRepositoryMetadataError")))
row("iti-41/connect-XDSMissingDocument.xml", "an empty request",
    _provided("connect-XDSMissingDocument.xml", _fault_or("XDSMissingDocument")))
row("iti-41/openxds-request.xml", "content that is no base64",
    _provided("openxds-request.xml", _fault_or("XDSRepositoryError",
                                               "XDSRepositoryMetadataError")))


CONTENT = base64.b64encode(b"<ClinicalDocument/>").decode()


def _with_documents(root, content=CONTENT):
    """The templates leave the documents out: one for each entry."""
    for entry in root.iter(f"{{{RIM}}}ExtrinsicObject"):
        etree.SubElement(root, f"{{{XDSB}}}Document", id=entry.get("id")).text = content
    return root


def _filled(t, name, patient, **more):
    """A template with its placeholders filled and its documents attached."""
    values = {"patientId": patient.replace("&", "&amp;"), "doc1": "Document01",
              "doc2": "Document02", "doc1sub": "Association01", "doc2sub": "Association02",
              "XDSDocumentEntry.uniqueId": t.ids.oid(), "XDSDocumentEntry.uniqueId1": t.ids.oid(),
              "XDSSubmissionSet.uniqueId": t.ids.oid()} | more
    text = t.sample(f"iti-41/{name}").decode()
    return _with_documents(parse_sample(fill(text, values).encode()))


def _templates(name, documents):
    def run(t):
        patient = t.patient()
        root = _filled(t, name, patient)
        RegistryAnswer(_provide(t, root, t.lenient())).success()
        found = t.stored(patient)
        equal(len(found.entries()), documents, "number of entries")
    return run


row("iti-41/openxds-template-submit_document.xml", "one document",
    _templates("openxds-template-submit_document.xml", 1))
row("iti-41/openxds-template-submit_multiple_documents.xml", "several documents",
    _templates("openxds-template-submit_multiple_documents.xml", 2))


def _replacement(t):
    patient = t.patient()
    RegistryAnswer(_provide(t, _filled(t, "openxds-template-submit_document.xml", patient),
                            t.lenient())).success()
    old = only(t.stored(patient).ids("entries"), "entries")
    root = _filled(t, "openxds-template-document_replacement.xml", patient, rplc_doc_uuid=old)
    RegistryAnswer(_provide(t, root, t.lenient())).success()
    status = {e.get("id"): e.get("status") for e in t.stored(patient).entries()}
    equal(status.pop(old), DEPRECATED, "status of the replaced entry")
    equal(list(status.values()), [APPROVED], "status of the new entry")


row("iti-41/openxds-template-document_replacement.xml", "RPLC of a document", _replacement)


def _into_folder(t):
    """The template brings its folder along, so the folder's uniqueId must be new."""
    patient, folder = t.patient(), t.ids.oid()
    root = _filled(t, "openxds-template-add_document2_folder.xml", patient,
                   folder_uniqueid=folder)
    RegistryAnswer(_provide(t, root, t.lenient())).success()
    found = t.query("GetFolderAndContents",
                    [("$XDSFolderUniqueId", [f"'{folder}'"])]).success()
    equal(len(found.entries()), 1, "number of documents in the folder")


row("iti-41/openxds-template-add_document2_folder.xml", "a document into a folder", _into_folder)


def _raw(t):
    """The whole HTTP message of an Axis2 client; ids are replaced by ids of equal meaning."""
    head, _, body = t.sample("iti-41/nist-raw-http-mtom-request.txt").replace(
        b"\r\n", b"\n").partition(b"\n\n")
    kind = re.search(rb"(?im)^content-type:\s*(.*)$", head).group(1).decode()
    start, end = body.index(b"<?xml"), body.index(b"</soapenv:Envelope>") + 19
    root = parse_sample(body[start:end])
    Replay(t, t.lenient()).submission(root)
    text = b"<?xml version='1.0' encoding='UTF-8'?>" + xml_text(root).encode()
    multipart = (body[:start] + text + body[end:]).replace(b"\n", b"\r\n")
    reply = t.post("repository", multipart, kind, t.lenient())
    RegistryAnswer(reply).success()
    true(reply.is_mtom, "a multipart answer", reply.http.header("content-type"))


row("iti-41/nist-raw-http-mtom-request.txt", "an Axis2 client's whole message", _raw)


def _snapshot(t):
    """The target's on-demand option decides whether the sequence can be played at all."""
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.entry.attributes["objectType"] = ON_DEMAND
    for name in ("creationTime", "hash", "size"):
        made.entry.slots.pop(name)
    reply = t.call("ITI-61", "registry", made.write())
    if reply.fault is not None and "ActionNotSupported" in reply.fault_codes():
        raise Skipped("no-on-demand", "the target does not know ITI-61")
    RegistryAnswer(reply).success()
    text = fill(t.sample("iti-41/nist-snapshot-of-on-demand.xml").decode(), {
        "patientid": patient.replace("&", "&amp;"), "od_doc_uuid": made.entry.id,
        "repuid": t.target.repository})
    root = parse_sample(text.encode())
    equal(root.tag, f"{{{LCM}}}SubmitObjectsRequest", "root of the sample")
    replay = Replay(t, t.lenient())
    replay.patients[patient] = patient
    replay.submission(root)
    for entry in root.iter(f"{{{RIM}}}ExtrinsicObject"):
        for slot in entry.findall(f"{{{RIM}}}Slot"):
            if slot.get("name") in ("hash", "size"):
                entry.remove(slot)
    request = etree.Element(f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest")
    request.append(root)
    RegistryAnswer(_provide(t, _with_documents(request), replay.role)).success()


row("iti-41/nist-snapshot-of-on-demand.xml", "a persisted snapshot of an on-demand entry",
    _snapshot)


def _retrieve(t):
    root = parse_sample(t.sample("iti-43/openxds-request-home-without-urn.xml"))
    answer = RetrieveAnswer(t.call_mtom("ITI-43", "repository", xml_text(root)))
    answer.failure({"XDSUnknownCommunity", "XDSUnknownRepositoryId"})


row("iti-43/openxds-request-home-without-urn.xml", "home without urn:oid:", _retrieve)
