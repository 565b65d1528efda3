"""A document one may not see is answered exactly as one that does not exist.

One member publishes; another member, without the patient's consent, asks for it. Each question is
asked twice, once about what is hidden and once about what is absent; the two answers must be
equal once the ids that were asked for are replaced by placeholders.
"""
import re
from dataclasses import dataclass

from lib.cases import add, case
from lib.canon import canonical_reply
from lib.checks import equal, fail, same_set, true
from lib.names import (APND, APPROVED, DEPRECATED, FOURTEEN, HAS_MEMBER, REFERENCE_IDS, RPLC, SIGNS,
                       XFRM, XFRM_RPLC)
from lib.answers import RegistryAnswer

SECTION = "ITI TF-1 9; TF-2 3.18.4.1.3, 3.43.4.1.3 with the agreement's opt-in"
BOTH = f"('{APPROVED}','{DEPRECATED}')"
DE, SS, FD = "$XDSDocumentEntry", "$XDSSubmissionSet", "$XDSFolder"
KIND = "urn:ihe:iti:xds:2013:accession"


@dataclass
class Ids:
    """What a question can be about."""
    patient: str
    entry: str
    entry_uid: str
    set: str
    set_uid: str
    folder: str
    folder_uid: str
    reference: str

    def placeholders(self):
        return {value: name for name, value in vars(self).items()}


def reference(t):
    return f"{t.ids.text('R')}^^^&2.999.5&ISO^{KIND}"


def hidden(t):
    """A document and folder the hospital published for a patient who consented to nobody."""
    def make():
        patient = t.member_patient(t.need_role("hospital"))
        made = t.build_uuids.submission(patient, (b"hidden",), folders=1)
        t.build_uuids.put_in_folder(made, made.folder.id, made.entry.id)
        ids = Ids(patient, made.entry.id, made.entry.unique_id, made.set.id, made.set.unique_id,
                  made.folder.id, made.folder.unique_id, reference(t))
        made.entry.slots[REFERENCE_IDS] = [ids.reference]
        t.provide(made, role=t.need_role("hospital")).success()
        addendum = t.build_uuids.submission(patient, (b"more",), relation=APND,
                                            related_to=made.entry.id)
        t.provide(addendum, role="hospital").success()
        return ids
    return t.run.data.get("hidden documents", make)


def absent(t):
    """Ids of nothing, and a known patient without any document."""
    return Ids(t.patient(), t.ids.uuid(), t.ids.oid(), t.ids.uuid(), t.ids.oid(), t.ids.uuid(),
               t.ids.oid(), reference(t))




def of_patient(ids, prefix):
    return [(prefix + "PatientId", [f"'{ids.patient}'"]), (prefix + "Status", [BOTH])]


QUESTIONS = {
    "FindDocuments": lambda i: of_patient(i, DE),
    "FindSubmissionSets": lambda i: of_patient(i, SS),
    "FindFolders": lambda i: of_patient(i, FD),
    "GetAll": lambda i: [("$patientId", [f"'{i.patient}'"]), (DE + "Status", [BOTH]),
                         (SS + "Status", [BOTH]), (FD + "Status", [BOTH])],
    "GetDocuments": lambda i: [(DE + "EntryUUID", [f"('{i.entry}')"])],
    "GetFolders": lambda i: [(FD + "EntryUUID", [f"('{i.folder}')"])],
    "GetAssociations": lambda i: [("$uuid", [f"('{i.entry}','{i.set}','{i.folder}')"])],
    "GetDocumentsAndAssociations": lambda i: [(DE + "EntryUUID", [f"('{i.entry}')"])],
    "GetSubmissionSets": lambda i: [("$uuid", [f"('{i.entry}','{i.folder}')"])],
    "GetSubmissionSetAndContents": lambda i: [(SS + "EntryUUID", [f"'{i.set}'"])],
    "GetFolderAndContents": lambda i: [(FD + "EntryUUID", [f"'{i.folder}'"])],
    "GetFoldersForDocument": lambda i: [(DE + "EntryUUID", [f"'{i.entry}'"])],
    "GetRelatedDocuments": lambda i: [(DE + "EntryUUID", [f"'{i.entry}'"]),
                                      ("$AssociationTypes", [f"('{APND}')"])],
    "FindDocumentsByReferenceId": lambda i: of_patient(i, DE) + [
        (DE + "ReferenceIdList", [f"('{i.reference}')"])],
}
BY_UID = {
    "GetDocuments": lambda i: [(DE + "UniqueId", [f"('{i.entry_uid}')"])],
    "GetFolders": lambda i: [(FD + "UniqueId", [f"('{i.folder_uid}')"])],
    "GetDocumentsAndAssociations": lambda i: [(DE + "UniqueId", [f"('{i.entry_uid}')"])],
    "GetSubmissionSetAndContents": lambda i: [(SS + "UniqueId", [f"'{i.set_uid}'"])],
    "GetFolderAndContents": lambda i: [(FD + "UniqueId", [f"'{i.folder_uid}'"])],
    "GetFoldersForDocument": lambda i: [(DE + "UniqueId", [f"'{i.entry_uid}'"])],
    "GetRelatedDocuments": lambda i: [(DE + "UniqueId", [f"'{i.entry_uid}'"]),
                                      ("$AssociationTypes", [f"('{APND}')"])],
}
assert set(QUESTIONS) == set(FOURTEEN)


