"""The records against which stored queries are checked: one fresh patient, exactly known.

    A  B          first submission (S1), with folder F1 = {A}
    C  D          second submission (S2), with folder F2 = {C, D}
    E  RPLC D     S3: D is deprecated, E joins F2
    T  XFRM A     S4
    N  APND A     S5
    -             S6: folder F3, empty

| entry | class     | type    | setting   | facility  | format  | event | conf | author        |
| A     | REPORTS   | 11488-4 | 309915006 | 22232009  | xds-ms  | 1     | N    | Yamada Hanako |
| B     | SUMMARIES | 18842-5 | 309927009 | 264372000 | generic | 1 2   | N R  | O'Brien, Taro |
| C     | IMAGES    | 18748-4 | 309964003 | 35971002  | generic | 2     | R    | 山田 花子     |
| D     | REPORTS   | 11488-4 | 309927009 | 22232009  | generic | CT    | L    | Sato_Z Ken    |
| E     | as D, format xds-ms                                                                |
| T     | SUMMARIES | 11488-4 | 309915006 | 22232009  | generic | -     | N    | Device 3000   |
| N     | REPORTS   | 18842-5 | 309915006 | 66280005  | xds-ms  | -     | N    | none          |
"""
from dataclasses import dataclass, field

from .ebrim import (CONFIDENTIALITY, EVENT_DOMAIN, IHE_FORMAT, LOINC, SNOMED, XDS_CLASS, Author,
                    Code)
from .names import APND, DE_AUTHOR, REFERENCE_IDS, RPLC, SS_AUTHOR, XFRM

GENERIC = "urn:ihe:iti:xds:2017:mimeTypeSufficient"
XDS_MS = "urn:ihe:pcc:xds-ms:2007"
EVENTS = {"1": Code("MPQ-eventcode-1", EVENT_DOMAIN), "2": Code("MPQ-eventcode-2", EVENT_DOMAIN),
          "CT": Code("CT", "1.2.840.10008.2.16.4")}

# name: class, type, setting, facility, format, events, confidentiality, authors,
#       creation, start, stop, references
ROWS = {
    "A": ("REPORTS", "11488-4", "309915006", "22232009", XDS_MS, "1", "N", ["^Yamada^Hanako"],
          "20041224", "200412230800", "200412231600", "acc1"),
    "B": ("SUMMARIES", "18842-5", "309927009", "264372000", GENERIC, "1 2", "N R",
          ["^O'Brien^Sean", "^Yamada^Taro"], "20051224", "20051223", "20051224", "acc1 ord2"),
    "C": ("IMAGES", "18748-4", "309964003", "35971002", GENERIC, "2", "R", ["^山田^花子"],
          "20061224103000", None, None, "ord2"),
    "D": ("REPORTS", "11488-4", "309927009", "22232009", GENERIC, "CT", "L", ["^Sato_Z^Ken"],
          "20070101120000", "200701", "200702", ""),
    "E": ("REPORTS", "11488-4", "309927009", "22232009", XDS_MS, "CT", "L", ["^Sato_Z^Ken"],
          "20070102", "200701", "200702", ""),
    "T": ("SUMMARIES", "11488-4", "309915006", "22232009", GENERIC, "", "N", ["^Device 3000"],
          "2008", "2008", None, ""),
    "N": ("REPORTS", "18842-5", "309915006", "66280005", XDS_MS, "", "N", [], "20090101", None,
          "20090102", "wf3"),
}
REFERENCE_TYPES = {"acc1": "urn:ihe:iti:xds:2013:accession", "ord2": "urn:ihe:iti:xds:2013:order",
                   "wf3": "urn:ihe:iti:xdw:2013:workflowInstanceId"}


