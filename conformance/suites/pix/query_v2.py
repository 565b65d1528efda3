"""ITI-9 (ITI TF-2 3.9; pix-pdq 2.3): every case of the response, every legal form of the question."""
from lib import v2
from lib.cases import add, case
from lib.checks import Skipped, equal, one_of, true
from lib.identity import ask_v2, known, linked, pairs
from lib.ids import cx
from lib.people import person
from lib.v2_answers import Ack, CrossReferences, ask, pair

SECTION = "ITI TF-2 3.9.4.2.2.6"


@case("pix/iti-9/case-1-all-domains", "known id, no QPD-4: every other id", SECTION + " case 1")
def _case1(t):
    _, ids = linked(t, (0, 1, 2, 3))
    for identifier in ids:
        ask_v2(t, identifier).found([pair(i) for i in ids if i != identifier])


@case("pix/iti-9/case-1-some-domains", "known id, QPD-4: only ids of those domains",
      SECTION + " case 1")
def _case1_some(t):
    _, ids = linked(t, (0, 1, 2))
    first, second, third = (i.split("&")[1] for i in ids)
    ask_v2(t, ids[0], [second]).found([pair(ids[1])])
    ask_v2(t, ids[0], [third, second]).found(pairs(ids[1:]))
    ask_v2(t, ids[1], [first]).found([pair(ids[0])])


@case("pix/iti-9/case-2-no-id-there", "known id, nothing in the domains asked for: NF",
      SECTION + " case 2")
def _case2(t):
    _, ids = linked(t)
    ask_v2(t, ids[0], [t.target.authorities[2]]).nothing()
    ask_v2(t, ids[0], [t.target.authorities[2], t.target.authorities[3]]).nothing()


@case("pix/iti-9/case-2-own-domain-only", "only the domain of the id itself: NF, never the same id",
      SECTION + " case 2; the queried id is never in PID-3")
def _own(t):
    _, ids = linked(t)
    ask_v2(t, ids[0], [t.target.authorities[0]]).nothing()


@case("pix/iti-9/case-2-lone-id", "known id without correlates, no QPD-4: NF", SECTION + " case 2")
def _lone(t):
    ask_v2(t, t.patient()).nothing()


@case("pix/iti-9/case-3-unknown-id", "domain known, id not: AE, 204 at QPD^1^3^1^1",
      SECTION + " case 3")
def _case3(t):
    identifier = t.new_patient_id()
    text = v2.pix_query(t, identifier)
    ask(t, text, secret=[pair(identifier)[0]]).expect("AE").error("204", "QPD^1^3^1^1", 1)


@case("pix/iti-9/case-3-with-domains", "unknown id, known QPD-4: still case 3", SECTION + " case 3")
def _case3_domains(t):
    answer = ask_v2(t, t.new_patient_id(), [t.target.authorities[1]])
    answer.expect("AE").error("204", "QPD^1^3^1^1", 1)


@case("pix/iti-9/case-4-unknown-domain", "domain of QPD-3 unknown: AE, 204 at QPD^1^3^1^4",
      SECTION + " case 4")
def _case4(t):
    ask_v2(t, cx(t.ids.text("P"), t.ids.oid())).expect("AE").error("204", "QPD^1^3^1^4", 1)


@case("pix/iti-9/case-4-unknown-namespace", "an unknown namespace alone: case 4", SECTION + " case 4")
def _case4_namespace(t):
    ask_v2(t, f"{t.ids.text('P')}^^^NOSUCHDOMAIN").expect("AE").error("204", "QPD^1^3^1^4")


def _case5(position, count):
    def run(t):
        _, ids = linked(t)
        domains = [t.target.authorities[n] for n in range(1, count)]
        domains.insert(position - 1, t.ids.oid())
        answer = ask_v2(t, ids[0], domains).expect("AE")
        answer.error("204", f"QPD^1^4^{position}", 1)
    return run


for _position, _count in ((1, 1), (1, 2), (2, 2), (3, 3)):
    add(f"pix/iti-9/case-5-unknown-{_position}-of-{_count}",
        f"QPD-4 repetition {_position} of {_count} unknown: AE, 204 at QPD^1^4^{_position}, no id",
        SECTION + " case 5", _case5(_position, _count))