def compare(seen, unseen):
    """Two canonical answers, line by line."""
    if seen == unseen:
        return
    for number, (one, other) in enumerate(zip(seen.split("\n") + [""], unseen.split("\n") + [""])):
        if one != other:
            fail(f"the answer about something absent, line {number}: {other!r}",
                 f"about something hidden: {one!r}")
    fail("answers of equal length", f"{len(seen)} and {len(unseen)} characters")


def ask(t, send):
    """Canonical answers of `send(ids)` for hidden and absent; the relation ids are dropped."""
    answers = []
    for ids in (hidden(t), absent(t)):
        reply = send(ids)
        places = ids.placeholders()
        relates = reply.header("RelatesTo")
        if relates:
            places[relates] = "request"
        answers.append(canonical_reply(reply, places))
    return answers


def _query(query, question, return_type):
    def run(t):
        clinic = t.need_role("clinic")
        compare(*ask(t, lambda ids: t.call(
            "ITI-18", "registry", t.query_body(query, question(ids), return_type), clinic)))
        found = t.query(query, question(hidden(t)), return_type, role=clinic).success()
        equal(found.ids(), [], "objects of another member shown without consent")
    return run


for _query_name, _question in QUESTIONS.items():
    for _type in ("LeafClass", "ObjectRef"):
        add(f"xds/hidden/{_query_name}-{_type}",
            f"{_query_name} ({_type}) cannot tell hidden from absent", SECTION,
            _query(_query_name, _question, _type))
for _query_name, _question in BY_UID.items():
    add(f"xds/hidden/{_query_name}-by-uniqueId",
        f"{_query_name} by uniqueId cannot tell hidden from absent", SECTION,
        _query(_query_name, _question, "LeafClass"))


@case("xds/hidden/retrieve", "ITI-43 cannot tell hidden from absent", SECTION)
def _retrieve(t):
    clinic = t.need_role("clinic")
    compare(*ask(t, lambda ids: t.call_mtom(
        "ITI-43", "repository", t.retrieve_body([(t.target.repository, ids.entry_uid)]),
        role=clinic)))
    ids = hidden(t)
    answer = t.retrieve([(t.target.repository, ids.entry_uid)], role=clinic)
    answer.failure("XDSDocumentUniqueIdError", location=ids.entry_uid)
    equal(answer.documents, [], "documents")


@case("xds/hidden/retrieve-beside-an-absent-one",
      "hidden and absent in one request look alike", SECTION)
def _retrieve_both(t):
    ids, nothing = hidden(t), absent(t)
    answer = t.retrieve([(t.target.repository, ids.entry_uid),
                         (t.target.repository, nothing.entry_uid)], role=t.need_role("clinic"))
    answer.failure("XDSDocumentUniqueIdError")
    shapes = [(e.code, e.severity, e.context.replace(e.location or "", ""))
              for e in answer.errors]
    equal(len(shapes), 2, "number of errors")
    equal(shapes[0], shapes[1], "shape of the two errors")


