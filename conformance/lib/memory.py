"""A permissive registry in memory for the self-test.

It believes everything it is sent and answers stored queries plainly, record by record, so that the
expectations of the query cases can be checked against a second, independent computation. It is no
example of a registry: it validates nothing and knows one member only.
"""
import base64
import re
import threading
import uuid

from lxml import etree

from .mtom import resolve
from .names import (APND, APPROVED, CODE_SCHEME, DE_AUTHOR, DEPRECATED, FOLDER_NODE, HAS_MEMBER,
                    IDENTIFIER, NS, OBJECT_TYPE, QUERY_ID, REFERENCE_IDS, RPLC, SEVERITY,
                    SS_AUTHOR, STABLE, STATUS_URN, SUBMISSION_SET_NODE, XFRM, XFRM_RPLC)

_NAMES = {value: name for name, value in QUERY_ID.items()}
R = "{%s}" % NS["rim"]


def _values(element, name):
    return [v.text.strip() for s in element.findall("rim:Slot", NS) if s.get("name") == name
            for v in s.iter(R + "Value")]


def _codes(element, attribute):
    return {f"{c.get('nodeRepresentation')}^^{_values(c, 'codingScheme')[0]}"
            for c in element.findall("rim:Classification", NS)
            if c.get("classificationScheme") == CODE_SCHEME[attribute]}


def _identifier(element, suffix):
    schemes = {v for k, v in IDENTIFIER.items() if k.endswith("." + suffix)}
    return next((i.get("value") for i in element.findall("rim:ExternalIdentifier", NS)
                 if i.get("identificationScheme") in schemes), None)


def _authors(element):
    return [p for c in element.findall("rim:Classification", NS)
            if c.get("classificationScheme") in (DE_AUTHOR, SS_AUTHOR)
            for p in _values(c, "authorPerson")]


def _like(pattern, text):
    regex = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _kind(element):
    if element.tag != R + "RegistryPackage":
        return {"ExtrinsicObject": "entry", "Association": "link"}[element.tag[len(R):]]
    nodes = [c.get("classificationNode") for c in element.findall("rim:Classification", NS)]
    return "set" if SUBMISSION_SET_NODE in nodes else "folder" if FOLDER_NODE in nodes else ""


class _Failure(Exception):
    pass


class Parameters:
    """The slots of one AdhocQuery: per name, one list of strings for each slot."""

    def __init__(self, adhoc):
        self.slots = {}
        for slot in adhoc.findall("rim:Slot", NS):
            values = []
            for value in slot.iter(R + "Value"):
                text = (value.text or "").strip()
                quoted = re.findall(r"'((?:[^']|'')*)'", text)
                values += [q.replace("''", "'") for q in quoted] if quoted else [text.strip("() ")]
            if slot.get("name").endswith("atientId"):  # trailing delimiters count for nothing
                values = [v.rstrip("^") for v in values]
            self.slots.setdefault(slot.get("name"), []).append(values)

    def all(self, name):
        return [v for values in self.slots.get(name, []) for v in values]

    def one(self, name):
        return (self.all(name) or [None])[0]

    def need(self, *names):
        for name in names:
            if not self.all(name):
                raise _Failure("XDSStoredQueryMissingParam")

    def either(self, first, second):
        if self.all(first) and self.all(second):
            raise _Failure("XDSStoredQueryParamNumber")
        if not self.all(first) and not self.all(second):
            raise _Failure("XDSStoredQueryMissingParam")


