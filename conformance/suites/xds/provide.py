"""ITI-41 and ITI-43 at a repository (ITI TF-2 3.41, 3.43; toolkit 11966-12369, 15816)."""
import hashlib

from lib.answers import RegistryAnswer, RetrieveAnswer, slot_values
from lib.cases import add, case
from lib.checks import equal, same_set, true
from lib.names import APND, APPROVED, DEPRECATED, RPLC, XDSB, XFRM_RPLC

PROVIDE, RETRIEVE = "ITI TF-2 3.41.4.1.3", "ITI TF-2 3.43.4.1.3"
METADATA = {"XDSRepositoryMetadataError", "XDSRegistryMetadataError"}
CONTENT = b"%PDF-1.4 conformance \x00\x01\xff\r\n--not a boundary\r\n" + bytes(range(256)) * 3


def provided(t, content=CONTENT, patient=None, **options):
    """Provides one document and returns its submission."""
    made = t.build_uuids.submission(patient or t.patient(), (content,))
    t.provide(made, **options).success()
    return made


def fetch(t, made, entry=None):
    unique_id = (entry or made.entry).unique_id
    return t.retrieve([(t.target.repository, unique_id)]).success().by_id(unique_id)


@case("xds/iti-41/one-document",
      "one document is stored, registered and retrievable (11966)", PROVIDE)
def _one(t):
    patient = t.patient()
    made = provided(t, patient=patient)
    entry = t.stored(patient).find(made.entry.id)
    equal(slot_values(entry, "repositoryUniqueId"), [t.target.repository], "repositoryUniqueId")
    equal(slot_values(entry, "size"), [str(len(CONTENT))], "size")
    equal([v.lower() for v in slot_values(entry, "hash")], [hashlib.sha1(CONTENT).hexdigest()],
          "hash")
    got = fetch(t, made)
    equal(got["data"], CONTENT, "bytes of the document")
    equal(got["mime_type"], "text/plain", "mimeType")


@case("xds/iti-41/several-documents",
      "each of several documents keeps its bytes (11979, 12021)", PROVIDE)
def _several(t):
    contents = [b"", b"x", b"\r\n" * 50, bytes(range(256)) * 300, "漢字𠮷葛󠄀".encode()]
    made = t.build_uuids.submission(t.patient(), contents)
    t.provide(made).success()
    answer = t.retrieve([(t.target.repository, e.unique_id) for e in made.entries]).success()
    equal(len(answer.documents), len(contents), "number of documents")
    for entry, content in zip(made.entries, contents):
        equal(answer.by_id(entry.unique_id)["data"], content, f"bytes of {len(content)}")


@case("xds/iti-41/some-inline-some-attached",
      "a client may optimise none, some or all", "ITI TF-2 V.8")
def _mixed(t):
    contents = [b"inline", b"attached" * 500, b"inline as well"]
    made = t.build_uuids.submission(t.patient(), contents)
    t.provide(made, inline={made.entries[0].id, made.entries[2].id}).success()
    for entry, content in zip(made.entries, contents):
        equal(fetch(t, made, entry)["data"], content, "bytes of the document")


@case("xds/iti-41/large-document", "ten megabytes survive", PROVIDE)
def _large(t):
    content = hashlib.sha256(b"seed").digest() * (10 * 1024 * 1024 // 32)
    made = provided(t, content)
    equal(hashlib.sha1(fetch(t, made)["data"]).hexdigest(), hashlib.sha1(content).hexdigest(),
          "hash of the document")


def _given(name, value, codes):
    """A size or hash given by the source; None as codes: it is right."""
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, (CONTENT,))
        for slot in ("hash", "size", "repositoryUniqueId"):
            made.entry.slots.pop(slot)
        made.entry.slots[name] = [value]
        answer = t.provide(made, strip=False)
        if codes is None:
            answer.success()
            equal(fetch(t, made)["data"], CONTENT, "bytes of the document")
            return
        answer.failure(codes)
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
    return run


HASH = hashlib.sha1(CONTENT).hexdigest()
for _name, _slot, _value, _codes in (
        ("right-hash", "hash", HASH, None),
        ("right-hash-in-upper-case", "hash", HASH.upper(), None),
        ("right-size", "size", str(len(CONTENT)), None),
        ("wrong-hash", "hash", "0" * 40, {"XDSRepositoryMetadataError"}),
        ("wrong-size", "size", str(len(CONTENT) + 1), {"XDSRepositoryMetadataError"})):
    add(f"xds/iti-41/{_name}", f"{_name.replace('-', ' ')} given by the source (11981, 12369)",
        PROVIDE, _given(_slot, _value, _codes))


