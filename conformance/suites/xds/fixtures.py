"""The messages of fixtures/, written by hand rather than by the builders, in sequence."""
from xml.sax.saxutils import escape

from lib.answers import QueryAnswer, RegistryAnswer, RetrieveAnswer
from lib.cases import add, case
from lib.checks import equal
from lib.hl7 import normalise


def filled(t, name, values):
    text = t.fixture(name).decode()
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def registered(t, name):
    """Registers a fixture for a new patient; returns the values that went into it."""
    patient = t.patient()
    values = {"PATIENT": escape(patient), "DOCUMENT": t.ids.oid(), "SET": t.ids.oid(),
              "REPOSITORY": t.target.repository}
    RegistryAnswer(t.call("ITI-42", "registry", filled(t, name, values))).success()
    return values


def _register(name):
    def run(t):
        values = registered(t, name)
        found = QueryAnswer(t.call("ITI-18", "registry",
                                   filled(t, "find-documents.xml", values))).success()
        equal(len(found.entries()), 1, "number of entries")
    return run


for _name in ("register.xml", "register-no-title.xml"):
    add(f"xds/fixtures/{_name[:-4]}", f"fixture {_name}, found again by FindDocuments",
        "ITI TF-2 3.42, 3.18", _register(_name))


@case("xds/fixtures/a04-utf8", "a feed with kanji, kana and address", "ITI TF-2 3.8; pix-pdq 6")
def _feed(t):
    patient, control = t.new_patient_id(), t.ids.text("M")
    text = filled(t, "a04-utf8.hl7", {"PATIENT": patient, "CONTROL": control})
    t.mllp().exchange(normalise(text.encode())).expect("AA", control)
    t.register(t.build.submission(patient)).success()


@case("xds/fixtures/retrieve",
      "default namespace; a document that was never provided", "ITI TF-2 3.43")
def _retrieve(t):
    values = registered(t, "register.xml")
    RetrieveAnswer(t.call_mtom("ITI-43", "repository", filled(t, "retrieve.xml", values))).failure(
        "XDSDocumentUniqueIdError", location=values["DOCUMENT"])