class Memory:
    """Thread-safe by one lock. `handle` and `feed` fit lib/fake.FakePeer."""

    def __init__(self, repository):
        self._lock, self._repository = threading.Lock(), repository
        self.objects, self.documents = {}, {}

    def feed(self, _text):
        return "AA"

    def handle(self, transaction, root, parts):
        with self._lock:
            if transaction in ("ITI-18", "ITI-51"):
                return self._query(root.find(".//rim:AdhocQuery", NS), root)
            if transaction == "ITI-43":
                return self._retrieve(root)
            return self._submit(root, parts)

    # Submissions -------------------------------------------------------------------------------

    def _submit(self, root, parts):
        for document in root.iter("{%s}Document" % NS["xds"]):
            include = document.find("xop:Include", NS)
            data = resolve(include.get("href"), parts) if include is not None \
                else base64.b64decode(document.text or "")
            entry = next(e for e in root.iter(R + "ExtrinsicObject")
                         if e.get("id") == document.get("id"))
            self.documents[_identifier(entry, "uniqueId")] = (data, entry.get("mimeType"))
        listed = self._settled(root.find(".//rim:RegistryObjectList", NS))
        fresh = [etree.fromstring(etree.tostring(o)) for o in listed
                 if o.tag in (R + "ExtrinsicObject", R + "RegistryPackage", R + "Association")]
        new_set = None
        for one in fresh:
            one.set("status", APPROVED)
            self.objects[one.get("id")] = one
            if _kind(one) == "set":
                new_set = one
            if _kind(one) == "folder":
                slot = etree.Element(R + "Slot", name="lastUpdateTime")
                etree.SubElement(etree.SubElement(slot, R + "ValueList"), R + "Value").text = \
                    "20260101000000"
                one.insert(0, slot)
        for link in [o for o in fresh if _kind(o) == "link"]:
            if link.get("associationType") in (RPLC, XFRM_RPLC):
                self._replace(link, new_set)
        return (f'<rs:RegistryResponse xmlns:rs="{NS["rs"]}" '
                f'status="{STATUS_URN["Success"]}"/>')

    @staticmethod
    def _settled(listed):
        """Labels inside their packages, a UUID for each symbolic id."""
        for label in listed.findall("rim:Classification", NS):
            owner = next(o for o in listed if o.get("id") == label.get("classifiedObject"))
            label.set("objectType", OBJECT_TYPE + "Classification")
            before = owner.find("rim:ExternalIdentifier", NS)
            before.addprevious(label)
        symbols = {o.get("id"): "urn:uuid:" + str(uuid.uuid4()) for o in listed
                   if not o.get("id").startswith("urn:uuid:")}
        for element in listed.iter():
            for name in ("id", "classifiedObject", "registryObject", "sourceObject",
                         "targetObject"):
                if element.get(name) in symbols:
                    element.set(name, symbols[element.get(name)])
            if element.tag in (R + "Classification", R + "ExternalIdentifier"):
                element.set("objectType", OBJECT_TYPE + element.tag[len(R):])
                element.set("id", element.get("id") or "urn:uuid:" + str(uuid.uuid4()))
            if element.get("identificationScheme"):
                element.set("value", element.get("value").rstrip("^"))
            if element.tag == R + "VersionInfo":
                element.set("versionName", "1")
        return listed

    def _replace(self, link, new_set):
        old, new = link.get("targetObject"), link.get("sourceObject")
        self.objects[old].set("status", DEPRECATED)
        for other in list(self._links()):
            ends = (other.get("associationType"), other.get("targetObject"))
            if ends[1] == old and ends[0] in (APND, XFRM):
                self.objects[other.get("sourceObject")].set("status", DEPRECATED)
            source = self.objects.get(other.get("sourceObject"))
            if ends == (HAS_MEMBER, old) and _kind(source) == "folder":
                member = self._link(source.get("id"), new)
                self._link(new_set.get("id"), member)

    def _link(self, source, target):
        made = etree.Element(R + "Association", id="urn:uuid:" + str(uuid.uuid4()),
                             associationType=HAS_MEMBER, sourceObject=source, targetObject=target,
                             objectType=OBJECT_TYPE + "Association", status=APPROVED)
        self.objects[made.get("id")] = made
        return made.get("id")

    def _retrieve(self, root):
        out, errors, contents = "", "", []
        for wanted in root.iter("{%s}DocumentRequest" % NS["xds"]):
            uid = wanted.findtext("xds:DocumentUniqueId", None, NS)
            repository = wanted.findtext("xds:RepositoryUniqueId", None, NS)
            if uid not in self.documents or repository != self._repository:
                code = "XDSDocumentUniqueIdError" if repository == self._repository \
                    else "XDSUnknownRepositoryId"
                errors += (f'<rs:RegistryError errorCode="{code}" codeContext="no" '
                           f'severity="{SEVERITY}Error" location="{uid}"/>')
                continue
            home = wanted.findtext("xds:HomeCommunityId", "", NS)
            contents.append(self.documents[uid][0])
            out += ("<x:DocumentResponse>" +
                    (f"<x:HomeCommunityId>{home}</x:HomeCommunityId>" if home else "") +
                    f"<x:RepositoryUniqueId>{repository}</x:RepositoryUniqueId>"
                    f"<x:DocumentUniqueId>{uid}</x:DocumentUniqueId>"
                    f"<x:mimeType>{self.documents[uid][1]}</x:mimeType><x:Document>"
                    f'<i:Include xmlns:i="{NS["xop"]}" '
                    f'href="cid:part{len(contents)}@conformance.test"/>'
                    "</x:Document></x:DocumentResponse>")
        status = "Success" if not errors else "PartialSuccess" if out else "Failure"
        listed = f"<rs:RegistryErrorList>{errors}</rs:RegistryErrorList>" if errors else ""
        return (f'<x:RetrieveDocumentSetResponse xmlns:x="{NS["xds"]}" xmlns:rs="{NS["rs"]}">'
                f'<rs:RegistryResponse status="{STATUS_URN[status]}">{listed}'
                f"</rs:RegistryResponse>{out}</x:RetrieveDocumentSetResponse>", contents)

    # Queries -----------------------------------------------------------------------------------

    def _links(self):
        return [o for o in self.objects.values() if _kind(o) == "link"]

    def _of(self, kind):
        return [o for o in self.objects.values() if _kind(o) == kind]

    def _query(self, adhoc, root):
        name = _NAMES.get(adhoc.get("id"))
        failure, found, refs = None, [], False
        try:
            if name is None or not hasattr(self, "_" + name):
                raise _Failure("XDSUnknownStoredQuery")
            found = getattr(self, "_" + name)(Parameters(adhoc))
            refs = root.find(".//query:ResponseOption", NS).get("returnType") == "ObjectRef"
            patients = {_identifier(o, "patientId") for o in found if _kind(o) != "link"}
            if not refs and len(patients) > 1 and name in (
                    "GetDocuments", "GetFolders", "GetDocumentsAndAssociations",
                    "GetSubmissionSets", "GetSubmissionSetAndContents"):
                raise _Failure("XDSResultNotSinglePatient")
        except _Failure as error:
            failure, found = str(error), []
        unique = list({o.get("id"): o for o in found}.values())
        body = "".join(
            f'<rim:ObjectRef xmlns:rim="{NS["rim"]}" id="{o.get("id")}"/>' if refs else
            etree.tostring(o, encoding="unicode") for o in unique) if unique else ""
        status = "Failure" if failure else "Success"
        listed = "" if not failure else (
            f'<rs:RegistryErrorList><rs:RegistryError errorCode="{failure}" codeContext="no" '
            f'severity="{SEVERITY}Error"/></rs:RegistryErrorList>')
        return (f'<q:AdhocQueryResponse xmlns:q="{NS["query"]}" xmlns:rs="{NS["rs"]}" '
                f'status="{STATUS_URN[status]}">{listed}<rim:RegistryObjectList '
                f'xmlns:rim="{NS["rim"]}">{body}</rim:RegistryObjectList></q:AdhocQueryResponse>')

    @staticmethod
    def _time(values, low, high):
        if not values:
            return True
        value = values[0].ljust(14, "0")
        return (low is None or low.ljust(14, "0") <= value) and \
            (high is None or value < high.ljust(14, "0"))

    def _fits(self, entry, p):
        """The filters entries have in common."""
        d = "$XDSDocumentEntry"
        for slot, attribute in (("ClassCode", "classCode"), ("TypeCode", "typeCode"),
                                ("PracticeSettingCode", "practiceSettingCode"),
                                ("HealthcareFacilityTypeCode", "healthcareFacilityTypeCode"),
                                ("FormatCode", "formatCode"), ("EventCodeList", "eventCodeList"),
                                ("ConfidentialityCode", "confidentialityCode")):
            for group in p.slots.get(d + slot, []):
                if not _codes(entry, attribute) & set(group):
                    return False
        for group in p.slots.get(d + "AuthorPerson", []):
            if not any(_like(x, a) for x in group for a in _authors(entry)):
                return False
        for group in p.slots.get(d + "ReferenceIdList", []):
            if not set(_values(entry, REFERENCE_IDS)) & set(group):
                return False
        for slot, name in (("creationTime", "CreationTime"), ("serviceStartTime",
                           "ServiceStartTime"), ("serviceStopTime", "ServiceStopTime")):
            if not self._time(_values(entry, slot), p.one(d + name + "From"),
                              p.one(d + name + "To")):
                return False
        return entry.get("objectType") in (p.all(d + "Type") or [STABLE])

    def _FindDocuments(self, p):
        p.need("$XDSDocumentEntryPatientId", "$XDSDocumentEntryStatus")
        return self._documents(p)

    def _documents(self, p):
        return [e for e in self._of("entry")
                if _identifier(e, "patientId") in p.all("$XDSDocumentEntryPatientId")
                and e.get("status") in p.all("$XDSDocumentEntryStatus") and self._fits(e, p)]

    def _FindDocumentsByReferenceId(self, p):
        p.need("$XDSDocumentEntryReferenceIdList")
        return self._FindDocuments(p)

    def _FindDocumentsForMultiplePatients(self, p):
        p.need("$XDSDocumentEntryPatientId")
        return self._documents(p)

    def _FindDocumentsByReferenceIdForMultiplePatients(self, p):
        return self._documents(p)

    def _FindSubmissionSets(self, p):
        s = "$XDSSubmissionSet"
        p.need(s + "PatientId", s + "Status")
        return [x for x in self._of("set") if _identifier(x, "patientId") == p.one(s + "PatientId")
                and (not p.all(s + "SourceId") or _identifier(x, "sourceId") in
                     p.all(s + "SourceId"))
                and self._time(_values(x, "submissionTime"), p.one(s + "SubmissionTimeFrom"),
                               p.one(s + "SubmissionTimeTo"))
                and (not p.one(s + "AuthorPerson") or any(
                    _like(p.one(s + "AuthorPerson"), a) for a in _authors(x)))
                and (not p.all(s + "ContentType") or
                     _codes(x, "contentTypeCode") & set(p.all(s + "ContentType")))]

    def _FindFolders(self, p):
        f = "$XDSFolder"
        p.need(f + "PatientId", f + "Status")
        return [x for x in self._of("folder") if _identifier(x, "patientId") in
                p.all(f + "PatientId") and all(_codes(x, "codeList") & set(group)
                                               for group in p.slots.get(f + "CodeList", []))
                and self._time(_values(x, "lastUpdateTime"), p.one(f + "LastUpdateTimeFrom"),
                               p.one(f + "LastUpdateTimeTo"))]

    def _FindFoldersForMultiplePatients(self, p):
        p.need("$XDSFolderPatientId")
        return self._FindFolders(p)

    def _GetAll(self, p):
        p.need("$patientId", "$XDSDocumentEntryStatus", "$XDSSubmissionSetStatus",
               "$XDSFolderStatus")
        found = [o for o in self._of("entry") + self._of("set") + self._of("folder")
                 if _identifier(o, "patientId") == p.one("$patientId")]
        found = [o for o in found if _kind(o) != "entry" or (
            o.get("status") in p.all("$XDSDocumentEntryStatus") and self._fits(o, p))]
        ids = {o.get("id") for o in found}
        return found + [x for x in self._links()
                        if x.get("sourceObject") in ids or x.get("targetObject") in ids]

    def _chosen(self, p, kind, prefix):
        p.either(prefix + "EntryUUID", prefix + "UniqueId")
        return [o for o in self._of(kind) if o.get("id") in p.all(prefix + "EntryUUID")
                or _identifier(o, "uniqueId") in p.all(prefix + "UniqueId")]

    def _touching(self, ids):
        return [x for x in self._links()
                if x.get("sourceObject") in ids or x.get("targetObject") in ids]

    def _GetDocuments(self, p):
        return self._chosen(p, "entry", "$XDSDocumentEntry")

    def _GetFolders(self, p):
        return self._chosen(p, "folder", "$XDSFolder")

    def _GetAssociations(self, p):
        p.need("$uuid")
        return self._touching(p.all("$uuid"))

    def _GetDocumentsAndAssociations(self, p):
        found = self._GetDocuments(p)
        return found + self._touching({o.get("id") for o in found})

    def _GetSubmissionSets(self, p):
        p.need("$uuid")
        links = [x for x in self._links() if x.get("targetObject") in p.all("$uuid")
                 and _kind(self.objects[x.get("sourceObject")]) == "set"]
        return [self.objects[x.get("sourceObject")] for x in links] + links

    def _single(self, p, kind, prefix):
        found = self._chosen(p, kind, prefix)
        if len(p.all(prefix + "EntryUUID")) > 1:
            raise _Failure("XDSStoredQueryParamNumber")
        return found

    def _members(self, owner):
        return [x for x in self._links() if x.get("sourceObject") == owner.get("id")
                and x.get("associationType") == HAS_MEMBER]

    def _GetSubmissionSetAndContents(self, p):
        found, links = self._single(p, "set", "$XDSSubmissionSet"), []
        for package in list(found):
            for link in self._members(package):
                item = self.objects[link.get("targetObject")]
                if _kind(item) == "folder" or (_kind(item) == "entry" and self._fits(item, p)):
                    found.append(item)
                    links.append(link)
            ids = {o.get("id") for o in found}
            for link in self._members(package):
                item = self.objects[link.get("targetObject")]
                if _kind(item) == "link" and item.get("sourceObject") in ids and \
                        item.get("targetObject") in ids:
                    links += [item, link]
        return found + links

    def _GetFolderAndContents(self, p):
        found, links = self._single(p, "folder", "$XDSFolder"), []
        for folder in list(found):
            for link in self._members(folder):
                if self._fits(self.objects[link.get("targetObject")], p):
                    found.append(self.objects[link.get("targetObject")])
                    links.append(link)
        return found + links

    def _GetFoldersForDocument(self, p):
        ids = {o.get("id") for o in self._single(p, "entry", "$XDSDocumentEntry")}
        return [self.objects[x.get("sourceObject")] for x in self._links()
                if x.get("targetObject") in ids
                and _kind(self.objects[x.get("sourceObject")]) == "folder"]

    def _GetRelatedDocuments(self, p):
        p.need("$AssociationTypes")
        ids = {o.get("id") for o in self._single(p, "entry", "$XDSDocumentEntry")}
        links = [x for x in self._touching(ids)
                 if x.get("associationType") in p.all("$AssociationTypes")
                 and _kind(self.objects.get(x.get("sourceObject"))) == "entry"]
        return links + [self.objects[x.get(end)] for x in links
                        for end in ("sourceObject", "targetObject")]
