"""Builders of ebRIM objects as XDS uses them (ITI TF-3 4.2).

Every object is a bag of attributes, slots, codes and identifiers that a case may change before
the message is written, and `edits` may change the written element: so any single rule can be
broken without touching another.
"""
import hashlib
from dataclasses import dataclass, field
from lxml import etree

from .names import (CODE_SCHEME, DE_AUTHOR, FOLDER_NODE, HAS_MEMBER, IDENTIFIER, LCM,
                    OBJECT_TYPE, RIM, STABLE, SUBMISSION_SET_NODE, SS_AUTHOR)

IHE_FORMAT = "1.3.6.1.4.1.19376.1.2.3"
EVENT_DOMAIN = "1.3.6.1.4.1.21367.2017.3"
LOINC = "2.16.840.1.113883.6.1"
SNOMED = "2.16.840.1.113883.6.96"
XDS_CLASS = "1.3.6.1.4.1.19376.1.2.6.1"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"


def rim(tag):
    return f"{{{RIM}}}{tag}"


@dataclass(frozen=True)
class Code:
    value: str
    scheme: str
    display: str = "display"

    def query(self):
        return f"'{self.value}^^{self.scheme}'"


@dataclass
class Author:
    scheme: str
    slots: list


def slot(parent, name, values):
    element = etree.SubElement(parent, rim("Slot"), name=name)
    value_list = etree.SubElement(element, rim("ValueList"))
    for value in values:
        etree.SubElement(value_list, rim("Value")).text = value
    return element


def _name(parent, tag, text):
    element = etree.SubElement(parent, rim(tag))
    etree.SubElement(element, rim("LocalizedString"), value=text)


@dataclass
class RimObject:
    """A DocumentEntry, SubmissionSet or Folder before it is written."""
    id: str
    tag: str
    attributes: dict
    slots: dict = field(default_factory=dict)
    title: str = None
    comments: str = None
    version: str = None
    codes: list = field(default_factory=list)
    authors: list = field(default_factory=list)
    identifiers: dict = field(default_factory=dict)
    labels: list = field(default_factory=list)
    edits: list = field(default_factory=list)

    def set_code(self, attribute, *codes):
        """Replaces all codes of one attribute."""
        self.codes = [pair for pair in self.codes if pair[0] != attribute]
        self.codes += [(attribute, code) for code in codes]

    def drop_code(self, attribute):
        self.set_code(attribute)

    def code(self, attribute):
        return next(code for name, code in self.codes if name == attribute)

    def identifier(self, suffix):
        return next(v for k, v in self.identifiers.items() if k.endswith("." + suffix))

    def set_identifier(self, suffix, value):
        for key in self.identifiers:
            if key.endswith("." + suffix):
                self.identifiers[key] = value

    def drop_identifier(self, suffix):
        self.identifiers = {k: v for k, v in self.identifiers.items()
                            if not k.endswith("." + suffix)}

    @property
    def unique_id(self):
        return self.identifier("uniqueId")

    def write(self, parent, labels=True):
        element = etree.SubElement(parent, rim(self.tag), id=self.id, **self.attributes)
        for name, values in self.slots.items():
            slot(element, name, values)
        if self.title is not None:
            _name(element, "Name", self.title)
        if self.comments is not None:
            _name(element, "Description", self.comments)
        if self.version is not None:
            etree.SubElement(element, rim("VersionInfo"), versionName=self.version)
        count = 0
        for author in self.authors:
            count += 1
            made = self._classification(element, count, "")
            made.set("classificationScheme", author.scheme)
            for name, values in author.slots:
                slot(made, name, values)
        for attribute, code in self.codes:
            count += 1
            made = self._classification(element, count, code.value)
            made.set("classificationScheme", CODE_SCHEME[attribute])
            slot(made, "codingScheme", [code.scheme])
            _name(made, "Name", code.display)
        if labels:
            self.write_labels(element)
        for number, (name, value) in enumerate(self.identifiers.items(), 1):
            made = etree.SubElement(
                element, rim("ExternalIdentifier"), id=f"{self._stem()}-ei{number}",
                identificationScheme=IDENTIFIER[name], registryObject=self.id, value=value,
                objectType=OBJECT_TYPE + "ExternalIdentifier")
            _name(made, "Name", name)
        for edit in self.edits:
            edit(element)
        return element

    def write_labels(self, parent):
        for number, node in enumerate(self.labels, 1):
            etree.SubElement(parent, rim("Classification"), id=f"{self._stem()}-label{number}",
                             classificationNode=node, classifiedObject=self.id,
                             objectType=OBJECT_TYPE + "Classification")

    def _stem(self):
        return self.id.replace("urn:uuid:", "x")

    def _classification(self, parent, number, code):
        return etree.SubElement(parent, rim("Classification"), id=f"{self._stem()}-cl{number}",
                                classifiedObject=self.id, nodeRepresentation=code,
                                objectType=OBJECT_TYPE + "Classification")