@dataclass
class DataSet:
    patient: str
    ids: dict = field(default_factory=dict)
    objects: dict = field(default_factory=dict)
    submissions: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    references: dict = field(default_factory=dict)

    def note(self, name, made):
        self.ids[name], self.names[made.id] = made.id, name
        self.objects[name] = made

    def pick(self, names):
        return [self.ids[name] for name in names.split()]

    def name_of(self, object_id):
        return self.names.get(object_id, object_id)

    def link(self, source, target):
        """Id of a submitted association between two named objects."""
        for submission in self.submissions.values():
            for association in submission.associations:
                if (association.source, association.target) == (self.ids[source],
                                                                self.ids[target]):
                    return association.id
        raise KeyError((source, target))


def _entry(t, data, name):
    row = ROWS[name]
    entry = t.build_uuids.entry(data.patient, f"document {name}".encode())
    entry.set_code("classCode", Code(row[0], XDS_CLASS))
    entry.set_code("typeCode", Code(row[1], LOINC))
    entry.set_code("practiceSettingCode", Code(row[2], SNOMED))
    entry.set_code("healthcareFacilityTypeCode", Code(row[3], SNOMED))
    entry.set_code("formatCode", Code(row[4], IHE_FORMAT))
    entry.set_code("eventCodeList", *[EVENTS[e] for e in row[5].split()])
    entry.set_code("confidentialityCode", *[Code(c, CONFIDENTIALITY) for c in row[6].split()])
    entry.authors = [Author(DE_AUTHOR, [("authorPerson", [person])]) for person in row[7]]
    for slot, value in (("creationTime", row[8]), ("serviceStartTime", row[9]),
                        ("serviceStopTime", row[10])):
        entry.slots.pop(slot, None)
        if value:
            entry.slots[slot] = [value]
    references = [data.references[r] for r in row[11].split()]
    if references:
        entry.slots[REFERENCE_IDS] = references
    return entry


def build(t, register):
    """Registers the data set for a fresh patient; `register(t, submission)` sends it."""
    data = DataSet(t.patient())
    for key, kind in REFERENCE_TYPES.items():
        data.references[key] = f"{t.ids.text('R')}^^^&2.999.5&ISO^{kind}"
    plan = [("S1", "A B", "F1", "A"), ("S2", "C D", "F2", "C D"), ("S3", "E", "", ""),
            ("S4", "T", "", ""), ("S5", "N", "", ""), ("S6", "", "F3", "")]
    relations = {"S3": (RPLC, "D"), "S4": (XFRM, "A"), "S5": (APND, "A")}
    times = {"S1": "20041225235050", "S2": "20051225", "S3": "20061225", "S4": "20071225",
             "S5": "20081225", "S6": "2009"}
    for name, documents, folder, members in plan:
        made = t.build_uuids.submission(data.patient, documents=(), folders=1 if folder else 0)
        data.note(name, made.set)
        data.submissions[name] = made
        made.set.slots["submissionTime"] = [times[name]]
        if name == "S2":
            made.set.set_identifier("sourceId", "2.999.77.3")
            made.set.set_code("contentTypeCode", Code("264372000", SNOMED))
            made.set.authors = [Author(SS_AUTHOR, [("authorPerson", ["^Suzuki^Jiro"])])]
        for document in documents.split():
            entry = _entry(t, data, document)
            made.entries.append(entry)
            made.documents[entry.id] = f"document {document}".encode()
            made.associations.append(t.build_uuids.link(
                "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember", made.set.id,
                entry.id, "Original"))
            data.note(document, entry)
        if folder:
            data.note(folder, made.folder)
            codes = {"F1": ["Referrals"], "F2": ["Referrals", "Allergy_Treatments"],
                     "F3": ["Allergy_Treatments"]}[folder]
            made.folder.set_code("codeList", *[Code(c, EVENT_DOMAIN) for c in codes])
        for member in members.split():
            t.build_uuids.put_in_folder(made, data.ids[folder], data.ids[member])
        if name in relations:
            kind, old = relations[name]
            made.associations.append(
                t.build_uuids.link(kind, made.entry.id, data.ids[old]))
        register(t, made)
    return data
