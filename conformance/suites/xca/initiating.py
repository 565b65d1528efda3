"""ITI-18 and ITI-43 at an initiating gateway with the affinity-domain option, as far as its own community can show it
(ITI TF-2 3.18, 3.43; xca-imaging 4.3, 4.4)."""
from lib.answers import QueryAnswer, RetrieveAnswer
from lib.cases import case
from lib.checks import Skipped, equal, same_set
from lib.soap import expect_fault

from .gateway import ENTRY, NEEDS_HOME, home, of_patient, published

SECTION = "ITI TF-2 3.18.4.1.3, 3.43.4.1.3"
OTHER = "urn:oid:2.999.77.7"


def _offered(t):
    if "xca-initiating" not in t.target.offers:
        raise Skipped("no-xca", "the target file does not offer xca-initiating")
    return home(t)


def query(t, name, parameters, asked_home=None, return_type="LeafClass"):
    own = _offered(t)
    answer = QueryAnswer(t.call("ITI-18", "xca-initiating",
                                t.query_body(name, parameters, return_type, asked_home)))
    for item in answer.objects:
        if item.tag in NEEDS_HOME:
            equal(item.get("home"), own, "home of an object of the gateway's own community")
    return answer


def retrieve(t, wanted):
    _offered(t)
    return RetrieveAnswer(t.call_mtom("ITI-43", "xca-initiating", t.retrieve_body(wanted)))


@case("xca/initiating/local-results-carry-home", "what the own registry has, with home, so that the follow-up goes right",
      SECTION)
def _local(t):
    _offered(t)
    patient, made = published(t)
    for kind in ("LeafClass", "ObjectRef"):
        there = query(t, "FindDocuments", of_patient(patient), return_type=kind).success()
        same_set(there.ids(), [made.entry.id], "objects")


@case("xca/initiating/by-id", "a query by ids goes where its home says, and nowhere without", SECTION)
def _by_id(t):
    own = _offered(t)
    _, made = published(t)
    asked = [(ENTRY + "EntryUUID", [f"('{made.entry.id}')"])]
    query(t, "GetDocuments", asked).failure("XDSMissingHomeCommunityId")
    query(t, "GetDocuments", asked, OTHER).failure("XDSUnknownCommunity")
    query(t, "GetDocuments", asked, own.removeprefix("urn:oid:")).failure("XDSUnknownCommunity")
    query(t, "GetDocuments", asked, own).success().find(made.entry.id)


@case("xca/initiating/with-home", "a query by patient with the own home: the own registry", SECTION)
def _with_home(t):
    own = _offered(t)
    patient, made = published(t)
    query(t, "FindDocuments", of_patient(patient), own).success().find(made.entry.id)
    query(t, "FindDocuments", of_patient(patient), OTHER).failure("XDSUnknownCommunity")


@case("xca/initiating/nobody", "a patient whom nobody knows: Success, nothing (XDSUnknownPatientId is no word of ITI-18)",
      "ITI TF-3 table 4.2.4.1-2")
def _nobody(t):
    _offered(t)
    equal(query(t, "FindDocuments", of_patient(t.new_patient_id())).success().objects, [], "objects")


@case("xca/initiating/parameters", "parameter errors are told as a registry tells them", "ITI TF-3 4.2.4")
def _parameters(t):
    _offered(t)
    query(t, t.ids.uuid(), []).failure("XDSUnknownStoredQuery")
    query(t, "FindDocuments", of_patient(t.new_patient_id())[:1]).failure("XDSStoredQueryMissingParam")


@case("xca/initiating/retrieve", "own documents with and without home; others need theirs", SECTION)
def _retrieve(t):
    own = _offered(t)
    _, made = published(t)
    unique_id = made.entry.unique_id
    for asked in (None, own):
        got = retrieve(t, [(asked, t.target.repository, unique_id)]).success().by_id(unique_id)
        equal((got["data"], got["home"]), (b"for another community", asked), "document")
    retrieve(t, [(None, "2.999.66.6", unique_id)]).failure("XDSMissingHomeCommunityId", location=unique_id)
    retrieve(t, [(OTHER, "2.999.66.6", unique_id)]).failure("XDSUnknownCommunity", location=unique_id)
    mixed = retrieve(t, [(OTHER, "2.999.66.6", unique_id), (own, t.target.repository, unique_id)])
    equal(len(mixed.partial("XDSUnknownCommunity").documents), 1, "number of documents")


@case("xca/initiating/gateway-actions", "actions between gateways are not understood here", "ITI TF-2 V.3")
def _actions(t):
    _offered(t)
    patient, _ = published(t)
    expect_fault(t.call("ITI-38", "xca-initiating", t.query_body("FindDocuments", of_patient(patient))))
