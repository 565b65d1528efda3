"""ITI-42: what a registry accepts and refuses, one rule at a time (ITI TF-3 4.2, 4.3; TF-2 3.42).

Each row breaks exactly one rule of an otherwise complete submission.
"""
from lxml import etree

from lib.answers import slot_values
from lib.cases import add, case
from lib.checks import equal, only, same_set, true
from lib.ebrim import EVENT_DOMAIN, Author, Code, rim, slot
from lib.names import (APND, CODE_SCHEME, DE_AUTHOR, HAS_MEMBER, IS_SNAPSHOT_OF,
                       LIMITED_METADATA_NODE, NS, ON_DEMAND, REFERENCE_IDS, RPLC,
                       SUBMISSION_SET_NODE, UPDATE_STATUS, XFRM)

META = {"XDSRegistryMetadataError"}
TF = "ITI TF-2 3.42.4.1.3.3; TF-3 "


def refused(codes, change, folders=1, documents=(b"one",)):
    """A case: `change(submission, t)` makes the message wrong; nothing of it may be stored."""
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, documents, folders)
        if folders:
            t.build_uuids.put_in_folder(made, made.folder.id, made.entry.id)
        change(made, t)
        answer = t.register(made)
        answer.failure(codes)
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    return run


def accepted(change, folders=1, check=None, warnings=()):
    """A case: `change(submission, t)` leaves the message right; it must be stored."""
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, folders=folders)
        if folders:
            t.build_uuids.put_in_folder(made, made.folder.id, made.entry.id)
        change(made, t)
        t.register(made).success(warnings)
        found = t.stored(patient)
        same_set(found.ids("entries"), [e.id for e in made.entries], "stored entries")
        if check:
            check(found.find(made.entry.id), made)
    return run


def drop_slot(which, name):
    return lambda s, t: getattr(s, which).slots.pop(name)


def set_slot(which, name, *values):
    return lambda s, t: getattr(s, which).slots.update({name: list(values)})


def drop_code(which, name):
    return lambda s, t: getattr(s, which).drop_code(name)


def set_attribute(which, name, value):
    return lambda s, t: getattr(s, which).attributes.update({name: value})


def drop_attribute(which, name):
    return lambda s, t: getattr(s, which).attributes.pop(name)


def drop_identifier(which, name):
    return lambda s, t: getattr(s, which).drop_identifier(name)


def set_identifier(which, name, value):
    return lambda s, t: getattr(s, which).set_identifier(name, value)


def edit(which, change):
    return lambda s, t: getattr(s, which).edits.append(change)


def member(s):
    return s.association(s.set.id, s.entry.id)


# --- required attributes (the nine of test 11998a first) -----------------------------------------

MISSING = [
    ("classCode", drop_code("entry", "classCode"), "4.3.1"),
    ("confidentialityCode", drop_code("entry", "confidentialityCode"), "4.3.1"),
    ("creationTime", drop_slot("entry", "creationTime"), "4.3.1"),
    ("formatCode", drop_code("entry", "formatCode"), "4.3.1"),
    ("healthcareFacilityTypeCode", drop_code("entry", "healthcareFacilityTypeCode"), "4.3.1"),
    ("languageCode", drop_slot("entry", "languageCode"), "4.3.1"),
    ("practiceSettingCode", drop_code("entry", "practiceSettingCode"), "4.3.1"),
    ("sourcePatientId", drop_slot("entry", "sourcePatientId"), "4.3.1"),
    ("typeCode", drop_code("entry", "typeCode"), "4.3.1"),
    ("repositoryUniqueId", drop_slot("entry", "repositoryUniqueId"), "4.3.1"),
    ("hash", drop_slot("entry", "hash"), "4.3.1"),
    ("size", drop_slot("entry", "size"), "4.3.1"),
    ("mimeType", drop_attribute("entry", "mimeType"), "4.3.1"),
    ("entry-patientId", drop_identifier("entry", "patientId"), "4.3.1"),
    ("entry-uniqueId", drop_identifier("entry", "uniqueId"), "4.3.1"),
    ("entry-objectType", drop_attribute("entry", "objectType"), "4.3.1"),
    ("submissionTime", drop_slot("set", "submissionTime"), "4.3.2"),
    ("contentTypeCode", drop_code("set", "contentTypeCode"), "4.3.2"),
    ("sourceId", drop_identifier("set", "sourceId"), "4.3.2"),
    ("set-patientId", drop_identifier("set", "patientId"), "4.3.2"),
    ("set-uniqueId", drop_identifier("set", "uniqueId"), "4.3.2"),
    ("folder-codeList", drop_code("folder", "codeList"), "4.3.3"),
    ("folder-title", lambda s, t: setattr(s.folder, "title", None), "4.3.3"),
    ("folder-patientId", drop_identifier("folder", "patientId"), "4.3.3"),
    ("folder-uniqueId", drop_identifier("folder", "uniqueId"), "4.3.3"),
]
for _name, _change, _where in MISSING:
    add(f"xds/iti-42/missing/{_name}", f"a submission without {_name} is refused", TF + _where,
        refused(META, _change))


