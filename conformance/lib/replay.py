"""Prepares stored messages for a target: what the message's own README says must be known first.

Patient ids become fresh ids of a registered domain, object ids and uniqueIds become fresh ones,
repositoryUniqueId becomes the target's. Everything else stays as it was written.
"""
import re
from lxml import etree

from .names import IDENTIFIER, RIM

_PATIENT = {v for k, v in IDENTIFIER.items() if k.endswith(".patientId")}
_UNIQUE = {v for k, v in IDENTIFIER.items() if k.endswith(".uniqueId")}


class Replay:
    """Keeps one mapping over several messages, so that a sequence stays a sequence."""

    def __init__(self, t, role, feed=True):
        self.t, self.role, self._feed = t, role, feed
        self.patients, self.renamed = {}, {}

    def patient(self, old):
        """The fresh id that stands for `old`."""
        if old not in self.patients:
            self.patients[old] = self.t.patient() if self._feed else self.t.new_patient_id()
        return self.patients[old]

    def _new(self, old, make):
        if old not in self.renamed:
            self.renamed[old] = make()
        return self.renamed[old]

    def submission(self, root):
        """Rewrites a SubmitObjectsRequest, or whatever contains one, in place."""
        for element in root.iter(f"{{{RIM}}}ExternalIdentifier"):
            scheme = re.sub(r"\s", "", element.get("identificationScheme") or "")
            if scheme in _PATIENT:
                element.set("value", self.patient(element.get("value")))
            elif scheme in _UNIQUE:
                element.set("value", self._new(element.get("value"), self.t.ids.oid))
        for slot in root.iter(f"{{{RIM}}}Slot"):
            if slot.get("name") == "repositoryUniqueId":
                for value in slot.iter(f"{{{RIM}}}Value"):
                    value.text = self.t.target.repository
        self._rename_objects(root)
        return root

    def _rename_objects(self, root):
        objects = [e for tag in ("ExtrinsicObject", "RegistryPackage", "Association")
                   for e in root.iter(f"{{{RIM}}}{tag}")]
        names = {e.get("id") for e in objects if (e.get("id") or "").startswith("urn:uuid:")}
        references = ("id", "lid", "classifiedObject", "registryObject", "sourceObject",
                      "targetObject")
        for element in root.iter():
            if not isinstance(element.tag, str):
                continue
            for name in references:
                if element.get(name) in names:
                    element.set(name, self._new(element.get(name), self.t.ids.uuid))
            if element.get("id") and element.tag in (f"{{{RIM}}}Classification",
                                                     f"{{{RIM}}}ExternalIdentifier"):
                if element.get("id").startswith("urn:uuid:"):
                    element.set("id", self._new(element.get("id"), self.t.ids.uuid))

    def query(self, root):
        """Puts a fresh, known patient into the patient parameters of a stored query."""
        for slot in root.iter(f"{{{RIM}}}Slot"):
            if "PatientId" not in slot.get("name", ""):
                continue
            for value in slot.iter(f"{{{RIM}}}Value"):
                value.text = re.sub(r"[\w.$-]+\^\^\^&[0-9.]+&ISO",
                                    lambda match: self.patient(match.group(0)), value.text or "")
        return root


def parse_sample(data):
    """A sample is trusted as far as its syntax goes; comments at its head are dropped."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def fill(text, values):
    """Replaces $name and $name$; longer names first, so that $doc1sub is not read as $doc1."""
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${name}$", values[name]).replace(f"${name}", values[name])
    return text


def xml_text(root):
    return etree.tostring(root, encoding="unicode")
