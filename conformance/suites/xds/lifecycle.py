"""Replacement, addendum, transformation, folders (ITI TF-3 4.2.2; toolkit 11992-12370)."""
from lib.answers import identifier, slot_values
from lib.cases import add, case
from lib.checks import equal, same_set, true
from lib.ebrim import EVENT_DOMAIN, Code
from lib.names import (APND, APPROVED, CODE_SCHEME, DEPRECATED, HAS_MEMBER, IDENTIFIER, NS, RPLC,
                       SIGNS, XFRM, XFRM_RPLC)

LIFE = "ITI TF-3 4.2.2.2; TF-2 3.42.4.1.3.3"


def short(kind):
    return kind.rsplit(":", 1)[1]


def one(t, patient, **options):
    """Registers one entry and returns its submission."""
    made = t.build_uuids.submission(patient, **options)
    t.register(made).success()
    return made


def related(t, patient, kind, target):
    return one(t, patient, relation=kind, related_to=target)


def status_of(t, patient):
    """{entry id: Approved | Deprecated}"""
    return {e.get("id"): e.get("status") for e in t.stored(patient).entries()}


@case("xds/life/replace",
      "RPLC deprecates the old entry and keeps its bytes' metadata (11992)", LIFE)
def _replace(t):
    patient = t.patient()
    old = one(t, patient)
    new = related(t, patient, RPLC, old.entry.id)
    equal(status_of(t, patient), {old.entry.id: DEPRECATED, new.entry.id: APPROVED}, "status")
    links = t.query("GetAssociations", [("$uuid", [f"('{new.entry.id}')"])]).success().links()
    true((RPLC, new.entry.id, old.entry.id) in links, "the RPLC association", links)


def _deprecated_target(kind):
    def run(t):
        patient = t.patient()
        old = one(t, patient)
        new = related(t, patient, RPLC, old.entry.id)
        late = t.build_uuids.submission(patient, relation=kind, related_to=old.entry.id)
        t.register(late).failure("XDSRegistryDeprecatedDocumentError")
        equal(status_of(t, patient), {old.entry.id: DEPRECATED, new.entry.id: APPROVED}, "status")
    return run


for _kind in (RPLC, XFRM_RPLC, APND, XFRM):
    add(f"xds/life/{short(_kind)}-of-a-deprecated-entry",
        f"{short(_kind)} of a deprecated entry is refused (11993, 11994)", LIFE,
        _deprecated_target(_kind))


def _keeps(kind):
    def run(t):
        patient = t.patient()
        old = one(t, patient)
        new = related(t, patient, kind, old.entry.id)
        equal(status_of(t, patient), {old.entry.id: APPROVED, new.entry.id: APPROVED}, "status")
        found = t.query("GetRelatedDocuments", [
            ("$XDSDocumentEntryEntryUUID", [f"'{old.entry.id}'"]),
            ("$AssociationTypes", [f"('{kind}')"])]).success()
        same_set(found.ids("entries"), [old.entry.id, new.entry.id], "related documents")
    return run


for _kind in (APND, XFRM, SIGNS):
    add(f"xds/life/{short(_kind)}", f"{short(_kind)} leaves the old entry approved", LIFE,
        _keeps(_kind))


def _in_message(kind):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, (b"base", b"extra"))
        base, extra = (e.id for e in made.entries)
        made.associations.append(t.build_uuids.link(kind, extra, base))
        t.register(made).success()
        equal(status_of(t, patient), {base: APPROVED, extra: APPROVED}, "status")
    return run


for _kind in (APND, XFRM, SIGNS):
    add(f"xds/life/{short(_kind)}-within-one-submission",
        f"both ends of {short(_kind)} may come in one submission (rev 20)", LIFE,
        _in_message(_kind))


@case("xds/life/RPLC-within-one-submission", "the target of RPLC must be registered already", LIFE)
def _replace_in_message(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"base", b"new"))
    made.associations.append(
        t.build_uuids.link(RPLC, made.entries[1].id, made.entries[0].id))
    t.register(made).failure({"UnresolvedReferenceException", "XDSRegistryMetadataError"})
    equal(t.stored(patient).objects, [], "objects stored by a refused submission")


def _children(kind):
    def run(t):
        patient = t.patient()
        old = one(t, patient)
        child = related(t, patient, kind, old.entry.id)
        grandchild = related(t, patient, APND, child.entry.id) if kind == APND else None
        new = related(t, patient, RPLC, old.entry.id)
        expected = {old.entry.id: DEPRECATED, child.entry.id: DEPRECATED,
                    new.entry.id: APPROVED}
        found = status_of(t, patient)
        if grandchild:
            # The TF names the direct children; the toolkit goes on recursively. Both pass.
            found.pop(grandchild.entry.id, None)
        equal(found, expected, "status")
    return run


