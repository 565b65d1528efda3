"""ITI-42: what depends on what the registry holds: patients, unique ids, relationships."""
from lib.cases import add, case
from lib.checks import equal, same_set, true
from lib.names import (APND, HAS_MEMBER, IS_SNAPSHOT_OF, RPLC, SIGNS, XFRM,
                       XFRM_RPLC)

from .register import META, TF, rename


@case("xds/iti-42/patient/unknown", "an unknown patient is named in the error", TF + "4.2.4")
def _unknown_patient(t):
    patient = t.new_patient_id()
    t.register(t.build.submission(patient, folders=1)).failure(
        "XDSUnknownPatientId", mentions=patient.split("^")[0])


@case("xds/iti-42/patient/unknown-authority", "a patient id of an unknown domain is unknown",
      TF + "4.2.4")
def _unknown_domain(t):
    t.register(t.build.submission("P1^^^&2.999.88.7.6&ISO")).failure("XDSUnknownPatientId")


def _mismatch(which):
    def run(t):
        patient, other = t.patient(), t.patient()
        made = t.build_uuids.submission(patient, folders=1)
        getattr(made, which).set_identifier("patientId", other)
        t.register(made).failure("XDSPatientIdDoesNotMatch")
        for one in (patient, other):
            equal(t.stored(one).objects, [], "objects stored by a refused submission")
    return run


for _which in ("entry", "set", "folder"):
    add(f"xds/iti-42/patient/{_which}-of-another-patient",
        f"a {_which} of another known patient is refused and nothing is stored",
        TF + "4.1.4.1", _mismatch(_which))


@case("xds/iti-42/unique-id/same-in-message", "two entries of one message share a uniqueId",
      TF + "4.2.4")
def _duplicate_in_message(t):
    made = t.build_uuids.submission(t.patient(), (b"one", b"two"))
    made.entries[1].set_identifier("uniqueId", made.entry.unique_id)
    t.register(made).failure("XDSRegistryDuplicateUniqueIdInMessage",
                             mentions=made.entry.unique_id)


@case("xds/iti-42/unique-id/set-and-folder-share", "a folder has the set's uniqueId", TF + "4.2.4")
def _set_folder_share(t):
    made = t.build_uuids.submission(t.patient(), folders=1)
    made.folder.set_identifier("uniqueId", made.set.unique_id)
    t.register(made).failure("XDSRegistryDuplicateUniqueIdInMessage",
                             mentions=made.set.unique_id)


@case("xds/iti-42/unique-id/resubmission-same-content",
      "a registered uniqueId with equal size and hash is accepted as a second entry (12004)",
      "ITI TF-2 3.42.4.1.3.3.2")
def _resubmission(t):
    patient = t.patient()
    first = t.build_uuids.submission(patient)
    t.register(first).success()
    second = t.build_uuids.submission(patient)
    second.entry.set_identifier("uniqueId", first.entry.unique_id)
    second.entry.slots["hash"] = [second.entry.slots["hash"][0].upper()]
    t.register(second).success()
    found = t.query("GetDocuments", [("$XDSDocumentEntryUniqueId",
                                      [f"('{first.entry.unique_id}')"])]).success()
    same_set(found.ids("entries"), [first.entry.id, second.entry.id], "both copies")


def _nonidentical(name, value, codes):
    def run(t):
        patient = t.patient()
        first = t.build_uuids.submission(patient)
        t.register(first).success()
        second = t.build_uuids.submission(patient)
        second.entry.set_identifier("uniqueId", first.entry.unique_id)
        second.entry.slots[name] = [value]
        t.register(second).failure(codes, mentions=first.entry.unique_id)
        same_set(t.stored(patient).ids("entries"), [first.entry.id], "entries of the patient")
    return run


add("xds/iti-42/unique-id/other-hash", "a registered uniqueId with another hash is refused",
    "ITI TF-2 3.42.4.1.3.3.2", _nonidentical("hash", "ab" * 20, "XDSNonIdenticalHash"))
add("xds/iti-42/unique-id/other-size", "a registered uniqueId with another size is refused",
    "ITI TF-2 3.42.4.1.3.3.2", _nonidentical("size", "999", "XDSNonIdenticalSize"))


def _taken(kind, victim):
    def run(t):
        patient = t.patient()
        first = t.build_uuids.submission(patient, folders=1)
        t.register(first).success()
        second = t.build_uuids.submission(patient, folders=1)
        taken = getattr(first, victim).unique_id
        getattr(second, kind).set_identifier("uniqueId", taken)
        t.register(second).failure("XDSDuplicateUniqueIdInRegistry", mentions=taken)
        same_set(t.stored(patient).ids("entries"), [first.entry.id], "entries of the patient")
    return run


for _kind in ("set", "folder"):
    for _victim in ("set", "folder", "entry"):
        add(f"xds/iti-42/unique-id/{_kind}-takes-that-of-a-registered-{_victim}",
            f"a {_kind} may not reuse the uniqueId of a registered {_victim}",
            "ITI TF-2 3.42.4.1.3.3.2", _taken(_kind, _victim))


@case("xds/iti-42/unique-id/case-matters", "uniqueIds that differ in case only are different",
      "ITI TF-2 F; TF-3 4.2.3.2.26")
