"""ITI-8 into the registry: which feeds are taken, what a merge does (ITI TF-2 3.8, xds 11)."""
from lib.cases import add, case
from lib.checks import Skipped, equal, same_set, true
from lib.hl7 import END, START, Ack, adt
from lib.ids import cx

SECTION = "ITI TF-2 3.8"


def known(t, patient):
    """Whether the registry takes a submission for this patient id."""
    answer = t.register(t.build.submission(patient))
    if answer.status == "Success":
        return True
    answer.failure("XDSUnknownPatientId", mentions=patient.split("^")[0])
    return False


def _adds(trigger):
    def run(t):
        patient = t.new_patient_id()
        control = t.ids.text("M")
        t.feed(patient, trigger, control=control).expect("AA", control)
        true(known(t, patient), f"the id of an ADT^{trigger} to be known", "it is not")
    return run


for _trigger in ("A01", "A04", "A05"):
    add(f"xds/feed/add-{_trigger}", f"ADT^{_trigger} makes the patient id known",
        SECTION + ".4.1.2", _adds(_trigger))


@case("xds/feed/unfed-id-is-unknown", "an id nobody has fed is refused in a submission",
      "ITI TF-2 3.42.4.1.3.3.3")
def _unfed(t):
    true(not known(t, t.new_patient_id()), "XDSUnknownPatientId", "Success")


@case("xds/feed/every-authority", "each registered patient-id domain can be fed", SECTION)
def _authorities(t):
    for number in range(len(t.target.authorities)):
        patient = t.patient(number)
        true(known(t, patient), f"{patient} to be known", "it is not")


@case("xds/feed/xad-pid", "the affinity domain's own authority can be fed", SECTION)
def _xad_pid(t):
    if not t.target.xad_pid:
        raise Skipped("no-xad-pid", "the target file names no xad_pid")
    patient = cx(t.ids.text("P"), t.target.xad_pid)
    t.feed(patient).expect("AA")
    true(known(t, patient), f"{patient} to be known", "it is not")


@case("xds/feed/a08-changes-nothing", "ADT^A08 of a known patient is acknowledged and ignored",
      SECTION + ".4.1.3")
def _a08(t):
    patient = t.patient()
    t.feed(patient, "A08", name="CHANGED^NAME").expect("AA")
    true(known(t, patient), "the id to stay known", "it is not")


@case("xds/feed/repeated-a01", "the same id may be fed twice", SECTION)
def _repeated(t):
    patient = t.patient()
    t.feed(patient).expect("AA")
    true(known(t, patient), "the id to stay known", "it is not")


@case("xds/feed/unknown-authority", "an id of a domain nobody registered is answered with an error",
      "ITI TF-2 3.8.4.1.3; PIX manager rule")
def _unknown_authority(t):
    patient = cx(t.ids.text("P"), t.ids.oid())
    t.feed(patient).expect({"AE", "AR"})
    true(not known(t, patient), "XDSUnknownPatientId for that id", "Success")


@case("xds/feed/no-authority", "PID-3 without authority and no configured default is an error",
      "ITI TF-2 3.8.4.1.3")
def _no_authority(t):
    t.feed(t.ids.text("P")).expect({"AE", "AR"})


@case("xds/feed/namespace-is-stripped",
      "namespace id, type code and facility are not part of the id",
      "ITI TF-2 3.8.4.1.3.1; TF-3 4.2.3.1.7")
def _namespace(t):
    text, authority = t.ids.text("P"), t.target.authorities[0]
    t.feed(f"{text}^^^IHERED&{authority}&ISO^PI").expect("AA")
    true(known(t, cx(text, authority)), "the bare CX to be known", "it is not")


@case("xds/feed/several-domains-in-pid3", "each registered domain in PID-3 is taken", SECTION)
def _several(t):
    first, second = t.new_patient_id(0), t.new_patient_id(1)
    t.feed([first, second]).expect("AA")
    true(known(t, first) and known(t, second), "both ids to be known", "one is not")


@case("xds/feed/not-any-member-feeds-any-domain", "a member may not feed another's domain",
      "ITI-8 with the agreement's list of sources")
