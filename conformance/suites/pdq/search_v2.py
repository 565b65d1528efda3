"""ITI-21: which persons are found, and what is told of them (ITI TF-2 3.21; pix-pdq 3.1, 3.2)."""
from lib import v2
from lib.cases import add, case
from lib.checks import Skipped, equal, one_of, true
from lib.hl7 import adt
from lib.identity import UTF8, find_v2, known, linked, name_v2, need
from lib.people import person
from lib.v2_answers import Ack, Patients, ask, pair, raw

SECTION = "ITI TF-2 3.21.4.2.2"


def one_known(t, **changes):
    """(person, its CX): known in one domain."""
    someone, identifier = person(**changes), t.new_patient_id()
    known(t, someone, [identifier])
    return someone, identifier


@case("pdq/iti-21/case-1-all-domains", "hits, no QPD-8: ids of all domains", SECTION + " case 1")
def _case1(t):
    someone, ids = linked(t, (0, 1, 2))
    pid = find_v2(t, name_v2(someone)).found([pair(i) for i in ids]).pids[0]
    equal((pid.component(7), pid.component(8)), (someone.birth, someone.sex), "birth and sex")
    true(someone.postal in pid.field(11) and someone.address() in pid.field(11), "the address",
         pid.field(11))
    true(someone.phone in pid.field(13), "the telephone", pid.field(13))


@case("pdq/iti-21/case-2-some-domains", "QPD-8: only ids of those domains", SECTION + " case 2")
def _case2(t):
    someone, ids = linked(t, (0, 1, 2))
    find_v2(t, name_v2(someone), [pair(ids[1])[1]]).found([pair(ids[1])])
    find_v2(t, name_v2(someone), [pair(ids[2])[1], pair(ids[0])[1]]).found(
        [pair(ids[0]), pair(ids[2])])


@case("pdq/iti-21/case-2-omitted", "a patient without an id in the domains asked for is left out",
      SECTION + " case 2")
def _omitted(t):
    someone, identifier = one_known(t)
    other, second = person(family=someone.family), t.new_patient_id(1)
    known(t, other, [second])
    criteria = [("PID.5.1.1", someone.family.kanji)]
    find_v2(t, criteria + [("PID.5.2", someone.given.kanji)], [t.target.authorities[1]]).found()
    find_v2(t, [("PID.5.1.1", someone.family.kanji), ("PID.7", other.birth)],
            [t.target.authorities[1]]).found([pair(second)])
    find_v2(t, name_v2(someone), [t.target.authorities[0]]).found([pair(identifier)])


@case("pdq/iti-21/case-3-unknown-domain", "a QPD-8 domain unknown: AE, 204 at QPD^1^8^n, no PID",
      SECTION + " case 3")
def _case3(t):
    someone, _ = one_known(t)
    answer = find_v2(t, name_v2(someone), [t.target.authorities[0], t.ids.oid()],
                     secret=[someone.family.kanji])
    answer.expect("AE").error("204", "QPD^1^8^2", 1)


@case("pdq/iti-21/case-3-each-domain", "one ERR for each unknown domain", SECTION + " case 3")
def _case3_each(t):
    someone, _ = one_known(t)
    answer = find_v2(t, name_v2(someone), [t.ids.oid(), t.target.authorities[0], t.ids.oid()])
    answer.expect("AE").error("204", "QPD^1^8^1", 2).error("204", "QPD^1^8^3", 2)


@case("pdq/iti-21/none", "no hit: AA, NF, no PID", SECTION + "; table 0208")
def _none(t):
    find_v2(t, name_v2(person())).found()


@case("pdq/iti-21/several", "two persons of one name: a PID for each", SECTION + " case 1")
def _several(t):
    someone, identifier = one_known(t)
    other, second = person(family=someone.family, given=someone.given), t.new_patient_id()
    known(t, other, [second])
    find_v2(t, name_v2(someone)).found([pair(identifier)], [pair(second)])
    find_v2(t, name_v2(someone) + [("PID.7", other.birth)]).found([pair(second)])


