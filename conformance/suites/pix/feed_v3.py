"""ITI-44 at the manager and at the registry (ITI TF-2 3.44; pix-pdq 5.1)."""
import re

from lib import v3, v3_answers
from lib.cases import add, case
from lib.checks import equal, same_set, true
from lib.identity import (ask_v2, ask_v3, find_v2, find_v3, known, known_v3, linked, name_v2, name_v3)
from lib.ids import cx
from lib.people import person
from lib.v2_answers import pair

from .query_v3 import refused

SECTION = "ITI TF-2 3.44.4"


@case("pix/iti-44/add", "PRPA_IN201301UV02 makes an id known", SECTION + ".1")
def _add(t):
    identifier = t.new_patient_id()
    known_v3(t, person(), [identifier])
    ask_v3(t, identifier).nothing()
    ask_v2(t, identifier).nothing()


@case("pix/iti-44/add-with-two-ids", "two patient/id elements are one person", SECTION + ".1")
def _two(t):
    ids = [t.new_patient_id(0), t.new_patient_id(1)]
    known_v3(t, person(), ids)
    ask_v3(t, ids[0]).found([pair(ids[1])])


@case("pix/iti-44/links-with-v2", "one domain feeds in v2, one in v3, the same person: linked", SECTION)
def _links(t):
    someone, ids = person(), [t.new_patient_id(0), t.new_patient_id(1)]
    known(t, someone, ids[:1])
    known_v3(t, someone, ids[1:])
    ask_v2(t, ids[0]).found([pair(ids[1])])
    ask_v3(t, ids[1]).found([pair(ids[0])])


@case("pix/iti-44/revise", "PRPA_IN201302UV02 replaces demographics", SECTION + ".1; 3.8.4.1.3")
def _revise(t):
    before, after, identifier = person(), person(), t.new_patient_id()
    known_v3(t, before, [identifier])
    known_v3(t, after, [identifier], "PRPA_IN201302UV02")
    find_v3(t, names=[name_v3(after)], birth=after.birth).found([pair(identifier)])
    find_v2(t, name_v2(before)).found()


@case("pix/iti-44/merge", "PRPA_IN201304UV02: the subsumed id is gone, its correlates move",
      SECTION + ".2")
def _merge(t):
    someone = person()
    _, (old, other) = linked(t, (0, 1), someone)
    new = t.new_patient_id(0)
    known_v3(t, person(), [new])
    merge_v3(t, new, old).accepted()
    ask_v3(t, old).expect("AE", "AE")
    ask_v2(t, old).expect("AE").error("204", "QPD^1^3^1^1")
    ask_v3(t, new).found([pair(other)])
    ask_v3(t, other).found([pair(new)])


@case("pix/iti-44/action-of-another", "the wsa:Action of another feed: refused, nothing changes", "pix-pdq 4.1")
def _other_action(t):
    identifier = t.new_patient_id()
    body = v3.feed("PRPA_IN201301UV02", [pair(identifier)], "<name><family>X</family></name>")
    refused(t, body, "PRPA_IN201302UV02")
    ask_v2(t, identifier).expect("AE").error("204", "QPD^1^3^1^1")


@case("pix/iti-44/padded-id", "an id padded with blanks in version 2 is the one of version 3", "HL7 v2.5 2.A (ST)")
def _padded(t):
    identifier = t.new_patient_id()
    known_v3(t, person(), [identifier])
    ask_v2(t, identifier.replace("^", "  ^", 1)).nothing()


def merge_v3(t, surviving, subsumed, **options):
    body = v3.feed("PRPA_IN201304UV02", [pair(surviving)], "<name><family>MERGED</family></name>",
                   prior=pair(subsumed), **options)
    return v3_answers.send_feed(t, "PRPA_IN201304UV02", body)


@case("pix/iti-44/merge-changes-no-demographics", "what a merge message says of the person is ignored",
      SECTION + ".2; pix-pdq 5.1")
def _merge_demographics(t):
    someone, new, old = person(), t.new_patient_id(), t.new_patient_id()
    known_v3(t, someone, [new])
    known_v3(t, person(), [old])
    merge_v3(t, new, old).accepted()
    find_v2(t, name_v2(someone)).found([pair(new)])


@case("pix/iti-44/document-registry", "the same feed at the registry's address", SECTION + " (XDS actor)")
def _registry(t):
    identifier, someone = t.new_patient_id(), person()
    body = v3.feed("PRPA_IN201301UV02", [pair(identifier)], someone.v3())
    v3_answers.send_feed(t, "PRPA_IN201301UV02", body, service="registry").accepted()
    t.register(t.build.submission(identifier)).success()


@case("pix/iti-44/documents-follow-a-merge", "ITI-18 shows the documents under the survivor",
      "ITI TF-2 3.44.4.2.3 (registry); 3.8.4.2.3")
def _documents(t):
    new, old = t.new_patient_id(), t.new_patient_id()
    known_v3(t, person(), [new])
    known_v3(t, person(), [old])
    made = t.build_uuids.submission(old)
    t.register(made).success()
    merge_v3(t, new, old).accepted()
    same_set(t.stored(new).ids(), [made.entry.id], "entries of the survivor")
    equal(t.stored(old).ids(), [], "entries of the subsumed id")
    t.register(t.build.submission(old)).failure("XDSUnknownPatientId")


# Refused ------------------------------------------------------------------------------------------

def add_body(t, identifier=None, someone=None, **options):
    return v3.feed("PRPA_IN201301UV02", [pair(identifier or t.new_patient_id())],
                   (someone or person()).v3(), **options)