def _foreign_source(t):
    if not t.target.has_certificate("hospital"):
        raise Skipped("no-second-member", "the target file names no certificate 'hospital'")
    patient = t.new_patient_id()
    t.feed(patient, role="hospital").expect({"AE", "AR"})
    true(not known(t, patient), "XDSUnknownPatientId for that id", "Success")


# --- form of the message ----------------------------------------------------------------------

REJECTED = [
    ("trigger-A02", "AR", "trigger A02 is not part of the feed", dict(trigger="A02")),
    ("trigger-A10", "AR", "trigger A10 is not part of the feed", dict(trigger="A10")),
    ("trigger-Z99", "AR", "an unknown trigger is rejected", dict(trigger="Z99")),
    ("type-ORU", "AR", "another message type is rejected", dict(message_type="ORU",
                                                                trigger="R01")),
    ("version-2.5", "AR", "ADT^A01 in version 2.5 is not ITI-8", dict(version="2.5")),
    ("version-9.9", "AR", "an unknown version is rejected", dict(version="9.9")),
    ("no-pid", ("AE", "AR"), "a feed without PID is refused", dict(pid3=None)),
    ("empty-pid3", ("AE", "AR"), "an empty identifier list is refused", dict(pid3=[])),
    ("merge-without-mrg", ("AE", "AR"), "A40 without MRG is refused", dict(trigger="A40")),
]


def _rejected(codes, changes):
    def run(t):
        control = t.ids.text("M")
        options = {"trigger": "A01", "pid3": [t.new_patient_id()]} | changes
        ack = t.mllp().exchange(adt(options.pop("trigger"), options.pop("pid3"), control,
                                    **options))
        ack.expect({codes} if isinstance(codes, str) else codes, control)
        good = t.new_patient_id()
        t.feed(good).expect("AA")
    return run


for _name, _codes, _purpose, _changes in REJECTED:
    add(f"xds/feed/reject/{_name}", _purpose + "; the connection stays usable",
        "ITI TF-2 C.2.3; 3.8.4.1.2", _rejected(_codes, _changes))


ACCEPTED = [
    ("structure-ADT_A01", "a third MSH-9 component ADT_A01 is right", dict(structure="ADT_A01")),
    ("no-evn", "EVN missing (sent by the toolkit) is tolerated", dict(evn=False)),
    ("no-pv1", "PV1 missing is tolerated", dict(pv1=False)),
    ("utf-8", "UTF-8 named in MSH-18", dict(charset="UNICODE UTF-8", name="山田^花子")),
    ("supplementary", "characters beyond the BMP in a name",
     dict(charset="UNICODE UTF-8", name="𠮷田^葛󠄀子")),
    ("iso-2022-jp", "ISO-2022-JP with ISO IR87 and MSH-20",
     dict(charset="~ISO IR87", msh20="ISO 2022-1994", name="山田^花子~ヤマダ^ハナコ",
          encoding="iso2022_jp")),
    ("iso-2022-jp-2", "JIS X 0212 with ISO IR159",
     dict(charset="~ISO IR87~ISO IR159", msh20="ISO 2022-1994", name="森^鷗外",
          encoding="iso2022_jp_2")),
    ("long-fields", "fields of the extended lengths", dict(pid_extra="|||" + "X" * 250)),
    ("trailing-pid-fields", "PID fields up to 30", dict(pid_extra="|" * 22)),
    ("test-processing", "processing id T", dict(processing="T")),
    ("unknown-segment-order", "optional demographics absent", dict(birth="", sex="")),
]


def _accepted(changes):
    def run(t):
        patient, control = t.new_patient_id(), t.ids.text("M")
        t.feed(patient, control=control, **changes).expect("AA", control)
        true(known(t, patient), "the id to be known", "it is not")
    return run


for _name, _purpose, _changes in ACCEPTED:
    add(f"xds/feed/accept/{_name}", _purpose, "ITI TF-2 3.8.4.1.2; C.2", _accepted(_changes))


@case("xds/feed/lenient-version-2.3",
      "version 2.3 without EVN, as the toolkit feeds, is taken leniently",
      SECTION)