@case("xds/iti-41/repository-id-is-overwritten", "the repository sets its own repositoryUniqueId",
      PROVIDE)
def _overwrite(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (CONTENT,))
    made.entry.slots["repositoryUniqueId"] = ["2.999.66.6"]
    t.provide(made, strip=False).success()
    equal(slot_values(t.stored(patient).find(made.entry.id), "repositoryUniqueId"),
          [t.target.repository], "repositoryUniqueId")


@case("xds/iti-41/missing-document", "an entry without its document (11983)", PROVIDE)
def _missing_document(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"one", b"two"))
    del made.documents[made.entries[1].id]
    t.provide(made).failure("XDSMissingDocument")
    equal(t.stored(patient).objects, [], "objects stored by a refused submission")


@case("xds/iti-41/missing-metadata", "a document without its entry (11983)", PROVIDE)
def _missing_metadata(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"one",))
    made.documents["Document99"] = b"nobody knows me"
    t.provide(made).failure("XDSMissingDocumentMetadata")
    equal(t.stored(patient).objects, [], "objects stored by a refused submission")


@case("xds/iti-41/document-twice", "two documents for one entry are refused", PROVIDE)
def _document_twice(t):
    made = t.build_uuids.submission(t.patient(), (b"one",))

    def twice(body):
        start = body.index("<xds:Document ")
        end = body.index("</xds:Document>") + len("</xds:Document>")
        return body[:end] + body[start:end] + body[end:]
    reply = t.provide_raw(made, edit=twice, inline={made.entry.id})
    if reply.fault is None:
        RegistryAnswer(reply).failure(METADATA | {"XDSMissingDocumentMetadata",
                                                  "XDSRepositoryError"})


@case("xds/iti-41/registry-error-is-relayed",
      "the registry's error comes back unchanged (11986)", PROVIDE)
def _relayed(t):
    patient = t.new_patient_id()
    made = t.build_uuids.submission(patient, (CONTENT,))
    t.provide(made).failure("XDSUnknownPatientId", mentions=patient.split("^")[0])
    t.retrieve([(t.target.repository, made.entry.unique_id)]).failure("XDSDocumentUniqueIdError")


NINE = [("classCode", "code"), ("confidentialityCode", "code"), ("creationTime", "slot"),
        ("formatCode", "code"), ("healthcareFacilityTypeCode", "code"), ("languageCode", "slot"),
        ("practiceSettingCode", "code"), ("sourcePatientId", "slot"), ("typeCode", "code")]


def _without(name, kind):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, (CONTENT,))
        if kind == "slot":
            made.entry.slots.pop(name)
        else:
            made.entry.drop_code(name)
        t.provide(made).failure(METADATA)
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
        t.retrieve([(t.target.repository, made.entry.unique_id)]).failure(
            "XDSDocumentUniqueIdError")
    return run


for _name, _kind in NINE:
    add(f"xds/iti-41/missing-attribute/{_name}",
        f"without {_name} nothing is registered and nothing retrievable (11998a)",
        "ITI TF-3 4.3.1", _without(_name, _kind))


@case("xds/iti-41/uniqueId-missing", "an entry without uniqueId is refused", "ITI TF-3 4.3.1")
def _no_unique_id(t):
    made = t.build_uuids.submission(t.patient())
    made.entry.drop_identifier("uniqueId")
    t.provide(made).failure(METADATA)


@case("xds/iti-41/same-uniqueId-in-message",
      "two documents of one message share a uniqueId", PROVIDE)
def _same_in_message(t):
    made = t.build_uuids.submission(t.patient(), (b"one", b"two"))
    made.entries[1].set_identifier("uniqueId", made.entry.unique_id)
    t.provide(made).failure({"XDSRepositoryDuplicateUniqueIdInMessage",
                             "XDSRegistryDuplicateUniqueIdInMessage"},
                            mentions=made.entry.unique_id)


@case("xds/iti-41/size-is-a-number", "a size with zeros in front is the same size", PROVIDE)
def _padded_size(t):
    made = t.build_uuids.submission(t.patient(), (CONTENT,))
    made.entry.slots["size"] = [f"{len(CONTENT):06}"]
    t.provide(made, strip=False).success()


