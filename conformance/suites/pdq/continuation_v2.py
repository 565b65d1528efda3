"""Pages, pointers and cancellation of ITI-21, and too many hits (pix-pdq 3.2; MESA 11365)."""
from lib import v2
from lib.cases import add, case
from lib.checks import equal, one_of, same_set, true
from lib.identity import UTF8, known, member_id
from lib.people import person, word
from lib.v2_answers import Ack, Patients, ask, pair

SECTION = "ITI TF-2 3.21.4.1.3.3 (continuation)"


def family(t, count):
    """`count` persons of one family name and one birth date; (criteria, [(id, oid) ...])."""
    name, birth = word(), person().birth
    found = []
    for _ in range(count):
        identifier = t.new_patient_id()
        known(t, person(family=name, birth=birth), [identifier])
        found.append(pair(identifier))
    return [("PID.5.1.1", name.kanji), ("PID.7", birth)], found


def seven(t):
    """Built once: seven persons who are asked for page by page."""
    return t.run.data.get("seven of one family", lambda: family(t, 7))


def page(t, criteria, tag, quantity=3, pointer=None, role="toolkit", **options):
    text = v2.pdq(t, criteria, tag=tag, quantity=quantity, pointer=pointer, charset=UTF8, **options)
    return ask(t, text, role, UTF8, Patients)


def ids_of(answer):
    return [p[0] for p in answer.patients]


@case("pdq/pages/all", "seven hits in pages of three: 3, 3, 1, each once, no pointer at the end", SECTION)
def _all(t):
    criteria, wanted = seven(t)
    tag, seen, pointer, sizes = t.ids.text("T"), [], None, []
    for _ in range(5):
        answer = page(t, criteria, tag, pointer=pointer).expect("AA")
        seen += ids_of(answer)
        sizes.append(len(answer.patients))
        pointer = answer.pointer
        if pointer is None:
            break
    equal(sizes, [3, 3, 1], "sizes of the pages")
    same_set(seen, wanted, "patients on all pages")


@case("pdq/pages/exact-fit", "as many hits as the page holds: no pointer", SECTION)
def _exact(t):
    criteria, wanted = seven(t)
    answer = page(t, criteria, t.ids.text("T"), quantity=7).found(*[[w] for w in wanted])
    equal(answer.pointer, None, "DSC")


@case("pdq/pages/one-by-one", "pages of one", SECTION)
def _one(t):
    criteria, wanted = seven(t)
    tag, seen, pointer = t.ids.text("T"), [], None
    for _ in range(len(wanted)):
        answer = page(t, criteria, tag, 1, pointer).expect("AA")
        equal(len(answer.patients), 1, "number of patients")
        seen += ids_of(answer)
        pointer = answer.pointer
    equal(pointer, None, "DSC of the last page")
    same_set(seen, wanted, "patients on all pages")


@case("pdq/pages/same-page-twice", "the same pointer again: the same page", "pix-pdq 3.2 (idempotent)")
def _twice(t):
    criteria, _ = seven(t)
    tag = t.ids.text("T")
    first = page(t, criteria, tag).expect("AA")
    true(first.pointer, "a pointer", None)
    second = page(t, criteria, tag, pointer=first.pointer).expect("AA")
    again = page(t, criteria, tag, pointer=first.pointer).expect("AA")
    equal(ids_of(again), ids_of(second), "patients of the page asked for again")
    equal(again.pointer, second.pointer, "pointer of the page asked for again")


@case("pdq/pages/stable", "who is fed between two pages does not disturb them", "pix-pdq 3.2 (stored result)")
def _stable(t):
    criteria, wanted = family(t, 4)
    tag = t.ids.text("T")
    first = page(t, criteria, tag, 2).expect("AA")
    later = person(birth=criteria[1][1])
    known(t, later.but(family=type(later.family)(criteria[0][1], later.family.hiragana)),
          [t.new_patient_id()])
    second = page(t, criteria, tag, 2, first.pointer).expect("AA")
    same_set(ids_of(first) + ids_of(second), wanted, "patients on both pages")


@case("pdq/pages/two-queries-at-once", "two tags, two results: pages are not mixed up", SECTION)
def _mixed(t):
    (one, mine), (two, theirs) = family(t, 3), family(t, 3)
    tags = [t.ids.text("T"), t.ids.text("T")]
    first = [page(t, c, tag, 2).expect("AA") for c, tag in ((one, tags[0]), (two, tags[1]))]
    second = [page(t, c, tag, 2, a.pointer).expect("AA")
              for c, tag, a in ((one, tags[0], first[0]), (two, tags[1], first[1]))]
    same_set(ids_of(first[0]) + ids_of(second[0]), mine, "patients of the first query")
    same_set(ids_of(first[1]) + ids_of(second[1]), theirs, "patients of the second query")


