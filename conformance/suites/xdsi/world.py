"""An archive behind the node, examinations in it, and their manifests."""
from dataclasses import dataclass

from lib.answers import RetrieveAnswer
from lib.checks import Skipped, equal, only, true
from lib.dicom import EXPLICIT, KOS, make_study
from lib.ebrim import XDS_CLASS, Code
from lib.names import RAD, REFERENCE_IDS, RPLC, XDSB
from sim.pacs import Pacs

STUDY_REFERENCE = "urn:ihe:iti:xds:2016:studyInstanceUID"
ACCESSION = "urn:ihe:iti:xds:2013:accession"
PATIENT_DOMAIN = "2.999.77.1"
FORMAT = Code(KOS, "1.2.840.10008.2.6.1", "Key Object Selection Document")

def archive(t):
    """The archive that the target is configured to ask; one for all cases."""
    if not t.target.imaging:
        raise Skipped("no-imaging", "the target file says nothing about imaging sources")
    return t.run.data.get("archive", lambda: Pacs(t.target.imaging["port"])).archive

def location(t, role="toolkit"):
    archive(t)
    return t.target.imaging["sources"][role]

def study(t, counts=(1,), role="toolkit", **options):
    options.setdefault("patient_id", t.ids.text("H"))
    return make_study(t.ids, location(t, role), counts, **options)

def stored(t, made, syntaxes=None):
    """Puts every image of a study into the archive: {instance: file}."""
    files = {}
    for series in made.series:
        for instance in series.images:
            files[instance] = made.image(series, instance, (syntaxes or {}).get(instance, EXPLICIT))
            archive(t).store(files[instance])
    return files

def manifest(t, patient, made, content=None):
    """A submission with the manifest of a study and complete, right metadata (RAD TF-3 4.68.4.1.2.3)."""
    content = made.kos() if content is None else content
    submission = t.build_uuids.submission(patient, (content,))
    entry = submission.entry
    entry.attributes["mimeType"] = "application/dicom"
    entry.set_code("formatCode", FORMAT)
    entry.set_code("classCode", Code("IMAGES", XDS_CLASS, "Images"))
    entry.set_identifier("uniqueId", made.manifest)
    entry.slots["sourcePatientId"] = [f"{made.patient_id}^^^&{PATIENT_DOMAIN}&ISO"]
    entry.slots["sourcePatientInfo"] = [f"PID-3|{made.patient_id}^^^&{PATIENT_DOMAIN}&ISO"]
    entry.slots[REFERENCE_IDS] = [f"{made.uid}^^^^{STUDY_REFERENCE}", f"{made.accession}^^^^{ACCESSION}"]
    return submission

def publish(t, patient, made, role="toolkit", replaces=None):
    """RAD-68 of a study whose images are in the archive; the submission."""
    submission = manifest(t, patient, made)
    if replaces:
        submission.associations.append(t.build_uuids.link(RPLC, submission.entry.id, replaces))
    t.provide(submission, role=role).success()
    return submission

@dataclass
class Asked:
    """One DocumentRequest with what stands round it."""
    study: str
    series: str
    instance: str
    repository: str
    home: str = None

def images_of(made):
    return [Asked(made.uid, s.uid, i, s.location) for s in made.series for i in s.images]

def body(asked, syntaxes=(EXPLICIT,), document_namespace=XDSB):
    out = f'<r:RetrieveImagingDocumentSetRequest xmlns:r="{RAD}" xmlns:d="{document_namespace}">'
    for one in asked:
        home = f"<d:HomeCommunityId>{one.home}</d:HomeCommunityId>" if one.home else ""
        out += (f'<r:StudyRequest studyInstanceUID="{one.study}"><r:SeriesRequest seriesInstanceUID="{one.series}">'
                f"<d:DocumentRequest>{home}<d:RepositoryUniqueId>{one.repository}</d:RepositoryUniqueId>"
                f"<d:DocumentUniqueId>{one.instance}</d:DocumentUniqueId></d:DocumentRequest>"
                "</r:SeriesRequest></r:StudyRequest>")
    listed = "".join(f"<r:TransferSyntaxUID>{s}</r:TransferSyntaxUID>" for s in syntaxes)
    return out + f"<r:TransferSyntaxUIDList>{listed}</r:TransferSyntaxUIDList></r:RetrieveImagingDocumentSetRequest>"

class Images(RetrieveAnswer):
    """The answer of ITI-43, each document a whole DICOM file that was asked for by its instance."""

    def __init__(self, reply, asked=()):
        super().__init__(reply)
        wanted = {one.instance: one for one in asked}
        for document in self.documents:
            equal(document["mime_type"], "application/dicom", "mimeType")
            true(document["separate"], "an xop:Include (V.8)", "inline base64")
            if wanted:
                one = wanted[document["unique_id"]]
                equal((document["home"], document["repository"]), (one.home, one.repository),
                      "home and repository as asked")

    def files(self):
        return {d["unique_id"]: d["data"] for d in self.documents}

def retrieve(t, asked, syntaxes=(EXPLICIT,), role="toolkit"):
    """RAD-69."""
    archive(t)
    return Images(t.call_mtom("RAD-69", "xds-i", body(asked, syntaxes), role=role), asked)

def nothing_stored(t, patient):
    """A refused submission leaves nothing behind."""
    equal(t.stored(patient).objects, [], "objects after a refusal")

def only_entry(t, patient, role="toolkit"):
    return only(t.stored(patient, role).entries(), "entries")

__all__ = ["CT", "NS", "strip_repository_slots"]