for _kind in (APND, XFRM):
    add(f"xds/life/RPLC-deprecates-{short(_kind)}",
        f"the {short(_kind)} of a replaced entry is deprecated with it (12022)", LIFE,
        _children(_kind))


@case("xds/life/XFRM_RPLC", "XFRM_RPLC behaves as RPLC (11995)", LIFE)
def _xfrm_rplc(t):
    patient = t.patient()
    old = one(t, patient)
    new = related(t, patient, XFRM_RPLC, old.entry.id)
    equal(status_of(t, patient), {old.entry.id: DEPRECATED, new.entry.id: APPROVED}, "status")


@case("xds/life/chain-of-replacements", "a replacement can be replaced", LIFE)
def _chain(t):
    patient = t.patient()
    ids = [one(t, patient).entry.id]
    for _ in range(3):
        ids.append(related(t, patient, RPLC, ids[-1]).entry.id)
    equal(status_of(t, patient), {i: DEPRECATED for i in ids[:-1]} | {ids[-1]: APPROVED}, "status")


@case("xds/life/replace-for-another-patient",
      "RPLC across patients is refused, the old stays (11998)",
      LIFE)
def _replace_other_patient(t):
    patient, other = t.patient(), t.patient()
    old = one(t, patient)
    wrong = t.build_uuids.submission(other, relation=RPLC, related_to=old.entry.id)
    t.register(wrong).failure("XDSPatientIdDoesNotMatch")
    equal(status_of(t, patient), {old.entry.id: APPROVED}, "status")
    equal(t.stored(other).objects, [], "objects of the other patient")


@case("xds/life/metadata-correction",
      "a replacement may reuse the uniqueId for identical bytes", LIFE)
def _correction(t):
    patient = t.patient()
    old = one(t, patient)
    new = t.build_uuids.submission(patient, relation=RPLC, related_to=old.entry.id)
    new.entry.set_identifier("uniqueId", old.entry.unique_id)
    new.entry.title = "A better title"
    t.register(new).success()
    equal(status_of(t, patient), {old.entry.id: DEPRECATED, new.entry.id: APPROVED}, "status")


@case("xds/life/documentation-on-RPLC", "association documentation is kept on RPLC (12370)",
      "ITI TF-3 4.2.2.2.6")
def _documentation(t):
    patient = t.patient()
    old = one(t, patient)
    new = t.build_uuids.submission(patient, relation=RPLC, related_to=old.entry.id)
    new.associations[-1].documentation = Code("Corrected_Information", EVENT_DOMAIN)
    t.register(new).success()
    found = t.query("GetAssociations", [("$uuid", [f"('{new.entry.id}')"])]).success()
    rplc = [a for a in found.associations() if a.get("associationType") == RPLC]
    equal(len(rplc), 1, "number of RPLC associations")
    codes = [(c.get("classificationScheme"), c.get("nodeRepresentation"))
             for c in rplc[0].findall("rim:Classification", NS)]
    equal(codes, [(CODE_SCHEME["documentation"], "Corrected_Information")], "documentation")


# --- folders ----------------------------------------------------------------------------------

def folder_of(t, patient):
    """A registered folder holding one registered document: (folder, entry) ids."""
    made = t.build_uuids.submission(patient, folders=1)
    t.build_uuids.put_in_folder(made, made.folder.id, made.entry.id)
    t.register(made).success()
    return made


def contents(t, folder_id):
    return t.query("GetFolderAndContents",
                   [("$XDSFolderEntryUUID", [f"'{folder_id}'"])]).success()


@case("xds/folder/empty", "a folder without documents (11999)", "ITI TF-3 4.2.1.5; 4.3.3")
def _empty(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, documents=(), folders=1)
    t.register(made).success()
    found = contents(t, made.folder.id)
    same_set(found.ids(), [made.folder.id], "contents of the folder")


@case("xds/folder/with-document", "folder and document in one submission (12000)",
      "ITI TF-3 4.2.1.5")
def _with_document(t):
    made = folder_of(t, t.patient())
    found = contents(t, made.folder.id)
    same_set(found.ids("folders") + found.ids("entries"), [made.folder.id, made.entry.id],
             "contents of the folder")
    same_set(found.links(), [(HAS_MEMBER, made.folder.id, made.entry.id)], "associations")


@case("xds/folder/new-document-into-existing", "a new document into a registered folder (12001)",
      "ITI TF-3 4.2.1.5")
def _into_existing(t):
    patient = t.patient()
    made = folder_of(t, patient)
    second = t.build_uuids.submission(patient)
    t.build_uuids.put_in_folder(second, made.folder.id, second.entry.id)
    t.register(second).success()
    same_set(contents(t, made.folder.id).ids("entries"), [made.entry.id, second.entry.id],
             "documents of the folder")


@case("xds/folder/existing-document-into-existing",
      "both registered before: set and links only (12326)",
      "ITI TF-3 4.2.1.5")