# Criteria -----------------------------------------------------------------------------------------

CRITERIA = {
    "birth": lambda p, i: [("PID.7", p.birth)],
    "birth-component": lambda p, i: [("PID.7.1", p.birth)],
    "sex": lambda p, i: [("PID.8", p.sex)],
    "sex-component": lambda p, i: [("PID.8.1", p.sex)],
    "postal-code": lambda p, i: [("PID.11.5", p.postal)],
    "telephone": lambda p, i: [("PID.13.12", p.phone)],
    "telephone-first-component": lambda p, i: [("PID.13.1", p.phone)],
    "id-and-domain": lambda p, i: [("PID.3.1", pair(i)[0]), ("PID.3.4.2", pair(i)[1]),
                                   ("PID.3.4.3", "ISO")],
}
WRONG = {
    "birth": [("PID.7", "18990101")], "sex": None, "postal-code": [("PID.11.5", "999-9999")],
    "telephone": [("PID.13.12", "099-000-0000")],
}


def _criterion(make):
    def run(t):
        someone, identifier = one_known(t)
        find_v2(t, name_v2(someone) + make(someone, identifier)).found([pair(identifier)])
    return run


for _name, _make in CRITERIA.items():
    add(f"pdq/iti-21/criterion/{_name}", f"name and {_name.replace('-', ' ')} agree: found",
        "ITI TF-2 3.21.4.1.2.2.2", _criterion(_make))


def _wrong(criteria):
    def run(t):
        someone, _ = one_known(t)
        more = criteria or [("PID.8", "F" if someone.sex == "M" else "M")]
        find_v2(t, name_v2(someone) + more).found()
    return run


for _name, _criteria in WRONG.items():
    add(f"pdq/iti-21/criterion/other-{_name}", f"name agrees, {_name} does not: not found (AND)",
        "ITI TF-2 3.21.4.1.2.2.2", _wrong(_criteria))


@case("pdq/iti-21/criterion/id-alone", "a complete id finds its patient", "MESA 11320")
def _id(t):
    _, ids = linked(t)
    text, oid = pair(ids[0])
    find_v2(t, [("PID.3.1", text), ("PID.3.4.2", oid), ("PID.3.4.3", "ISO")]).found(
        [pair(i) for i in ids])


@case("pdq/iti-21/criterion/id-by-namespace", "id and namespace of the domain", "MESA 11320")
def _id_namespace(t):
    someone, identifier = one_known(t)
    namespace = t.target.namespaces.get(pair(identifier)[1])
    if not namespace:
        raise Skipped("no-namespace", "the target file names no namespace of its domains")
    for key in ("PID.3.4", "PID.3.4.1"):
        find_v2(t, [("PID.3.1", pair(identifier)[0]), (key, namespace)]).found([pair(identifier)])
    true(someone, "a person", None)


@case("pdq/iti-21/criterion/id-other-domain", "the id in a domain that does not have it: not found",
      "MESA 11330")
def _id_other(t):
    _, identifier = one_known(t)
    find_v2(t, [("PID.3.1", pair(identifier)[0]), ("PID.3.4.2", t.target.authorities[1]),
                ("PID.3.4.3", "ISO")]).found()


@case("pdq/iti-21/criterion/partial-id-and-name", "a partial id with * beside a name", "MESA 11335")
def _partial_id_name(t):
    someone, identifier = one_known(t)
    text, oid = pair(identifier)
    asked = [("PID.3.4.2", oid), ("PID.3.4.3", "ISO")]
    find_v2(t, name_v2(someone) + [("PID.3.1", text[:-1] + "*")] + asked).found([pair(identifier)])
    find_v2(t, name_v2(someone) + [("PID.3.1", "X" + text[:-1] + "*")] + asked).found()


