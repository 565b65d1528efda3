"""ITI-30 as the alternative feed, and ITI-64 (ITI TF-2 3.30, 3.64; pix-pdq 2.2, 2.5)."""
from lib import v2
from lib.cases import add, case
from lib.checks import equal, one_of
from lib.hl7 import END, START
from lib.identity import UTF8, ask_v2, find_v2, known, linked, name_v2, need
from lib.people import person
from lib.v2 import Message
from lib.v2_answers import Ack, CrossReferences, ask, pair

SECTION = "ITI TF-2 3.30.4"
STRUCTURE = {"A28": "ADT_A05", "A31": "ADT_A05", "A47": "ADT_A30", "A40": "ADT_A39", "A24": "ADT_A24",
             "A37": "ADT_A37", "A43": "ADT_A43"}


def pid_line(ids, someone):
    return f"PID|||{'~'.join(ids)}||{someone.pid5()}||{someone.birth}|{someone.sex}{someone.pid_rest()}"


def pam(t, trigger, ids, someone=None, mrg=None, second=None, event=None, tail=None, extra="", **options):
    """One PAM message; `second` is the other PID of A24 and A37; the answer is a judged Ack."""
    someone = someone or person()
    if tail is not None:
        options["tail"] = tail
    lines = [v2.header(t, event or f"ADT^{trigger}^{STRUCTURE[trigger]}", charset=UTF8, **options),
             f"EVN||{'20250401090000'}", pid_line(ids, someone) + extra]
    if mrg:
        lines.append(f"MRG|{mrg}")
    if trigger in ("A28", "A31"):
        lines.append("PV1||N")
    if second:
        lines.append(f"PID|||{second}||^^^^^^S")
    return ask(t, v2.join(*lines), charset=UTF8, kind=Ack)


@case("pix/pam/A28-A31", "new person, then new demographics", SECTION)
def _new(t):
    before, after, identifier = person(), person(), t.new_patient_id()
    pam(t, "A28", [identifier], before).expect("AA")
    ask_v2(t, identifier).nothing()
    pam(t, "A31", [identifier], after).expect("AA")
    find_v2(t, name_v2(after)).found([pair(identifier)])
    find_v2(t, name_v2(before)).found()


@case("pix/pam/A40", "merge in version 2.5", SECTION)
def _merge(t):
    _, (old, other) = linked(t)
    new = t.patient()
    pam(t, "A40", [new], mrg=old).expect("AA")
    ask_v2(t, old).expect("AE")
    ask_v2(t, new).found([pair(other)])


@case("pix/pam/A40-refused", "merge with an unknown id: AE, 204 at MRG^1^1", SECTION + "; pix-pdq 2.1")
def _merge_unknown(t):
    new = t.patient()
    pam(t, "A40", [new], mrg=t.new_patient_id()).expect("AE").error("204", "MRG^1^1")
    ask_v2(t, new).nothing()


@case("pix/pam/A47", "an id is corrected: the new one has the correlates, the old one is gone", SECTION)
def _change(t):
    _, (old, other) = linked(t)
    new = t.new_patient_id()
    pam(t, "A47", [new], mrg=old).expect("AA")
    ask_v2(t, old).expect("AE")
    ask_v2(t, new).found([pair(other)])
    ask_v2(t, other).found([pair(new)])


@case("pix/pam/A47-taken", "an id is corrected to one that another patient has: refused", SECTION)
def _change_taken(t):
    _, (old, other) = linked(t)
    taken = t.patient()
    pam(t, "A47", [taken], mrg=old).expect("AE").error({"204", "205"})
    ask_v2(t, old).found([pair(other)])
    ask_v2(t, taken).nothing()


@case("pix/pam/A24-A37", "the source links two ids, and takes it back", SECTION + " (Link/Unlink)")
def _link(t):
    one, other = t.new_patient_id(0), t.new_patient_id(1)
    known(t, person(), [one])
    known(t, person(), [other])
    pam(t, "A24", [one], second=other).expect("AA")
    ask_v2(t, one).found([pair(other)])
    pam(t, "A37", [one], second=other).expect("AA")
    ask_v2(t, one).nothing()
    ask_v2(t, other).nothing()


@case("pix/pam/unlinked-stay-apart", "what the source parted is not linked again by likeness",
      "pix-pdq 7 (a rejected pair is sticky)")
def _sticky(t):
    someone = person()
    one, other = t.new_patient_id(0), t.new_patient_id(1)
    known(t, someone, [one])
    known(t, someone, [other])
    ask_v2(t, one).found([pair(other)])
    pam(t, "A37", [one], second=other).expect("AA")
    ask_v2(t, one).nothing()
    known(t, someone, [other], "A08")
    ask_v2(t, one).nothing()


@case("pix/pam/identity-unknown", "a record flagged unknown (PID-31) is not linked by itself",
      SECTION + "; pix-pdq 2.2")
def _unknown(t):
    someone, one, other = person(), t.new_patient_id(0), t.new_patient_id(1)
    known(t, someone, [one])
    pam(t, "A28", [other], someone, extra="|" * 18 + "Y").expect("AA")
    ask_v2(t, one).nothing()


