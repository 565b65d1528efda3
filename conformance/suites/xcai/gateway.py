"""How an imaging gateway is asked, and what every answer of a responding one must look like."""
from dataclasses import replace

from lib.checks import Skipped, equal, true
from lib.dicom import EXPLICIT
from suites.xdsi.world import Images, archive, body, images_of, publish, stored, study

SECTION = "RAD TF-3 4.75"
OTHER = "urn:oid:2.999.77.7"
UNKNOWN = "XDSDocumentUniqueIdError"


def home(t):
    """The homeCommunityId of the target; one that is no imaging gateway skips the case."""
    if "xca-i" not in t.target.offers or not t.target.home:
        raise Skipped("no-xca-i", "the target file does not offer xca-i with a home")
    archive(t)
    return t.target.home


class CrossImages(Images):
    """Home and source of each image as asked; each error is located at the gateway and tells of which image."""

    def __init__(self, t, reply, asked):
        super().__init__(reply, asked)
        for error in self.errors:
            equal(error.location, home(t), "location of an error")

    def missing(self, *instances):
        """Each of these, and nothing else, is told as missing."""
        equal(len(self.errors), len(instances), "number of errors")
        for one in instances:
            true(any(one in e.context for e in self.errors), f"an error about {one}",
                 [e.context for e in self.errors])
        return self


def retrieve(t, asked, syntaxes=(EXPLICIT,), role="toolkit"):
    """RAD-75."""
    home(t)
    return CrossImages(t, t.call_mtom("RAD-75", "xca-i", body(asked, syntaxes), role=role), asked)


def ours(t, made):
    """Every image of a study, with the home of the target."""
    return [replace(one, home=home(t)) for one in images_of(made)]


def published(t, counts=(1,), role="toolkit", patient=None, syntaxes=None):
    """(study, files) of a patient, in the archive and with its manifest in the registry."""
    home(t)
    made = study(t, counts, role)
    files = stored(t, made, syntaxes(made) if syntaxes else None)
    publish(t, patient or t.patient(), made, role)
    return made, files


def whole(t):
    """A study with two series, built once."""
    home(t)
    return t.run.data.get("images for other communities", lambda: published(t, (2, 1)))