@case("pdq/iti-21/criterion/partial-id", "a partial id with * alone finds its patient", "MESA 11335")
def _partial_id(t):
    need(t, "partial-id", "no-partial-id")
    _, identifier = one_known(t)
    text, oid = pair(identifier)
    found = find_v2(t, [("PID.3.1", text[:-1] + "*"), ("PID.3.4.2", oid), ("PID.3.4.3", "ISO")])
    true(any(pair(identifier) in p for p in found.patients), "the patient among the hits",
         found.patients)


@case("pdq/iti-21/criterion/partial-id-nobody", "a partial id that nobody has: NF", "MESA 11335")
def _partial_id_nobody(t):
    need(t, "partial-id", "no-partial-id")
    _, identifier = one_known(t)
    text, oid = pair(identifier)
    find_v2(t, [("PID.3.1", text + "9*"), ("PID.3.4.2", oid), ("PID.3.4.3", "ISO")]).found()


@case("pdq/iti-21/criterion/partial-id-too-wide", "a wildcard alone as id: refused, not a list of all",
      "pix-pdq 3.2 (too many hits)")
def _partial_id_wide(t):
    oid = t.target.authorities[0]
    text = v2.pdq(t, [("PID.3.1", "*"), ("PID.3.4.2", oid), ("PID.3.4.3", "ISO")], charset=UTF8)
    request, answer = v2.send(t, text, charset=UTF8)
    kind = Ack if answer.msh.component(9, 1) == "ACK" else Patients
    kind(request, answer).expect({"AE", "AR"})
    equal(answer.all("PID"), [], "PID segments")


@case("pdq/iti-21/criterion/account-alone", "an account number alone finds its patient",
      "ITI TF-2 3.21.4.1.2.2.2 (PID.18 must be supported)")
def _account_alone(t):
    someone, identifier = person(), t.new_patient_id()
    account, oid = t.ids.text("A"), t.target.authorities[0]
    known(t, someone, [identifier],
          pid_extra=someone.pid_rest() + f"|||||{account}^^^&{oid}&ISO")
    asked = [("PID.18.1", account), ("PID.18.4.2", oid), ("PID.18.4.3", "ISO")]
    find_v2(t, asked).found([pair(identifier)])
    find_v2(t, [("PID.18.1", account + "0")] + asked[1:]).found()


@case("pdq/iti-21/criterion/birth-range-of-year", "a year alone finds who was born in it", "MESA 11340")
def _year(t):
    someone, identifier = one_known(t)
    find_v2(t, name_v2(someone) + [("PID.7", someone.birth[:4])]).found([pair(identifier)])
    find_v2(t, name_v2(someone) + [("PID.7", someone.birth[:6])]).found([pair(identifier)])
    find_v2(t, name_v2(someone) + [("PID.7", str(int(someone.birth[:4]) + 1))]).found()


@case("pdq/iti-21/criterion/mothers-maiden-name", "PID.6 narrows (Pediatric Demographics)",
      "ITI TF-2 3.21.4.1.2.2.2")
def _mother(t):
    someone, identifier, mother = person(), t.new_patient_id(), person()
    text = adt("A01", [identifier], t.ids.text("M"), charset=UTF8, **someone.feed_options()).decode()
    text = text.replace(f"||{someone.birth}|", f"|{mother.pid5()}|{someone.birth}|")
    raw(t, text.encode()).expect("AA")
    find_v2(t, name_v2(someone) + [("PID.6.1.1", mother.family.kanji)]).found([pair(identifier)])
    find_v2(t, name_v2(someone) + [("PID.6.1.1", person().family.kanji)]).found()


@case("pdq/iti-21/criterion/account-number", "PID.18 narrows", "ITI TF-2 3.21.4.1.2.2.2")
def _account(t):
    someone, identifier = person(), t.new_patient_id()
    account, oid = t.ids.text("A"), t.target.authorities[0]
    extra = someone.pid_rest() + f"|||||{account}^^^&{oid}&ISO"
    known(t, someone, [identifier], pid_extra=extra)
    asked = [("PID.18.1", account), ("PID.18.4.2", oid), ("PID.18.4.3", "ISO")]
    find_v2(t, name_v2(someone) + asked).found([pair(identifier)])
    find_v2(t, name_v2(someone) + [("PID.18.1", account + "0")] + asked[1:]).found()


