"""The sample messages of ITI-9, 10, 30, 44, 45 and 64, with the outcome their README names.

ITI-8 samples are replayed by `xds/samples`. Answers of peers among the samples must pass our own
rules. A file of the folders below that no table names fails `pix/samples/complete`.
"""
import os
import re

from lxml import etree

from lib import gazelle, v3_answers
from lib.cases import add, case
from lib.checks import Skipped, equal, same_set, true
from lib.hl7 import normalise
from lib.identity import ask_v2
from lib.replay import parse_sample
from lib.sample_people import make_known, v2_sample, v3_sample
from lib.v2 import Message
from lib.v2_answers import Ack, ask
from lib.v3 import NS3

from .query_v3 import refused

NAMED = {}
FOLDERS = ("iti-9", "iti-10", "iti-30", "iti-44", "iti-45", "iti-64")


def row(name, purpose, run):
    NAMED[name] = True
    add("pix/samples/" + re.sub(r"\.(hl7|xml)$", "", name), f"sample: {purpose}", "samples/README", run)


def _query(t):
    text, fresh = v2_sample(t, "iti-9/ipf-query.hl7", ["1.3.6.1.4.1.21367.2005.1.1"], ["HIMSS2005"],
                            ["ABC10501"])
    text = text.replace("HIMSS2005&", "&")
    ask(t, text).expect("AE").error("204", "QPD^1^3^1^1")
    ids = make_known(t, [(0, fresh["ABC10501"]), (1, t.ids.text("P"))])
    ask(t, text).found([(i.split("^")[0], i.split("&")[1]) for i in ids[1:]])


def _rejected(name):
    def run(t):
        text, _ = v2_sample(t, name, ["1.3.6.1.4.1.21367.2005.1.1"])
        ask(t, text.replace("HIMSS2005&", "&"), kind=Ack).expect("AR").error({"200", "201"})
    return run


row("iti-9/ipf-query.hl7", "PIX query of an older tool", _query)
for _name in ("iti-9/ipf-query-wrong-trigger.hl7", "iti-9/ipf-query-wrong-structure.hl7"):
    row(_name, "refused by AR", _rejected(_name))


def _peer_answer(status):
    def run(t):
        name = {"NF": "iti-9/ipf-response-nf-1.hl7", "AE": "iti-9/ipf-response-err-1.hl7"}[status]
        equal(Message(normalise(t.sample(name))).one("QAK").field(2), status, "QAK-2 of the sample")
    return run


row("iti-9/ipf-response-nf-1.hl7", "our reading takes a peer's NF", _peer_answer("NF"))
row("iti-9/ipf-response-err-1.hl7", "our reading takes a peer's AE", _peer_answer("AE"))


def _a28(t):
    text, fresh = v2_sample(t, "iti-30/ipf-a28.hl7", (), ["XREF2005", "HIMSS2005"], ["001", "002"])
    ask(t, text, kind=Ack).expect("AA")  # MSH-15 is ER: no commit of what was taken
    ask_v2(t, f"{fresh['001']}^^^&{t.target.authorities[0]}&ISO").found(
        [(fresh["002"], t.target.authorities[1])])


row("iti-30/ipf-a28.hl7", "new person of a peer", _a28)


def _a31(t):
    """A notification reads like an update; a manager that takes updates answers AA or AE."""
    text, fresh = v2_sample(t, "iti-10/ipf-adt-a31-1.hl7", ["1.3.6.1.4.1.21367.2010.1.2.300"], [],
                            ["52231059"])
    make_known(t, [(0, fresh["52231059"])])
    ask(t, text.replace("IHENA&", "&"), kind=Ack).expect({"AA", "AE"})


row("iti-10/ipf-adt-a31-1.hl7", "a notification sent to the manager", _a31)


def _a43(t):
    text, fresh = v2_sample(t, "iti-64/ipf-a43.hl7", ["1.2.3.4"], [],
                            ["new", "old", "previous", "subsumed"])
    if "iti-64" not in t.target.offers:
        ask(t, text, kind=Ack).expect("AR")
        return
    for name in ("new", "old", "previous", "subsumed"):
        make_known(t, [(0, fresh[name])])
    ask(t, text, kind=Ack).expect({"AA", "AE"})


row("iti-64/ipf-a43.hl7", "link change: taken where ITI-64 is offered, else AR", _a43)


# Version 3 ----------------------------------------------------------------------------------------

ADD_IDS = ["PIX10515W3", "PIX10515W4", "PIX10515W5"]


def _add(t):
    text, fresh = v3_sample(t, "iti-44/ipf-add-201301.xml", (), ADD_IDS)
    text = re.sub(r'(<id extension="[^"]*" assigningAuthorityName="HIMSS2005"\s+root=")[^"]*',
                  rf"\g<1>{t.target.authorities[0]}", text)
    text = text.replace("1.2.3.4.5.1000", t.target.authorities[1]).replace(
        'assigningAuthorityName="domain2"', f'root="{t.target.authorities[2]}"')
    v3_answers.send_feed(t, "PRPA_IN201301UV02", text).accepted()
    ask_v2(t, f"{fresh[ADD_IDS[0]]}^^^&{t.target.authorities[0]}&ISO").found(
        [(fresh[ADD_IDS[n]], t.target.authorities[n]) for n in (1, 2)])


