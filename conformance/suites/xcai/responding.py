"""RAD-75 Cross Gateway Retrieve Imaging Document Set, responding imaging gateway (toolkit rig_2018-542x)."""
from dataclasses import replace

from lib.cases import case
from lib.checks import Skipped, equal, true
from lib.dicom import EXPLICIT, JPEG_BASELINE, JPEG_LOSSLESS, relabelled
from lib.names import RAD
from lib.soap import expect_fault
from lxml import etree
from suites.xdsi import world

from .gateway import OTHER, SECTION, UNKNOWN, CrossImages, home, ours, published, retrieve, whole


@case("xcai/rad-75/one-image", "the image as the archive has it, octet by octet (5421a)", SECTION)
def _one(t):
    made, files = whole(t)
    asked = ours(t, made)[:1]
    equal(retrieve(t, asked).success().files(), {asked[0].instance: files[asked[0].instance]}, "images")


@case("xcai/rad-75/whole-study", "several images and series (5421c)", SECTION)
def _study(t):
    made, files = whole(t)
    equal(retrieve(t, ours(t, made)).success().files(), files, "images")


@case("xcai/rad-75/two-studies", "studies of two patients in one request (5421b)", SECTION)
def _two(t):
    made, files = whole(t)
    other, others = published(t)
    equal(retrieve(t, ours(t, made) + ours(t, other)).success().files(), {**files, **others}, "images")


@case("xcai/rad-75/agrees-with-the-source", "the same octets as RAD-69 at the imaging source", SECTION)
def _agrees(t):
    made, _ = whole(t)
    equal(retrieve(t, ours(t, made)).success().files(),
          world.retrieve(t, world.images_of(made)).success().files(), "images")


@case("xcai/rad-75/two-sources", "images of two archives in one request, and one that cannot be had (5423a, 5425b)", SECTION)
def _sources(t):
    made, files = whole(t)
    other, others = published(t, role="hospital", patient=t.member_patient(t.need_role("hospital")))
    asked = ours(t, made) + ours(t, other)
    equal(retrieve(t, asked).success().files(), {**files, **others}, "images")
    wrong = replace(ours(t, other)[0], instance=t.ids.oid())
    answer = retrieve(t, ours(t, made) + [wrong]).missing(wrong.instance)
    equal(answer.partial(UNKNOWN).files(), files, "images")


@case("xcai/rad-75/syntax/lossless", "in another transfer syntax without loss (5422a)", SECTION)
def _lossless(t):
    made, files = whole(t)
    asked = ours(t, made)[:1]
    got = retrieve(t, asked, [JPEG_LOSSLESS]).success().files()
    equal(got, {asked[0].instance: relabelled(files[asked[0].instance], JPEG_LOSSLESS)}, "image")


@case("xcai/rad-75/syntax/several", "the whole list reaches the source (5422b)", SECTION)
def _several(t):
    made, files = published(t, (2,), syntaxes=lambda m: {m.series[0].images[1]: JPEG_BASELINE})
    got = retrieve(t, ours(t, made), [JPEG_LOSSLESS, JPEG_BASELINE, EXPLICIT]).success().files()
    second = made.series[0].images[1]
    equal(got[second], files[second], "the image that is stored so")


@case("xcai/rad-75/syntax/never-lossy", "nothing is compressed with loss to please a list (5424a)", SECTION)
def _never_lossy(t):
    made, _ = published(t)
    retrieve(t, ours(t, made), [JPEG_BASELINE]).missing(*made.series[0].images).failure("XDSRepositoryError")


@case("xcai/rad-75/wrong/uids", "an instance, a series, a study that are none (5424b)", SECTION)
def _uids(t):
    made, files = whole(t)
    good = ours(t, made)
    wrong = [replace(good[0], instance=t.ids.oid()), replace(good[0], series=made.series[1].uid),
             replace(good[0], study=t.ids.oid())]
    for one in wrong:
        retrieve(t, [one]).missing(one.instance).failure(UNKNOWN)
    answer = retrieve(t, [wrong[0], good[2]]).missing(wrong[0].instance)
    equal(answer.partial(UNKNOWN).files(), {good[2].instance: files[good[2].instance]}, "images (5425a)")


@case("xcai/rad-75/wrong/source", "a source that nobody here is (5424c)", SECTION)
def _source(t):
    made, _ = whole(t)
    one = replace(ours(t, made)[0], repository="2.999.66.6")
    retrieve(t, [one]).missing(one.instance).failure("XDSUnknownRepositoryId")


@case("xcai/rad-75/wrong/syntaxes", "a list that is empty, or no UID", SECTION)
def _no_syntax(t):
    made, _ = whole(t)
    for syntaxes in ([], [""], ["no uid"]):
        retrieve(t, ours(t, made), syntaxes).failure("XDSRepositoryError")


