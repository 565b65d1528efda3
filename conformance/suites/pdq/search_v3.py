"""ITI-47 (ITI TF-2 3.47; pix-pdq 5.4), and that versions 2 and 3 find the same persons."""
from lib import v3, v3_answers
from lib.cases import add, case
from lib.checks import equal, true
from lib.identity import find_v2, find_v3, known, linked, name_v2, name_v3
from lib.people import person
from lib.soap import expect_fault
from lib.v2_answers import pair
from lib.v3 import NS3

SECTION = "ITI TF-2 3.47.4.2.3"


def one_known(t, **changes):
    someone, identifier = person(**changes), t.new_patient_id()
    known(t, someone, [identifier])
    return someone, identifier


@case("pdq/iti-47/case-1-all-domains", "hits, no scopingOrganization: ids of all domains",
      SECTION + " case 1")
def _case1(t):
    someone, ids = linked(t, (0, 1, 2))
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth).found([pair(i) for i in ids])
    equal(answer.quantities, [1, 1, 0], "total, current and remaining quantity")
    patient = answer.patients[0].find("h:patientPerson", NS3)
    equal(patient.find("h:birthTime", NS3).get("value"), someone.birth, "birthTime")
    equal(patient.find("h:administrativeGenderCode", NS3).get("code"), someone.sex, "sex")
    true(someone.postal in "".join(patient.find("h:addr", NS3).itertext()), "the address", None)


@case("pdq/iti-47/case-2-some-domains", "scopingOrganization: only ids of those domains",
      SECTION + " case 2")
def _case2(t):
    someone, ids = linked(t, (0, 1, 2))
    find_v3(t, names=[name_v3(someone)], birth=someone.birth, domains=[pair(ids[1])[1]]).found(
        [pair(ids[1])])


@case("pdq/iti-47/case-2-null-id", "no id in a domain asked for: asOtherIDs with a null id names it",
      SECTION + " case 2")
def _null(t):
    someone, ids = linked(t, (0, 1))
    missing = t.target.authorities[2]
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth,
                     domains=[pair(ids[0])[1], missing]).found([pair(ids[0])])
    others = answer.patients[0].findall("h:patientPerson/h:asOtherIDs", NS3)
    named = {o.find("h:scopingOrganization/h:id", NS3).get("root"):
             o.find("h:id", NS3).get("nullFlavor") for o in others}
    true(named.get(missing) is not None, f"asOtherIDs with a null id for {missing}", named)


@case("pdq/iti-47/case-2-nowhere", "no id in any domain asked for: NF, or a null id that names the domain",
      SECTION + " case 2; v2 omits such a patient")
def _nowhere(t):
    someone, _ = linked(t)
    missing = t.target.authorities[3]
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth, domains=[missing])
    if answer.outcome == "NF":
        answer.nothing()
        return
    answer.expect("AA", "OK")
    scopes = [o.get("root") for o in answer.patients[0].findall(
        "h:patientPerson/h:asOtherIDs/h:scopingOrganization/h:id", NS3)]
    equal(scopes, [missing], "domains of asOtherIDs")
    true(len(answer.ids[0]) <= 1, "at most the one id that patient/id needs", answer.ids)


@case("pdq/iti-47/case-3-unknown-domain", "an unknown domain: AE, 204 there, no subject",
      SECTION + " case 3")
def _case3(t):
    someone, _ = one_known(t)
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth, secret=[someone.family.kanji],
                     domains=[t.target.authorities[0], t.ids.oid()])
    answer.expect("AE", "AE").error("204", "otherIDsScopingOrganization[2]/value")
    equal(len(answer.patients), 0, "number of subjects")


@case("pdq/iti-47/case-3-each-domain", "one detail for each unknown domain", SECTION + " case 3")
def _case3_each(t):
    someone, _ = one_known(t)
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth,
                     domains=[t.ids.oid(), t.target.authorities[0], t.ids.oid()])
    answer.expect("AE", "AE").error("204", "otherIDsScopingOrganization[1]/value",
                                    "otherIDsScopingOrganization[3]/value")


