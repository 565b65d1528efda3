"""ITI-39 Cross Gateway Retrieve, responding gateway (ITI TF-2 3.39; TF-3 4.2.4)."""
from lib.answers import RetrieveAnswer
from lib.cases import case
from lib.checks import equal, same_set, true
from lib.soap import expect_fault

from .gateway import home, published, retrieve

SECTION = "ITI TF-2 3.39.4"
OTHER = "urn:oid:2.999.77.7"


def wanted(t, made, unique_id=None):
    return home(t), t.target.repository, unique_id or made.entry.unique_id


@case("xca/iti-39/one-document", "the document, with home, repository and uniqueId as asked", SECTION)
def _one(t):
    _, made = published(t)
    answer = retrieve(t, [wanted(t, made)]).success()
    got = answer.by_id(made.entry.unique_id)
    equal((got["home"], got["repository"], got["data"]),
          (home(t), t.target.repository, b"for another community"), "document")
    true(got["separate"], "an xop:Include (V.8)", "inline base64")


@case("xca/iti-39/agrees-with-the-repository", "the same octets and type as ITI-43", SECTION)
def _agrees(t):
    _, made = published(t)
    there = retrieve(t, [wanted(t, made)]).success().by_id(made.entry.unique_id)
    here = t.retrieve_one(made.entry.unique_id)
    equal((there["data"], there["mime_type"]), (here["data"], here["mime_type"]), "document")


@case("xca/iti-39/home/missing", "each DocumentRequest needs its home (3.39.4.1.2)", SECTION)
def _missing(t):
    _, made = published(t)
    answer = retrieve(t, [(None, t.target.repository, made.entry.unique_id)])
    equal(answer.failure("XDSMissingHomeCommunityId").documents, [], "documents")


@case("xca/iti-39/home/other", "another community's document", SECTION)
def _other(t):
    _, made = published(t)
    for value in (OTHER, home(t).removeprefix("urn:oid:"), home(t) + ".1"):
        answer = retrieve(t, [(value, t.target.repository, made.entry.unique_id)])
        equal(answer.failure("XDSUnknownCommunity").documents, [], "documents")


@case("xca/iti-39/home/spelling", "white space round a value is none of it; an empty home is none", SECTION)
def _spelling(t):
    _, made = published(t)
    spaced = (f"\n {home(t)} ", f" {t.target.repository}\t", f"{made.entry.unique_id}\n")
    equal(retrieve(t, [spaced]).success().documents[0]["data"], b"for another community", "bytes")
    retrieve(t, [(" ", t.target.repository, made.entry.unique_id)]).failure("XDSMissingHomeCommunityId")


@case("xca/iti-39/home/mixed", "the requests that are right are answered", SECTION)
def _mixed_homes(t):
    _, made = published(t)
    answer = retrieve(t, [(OTHER, t.target.repository, made.entry.unique_id), wanted(t, made),
                          (None, t.target.repository, made.entry.unique_id)])
    answer.partial({"XDSMissingHomeCommunityId", "XDSUnknownCommunity"})
    equal(len(answer.documents), 1, "number of documents")
    equal(len(answer.errors), 2, "number of errors")


@case("xca/iti-39/unknown-repository", "a repository that nobody here is", SECTION)
def _repository(t):
    _, made = published(t)
    retrieve(t, [(home(t), "2.999.66.6", made.entry.unique_id)]).failure("XDSUnknownRepositoryId")


@case("xca/iti-39/unknown-document", "a uniqueId that nobody knows", SECTION)
def _document(t):
    _, made = published(t)
    retrieve(t, [wanted(t, made, t.ids.oid())]).failure("XDSDocumentUniqueIdError")


@case("xca/iti-39/mixed", "one there, one not: PartialSuccess, one error", SECTION)
def _mixed(t):
    _, made = published(t)
    missing = t.ids.oid()
    answer = retrieve(t, [wanted(t, made, missing), wanted(t, made)])
    answer.partial("XDSDocumentUniqueIdError")
    same_set([d["unique_id"] for d in answer.documents], [made.entry.unique_id], "documents")


@case("xca/iti-39/location", "an error's location holds our home and the DocumentUniqueId",
      SECTION + ".1.3")
def _location(t):
    _, made = published(t)
    missing = [t.ids.oid(), t.ids.oid()]
    answer = retrieve(t, [wanted(t, made, one) for one in missing])
    answer.failure("XDSDocumentUniqueIdError")
    same_set([one for one in missing for e in answer.errors if one in e.location], missing,
             "uniqueIds in the locations")


@case("xca/iti-39/simple-soap", "a request without MTOM is answered, inline or refused by a fault",
      "ITI TF-2 V.8 (leniency)")
def _simple(t):
    _, made = published(t)
    reply = t.call("ITI-39", "xca", t.retrieve_body([wanted(t, made)]))
    if reply.fault is None:
        equal(RetrieveAnswer(reply).success().documents[0]["data"], b"for another community", "bytes")


@case("xca/iti-39/repository-action", "the repository's action is not understood here", "ITI TF-2 V.3")
def _action(t):
    _, made = published(t)
    expect_fault(t.call_mtom("ITI-43", "xca", t.retrieve_body([wanted(t, made)]), expect_mtom=False))