@case("xcai/rad-75/wrong/namespace", "DocumentRequest in the namespace of RAD", SECTION)
def _namespace(t):
    made, _ = whole(t)
    text = world.body(ours(t, made), document_namespace=RAD)
    CrossImages(t, t.call_mtom("RAD-75", "xca-i", text), ()).failure("XDSRepositoryError")


@case("xcai/rad-75/wrong/action", "the source's action is not understood here, nor the gateway's there", "ITI TF-2 V.3")
def _action(t):
    made, _ = whole(t)
    expect_fault(t.call_mtom("RAD-69", "xca-i", world.body(ours(t, made)), expect_mtom=False))
    expect_fault(t.call_mtom("RAD-75", "xds-i", world.body(ours(t, made)), expect_mtom=False))


@case("xcai/rad-75/home/missing", "each DocumentRequest needs its home", SECTION)
def _missing(t):
    made, _ = whole(t)
    home(t)
    one = world.images_of(made)[0]
    answer = retrieve(t, [one]).missing(one.instance)
    equal(answer.failure("XDSMissingHomeCommunityId").documents, [], "images")


@case("xcai/rad-75/home/other", "another community's image", SECTION)
def _other(t):
    made, _ = whole(t)
    for value in (OTHER, home(t).removeprefix("urn:oid:"), home(t) + ".1"):
        one = replace(ours(t, made)[0], home=value)
        equal(retrieve(t, [one]).missing(one.instance).failure("XDSUnknownCommunity").documents, [], "images")


@case("xcai/rad-75/home/mixed", "the requests that are right are answered", SECTION)
def _mixed(t):
    made, files = whole(t)
    first, second, third = ours(t, made)
    answer = retrieve(t, [replace(first, home=OTHER), second, replace(third, home=None)])
    answer.missing(first.instance, third.instance).partial({"XDSMissingHomeCommunityId", "XDSUnknownCommunity"})
    equal(answer.files(), {second.instance: files[second.instance]}, "images")


@case("xcai/rad-75/manifest/none", "an image in the archive that no manifest names", "region rule: by manifest only")
def _no_manifest(t):
    home(t)
    made = world.study(t)
    world.stored(t, made)
    retrieve(t, ours(t, made)).failure(UNKNOWN)
    equal(world.archive(t).times(made.series[0].images[0]), 0, "questions to the archive")


@case("xcai/rad-75/consent", "another community sees images when the patient agrees, and no longer when he does not",
      "agreement: opt-in")
def _consent(t):
    if not t.target.consent_command:
        raise Skipped("no-consent-command", "the target file names no consent_command")
    home(t)
    there, patient = t.need_role("community"), t.member_patient(t.need_role("hospital"))
    made, files = published(t, role="hospital", patient=patient)
    absent = world.study(t, role="hospital")
    hidden = retrieve(t, ours(t, made), role=there).failure(UNKNOWN)
    nothing = retrieve(t, ours(t, absent), role=there).failure(UNKNOWN)
    equal(hidden.errors[0].context.replace(made.series[0].images[0], ""),
          nothing.errors[0].context.replace(absent.series[0].images[0], ""), "hidden is told like absent")
    equal(world.archive(t).times(made.series[0].images[0]), 0, "questions to the archive")
    t.target.consent("grant", patient)
    equal(retrieve(t, ours(t, made), role=there).success().files(), files, "images with consent")
    t.target.consent("withdraw", patient)
    retrieve(t, ours(t, made), role=there).failure(UNKNOWN)


@case("xcai/rad-75/members", "a member that is no community may not ask so", "agreement: connections")
def _members(t):
    made, _ = whole(t)
    text = world.body(ours(t, made))
    expect_fault(t.call_mtom("RAD-75", "xca-i", text, role=t.need_role("hospital"), expect_mtom=False))


@case("xcai/rad-75/archive-fails", "an archive that fails for one image: the others come, the error is the gateway's", SECTION)
def _archive(t):
    made, files = published(t, (2,))
    bad, good = made.series[0].images
    world.archive(t).modes[bad] = "http-500"
    answer = retrieve(t, ours(t, made)).missing(bad)
    equal(answer.partial("XDSRepositoryBusy").files(), {good: files[good]}, "images")


@case("xcai/rad-75/wsdl", "?wsdl names the service as its profile does", "ITI TF-2 V.2.4, W")
def _wsdl(t):
    home(t)
    reply = t.https().request("GET", t.target.path("xca-i") + "?wsdl", {})
    equal(reply.status, 200, "HTTP status of ?wsdl")
    names = {o.get("name") for o in etree.fromstring(reply.body).iter("{http://schemas.xmlsoap.org/wsdl/}operation")}
    true("RespondingGateway_CrossGatewayRetrieveImagingDocumentSet" in names, "the operation", names)