@case("pdq/iti-47/none", "no hit: AA, NF, no subject, quantities 0", SECTION)
def _none(t):
    nobody = person()
    answer = find_v3(t, names=[name_v3(nobody)], birth=nobody.birth).nothing()
    equal(answer.quantities, [0, 0, 0], "quantities")


# Criteria -----------------------------------------------------------------------------------------

def _year(p):
    return (p.birth[:4] + "0101", p.birth[:4] + "1231")


FOUND = {
    "birth": lambda p, i: dict(birth=p.birth),
    "birth-year": lambda p, i: dict(birth=p.birth[:4]),
    "birth-range": lambda p, i: dict(birth=_year(p)),
    "sex": lambda p, i: dict(sex=p.sex, birth=p.birth),
    "id": lambda p, i: dict(ids=[pair(i)]),
    "postal-code": lambda p, i: dict(
        addresses=[f"<value><postalCode>{p.postal}</postalCode></value>"], birth=p.birth),
    "one-of-two-addresses": lambda p, i: dict(
        addresses=["<value><postalCode>999-9999</postalCode></value>",
                   f"<value><postalCode>{p.postal}</postalCode></value>"], birth=p.birth),
}
MISSED = {
    "birth": lambda p, i: dict(birth="18990101"),
    "birth-range": lambda p, i: dict(birth=("18990101", "18991231")),
    "sex": lambda p, i: dict(sex="F" if p.sex == "M" else "M", birth=p.birth),
    "address": lambda p, i: dict(
        addresses=["<value><postalCode>999-9999</postalCode></value>"], birth=p.birth),
}


def _criterion(make, is_found):
    def run(t):
        someone, identifier = one_known(t)
        answer = find_v3(t, names=[name_v3(someone)], **make(someone, identifier))
        answer.found(*([[pair(identifier)]] if is_found else []))
    return run


for _name, _make in FOUND.items():
    add(f"pdq/iti-47/criterion/{_name}", f"name and {_name.replace('-', ' ')} agree: found",
        "ITI TF-2 3.47.4.1.2", _criterion(_make, True))
for _name, _make in MISSED.items():
    add(f"pdq/iti-47/criterion/other-{_name}", f"name agrees, {_name.replace('-', ' ')} does not: NF",
        "ITI TF-2 3.47.4.1.2 (AND)", _criterion(_make, False))


@case("pdq/iti-47/criterion/id-alone", "a livingSubjectId alone finds its patient", "ITI TF-2 3.47.4.1.2")
def _id(t):
    _, ids = linked(t)
    find_v3(t, ids=[pair(ids[0])]).found([pair(i) for i in ids])


@case("pdq/iti-47/criterion/two-ids", "several livingSubjectId: all must match", "pix-pdq 5.4 (AND)")
def _ids(t):
    _, ids = linked(t)
    _, other = one_known(t)
    find_v3(t, ids=[pair(i) for i in ids]).found([pair(i) for i in ids])
    find_v3(t, ids=[pair(ids[0]), pair(other)]).nothing()


@case("pdq/iti-47/criterion/two-names", "several livingSubjectName: either may match", "pix-pdq 5.4 (OR)")
def _names(t):
    someone, identifier = one_known(t)
    find_v3(t, names=[name_v3(person()), name_v3(someone)], birth=someone.birth).found([pair(identifier)])


@case("pdq/iti-47/criterion/telephone", "patientTelecom (pediatric option)", "pix-pdq 5.4")
def _phone(t):
    someone, identifier = one_known(t)
    find_v3(t, names=[name_v3(someone)], phones=[someone.phone]).found([pair(identifier)])


@case("pdq/iti-47/degree", "each hit tells its degree, none below the minimum asked for", "pix-pdq 5.4")
def _degree(t):
    someone, identifier = one_known(t)
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth, minimum=75)
    answer.found([pair(identifier)])
    value = answer.patients[0].find("h:subjectOf1/h:queryMatchObservation/h:value", NS3)
    true(int(value.get("value")) >= 75, "a degree of at least 75", value.get("value"))


# Faults -------------------------------------------------------------------------------------------