# --- forms of values ------------------------------------------------------------------------------

def author(which, *slots):
    return lambda s, t: setattr(getattr(s, which), "authors", [Author(
        getattr(s, which).authors[0].scheme, list(slots))])


def rename_identifier(element):
    element.find("rim:ExternalIdentifier/rim:Name/rim:LocalizedString", NS).set("value", "other")


def first_classification(change):
    def run(element):
        change(next(c for c in element.findall("rim:Classification", NS)
                    if c.get("classificationScheme") == CODE_SCHEME["classCode"]))
    return run


def two_schemes(element):
    value_list = element.find("rim:Slot/rim:ValueList", NS)
    etree.SubElement(value_list, rim("Value")).text = "1.2.3"


def remove_slot(element):
    element.remove(element.find("rim:Slot", NS))


def second_slot(name, value):
    def run(element):
        made = slot(element, name, [value])
        element.insert(0, made)
    return run


def add_label(node):
    return lambda s, t: s.entry.labels.append(node)


MALFORMED = [
    ("creationTime-not-a-date", set_slot("entry", "creationTime", "24 December"), "4.2.3.1.7"),
    ("creationTime-odd-length", set_slot("entry", "creationTime", "2004122"), "4.2.3.1.7"),
    ("creationTime-month-13", set_slot("entry", "creationTime", "20041301"), "4.2.3.1.7"),
    ("creationTime-day-00", set_slot("entry", "creationTime", "20041200"), "4.2.3.1.7"),
    ("creationTime-hour-24", set_slot("entry", "creationTime", "2004122424"), "4.2.3.1.7"),
    ("creationTime-minute-60", set_slot("entry", "creationTime", "200412242360"), "4.2.3.1.7"),
    ("creationTime-with-zone", set_slot("entry", "creationTime", "20041224120000+0900"),
     "4.2.3.1.7"),
    ("creationTime-with-fraction", set_slot("entry", "creationTime", "20041224120000.5"),
     "4.2.3.1.7"),
    ("creationTime-two-values", set_slot("entry", "creationTime", "20041224", "20041225"),
     "4.2.3.2.5"),
    ("serviceStart-after-stop", set_slot("entry", "serviceStartTime", "20041225"), "4.2.3.2.19"),
    ("serviceStopTime-not-a-date", set_slot("entry", "serviceStopTime", "never"), "4.2.3.2.20"),
    ("hash-too-short", set_slot("entry", "hash", "da39a3ee5e6b4b0d3255bfef95601890afd8070"),
     "4.2.3.1.7"),
    ("hash-not-hexadecimal", set_slot("entry", "hash", "z" * 40), "4.2.3.1.7"),
    ("size-not-a-number", set_slot("entry", "size", "12 KB"), "4.2.3.1.7"),
    ("size-negative", set_slot("entry", "size", "-1"), "4.2.3.1.7"),
    ("languageCode-with-blank", set_slot("entry", "languageCode", "ja JP"), "4.2.3.2.13"),
    ("repositoryUniqueId-not-an-oid", set_slot("entry", "repositoryUniqueId", "my repository"),
     "4.2.3.2.18"),
    ("sourcePatientId-not-a-cx", set_slot("entry", "sourcePatientId", "S001"), "4.2.3.2.22"),
    ("sourcePatientId-dns-authority",
     set_slot("entry", "sourcePatientId", "S001^^^&hospital.example&DNS"), "4.2.3.2.22"),
    ("legalAuthenticator-empty-person",
     set_slot("entry", "legalAuthenticator", "^^^^^^^^&1.2.3&ISO"), "4.2.3.1.7"),
    ("sourcePatientInfo-not-a-field", set_slot("entry", "sourcePatientInfo", "Yamada Hanako"),
     "4.2.3.2.23"),
    ("sourcePatientInfo-two-PID-7",
     set_slot("entry", "sourcePatientInfo", "PID-7|19560527", "PID-7|19560528"), "4.2.3.2.23"),
    ("referenceIdList-without-type",
     set_slot("entry", REFERENCE_IDS, "R1^^^&1.2.3&ISO"), "4.2.3.2.28"),
    ("mimeType-without-slash", set_attribute("entry", "mimeType", "text"), "4.2.3.2.15"),
    ("mimeType-not-in-the-domain", set_attribute("entry", "mimeType", "application/x-unheard"),
     "4.2.3.2.15"),
    ("author-without-person-or-institution",
     author("entry", ("authorRole", ["Attending"])), "4.2.3.1.4"),
    ("author-two-persons", author("entry", ("authorPerson", ["^A^B", "^C^D"])), "4.2.3.1.4"),
    ("authorPerson-authority-without-id",
     author("entry", ("authorPerson", ["^Yamada^Hanako^^^^^^&1.2.3&ISO"])), "4.2.3.1.4"),
    ("authorInstitution-without-name",
     author("entry", ("authorInstitution", ["^^^^^^^^^1.2.3.4"])), "4.2.3.1.4"),
    ("set-author-without-person", author("set", ("authorRole", ["Attending"])), "4.2.3.1.4"),
    ("code-without-scheme", edit("entry", first_classification(remove_slot)), "4.2.3.1.2"),
    ("code-with-two-schemes", edit("entry", first_classification(two_schemes)), "4.2.3.1.2"),
    ("code-empty", edit("entry", first_classification(
        lambda c: c.set("nodeRepresentation", ""))), "4.2.3.1.2"),
    ("code-classifies-another-object", edit("entry", first_classification(
        lambda c: c.set("classifiedObject", "urn:uuid:00000000-0000-4000-8000-000000000000"))),
     "4.2.3.1.2"),
    ("classCode-twice", lambda s, t: s.entry.codes.append(
        ("classCode", Code("SUMMARIES", "1.3.6.1.4.1.19376.1.2.6.1"))), "4.3.1"),
    ("contentTypeCode-twice", lambda s, t: s.set.codes.append(
        ("contentTypeCode", Code("264372000", "2.16.840.1.113883.6.96"))), "4.3.2"),
    ("identifier-of-another-object", edit("entry", lambda e: e.find(
        "rim:ExternalIdentifier", NS).set("registryObject", "urn:uuid:"
                                          "00000000-0000-4000-8000-000000000000")), "4.2.3.1.3"),
    ("uniqueId-with-blank", set_identifier("entry", "uniqueId", "my document"), "4.2.3.2.26"),
    ("folder-uniqueId-not-an-oid", set_identifier("folder", "uniqueId", "folder-1"), "4.2.3.4.9"),
    ("set-uniqueId-not-an-oid", set_identifier("set", "uniqueId", "set-1"), "4.2.3.3.12"),
    ("sourceId-not-an-oid", set_identifier("set", "sourceId", "Kita Hospital"), "4.2.3.3.9"),
    ("submissionTime-not-a-date", set_slot("set", "submissionTime", "today"), "4.2.3.3.10"),
    ("intendedRecipient-empty-parts", set_slot("set", "intendedRecipient", "|"), "4.2.3.3.7"),
    ("slot-name-twice", edit("entry", second_slot("creationTime", "20041224")), "4.2.3.1"),
    ("slot-value-too-long", set_slot("entry", "urn:example:long", "x" * 257), "ebRIM LongName"),
    ("slot-name-urn-ihe-unknown", set_slot("entry", "urn:ihe:iti:xds:1999:noSuchThing", "x"),
     "4.2.3.1.6"),
    ("limited-metadata-entry", add_label(LIMITED_METADATA_NODE["entry"]), "4.2.3.2.29"),
    ("limited-metadata-set", lambda s, t: s.set.labels.append(LIMITED_METADATA_NODE["set"]),
     "4.2.3.3.8"),
    ("entry-id-not-a-uuid", lambda s, t: _rename(s, s.entry, "urn:uuid:not-a-uuid"), "4.2.3.1.5"),
    ("logical-id-differs", set_attribute(
        "entry", "lid", "urn:uuid:00000000-0000-4000-8000-000000000001"), "Metadata Update 3.42"),
    ("on-demand-entry", set_attribute("entry", "objectType", ON_DEMAND), "4.3.1"),
    ("unknown-objectType", set_attribute(
        "entry", "objectType", "urn:uuid:00000000-0000-4000-8000-000000000002"), "4.3.1"),
]