def _case_matters(t):
    patient = t.patient()
    stem = t.ids.text("urn-doc-")
    for value, content in ((stem + "a", b"one"), (stem + "A", b"two")):
        made = t.build.submission(patient, (content,))
        made.entry.set_identifier("uniqueId", value)
        t.register(made).success()
    equal(len(t.stored(patient).entries()), 2, "number of entries")


@case("xds/iti-42/entry-uuid/taken", "a UUID that is already registered is refused (15806)",
      "ITI TF-2 3.42.4.1.3.3")
def _taken_uuid(t):
    patient = t.patient()
    first = t.build_uuids.submission(patient)
    t.register(first).success()
    second = t.build_uuids.submission(patient)
    rename(second, second.entry, first.entry.id)
    t.register(second).failure(META)


# --- relationships that cannot be -------------------------------------------------------------

def _relation_to_nothing(kind):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, relation=kind, related_to=t.ids.uuid())
        # Where snapshots are not supported at all, the association itself is the fault.
        t.register(made).failure({"UnresolvedReferenceException"} |
                                 (META if kind == IS_SNAPSHOT_OF else set()))
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    return run


for _kind in (RPLC, APND, XFRM, XFRM_RPLC, SIGNS, IS_SNAPSHOT_OF):
    _short = _kind.rsplit(":", 1)[1]
    add(f"xds/iti-42/relation/{_short}-to-nothing",
        f"{_short} to an entry that does not exist is refused", TF + "4.2.2",
        _relation_to_nothing(_kind))


def _relation_across(kind):
    def run(t):
        first = t.build_uuids.submission(t.patient())
        t.register(first).success()
        patient = t.patient()
        made = t.build_uuids.submission(patient, relation=kind, related_to=first.entry.id)
        t.register(made).failure("XDSPatientIdDoesNotMatch")
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    return run


for _kind in (APND, XFRM, XFRM_RPLC, SIGNS):
    _short = _kind.rsplit(":", 1)[1]
    add(f"xds/iti-42/relation/{_short}-to-another-patient",
        f"{_short} to an entry of another patient is refused", TF + "4.2.2",
        _relation_across(_kind))


@case("xds/iti-42/relation/late-member-of-a-set",
      "a registered submission set gets no further members", "ITI TF-3 4.2.1.5")
def _late_member(t):
    patient = t.patient()
    first = t.build_uuids.submission(patient)
    t.register(first).success()
    second = t.build_uuids.submission(patient)
    second.associations.append(
        t.build_uuids.link(HAS_MEMBER, first.set.id, second.entry.id, "Original"))
    t.register(second).failure({"UnresolvedReferenceException"} | META)
    same_set(t.stored(patient).ids("entries"), [first.entry.id], "entries of the patient")


@case("xds/iti-42/relation/several-faults-at-once",
      "a submission that is wrong in form and in state hears of both", TF + "4.2.4")
def _several(t):
    patient = t.new_patient_id()
    made = t.build_uuids.submission(patient)
    made.entry.slots.pop("languageCode")
    answer = t.register(made)
    answer.failure_among("XDSUnknownPatientId")
    answer.failure_among("XDSRegistryMetadataError")


@case("xds/iti-42/relation/source-not-in-message", "the source of a relation must be submitted",
      "ITI TF-3 4.2.2.2")
def _foreign_source(t):
    patient = t.patient()
    first, second = (t.build_uuids.submission(patient) for _ in range(2))
    t.register(first).success()
    t.register(second).success()
    third = t.build_uuids.submission(patient)
    third.associations.append(t.build_uuids.link(APND, first.entry.id, second.entry.id))
    t.register(third).failure({"UnresolvedReferenceException"} | META)


@case("xds/iti-42/relation/snapshot-of-a-stable-entry", "IsSnapshotOf needs an on-demand target",
      "ITI TF-3 4.2.2.2.5")
def _snapshot(t):
    patient = t.patient()
    first = t.build_uuids.submission(patient)
    t.register(first).success()
    t.register(t.build_uuids.submission(patient, relation=IS_SNAPSHOT_OF,
                                        related_to=first.entry.id)).failure(META)


@case("xds/iti-42/relation/reference-to-nothing", "a Reference to an unknown entry is refused",
      TF + "4.2.2")
def _reference(t):
    made = t.build_uuids.submission(t.patient())
    made.associations.append(
        t.build_uuids.link(HAS_MEMBER, made.set.id, t.ids.uuid(), "Reference"))
    t.register(made).failure("UnresolvedReferenceException")


@case("xds/iti-42/relation/reference-to-another-patient", "a Reference may cross patients",
      "ITI TF-3 4.1.4.1")
def _reference_across(t):
    first = t.build_uuids.submission(t.patient())
    t.register(first).success()
    patient = t.patient()
    second = t.build_uuids.submission(patient)
    second.associations.append(
        t.build_uuids.link(HAS_MEMBER, second.set.id, first.entry.id, "Reference"))
    t.register(second).success()
    found = t.query("GetSubmissionSets", [("$uuid", [f"('{first.entry.id}')"])], "ObjectRef")
    true(second.set.id in found.success().ids(), "the set that refers to the entry", found.ids())
