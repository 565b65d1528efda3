"""ITI-45 (ITI TF-2 3.45; pix-pdq 5.2), and that versions 2 and 3 tell the same."""
from lxml import etree

from lib import v3, v3_answers
from lib.cases import add, case
from lib.checks import equal, one_of, true
from lib.identity import ask_v2, ask_v3, linked, pairs
from lib.ids import cx
from lib.soap import expect_fault
from lib.v2_answers import pair

SECTION = "ITI TF-2 3.45.4.2.3"
PLACE = "parameterList/patientIdentifier/value"


@case("pix/iti-45/case-1-requested-domains", "known id, ids in the domains asked for",
      SECTION + " case 1")
def _case1(t):
    _, ids = linked(t, (0, 1, 2))
    second, third = (i.split("&")[1] for i in ids[1:])
    ask_v3(t, ids[0], [second]).found([pair(ids[1])])
    ask_v3(t, ids[0], [third, second]).found(pairs(ids[1:]))


@case("pix/iti-45/case-2-no-data-source", "known id, no dataSource: every other id", SECTION + " case 2")
def _case2(t):
    _, ids = linked(t, (0, 1, 2, 3))
    for identifier in ids:
        ask_v3(t, identifier).found([pair(i) for i in ids if i != identifier])


@case("pix/iti-45/case-3-none-there", "known id, none in the domains asked for: NF", SECTION + " case 3")
def _case3(t):
    _, ids = linked(t)
    ask_v3(t, ids[0], [t.target.authorities[2]]).nothing()


@case("pix/iti-45/case-3-lone-id", "known id without correlates: NF", SECTION + "; pix-pdq 5.2")
def _lone(t):
    ask_v3(t, t.patient()).nothing()


def _case4(unknown_domain):
    def run(t):
        identifier = cx(t.ids.text("P"), t.ids.oid()) if unknown_domain else t.new_patient_id()
        body = v3.cross_reference_query(pair(identifier), (), t.ids.text("T"))
        answer = v3_answers.ask_pix(t, body, secret=[pair(identifier)[0]])
        answer.expect("AE", "AE").error("204", PLACE)
    return run


add("pix/iti-45/case-4-unknown-id", "unknown id: AE, 204 at patientIdentifier", SECTION + " case 4",
    _case4(False))
add("pix/iti-45/case-4-unknown-domain", "unknown domain: AE, 204 at patientIdentifier",
    SECTION + " case 4", _case4(True))


def _case5(position, count):
    def run(t):
        _, ids = linked(t)
        domains = [t.target.authorities[n] for n in range(1, count)]
        domains.insert(position - 1, t.ids.oid())
        answer = ask_v3(t, ids[0], domains).expect("AE", "AE")
        place = f"parameterList/dataSource[{position}]/value"
        if count == 1:
            named = [loc.replace("dataSource/", "dataSource[1]/")
                     for code, locs in answer.details if code == "204" for loc in locs]
            true(named and named[0].endswith(place), f"detail 204 at {place}", answer.details)
        else:
            answer.error("204", place)
    return run


for _position, _count in ((1, 1), (1, 2), (2, 2), (3, 3)):
    add(f"pix/iti-45/case-5-unknown-{_position}-of-{_count}",
        f"dataSource {_position} of {_count} unknown: AE, 204 there", SECTION + " case 5",
        _case5(_position, _count))


@case("pix/iti-45/case-5-each-unknown-domain", "one detail for each unknown domain", SECTION + " case 5")
def _case5_two(t):
    _, ids = linked(t)
    answer = ask_v3(t, ids[0], [t.ids.oid(), t.target.authorities[1], t.ids.oid()])
    answer.expect("AE", "AE").error("204", "dataSource[1]/value", "dataSource[3]/value")


# Forms --------------------------------------------------------------------------------------------

def _edited(edit):
    def run(t):
        _, ids = linked(t)
        body = edit(v3.cross_reference_query(pair(ids[0]), [], t.ids.text("T")))
        v3_answers.ask_pix(t, body).found([pair(ids[1])])
    return run


ACCEPTED = [
    ("semantics-text", "Patient.Id instead of Patient.id",
     lambda b: b.replace("Patient.id", "Patient.Id")),
    ("authority-name", "assigningAuthorityName beside the root",
     lambda b: b.replace("<patientIdentifier><value ",
                         '<patientIdentifier><value assigningAuthorityName="ANY" ')),
    ("debugging", "processingCode D", lambda b: b.replace('processingCode code="P"',
                                                          'processingCode code="D"')),
    ("prefixes", "another prefix for every element", lambda b: prefixed(b)),
]


