"""What RegistryResponse, AdhocQueryResponse and RetrieveDocumentSetResponse say, and checks."""
import base64
from dataclasses import dataclass

from .checks import equal, fail, one_of, true
from .mtom import resolve
from .names import (FOLDER_NODE, NS, ON_DEMAND, QUERY, RIM, RS, SEVERITY, STABLE, STATUS_URN,
                    SUBMISSION_SET_NODE, XDSB)

_SHORT = {urn: name for name, urn in STATUS_URN.items()}
ANY = object()


@dataclass(frozen=True)
class RegistryError:
    code: str
    context: str
    severity: str
    location: str


class Answer:
    """The application part of one reply. Invalid shapes fail the case at once (ITI TF-3 4.2.4)."""

    def __init__(self, reply, root):
        self.reply = reply
        if reply.fault is not None:
            reason = reply.fault.findtext("s:Reason/s:Text", "", NS)
            fail(f"{root.split('}')[1]}", f"HTTP {reply.http.status}, SOAP fault "
                 f"{reply.fault_codes()}: {reason}")
        equal(reply.http.status, 200, "HTTP status")
        equal(reply.payload.tag, root, "element in the Body")
        self.payload = reply.payload
        state = self.payload
        if root == f"{{{XDSB}}}RetrieveDocumentSetResponse":
            state = self.payload.find("rs:RegistryResponse", NS)
            true(state is not None, "rs:RegistryResponse in the answer", "none")
        one_of(state.get("status"), set(STATUS_URN.values()), "status")
        self.status = _SHORT[state.get("status")]
        self.errors, self.warnings = [], []
        for element in state.findall("rs:RegistryErrorList/rs:RegistryError", NS):
            self._take(element)
        error_list = state.find("rs:RegistryErrorList", NS)
        if error_list is not None:
            true(self.errors or self.warnings, "no empty RegistryErrorList", "an empty one")
            if error_list.get("highestSeverity"):
                worst = "Error" if self.errors else "Warning"
                equal(error_list.get("highestSeverity"), SEVERITY + worst, "highestSeverity")
        if self.status == "Success":
            equal([e.code for e in self.errors], [], "errors in a Success")
        else:
            true(self.errors, f"at least one error with status {self.status}", "none")

    def _take(self, element):
        one_of(element.get("severity"), {SEVERITY + "Error", SEVERITY + "Warning"}, "severity")
        error = RegistryError(element.get("errorCode") or "", element.get("codeContext") or "",
                              element.get("severity")[len(SEVERITY):], element.get("location"))
        true(error.code, "an errorCode", "none")
        true(error.context.strip(), f"a codeContext with {error.code}", "none")
        true(not (element.text or "").strip(), "an empty RegistryError element", element.text)
        (self.errors if error.severity == "Error" else self.warnings).append(error)

    def describe(self):
        listed = [f"{e.code} ({e.context})" for e in self.errors + self.warnings]
        return f"{self.status} {'; '.join(listed)}".strip()

    def success(self, warnings=()):
        """Success with just these warnings; any other is reported."""
        if self.status != "Success":
            fail("Success", self.describe())
        if warnings is not ANY:
            equal(sorted(w.code for w in self.warnings), sorted(warnings), "warnings")
        return self

    def extra_kept(self):
        """Success. Metadata that the profile does not know is kept (true), or dropped with a warning that says so
        (ITI TF-3 4.2.3.1.6)."""
        kept = not self.warnings
        self.success([] if kept else ["XDSExtraMetadataNotSaved"])
        return kept

    def failure(self, codes, mentions=None, location=None):
        """Failure with at least one error of `codes`, and no error of another code."""
        wanted = {codes} if isinstance(codes, str) else set(codes)
        if self.status != "Failure":
            fail(f"Failure with {sorted(wanted)}", self.describe())
        self._check_errors(wanted, mentions, location)
        return self

    def failure_among(self, code):
        """Failure with an error of `code`; a message with several faults may be told of them all."""
        if self.status != "Failure":
            fail(f"Failure with {code}", self.describe())
        true(any(e.code == code for e in self.errors), f"an error {code}", self.describe())
        return self

    def partial(self, codes, mentions=None, location=None):
        wanted = {codes} if isinstance(codes, str) else set(codes)
        if self.status != "PartialSuccess":
            fail(f"PartialSuccess with {sorted(wanted)}", self.describe())
        self._check_errors(wanted, mentions, location)
        return self

    def _check_errors(self, wanted, mentions, location):
        for error in self.errors:
            one_of(error.code, wanted, "errorCode")
        if mentions is not None:
            true(any(mentions in e.context for e in self.errors),
                 f"codeContext with {mentions}", [e.context for e in self.errors])
        if location is not None:
            true(any(e.location == location for e in self.errors),
                 f"location {location}", [e.location for e in self.errors])