@case("xds/iti-41/Document-id-blank", "a Document that names no entry is no SOAP fault", PROVIDE)
def _blank_id(t):
    made = t.build_uuids.submission(t.patient(), (CONTENT,))

    def blank(body):
        return body.replace(f'<xds:Document id="{made.entry.id}"', '<xds:Document id=" "')
    t.provide(made, inline={made.entry.id}, edit=blank).failure(
        METADATA | {"XDSMissingDocumentMetadata", "XDSRepositoryError"})


@case("xds/iti-41/identical-resubmission", "the same document again is no error (12004)", PROVIDE)
def _again(t):
    patient = t.patient()
    first = provided(t, patient=patient)
    second = t.build_uuids.submission(patient, (CONTENT,))
    second.entry.set_identifier("uniqueId", first.entry.unique_id)
    t.provide(second).success()
    same_set(t.stored(patient).ids("entries"), [first.entry.id, second.entry.id], "entries")
    equal(fetch(t, first)["data"], CONTENT, "bytes of the document")


@case("xds/iti-41/same-message-twice",
      "a whole message sent again is refused and changes nothing", PROVIDE)
def _message_again(t):
    patient = t.patient()
    made = provided(t, patient=patient)
    t.provide(made).failure({"XDSRegistryMetadataError", "XDSDuplicateUniqueIdInRegistry"})
    same_set(t.stored(patient).ids("entries"), [made.entry.id], "entries")
    equal(fetch(t, made)["data"], CONTENT, "bytes of the document")


def _other_content(content, codes):
    def run(t):
        patient = t.patient()
        first = provided(t, b"first content", patient)
        second = t.build_uuids.submission(patient, (content,))
        second.entry.set_identifier("uniqueId", first.entry.unique_id)
        t.provide(second).failure(codes, mentions=first.entry.unique_id)
        same_set(t.stored(patient).ids("entries"), [first.entry.id], "entries")
        equal(fetch(t, first)["data"], b"first content", "bytes of the first document")
    return run


add("xds/iti-41/same-uniqueId-other-bytes", "a taken uniqueId with other bytes of equal length",
    PROVIDE, _other_content(b"First content", {"XDSNonIdenticalHash"}))
add("xds/iti-41/same-uniqueId-other-length", "a taken uniqueId with bytes of another length",
    PROVIDE, _other_content(b"much longer content", {"XDSNonIdenticalHash",
                                                     "XDSNonIdenticalSize"}))


@case("xds/iti-41/replacement", "the replaced version's bytes stay retrievable (acceptance 1111)",
      PROVIDE)
def _replacement(t):
    patient = t.patient()
    old = provided(t, b"old", patient)
    new = t.build_uuids.submission(patient, (b"new",), relation=RPLC, related_to=old.entry.id)
    t.provide(new).success()
    found = {e.get("id"): e.get("status") for e in t.stored(patient).entries()}
    equal(found, {old.entry.id: DEPRECATED, new.entry.id: APPROVED}, "status")
    equal(fetch(t, old)["data"], b"old", "bytes of the old version")
    equal(fetch(t, new)["data"], b"new", "bytes of the new version")


def _relation(kind):
    def run(t):
        patient = t.patient()
        old = provided(t, b"old", patient)
        new = t.build_uuids.submission(patient, (b"new",), relation=kind,
                                       related_to=old.entry.id)
        t.provide(new).success()
        equal(fetch(t, new)["data"], b"new", "bytes of the document")
    return run


for _kind in (APND, XFRM_RPLC):
    _short = _kind.rsplit(":", 1)[1]
    add(f"xds/iti-41/{_short}", f"{_short} through the repository (acceptance 1112)", PROVIDE,
        _relation(_kind))


@case("xds/iti-41/folder",
      "a folder with a document through the repository (acceptance 1113)", PROVIDE)
def _folder(t):
    made = t.build.submission(t.patient(), (CONTENT,), folders=1)
    t.build.put_in_folder(made, made.folder.id, made.entry.id)
    t.provide(made).success()
    found = t.query("GetFolders", [("$XDSFolderUniqueId", [f"('{made.folder.unique_id}')"])])
    equal(len(found.success().folders()), 1, "number of folders")


@case("xds/iti-41/folder-only", "a submission without documents goes through", PROVIDE)
def _folder_only(t):
    t.provide(t.build.submission(t.patient(), (), folders=1)).success()