def _body(t, **criteria):
    return v3.find_candidates(v3.criteria(**criteria), t.ids.text("T"))


FAULTS = [
    ("no-criteria", lambda t, p: _body(t)),
    ("birth-no-date", lambda t, p: _body(t, names=[name_v3(p)], birth="19701399")),
    ("deferred", lambda t, p: _body(t, names=[name_v3(p)], birth=p.birth).replace(
        'responsePriorityCode code="I"', 'responsePriorityCode code="D"')),
    ("interaction", lambda t, p: _body(t, names=[name_v3(p)], birth=p.birth).replace(
        'extension="PRPA_IN201305UV02"', 'extension="PRPA_IN201309UV02"')),
    ("processing-code", lambda t, p: _body(t, names=[name_v3(p)], birth=p.birth).replace(
        'processingCode code="P"', 'processingCode code="X"')),
    ("schema", lambda t, p: _body(t, names=[name_v3(p)], birth=p.birth).replace(
        "<parameterList>", "<nonsense/><parameterList>")),
    ("quantity-zero", lambda t, p: v3.find_candidates(
        v3.criteria(names=[name_v3(p)], birth=p.birth), t.ids.text("T"), quantity=0)),
    ("id-without-extension", lambda t, p: _body(t, ids=[("", t.target.authorities[0])])),
    ("not-a-parameter-of-pdq", lambda t, p: _body(t, names=[name_v3(p)], birth=p.birth).replace(
        "</parameterList>", v3.parameter("principalCareProviderId", "AssignedProvider.id",
                                         v3.ii("2.999.1", "1", "value")) + "</parameterList>")),
    ("minimum-degree", lambda t, p: v3.find_candidates(
        v3.criteria(names=[name_v3(p)], birth=p.birth), t.ids.text("T"), minimum=101)),
]


def refused(t, body, action="PRPA_IN201305UV02", service="pdq"):
    """A v3 answer that refuses, or a fault where none can be built; nobody is told."""
    reply = v3_answers.exchange(t, action, service, body, schema=False)
    if reply.fault is not None:
        expect_fault(reply)
        return
    ack = v3_answers.gazelle.code(reply.payload, "h:acknowledgement/h:typeCode")
    true(ack in ("AE", "AR", "CE", "CR"), "a negative acknowledgement", ack)
    equal(len(reply.payload.findall(".//h:registrationEvent", NS3)), 0, "registrationEvents")


def _fault(make):
    def run(t):
        someone, _ = one_known(t)
        refused(t, make(t, someone))
    return run


for _name, _make in FAULTS:
    add(f"pdq/iti-47/fault/{_name}", f"{_name.replace('-', ' ')}: refused, nobody told", "pix-pdq 4, 5.4",
        _fault(_make))


# Versions 2 and 3 agree ---------------------------------------------------------------------------

def _same(make):
    def run(t):
        criteria_v2, criteria_v3, domains = make(t)
        one = find_v2(t, criteria_v2, domains)
        other = find_v3(t, domains=domains, **criteria_v3)
        equal((one.code, one.status), (other.ack, other.outcome), "outcome of v2 and v3")
        equal(sorted(sorted(p) for p in one.patients), sorted(sorted(p) for p in other.ids),
              "patients of v2 and v3")
        equal(sorted(e.component(3, 1) for e in one.errors), sorted(c for c, _ in other.details),
              "codes of v2 and v3")
    return run


def _question(someone):
    return (name_v2(someone) + [("PID.7", someone.birth)],
            dict(names=[name_v3(someone)], birth=someone.birth))


QUESTIONS = {
    "all": lambda t: (*_question(linked(t, (0, 1, 2))[0]), []),
    "some": lambda t: (*_question(linked(t, (0, 1, 2))[0]), [t.target.authorities[1]]),
    "none": lambda t: (*_question(person()), []),
    "unknown-domain": lambda t: (*_question(linked(t)[0]), [t.ids.oid()]),
}
for _name, _make in QUESTIONS.items():
    add(f"pdq/agree/{_name}", "ITI-21 and ITI-47 answer one question alike", "ITI TF-2 3.21, 3.47",
        _same(_make))
