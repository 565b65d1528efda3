"""A40 at the manager (ITI TF-2 3.8.4.2, 3.30; pix-pdq 2.1), and what the registry then shows."""
from lib.cases import add, case
from lib.checks import equal, same_set
from lib.hl7 import adt
from lib.identity import UTF8, ask_v2, ask_v3, find_v2, known, linked, name_v2
from lib.people import person
from lib.v2_answers import pair, raw

SECTION = "ITI TF-2 3.8.4.2"


def gone(t, identifier):
    """The id is unknown to ITI-9 and ITI-45, like one that was never fed."""
    ask_v2(t, identifier).expect("AE").error("204", "QPD^1^3^1^1", 1)
    ask_v3(t, identifier).expect("AE", "AE")


def message(t, surviving, subsumed, **options):
    return adt("A40", [surviving], t.ids.text("M"), mrg1=subsumed, pv1=False,
               structure="ADT_A39", charset=UTF8, **options)


def merge(t, surviving, subsumed, **options):
    return raw(t, message(t, surviving, subsumed, **options))


@case("pix/merge/of-linked-records", "two linked persons become one; ids of both stay reachable",
      SECTION + ".3")
def _linked(t):
    _, (old, old_other) = linked(t, (0, 1))
    _, (new, new_other) = linked(t, (0, 2))
    merge(t, new, old).expect("AA")
    gone(t, old)
    ask_v2(t, new).found([pair(old_other), pair(new_other)])
    ask_v2(t, old_other).found([pair(new), pair(new_other)])


@case("pix/merge/of-lone-records", "two ids without correlates: one remains", SECTION + ".3")
def _lone(t):
    new, old = t.patient(), t.patient()
    merge(t, new, old).expect("AA")
    gone(t, old)
    ask_v2(t, new).nothing()


@case("pix/merge/chain", "A into B, B into C: correlates of A are found under C", SECTION + ".3")
def _chain(t):
    _, (first, other) = linked(t)
    second, third = t.patient(), t.patient()
    merge(t, second, first).expect("AA")
    merge(t, third, second).expect("AA")
    gone(t, first)
    gone(t, second)
    ask_v2(t, third).found([pair(other)])


@case("pix/merge/two-into-one", "A into C, B into C, one message each", SECTION + ".1")
def _two(t):
    _, (first, one) = linked(t, (0, 1))
    _, (second, two) = linked(t, (0, 2))
    target = t.patient()
    merge(t, target, first).expect("AA")
    merge(t, target, second).expect("AA")
    ask_v2(t, target).found([pair(one), pair(two)])


@case("pix/merge/repeated", "the same merge again: refused or ignored, state unchanged", SECTION + ".3")
def _repeated(t):
    _, (old, other) = linked(t)
    new = t.patient()
    merge(t, new, old).expect("AA")
    merge(t, new, old).expect({"AA", "AE"})
    ask_v2(t, new).found([pair(other)])
    gone(t, old)


@case("pix/merge/same-message-twice", "the same octets again (lost answer): AA again", "pix-pdq 1.1")
def _same(t):
    new, old = t.patient(), t.patient()
    octets = message(t, new, old)
    raw(t, octets).expect("AA")
    raw(t, octets).expect("AA")
    ask_v2(t, new).nothing()


@case("pix/merge/inverse", "the survivor into the subsumed id: refused, state unchanged", SECTION + ".3")
def _inverse(t):
    _, (old, other) = linked(t)
    new = t.patient()
    merge(t, new, old).expect("AA")
    merge(t, old, new).expect({"AE", "AR"})
    ask_v2(t, new).found([pair(other)])
    gone(t, old)


REFUSED = [
    ("unknown-subsumed", "an unknown subsumed id", "MRG^1",
     lambda t: (t.patient(), t.new_patient_id())),
    ("into-unknown", "an unknown survivor", "PID^3", lambda t: (t.new_patient_id(), t.patient())),
    ("itself", "an id into itself", None, lambda t: (lambda p: (p, p))(t.patient())),
    ("other-domain", "ids of two domains", None, lambda t: (t.patient(0), t.patient(1))),
]


def _refused(place, make):
    def run(t):
        surviving, subsumed = make(t)
        before = [ask_v2(t, i).status for i in (surviving, subsumed)]
        answer = merge(t, surviving, subsumed).expect({"AE", "AR"})
        if place:
            places = [f"{e.component(1, 1)}^{e.component(1, 3)}" for e in answer.errors]
            equal(place in places, True, f"ERR-1 at {place} ({places})")
        equal([ask_v2(t, i).status for i in (surviving, subsumed)], before, "what ITI-9 says")
    return run


for _name, _purpose, _place, _make in REFUSED:
    add(f"pix/merge/refused/{_name}", f"{_purpose}: refused, nothing changes", SECTION + ".3; pix-pdq 2.1",
        _refused(_place, _make))


@case("pix/merge/changes-no-demographics", "the name in an A40 is not taken over", SECTION + ".1")
def _demographics(t):
    someone, other = person(), person()
    new, old = t.new_patient_id(), t.new_patient_id()
    known(t, someone, [new])
    known(t, person(), [old])
    merge(t, new, old, name=other.pid5()).expect("AA")
    find_v2(t, name_v2(someone)).found([pair(new)])
    find_v2(t, name_v2(other)).found()


@case("pix/merge/subsumed-is-not-found-by-name", "who was subsumed is not an own candidate any more",
      SECTION + ".3; 3.21")
def _search(t):
    someone, new, old = person(), t.new_patient_id(), t.new_patient_id()
    known(t, person(), [new])
    known(t, someone, [old])
    find_v2(t, name_v2(someone)).found([pair(old)])
    merge(t, new, old).expect("AA")
    for listed in find_v2(t, name_v2(someone)).patients:
        equal(pair(old) in listed, False, "the subsumed id among the answers")


@case("pix/merge/documents-follow", "ITI-18 shows the documents of both under the survivor",
      "ITI TF-2 3.8.4.2.3 (registry)")
def _documents(t):
    new, old = t.patient(), t.patient()
    made = [t.build_uuids.submission(p) for p in (new, old)]
    for submission in made:
        t.register(submission).success()
    merge(t, new, old).expect("AA")
    same_set(t.stored(new).ids(), [m.entry.id for m in made], "entries of the survivor")
    equal(t.stored(old).ids(), [], "entries of the subsumed id")
    t.register(t.build.submission(old)).failure("XDSUnknownPatientId")


@case("pix/merge/documents-follow-a-chain", "documents of the first are found under the last survivor",
      "ITI TF-2 3.8.4.2.3")
def _document_chain(t):
    first, second, third = t.patient(), t.patient(), t.patient()
    made = t.build_uuids.submission(first)
    t.register(made).success()
    merge(t, second, first).expect("AA")
    merge(t, third, second).expect("AA")
    same_set(t.stored(third).ids(), [made.entry.id], "entries of the last survivor")


@case("pix/merge/ill-formed", "A40 without MRG: refused with 100 or 101", "ITI TF-2 C.2.3")
def _no_mrg(t):
    answer = raw(t, adt("A40", [t.patient()], t.ids.text("M"), pv1=False, charset=UTF8))
    answer.expect({"AE", "AR"})
    codes = {e.component(1, 4, 1, 1) for e in answer.errors}
    equal(bool(codes & {"100", "101"}), True, f"ERR-1 with 100 or 101 ({codes})")
