"""ITI-8 into the cross-reference manager (ITI TF-2 3.8, C.2.3; pix-pdq 1, 2.1)."""
from lib.cases import add, case
from lib.checks import Skipped, equal, one_of, true
from lib.hl7 import adt
from lib.identity import UTF8, ask_v2, find_v2, known, linked, name_v2, pairs
from lib.ids import cx
from lib.people import person
from lib.v2_answers import pair, raw

SECTION = "ITI TF-2 3.8"


def error_2_3_1(answer, code, place=None):
    """ERR-1 of v2.3.1 is segment ^ sequence ^ field ^ code&text&table."""
    found = [(e.component(1, 4, 1, 1), f"{e.component(1, 1)}^{e.component(1, 3)}")
             for e in answer.errors]
    codes = {code} if isinstance(code, str) else set(code)
    true(any(c in codes and (place is None or p == place) for c, p in found),
         f"ERR-1 with {sorted(codes)} at {place or 'any place'}", [e.line for e in answer.errors])


def _known(trigger):
    def run(t):
        identifier = t.new_patient_id()
        known(t, person(), [identifier], trigger)
        ask_v2(t, identifier).nothing()
    return run


for _trigger in ("A01", "A04", "A05"):
    add(f"pix/feed/add-{_trigger}", f"an id fed by {_trigger} is known to ITI-9, without correlates",
        SECTION + ".4.1.2, 3.9.4.2.2.6", _known(_trigger))


@case("pix/feed/one-message-two-domains", "ids listed in one PID-3 belong to one person", SECTION)
def _two(t):
    _, ids = linked(t)
    ask_v2(t, ids[0]).found(pairs(ids[1:]))
    ask_v2(t, ids[1]).found(pairs(ids[:1]))


@case("pix/feed/demographics-link", "two domains describe one person alike: their ids are linked",
      SECTION + ".4.1.3 (cross-referencing)")
def _match(t):
    someone, first, second = person(), t.new_patient_id(0), t.new_patient_id(1)
    known(t, someone, [first])
    ask_v2(t, first).nothing()
    known(t, someone, [second])
    ask_v2(t, first).found([pair(second)])


@case("pix/feed/possible-matches-are-not-exposed",
      "equal names alone decide nothing: no link is published", SECTION + ".4.1.3; pix-pdq 2.1")
def _possible(t):
    someone, other, ids = person(), person(), [t.new_patient_id(0), t.new_patient_id(1)]
    known(t, someone, [ids[0]])
    known(t, other.but(family=someone.family, given=someone.given), [ids[1]])
    ask_v2(t, ids[0]).nothing()


@case("pix/feed/twins-are-two", "all equal but the given name: two persons", "pix-pdq 10.5")
def _twins(t):
    one = person()
    ids = [t.new_patient_id(0), t.new_patient_id(1)]
    known(t, one, [ids[0]])
    known(t, one.but(given=person().given), [ids[1]])
    ask_v2(t, ids[0]).nothing()


@case("pix/feed/two-ids-of-one-domain-are-not-linked",
      "a domain with one id for each person keeps two records apart, however alike",
      "pix-pdq 7 (intra-domain duplicates)")
def _duplicates(t):
    someone, ids = person(), [t.new_patient_id(0), t.new_patient_id(0)]
    for identifier in ids:
        known(t, someone, [identifier])
    ask_v2(t, ids[0]).nothing()


@case("pix/feed/A08-replaces-demographics", "A08 with another name: found by it, no longer by the old",
      SECTION + ".4.1.3")
def _update(t):
    before, after = person(), person()
    identifier = t.new_patient_id()
    known(t, before, [identifier])
    known(t, after, [identifier], "A08")
    find_v2(t, name_v2(after)).found([pair(identifier)])
    find_v2(t, name_v2(before)).found()


@case("pix/feed/A01-of-a-known-id-updates", "A01 for a known id changes its demographics", "pix-pdq 2.1")
def _upsert(t):
    before, after = person(), person()
    identifier = t.new_patient_id()
    known(t, before, [identifier])
    known(t, after, [identifier], "A01")
    find_v2(t, name_v2(after)).found([pair(identifier)])
    find_v2(t, name_v2(before)).found()


def pid_of(t, someone):
    return find_v2(t, name_v2(someone)).pids[0]


@case("pix/feed/empty-field-keeps", "a field that is empty leaves the stored value alone",
      "ITI TF-2 C.2.6")
def _keeps(t):
    someone = person()
    ids = known(t, someone, [t.new_patient_id()])
    known(t, someone, ids, "A08", birth="", sex="", pid_extra="")
    pid = pid_of(t, someone)
    equal((pid.component(7), pid.component(8)), (someone.birth, someone.sex), "birth and sex")
    true(someone.phone in pid.field(13), "the telephone", pid.field(13))


@case("pix/feed/two-quotes-delete", 'a field that is "" deletes the stored value', "ITI TF-2 C.2.6")
def _deletes(t):
    someone = person()
    ids = known(t, someone, [t.new_patient_id()])
    known(t, someone, ids, "A08", pid_extra='|||""||""')
    pid = pid_of(t, someone)
    equal((pid.field(11), pid.field(13)), ("", ""), "address and telephone")
    equal(pid.component(7), someone.birth, "birth, which was not deleted")


@case("pix/feed/A08-of-an-unknown-id", "taken as an add, or AE 204", "pix-pdq 2.1")
def _unknown_update(t):
    identifier, someone = t.new_patient_id(), person()
    ack = t.feed(identifier, "A08", charset=UTF8, **someone.feed_options())
    ack.expect({"AA", "AE"})
    answer = ask_v2(t, identifier)
    equal(answer.code, ack.code, "MSA-1 of ITI-9 (AA when the feed was taken)")