def _rename(s, made, new):
    for association in s.associations:
        association.source = new if association.source == made.id else association.source
        association.target = new if association.target == made.id else association.target
    made.id = new


# TF-3 leaves the code of an unknown urn:ihe: slot name open; the toolkit uses XDSRegistryError.
LOOSER = {"slot-name-urn-ihe-unknown": META | {"XDSRegistryError"}}
for _name, _change, _where in MALFORMED:
    add(f"xds/iti-42/malformed/{_name}", f"refused: {_name.replace('-', ' ')}", TF + _where,
        refused(LOOSER.get(_name, META), _change))


CX_FORMS = [("no-authority", "P1"), ("type-not-iso", "{id}^^^&{oid}&DNS"),
            ("namespace", "{id}^^^IHERED&{oid}&ISO"), ("trailing-type", "{id}^^^&{oid}&ISO^PI"),
            ("check-digit", "{id}^5^^&{oid}&ISO"), ("no-id", "^^^&{oid}&ISO")]


def _bad_cx(form):
    def change(s, t):
        value = form.format(id=t.ids.text("P"), oid=t.target.authorities[0])
        for made in (s.entry, s.set, s.folder):
            made.set_identifier("patientId", value)
    # An id that is no CX can as well be called unknown: the TF orders no precedence.
    return refused(META | {"XDSUnknownPatientId"}, change)