def _merge(t):
    text, fresh = v3_sample(t, "iti-44/ipf-merge-201304.xml", (), ["120-01", "120-02"])
    for oid in ("1.2.3.4.5.1000", "1.2.3.4.666"):
        text = text.replace(f'"{oid}"', f'"{t.target.authorities[0]}"')
    for old in fresh.values():
        make_known(t, [(0, old)])
    v3_answers.send_feed(t, "PRPA_IN201304UV02", text).accepted()
    ask_v2(t, f"{fresh['120-02']}^^^&{t.target.authorities[0]}&ISO").expect("AE")
    ask_v2(t, f"{fresh['120-01']}^^^&{t.target.authorities[0]}&ISO").nothing()


def _two(t):
    text, _ = v3_sample(t, "iti-44/ipf-two-patients-in-one-feed.xml")
    for number, oid in enumerate(dict.fromkeys(re.findall(
            r'<id [^>]*extension="[^"]*" root="([0-9.]+)"', text))):
        if number < len(t.target.authorities):
            text = text.replace(f'"{oid}"', f'"{t.target.authorities[number]}"')
    refused(t, text, "PRPA_IN201301UV02")


def _response_as_feed(name):
    """These two are answers of PDQV3; nobody sends an answer to a manager."""
    def run(t):
        text, _ = v3_sample(t, name)
        refused(t, text, "PRPA_IN201301UV02")
    return run


row("iti-44/ipf-add-201301.xml", "a maximal add; an id named by domain only gets a root", _add)
row("iti-44/ipf-merge-201304.xml", "a maximal merge, both ids in one domain", _merge)
row("iti-44/ipf-two-patients-in-one-feed.xml", "two patients: refused", _two)
for _name in ("iti-44/ipf-xsi-type-qualified-good.xml", "iti-44/ipf-xsi-type-qualified-wrong.xml"):
    row(_name, "an answer sent as a feed: refused", _response_as_feed(_name))


def _ack(t):
    root = parse_sample(t.sample("iti-44/ipf-ack.xml"))
    t.run.schemas.check(root)
    true(gazelle.code(root, "h:acknowledgement/h:typeCode"), "an acknowledgement code", None)


def _peer_response(t):
    root = parse_sample(t.sample("iti-45/ipf-response.xml"))
    t.run.schemas.check(root)
    patient = root.find(".//h:registrationEvent/h:subject1/h:patient", NS3)
    true(v3_answers.ids_of(patient), "ids in a peer's answer", etree.tostring(root)[:200])


row("iti-44/ipf-ack.xml", "our reading takes a peer's acknowledgement", _ack)
row("iti-45/ipf-response.xml", "our reading takes a peer's answer", _peer_response)

HIMSS, DATA_SOURCE = "1.3.6.1.4.1.21367.2005.1.1", "1.3.6.1.4.1.21367.2005.1.2"


def _known(t):
    text, fresh = v3_sample(t, "iti-45/nist-mesa10501-04.xml", [HIMSS, DATA_SOURCE], ["PIX10501"])
    other = t.ids.text("P")
    make_known(t, [(0, fresh["PIX10501"]), (1, other)])
    v3_answers.ask_pix(t, text).found([(other, t.target.authorities[1])])


def _unknown_id(t):
    text, _ = v3_sample(t, "iti-45/nist-mesa10502-03-unknown-id.xml", [HIMSS, DATA_SOURCE], ["XX10502"])
    v3_answers.ask_pix(t, text).expect("AE", "AE").error("204", "patientIdentifier/value")


def _unknown_domain(t):
    text, _ = v3_sample(t, "iti-45/nist-mesa10503-01-unknown-domain.xml", [HIMSS])
    v3_answers.ask_pix(t, text).expect("AE", "AE").error("204", "patientIdentifier/value")


row("iti-45/nist-mesa10501-04.xml", "MESA 10501: OK", _known)
row("iti-45/nist-mesa10502-03-unknown-id.xml", "MESA 10502: unknown id", _unknown_id)
row("iti-45/nist-mesa10503-01-unknown-domain.xml", "MESA 10503: unknown authority", _unknown_domain)


def complete(t, folders, named):
    root = os.path.join(t.run.shared, "samples")
    if not os.path.isdir(root):
        raise Skipped("no-samples", f"no samples under {t.run.shared}")
    found = [os.path.join(folder, name) for folder in folders
             for name in os.listdir(os.path.join(root, folder))]
    same_set(found, named, "samples that are replayed")


@case("pix/samples/complete", "every sample of these folders is named here", "samples/README")
def _complete(t):
    complete(t, FOLDERS, NAMED)