@case("pix/pam/twins", "multiple birth, consecutive order, near given names: two persons",
      SECTION + ".3-1 (Pediatric Demographics)")
def _twins(t):
    one, ids = person(), [t.new_patient_id(0), t.new_patient_id(1)]
    near = type(one.given)(one.given.kanji[:2] + "和", one.given.hiragana[:-1] + "わ")
    for identifier, given, order in ((ids[0], one.given, "1"), (ids[1], near, "2")):
        pam(t, "A28", [identifier], one.but(given=given), extra="|" * 11 + f"Y|{order}").expect("AA")
    ask_v2(t, ids[0]).nothing()


WRONG = [
    ("no-structure", {"200", "203"}, dict(event="ADT^A28")),
    ("wrong-structure", {"200"}, dict(event="ADT^A28^ADT_A39")),
    ("version", {"203"}, dict(version="2.3.1")),
    ("event", {"201"}, dict(event="ADT^A29^ADT_A21")),
    ("processing-id", {"202"}, dict(processing="X")),
]


def _wrong(codes, options):
    def run(t):
        identifier = t.new_patient_id()
        answer = pam(t, "A28", [identifier], **options).expect("AR")
        if answer.message.msh.field(12) >= "2.4":
            answer.error(codes)
        ask_v2(t, identifier).expect("AE")
    return run


for _name, _codes, _options in WRONG:
    add(f"pix/pam/reject/{_name}", f"wrong {_name}: AR, the id stays unknown", SECTION + "; C.2.3",
        _wrong(_codes, _options))


@case("pix/pam/A40-two-ids", "several MRG-1: each goes into the PID-3 entry of its domain and type", SECTION)
def _merge_two(t):
    _, old = linked(t)
    _, new = linked(t)
    pam(t, "A40", new, mrg="~".join(old)).expect("AA")
    for identifier in old:
        ask_v2(t, identifier).expect("AE")
    ask_v2(t, new[0]).found([pair(new[1])])


def _refused_event(trigger, codes, place, make):
    """`make` gives (ids, mrg, second); what ITI-9 says of each id stays as it was."""
    def run(t):
        ids, mrg, second = make(t)
        everybody = ids + [i for i in (mrg, second) if i]
        before = [ask_v2(t, i).status for i in everybody]
        pam(t, trigger, ids, mrg=mrg, second=second).expect("AE").error(codes, place)
        equal([ask_v2(t, i).status for i in everybody], before, "what ITI-9 says")
    return run


EVENTS = [
    ("A47-unknown", "A47", {"204"}, "MRG^1^1", lambda t: ([t.new_patient_id()], t.new_patient_id(), None)),
    ("A47-itself", "A47", {"204"}, "MRG^1^1", lambda t: (lambda p: ([p], p, None))(t.patient())),
    ("A47-other-domain", "A47", {"204"}, "MRG^1^1", lambda t: ([t.new_patient_id(1)], t.patient(0), None)),
    ("A47-without-mrg", "A47", {"100", "101"}, "MRG", lambda t: ([t.patient()], None, None)),
    ("A40-without-mrg", "A40", {"100", "101"}, "MRG", lambda t: ([t.patient()], None, None)),
    ("A24-unknown-first", "A24", {"204"}, "PID^1^3", lambda t: ([t.new_patient_id()], None, t.patient(1))),
    ("A24-unknown-second", "A24", {"204"}, "PID^2^3", lambda t: ([t.patient()], None, t.new_patient_id(1))),
    ("A24-itself", "A24", {"204"}, "PID^2^3", lambda t: (lambda p: ([p], None, p))(t.patient())),
    ("A24-one-patient", "A24", {"100", "101"}, "PID^2", lambda t: ([t.patient()], None, None)),
    ("A37-unknown-second", "A37", {"204"}, "PID^2^3", lambda t: ([t.patient()], None, t.new_patient_id(1))),
    ("A37-one-patient", "A37", {"100", "101"}, "PID^2", lambda t: ([t.patient()], None, None)),
]
for _name, _trigger, _codes, _place, _make in EVENTS:
    add(f"pix/pam/refused/{_name}", f"{_name.replace('-', ' ')}: AE at {_place}, nothing changes",
        SECTION + "; C.2.3; pix-pdq 2.1, 2.2", _refused_event(_trigger, _codes, _place, _make))


@case("pix/pam/refused/no-id", "A28 without an id: 101 at PID-3", SECTION + " (PID-3 R)")
def _no_id(t):
    pam(t, "A28", [""]).expect("AE").error({"101"}, "PID^1^3")


@case("pix/pam/refused/birth-no-date", "a birth date that is none: 102 at PID-7", "C.2.3; table 0357")
def _no_date(t):
    identifier = t.new_patient_id()
    pam(t, "A28", [identifier], person(birth="19701399")).expect("AE").error("102", "PID^1^7")
    ask_v2(t, identifier).expect("AE")


