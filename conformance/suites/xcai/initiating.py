"""RAD-69 at an initiating imaging gateway, as far as its own community can show it (toolkit iig_2018-540x)."""
from dataclasses import replace

from lib.cases import case
from lib.checks import Skipped, equal
from lib.dicom import EXPLICIT
from lib.soap import expect_fault
from suites.xdsi import world

from .gateway import OTHER, UNKNOWN, home, ours, published, whole

SECTION = "RAD TF-1 29, TF-3 4.69"


def retrieve(t, asked, syntaxes=(EXPLICIT,)):
    if "xca-initiating" not in t.target.offers:
        raise Skipped("no-xca-i", "the target file does not offer xca-initiating")
    home(t)
    return world.Images(t.call_mtom("RAD-69", "xca-i-initiating", world.body(asked, syntaxes)), asked)


@case("xcai/initiating/own-images", "the own community's images, octet by octet, with their home", SECTION)
def _own(t):
    made, files = whole(t)
    equal(retrieve(t, ours(t, made)).success().files(), files, "images")


@case("xcai/initiating/home-missing", "each DocumentRequest needs its home, whosever the image is", SECTION)
def _missing(t):
    made, _ = whole(t)
    one = world.images_of(made)[0]
    retrieve(t, [one]).failure("XDSMissingHomeCommunityId", location=one.instance)


@case("xcai/initiating/home-unknown", "a community that nobody knows (5404c)", SECTION)
def _unknown(t):
    made, _ = whole(t)
    for value in (OTHER, home(t).removeprefix("urn:oid:")):
        one = replace(ours(t, made)[0], home=value)
        retrieve(t, [one]).failure("XDSUnknownCommunity", location=one.instance)


@case("xcai/initiating/mixed", "what is right comes, what is wrong is told image by image (5405)", SECTION)
def _mixed(t):
    made, files = whole(t)
    first, second, third = ours(t, made)
    wrong = replace(first, instance=t.ids.oid())
    answer = retrieve(t, [wrong, replace(second, home=OTHER), third])
    answer.partial({UNKNOWN, "XDSUnknownCommunity"}, location=wrong.instance)
    equal(answer.files(), {third.instance: files[third.instance]}, "images")


@case("xcai/initiating/no-manifest", "an image that no manifest names", "region rule: by manifest only")
def _no_manifest(t):
    home(t)
    made = world.study(t)
    world.stored(t, made)
    retrieve(t, ours(t, made)).failure(UNKNOWN)


@case("xcai/initiating/source", "a source that nobody here is", SECTION)
def _source(t):
    made, _ = published(t)
    one = replace(ours(t, made)[0], repository="2.999.66.6")
    retrieve(t, [one]).failure("XDSUnknownRepositoryId", location=one.instance)


@case("xcai/initiating/syntaxes", "a list that is empty", SECTION)
def _no_syntax(t):
    made, _ = whole(t)
    retrieve(t, ours(t, made), []).failure("XDSRepositoryError")


@case("xcai/initiating/action", "the action between gateways is not understood here", "ITI TF-2 V.3")
def _action(t):
    made, _ = whole(t)
    retrieve(t, ours(t, made))
    expect_fault(t.call_mtom("RAD-75", "xca-i-initiating", world.body(ours(t, made)), expect_mtom=False))