def _lenient_23(t):
    patient = t.new_patient_id()
    t.feed(patient, version="2.3", evn=False, pv1=False, role=t.lenient()).expect("AA")
    true(known(t, patient), "the id to be known", "it is not")


@case("xds/feed/version-2.4-is-answered",
      "version 2.4 is taken or rejected, never dropped", SECTION)
def _version_24(t):
    control = t.ids.text("M")
    t.feed(t.new_patient_id(), control=control, version="2.4").expect({"AA", "AR"}, control)


@case("xds/feed/bytes-that-are-not-utf-8", "undeclared bytes that are no UTF-8 are refused",
      "ITI TF-2 3.8; HL7 table 0357 102")
def _malformed_utf8(t):
    message = adt("A01", [t.new_patient_id()], t.ids.text("M"), name="M\u00fcller^Eva",
                  encoding="latin-1")
    t.mllp().exchange(message).expect({"AE", "AR"})


@case("xds/feed/crlf-segments", "segments ended by CRLF or LF are accepted", "ITI TF-2 C.2.1")
def _crlf(t):
    for ending in (b"\r\n", b"\n"):
        patient = t.new_patient_id()
        message = adt("A01", [patient], t.ids.text("M")).replace(b"\r", ending)
        t.mllp().exchange(message).expect("AA")
        true(known(t, patient), "the id to be known", "it is not")


@case("xds/feed/other-delimiters", "MSH-1 and MSH-2 are honoured or rejected, not misread",
      "ITI TF-2 C.2.2")
def _delimiters(t):
    patient, control = t.new_patient_id(), t.ids.text("M")
    message = adt("A01", [patient.replace("&", "$")], control).replace(b"^~\\&", b"^~\\$")
    ack = t.mllp().exchange(message)
    ack.expect({"AA", "AE", "AR"}, control)
    equal(known(t, patient), ack.code == "AA", "id known")


@case("xds/feed/two-messages-in-one-write", "pipelined messages are answered in order",
      "ITI TF-2 C.2.1")
def _pipelined(t):
    controls = [t.ids.text("M") for _ in range(3)]
    t.mllp().send_raw(b"".join(
        START + adt("A01", [t.new_patient_id()], c) + END for c in controls))
    for control in controls:
        Ack(t.mllp().read_frame()).expect("AA", control)


@case("xds/feed/message-in-small-pieces", "a message that arrives byte by byte is one message",
      "ITI TF-2 C.2.1")
def _pieces(t):
    control = t.ids.text("M")
    framed = START + adt("A01", [t.new_patient_id()], control) + END
    for position in range(0, len(framed), 7):
        t.mllp().send_raw(framed[position:position + 7])
    Ack(t.mllp().read_frame()).expect("AA", control)


@case("xds/feed/garbage-then-a-message", "no MSH: an answer or a close, and the port goes on",
      "ITI TF-2 C.2")
def _garbage(t):
    from lib.checks import Failed
    try:
        t.mllp().exchange(b"this is no message\r").expect({"AE", "AR"})
    except Failed:
        pass  # closing is allowed as well; what counts is the next message
    t.mllp().close()
    t.feed(t.new_patient_id()).expect("AA")


# --- merge ------------------------------------------------------------------------------------

MERGE = "ITI TF-2 3.8.4.2"


@case("xds/feed/merge", "after A40 the old id is refused and all its objects are the survivor's",
      MERGE + ".4; 3.18.4.1.2.3.9")
def _merge(t):
    old, new = t.patient(), t.patient()
    first = t.build_uuids.submission(old, folders=1)
    second = t.build_uuids.submission(new)
    t.register(first).success()
    t.register(second).success()
    t.merge(new, old).expect("AA")
    found = t.stored(new)
    same_set(found.ids("entries"), [first.entry.id, second.entry.id], "documents of the survivor")
    from lib.answers import identifier
    from lib.names import IDENTIFIER
    for entry in found.entries():
        equal(identifier(entry, IDENTIFIER["XDSDocumentEntry.patientId"]), new, "patientId shown")
    t.register(t.build.submission(old)).failure("XDSUnknownPatientId",
                                                mentions=old.split("^")[0])
    equal(t.stored(old).objects, [], "objects under the subsumed id")
    true(known(t, new), "the survivor to stay usable", "it is not")


