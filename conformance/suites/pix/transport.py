"""MLLP as identity transactions use it (ITI TF-2 C.2.1, C.2.3; pix-pdq 1)."""
import socket
import threading
import time

from lib import v2
from lib.canon import parse
from lib.cases import add, case
from lib.checks import Failed, Skipped, equal, one_of, true
from lib.hl7 import END, START, MllpClient, adt
from lib.identity import UTF8, ask_v2, linked, pairs
from lib.people import person
from lib.v2 import Message
from lib.v2_answers import Ack, CrossReferences, pair

SECTION = "ITI TF-2 C.2.1; MLLP release 1"


@case("pix/soap/wsdl", "?wsdl names the service as its profile does", "ITI TF-2 V.2.4, W; pix-pdq 4.1")
def _wsdl(t):
    for service, namespace, operation in (("pix", "urn:ihe:iti:pixv3:2007", "PRPA_IN201309UV02"),
                                          ("pdq", "urn:ihe:iti:pdqv3:2007", "PRPA_IN201305UV02"),
                                          ("xcpd", "urn:ihe:iti:xcpd:2009", "PRPA_IN201305UV02")):
        reply = t.https().request("GET", t.target.path(service) + "?wsdl", {})
        equal(reply.status, 200, f"HTTP status of {service}")
        tree = parse(reply.body)
        equal(tree.get("targetNamespace"), namespace, f"target namespace of {service}")
        names = [o.get("name") for o in tree.iter("{http://schemas.xmlsoap.org/wsdl/}operation")]
        true(any(operation in (name or "") for name in names), f"{operation} at {service}", names)


@case("pix/mllp/many-on-one-connection", "fifty messages after each other on one connection", SECTION)
def _many(t):
    _, ids = linked(t)
    client = t.mllp()
    for _ in range(50):
        text = v2.pix_query(t, ids[0])
        client.send_raw(START + text.encode() + END)
        answer = CrossReferences(Message(text.encode(), text), Message(client.read_frame()))
        answer.found(pairs(ids[1:]))


@case("pix/mllp/pipelined", "messages sent without waiting are answered in their order", SECTION)
def _pipelined(t):
    _, ids = linked(t)
    client = t.mllp()
    asked = []
    for number in range(12):
        if number % 3:
            asked.append(v2.pix_query(t, ids[0]).encode())
        else:
            asked.append(adt("A01", [t.new_patient_id()], t.ids.text("M"), charset=UTF8,
                             **person().feed_options()))
    client.send_raw(b"".join(START + octets + END for octets in asked))
    for octets in asked:
        request = Message(octets, octets.decode())
        kind = Ack if request.msh.component(9, 1) == "ADT" else CrossReferences
        kind(request, Message(client.read_frame())).expect("AA")


@case("pix/mllp/split-frames", "a frame that arrives octet by octet around its delimiters", SECTION)
def _split(t):
    _, ids = linked(t)
    client, text = t.mllp(), v2.pix_query(t, ids[0])
    for part in (START, text[:5].encode(), text[5:-3].encode(), text[-3:].encode(), END[:1], END[1:]):
        client.send_raw(part)
        time.sleep(0.02)
    CrossReferences(Message(text.encode(), text), Message(client.read_frame())).found(pairs(ids[1:]))


@case("pix/mllp/line-feeds", "segments ended by CR LF or LF are read; the answer has CR alone", SECTION)
def _line_feeds(t):
    _, ids = linked(t)
    for end in ("\r\n", "\n"):
        text = v2.pix_query(t, ids[0])
        client = t.mllp()
        client.send_raw(START + text.replace("\r", end).encode() + END)
        CrossReferences(Message(text.encode(), text), Message(client.read_frame())).found(pairs(ids[1:]))


@case("pix/mllp/blank-between-frames", "stray CR LF between frames is skipped", "pix-pdq 1")
def _blank(t):
    _, ids = linked(t)
    client, text = t.mllp(), v2.pix_query(t, ids[0])
    client.send_raw(START + text.encode() + END + b"\r\n" + START + text.encode() + END)
    for _ in range(2):
        CrossReferences(Message(text.encode(), text), Message(client.read_frame())).found(pairs(ids[1:]))


