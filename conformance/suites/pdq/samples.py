"""The sample messages of ITI-21 and ITI-47, with the outcome their README names."""
import os
import re

from lib import gazelle, v3_answers
from lib.cases import add, case
from lib.checks import Skipped, equal, one_of, same_set, true
from lib.hl7 import normalise
from lib.replay import parse_sample
from lib.sample_people import make_known, v2_sample, v3_sample
from lib.v2 import Message, send
from lib.v2_answers import Ack, Patients, ask
from lib.v3 import NS3

NAMED = {}


def row(name, purpose, run):
    NAMED[name] = True
    add("pdq/samples/" + re.sub(r"\.(hl7|xml)$", "", name), f"sample: {purpose}", "samples/README", run)


def _judged(t, text, charset=""):
    request, answer = send(t, text, charset=charset)
    kind = Ack if answer.msh.component(9, 1) == "ACK" else Patients
    return kind(request, answer)


def _odd_criteria(name):
    """These ask for @PID.3.2.1, which no supplier must know: an answer, or an error at that field."""
    def run(t):
        text, fresh = v2_sample(t, name, (), (), ["12345678"])
        text = text.replace("@PID.3.4.2^1.2.3.4", f"@PID.3.4.2^{t.target.authorities[0]}")
        make_known(t, [(0, fresh["12345678"])])
        answer = _judged(t, text)
        one_of(answer.code, {"AA", "AE"}, "MSA-1")
        if answer.code == "AE":
            answer.error({"102", "101", "103", "204"}, "QPD^1^3")
        plain = text.replace("@PID.3.2.1^BLABLA~", "").replace("KRYSO", "ISO")
        ask(t, plain, kind=Patients).found([(fresh["12345678"], t.target.authorities[0])])
    return run


row("iti-21/ipf-query.hl7", "query by id; without its odd criterion it finds", _odd_criteria("iti-21/ipf-query.hl7"))
row("iti-21/ipf-query-page-size-1.hl7", "the same with pages of one",
    _odd_criteria("iti-21/ipf-query-page-size-1.hl7"))


def _non_ascii(t):
    text, _ = v2_sample(t, "iti-21/ipf-query-non-ascii-utf8.hl7")
    answer = _judged(t, text, "UNICODE UTF-8")
    one_of(answer.code, {"AA", "AE"}, "MSA-1")
    true(isinstance(answer, Patients), "an RSP, which brings QPD back", answer.message.names())


row("iti-21/ipf-query-non-ascii-utf8.hl7", "the name comes back in QPD as it was sent", _non_ascii)


def _cancel(t):
    text, _ = v2_sample(t, "iti-21/ipf-cancel-qcn-j01.hl7")
    request, answer = send(t, text)
    equal(answer.one("MSA").field(2), request.msh.component(10), "MSA-2")
    one_of(answer.one("MSA").field(1), {"AA"}, "MSA-1")


def _wrong(t):
    text, _ = v2_sample(t, "iti-21/ipf-query-wrong-structure.hl7")
    ask(t, text, kind=Ack).expect("AR").error({"200", "201"})


def _response(t):
    message = Message(normalise(t.sample("iti-21/ipf-response.hl7")))
    true(len(message.all("PID")) > 1, "several patients in the sample", message.names())


row("iti-21/ipf-cancel-qcn-j01.hl7", "a cancel without time and structure: AA", _cancel)
row("iti-21/ipf-query-wrong-structure.hl7", "refused by AR", _wrong)
row("iti-21/ipf-response.hl7", "our reading takes a peer's answer", _response)

IDS = {"1.2.840.114350.1.13.99997.2.3412": 0, "2.16.840.1.113883.4.1": 1,
       "1.2.840.114350.1.13.99998.8734": 2}


def _query(t):
    text, _ = v3_sample(t, "iti-47/ipf-query.xml", list(IDS), ["1234"])
    v3_answers.ask_pdq(t, text).nothing()


def _prefixes(t):
    text, _ = v3_sample(t, "iti-47/ipf-connectathon-namespace-prefixes.xml")
    answer = v3_answers.ask_pdq(t, text)
    one_of((answer.ack, answer.outcome), {("AA", "OK"), ("AA", "NF")}, "outcome")


def _peer(name, outcome, subjects):
    def run(t):
        root = parse_sample(t.sample(name))
        t.run.schemas.check(root)
        equal(gazelle.code(root, ".//h:queryAck/h:queryResponseCode"), outcome, "queryResponseCode")
        equal(len(root.findall(".//h:registrationEvent", NS3)) > 0, subjects, "registrationEvents")
    return run


row("iti-47/ipf-query.xml", "all criteria at once, known domains: NF", _query)
row("iti-47/ipf-connectathon-namespace-prefixes.xml", "namespaces declared at odd places", _prefixes)
row("iti-47/ipf-response.xml", "our reading takes a peer's answer",
    _peer("iti-47/ipf-response.xml", "OK", True))
row("iti-47/ipf-response-no-match.xml", "our reading takes a peer's answer without subject (OK where NF is due)",
    _peer("iti-47/ipf-response-no-match.xml", "OK", False))


@case("pdq/samples/complete", "every sample of these folders is named here", "samples/README")
def _complete(t):
    root = os.path.join(t.run.shared, "samples")
    if not os.path.isdir(root):
        raise Skipped("no-samples", f"no samples under {t.run.shared}")
    found = [f"{folder}/{name}" for folder in ("iti-21", "iti-47")
             for name in os.listdir(os.path.join(root, folder))]
    same_set(found, NAMED, "samples that are replayed")
