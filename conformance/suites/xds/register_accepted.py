"""ITI-42: submissions that are right though they look odd, and come back as they were sent."""
from lxml import etree

from lib.answers import slot_values
from lib.cases import add, case
from lib.checks import equal, only, same_set, true
from lib.ebrim import EVENT_DOMAIN, Code, rim, slot
from lib.names import (CODE_SCHEME, DE_AUTHOR, HAS_MEMBER, NS, REFERENCE_IDS,
                       SUBMISSION_SET_NODE)

from .register import META, TF, accepted, author, set_attribute, set_slot


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


def _without(tag, attribute):
    """Leaves one attribute out of all elements of a kind: what the framework's examples do."""
    def change(s, t):
        s.edits.append(lambda objects: [e.attrib.pop(attribute, None)
                                        for e in objects.iter(rim(tag))])
    return change


def _content_version(s, t):
    s.entry.edits.append(lambda e: etree.SubElement(e, rim("ContentVersionInfo"),
                                                    versionName="1.1"))


def _author_without_node(s, t):
    s.entry.edits.append(lambda e: [c.attrib.pop("nodeRepresentation") for c in e.findall(
        "rim:Classification", NS) if c.get("nodeRepresentation") == ""])


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
    ("classification-without-id", _without("Classification", "id"), None),
    ("identifier-without-id", _without("ExternalIdentifier", "id"), None),
    ("classification-without-objectType", _without("Classification", "objectType"), None),
    ("identifier-without-objectType", _without("ExternalIdentifier", "objectType"), None),
    ("association-without-objectType", _without("Association", "objectType"), None),
    ("package-without-objectType", _without("RegistryPackage", "objectType"), None),
    ("ContentVersionInfo", _content_version, None),
    ("author-without-nodeRepresentation", _author_without_node, None),
    ("author-roles-plain-and-coded", author(
        "entry", ("authorPerson", ["^Sato"]), ("authorRole", ["Doc^^^&1.2.3&ISO", "医師"]),
        ("authorSpecialty", ["Cardiology"])), None),
    ("mimeType-in-capitals", set_attribute("entry", "mimeType", "Text/PLAIN"), None),
    ("version-submitted-is-ignored", lambda s, t: setattr(s.entry, "version", "7"),
     lambda found, made: equal(found.find("rim:VersionInfo", NS).get("versionName"), "1",
                               "version")),
    ("reference-id-with-home", set_slot(
        "entry", REFERENCE_IDS, "A1^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:accession^&1.2.3&ISO"),
     returned(REFERENCE_IDS)),
    ("reference-id-without-authority", set_slot(
        "entry", REFERENCE_IDS, "1.2.3^^^^urn:ihe:iti:xds:2016:studyInstanceUID"),
     returned(REFERENCE_IDS)),
    ("patient-info-repeated-fields", set_slot(
        "entry", "sourcePatientInfo", "PID-3|S1^^^&1.2.3&ISO~S2^^^&1.2.3&ISO", "PID-5|A^B^^^^^L^I",
        "PID-5|C^D^^^^^L^P", "PID-7|19560527", "PID-8|M"), returned("sourcePatientInfo")),
    ("document-availability", set_slot(
        "entry", "documentAvailability", "urn:ihe:iti:2010:DocumentAvailability:Online"),
     returned("documentAvailability")),
    ("home-community-given", set_attribute("entry", "home", "urn:oid:2.999.1.1"), None),
]
for _name, _change, _check in ACCEPTED:
    add(f"xds/iti-42/accepted/{_name}", f"accepted: {_name.replace('-', ' ')}",
        TF + "4.2, 4.3", accepted(_change, check=_check))


def _own_classification(element):
    """Of a scheme that no affinity domain knows, where the schema wants it: before the identifiers."""
    made = etree.Element(rim("Classification"), id=element.get("id").replace("urn:uuid:", "x") + "-own",
                         classificationScheme="urn:uuid:2f0f5a1e-6c68-4e5b-9f57-1d1f0a6b7c11",
                         classifiedObject=element.get("id"), nodeRepresentation="North")
    element.insert(list(element).index(element.find("rim:ExternalIdentifier", NS)), made)


@case("xds/iti-42/classification-of-no-known-scheme",
      "a classification that the registry does not know is returned, or dropped with a warning",
      "ITI TF-3 table 4.2.4.1-2, XDSExtraMetadataNotSaved")
def _own_scheme(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.entry.edits.append(_own_classification)
    kept = t.register(made).extra_kept()
    found = t.stored(patient).find(made.entry.id)
    known = found.xpath("rim:Classification[@nodeRepresentation='North']", namespaces=NS)
    equal(len(known), int(kept), "classifications of that scheme in the answer")


@case("xds/iti-42/accepted/patientId-with-trailing-delimiters",
      "empty components at the end of a patientId count for nothing, in submission and query",
      "ITI TF-3 4.2.3.1.7")
def _trailing_delimiters(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    made.set.set_identifier("patientId", patient + "^^^")
    made.entry.set_identifier("patientId", patient + "^")
    t.register(made).success()
    for asked in (patient, patient + "^^"):
        equal(t.stored(asked).ids("entries"), [made.entry.id], f"entries of {asked}")


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
    kept = t.register(made).extra_kept()
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