for _name, _form in CX_FORMS:
    add(f"xds/iti-42/malformed/patientId-{_name}", f"a patientId with {_name.replace('-', ' ')} "
        "is refused", TF + "4.2.3.1.7", _bad_cx(_form))


CODE_ATTRIBUTES = [("entry", "classCode"), ("entry", "confidentialityCode"),
                   ("entry", "formatCode"), ("entry", "healthcareFacilityTypeCode"),
                   ("entry", "practiceSettingCode"), ("entry", "typeCode"),
                   ("entry", "eventCodeList"), ("set", "contentTypeCode"),
                   ("folder", "codeList")]


def _foreign_code(which, attribute):
    return lambda s, t: getattr(s, which).set_code(attribute, Code("no-such-code", "2.999.99"))


def _foreign_scheme(which, attribute):
    def change(s, t):
        made = getattr(s, which)
        known = Code("MPQ-eventcode-1", EVENT_DOMAIN) if attribute == "eventCodeList" \
            else made.code(attribute)
        made.set_code(attribute, Code(known.value, "2.999.99"))
    return change


for _which, _attribute in CODE_ATTRIBUTES:
    add(f"xds/iti-42/code-outside-the-value-set/{_attribute}",
        f"a {_attribute} that the domain does not list is refused", TF + "4.2.3.2",
        refused(META, _foreign_code(_which, _attribute)))
    add(f"xds/iti-42/code-of-another-scheme/{_attribute}",
        f"a listed {_attribute} under another scheme is refused", TF + "4.2.3.2",
        refused(META, _foreign_scheme(_which, _attribute)))


# --- structure ------------------------------------------------------------------------------------

def _second_set(s, t):
    s.sets.append(t.build_uuids.submission_set(s.set.identifier("patientId")))


def _no_member(s, t):
    s.associations.remove(member(s))


def _folder_unlinked(s, t):
    s.associations.remove(s.association(s.set.id, s.folder.id))


def _member_slots(slots):
    return lambda s, t: setattr(member(s), "slots", slots)


def _dangling_symbol(s, t):
    s.associations.append(t.build_uuids.link(HAS_MEMBER, s.set.id, "NoSuchThing", "Original"))


def _type(value):
    return lambda s, t: s.associations.append(
        t.build_uuids.link(value, s.entry.id, s.entry.id))


def _folder_member_alone(s, t):
    inner = s.association(s.folder.id, s.entry.id)
    s.associations = [a for a in s.associations if a.target != inner.id]


def _set_in_folder(s, t):
    s.associations.append(t.build_uuids.link(HAS_MEMBER, s.folder.id, s.set.id))


