"""ITI-22 (ITI TF-2 3.22; pix-pdq 3.3): as ITI-21, with a visit beside the patient."""
from lib import v2
from lib.cases import add, case
from lib.checks import equal
from lib.identity import UTF8, known, linked, member_id, name_v2, need
from lib.people import person
from lib.v2_answers import Ack, Patients, ask, pair

EVENT = "QBP^ZV1^QBP_Q21"


def visit_query(t, criteria, role="toolkit", **options):
    need(t, "iti-22", "no-iti-22")
    text = v2.pdq(t, criteria, event=EVENT, charset=UTF8, **options)
    return ask(t, text, role, UTF8, Patients)


def _named(name):
    def run(t):
        someone, ids = linked(t)
        visit_query(t, name_v2(someone), name=name).found([pair(i) for i in ids])
    return run


for _label, _name in (("pdq", "IHE PDQ Query"), ("pdvq", "IHE PDVQ Query")):
    add(f"pdq/iti-22/name-{_label}", f"QPD-1 {_name}: found, RSP^ZV2", "pix-pdq 3.3 (both are seen)",
        _named(_name))


@case("pdq/iti-22/none", "no hit: AA, NF", "ITI TF-2 3.22.4.2")
def _none(t):
    visit_query(t, name_v2(person())).found()


@case("pdq/iti-22/unknown-domain", "an unknown QPD-8: AE, 204 at QPD^1^8^1", "ITI TF-2 3.22.4.2")
def _domain(t):
    someone, _ = linked(t)
    visit_query(t, name_v2(someone), domains=[v2.authority(t.ids.oid())]).expect("AE").error(
        "204", "QPD^1^8^1", 1)


# Criteria of the visit: a supplier must search by at least one of these (3.22.4.1.2.2).

PLACES = {
    "class": ("PV1.2", "I"), "point-of-care": ("PV1.3.1", "W3"), "room": ("PV1.3.2", "389"),
    "attending-doctor": ("PV1.7.1", "D100"), "attending-doctor-name": ("PV1.7.2.1", "ATTENDING"),
    "referring-doctor": ("PV1.8.1", "D200"), "consulting-doctor": ("PV1.9.1", "D300"),
    "service": ("PV1.10", "MED"), "admitting-doctor": ("PV1.17.1", "D400"),
    "visit-number": ("PV1.19.1", None),
}


def admitted(t, role="toolkit", identifier=None):
    """(person, CX, visit number): somebody who was admitted."""
    someone, number = person(), t.ids.text("V")
    identifier = identifier or t.new_patient_id()
    pv1 = f"PV1|1|I|W3^389^2||||D100^ATTENDING^A|D200^REFERRING|D300^CONSULTING|MED|||||||D400^ADMITTING||{number}"
    known(t, someone, [identifier], role=role, pv1=pv1)
    return someone, identifier, number


def _place(field, value):
    def run(t):
        need(t, "visit-criteria", "no-visit-criteria")
        someone, identifier, number = admitted(t)
        wanted = value or number
        answer = visit_query(t, name_v2(someone) + [(field, wanted)]).found([pair(identifier)])
        pv1 = answer.message.one("PV1")
        equal((pv1.field(2), pv1.component(3, 2), pv1.component(7, 1), pv1.component(19)),
              ("I", "389", "D100", number), "class, room, attending doctor and visit number told")
        visit_query(t, name_v2(someone) + [(field, wanted + "X")]).found()
    return run


for _label, (_field, _value) in PLACES.items():
    add(f"pdq/iti-22/visit/{_label}", f"name and {_field} agree: found, with its visit; else not",
        "ITI TF-2 3.22.4.1.2.2", _place(_field, _value))


@case("pdq/iti-22/visit/number-alone", "a visit number alone finds its patient", "ITI TF-2 3.22.4.1.2.2")
def _number(t):
    need(t, "visit-criteria", "no-visit-criteria")
    _, identifier, number = admitted(t)
    visit_query(t, [("PV1.19.1", number)]).found([pair(identifier)])


@case("pdq/iti-22/visit/moved", "an A08 that moves a patient: found where it is, not where it was",
      "ITI TF-2 3.22; C.2.6")
def _moved(t):
    need(t, "visit-criteria", "no-visit-criteria")
    someone, identifier, number = admitted(t)
    known(t, someone, [identifier], "A08", pv1="PV1|1|I|W4^400^1")
    visit_query(t, name_v2(someone) + [("PV1.3.1", "W3")]).found()
    visit_query(t, name_v2(someone) + [("PV1.3.1", "W4"), ("PV1.19.1", number)]).found([pair(identifier)])


@case("pdq/iti-22/visit/of-another-hospital", "where a patient lies is told to its own hospital alone",
      "agreement; pix-pdq 2.3")
def _hidden(t):
    need(t, "visit-criteria", "no-visit-criteria")
    t.need_role("clinic")
    identifier = member_id(t, "hospital")
    someone, _, number = admitted(t, "hospital", identifier)
    asked = name_v2(someone) + [("PID.7", someone.birth)]
    ours = visit_query(t, asked + [("PV1.19.1", number)], role="hospital").found([pair(identifier)])
    equal(ours.message.one("PV1").component(19), number, "PV1-19")
    visit_query(t, asked + [("PV1.19.1", number)], role="clinic").found()


@case("pdq/iti-22/visit/not-in-iti-21", "PV1 in ITI-21 is no field to search by", "ITI TF-2 3.21.4.1.2.2.2")
def _other(t):
    text = v2.pdq(t, name_v2(person()) + [("PV1.2", "I")], charset=UTF8)
    ask(t, text, charset=UTF8, kind=Patients).expect("AE").error({"102", "101", "103"}, "QPD^1^3")


@case("pdq/iti-22/not-offered", "a supplier without ITI-22 answers AR, 201", "ITI TF-2 C.2.3")
def _not_offered(t):
    if "iti-22" in t.target.offers:
        visit_query(t, name_v2(person())).found()
        return
    text = v2.pdq(t, name_v2(person()), event=EVENT, charset=UTF8)
    ask(t, text, charset=UTF8, kind=Ack).expect("AR").error({"200", "201"})
