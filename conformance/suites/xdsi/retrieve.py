"""RAD-69 Retrieve Imaging Document Set (RAD TF-3 4.69; toolkit ids_2018-4803, 4811, 4820)."""
from dataclasses import replace

from lib.cases import add, case
from lib.checks import Skipped, equal, same_set, true
from lib.dicom import EXPLICIT, IMPLICIT, JPEG_BASELINE, JPEG_LOSSLESS, relabelled
from lib.names import RAD
from lib.soap import expect_fault

from .world import (Images, archive, body, images_of, location, publish, retrieve, stored, study)

SECTION = "RAD TF-3 4.69.4"
UNKNOWN = "XDSDocumentUniqueIdError"


def published(t, counts=(1,), role="toolkit", patient=None, syntaxes=None, **options):
    """(study, files) of a patient, in the archive and with its manifest in the registry."""
    made = study(t, counts, role, **options)
    files = stored(t, made, syntaxes(made) if syntaxes else None)
    publish(t, patient or t.patient(), made, role)
    return made, files


def whole(t):
    """A study built once."""
    return t.run.data.get("images", lambda: published(t, (2, 1)))


@case("xdsi/rad-69/one-image", "the image as the archive has it, octet by octet (4803a)", SECTION)
def _one(t):
    made, files = whole(t)
    asked = images_of(made)[:1]
    equal(retrieve(t, asked).success().files(), {asked[0].instance: files[asked[0].instance]}, "images")


@case("xdsi/rad-69/whole-study", "several series (4803b)", SECTION)
def _study(t):
    made, files = whole(t)
    equal(retrieve(t, images_of(made)).success().files(), files, "images")


@case("xdsi/rad-69/two-studies", "studies of two patients in one request", SECTION)
def _two(t):
    made, files = whole(t)
    other, others = published(t)
    equal(retrieve(t, images_of(made) + images_of(other)).success().files(), {**files, **others}, "images")


@case("xdsi/rad-69/home", "homeCommunityId is repeated when it was sent (4820)", SECTION)
def _home(t):
    made, _ = whole(t)
    if not t.target.home:
        raise Skipped("no-imaging", "the target file names no home")
    retrieve(t, [replace(one, home=t.target.home) for one in images_of(made)]).success()
    retrieve(t, [replace(images_of(made)[0], home="urn:oid:2.999.99")]).failure("XDSUnknownCommunity")


def wrong(case_id, purpose, change, code, located=True):
    def run(t):
        made, _ = whole(t)
        good = images_of(made)[0]
        asked = change(t, made, good)
        retrieve(t, [asked]).failure(code, location=asked.instance if located else None)
        # What is right beside it is answered all the same, where the request can be read at all.
        if located:
            answer = retrieve(t, [asked, images_of(made)[2]])
            equal(len(answer.partial(code).documents), 1, "number of images")
    add(f"xdsi/rad-69/wrong/{case_id}", purpose, SECTION, run)


wrong("repository", "a source that is none here (4811-1)", lambda t, m, one: replace(one, repository="2.999.66.6"),
      "XDSUnknownRepositoryId")
wrong("instance", "an unknown SOP Instance UID (4811-2)", lambda t, m, one: replace(one, instance=t.ids.oid()), UNKNOWN)
wrong("series", "an image of another series (4811-3)", lambda t, m, one: replace(one, series=m.series[1].uid), UNKNOWN)
wrong("study", "an image of another study (4811-4)", lambda t, m, one: replace(one, study=t.ids.oid()), UNKNOWN)
wrong("empty-study", "an empty study UID (4811-5)", lambda t, m, one: replace(one, study=""), "XDSRepositoryError", False)
wrong("empty-series", "an empty series UID (4811-6)", lambda t, m, one: replace(one, series=""), "XDSRepositoryError", False)
wrong("no-uid", "a study that is no UID", lambda t, m, one: replace(one, study="1.02.x"), "XDSRepositoryError", False)


@case("xdsi/rad-69/wrong/transfer-syntax", "a list that is empty, or no UID (4811-8, 4811-9)", SECTION)
def _no_syntax(t):
    made, _ = whole(t)
    for syntaxes in ([], [""], ["no uid"]):
        retrieve(t, images_of(made), syntaxes).failure("XDSRepositoryError")