@dataclass
class Association:
    id: str
    type: str
    source: str
    target: str
    slots: dict = field(default_factory=dict)
    documentation: Code = None
    edits: list = field(default_factory=list)

    def write(self, parent):
        element = etree.SubElement(
            parent, rim("Association"), id=self.id, associationType=self.type,
            sourceObject=self.source, targetObject=self.target,
            objectType=OBJECT_TYPE + "Association")
        for name, values in self.slots.items():
            slot(element, name, values)
        if self.documentation:
            made = etree.SubElement(
                element, rim("Classification"), id=self.id.replace("urn:uuid:", "x") + "-cl",
                classifiedObject=self.id, nodeRepresentation=self.documentation.value,
                classificationScheme=CODE_SCHEME["documentation"],
                objectType=OBJECT_TYPE + "Classification")
            slot(made, "codingScheme", [self.documentation.scheme])
            _name(made, "Name", self.documentation.display)
        for edit in self.edits:
            edit(element)
        return element


@dataclass
class Submission:
    """One SubmitObjectsRequest under construction; documents are kept by entry id."""
    sets: list = field(default_factory=list)
    entries: list = field(default_factory=list)
    folders: list = field(default_factory=list)
    associations: list = field(default_factory=list)
    documents: dict = field(default_factory=dict)
    labels_inside: bool = True
    associations_first: bool = False
    edits: list = field(default_factory=list)

    @property
    def set(self):
        return self.sets[0]

    @property
    def entry(self):
        return self.entries[0]

    @property
    def folder(self):
        return self.folders[0]

    def association(self, source, target):
        return next(a for a in self.associations if a.source == source and a.target == target)

    def write(self):
        request = etree.Element(f"{{{LCM}}}SubmitObjectsRequest", nsmap={"lcm": LCM, "rim": RIM})
        objects = etree.SubElement(request, rim("RegistryObjectList"))
        if self.associations_first:
            for association in self.associations:
                association.write(objects)
        for made in self.entries + self.folders + self.sets:
            made.write(objects, labels=self.labels_inside)
        if not self.labels_inside:
            for made in self.folders + self.sets:
                made.write_labels(objects)
        if not self.associations_first:
            for association in self.associations:
                association.write(objects)
        for edit in self.edits:
            edit(objects)
        return request


