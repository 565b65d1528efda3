"""Character sets on MLLP (ITI TF-2 C.2; pix-pdq 6; japan 12.1): in every set the same person."""
from lib import charsets, v2
from lib.cases import add, case
from lib.checks import equal, one_of, true
from lib.hl7 import adt
from lib.identity import UTF8, ask_v2, find_v2, known, name_v2
from lib.people import person
from lib.v2_answers import Patients, ask, pair, raw

IR87, IR87_159 = "~ISO IR87", "~ISO IR87~ISO IR159"
SECTION = "HL7 v2.5 2.15.9.18; pix-pdq 6; japan 12.1"


def feed_in(t, charset, someone, identifier, octets_of=None, msh18=None, msh20=None, role="toolkit"):
    """A01 in a character set, without the encoder of the transport."""
    text = adt("A01", [identifier], t.ids.text("M"), charset=charset if msh18 is None else msh18,
               msh20=msh20 if msh20 is not None else ("ISO 2022-1994" if "IR" in charset else ""),
               **someone.feed_options()).decode("utf-8")
    octets = (octets_of or (lambda s: charsets.encode(s, charset)))(text)
    return raw(t, octets, role)


def _same_person(charset):
    def run(t):
        someone, ids = person(), [t.new_patient_id(0), t.new_patient_id(1)]
        known(t, someone, ids[:1])
        feed_in(t, charset, someone, ids[1]).expect("AA")
        ask_v2(t, ids[0]).found([pair(ids[1])])
    return run


for _name, _charset in (("iso-2022-jp", IR87), ("iso-2022-jp-0212", IR87_159), ("utf-8", UTF8)):
    add(f"pix/text/same-person/{_name}", "fed in UTF-8 by one domain and in this set by another: linked",
        SECTION, _same_person(_charset))


def _answer_in(charset):
    """What was fed in UTF-8 is asked for and told in `charset`."""
    def run(t):
        someone, identifier = person(), t.new_patient_id()
        known(t, someone, [identifier])
        answer = ask(t, v2.pdq(t, name_v2(someone), charset=charset), charset=charset, kind=Patients)
        pid = answer.found([pair(identifier)]).pids[0]
        true(someone.family.kanji in pid.field(5) and someone.given.kana in pid.field(5),
             "the name in kanji and kana", pid.field(5))
        true(someone.address() in pid.field(11), "the address", pid.field(11))
        told, how = charsets.declared(answer.message.octets)
        equal(told.split("~")[:2], charset.split("~")[:2], "MSH-18")
        equal(how, "ISO 2022-1994" if "IR87" in charset else "", "MSH-20")
    return run


for _name, _charset in (("iso-2022-jp", IR87), ("iso-2022-jp-0212", IR87_159), ("utf-8", UTF8)):
    add(f"pix/text/answer/{_name}", "asked in this set, answered in it, MSH-18 and MSH-20 right",
        SECTION, _answer_in(_charset))


@case("pix/text/answer/ascii", "asked without MSH-18 for a Japanese person: the answer declares its set",
      SECTION)
def _ascii(t):
    someone, identifier = person(), t.new_patient_id()
    known(t, someone, [identifier])
    answer = ask(t, v2.pdq(t, [("PID.3.1", pair(identifier)[0]),
                               ("PID.3.4.2", pair(identifier)[1])]), kind=Patients)
    pid = answer.found([pair(identifier)]).pids[0]
    true(someone.family.kanji in pid.field(5), "the name", pid.field(5))
    one_of(charsets.declared(answer.message.octets)[0], {IR87, IR87_159, UTF8}, "MSH-18")


def _ack_in(charset):
    def run(t):
        answer = feed_in(t, charset, person(), t.new_patient_id()).expect("AA")
        answer.message.octets.decode("ascii")
    return run


for _name, _charset in (("iso-2022-jp", IR87), ("utf-8", UTF8)):
    add(f"pix/text/acknowledgement/{_name}", "an acknowledgement without Japanese text is plain ASCII",
        SECTION, _ack_in(_charset))


# Japanese senders' habits --------------------------------------------------------------------------

