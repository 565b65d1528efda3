"""The sample messages of RAD-69 and RAD-75, with the outcome their README names."""
import os

from lib.cases import case
from lib.checks import Skipped, equal, same_set
from lib.dicom import Series, Study, top_level
from lib.names import NS
from lib.replay import parse_sample, xml_text
from suites.xdsi import world

from .gateway import UNKNOWN, CrossImages, home, ours, retrieve

NAMED = ("rad-69/nist-request.xml", "rad-69/nist-request-to-initiating-gateway.xml", "rad-69/nist-image.dcm",
         "rad-75/nist-request.xml")


@case("xcai/samples/rad-75-request", "another community's source, then ours", "samples/README")
def _request(t):
    home(t)
    root = parse_sample(t.sample("rad-75/nist-request.xml"))
    foreign = CrossImages(t, t.call_mtom("RAD-75", "xca-i", xml_text(root)), ())
    foreign.failure("XDSUnknownCommunity")
    root.find(".//xds:HomeCommunityId", NS).text = home(t)
    CrossImages(t, t.call_mtom("RAD-75", "xca-i", xml_text(root)), ()).failure("XDSUnknownRepositoryId")
    root.find(".//xds:RepositoryUniqueId", NS).text = world.location(t)
    CrossImages(t, t.call_mtom("RAD-75", "xca-i", xml_text(root)), ()).failure(UNKNOWN)


@case("xcai/samples/rad-69-to-initiating-gateway", "a community that is not in the directory, then ours", "samples/README")
def _initiating(t):
    home(t)
    if "xca-initiating" not in t.target.offers:
        raise Skipped("no-xca-i", "the target file does not offer xca-initiating")
    root = parse_sample(t.sample("rad-69/nist-request-to-initiating-gateway.xml"))
    world.Images(t.call_mtom("RAD-69", "xca-i-initiating", xml_text(root))).failure("XDSUnknownCommunity")
    root.find(".//xds:HomeCommunityId", NS).text = home(t)
    world.Images(t.call_mtom("RAD-69", "xca-i-initiating", xml_text(root))).failure("XDSUnknownRepositoryId")


@case("xcai/samples/rad-69-request", "an image that no manifest names", "samples/README")
def _source(t):
    world.archive(t)
    text = t.sample("rad-69/nist-request.xml").decode().replace("$repuid$", world.location(t))
    world.Images(t.call_mtom("RAD-69", "xds-i", xml_text(parse_sample(text.encode())))).failure(UNKNOWN)


@case("xcai/samples/nist-image", "the image arrives byte for byte, from the source and through the gateway", "samples/README")
def _image(t):
    home(t)
    data = t.sample("rad-69/nist-image.dcm")
    tags = top_level(data)
    instance = tags[0x00080018]
    made = Study(tags[0x0020000D], patient_id=tags[0x00100020], accession=t.ids.text("A"), manifest=t.ids.oid())
    made.series.append(Series(tags[0x0020000E], [instance], world.location(t), tags[0x00080016]))
    world.archive(t).store(data)
    world.publish(t, t.patient(), made)
    equal(world.retrieve(t, world.images_of(made)).success().files(), {instance: data}, "image")
    equal(retrieve(t, ours(t, made)).success().files(), {instance: data}, "image through the gateway")


@case("xcai/samples/complete", "every sample of these folders is named here", "samples/README")
def _complete(t):
    root = os.path.join(t.run.shared, "samples")
    if not os.path.isdir(root):
        raise Skipped("no-samples", f"no samples under {t.run.shared}")
    same_set([f"{folder}/{name}" for folder in ("rad-69", "rad-75") for name in os.listdir(os.path.join(root, folder))],
             NAMED, "samples that are replayed")