class Builder:
    """Makes valid objects with fresh ids for one patient; a case then changes what it tests."""

    def __init__(self, ids, repository, uuids=False):
        self._ids, self._repository, self._uuids = ids, repository, uuids

    def _id(self, prefix):
        return self._ids.uuid() if self._uuids else self._ids.symbolic(prefix)

    def entry(self, patient, content=b"conformance", size=None, digest=None):
        """A complete stable entry as a repository would register it (DR column of 4.3.1)."""
        return RimObject(
            id=self._id("Document"), tag="ExtrinsicObject",
            attributes={"mimeType": "text/plain", "objectType": STABLE},
            slots={
                "creationTime": ["20041224"], "hash": [digest or hashlib.sha1(content).hexdigest()],
                "languageCode": ["ja-JP"], "repositoryUniqueId": [self._repository],
                "serviceStartTime": ["200412230800"], "serviceStopTime": ["200412231600"],
                "size": [str(len(content) if size is None else size)],
                "sourcePatientId": ["S001^^^&2.999.77.1&ISO"],
                "sourcePatientInfo": ["PID-3|S001^^^&2.999.77.1&ISO", "PID-5|CASE^CONFORMANCE",
                                      "PID-7|19560527", "PID-8|F"],
            },
            title="Conformance document", comments="made by the conformance suite",
            codes=[
                ("classCode", Code("REPORTS", XDS_CLASS, "Reports")),
                ("confidentialityCode", Code("N", CONFIDENTIALITY, "normal")),
                ("formatCode", Code("urn:ihe:iti:xds:2017:mimeTypeSufficient", IHE_FORMAT)),
                ("healthcareFacilityTypeCode", Code("22232009", SNOMED, "Hospital")),
                ("practiceSettingCode", Code("309915006", SNOMED, "Cardiology")),
                ("typeCode", Code("11488-4", LOINC, "Consultation Note")),
            ],
            authors=[Author(DE_AUTHOR, [("authorPerson", ["^Yamada^Hanako"]),
                                        ("authorInstitution", ["Kita Hospital"])])],
            identifiers={"XDSDocumentEntry.patientId": patient,
                         "XDSDocumentEntry.uniqueId": self._ids.oid()})

    def submission_set(self, patient):
        return RimObject(
            id=self._id("SubmissionSet"), tag="RegistryPackage",
            attributes={"objectType": OBJECT_TYPE + "RegistryPackage"},
            slots={"submissionTime": ["20041225235050"]},
            title="Conformance submission", comments="made by the conformance suite",
            codes=[("contentTypeCode", Code("22232009", SNOMED, "Hospital"))],
            authors=[Author(SS_AUTHOR, [("authorPerson", ["^Yamada^Hanako"]),
                                        ("authorInstitution", ["Kita Hospital"])])],
            identifiers={"XDSSubmissionSet.patientId": patient,
                         "XDSSubmissionSet.sourceId": "2.999.77.2",
                         "XDSSubmissionSet.uniqueId": self._ids.oid()},
            labels=[SUBMISSION_SET_NODE])

    def folder(self, patient):
        return RimObject(
            id=self._id("Folder"), tag="RegistryPackage",
            attributes={"objectType": OBJECT_TYPE + "RegistryPackage"},
            title="Conformance folder", comments="made by the conformance suite",
            codes=[("codeList", Code("Referrals", EVENT_DOMAIN, "Referrals"))],
            identifiers={"XDSFolder.patientId": patient, "XDSFolder.uniqueId": self._ids.oid()},
            labels=[FOLDER_NODE])

    def link(self, association_type, source, target, status=None):
        slots = {"SubmissionSetStatus": [status]} if status else {}
        return Association(self._id("Association"), association_type, source, target, slots)

    def put_in_folder(self, submission, folder_id, entry_id):
        """Adds folder-document membership and its own membership in the set (4.2.1.5)."""
        member = self.link(HAS_MEMBER, folder_id, entry_id)
        submission.associations += [member, self.link(HAS_MEMBER, submission.set.id, member.id)]
        return member

    def submission(self, patient, documents=(b"conformance",), folders=0, relation=None,
                   related_to=None):
        """A complete submission. `relation` links each new entry to `related_to`."""
        made = Submission(sets=[self.submission_set(patient)])
        for content in documents:
            self.add_entry(made, patient, content)
        for _ in range(folders):
            made.folders.append(self.folder(patient))
            made.associations.append(
                self.link(HAS_MEMBER, made.set.id, made.folders[-1].id))
        if relation:
            for entry in made.entries:
                made.associations.append(self.link(relation, entry.id, related_to))
        return made

    def add_entry(self, submission, patient, content=b"conformance"):
        entry = self.entry(patient, content)
        submission.entries.append(entry)
        submission.documents[entry.id] = content
        submission.associations.append(
            self.link(HAS_MEMBER, submission.set.id, entry.id, "Original"))
        return entry


def strip_repository_slots(submission):
    """What a document source sends: the repository adds these (DS column of 4.3.1)."""
    for entry in submission.entries:
        for name in ("hash", "size", "repositoryUniqueId"):
            entry.slots.pop(name, None)
    return submission