def _row13(extra, plain):
    """A name with a character of row 13 or of the vendor rows, as CP932 has it."""
    def run(t):
        base = person()
        family = type(base.family)(extra + base.family.kanji, base.family.hiragana)
        someone, identifier = base.but(family=family), t.new_patient_id()
        feed_in(t, IR87, someone, identifier).expect("AA")
        answer = find_v2(t, name_v2(someone)).found([pair(identifier)])
        true(extra in answer.pids[0].field(5), f"{extra} as it was sent", answer.pids[0].field(5))
        by_id = [("PID.3.1", pair(identifier)[0]), ("PID.3.4.2", pair(identifier)[1])]
        told = ask(t, v2.pdq(t, by_id, charset=IR87), charset=IR87, kind=Patients)
        told.found([pair(identifier)])
        true(plain in told.pids[0].field(5) or extra in told.pids[0].field(5) or
             "〓" in told.pids[0].field(5), f"{extra}, its relative {plain} or a geta mark",
             told.pids[0].field(5))
    return run


for _name, _extra, _plain in (("ladder-high", "髙", "高"), ("cape", "﨑", "崎")):
    add(f"pix/text/vendor/{_name}", f"{_extra} in ISO-2022-JP is read, kept, and told again",
        SECTION + " (50220/50221)", _row13(_extra, _plain))


@case("pix/text/vendor/row-13", "①, ㈱ and № in an address are read", SECTION)
def _address(t):
    base, identifier = person(), t.new_patient_id()
    someone = base.but(block="①㈱№")
    feed_in(t, IR87, someone, identifier).expect("AA")
    pid = find_v2(t, name_v2(someone)).found([pair(identifier)]).pids[0]
    true("①㈱№" in pid.field(11), "the characters of row 13", pid.field(11))


@case("pix/text/half-width-kana", "half-width kana by ESC ( I: read, and found by full-width kana", SECTION)
def _half(t):
    someone, identifier = person(scripts="IH"), t.new_patient_id()
    feed_in(t, IR87, someone, identifier).expect("AA")
    find_v2(t, name_v2(someone, "kana")).found([pair(identifier)])


@case("pix/text/delimiter-octets", "two-byte characters made of the octets | ^ ~ \\ & are no delimiters",
      SECTION + " rule 2")
def _octets(t):
    base, identifier = person(), t.new_patient_id()
    tricky = "本亨呉如処"
    encoded = charsets.encode_jis(tricky)
    true(any(o in encoded for o in b"|^~\\&"), "octets of delimiters in the message", encoded)
    someone = base.but(family=type(base.family)(base.family.kanji + tricky, base.family.hiragana))
    feed_in(t, IR87, someone, identifier).expect("AA")
    answer = ask(t, v2.pdq(t, name_v2(someone), charset=IR87), charset=IR87, kind=Patients)
    pid = answer.found([pair(identifier)]).pids[0]
    true(someone.family.kanji in pid.field(5), "the name", pid.field(5))


@case("pix/text/roman", "JIS X 0201 roman instead of ASCII between Japanese text", SECTION + " rule 5")
def _roman(t):
    someone, identifier = person(), t.new_patient_id()
    feed_in(t, IR87, someone, identifier, octets_of=lambda s: charsets.encode_jis(s).replace(
        charsets.ESC_ASCII, charsets.ESC_ROMAN)).expect("AA")
    find_v2(t, name_v2(someone)).found([pair(identifier)])


@case("pix/text/jis-1978", "the older escape ESC $ @", SECTION)
def _old(t):
    someone, identifier = person(), t.new_patient_id()
    feed_in(t, IR87, someone, identifier, octets_of=lambda s: charsets.encode_jis(s).replace(
        charsets.ESC_0208, charsets.ESC_0208_OLD)).expect("AA")
    find_v2(t, name_v2(someone)).found([pair(identifier)])


@case("pix/text/wave-dash", "an address with － and ～ in one set, − and 〜 in the other: one address",
      SECTION + " rule 6")
def _wave(t):
    someone, ids = person(), [t.new_patient_id(0), t.new_patient_id(1)]
    known(t, someone.but(block="１－２～３"), ids[:1])
    feed_in(t, IR87, someone.but(block="１−２〜３"), ids[1]).expect("AA")
    ask_v2(t, ids[0]).found([pair(ids[1])])


REFUSED = [
    ("bad-utf-8", UTF8, "", lambda s: s.encode().replace("々".encode(), b"\xff\xfe")),
    ("cp932-declared-as-jis", IR87, "ISO 2022-1994", lambda s: s.encode("cp932")),
    ("undeclared-utf-8", "", "", lambda s: s.encode()),
    ("undeclared-cp932", "", "", lambda s: s.encode("cp932")),
    ("undeclared-euc-jp", "", "", lambda s: s.encode("euc_jp")),
    ("undeclared-iso-2022-jp", "", "", charsets.encode_jis),
    ("iso-2022-jp-declared-as-utf-8", UTF8, "", charsets.encode_jis),
    ("unknown-set", "KLINGON", "", lambda s: s.encode()),
]