@case("pix/mllp/query-gets-one-answer", "no acknowledgement goes ahead of the response", "pix-pdq 1.2")
def _one_answer(t):
    _, ids = linked(t)
    client = t.mllp()
    first, second = v2.pix_query(t, ids[0]), v2.pix_query(t, ids[1])
    for text in (first, second):
        client.send_raw(START + text.encode() + END)
        CrossReferences(Message(text.encode(), text), Message(client.read_frame())).expect("AA")


@case("pix/mllp/other-delimiters", "other encoding characters are honoured, or refused",
      "ITI TF-2 C.2; pix-pdq 1")
def _delimiters(t):
    _, ids = linked(t)
    text = v2.pix_query(t, ids[0]).replace("^~\\&", "\x00").replace("^", "*").replace("&", "#")
    text = text.replace("\x00", "*~\\#")
    client = t.mllp()
    client.send_raw(START + text.encode() + END)
    answer = client.read_frame().decode()
    code = [line for line in answer.split("\r") if line.startswith("MSA")][0].split("|")[1]
    one_of(code, {"AA", "AR", "AE"}, "MSA-1")


@case("pix/mllp/stranger", "a certificate of no member: AR, or no connection at all", "ITI-19; agreement")
def _stranger(t):
    if not t.target.has_certificate("stranger"):
        raise Skipped("no-such-certificate", "the target file names no stranger")
    identifier = t.patient()
    text = v2.pix_query(t, identifier)
    try:
        client = t.mllp("stranger")
        client.send_raw(START + text.encode() + END)
        octets = client.read_frame()
    except (OSError, Failed):
        return
    msa = [line for line in octets.decode("ascii", "replace").split("\r") if line.startswith("MSA")]
    equal([m.split("|")[1] for m in msa], ["AR"], "MSA-1")
    true(b"PID|" not in octets, "no PID", octets)


@case("pix/mllp/stranger-feeds-nothing", "what a stranger feeds is not known afterwards", "agreement")
def _stranger_feed(t):
    if not t.target.has_certificate("stranger"):
        raise Skipped("no-such-certificate", "the target file names no stranger")
    identifier = t.new_patient_id()
    try:
        t.feed(identifier, role="stranger", charset=UTF8).expect("AR")
    except (OSError, Failed) as error:
        true("MSA-1" not in str(error), "AR, or no connection", error)
    ask_v2(t, identifier).expect("AE")


def _connections(count):
    def run(t):
        _, ids = linked(t)
        failures = []

        def one():
            client = MllpClient(t.target, "toolkit", t.recorder)
            try:
                for _ in range(5):
                    text = v2.pix_query(t, ids[0])
                    client.send_raw(START + text.encode() + END)
                    CrossReferences(Message(text.encode(), text),
                                    Message(client.read_frame())).found(pairs(ids[1:]))
            except (Failed, OSError, socket.timeout) as error:
                failures.append(str(error))
            finally:
                client.close()
        threads = [threading.Thread(target=one) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(failures, [], "failures on parallel connections")
    return run


add("pix/mllp/parallel-connections", "eight connections at once, each with its own answers",
    "ITI TF-2 3.9.4.2.3 (concurrent queries)", _connections(8))


@case("pix/mllp/same-person-at-once", "two domains feed one person at the same time: linked", "pix-pdq 7")
def _at_once(t):
    for _ in range(4):
        someone = person()
        ids = [t.new_patient_id(0), t.new_patient_id(1)]
        outcome = []

        def one(identifier):
            client = MllpClient(t.target, "toolkit", t.recorder)
            octets = adt("A01", [identifier], t.ids.text("M"), charset=UTF8, **someone.feed_options())
            try:
                for _ in range(5):  # AR is "temporarily unable": the sender may send again
                    client.send_raw(START + octets + END)
                    code = Ack(Message(octets, octets.decode()), Message(client.read_frame())).code
                    if code != "AR":
                        break
                outcome.append(code)
            except (Failed, OSError) as error:
                outcome.append(str(error))
            finally:
                client.close()
        threads = [threading.Thread(target=one, args=(i,)) for i in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(outcome, ["AA", "AA"], "answers to two feeds at once")
        ask_v2(t, ids[0]).found([pair(ids[1])])
