"""ITI-38 Cross Gateway Query, responding gateway (ITI TF-2 3.38; TF-3 4.2.4)."""
from lib.answers import ANY, QueryAnswer
from lib.cases import add, case
from lib.checks import equal, same_set, true
from lib.names import APND
from lib.soap import expect_fault

from .gateway import BOTH, ENTRY, home, of_patient, published, query

SECTION = "ITI TF-2 3.38.4.1"
SET, FOLDER = "$XDSSubmissionSet", "$XDSFolder"

# name of the query -> its parameters, and the kinds of objects that must come
BY_PATIENT = {
    "FindDocuments": (lambda p, m: of_patient(p), {"entries"}),
    "FindSubmissionSets": (lambda p, m: [(SET + "PatientId", [f"'{p}'"]), (SET + "Status", [BOTH])],
                           {"sets"}),
    "FindFolders": (lambda p, m: [(FOLDER + "PatientId", [f"'{p}'"]), (FOLDER + "Status", [BOTH])],
                    {"folders"}),
    "GetAll": (lambda p, m: [("$patientId", [f"'{p}'"]), (ENTRY + "Status", [BOTH]),
                             (SET + "Status", [BOTH]), (FOLDER + "Status", [BOTH])],
               {"entries", "sets", "folders", "associations"}),
}
BY_ID = {
    "GetDocuments": (lambda p, m: [(ENTRY + "EntryUUID", [f"('{m.entry.id}')"])], {"entries"}),
    "GetFolders": (lambda p, m: [(FOLDER + "EntryUUID", [f"('{m.folder.id}')"])], {"folders"}),
    "GetAssociations": (lambda p, m: [("$uuid", [f"('{m.entry.id}')"])], {"associations"}),
    "GetDocumentsAndAssociations": (
        lambda p, m: [(ENTRY + "UniqueId", [f"('{m.entry.unique_id}')"])],
        {"entries", "associations"}),
    "GetSubmissionSets": (lambda p, m: [("$uuid", [f"('{m.entry.id}')"])],
                          {"sets", "associations"}),
    "GetSubmissionSetAndContents": (lambda p, m: [(SET + "EntryUUID", [f"'{m.set.id}'"])],
                                    {"sets", "entries", "folders", "associations"}),
    "GetFolderAndContents": (lambda p, m: [(FOLDER + "EntryUUID", [f"'{m.folder.id}'"])],
                             {"folders", "entries", "associations"}),
    "GetFoldersForDocument": (lambda p, m: [(ENTRY + "EntryUUID", [f"'{m.entry.id}'"])],
                              {"folders"}),
    "GetRelatedDocuments": (lambda p, m: [(ENTRY + "EntryUUID", [f"'{m.entry.id}'"]),
                                          ("$AssociationTypes", [f"('{APND}')"])], set()),
}


def _same_as_at_home(name, parameters, kinds, return_type, with_home):
    """The gateway passes back all that the registry returns, plus home."""
    def run(t):
        patient, made = published(t)
        asked = parameters(patient, made)
        there = query(t, name, asked, return_type, home(t) if with_home else None).success()
        here = t.query(name, asked, return_type).success()
        same_set(there.ids(), here.ids(), "objects at the gateway and at the registry")
        if return_type == "ObjectRef":
            equal(len(there.ids("refs")), len(there.objects), "references in the answer")
            return
        for kind in kinds:
            true(there.ids(kind), f"{kind} in the answer", there.ids())
    return run


for _name, (_parameters, _kinds) in BY_PATIENT.items():
    for _type in ("LeafClass", "ObjectRef"):
        for _word, _with in (("", False), ("-with-home", True)):
            add(f"xca/iti-38/query/{_name}-{_type}{_word}",
                "all that the registry has, each object with our home",
                SECTION, _same_as_at_home(_name, _parameters, _kinds, _type, _with))
for _name, (_parameters, _kinds) in BY_ID.items():
    for _type in ("LeafClass", "ObjectRef"):
        add(f"xca/iti-38/query/{_name}-{_type}", "all that the registry has, each with our home",
            SECTION, _same_as_at_home(_name, _parameters, _kinds, _type, True))


def _missing_home(name, parameters):
    def run(t):
        query(t, name, parameters(*published(t))).failure("XDSMissingHomeCommunityId")
    return run


for _name, (_parameters, _kinds) in BY_ID.items():
    add(f"xca/iti-38/home/missing-{_name}", "a query without patient needs home (3.38.4.1.2.1)",
        SECTION, _missing_home(_name, _parameters))