def _folder_in_folder(s, t):
    second = t.build_uuids.folder(s.set.identifier("patientId"))
    s.folders.append(second)
    s.associations += [t.build_uuids.link(HAS_MEMBER, s.set.id, second.id),
                       t.build_uuids.link(HAS_MEMBER, s.folder.id, second.id)]


def _document_code_on_member(s, t):
    member(s).documentation = Code("Additional_Information", EVENT_DOMAIN)


def _same_id_twice(s, t):
    twin = t.build_uuids.entry(s.set.identifier("patientId"))
    twin.id = s.entry.id
    s.entries.append(twin)


def _original_elsewhere(s, t):
    """SubmissionSetStatus Original for an entry that an earlier submission brought."""
    earlier = t.build_uuids.submission(t.patient())
    t.register(earlier).success()
    s.associations.append(
        t.build_uuids.link(HAS_MEMBER, s.set.id, earlier.entry.id, "Original"))


STRUCTURE = [
    ("no-submission-set", lambda s, t: _drop_set(s), META),
    ("two-submission-sets", _second_set, META),
    ("entry-not-in-the-set", _no_member, META),
    ("folder-not-in-the-set", _folder_unlinked, META),
    ("no-SubmissionSetStatus", _member_slots({}), META),
    ("unknown-SubmissionSetStatus", _member_slots({"SubmissionSetStatus": ["Copy"]}), META),
    ("two-SubmissionSetStatus",
     _member_slots({"SubmissionSetStatus": ["Original", "Reference"]}), META),
    ("symbol-that-names-nothing", _dangling_symbol, META | {"UnresolvedReferenceException"}),
    ("unknown-association-type", _type("urn:example:Unheard"), META),
    ("association-type-of-ebrim-2", _type("HasMember"), META),
    ("update-trigger-in-ITI-42", lambda s, t: s.associations.append(t.build_uuids.link(
        UPDATE_STATUS, s.set.id, s.entry.id)), META),
    ("folder-member-not-in-the-set", _folder_member_alone, META),
    ("set-in-a-folder", _set_in_folder, META),
    ("folder-in-a-folder", _folder_in_folder, META),
    ("documentation-code-on-HasMember", _document_code_on_member, META),
    ("same-id-twice", _same_id_twice, META),
    ("Original-for-an-earlier-entry", _original_elsewhere, META),
    ("label-missing", lambda s, t: s.set.labels.clear(), META),
]


def _drop_set(s):
    s.edits.append(lambda objects: [objects.remove(p) for p in objects.findall(
        "rim:RegistryPackage", NS) if p.get("id") == s.set.id])


for _name, _change, _codes in STRUCTURE:
    add(f"xds/iti-42/structure/{_name}", f"refused: {_name.replace('-', ' ')}",
        "ITI TF-3 4.1.4, 4.2.1.5, 4.2.2", refused(_codes, _change))


@case("xds/iti-42/structure/empty-set", "a set with nothing in it is refused", "ITI TF-3 4.2.1.5")
def _empty_set(t):
    t.register(t.build.submission(t.patient(), documents=())).failure(META)


# --- patient ids and unique ids --------------------------------------------------------------------

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
    _rename(second, second.entry, first.entry.id)
    t.register(second).failure(META)


# --- what must be accepted ---------------------------------------------------------------------------

def _none(s, t):
    """Nothing is changed."""


def _labels_outside(s, t):
    s.labels_inside = False


def _associations_first(s, t):
    s.associations_first = True


def _white_space(s, t):
    def widen(element):
        for value in element.iter(rim("Value")):
            value.text = f"\n      {value.text}\n    "
    s.entry.edits.append(widen)


def _comment_in_value(s, t):
    s.entry.edits.append(lambda e: e.insert(0, etree.Comment(" a comment ")))


def _empty_optional(s, t):
    s.entry.edits.append(lambda e: e.insert(0, slot(e, "legalAuthenticator", [])))


def _references(s, t):
    s.edits.append(lambda objects: objects.insert(
        0, etree.Element(rim("ObjectRef"), id=SUBMISSION_SET_NODE)))


def returned(name):
    def check(found, made):
        equal(slot_values(found, name), made.entry.slots[name], name)
    return check


