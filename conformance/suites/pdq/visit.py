"""ITI-22 (ITI TF-2 3.22; pix-pdq 3.3): as ITI-21, with a visit beside the patient."""
from lib import v2
from lib.cases import add, case
from lib.checks import Skipped
from lib.identity import UTF8, linked, name_v2
from lib.people import person
from lib.v2_answers import Ack, Patients, ask, pair

EVENT = "QBP^ZV1^QBP_Q21"


def visit_query(t, criteria, **options):
    if "iti-22" not in t.target.offers:
        raise Skipped("no-iti-22", "the target file does not offer iti-22")
    text = v2.pdq(t, criteria, event=EVENT, charset=UTF8, **options)
    return ask(t, text, charset=UTF8, kind=Patients)


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


@case("pdq/iti-22/not-offered", "a supplier without ITI-22 answers AR, 201", "ITI TF-2 C.2.3")
def _not_offered(t):
    if "iti-22" in t.target.offers:
        visit_query(t, name_v2(person())).found()
        return
    text = v2.pdq(t, name_v2(person()), event=EVENT, charset=UTF8)
    ask(t, text, charset=UTF8, kind=Ack).expect("AR").error({"200", "201"})
