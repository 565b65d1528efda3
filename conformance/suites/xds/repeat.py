"""The same answer to the same question, also at once from several sides."""
import threading

from lib.canon import canonical_reply
from lib.cases import case
from lib.checks import Failed, equal, true
from lib.names import APPROVED, RPLC
from lib.session import Context


def _together(t, actions):
    """Runs each action in its own thread and connection; returns results or errors in order."""
    results = [None] * len(actions)

    def work(number, action):
        own = Context(t.run, t.recorder)
        try:
            results[number] = action(own)
        except Failed as error:
            results[number] = error
        finally:
            own.close()
    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Failed):
            raise result
    return results


@case("xds/repeat/same-query-same-answer", "a query asked twice is answered alike", "ITI TF-2 3.18")
def _twice(t):
    patient = t.patient()
    t.register(t.build_uuids.submission(patient, (b"1", b"2", b"3"), folders=1)).success()
    body = t.query_body("FindDocuments", [
        ("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
        ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"])])
    answers = [canonical_reply(t.call("ITI-18", "registry", body), {}) for _ in range(2)]
    equal(answers[0], answers[1], "answer")


@case("xds/repeat/eight-at-once", "eight members of staff submit and read at once", "ITI TF-2 3.41")
def _parallel(t):
    patient = t.patient()

    def work(own):
        made = own.build_uuids.submission(patient, (own.ids.text("D").encode(),))
        own.provide(made).success()
        got = own.retrieve([(own.target.repository, made.entry.unique_id)]).success()
        equal(got.documents[0]["data"], made.documents[made.entry.id], "bytes of the document")
        return made.entry.id
    ids = _together(t, [work] * 8)
    equal(sorted(t.stored(patient).ids("entries")), sorted(ids), "entries of the patient")


@case("xds/repeat/one-replacement-wins", "of eight replacements of one entry at once, one succeeds",
      "ITI TF-2 3.42.4.1.3.3 (one transaction)")
def _race(t):
    patient = t.patient()
    old = t.build_uuids.submission(patient)
    t.register(old).success()

    def work(own):
        made = own.build_uuids.submission(patient, relation=RPLC, related_to=old.entry.id)
        return own.register(made)
    answers = _together(t, [work] * 8)
    winners = [a for a in answers if a.status == "Success"]
    equal(len(winners), 1, "number of successful replacements")
    for answer in answers:
        if answer.status != "Success":
            answer.failure({"XDSRegistryDeprecatedDocumentError", "XDSRegistryBusy"})
    approved = [e for e in t.stored(patient).entries() if e.get("status") == APPROVED]
    equal(len(approved), 1, "number of approved entries")


@case("xds/repeat/same-submission-at-once", "one message sent eight times at once is stored once",
      "ITI TF-2 3.42.4.1.3.3")
def _same(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    answers = _together(t, [lambda own: own.register(made)] * 8)
    equal(sum(a.status == "Success" for a in answers), 1, "number of successes")
    found = t.stored(patient)
    true(found.ids("entries") == [made.entry.id], "the entry once", found.ids("entries"))