@case("xds/iti-41/odd-mime-type", "an unusual mimeType of the domain is kept (12360)", RETRIEVE)
def _goofy(t):
    made = t.build_uuids.submission(t.patient(), (b"goofy",))
    made.entry.attributes["mimeType"] = "text/goofy"
    t.provide(made).success()
    equal(fetch(t, made)["mime_type"], "text/goofy", "mimeType")


@case("xds/iti-41/extra-metadata-passes", "a repository hands extra metadata on (11886)", PROVIDE)
def _extra(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.entry.slots["urn:example:ward"] = ["North 3"]
    kept = t.provide(made).extra_kept()
    equal(slot_values(t.stored(patient).find(made.entry.id), "urn:example:ward"),
          ["North 3"] if kept else None, "the extra slot")


@case("xds/iti-41/base64-with-line-breaks",
      "inline base64 may be folded", "ITI TF-2 V.8; XML Schema 2")
def _folded(t):
    made = t.build_uuids.submission(t.patient(), (CONTENT,))

    def fold(body):
        head, tail = body.split("<xds:Document ", 1)
        attribute, rest = tail.split(">", 1)
        text, end = rest.split("<", 1)
        folded = "\r\n  ".join(text[i:i + 64] for i in range(0, len(text), 64))
        return f"{head}<xds:Document {attribute}>\r\n {folded}\r\n<{end}"
    RegistryAnswer(t.provide_raw(made, inline={made.entry.id}, edit=fold)).success()
    equal(fetch(t, made)["data"], CONTENT, "bytes of the document")


@case("xds/iti-41/base64-broken",
      "content that is no base64 is refused", "XML Schema 2; 3.41.4.1.3")
def _broken(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (CONTENT,))
    reply = t.provide_raw(made, inline={made.entry.id}, edit=lambda body: body.replace(
        "</xds:Document>", "*#</xds:Document>"))
    if reply.fault is None:
        RegistryAnswer(reply).failure({"XDSRepositoryError", "XDSRepositoryMetadataError",
                                       "XDSMissingDocument"})
    equal(t.stored(patient).objects, [], "objects stored by a refused submission")


# --- retrieve ---------------------------------------------------------------------------------

def document(t):
    return t.run.data.get("one provided document", lambda: provided(t, b"shared document"))


@case("xds/iti-43/unknown-document", "an unknown uniqueId is named in location (15816)", RETRIEVE)
def _unknown(t):
    unique_id = t.ids.oid()
    answer = t.retrieve([(t.target.repository, unique_id)])
    answer.failure("XDSDocumentUniqueIdError", location=unique_id)
    equal(answer.documents, [], "documents")


@case("xds/iti-43/wrong-repository", "another repository's id is refused (15816)", RETRIEVE)
def _wrong_repository(t):
    made = document(t)
    t.retrieve([("2.999.66.6", made.entry.unique_id)]).failure(
        "XDSUnknownRepositoryId", location=made.entry.unique_id)


@case("xds/iti-43/partial", "found and unknown together are a partial success (15816)", RETRIEVE)
def _partial(t):
    made, unknown = document(t), t.ids.oid()
    answer = t.retrieve([(t.target.repository, unknown),
                         (t.target.repository, made.entry.unique_id)])
    answer.partial("XDSDocumentUniqueIdError", location=unknown)
    equal([d["unique_id"] for d in answer.documents], [made.entry.unique_id], "documents")


@case("xds/iti-43/two-kinds-of-failure", "each item has its own error", RETRIEVE)
def _two_failures(t):
    first, second = t.ids.oid(), t.ids.oid()
    answer = t.retrieve([(t.target.repository, first), ("2.999.66.6", second)])
    answer.failure({"XDSDocumentUniqueIdError", "XDSUnknownRepositoryId"})
    equal(sorted((e.code, e.location) for e in answer.errors),
          sorted([("XDSDocumentUniqueIdError", first), ("XDSUnknownRepositoryId", second)]),
          "errors")


@case("xds/iti-43/echo",
      "repository and document ids come back as asked, home only if asked", RETRIEVE)
def _echo(t):
    made = document(t)
    got = t.retrieve_one(made.entry.unique_id)
    equal(got["repository"], t.target.repository, "RepositoryUniqueId")
    equal(got["home"], None, "HomeCommunityId that was not asked for")
    if t.target.home:
        got = t.retrieve([(t.target.home, t.target.repository, made.entry.unique_id)])
        equal(got.success().documents[0]["home"], t.target.home, "HomeCommunityId")


@case("xds/iti-43/documents-are-attachments", "documents travel as separate parts", "ITI TF-2 V.8")
def _attachments(t):
    made = provided(t, b"0123456789abcdef" * 1024)
    true(fetch(t, made)["separate"], "an xop:Include in the Document", "inline base64")


@case("xds/iti-43/simple-soap", "a simple SOAP request is answered, inline or refused by a fault",
      "ITI TF-2 V.8 (leniency)")
def _simple(t):
    made = document(t)
    reply = t.call("ITI-43", "repository",
                   t.retrieve_body([(t.target.repository, made.entry.unique_id)]))
    if reply.fault is None:
        equal(RetrieveAnswer(reply).success().documents[0]["data"], b"shared document", "bytes")
        equal(reply.is_mtom, False, "multipart answer to a simple request")


@case("xds/iti-43/empty-request", "a request without items is a fault or an error", RETRIEVE)
def _empty(t):
    reply = t.call_mtom("ITI-43", "repository",
                        f'<xds:RetrieveDocumentSetRequest xmlns:xds="{XDSB}"/>')
    if reply.fault is None:
        RetrieveAnswer(reply).failure({"XDSRepositoryError"})


@case("xds/iti-43/many-documents", "fifty documents in one answer", RETRIEVE)
def _many(t):
    contents = [f"document {n}".encode() * (n + 1) for n in range(50)]
    made = t.build_uuids.submission(t.patient(), contents)
    t.provide(made).success()
    answer = t.retrieve([(t.target.repository, e.unique_id) for e in made.entries]).success()
    equal(len(answer.documents), 50, "number of documents")
    for entry, content in zip(made.entries, contents):
        equal(answer.by_id(entry.unique_id)["data"], content, "bytes of a document")


@case("xds/iti-43/same-document-twice", "each item of a request has its own answer", RETRIEVE)
def _twice(t):
    made = provided(t)
    wanted = (t.target.repository, made.entry.unique_id)
    answer = t.retrieve([wanted, wanted]).success()
    equal([d["data"] for d in answer.documents], [CONTENT, CONTENT], "documents")


@case("xds/iti-43/white-space-round-ids", "white space is not part of an id; an empty home is none",
      RETRIEVE)
def _spaced(t):
    made = provided(t)
    body = (f'<xds:RetrieveDocumentSetRequest xmlns:xds="{XDSB}"><xds:DocumentRequest>'
            "<xds:HomeCommunityId/>"
            f"<xds:RepositoryUniqueId> {t.target.repository}\n</xds:RepositoryUniqueId>"
            f"<xds:DocumentUniqueId>\n  {made.entry.unique_id} </xds:DocumentUniqueId>"
            "</xds:DocumentRequest></xds:RetrieveDocumentSetRequest>")
    answer = RetrieveAnswer(t.call_mtom("ITI-43", "repository", body)).success()
    equal(answer.by_id(made.entry.unique_id)["data"], CONTENT, "document")


@case("xds/iti-41/request-slots", "slots, id and comment of the inner request are no fault", PROVIDE)
def _request_slots(t):
    slots = ('<rs:RequestSlotList xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"><rim:Slot '
             'name="urn:example:why"><rim:ValueList><rim:Value>1</rim:Value></rim:ValueList>'
             "</rim:Slot></rs:RequestSlotList>")
    made = t.build_uuids.submission(t.patient(), (CONTENT,))
    t.provide(made, edit=lambda body: body.replace("<rim:RegistryObjectList", slots +
                                                   "<rim:RegistryObjectList", 1)).success()


@case("xds/iti-43/case-of-the-id-matters", "uniqueIds are compared case-sensitively", "ITI TF-2 F")
def _case_matters(t):
    made = t.build_uuids.submission(t.patient(), (b"case",))
    made.entry.set_identifier("uniqueId", t.ids.text("doc-") + "a")
    t.provide(made).success()
    other = made.entry.unique_id[:-1] + "A"
    t.retrieve([(t.target.repository, other)]).failure("XDSDocumentUniqueIdError", location=other)


@case("xds/iti-43/registered-elsewhere",
      "an entry this repository holds no document for is unknown",
      RETRIEVE)
def _registered_only(t):
    made = t.build_uuids.submission(t.patient())
    t.register(made).success()
    t.retrieve([(t.target.repository, made.entry.unique_id)]).failure(
        "XDSDocumentUniqueIdError", location=made.entry.unique_id)