@case("pix/iti-9/case-5-two-unknown", "two unknown domains: each or the first one is named",
      SECTION + " case 5; table 3.9-3")
def _case5_two(t):
    _, ids = linked(t)
    answer = ask_v2(t, ids[0], [t.ids.oid(), t.target.authorities[1], t.ids.oid()]).expect("AE")
    answer.error("204", "QPD^1^4^1")


@case("pix/iti-9/case-6-several-ids", "a domain that allows several ids: all of them, side by side",
      SECTION + " case 6")
def _case6(t):
    several = t.target.several_ids
    if not several:
        raise Skipped("no-several-ids", "the target file names no domain with several ids")
    first = t.new_patient_id(0)
    ids = [cx(t.ids.text("P"), several) for _ in range(2)]
    someone = person()
    known(t, someone, [first])
    for identifier in ids:
        known(t, someone, [identifier])
    ask_v2(t, first).found(pairs(ids))
    ask_v2(t, first, [several]).found(pairs(ids))
    ask_v2(t, ids[0]).found([pair(first), pair(ids[1])])


# Forms of the question ----------------------------------------------------------------------------

def _form(form, needs_namespace=False):
    def run(t):
        _, ids = linked(t)
        text, oid = pair(ids[0])
        namespace = t.target.namespaces.get(oid, "")
        if needs_namespace and not namespace:
            raise Skipped("no-namespace", "the target file names no namespace of its domains")
        ask_v2(t, text + form.format(ns=namespace, oid=oid)).found([pair(ids[1])])
    return run


for _name, _text, _needs in (("universal-id", "^^^&{oid}&ISO", False),
                             ("all-parts", "^^^{ns}&{oid}&ISO", True),
                             ("namespace", "^^^{ns}", True),
                             ("type-code", "^^^&{oid}&ISO^PI", False),
                             ("facility", "^^^&{oid}&ISO^PI^HOSP&2.999.4&ISO", False)):
    add(f"pix/iti-9/form/id-{_name}", f"QPD-3 with {_name.replace('-', ' ')}",
        "ITI TF-2 3.9.4.1.2.2; Appendix E", _form(_text, _needs))


@case("pix/iti-9/form/domain-namespace", "QPD-4 by namespace alone", "ITI TF-2 3.9.4.1.2.2")
def _domain_namespace(t):
    _, ids = linked(t)
    namespace = t.target.namespaces.get(pair(ids[1])[1])
    if not namespace:
        raise Skipped("no-namespace", "the target file names no namespace of its domains")
    ask(t, v2.pix_query(t, ids[0], ["^^^" + namespace])).found([pair(ids[1])])


def _query_name(name):
    def run(t):
        _, ids = linked(t)
        ask(t, v2.pix_query(t, ids[0], name=name)).found([pair(ids[1])])
    return run


for _label, _name in (("hl7", "Q23^Get Corresponding IDs^HL7nnnn"),
                      ("mesa", "QRY_1001^Query for Corresponding Identifiers^IHEDEMO"),
                      ("odd", "whatever \\T\\ more^x")):
    add(f"pix/iti-9/form/query-name-{_label}", "any QPD-1 is taken and comes back",
        "ITI TF-2 3.9.4.1.2.2.1; pix-pdq 2.3", _query_name(_name))


@case("pix/iti-9/form/escapes", "escaped delimiters in tag and id are read and come back escaped",
      "ITI TF-2 C.2; HL7 v2.5 2.7")
def _escapes(t):
    answer = ask(t, v2.pix_query(t, f"A\\T\\B\\S\\{t.ids.text('P')}^^^&{t.target.authorities[0]}&ISO",
                                 tag=t.ids.text("T") + "\\F\\"))
    answer.expect("AE").error("204", "QPD^1^3^1^1")


def _event(event):
    def run(t):
        _, ids = linked(t)
        ask(t, v2.pix_query(t, ids[0], event=event)).found([pair(ids[1])])
    return run