def _two_subjects(t):
    ids = [t.new_patient_id(), t.new_patient_id()]
    subjects = "".join(v3.registration(v3.patient_xml([pair(i)], person().v3(), pair(i)[1]))
                       for i in ids)
    return v3.feed("PRPA_IN201301UV02", [], "", subjects=subjects), ids


@case("pix/iti-44/fault/two-subjects", "exactly one subject: two are refused, none is known after",
      SECTION + ".1.2; pix-pdq 14")
def _subjects(t):
    body, ids = _two_subjects(t)
    refused(t, body, "PRPA_IN201301UV02")
    for identifier in ids:
        ask_v2(t, identifier).expect("AE")


FAULTS = [
    ("no-subject", "no subject", lambda b: b[:b.index("<subject ")] +
     b[b.index("</subject>") + len("</subject>"):]),
    ("no-id", "no patient/id", lambda b: re.sub(
        r'(<patient classCode="PAT">)<id [^>]*/>', r"\1", b)),
    ("no-extension", "patient/id without extension", lambda b: re.sub(
        r'(<patient classCode="PAT"><id root="[^"]*") extension="[^"]*"', r"\1", b)),
    ("no-person", "no patientPerson", lambda b: re.sub(
        r"<patientPerson.*</patientPerson>", "", b)),
    ("not-active", "a patient who is not active", lambda b: b.replace(
        '<statusCode code="active"/><patientPerson', '<statusCode code="nullified"/><patientPerson')),
    ("birth-time", "a birthTime that is no date", lambda b: re.sub(
        r'birthTime value="\d+"', 'birthTime value="19701345"', b)),
    ("interaction", "interactionId of another message",
     lambda b: b.replace('extension="PRPA_IN201301UV02"', 'extension="PRPA_IN201304UV02"')),
    ("processing-code", "a processingCode that is none",
     lambda b: b.replace('processingCode code="P"', 'processingCode code="X"')),
    ("schema", "an element that the schema does not know",
     lambda b: b.replace("<patientPerson ", "<nonsense/><patientPerson ")),
]


def _fault(edit):
    def run(t):
        identifier = t.new_patient_id()
        refused(t, edit(add_body(t, identifier)), "PRPA_IN201301UV02")
        ask_v2(t, identifier).expect("AE")
    return run


for _name, _purpose, _edit in FAULTS:
    add(f"pix/iti-44/fault/{_name}", f"{_purpose}: refused, the id stays unknown", "pix-pdq 5.1, 4",
        _fault(_edit))


@case("pix/iti-44/fault/unknown-domain", "an id of an unknown domain: refused with 204", "pix-pdq 2.1")
def _unknown_domain(t):
    body = add_body(t, cx(t.ids.text("P"), t.ids.oid()))
    v3_answers.send_feed(t, "PRPA_IN201301UV02", body).refused().error("204")


MERGES = [
    ("unknown-subsumed", lambda t: (t.patient(), t.new_patient_id())),
    ("unknown-survivor", lambda t: (t.new_patient_id(), t.patient())),
    ("itself", lambda t: (lambda p: (p, p))(t.patient())),
    ("other-domain", lambda t: (t.patient(0), t.patient(1))),
]


def _merge_refused(make):
    def run(t):
        surviving, subsumed = make(t)
        before = [ask_v2(t, i).status for i in (surviving, subsumed)]
        merge_v3(t, surviving, subsumed).refused()
        equal([ask_v2(t, i).status for i in (surviving, subsumed)], before, "what ITI-9 says")
    return run


for _name, _make in MERGES:
    add(f"pix/iti-44/merge-refused/{_name}", f"merge: {_name.replace('-', ' ')}; nothing changes",
        "ITI TF-2 3.44.4.2; pix-pdq 2.1", _merge_refused(_make))


@case("pix/iti-44/fault/merge-without-prior", "PRPA_IN201304UV02 without replacementOf", SECTION + ".2")
def _no_prior(t):
    identifier = t.patient()
    body = v3.feed("PRPA_IN201304UV02", [pair(identifier)], person().v3())
    refused(t, body, "PRPA_IN201304UV02")


@case("pix/iti-44/fault/add-with-replacement", "PRPA_IN201301UV02 with replacementOf", "pix-pdq 5.1")
def _replacement(t):
    old, new = t.patient(), t.new_patient_id()
    body = v3.feed("PRPA_IN201301UV02", [pair(new)], person().v3(), prior=pair(old))
    refused(t, body, "PRPA_IN201301UV02")
    ask_v2(t, old).nothing()


@case("pix/iti-44/null-flavor-deletes", "a nullFlavor deletes what is stored, as two quotes in v2",
      "ITI TF-2 C.2.6 carried over; pix-pdq 4")
def _null(t):
    someone, identifier = person(), t.new_patient_id()
    known_v3(t, someone, [identifier])
    body = add_body(t, identifier, someone).replace("PRPA_IN201301UV02", "PRPA_IN201302UV02") \
        .replace("PRPA_TE201301UV02", "PRPA_TE201302UV02")
    start, end = body.index("<addr "), body.index("</addr>") + 7
    body = body[:start] + '<addr nullFlavor="NI"/>' + body[end:]
    v3_answers.send_feed(t, "PRPA_IN201302UV02", body).accepted()
    pid = find_v2(t, name_v2(someone)).found([pair(identifier)]).pids[0]
    equal(pid.field(11), "", "PID-11")
    true(someone.phone in pid.field(13), "the telephone, which stayed", pid.field(13))