# Faults -------------------------------------------------------------------------------------------

REJECTED = [("type", {"200"}, dict(event="QBX^Q22^QBP_Q21")), ("event", {"201"}, dict(event="QBP^Q25^QBP_Q21")),
            ("structure", {"200"}, dict(event="QBP^Q22^QBP_Q26")), ("version", {"203"}, dict(version="2.2")),
            ("processing-id", {"202"}, dict(processing="X"))]


def _rejected(codes, options):
    def run(t):
        text = v2.pdq(t, name_v2(person()), charset=UTF8, **options)
        ask(t, text, charset=UTF8, kind=Ack).expect("AR").error(codes | {"201"} if "200" in codes else codes)
    return run


for _name, _codes, _options in REJECTED:
    add(f"pdq/iti-21/reject/{_name}", f"wrong {_name}: ACK with AR", "ITI TF-2 C.2.3",
        _rejected(_codes, _options))

FAULTS = [
    ("no-criteria", [], {}, {"101", "207"}, "QPD^1^3"),
    ("unknown-field", [("PID.99.1", "X")], {}, {"102", "101", "103"}, "QPD^1^3"),
    ("unknown-segment", [("ZZZ.1", "X")], {}, {"102", "101", "103"}, "QPD^1^3"),
    ("no-tag", [("PID.8", "M"), ("PID.5.1.1", "X"), ("PID.5.2", "Y")], dict(tag=""), {"101"}, "QPD^1^2"),
    ("quantity-zero", [("PID.5.1.1", "X"), ("PID.5.2", "Y")], dict(quantity=0), {"102", "101", "103"},
     "RCP^1^2"),
    ("quantity-no-number", [("PID.5.1.1", "X"), ("PID.5.2", "Y")], dict(quantity="X"), {"102", "103"},
     "RCP^1^2"),
    ("id-without-domain", [("PID.3.1", "12345")], {}, {"101", "102", "204"}, "QPD^1^3"),
    ("birth-no-date", [("PID.7", "19701399"), ("PID.5.1.1", "X")], {}, {"102"}, "QPD^1^3"),
]


def _fault(criteria, options, codes, place):
    def run(t):
        request, answer = v2.send(t, v2.pdq(t, criteria, charset=UTF8, **options), charset=UTF8)
        kind = Ack if answer.msh.component(9, 1) == "ACK" else Patients
        kind(request, answer).expect({"AE", "AR"}).error(codes, place)
    return run


for _name, _criteria, _options, _codes, _place in FAULTS:
    add(f"pdq/iti-21/fault/{_name}", f"refused, with an error at {_place}",
        "ITI TF-2 3.21.4.1.2; C.2.3", _fault(_criteria, _options, _codes, _place))


@case("pdq/iti-21/fault/id-in-an-unknown-domain", "PID.3.4 of a domain nobody knows: NF or 204",
      "not told by the standard")
def _unknown(t):
    answer = find_v2(t, [("PID.3.1", "1"), ("PID.3.4.2", t.ids.oid()), ("PID.3.4.3", "ISO")])
    one_of((answer.code, answer.status), {("AA", "NF"), ("AE", "AE")}, "outcome")


@case("pdq/iti-21/unknown-source", "MSH-5 names no source of this supplier: AR or AE at MSH^1^5",
      "ITI TF-2 3.21.4.1.2.1; pix-pdq 3.1")
def _source(t):
    if "sources" not in t.target.offers:
        raise Skipped("one-source", "the target answers for whatever source is named")
    text = v2.pdq(t, name_v2(person()), charset=UTF8, receiver="NOBODY")
    request, answer = v2.send(t, text, charset=UTF8)
    kind = Ack if answer.msh.component(9, 1) == "ACK" else Patients
    kind(request, answer).expect({"AE", "AR"}).error({"103", "204", "207"}, "MSH^1^5")
