"""Continuation and cancellation of ITI-47 (ITI TF-2 3.47.4.1.3.3; pix-pdq 5.4)."""
from lib import v3, v3_answers
from lib.cases import add, case
from lib.checks import equal, same_set, true
from lib.soap import expect_fault
from lib.v3 import NS3
from lib.v3_answers import Acknowledgement, Patients, exchange, parsed, told

from .continuation_v2 import seven

SECTION = "ITI TF-2 3.47.4.1.3.3"


def first(t, tag, quantity=3):
    criteria, wanted = seven(t)
    body = v3.find_candidates(v3.criteria(names=[v3.name_value(criteria[0][1])], birth=criteria[1][1]),
                              tag, quantity)
    return v3_answers.ask_pdq(t, body), wanted


class Page(Patients):
    """The answer to a continuation: as the first, but there is no query to compare with."""


def more(t, tag, answered, quantity=3, role="toolkit", **options):
    body = v3.continuation(tag, answered, quantity, **options)
    return told(t, Page(exchange(t, "continue", "pdq", body, role), parsed(body)))


def cancel(t, tag, answered, root=None, role="toolkit"):
    body = v3.continuation(tag, answered, 0, "aborted", root)
    return Acknowledgement(exchange(t, "cancel", "pdq", body, role), parsed(body))


@case("pdq/pages-v3/all", "seven hits in pages of three: 3, 3, 1, quantities right, each once", SECTION)
def _all(t):
    tag = t.ids.text("T")
    answer, wanted = first(t, tag)
    equal(answer.quantities, [7, 3, 4], "quantities of the first page")
    seen = [p[0] for p in answer.ids]
    for quantities in ([7, 3, 1], [7, 1, 0]):
        answer = more(t, tag, answer.id).expect("AA", "OK")
        equal(answer.quantities, quantities, "total, current and remaining quantity")
        seen += [p[0] for p in answer.ids]
    same_set(seen, wanted, "patients on all pages")


@case("pdq/pages-v3/all-at-once", "initialQuantity not smaller than the hits: all of them", SECTION)
def _once(t):
    answer, wanted = first(t, t.ids.text("T"), 20)
    answer.found(*[[w] for w in wanted])
    equal(answer.quantities, [7, 7, 0], "quantities")


@case("pdq/pages-v3/start-number", "startResultNumber asks for a page again", SECTION)
def _start(t):
    tag = t.ids.text("T")
    answer, _ = first(t, tag)
    second = more(t, tag, answer.id).expect("AA", "OK")
    again = more(t, tag, second.id, start=4).expect("AA", "OK")
    equal(again.ids, second.ids, "patients from number 4 on")


def refused(t, action, body, role="toolkit"):
    reply = exchange(t, action, "pdq", body, role)
    if reply.fault is not None:
        expect_fault(reply)
        return
    ack = v3_answers.gazelle.code(reply.payload, "h:acknowledgement/h:typeCode")
    true(ack in ("AE", "AR", "CE", "CR"), "a negative acknowledgement", ack)
    equal(len(reply.payload.findall(".//h:registrationEvent", NS3)), 0, "registrationEvents")


@case("pdq/pages-v3/unknown-query", "continuing what nobody asked: refused", "pix-pdq 5.4")
def _unknown(t):
    refused(t, "continue", v3.continuation(t.ids.text("T"), ("2.999.1", "1"), 3))


@case("pdq/pages-v3/another-sender", "another member cannot read on", "pix-pdq 5.4")
def _sender(t):
    t.need_role("hospital")
    tag = t.ids.text("T")
    answer, _ = first(t, tag)
    refused(t, "continue", v3.continuation(tag, answer.id, 3), "hospital")


def _cancel(root):
    def run(t):
        tag = t.ids.text("T")
        answer, _ = first(t, tag)
        cancel(t, tag, answer.id, root).accepted()
        refused(t, "continue", v3.continuation(tag, answer.id, 3))
    return run


for _name, _root in (("plain-name", None), ("name-of-wsdl", "QUQI_IN000003UV01_Cancel")):
    add(f"pdq/pages-v3/cancel-{_name}", "after a cancel nothing can be continued; both names of the root",
        SECTION + "; pix-pdq 4.1", _cancel(_root))


@case("pdq/pages-v3/trigger-of-the-text", "QUQI_TE000003UV01 as trigger event is taken as well",
      "pix-pdq 5.4 (conflict: accept both)")
def _trigger(t):
    tag = t.ids.text("T")
    answer, _ = first(t, tag)
    body = v3.continuation(tag, answer.id, 3).replace("PRPA_TE000003UV01", "QUQI_TE000003UV01")
    Page(exchange(t, "continue", "pdq", body), parsed(body)).expect("AA", "OK")