def pointer_refused(t, criteria, tag, pointer, **options):
    text = v2.pdq(t, criteria, tag=tag, quantity=3, pointer=pointer, charset=UTF8, **options)
    request, answer = v2.send(t, text, charset=UTF8)
    kind = Ack if answer.msh.component(9, 1) == "ACK" else Patients
    kind(request, answer).expect({"AE", "AR"}).error({"204", "102"}, "DSC^1^1")


@case("pdq/pages/unknown-pointer", "a pointer nobody gave: AE, 204 at DSC^1^1", "pix-pdq 3.2")
def _unknown(t):
    criteria, _ = seven(t)
    pointer_refused(t, criteria, t.ids.text("T"), "no-such-pointer")


@case("pdq/pages/pointer-of-another-query", "a pointer with another tag: AE, 204 at DSC^1^1",
      "pix-pdq 3.2 (key: MSH-3, QPD-2, pointer)")
def _other(t):
    criteria, _ = seven(t)
    first = page(t, criteria, t.ids.text("T"))
    pointer_refused(t, criteria, t.ids.text("T"), first.pointer)


@case("pdq/pages/pointer-of-another-sender", "another member cannot read on: AE, nobody told", "pix-pdq 3.2")
def _sender(t):
    t.need_role("hospital")
    criteria, _ = seven(t)
    tag = t.ids.text("T")
    first = page(t, criteria, tag)
    text = v2.pdq(t, criteria, tag=tag, quantity=3, pointer=first.pointer, charset=UTF8)
    request, answer = v2.send(t, text, "hospital", UTF8)
    kind = Ack if answer.msh.component(9, 1) == "ACK" else Patients
    kind(request, answer).expect({"AE", "AR"})
    equal(answer.all("PID"), [], "PID segments")


@case("pdq/pages/cancel", "after QCN^J01 the pointer is unknown", SECTION)
def _cancel(t):
    criteria, _ = seven(t)
    tag = t.ids.text("T")
    first = page(t, criteria, tag).expect("AA")
    ask(t, v2.cancel(t, tag), kind=Ack).expect("AA")
    pointer_refused(t, criteria, tag, first.pointer)


@case("pdq/pages/cancel-unknown", "cancelling what does not exist: AA (nothing to do)", "pix-pdq 3.2")
def _cancel_unknown(t):
    ask(t, v2.cancel(t, t.ids.text("T")), kind=Ack).expect({"AA", "AE"})


@case("pdq/pages/cancel-of-another-sender", "nobody cancels the query of another member", "pix-pdq 3.2")
def _cancel_other(t):
    t.need_role("hospital")
    criteria, _ = seven(t)
    tag = t.ids.text("T")
    first = page(t, criteria, tag).expect("AA")
    ask(t, v2.cancel(t, tag), "hospital", kind=Ack).expect({"AA", "AE"})
    page(t, criteria, tag, pointer=first.pointer).expect("AA")


@case("pdq/pages/no-tag-in-cancel", "QID-1 missing: an error", "ITI TF-2 3.21.4.3")
def _no_tag(t):
    ask(t, v2.cancel(t, ""), kind=Ack).expect({"AE", "AR"})


# Too many -----------------------------------------------------------------------------------------

def crowd(t):
    """30 persons of one member's own domain: more than the agreement shows at once."""
    def make():
        name, birth = word(), person().birth
        for _ in range(30):
            known(t, person(family=name, birth=birth), [member_id(t, "hospital")], role="hospital")
        return [("PID.5.1.1", name.kanji), ("PID.7", birth)]
    return t.run.data.get("thirty of one family", make)


@case("pdq/too-many/no-quantity", "more hits than are shown, no RCP-2: told as such, or a first page",
      "pix-pdq 3.2; agreement (maximum_candidates)")
def _too_many(t):
    t.need_role("hospital")
    request, answer = v2.send(t, v2.pdq(t, crowd(t), charset=UTF8), "hospital", UTF8)
    judged = Patients(request, answer)
    one_of(judged.code, {"AA", "AE"}, "MSA-1")
    if judged.code == "AA":
        true(judged.pointer is not None and len(judged.patients) <= 25,
             "at most 25 patients and a pointer", f"{len(judged.patients)} and {judged.pointer}")
    else:
        equal(judged.patients, [], "patients beside an error")


def _narrowed(t):
    """The same family, narrowed by what few of them share."""
    criteria = crowd(t)
    answer = ask(t, v2.pdq(t, criteria + [("PID.11.5", "999-9999")], charset=UTF8), "hospital", UTF8,
                 Patients)
    answer.found()


add("pdq/too-many/narrowed", "a narrower question is answered", "pix-pdq 3.2", _narrowed)