def prefixed(body):
    """The same message with each element under a prefix."""
    root = etree.fromstring(body)
    copy = etree.Element(root.tag, root.attrib, nsmap={"urn1": v3.V3})
    copy.extend(list(root))
    return etree.tostring(copy, encoding="unicode").replace(f' xmlns="{v3.V3}"', "")


for _name, _purpose, _edit in ACCEPTED:
    add(f"pix/iti-45/form/{_name}", _purpose, "pix-pdq 5.2", _edited(_edit))


FAULTS = [
    ("no-identifier", "no patientIdentifier", lambda b: cut(b, "patientIdentifier")),
    ("no-parameter-list", "no parameterList", lambda b: cut(b, "parameterList")),
    ("processing-code", "a processingCode that is none",
     lambda b: b.replace('processingCode code="P"', 'processingCode code="X"')),
    ("interaction", "an interactionId of another message",
     lambda b: b.replace('extension="PRPA_IN201309UV02"', 'extension="PRPA_IN201305UV02"')),
    ("unknown-element", "an element the schema does not know",
     lambda b: b.replace("<controlActProcess", "<nonsense/><controlActProcess")),
]


def cut(body, name):
    start, end = body.index(f"<{name}>"), body.index(f"</{name}>") + len(name) + 3
    return body[:start] + body[end:]


def refused(t, body, action="PRPA_IN201309UV02", service="pix"):
    """A v3 answer that refuses, or a fault where none can be built (pix-pdq 4)."""
    reply = v3_answers.exchange(t, action, service, body, schema=False)
    if reply.fault is not None:
        expect_fault(reply)
        return None
    ack = v3_answers.gazelle.code(reply.payload, "h:acknowledgement/h:typeCode")
    one_of(ack, {"AE", "AR", "CE", "CR"}, "acknowledgement code")
    equal(len(reply.payload.findall(".//h:registrationEvent", v3.NS3)), 0, "registrationEvents")
    return reply


def _refused(edit):
    def run(t):
        _, ids = linked(t)
        refused(t, edit(v3.cross_reference_query(pair(ids[0]), [], t.ids.text("T"))))
        ask_v3(t, ids[0]).found([pair(ids[1])])
    return run


for _name, _purpose, _edit in FAULTS:
    add(f"pix/iti-45/fault/{_name}", f"{_purpose}: refused, nothing told", "pix-pdq 4", _refused(_edit))


@case("pix/iti-45/wrong-service", "a demographics query at the manager's address: a fault",
      "WS-Addressing 1.0; ITI TF-2 V.3")
def _wrong_service(t):
    body = v3.find_candidates(v3.criteria(birth="19700101"), t.ids.text("T"))
    expect_fault(v3_answers.exchange(t, "PRPA_IN201305UV02", "pix", body), "Sender")


# Versions 2 and 3 agree ---------------------------------------------------------------------------

def _same(make):
    def run(t):
        identifier, domains = make(t)
        one, other = ask_v2(t, identifier, domains), ask_v3(t, identifier, domains)
        equal((one.code, one.status), (other.ack, other.outcome), "outcome of v2 and v3")
        equal(sorted(one.ids), sorted(i for p in other.ids for i in p), "ids of v2 and v3")
        equal(len({e.component(3, 1) for e in one.errors} ^ {c for c, _ in other.details}), 0,
              "number of error codes in which v2 and v3 differ")
    return run


QUESTIONS = [
    ("all", lambda t: (linked(t, (0, 1, 2))[1][0], [])),
    ("some", lambda t: (linked(t, (0, 1, 2))[1][0], [t.target.authorities[2]])),
    ("none", lambda t: (linked(t)[1][0], [t.target.authorities[3]])),
    ("unknown-id", lambda t: (t.new_patient_id(), [])),
    ("unknown-domain", lambda t: (cx(t.ids.text("P"), t.ids.oid()), [])),
    ("unknown-target", lambda t: (linked(t)[1][0], [t.ids.oid()])),
]
for _name, _make in QUESTIONS:
    add(f"pix/agree/{_name}", "ITI-9 and ITI-45 answer one question alike", "ITI TF-2 3.9, 3.45",
        _same(_make))
