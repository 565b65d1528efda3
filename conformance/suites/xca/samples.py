"""The sample messages of ITI-38 and ITI-39, with the outcome their README names."""
import os
import re

from lib.answers import RetrieveAnswer
from lib.cases import add, case
from lib.checks import Skipped, equal, same_set, true
from lib.names import NS, QUERY
from lib.replay import Replay, parse_sample, xml_text

from .gateway import CrossQuery, home, retrieve

NAMED = {}


def row(name, purpose, run):
    NAMED[name] = True
    add("xca/samples/" + re.sub(r"\.xml$", "", name), f"sample: {purpose}", "samples/README", run)


def _request(t):
    own = home(t)
    root = Replay(t, "toolkit").query(parse_sample(t.sample("iti-38/openxds-request.xml")))
    foreign = CrossQuery(t, t.call("ITI-38", "xca", root))
    foreign.failure("XDSUnknownCommunity")
    root.find("rim:AdhocQuery", NS).set("home", own)
    equal(CrossQuery(t, t.call("ITI-38", "xca", root)).success().objects, [], "objects")


def _retrieve(t):
    home(t)
    root = parse_sample(t.sample("iti-39/connect-request.xml"))
    answer = RetrieveAnswer(t.call_mtom("ITI-39", "xca", xml_text(root)))
    answer.failure("XDSUnknownCommunity")
    asked = root[0]
    retrieve(t, [(home(t), asked.findtext("xds:RepositoryUniqueId", None, NS),
                  asked.findtext("xds:DocumentUniqueId", None, NS))]).failure("XDSUnknownRepositoryId")


def _without_urn(t):
    home(t)
    root = parse_sample(t.sample("iti-43/openxds-request-home-without-urn.xml"))
    answer = RetrieveAnswer(t.call_mtom("ITI-39", "xca", xml_text(root)))
    answer.failure({"XDSUnknownCommunity", "XDSUnknownRepositoryId"})


def _stored_query(name):
    """Queries that the README allows for ITI-38 too: with our home, every object would carry it."""
    def run(t):
        own = home(t)
        root = Replay(t, "toolkit").query(parse_sample(t.sample(name)))
        root.find("rim:AdhocQuery", NS).set("home", own)
        equal(CrossQuery(t, t.call("ITI-38", "xca", root)).success().objects, [], "objects")
    return run


def _missing_patient(t):
    own = home(t)
    root = Replay(t, "toolkit").query(parse_sample(t.sample("iti-18/connect-missing-patient-id.xml")))
    root.find("rim:AdhocQuery", NS).set("home", own)
    CrossQuery(t, t.call("ITI-38", "xca", root)).failure_among("XDSStoredQueryMissingParam")


def _peer_answer(name, code):
    def run(t):
        root = parse_sample(t.sample(name))
        equal(root.tag, f"{{{QUERY}}}AdhocQueryResponse", "root")
        codes = [e.get("errorCode") for e in root.iter(f"{{{NS['rs']}}}RegistryError")]
        equal(codes, [code] if code else [], "codes")
    return run


def _partial(t):
    root = parse_sample(t.sample("iti-39/connect-response-partial-success.xml"))
    response = root.find("rs:RegistryResponse", NS)
    true(response.get("status").endswith("PartialSuccess"), "PartialSuccess", response.get("status"))


row("iti-38/openxds-request.xml", "another community's, then ours", _request)
row("iti-39/connect-request.xml", "another community's, then ours", _retrieve)
row("iti-43/openxds-request-home-without-urn.xml", "home without urn:oid:", _without_urn)
for _name in ("FindSubmissionSets", "GetDocuments", "GetFolderAndContents"):
    row(f"iti-18/connect-{_name}.xml", _name, _stored_query(f"iti-18/connect-{_name}.xml"))
row("iti-18/connect-missing-patient-id.xml", "a patient slot without value", _missing_patient)
row("iti-38/connect-response-XDSRegistryBusy.xml", "a peer's answer",
    _peer_answer("iti-38/connect-response-XDSRegistryBusy.xml", "XDSRegistryBusy"))
row("iti-38/connect-response-XDSUnknownStoredQuery.xml", "a peer's answer",
    _peer_answer("iti-38/connect-response-XDSUnknownStoredQuery.xml", "XDSUnknownStoredQuery"))
row("iti-38/openxds-response-empty.xml", "a peer's answer",
    _peer_answer("iti-38/openxds-response-empty.xml", None))
row("iti-39/connect-response-partial-success.xml", "a peer's answer", _partial)


@case("xca/samples/complete", "every sample of these folders is named here", "samples/README")
def _complete(t):
    root = os.path.join(t.run.shared, "samples")
    if not os.path.isdir(root):
        raise Skipped("no-samples", f"no samples under {t.run.shared}")
    found = [f"{folder}/{name}" for folder in ("iti-38", "iti-39")
             for name in os.listdir(os.path.join(root, folder))]
    same_set(found, [n for n in NAMED if n.split("/")[0] in ("iti-38", "iti-39")],
             "samples that are replayed")