@case("pix/pam/unknown-domain", "AE, 204 at PID-3", "pix-pdq 2.1")
def _domain(t):
    identifier = f"{t.ids.text('P')}^^^&{t.ids.oid()}&ISO"
    pam(t, "A28", [identifier]).expect({"AE", "AR"}).error("204", "PID^1^3")


@case("pix/pam/processing-mode", "MSH-11 with a mode (P^T) is taken", "samples/README iti-10")
def _mode(t):
    identifier = t.new_patient_id()
    pam(t, "A31", [identifier], processing="P^T").expect({"AA", "AE"})
    pam(t, "A28", [identifier], processing="P^T").expect("AA")


# Acknowledgement modes ----------------------------------------------------------------------------

@case("pix/pam/original-mode", "MSH-15 and 16 empty: one application acknowledgement", "ITI TF-2 C.2.3")
def _original(t):
    answer = pam(t, "A28", [t.new_patient_id()])
    one_of(answer.code, {"AA"}, "MSA-1 in original mode")


@case("pix/pam/enhanced-mode", "MSH-15 AL, 16 NE: a commit (CA); AA of who knows the original mode alone",
      "ITI TF-2 C.2.3; 3.30 Acknowledgement Support")
def _enhanced(t):
    identifier = t.new_patient_id()
    answer = pam(t, "A28", [identifier], tail="|||AL|NE||UNICODE UTF-8")
    one_of(answer.code, {"CA", "AA"}, "MSA-1")
    ask_v2(t, identifier).nothing()


@case("pix/pam/enhanced-application", "MSH-15 NE, 16 AL: the application acknowledgement (AA), no commit",
      "HL7 v2.5 2.9.3; 3.30 Acknowledgement Support")
def _enhanced_application(t):
    answer = pam(t, "A28", [t.new_patient_id()], tail="|||NE|AL||UNICODE UTF-8")
    one_of(answer.code, {"AA"}, "MSA-1")


@case("pix/pam/enhanced-unanswered", "MSH-15 and 16 NE: nothing back, or the answer of the original mode; never a commit",
      "HL7 v2.5 2.9.3; 3.30 Acknowledgement Support")
def _enhanced_unanswered(t):
    identifier, client = t.new_patient_id(), t.mllp()
    feed = v2.join(v2.header(t, "ADT^A28^ADT_A05", charset=UTF8, tail="|||NE|NE||UNICODE UTF-8"),
                   "EVN||20250401090000", pid_line([identifier], person()), "PV1||N")
    query = v2.pix_query(t, identifier)
    client.send_raw(START + feed.encode() + END + START + query.encode() + END)
    answer = Message(client.read_frame())
    if answer.msh.component(9, 1) == "ACK":
        one_of(answer.one("MSA").component(1), {"AA"}, "MSA-1")
        answer = Message(client.read_frame())
    equal(answer.msh.component(9, 1), "RSP", "what answers the query behind it")
    CrossReferences(Message(query.encode(), query), answer).nothing()


def moved(t, regional, local, previous, sender="2.999.1.9"):
    text = v2.join(v2.header(t, "ADT^A43^ADT_A43", sender=(sender, "REGION")), "EVN||20250401",
                   f"PID|||{'~'.join(filter(None, (regional, local)))}|| ",
                   f"MRG|{previous}" if previous else "")
    return ask(t, text, kind=Ack)


MOVES = [
    ("unknown-previous", {"204"}, "MRG^1^1", lambda t: (t.patient(), t.new_patient_id(1), t.new_patient_id())),
    ("not-the-local-ids", {"204"}, "MRG^1^1",
     lambda t: (t.patient(), linked(t)[1][1], t.patient())),
    ("unknown-domain", {"204"}, "PID^1^3", lambda t: (t.patient(), f"L1^^^&{t.ids.oid()}&ISO", t.patient())),
    ("no-local-id", {"101", "204"}, "PID^1^3", lambda t: (t.patient(), None, t.patient())),
    ("no-previous", {"100", "101"}, "MRG", lambda t: (t.patient(), t.new_patient_id(1), None)),
]


def _move_refused(codes, place, make):
    def run(t):
        need(t, "iti-64", "no-iti-64")
        ids = make(t)
        before = [ask_v2(t, i).status for i in ids if i]
        moved(t, *ids).expect("AE").error(codes, place)
        equal([ask_v2(t, i).status for i in ids if i], before, "what ITI-9 says")
    return run


for _name, _codes, _place, _make in MOVES:
    add(f"pix/pam/link-change-refused/{_name}", f"ITI-64, {_name.replace('-', ' ')}: AE at {_place}",
        "ITI TF-2 3.64.4.1; pix-pdq 2.5", _move_refused(_codes, _place, _make))


@case("pix/pam/link-change", "ITI-64 moves a document to another regional id", "ITI TF-2 3.64")
def _link_change(t):
    need(t, "iti-64", "no-iti-64")
    local, old, new = t.new_patient_id(1), t.patient(), t.patient()
    made = t.build_uuids.submission(old)
    made.entry.slots["sourcePatientId"] = [local]
    t.register(made).success()
    moved(t, new, local, old).expect("AA")
    found = t.stored(new).ids()
    one_of(len(found), {1}, "number of entries under the new regional id")