FOREIGN = {
    "other-community": "urn:oid:2.999.77.7",
    "no-urn": None,  # ours without urn:oid:
    "longer": "+.1",
    "words": "elsewhere",
}


def _foreign(value):
    def run(t):
        own = home(t)
        asked = own.removeprefix("urn:oid:") if value is None else \
            own + value[1:] if value.startswith("+") else value
        patient, made = published(t)
        query(t, "FindDocuments", of_patient(patient), asked_home=asked).failure(
            "XDSUnknownCommunity")
        query(t, "GetDocuments", [(ENTRY + "EntryUUID", [f"('{made.entry.id}')"])],
              asked_home=asked).failure("XDSUnknownCommunity")
    return run


for _name, _value in FOREIGN.items():
    add(f"xca/iti-38/home/{_name}", "a home that is not ours (3.38.4.1.3)", SECTION,
        _foreign(_value))


@case("xca/iti-38/home/white-space", "white space round a home is none of it", SECTION)
def _white_space(t):
    _, made = published(t)
    asked = [(ENTRY + "EntryUUID", [f"('{made.entry.id}')"])]
    query(t, "GetDocuments", asked, asked_home=f" {home(t)} ").success().find(made.entry.id)
    query(t, "GetDocuments", asked, asked_home=" ").failure("XDSMissingHomeCommunityId")


@case("xca/iti-38/follow-up", "an answer's home leads the next questions right", SECTION)
def _follow_up(t):
    patient, made = published(t)
    entry = query(t, "FindDocuments", of_patient(patient)).success().find(made.entry.id)
    query(t, "GetDocuments", [(ENTRY + "EntryUUID", [f"('{entry.get('id')}')"])],
          asked_home=entry.get("home")).success().find(made.entry.id)


@case("xca/iti-38/unknown-parameter", "parameters that nobody knows are passed over (3.38.4.1.3)",
      SECTION)
def _unknown_parameter(t):
    patient, made = published(t)
    asked = of_patient(patient) + [("$targetCommunityIdList", ["('urn:oid:2.999.77.7')"]),
                                   ("$somethingNew", ["'x'"])]
    query(t, "FindDocuments", asked).success().find(made.entry.id)


@case("xca/iti-38/unknown-patient", "an unknown patient: nothing, or XDSUnknownPatientId", SECTION)
def _unknown_patient(t):
    answer = query(t, "FindDocuments", of_patient(t.new_patient_id()))
    if answer.status == "Success":
        equal(answer.objects, [], "objects")
    else:
        answer.failure("XDSUnknownPatientId")


@case("xca/iti-38/nothing", "a known patient without documents: Success, empty list", SECTION)
def _nothing(t):
    home(t)
    equal(query(t, "FindDocuments", of_patient(t.patient())).success().objects, [], "objects")


@case("xca/iti-38/unknown-query", "an unknown stored query", "ITI TF-3 4.2.4")
def _unknown_query(t):
    query(t, t.ids.uuid(), [], asked_home=home(t)).failure("XDSUnknownStoredQuery")


@case("xca/iti-38/multi-patient", "ITI-51's queries are none of this transaction", SECTION)
def _multi(t):
    patient, _ = published(t)
    query(t, "FindDocumentsForMultiplePatients", of_patient(patient)).failure(
        {"XDSUnknownStoredQuery", "XDSRegistryError"})


@case("xca/iti-38/missing-parameter", "a required parameter is missing", "ITI TF-3 4.2.4")
def _missing_parameter(t):
    patient, _ = published(t)
    query(t, "FindDocuments", of_patient(patient)[:1]).failure("XDSStoredQueryMissingParam")


@case("xca/iti-38/registry-action", "the registry's action is not understood here", "ITI TF-2 V.3")
def _registry_action(t):
    patient, _ = published(t)
    expect_fault(t.call("ITI-18", "xca", t.query_body("FindDocuments", of_patient(patient))))


@case("xca/iti-38/agrees-with-the-registry", "the same entries as ITI-18, home apart", SECTION)
def _agrees(t):
    patient, made = published(t)
    there = query(t, "FindDocuments", of_patient(patient)).success(ANY).find(made.entry.id)
    reply = t.call("ITI-18", "registry", t.query_body("FindDocuments", of_patient(patient)))
    here = QueryAnswer(reply).success().find(made.entry.id)
    same_set([s.get("name") for s in there.findall("{*}Slot")],
             [s.get("name") for s in here.findall("{*}Slot")], "slots")
    equal(len(there.findall("{*}Classification")), len(here.findall("{*}Classification")),
          "number of classifications")