add("pix/iti-9/form/msh-9-two-components", "MSH-9 without its third component", "samples/README iti-9",
    _event("QBP^Q23"))


# What cannot be accepted --------------------------------------------------------------------------

REJECTED = [
    ("type", "200", "MSH^1^9", dict(event="QQQ^Q23^QBP_Q21")),
    ("event", "201", "MSH^1^9", dict(event="QBP^Q99^QBP_Q21")),
    ("structure", "200", None, dict(event="QBP^Q23^QBP_Q22")),
    ("version", "203", "MSH^1^12", dict(version="2.9")),
    ("processing-id", "202", "MSH^1^11", dict(processing="X")),
]


def _rejected(code, place, options):
    def run(t):
        _, ids = linked(t)
        answer = ask(t, v2.pix_query(t, ids[0], **options), kind=Ack).expect("AR")
        answer.error({code, "201"} if code == "200" and place is None else code, place)
        ask_v2(t, ids[0]).found([pair(ids[1])])
    return run


for _name, _code, _place, _options in REJECTED:
    add(f"pix/iti-9/reject/{_name}", f"wrong {_name}: ACK with AR and {_code}; the connection lives on",
        "ITI TF-2 C.2.3; pix-pdq 1.2", _rejected(_code, _place, _options))


def refused(t, text, code, place=None):
    """A query whose content is wrong: RSP with AE, or a general ACK (not told by the standard)."""
    request, answer = v2.send(t, text)
    kind = Ack if answer.msh.component(9, 1) == "ACK" else CrossReferences
    kind(request, answer).expect({"AE", "AR"}).error(code, place)


FAULTS = [
    ("no-tag", "QPD-2 missing", {"101"}, "QPD^1^2", lambda t, i: v2.pix_query(t, i, tag="")),
    ("no-id", "QPD-3 missing", {"101", "204"}, "QPD^1^3", lambda t, i: v2.pix_query(t, "")),
    ("two-ids", "two repetitions of QPD-3", {"102", "101", "207"}, "QPD^1^3",
     lambda t, i: v2.pix_query(t, f"{i}~{i}")),
    ("no-authority", "QPD-3 without authority", {"204", "101"}, "QPD^1^3",
     lambda t, i: v2.pix_query(t, i.split("^")[0])),
]


def _fault(codes, place, make):
    def run(t):
        _, ids = linked(t)
        refused(t, make(t, ids[0]), codes, place)
    return run


for _name, _purpose, _codes, _place, _make in FAULTS:
    add(f"pix/iti-9/fault/{_name}", f"{_purpose}: an error at {_place}", "ITI TF-2 3.9.4.1.2.2; C.2.3",
        _fault(_codes, _place, _make))


@case("pix/iti-9/fault/no-qpd", "no QPD: an acknowledgement with an error", "ITI TF-2 C.2.3")
def _no_qpd(t):
    text = v2.join(v2.header(t, "QBP^Q23^QBP_Q21"), "RCP|I")
    answer = ask(t, text, kind=Ack)
    one_of(answer.code, {"AE", "AR"}, "MSA-1")


@case("pix/iti-9/sources-are-swapped", "MSH-5 and 6 of the question are MSH-3 and 4 of the answer",
      "ITI TF-2 C.2.2")
def _swapped(t):
    identifier = t.patient()
    text = v2.pix_query(t, identifier, sender=("APP^2.999.8.1^ISO", "FAC"))
    answer = ask(t, text).nothing()
    equal(answer.message.msh.field(5), "APP^2.999.8.1^ISO", "MSH-5")


@case("pix/iti-9/namespaces-in-the-answer", "the answer names domains by namespace and OID",
      SECTION + " (all three subcomponents)")
def _namespaces(t):
    _, ids = linked(t)
    oid = pair(ids[1])[1]
    wanted = t.target.namespaces.get(oid)
    if not wanted:
        raise Skipped("no-namespace", "the target file names no namespace of its domains")
    found = v2.ids_of(ask_v2(t, ids[0]).found([pair(ids[1])]).pids[0])
    true(found[0][1:] == (wanted, oid, "ISO"), f"{wanted}&{oid}&ISO", found)