ACCEPTED = [
    ("plain", _none, None),
    ("labels-beside-the-packages", _labels_outside, None),
    ("associations-before-objects", _associations_first, None),
    ("white-space-in-values", _white_space, None),
    ("comments-between-elements", _comment_in_value, None),
    ("empty-optional-slot", _empty_optional, None),
    ("object-references-listed", _references, None),
    ("status-submitted-is-ignored", set_attribute("entry", "status",
     "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"),
     lambda found, made: equal(found.get("status"),
                               "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved", "status")),
    ("hash-in-upper-case", lambda s, t: s.entry.slots.update(
        {"hash": [s.entry.slots["hash"][0].upper()]}), None),
    ("display-name-is-free", lambda s, t: s.entry.set_code(
        "classCode", Code("REPORTS", "1.3.6.1.4.1.19376.1.2.6.1", "some other words")), None),
    ("creationTime-year", set_slot("entry", "creationTime", "2004"), returned("creationTime")),
    ("creationTime-month", set_slot("entry", "creationTime", "200412"), returned("creationTime")),
    ("creationTime-hour", set_slot("entry", "creationTime", "2004122410"),
     returned("creationTime")),
    ("creationTime-second", set_slot("entry", "creationTime", "20041224103059"),
     returned("creationTime")),
    ("serviceStart-equals-stop-in-precision", lambda s, t: s.entry.slots.update(
        {"serviceStartTime": ["200412231200"], "serviceStopTime": ["20041223"]}), None),
    ("uniqueId-root-and-extension", lambda s, t: s.entry.set_identifier(
        "uniqueId", t.ids.oid() + "^EXT.42"), None),
    ("uniqueId-urn", lambda s, t: s.entry.set_identifier("uniqueId", t.ids.uuid()), None),
    ("oid-of-64-characters", lambda s, t: s.set.set_identifier(
        "sourceId", ("2.999" + ".1234567" * 8)[:64].rstrip(".")), None),
    ("reference-ids", set_slot(
        "entry", REFERENCE_IDS, "A1^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:accession",
        "O1^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:order"), returned(REFERENCE_IDS)),
    ("author-by-telecom-only", author(
        "entry", ("authorTelecommunication", ["^^Internet^a@example.org"])), None),
    ("software-author", author("entry", ("authorPerson", ["^Archive 3000"])), None),
    ("several-institutions", author(
        "entry", ("authorPerson", ["D1^Sato^Ken^^^^^^&1.2.3&ISO"]),
        ("authorInstitution", ["Kita Hospital^^^^^^^^^1.2.3.9", "Minami"])), None),
    ("no-author", lambda s, t: s.entry.authors.clear(), None),
    ("no-title-no-comments", lambda s, t: (setattr(s.entry, "title", None),
                                           setattr(s.entry, "comments", None)), None),
    ("several-event-codes", lambda s, t: s.entry.set_code(
        "eventCodeList", Code("MPQ-eventcode-1", EVENT_DOMAIN),
        Code("MPQ-eventcode-2", EVENT_DOMAIN)), None),
    ("several-confidentiality-codes", lambda s, t: s.entry.set_code(
        "confidentialityCode", Code("N", "2.16.840.1.113883.5.25"),
        Code("R", "2.16.840.1.113883.5.25")), None),
    ("intended-recipients", set_slot(
        "set", "intendedRecipient", "Kita Hospital^^^^^^^^^1.2.3.9|D1^Sato^Ken^^^^^^&1.2.3&ISO",
        "|^Suzuki^Jiro"), None),
    ("uri", set_slot("entry", "URI", "DOC0001.TXT"), returned("URI")),
    ("comments-kept", lambda s, t: setattr(s.entry, "comments", "経過良好。\u2028再診"), None),
    ("home-community-given", set_attribute("entry", "home", "urn:oid:2.999.1.1"), None),
]
for _name, _change, _check in ACCEPTED:
    add(f"xds/iti-42/accepted/{_name}", f"accepted: {_name.replace('-', ' ')}",
        TF + "4.2, 4.3", accepted(_change, check=_check))


@case("xds/iti-42/accepted/several-documents", "five documents in one submission are five entries",
      "ITI TF-2 3.42; toolkit 11991")
def _several(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, [str(n).encode() for n in range(5)])
    t.register(made).success()
    same_set(t.stored(patient).ids("entries"), [e.id for e in made.entries], "stored entries")


@case("xds/iti-42/accepted/symbolic-ids",
      "symbolic ids become lower-case UUIDs, the same everywhere",
      "ITI TF-3 4.2.3.1.5; TF-2 3.42.4.1.3.3.1")
