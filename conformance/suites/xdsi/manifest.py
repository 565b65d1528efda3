"""RAD-68 Provide and Register Imaging Document Set: manifests among the documents of ITI-41 (RAD TF-3 4.68)."""
import uuid

from lib.answers import RegistryAnswer, slot_values
from lib.cases import add, case
from lib.checks import equal, same_set
from lib.dicom import EXPLICIT, KOS, part10
from lib.mtom import Dialect
from lib.names import APPROVED, CODE_SCHEME, HAS_MEMBER, IDENTIFIER, NS, REFERENCE_IDS, RIM, XDSB
from lib.replay import Replay, parse_sample, xml_text

from .world import (ACCESSION, STUDY_REFERENCE, archive, manifest, nothing_stored, only_entry,
                    publish, study)

SECTION = "RAD TF-3 4.68.4.1.2.3"


@case("xdsi/rad-68/accepted", "a manifest is stored and comes back byte for byte", SECTION)
def _accepted(t):
    patient, made = t.patient(), study(t, (2, 1))
    publish(t, patient, made)
    got = t.retrieve_one(made.manifest)
    equal((got["data"], got["mime_type"]), (made.kos(), "application/dicom"), "document")


@case("xdsi/rad-68/found-by-study", "study and accession number find it", "ITI TF-2 3.18.4.1.2.3.7.14")
def _found(t):
    patient, made = t.patient(), study(t)
    publish(t, patient, made)
    for reference in (f"{made.uid}^^^^{STUDY_REFERENCE}", f"{made.accession}^^^^{ACCESSION}"):
        answer = t.query("FindDocumentsByReferenceId", [
            ("$XDSDocumentEntryPatientId", [f"'{patient}'"]), ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"]),
            ("$XDSDocumentEntryReferenceIdList", [f"('{reference}')"])]).success()
        equal(len(answer.entries()), 1, f"entries by {reference}")


@case("xdsi/rad-68/filled", "what the source left out and the manifest knows is in the entry", SECTION)
def _filled(t):
    patient, made = t.patient(), study(t)
    submission = manifest(t, patient, made)
    for name in (REFERENCE_IDS, "serviceStartTime", "serviceStopTime", "creationTime"):
        submission.entry.slots.pop(name)
    submission.entry.title = None
    t.provide(submission).success()
    entry = only_entry(t, patient)
    same_set(slot_values(entry, REFERENCE_IDS),
             [f"{made.uid}^^^^{STUDY_REFERENCE}", f"{made.accession}^^^^{ACCESSION}"], "referenceIdList")
    # The manifest says 10:15 on 2 April and 9:30 on 1 April, nine hours east of UTC.
    equal(slot_values(entry, "creationTime"), ["20240402011500"], "creationTime")
    equal(slot_values(entry, "serviceStartTime"), ["20240401003000"], "serviceStartTime")
    equal(entry.find("rim:Name/rim:LocalizedString", NS).get("value"), "CT CHEST", "title")
    events = [c.get("nodeRepresentation") for c in entry.iter(f"{{{RIM}}}Classification")
              if c.get("classificationScheme") == CODE_SCHEME["eventCodeList"]]
    equal(events, ["CT"], "modalities in eventCodeList")


@case("xdsi/rad-68/several", "two manifests and a report in one submission", SECTION)
def _several(t):
    patient = t.patient()
    first, second = study(t), study(t)
    submission = manifest(t, patient, first)
    other = manifest(t, patient, second)
    submission.entries += other.entries
    submission.documents.update(other.documents)
    submission.associations.append(t.build_uuids.link(
        HAS_MEMBER, submission.set.id, other.entry.id, "Original"))
    report = t.build_uuids.add_entry(submission, patient, b"report")
    t.provide(submission).success()
    for unique_id in (first.manifest, second.manifest, report.unique_id):
        t.retrieve_one(unique_id)


def refused(case_id, purpose, change):
    def run(t):
        archive(t)
        patient, made = t.patient(), study(t)
        submission = manifest(t, patient, made)
        change(t, submission, made)
        t.provide(submission).failure("XDSRepositoryMetadataError")
        nothing_stored(t, patient)
    add(f"xdsi/rad-68/refused/{case_id}", purpose, SECTION, run)


def _content(make):
    def change(t, submission, made):
        submission.documents[submission.entry.id] = make(t, made)
    return change


refused("unique-id", "uniqueId is not the SOP Instance UID of the manifest",
        lambda t, submission, made: submission.entry.set_identifier("uniqueId", t.ids.oid()))
refused("patient", "sourcePatientId is another patient's than the manifest's",
        lambda t, submission, made: submission.entry.slots.update(
            {"sourcePatientId": ["SOMEBODY-ELSE^^^&2.999.77.1&ISO"]}))
refused("study", "referenceIdList names another study",
        lambda t, submission, made: submission.entry.slots.update(
            {REFERENCE_IDS: [f"{t.ids.oid()}^^^^{STUDY_REFERENCE}"]}))
refused("no-dicom", "not a DICOM file", _content(lambda t, made: b"<html>not DICOM</html>" * 20))
refused("image", "an image where a manifest is announced",
        _content(lambda t, made: made.image(made.series[0], made.manifest)))
refused("cut", "a manifest that ends too early", _content(lambda t, made: made.kos()[:-40]))
refused("empty", "a manifest that refers to nothing",
        _content(lambda t, made: part10(KOS, made.manifest, EXPLICIT, b"")))


def _no_images(t, made):
    for series in made.series:
        series.images = []
    return made.kos()


refused("no-images", "evidence without an instance", _content(_no_images))


@case("xdsi/samples/rad-68", "the sample: metadata and manifest of the NIST tool", "samples/README")
def _sample(t):
    archive(t)
    metadata = parse_sample(t.sample("rad-68/nist-kos-metadata.xml"))
    kos = t.sample("rad-68/nist-kos.dcm")
    fresh = f"2.25.{uuid.uuid4().int:039d}"
    fresh = fresh if fresh[5] != "0" else "2.25.1" + fresh[6:]
    kos = kos.replace(b"2.25.193880843752755703630633023020422049279", fresh.encode())
    Replay(t, "toolkit").submission(metadata)
    entry = metadata.find(f".//{{{RIM}}}ExtrinsicObject")
    for identifier in entry.iter(f"{{{RIM}}}ExternalIdentifier"):
        if identifier.get("identificationScheme") == IDENTIFIER["XDSDocumentEntry.uniqueId"]:
            identifier.set("value", fresh)
    dialect = Dialect()
    body = (f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{XDSB}">{xml_text(metadata)}'
            f'<xds:Document id="{entry.get("id")}">{dialect.include(1)}</xds:Document>'
            "</xds:ProvideAndRegisterDocumentSetRequest>")
    RegistryAnswer(t.call_mtom("ITI-41", "repository", body, [kos], t.lenient(), dialect)).success()
    equal(t.retrieve_one(fresh)["data"], kos, "manifest")