@case("xdsi/rad-69/wrong/namespace", "DocumentRequest in the namespace of RAD", SECTION)
def _namespace(t):
    made, _ = whole(t)
    Images(t.call_mtom("RAD-69", "xds-i", body(images_of(made), document_namespace=RAD))).failure("XDSRepositoryError")


@case("xdsi/rad-69/wrong/action", "the action of ITI-43 is not understood here", "ITI TF-2 V.3")
def _action(t):
    made, _ = whole(t)
    expect_fault(t.call_mtom("ITI-43", "xds-i", body(images_of(made)), expect_mtom=False))


def _lossless(made):
    return {made.series[0].images[0]: JPEG_LOSSLESS, made.series[0].images[1]: JPEG_BASELINE}


def compressed(t):
    return t.run.data.get("compressed images", lambda: published(t, (2,), syntaxes=_lossless))


@case("xdsi/rad-69/syntax/as-stored", "a stored transfer syntax that is listed is not changed", SECTION)
def _as_stored(t):
    made, files = compressed(t)
    got = retrieve(t, images_of(made), [EXPLICIT, JPEG_LOSSLESS, JPEG_BASELINE]).success().files()
    equal(got, files, "images")


@case("xdsi/rad-69/syntax/decompressed", "what is not listed comes uncompressed", SECTION)
def _decompressed(t):
    made, files = compressed(t)
    got = retrieve(t, images_of(made), [EXPLICIT]).success().files()
    equal(got, {uid: relabelled(data, EXPLICIT) for uid, data in files.items()}, "images")


@case("xdsi/rad-69/syntax/lossless", "from lossless to lossless, never from lossy", SECTION)
def _to_lossless(t):
    made, files = whole(t)
    got = retrieve(t, images_of(made)[:1], [JPEG_LOSSLESS]).success().files()
    equal(list(got.values()), [relabelled(files[next(iter(got))], JPEG_LOSSLESS)], "image")
    made, _ = compressed(t)
    answer = retrieve(t, images_of(made), [JPEG_LOSSLESS])
    answer.partial("XDSRepositoryError", location=made.series[0].images[1])


@case("xdsi/rad-69/syntax/never-lossy", "nothing is compressed with loss to please a list (5404a)", SECTION)
def _never_lossy(t):
    made, _ = published(t)
    retrieve(t, images_of(made), [JPEG_BASELINE]).failure("XDSRepositoryError")
    asked = [line for line in archive(t).asked if made.series[0].images[0] in line.split()]
    true(all(JPEG_BASELINE not in line for line in asked), "no wish for a lossy image at the archive", asked)


@case("xdsi/rad-69/syntax/several", "the archive's uncompressed form where the first wish is not to be had", SECTION)
def _several(t):
    made, files = whole(t)
    uid = images_of(made)[0].instance
    equal(retrieve(t, images_of(made)[:1], [IMPLICIT, EXPLICIT]).success().files()[uid], files[uid], "image")


def misbehaving(mode, code, purpose):
    def run(t):
        made, files = published(t, (2,))
        bad, good = made.series[0].images
        archive(t).modes[bad] = mode.format(good=good)
        answer = retrieve(t, images_of(made))
        answer.partial(code, location=bad)
        equal(answer.files(), {good: files[good]}, "images")
        archive(t).modes[bad] = "good"
        equal(retrieve(t, images_of(made)).success().files(), files, "images afterwards")
    add(f"xdsi/rad-69/archive/{mode.split()[0]}", purpose, SECTION, run)


misbehaving("http-404", UNKNOWN, "an image that the archive has lost")
misbehaving("http-500", "XDSRepositoryBusy", "the archive fails for one image")
misbehaving("instead {good}", "XDSRepositoryError", "another image's octets under this image's address")
misbehaving("garbage", "XDSRepositoryError", "octets that are no image")
misbehaving("html", "XDSRepositoryError", "a page instead of an image")
misbehaving("two", "XDSRepositoryError", "two objects where one was asked for")
misbehaving("cut-package", "XDSRepositoryError", "a package without its end")


@case("xdsi/rad-69/archive/other-patient", "an image that carries another patient's id", SECTION)
def _other_patient(t):
    made, _ = published(t)
    series = made.series[0]
    archive(t).store(made.image(series, series.images[0], patient_id="SOMEBODY-ELSE"))
    answer = retrieve(t, images_of(made))
    equal(answer.failure("XDSRepositoryError").documents, [], "images")