def _symbolic(t):
    patient = t.patient()
    made = t.build.submission(patient, folders=1)
    t.build.put_in_folder(made, made.folder.id, made.entry.id)
    t.register(made).success()
    found = t.query("GetSubmissionSetAndContents", [
        ("$XDSSubmissionSetUniqueId", [f"'{made.set.unique_id}'"])]).success()
    entry, package, folder = (only(found.ids(kind), kind)
                              for kind in ("entries", "sets", "folders"))
    for one in found.ids():
        equal(one, one.lower(), "a UUID in lower case")
    links = found.links()
    for link in ((HAS_MEMBER, package, entry), (HAS_MEMBER, package, folder),
                 (HAS_MEMBER, folder, entry)):
        true(link in links, f"the association {link}", links)


@case("xds/iti-42/extra-metadata", "extra slots are stored and returned, or dropped with a warning",
      "ITI TF-3 4.2.3.1.6; toolkit 12379")
def _extra(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.entry.slots["urn:example:ward"] = ["North 3", "北3病棟"]
    answer = t.register(made)
    kept = answer.status == "Success" and not answer.warnings
    answer.success([] if kept else ["XDSExtraMetadataNotSaved"])
    values = slot_values(t.stored(patient).find(made.entry.id), "urn:example:ward")
    equal(values, ["North 3", "北3病棟"] if kept else None, "the extra slot in the answer")


@case("xds/iti-42/metadata-survives", "every attribute comes back as it was submitted",
      "ITI TF-2 3.42.4.1.3.3; 3.18.4.1.2.3.7")
def _survives(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    entry = made.entry
    entry.slots["legalAuthenticator"] = ["D9^Ito^Mari^^^^^^&1.2.3&ISO"]
    entry.slots["URI"] = ["A.TXT"]
    entry.title, entry.comments = "診療情報提供書", "line <1> & \"2\""
    entry.set_code("eventCodeList", Code("MPQ-eventcode-1", EVENT_DOMAIN, "検査"))
    t.register(made).success()
    found = t.stored(patient).find(entry.id)
    for name, values in entry.slots.items():
        got = slot_values(found, name)
        equal([v.lower() for v in got or []] if name == "hash" else got,
              [v.lower() for v in values] if name == "hash" else values, f"slot {name}")
    for tag, text in (("Name", entry.title), ("Description", entry.comments)):
        equal(found.find(f"rim:{tag}/rim:LocalizedString", NS).get("value"), text, tag)
    equal(found.get("mimeType"), "text/plain", "mimeType")
    codes = {(c.get("classificationScheme"), c.get("nodeRepresentation"),
              slot_values(c, "codingScheme")[0]) for c in found.findall("rim:Classification", NS)
             if c.get("classificationScheme") != DE_AUTHOR}
    same_set(codes, [(CODE_SCHEME[a], c.value, c.scheme) for a, c in entry.codes], "codes")
    authors = [c for c in found.findall("rim:Classification", NS)
               if c.get("classificationScheme") == DE_AUTHOR]
    equal([slot_values(a, "authorPerson") for a in authors], [["^Yamada^Hanako"]], "authors")


@case("xds/iti-42/atomic", "one bad entry among three: nothing is stored (12084)",
      "ITI TF-2 3.42.4.1.3.3")
def _atomic(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"1", b"2", b"3"), folders=1)
    made.entries[1].slots.pop("repositoryUniqueId")
    t.register(made).failure(META)
    equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    equal(t.query("GetSubmissionSets", [("$uuid", [f"('{made.entry.id}')"])]).success().objects,
          [], "submission sets stored")
    made.entries[1].slots["repositoryUniqueId"] = [t.target.repository]
    t.register(made).success()


# --- relationships that cannot be -------------------------------------------------------------------

def _relation_to_nothing(kind):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, relation=kind, related_to=t.ids.uuid())
        # Where snapshots are not supported at all, the association itself is the fault.
        t.register(made).failure({"UnresolvedReferenceException"} |
                                 (META if kind == IS_SNAPSHOT_OF else set()))
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    return run


for _kind in (RPLC, APND, XFRM, IS_SNAPSHOT_OF):
    _short = _kind.rsplit(":", 1)[1]
    add(f"xds/iti-42/relation/{_short}-to-nothing",
        f"{_short} to an entry that does not exist is refused", TF + "4.2.2",
        _relation_to_nothing(_kind))


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