@case("xds/hidden/multi-patient", "ITI-51 cannot tell hidden from absent", SECTION)
def _multi(t):
    clinic = t.need_role("clinic")
    compare(*ask(t, lambda ids: t.call("ITI-51", "registry", t.query_body(
        "FindDocumentsForMultiplePatients",
        [(DE + "PatientId", [f"('{ids.patient}')"]), (DE + "Status", [BOTH])]), clinic)))


def _related(kind):
    """A submission of one document with a relation of this kind to an entry."""
    return lambda t, patient, ids: t.build_uuids.submission(patient, relation=kind,
                                                            related_to=ids.entry)


def _referring(t, patient, ids):
    made = t.build_uuids.submission(patient)
    made.associations.append(
        t.build_uuids.link(HAS_MEMBER, made.set.id, ids.entry, "Reference"))
    return made


def _collecting(t, patient, ids):
    made = t.build_uuids.submission(patient, folders=1)
    t.build_uuids.put_in_folder(made, made.folder.id, ids.entry)
    return made


def _submit_about(make):
    def run(t):
        clinic = t.need_role("clinic")
        codes = []
        for ids in (hidden(t), absent(t)):
            made = make(t, t.member_patient(clinic), ids)
            reply = t.call("ITI-42", "registry", made.write(), clinic)
            if reply.fault is not None:
                codes.append(("fault", tuple(reply.fault_codes())))
                continue
            answer = RegistryAnswer(reply)
            true(answer.status == "Failure", "Failure", answer.describe())
            # Ids that the test itself made differ from one submission to the next.
            codes.append(tuple(sorted((e.code, re.sub(r"urn:uuid:[0-9a-f-]{36}", "{id}", e.context))
                                      for e in answer.errors)))
            true(any(ids.entry in e.context for e in answer.errors), "the entry that was referred to",
                 answer.describe())
        equal(codes[0], codes[1], "errors about a hidden entry, compared with an absent one")
    return run


for _kind in (RPLC, XFRM, APND, XFRM_RPLC, SIGNS):
    _short = _kind.rsplit(":", 1)[1]
    add(f"xds/hidden/{_short}-to-a-hidden-entry",
        f"{_short} to a hidden entry fails as to one that does not exist", SECTION,
        _submit_about(_related(_kind)))
add("xds/hidden/reference-to-a-hidden-entry",
    "a set's Reference to a hidden entry fails as to one that does not exist", SECTION,
    _submit_about(_referring))
add("xds/hidden/folder-member-to-a-hidden-entry",
    "putting a hidden entry into an own folder fails as with one that does not exist", SECTION,
    _submit_about(_collecting))


@case("xds/hidden/owner-sees-it", "the publishing member sees its own documents", SECTION)
def _owner(t):
    ids = hidden(t)
    hospital = t.need_role("hospital")
    found = t.stored(ids.patient, hospital)
    true(ids.entry in found.ids("entries"), "the member's own entry", found.ids("entries"))
    got = t.retrieve_one(ids.entry_uid, hospital)
    equal(got["data"], b"hidden", "bytes of the document")


@case("xds/hidden/own-beside-hidden", "counts and lists hold only what the member may see", SECTION)
def _own_beside(t):
    ids = hidden(t)
    clinic = t.need_role("clinic")
    own = t.build_uuids.submission(t.member_patient(clinic), (b"the clinic's own",))
    t.provide(own, role=clinic).success()
    found = t.query("GetDocuments", [(DE + "EntryUUID", [f"('{ids.entry}','{own.entry.id}')"])],
                    role=clinic).success()
    same_set(found.ids(), [own.entry.id], "visible entries")
    answer = t.retrieve([(t.target.repository, ids.entry_uid),
                         (t.target.repository, own.entry.unique_id)], clinic)
    answer.partial("XDSDocumentUniqueIdError", location=ids.entry_uid)