class RegistryAnswer(Answer):
    def __init__(self, reply):
        super().__init__(reply, f"{{{RS}}}RegistryResponse")


class QueryAnswer(Answer):
    """AdhocQueryResponse: objects by kind, in the order of the answer."""

    def __init__(self, reply):
        super().__init__(reply, f"{{{QUERY}}}AdhocQueryResponse")
        lists = self.payload.findall("rim:RegistryObjectList", NS)
        equal(len(lists), 1, "number of RegistryObjectLists (mandatory in ebRS 3.0)")
        self.objects = [o for o in lists[0] if isinstance(o.tag, str)]
        if self.status == "Failure":
            equal(len(self.objects), 0, "number of objects in a Failure")
        for item in self.objects:
            self._check(item)

    @staticmethod
    def _check(item):
        true(item.tag.startswith(f"{{{RIM}}}"), "ebRIM objects", item.tag)
        true((item.get("id") or "").startswith("urn:uuid:"), "a UUID id", item.get("id"))
        if item.tag == f"{{{RIM}}}ObjectRef":
            return
        for nested in list(item.iter(f"{{{RIM}}}Classification")) + \
                list(item.iter(f"{{{RIM}}}ExternalIdentifier")):
            owner = nested.get("classifiedObject") or nested.get("registryObject")
            true(nested.get("id"), "an id on each nested element", "none")
            true(nested.get("objectType"), "an objectType on each nested element (4.2.3.1)",
                 nested.get("classificationScheme") or nested.get("identificationScheme"))
            equal(owner, item.get("id"), "owner named by a nested element")
        if item.tag != f"{{{RIM}}}Association":
            true(item.get("status"), "a status on each object", item.tag)

    def _of(self, tag):
        return [o for o in self.objects if o.tag == f"{{{RIM}}}{tag}"]

    def ids(self, kind="all"):
        picked = {"all": lambda: self.objects, "entries": self.entries, "sets": self.sets,
                  "folders": self.folders, "associations": self.associations,
                  "refs": lambda: self._of("ObjectRef")}[kind]()
        return [o.get("id") for o in picked]

    def entries(self):
        entries = self._of("ExtrinsicObject")
        for entry in entries:
            one_of(entry.get("objectType"), {STABLE, ON_DEMAND}, "objectType of an entry")
        return entries

    def _packages(self, node):
        return [p for p in self._of("RegistryPackage") if any(
            c.get("classificationNode") == node for c in p.findall("rim:Classification", NS))]

    def sets(self):
        return self._packages(SUBMISSION_SET_NODE)

    def folders(self):
        return self._packages(FOLDER_NODE)

    def associations(self):
        return self._of("Association")

    def links(self):
        """Associations as (type, source, target): ids made by a registry cannot be foreseen."""
        return [(a.get("associationType"), a.get("sourceObject"), a.get("targetObject"))
                for a in self.associations()]

    def find(self, object_id):
        found = [o for o in self.objects if o.get("id") == object_id]
        equal(len(found), 1, f"number of objects {object_id} in the answer")
        return found[0]


class RetrieveAnswer(Answer):
    """RetrieveDocumentSetResponse with its documents' bytes."""

    def __init__(self, reply):
        super().__init__(reply, f"{{{XDSB}}}RetrieveDocumentSetResponse")
        self.documents = [self._document(d)
                          for d in self.payload.findall("xds:DocumentResponse", NS)]

    def _document(self, element):
        content = element.find("xds:Document", NS)
        true(content is not None, "a Document in each DocumentResponse", "none")
        include = content.find("xop:Include", NS)
        if include is not None:
            data = resolve(include.get("href") or "", self.reply.parts)
        else:
            data = base64.b64decode("".join(content.itertext()).strip(), validate=False)
        return {"repository": element.findtext("xds:RepositoryUniqueId", None, NS),
                "unique_id": element.findtext("xds:DocumentUniqueId", None, NS),
                "home": element.findtext("xds:HomeCommunityId", None, NS),
                "mime_type": element.findtext("xds:mimeType", None, NS), "data": data,
                "separate": include is not None}

    def by_id(self, unique_id):
        found = [d for d in self.documents if d["unique_id"] == unique_id]
        equal(len(found), 1, f"number of DocumentResponses for {unique_id}")
        return found[0]


def slot_values(element, name):
    found = element.find(f"rim:Slot[@name='{name}']", NS)
    return None if found is None else [v.text for v in found.findall("rim:ValueList/rim:Value", NS)]


def identifier(element, scheme):
    found = [i.get("value") for i in element.findall("rim:ExternalIdentifier", NS)
             if i.get("identificationScheme") == scheme]
    equal(len(found), 1, f"number of identifiers {scheme}")
    return found[0]