@case("xds/feed/merge-keeps-source-patient-info", "a merge never changes sourcePatientInfo",
      "ITI TF-2 3.18.4.1.2.3.9")
def _merge_info(t):
    from lib.answers import slot_values
    old, new = t.patient(), t.patient()
    made = t.build_uuids.submission(old)
    t.register(made).success()
    t.merge(new, old).expect("AA")
    entry = t.stored(new).find(made.entry.id)
    for name in ("sourcePatientId", "sourcePatientInfo"):
        equal(slot_values(entry, name), made.entry.slots[name], name)


@case("xds/feed/merge-chain", "A into B, then B into C: C has everything", MERGE + ".4")
def _chain(t):
    a, b, c = t.patient(), t.patient(), t.patient()
    made = [t.build_uuids.submission(p) for p in (a, b, c)]
    for one in made:
        t.register(one).success()
    t.merge(b, a).expect("AA")
    t.merge(c, b).expect("AA")
    same_set(t.stored(c).ids("entries"), [m.entry.id for m in made], "documents of the last")
    for patient in (a, b):
        true(not known(t, patient), f"{patient} to be refused", "it is accepted")


@case("xds/feed/merge-fan-in", "two patients into one, in two messages", MERGE + ".4")
def _fan_in(t):
    a, b, c = t.patient(), t.patient(), t.patient()
    made = [t.build_uuids.submission(p) for p in (a, b)]
    for one in made:
        t.register(one).success()
    t.merge(c, a).expect("AA")
    t.merge(c, b).expect("AA")
    same_set(t.stored(c).ids("entries"), [m.entry.id for m in made], "documents of the survivor")


def _ignored(prepare):
    """The merge `prepare` returns must leave the registry as it was."""
    def run(t):
        surviving, subsumed, watched = prepare(t)
        made = t.build_uuids.submission(watched)
        t.register(made).success()
        t.merge(surviving, subsumed)
        same_set(t.stored(watched).ids("entries"), [made.entry.id],
                 "documents of the patient after a merge that must not happen")
        true(known(t, watched), "the patient to stay usable", "it is not")
    return run


def _foreign(t):
    return cx(t.ids.text("P"), t.ids.oid())


def _subsumed_twice(t):
    old, new, third = t.patient(), t.patient(), t.patient()
    t.merge(new, old).expect("AA")
    return third, old, new


def _surviving_subsumed(t):
    gone, new, third = t.patient(), t.patient(), t.patient()
    t.merge(new, gone).expect("AA")
    return gone, third, third


def _same(t):
    patient = t.patient()
    return patient, patient, patient


def _inverse(t):
    old, new = t.patient(), t.patient()
    t.merge(new, old).expect("AA")
    return old, new, new


IGNORED = [
    ("surviving-id-of-foreign-domain", lambda t: (lambda p: (_foreign(t), p, p))(t.patient())),
    ("subsumed-id-of-foreign-domain", lambda t: (lambda p: (p, _foreign(t), p))(t.patient())),
    ("both-ids-the-same", _same),
    ("subsumed-id-already-subsumed", _subsumed_twice),
    ("surviving-id-already-subsumed", _surviving_subsumed),
    ("subsumed-id-not-known", lambda t: (lambda p: (p, t.new_patient_id(), p))(t.patient())),
    ("surviving-id-not-known", lambda t: (lambda p: (t.new_patient_id(), p, p))(t.patient())),
    ("inverse-of-an-earlier-merge", _inverse),
]
for _name, _prepare in IGNORED:
    add(f"xds/feed/merge-ignored/{_name}", 
        f"a merge with {_name.replace('-', ' ')} changes nothing", MERGE + ".4", _ignored(_prepare))


@case("xds/feed/merge-structure-ADT_A39", "MSH-9.3 ADT_A39 is right for A40", MERGE + ".2")
def _a39(t):
    old, new = t.patient(), t.patient()
    t.merge(new, old, structure="ADT_A39").expect("AA")
    true(not known(t, old), "the subsumed id to be refused", "it is accepted")