@case("pix/feed/no-reference-known", "an id nobody fed is unknown to ITI-9", "ITI TF-2 3.9 case 3")
def _none(t):
    ask_v2(t, t.new_patient_id()).expect("AE")


@case("pix/feed/long-values", "ids and names longer than HL7's own lengths are taken (table 3.8-2)",
      SECTION + ".4.1.2.3; Appendix E")
def _long(t):
    text = t.ids.text("P") + "X" * 24
    identifier, other = cx(text, t.target.authorities[0]), t.new_patient_id(1)
    someone = person()
    known(t, someone.but(xpn=[f"{someone.family.kanji}^{someone.given.kanji}{'々' * 60}^^^^^L^I"]),
          [identifier, other])
    ask_v2(t, other).found([pair(identifier)])


@case("pix/feed/unused-segments-and-fields", "other segments and fields are ignored", SECTION)
def _ignored(t):
    identifier = t.new_patient_id()
    octets = adt("A01", [identifier], t.ids.text("M"), charset=UTF8, **person().feed_options())
    octets += b"PD1||||\rNK1|1|X^Y\rZZZ|anything|at all\rOBX|1|ST|1||2\r"
    raw(t, octets).expect("AA")
    ask_v2(t, identifier).nothing()


# Authorities --------------------------------------------------------------------------------------

@case("pix/feed/unknown-domain", "unknown domain: AE, 204 at PID-3", "pix-pdq 2.1")
def _unknown_domain(t):
    octets = adt("A01", [cx(t.ids.text("P"), t.ids.oid())], t.ids.text("M"), charset=UTF8,
                 **person().feed_options())
    answer = raw(t, octets).expect({"AE", "AR"})
    error_2_3_1(answer, "204", "PID^3")


@case("pix/feed/no-domain", "no authority and none configured: an error at PID-3", "pix-pdq 2.1")
def _no_domain(t):
    octets = adt("A01", [t.ids.text("P")], t.ids.text("M"), charset=UTF8, **person().feed_options())
    answer = raw(t, octets).expect({"AE", "AR"})
    error_2_3_1(answer, {"101", "204"}, "PID^3")


def _namespace(form):
    def run(t):
        oid = t.target.authorities[0]
        namespace = t.target.namespaces.get(oid)
        if namespace is None:
            raise Skipped("no-namespace", "the target file names no namespace of its domains")
        text = t.ids.text("P")
        known(t, person(), [text + "^^^" + form.format(ns=namespace, oid=oid)])
        ask_v2(t, cx(text, oid)).nothing()
    return run


for _name, _form in (("namespace", "{ns}"), ("universal-id", "&{oid}&ISO"),
                     ("all-parts", "{ns}&{oid}&ISO")):
    add(f"pix/feed/authority-{_name}", f"the domain as {_name.replace('-', ' ')}",
        "ITI TF-2 Appendix E; 3.8.4.1.2.3", _namespace(_form))


@case("pix/feed/namespace-and-oid-differ", "namespace of one domain, OID of another: AE 204",
      "pix-pdq 2.1 (Appendix E)")
def _differ(t):
    first, second = t.target.authorities[:2]
    namespace = t.target.namespaces.get(first)
    if namespace is None:
        raise Skipped("no-namespace", "the target file names no namespace of its domains")
    octets = adt("A01", [f"{t.ids.text('P')}^^^{namespace}&{second}&ISO"], t.ids.text("M"),
                 charset=UTF8, **person().feed_options())
    answer = raw(t, octets).expect({"AE", "AR"})
    error_2_3_1(answer, "204", "PID^3")


# Wrong header values ------------------------------------------------------------------------------

HEADER = [
    ("type", "200", dict(message_type="ORU", trigger="R01")),
    ("event", "201", dict(trigger="A02")),
    ("event-A10", "201", dict(trigger="A10")),
    ("processing-id", "202", dict(processing="X")),
    ("version", "203", dict(version="2.9")),
]


def _header(code, changes):
    def run(t):
        options = dict(trigger="A01") | changes
        octets = adt(options.pop("trigger"), [t.new_patient_id()], t.ids.text("M"), charset=UTF8,
                     **(person().feed_options() | options))
        answer = raw(t, octets).expect("AR")
        if answer.message.msh.field(12) >= "2.4":
            answer.error(code)
        else:
            error_2_3_1(answer, code)
    return run


for _name, _code, _changes in HEADER:
    add(f"pix/feed/msh/{_name}", f"wrong {_name}: AR with {_code}", "ITI TF-2 C.2.3; pix-pdq 1.2",
        _header(_code, _changes))


@case("pix/feed/msh/control-id", "no MSH-10: refused", "ITI TF-2 C.2.2 (MSH-10 R)")
def _control(t):
    octets = adt("A01", [t.new_patient_id()], "", charset=UTF8, **person().feed_options())
    answer = raw(t, octets)
    one_of(answer.code, {"AE", "AR"}, "MSA-1")


@case("pix/feed/message-twice", "the same message again: AA again, nothing changes",
      "pix-pdq 1.1 (MSH-3, 4 and 10 as key)")
def _twice(t):
    identifier, someone, later = t.new_patient_id(), person(), person()
    octets = adt("A01", [identifier], t.ids.text("M"), charset=UTF8, **someone.feed_options())
    raw(t, octets).expect("AA")
    known(t, later, [identifier], "A08")
    raw(t, octets).expect("AA")
    find_v2(t, name_v2(later)).found([pair(identifier)])
