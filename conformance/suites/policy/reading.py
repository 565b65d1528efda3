"""Who sees what of another member's documents: without consent, with it, and after it was taken back."""
from lib.answers import QueryAnswer, RetrieveAnswer
from lib.canon import canonical_reply
from lib.cases import add, case
from lib.checks import equal, true
from suites.xds.hidden import BOTH, BY_UID, DE, QUESTIONS, absent, compare

from .world import SECTION, form, known_state, open_to, settings, sheets, sign

STATES = ("silent", "granted", "withdrawn")


def without_trace(reply, ids, asked):
    """Nothing of a hidden document is anywhere in what came, but for what the question itself named."""
    octets = reply.http.body
    for name in ("entry", "entry_uid", "set", "set_uid", "folder", "folder_uid"):
        value = getattr(ids, name)
        if any(value in text for _, texts in asked for text in texts):
            continue
        true(value.encode() not in octets, f"no trace of the hidden {name}", value)


def _query(query, question, role):
    def run(t):
        settings(t)
        t.need_role(role)
        for state in STATES:
            known = known_state(t, state)
            visible = open_to(role, state)
            for name, ids in known.all().items():
                reply = t.call("ITI-18", "registry", t.query_body(query, question(ids)), role)
                if name in visible:
                    _as_the_owner(t, reply, query, question(ids))
                elif visible and any(known.patient in value for _, values in question(ids) for value in values):
                    QueryAnswer(reply).success()  # about the patient: it holds what is open
                else:
                    _as_absent(t, reply, query, question, ids, role)
                for hidden in known.all().keys() - visible:
                    without_trace(reply, known.all()[hidden], question(ids))
    return run


def _as_the_owner(t, reply, query, parameters):
    mine = QueryAnswer(reply).success()
    owners = t.query(query, parameters, role="hospital").success()
    true(mine.ids(), "objects, with consent", "none")
    true(set(mine.ids()) <= set(owners.ids()), "nothing that the owner is not told", mine.ids())


def _as_absent(t, seen, query, question, ids, role):
    nothing = absent(t)
    other = t.call("ITI-18", "registry", t.query_body(query, question(nothing)), role)
    texts = []
    for reply, asked in ((seen, ids), (other, nothing)):
        places = asked.placeholders()
        places[reply.header("RelatesTo")] = "request"
        texts.append(canonical_reply(reply, places))
    compare(*texts)


for _role in ("clinic", "pharmacy"):
    for _name, _question in QUESTIONS.items():
        add(f"policy/query/{_role}/{_name}",
            f"{_name} of a {_role}: nothing without consent, with it what its role reads, nothing after it", SECTION,
            _query(_name, _question, _role))
    for _name, _question in BY_UID.items():
        add(f"policy/query/{_role}/{_name}-by-uniqueId",
            f"{_name} by uniqueId of a {_role}, in three states of consent", SECTION,
            _query(_name, _question, _role))


def _several(role):
    def run(t):
        settings(t)
        t.need_role(role)
        patients = {state: known_state(t, state) for state in STATES}
        listed = ",".join(f"'{known.patient}'" for known in patients.values())
        reply = t.call("ITI-51", "registry", t.query_body(
            "FindDocumentsForMultiplePatients",
            [(DE + "PatientId", [f"({listed})"]), (DE + "Status", [BOTH])]), role)
        found = QueryAnswer(reply).success().ids("entries")
        for state, known in patients.items():
            for name, ids in known.all().items():
                equal(ids.entry in found, name in open_to(role, state), f"{name} of the {state} patient shown")
    return run


def _fetch(role):
    def run(t):
        settings(t)
        t.need_role(role)
        for state in STATES:
            known = known_state(t, state)
            for name, ids in known.all().items():
                reply = t.call_mtom("ITI-43", "repository",
                                    t.retrieve_body([(t.target.repository, ids.entry_uid)]), role=role)
                content = f"{name} of {known.patient}".encode()
                if name in open_to(role, state):
                    answer = RetrieveAnswer(reply).success()
                    equal([d["data"] for d in answer.documents], [content], f"the {name}")
                else:
                    answer = RetrieveAnswer(reply).failure("XDSDocumentUniqueIdError", location=ids.entry_uid)
                    equal(answer.documents, [], f"documents, {state}, {name}")
                    true(content not in reply.http.body, "none of the octets", f"the {name}, {state}")
    return run


for _role in ("clinic", "pharmacy"):
    add(f"policy/query/{_role}/several-patients", f"ITI-51 of a {_role} shows of each patient what that one allowed",
        SECTION, _several(_role))
    add(f"policy/retrieve/{_role}", f"ITI-43 gives a {_role} the octets that its role and consent open, and no others",
        SECTION, _fetch(_role))


@case("policy/owner/needs-no-consent", "who published sees its documents whatever the patient said", SECTION)
def _owner(t):
    for state in STATES:
        known = known_state(t, state)
        found = t.stored(known.patient, t.need_role("hospital")).ids("entries")
        for name, ids in known.all().items():
            true(ids.entry in found, f"the {name}, {state}", found)


def sees(t, known, role="clinic"):
    """Whether that member is shown the letter, in a query and in a retrieve alike."""
    found = known.letter.entry in t.stored(known.patient, role).ids("entries")
    answer = RetrieveAnswer(t.call_mtom("ITI-43", "repository", t.retrieve_body(
        [(t.target.repository, known.letter.entry_uid)]), role=role))
    equal(answer.status == "Success", found, "what is found can be fetched, and nothing else")
    return found


@case("policy/consent/next-request", "a form opens with the next request, its successor closes with the next", SECTION)
def _next(t):
    settings(t)
    t.need_role("clinic")
    known = sheets(t)
    equal(sees(t, known), False, "shown before anything is said")
    first = sign(t, known.patient, "grant")
    equal(sees(t, known), True, "shown after consent")
    second = sign(t, known.patient, "refuse", first)
    equal(sees(t, known), False, "shown after the withdrawal")
    sign(t, known.patient, "grant", second)
    equal(sees(t, known), True, "shown after consent was given again")


@case("policy/consent/owner-only", "consent to one institution's documents opens these", SECTION)
def _owner_only(t):
    settings(t)
    t.need_role("clinic")
    known = sheets(t)
    sign(t, known.patient, "owner_only")
    equal(sees(t, known), True, "the letter of the institution that took the form")


@case("policy/consent/of-another", "the consent of one patient opens nothing of another", SECTION)
def _another(t):
    settings(t)
    t.need_role("clinic")
    known, other = sheets(t), sheets(t)
    sign(t, other.patient, "grant")
    equal((sees(t, known), sees(t, other)), (False, True), "shown of the silent and of the granting patient")


@case("policy/consent/for-a-time", "a form counts between its serviceStartTime and serviceStopTime", SECTION)
def _time(t):
    settings(t)
    t.need_role("clinic")
    known = sheets(t)
    for start, stop, expected in (("20200101", "20201231", False), ("20990101", "20991231", False),
                                  ("20200101", "20991231", True)):
        made = form(t, known.patient, settings(t)["forms"]["grant"])
        made.entry.slots["serviceStartTime"] = [start]
        made.entry.slots["serviceStopTime"] = [stop]
        t.provide(made, role="hospital").success()
        equal(sees(t, known), expected, f"shown with a form from {start} to {stop}")