def _both_existing(t):
    patient = t.patient()
    made = folder_of(t, patient)
    loose = one(t, patient)
    link = t.build_uuids.submission(patient, documents=())
    t.build_uuids.put_in_folder(link, made.folder.id, loose.entry.id)
    t.register(link).success()
    same_set(contents(t, made.folder.id).ids("entries"), [made.entry.id, loose.entry.id],
             "documents of the folder")


@case("xds/folder/existing-document-into-new", "a registered document into a new folder",
      "ITI TF-3 4.2.1.5")
def _into_new(t):
    patient = t.patient()
    loose = one(t, patient)
    made = t.build_uuids.submission(patient, documents=(), folders=1)
    t.build_uuids.put_in_folder(made, made.folder.id, loose.entry.id)
    t.register(made).success()
    same_set(contents(t, made.folder.id).ids("entries"), [loose.entry.id], "documents")


@case("xds/folder/other-patient", "a document of another patient into a folder (12002)",
      "ITI TF-3 4.1.4.1")
def _other_patient(t):
    made = folder_of(t, t.patient())
    other = t.build_uuids.submission(t.patient())
    t.build_uuids.put_in_folder(other, made.folder.id, other.entry.id)
    t.register(other).failure("XDSPatientIdDoesNotMatch")
    same_set(contents(t, made.folder.id).ids("entries"), [made.entry.id], "documents")


@case("xds/folder/unknown-folder", "a document into a folder that does not exist", LIFE)
def _unknown_folder(t):
    made = t.build_uuids.submission(t.patient())
    t.build_uuids.put_in_folder(made, t.ids.uuid(), made.entry.id)
    t.register(made).failure("UnresolvedReferenceException")


@case("xds/folder/deprecated-document", "a deprecated document does not go into a folder", LIFE)
def _deprecated_into(t):
    patient = t.patient()
    made = folder_of(t, patient)
    old = one(t, patient)
    related(t, patient, RPLC, old.entry.id)
    link = t.build_uuids.submission(patient, documents=())
    t.build_uuids.put_in_folder(link, made.folder.id, old.entry.id)
    t.register(link).failure({"XDSRegistryDeprecatedDocumentError", "XDSRegistryMetadataError"})


@case("xds/folder/replacement-joins",
      "RPLC brings the new entry into the old one's folders (12327)",
      "ITI TF-3 4.2.2.2.3")
def _joins(t):
    patient = t.patient()
    made = folder_of(t, patient)
    new = related(t, patient, RPLC, made.entry.id)
    found = contents(t, made.folder.id)
    same_set(found.ids("entries"), [made.entry.id, new.entry.id], "documents of the folder")
    same_set(found.links(), [(HAS_MEMBER, made.folder.id, made.entry.id),
                             (HAS_MEMBER, made.folder.id, new.entry.id)], "associations")
    created = next(a.get("id") for a in found.associations()
                   if a.get("targetObject") == new.entry.id)
    links = t.query("GetAssociations", [("$uuid", [f"('{created}')"])]).success().links()
    true((HAS_MEMBER, new.set.id, created) in links,
         "the membership to belong to the replacement's submission set", links)


@case("xds/folder/last-update-time", "set by the registry, whatever was submitted (12323)",
      "ITI TF-3 4.2.3.4.6")
def _last_update(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, folders=1)
    made.folder.slots["lastUpdateTime"] = ["19990101000000"]
    t.register(made).success()
    found = t.query("GetFolders", [("$XDSFolderEntryUUID", [f"('{made.folder.id}')"])]).success()
    value = (slot_values(found.find(made.folder.id), "lastUpdateTime") or [""])[0]
    true(len(value) >= 14 and value[:14].isdigit() and value > "2020",
         "a lastUpdateTime of now, to the second", value)
    second = t.build_uuids.submission(patient)
    t.build_uuids.put_in_folder(second, made.folder.id, second.entry.id)
    t.register(second).success()
    found = t.query("GetFolders", [("$XDSFolderEntryUUID", [f"('{made.folder.id}')"])]).success()
    later = slot_values(found.find(made.folder.id), "lastUpdateTime")[0]
    true(later >= value, f"a lastUpdateTime not before {value}", later)


@case("xds/folder/merge-moves-folders",
      "folders follow their patient in a merge", "ITI TF-2 3.8.4.2")
def _merge_folder(t):
    old, new = t.patient(), t.patient()
    made = folder_of(t, old)
    t.merge(new, old).expect("AA")
    found = t.query("FindFolders", [("$XDSFolderPatientId", [f"'{new}'"]),
                                    ("$XDSFolderStatus", [f"('{APPROVED}')"])]).success()
    same_set(found.ids("folders"), [made.folder.id], "folders of the survivor")
    equal(identifier(found.find(made.folder.id), IDENTIFIER["XDSFolder.patientId"]), new,
          "patientId of the folder")
