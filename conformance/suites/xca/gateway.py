"""What every answer of a responding gateway must look like, and how it is asked."""
from lib.answers import QueryAnswer, RetrieveAnswer
from lib.checks import Skipped, equal, true
from lib.names import APPROVED, DEPRECATED, RIM

BOTH = f"('{APPROVED}','{DEPRECATED}')"
ENTRY = "$XDSDocumentEntry"
NEEDS_HOME = {f"{{{RIM}}}ExtrinsicObject", f"{{{RIM}}}RegistryPackage", f"{{{RIM}}}ObjectRef"}


def home(t):
    """The homeCommunityId of the target; a target that is no gateway skips the case."""
    if "xca" not in t.target.offers or not t.target.home:
        raise Skipped("no-xca", "the target file does not offer xca with a home")
    return t.target.home


class CrossQuery(QueryAnswer):
    """3.38.4.1.3: home on entries, packages and references; errors are located at the gateway."""

    def __init__(self, t, reply):
        super().__init__(reply)
        for item in self.objects:
            if item.tag in NEEDS_HOME:
                equal(item.get("home"), home(t), f"home of {item.tag.split('}')[1]}")
        for error in self.errors:
            equal(error.location, home(t), f"location of {error.code}")


class CrossRetrieve(RetrieveAnswer):
    """3.39.4.1.3: HomeCommunityId of each document as asked; errors name home and document."""

    def __init__(self, t, reply):
        super().__init__(reply)
        for document in self.documents:
            equal(document["home"], home(t), "HomeCommunityId of a document")
        for error in self.errors:
            true((error.location or "").startswith(home(t)), f"a location with {home(t)}",
                 error.location)


def query(t, name, parameters, return_type="LeafClass", asked_home=None, role="toolkit"):
    home(t)
    body = t.query_body(name, parameters, return_type, asked_home)
    return CrossQuery(t, t.call("ITI-38", "xca", body, role))


def retrieve(t, wanted, role="toolkit"):
    """`wanted`: list of (home or None, repository, unique id)."""
    home(t)
    return CrossRetrieve(t, t.call_mtom("ITI-39", "xca", t.retrieve_body(wanted), role=role))


def of_patient(patient):
    return [(ENTRY + "PatientId", [f"'{patient}'"]), (ENTRY + "Status", [BOTH])]


def published(t):
    """A set with a document in a folder, built once: (patient, submission)."""
    def make():
        patient = t.patient()
        made = t.build_uuids.submission(patient, (b"for another community",), folders=1)
        t.build_uuids.put_in_folder(made, made.folder.id, made.entry.id)
        t.provide(made).success()
        return patient, made
    home(t)
    return t.run.data.get("a document for other communities", make)
