"""ITI-20: what members deliver is kept byte for byte and can be found."""
import base64
import time

from lib.cases import case
from lib.checks import equal, fail, true
from lib.ids import cx
from lib.syslog import audit_message, deliver, deliver_datagram, frame, line, need

ITI20 = "ITI TF-2 3.20.4.1"
PATIENCE_S = 20


def found(t, data, **conditions):
    """The record of what was delivered, out of the operator's search."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        for record in t.target.audit_search(**conditions):
            if record.get("line") and base64.b64decode(record["line"]) == data:
                return record
        if time.monotonic() > deadline:
            fail(f"a record of the delivered message, by {conditions}", "none")
        time.sleep(0.2)


def new_patient(t):
    return cx(t.ids.text("A"), t.target.authorities[0])


def kept(t, data, **conditions):
    true(deliver(t, frame(data), role=t.need_role("hospital")), "an orderly end", "a broken connection")
    return found(t, data, **conditions)


@case("atna/repository/delivered", "an audit message of a member is kept and found by patient and user", ITI20)
def _delivered(t):
    need(t)
    patient, user = new_patient(t), t.ids.text("dr")
    data = line(audit_message(patient, user))
    record = kept(t, data, patient=patient)
    equal(record["transaction"], "ITI-18", "transaction")
    equal(record["patient"], patient, "patient")
    equal(record["received"], "tls", "carrier")
    found(t, data, user=user)


for _name, _options, _bom in (("rfc-3881-code", {"code_attribute": "code"}, False),
                              ("xml-declaration", {"declaration": True}, False),
                              ("byte-order-mark", {}, True),
                              ("byte-order-mark-and-declaration", {"declaration": True}, True)):
    def _dialect(t, options=_options, bom=_bom):
        need(t)
        patient = new_patient(t)
        kept(t, line(audit_message(patient, "dr", **options), bom=bom), patient=patient)
    case(f"atna/repository/{_name}", f"a message in another dialect ({_name}) is kept and read",
         ITI20 + ".2")(_dialect)


@case("atna/repository/anything", "any RFC 5424 message is kept with all its bits, also what is no XML at all",
      ITI20 + ".2")
def _anything(t):
    need(t)
    for body in (b"words of a monitor", b"\x00\xff\xfe octets " + t.ids.text("x").encode(), b"<AuditMessage",
                 b"<!DOCTYPE a [<!ENTITY b 'c'>]><AuditMessage>&b;</AuditMessage>"):
        kept(t, line(body, msg_id="-", pri=13), member=t.target.member_code("hospital"))


@case("atna/repository/cut-message", "a message that was cut on its way is found by what came of it", ITI20 + ".2")
def _cut(t):
    need(t)
    patient = new_patient(t)
    text = audit_message(patient, "dr")
    kept(t, line(text[:text.index("</ParticipantObjectIdentification>")]), patient=patient)


@case("atna/repository/large", "a message of one MiB is kept whole", ITI20 + ".2")
def _large(t):
    need(t)
    patient = new_patient(t)
    text = audit_message(patient, "dr")
    kept(t, line(text + " " * (1_048_000 - len(text))), patient=patient)


@case("atna/repository/framing", "octet counting, however the octets are cut; line ends between frames do no harm",
      ITI20 + ".2 (RFC 5425 4.3)")
def _framing(t):
    need(t)
    lines = [line(audit_message(new_patient(t), "北 dr" + str(i))) for i in range(5)]
    data = b"\n".join(frame(one) for one in lines)
    true(deliver(t, b"", role=t.need_role("hospital"), pieces=[data[i:i + 97] for i in range(0, len(data), 97)]),
         "an orderly end", "a broken connection")
    for one in lines:
        found(t, one, member=t.target.member_code("hospital"))


@case("atna/repository/bad-framing", "what is not octet counting ends the connection, not in order", "RFC 5425 4.3")
def _bad_framing(t):
    need(t)
    good = line(audit_message(new_patient(t), "dr"))
    true(not deliver(t, frame(good) + b"<85>1 no length", role=t.need_role("hospital")), "a broken connection",
         "an orderly end")
    found(t, good, member=t.target.member_code("hospital"))


@case("atna/repository/stranger", "who is no member is closed and recorded", "ITI TF-2 3.19 authorisation")
def _stranger(t):
    need(t)
    mark = t.ids.text("stranger")
    true(not deliver(t, frame(line(mark)), role="stranger"), "a broken connection", "an orderly end")
    records = t.target.audit_search(transaction="refusal")
    true(any("stranger" in record["message"] for record in records), "a record of the refusal", "none")
    true(not any(mark in str(record) for record in t.target.audit_search()), "nothing kept", "the stranger's message")


@case("atna/repository/datagram", "a datagram is kept, without a member", ITI20 + ".2 (RFC 5426)")
def _datagram(t):
    need(t)
    patient = new_patient(t)
    data = line(audit_message(patient, "dr"))
    deliver_datagram(t, data)
    record = found(t, data, patient=patient)
    equal(record["received"], "udp", "carrier")
    equal(record["organisation"], "", "organisation")