def _refused(msh18, msh20, octets_of):
    def run(t):
        base, identifier = person(), t.new_patient_id()
        someone = base.but(family=type(base.family)(base.family.kanji + "々", base.family.hiragana))
        answer = feed_in(t, msh18, someone, identifier, octets_of, msh18, msh20)
        answer.expect({"AE", "AR"})
        true(any("102" in e.line or "103" in e.line for e in answer.errors), "code 102 (or 103)",
             [e.line for e in answer.errors])
        ask_v2(t, identifier).expect("AE")
    return run


for _name, _msh18, _msh20, _make in REFUSED:
    add(f"pix/text/refused/{_name}", "octets outside the declared set: refused, nothing stored",
        SECTION + " rule 7", _refused(_msh18, _msh20, _make))


@case("pix/text/hl7-escapes", "kanji as HL7 escapes (MSH-20 2.3): read like the octets", SECTION)
def _escapes(t):
    someone, identifier = person(), t.new_patient_id()

    def spelled(text):
        out, jis = b"", charsets.encode_jis(text)
        while jis:
            if jis.startswith(charsets.ESC_0208):
                end = jis.index(charsets.ESC_ASCII)
                run = jis[3:end]
                out += b"\\M2442\\" + run + b"\\C2842\\"
                jis = jis[end + 3:]
            else:
                out, jis = out + jis[:1], jis[1:]
        return out
    answer = feed_in(t, IR87, someone, identifier, spelled, IR87, "2.3")
    answer.expect("AA")
    find_v2(t, name_v2(someone)).found([pair(identifier)])


# A partner whose empty or wrong MSH-18 is no obstacle (agreement: character_set guess) --------------

GUESSED = [
    ("cp932", "", lambda s: s.encode("cp932"), {}),
    ("cp932-half-width-kana", "", lambda s: s.encode("cp932"), {"scripts": "IH"}),
    ("cp932-declared-as-jis", IR87, lambda s: s.encode("cp932"), {}),
    ("utf-8", "", lambda s: s.encode(), {}),
    ("utf-8-declared-as-jis", IR87, lambda s: s.encode(), {}),
    ("iso-2022-jp", "", charsets.encode_jis, {}),
    ("iso-2022-jp-declared-as-utf-8", UTF8, charsets.encode_jis, {}),
    ("iso-2022-jp-in-an-unknown-set", "KLINGON", charsets.encode_jis, {}),
]


def _guessed(msh18, octets_of, options):
    def run(t):
        role, someone, ids = t.lenient(), person(**options), [t.new_patient_id(0), t.new_patient_id(1)]
        known(t, someone, ids[:1])
        feed_in(t, msh18, someone, ids[1], octets_of, msh18, "", role).expect("AA")
        ask_v2(t, ids[0]).found([pair(ids[1])])
        find_v2(t, name_v2(someone)).found([pair(i) for i in ids])
    return run


for _name, _msh18, _make, _options in GUESSED:
    add(f"pix/text/guessed/{_name}", "a partner who declares nothing, or the wrong set, is read by his octets",
        "japan 8.5, 12.1; agreement", _guessed(_msh18, _make, _options))


@case("pix/text/guessed/row-13", "①, ㈱ and № in undeclared CP932 are read as they were sent",
      "japan 8.5, 12.1; agreement")
def _row13_guessed(t):
    someone, identifier = person().but(block="①㈱№"), t.new_patient_id()
    feed_in(t, "", someone, identifier, lambda s: s.encode("cp932"), "", "", t.lenient()).expect("AA")
    pid = find_v2(t, name_v2(someone)).found([pair(identifier)]).pids[0]
    true("①㈱№" in pid.field(11), "the characters of row 13", pid.field(11))


@case("pix/text/guessed/euc-jp", "undeclared EUC-JP is read right, or refused: never stored as other text",
      "japan 8.5, 12.1; agreement")
def _euc_guessed(t):
    someone, identifier = person(), t.new_patient_id()
    answer = feed_in(t, "", someone, identifier, lambda s: s.encode("euc_jp"), "", "", t.lenient())
    answer.expect({"AA", "AE"})
    if answer.code == "AA":
        find_v2(t, name_v2(someone)).found([pair(identifier)])
    else:
        ask_v2(t, identifier).expect("AE")