@case("xdsi/rad-69/manifest/none", "an image in the archive that no manifest names", "region rule: by manifest only")
def _none(t):
    made = study(t)
    stored(t, made)
    retrieve(t, images_of(made)).failure(UNKNOWN)
    equal(archive(t).times(made.series[0].images[0]), 0, "questions to the archive")


@case("xdsi/rad-69/manifest/replaced", "what only the replaced manifest named is gone (RPLC)", "RAD TF-3 4.68.4.1.2")
def _replaced(t):
    patient, made = t.patient(), study(t, (2,))
    files = stored(t, made)
    first, second = made.series[0].images
    old = publish(t, patient, made)
    retrieve(t, images_of(made)).success()
    made.series[0].images, made.manifest = [second], t.ids.oid()
    publish(t, patient, made, replaces=old.entry.id)
    equal(retrieve(t, images_of(made)).success().files(), {second: files[second]}, "images")
    made.series[0].images = [first]
    retrieve(t, images_of(made)).failure(UNKNOWN)


@case("xdsi/rad-69/manifest/rejected", "a rejection note hides the image it names (IOCM)", "RAD TF-3 4.66")
def _rejected(t):
    patient, made = t.patient(), study(t, (2,))
    files = stored(t, made)
    publish(t, patient, made)
    asked = images_of(made)
    bad, good = made.series[0].images
    made.series[0].images, made.title, made.manifest = [bad], "113001", t.ids.oid()
    publish(t, patient, made)
    answer = retrieve(t, asked).partial(UNKNOWN, location=bad)
    equal(answer.files(), {good: files[good]}, "images")


def hospital_study(t):
    """(regional id, study, files) of a patient of the hospital, who has said nothing yet."""
    patient = t.member_patient(t.need_role("hospital"))
    made, files = published(t, role="hospital", patient=patient)
    return patient, made, files


@case("xdsi/rad-69/consent", "another member sees images when the patient agrees, and no longer when he does not",
      "agreement: opt-in")
def _consent(t):
    if not t.target.consent_command:
        raise Skipped("no-consent-command", "the target file names no consent_command")
    patient, made, files = hospital_study(t)
    t.need_role("clinic")
    absent = study(t, role="hospital")
    hidden = retrieve(t, images_of(made), role="clinic").failure(UNKNOWN)
    nothing = retrieve(t, images_of(absent), role="clinic").failure(UNKNOWN)
    equal(hidden.errors[0].context, nothing.errors[0].context, "hidden is told like absent")
    equal(archive(t).times(made.series[0].images[0]), 0, "questions to the archive")
    equal(retrieve(t, images_of(made), role="hospital").success().files(), files, "own images")
    t.target.consent("grant", patient)
    equal(retrieve(t, images_of(made), role="clinic").success().files(), files, "images with consent")
    t.target.consent("withdraw", patient)
    retrieve(t, images_of(made), role="clinic").failure(UNKNOWN)


@case("xdsi/rad-69/manifest/foreign", "a manifest opens only the archive of the member who published it",
      "region rule: by manifest of the archive's owner")
def _foreign(t):
    _, made, _ = hospital_study(t)
    own = t.member_patient(t.need_role("clinic"))
    made.manifest = t.ids.oid()
    publish(t, own, made, role="clinic")
    retrieve(t, images_of(made), role="clinic").failure(UNKNOWN)
    # Nor does it reject what is not its publisher's.
    made.manifest, made.title = t.ids.oid(), "113001"
    publish(t, own, made, role="clinic")
    retrieve(t, images_of(made), role="hospital").success()


@case("xdsi/rad-69/manifest/location", "a source that the manifest does not name", SECTION)
def _location(t):
    made, _ = whole(t)
    one = replace(images_of(made)[0], repository=location(t, "hospital"))
    retrieve(t, [one]).failure(UNKNOWN)


@case("xdsi/rad-69/patients/merged", "images follow a merged patient", "ITI TF-2 3.8.4.2")
def _merged(t):
    surviving, subsumed = t.patient(), t.patient()
    made, files = published(t, patient=subsumed)
    t.merge(surviving, subsumed).expect("AA")
    equal(retrieve(t, images_of(made)).success().files(), files, "images")
    same_set([a.instance for a in images_of(made)], list(files), "instances")
