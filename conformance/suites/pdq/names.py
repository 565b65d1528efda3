"""One person, found by each spelling of the name (pix-pdq 3.1, 6, 9; japan 12.2)."""
from lib.cases import add, case
from lib.checks import true
from lib.identity import find_v2, find_v3, known, name_v2, name_v3
from lib.people import person
from lib.v2_answers import pair
from lib.v3 import NS3

SECTION = "ITI TF-2 3.21.4.1.2.2.2; pix-pdq 6"


def ipa(t):
    """A person known in kanji, kana and romaji."""
    someone, identifier = person(scripts="IPA"), t.new_patient_id()
    known(t, someone, [identifier])
    return someone, identifier


def _spelling(spelling):
    def run(t):
        someone, identifier = ipa(t)
        find_v2(t, name_v2(someone, spelling)).found([pair(identifier)])
    return run


def _spelling_v3(spelling):
    def run(t):
        someone, identifier = ipa(t)
        find_v3(t, names=[name_v3(someone, spelling)], birth=someone.birth).found([pair(identifier)])
    return run


for _name in ("kanji", "kana", "hiragana", "romaji", "half"):
    add(f"pdq/names/v2-{_name}", f"found by {_name} in ITI-21", SECTION, _spelling(_name))
    if _name != "half":
        add(f"pdq/names/v3-{_name}", f"found by {_name} in ITI-47", SECTION, _spelling_v3(_name))


@case("pdq/names/romaji-in-small-letters", "case does not matter", SECTION)
def _small(t):
    someone, identifier = ipa(t)
    find_v2(t, [("PID.5.1.1", someone.family.romaji.lower()),
                ("PID.5.2", someone.given.romaji.lower())]).found([pair(identifier)])


@case("pdq/names/full-width-romaji", "width does not matter", SECTION)
def _width(t):
    someone, identifier = ipa(t)
    wide = [("".join(chr(ord(c) + 0xFEE0) for c in w.romaji)) for w in (someone.family, someone.given)]
    find_v2(t, [("PID.5.1.1", wide[0]), ("PID.5.2", wide[1])]).found([pair(identifier)])


@case("pdq/names/kanji-variants", "斎 and 齋 in a name are one name", "pix-pdq 9, 11.2")
def _variants(t):
    base = person()
    word = type(base.family)
    someone = base.but(family=word("斎" + base.family.kanji, "さ" + base.family.hiragana))
    identifier = t.new_patient_id()
    known(t, someone, [identifier])
    find_v2(t, [("PID.5.1.1", "齋" + base.family.kanji), ("PID.5.2", base.given.kanji)]).found(
        [pair(identifier)])


def _prefix(length, both):
    def run(t):
        someone, identifier = ipa(t)
        criteria = [("PID.5.1.1", someone.family.kanji[:length] + "*"),
                    ("PID.5.2", someone.given.kanji[:2] + "*" if both else someone.given.kanji)]
        found = find_v2(t, criteria + [("PID.7", someone.birth)])
        true([pair(identifier)] in [sorted(p) for p in found.patients], "the person among the hits",
             found.patients)
    return run


add("pdq/names/wildcard-family", "the beginning of the family name and *", "MESA 11315", _prefix(2, False))
add("pdq/names/wildcard-both", "the beginnings of both names and *", "MESA 11315", _prefix(2, True))


@case("pdq/names/wildcard-kana", "the beginning in kana and *", "MESA 11315")
def _kana(t):
    someone, identifier = ipa(t)
    found = find_v2(t, [("PID.5.1.1", someone.family.kana[:2] + "*"), ("PID.5.2", someone.given.kana),
                        ("PID.7", someone.birth)])
    true([pair(identifier)] in [sorted(p) for p in found.patients], "the person among the hits",
         found.patients)


@case("pdq/names/no-star-no-prefix", "the beginning without * is not the name", SECTION)
def _no_star(t):
    someone, _ = ipa(t)
    find_v2(t, [("PID.5.1.1", someone.family.kanji[:2]), ("PID.5.2", someone.given.kanji),
                ("PID.7", someone.birth)]).found()


@case("pdq/names/family-and-birth", "family name and birth alone", "MESA 11350")
def _family(t):
    someone, identifier = ipa(t)
    find_v2(t, [("PID.5.1.1", someone.family.kanji), ("PID.7", someone.birth)]).found(
        [pair(identifier)])


@case("pdq/names/representation-narrows", "PID.5.8 P with a kana name finds, I with it does not", SECTION)
def _representation(t):
    someone, identifier = ipa(t)
    kana = name_v2(someone, "kana")
    find_v2(t, kana + [("PID.5.8", "P")]).found([pair(identifier)])
    find_v2(t, name_v2(someone) + [("PID.5.8", "I")]).found([pair(identifier)])


@case("pdq/names/all-spellings-come-back", "the answer has kanji, kana and romaji, each with its code",
      "pix-pdq 6 (XPN.8)")
def _spellings(t):
    someone, identifier = ipa(t)
    pid = find_v2(t, name_v2(someone)).found([pair(identifier)]).pids[0]
    found = {(pid.component(5, 1, r), pid.component(5, 2, r), pid.component(5, 8, r))
             for r in range(1, len(pid.repetitions(5)) + 1)}
    for spelling, code in (("kanji", "I"), ("kana", "P"), ("romaji", "A")):
        wanted = (getattr(someone.family, spelling), getattr(someone.given, spelling), code)
        true(wanted in found, f"{wanted} in PID-5", found)


@case("pdq/names/originals-come-back", "what was sent in half-width kana is not told folded",
      "japan 12.2 (never store normalised text)")
def _original(t):
    someone, identifier = person(scripts="IH"), t.new_patient_id()
    known(t, someone, [identifier])
    pid = find_v2(t, name_v2(someone)).found([pair(identifier)]).pids[0]
    true(someone.family.half in pid.field(5), "the half-width kana", pid.field(5))


@case("pdq/names/v3-uses", "v3 tells the spellings as IDE, SYL and ABC", "pix-pdq 4 (names in v3)")
def _uses(t):
    someone, identifier = ipa(t)
    answer = find_v3(t, names=[name_v3(someone)], birth=someone.birth).found([pair(identifier)])
    uses = {name.findtext("h:family", None, NS3): (name.get("use") or "").split()
            for name in answer.patients[0].findall("h:patientPerson/h:name", NS3)}
    for spelling, code in (("kanji", "IDE"), ("kana", "SYL"), ("romaji", "ABC")):
        true(code in uses.get(getattr(someone.family, spelling), []), f"use {code}", uses)


@case("pdq/names/v3-search-use", "use SRCH finds a slightly different spelling", "pix-pdq 5.4")
def _search(t):
    someone, identifier = ipa(t)
    answer = find_v3(t, names=[name_v3(someone, "kana", "SRCH")], birth=someone.birth)
    true([pair(identifier)] in answer.ids, "the person among the hits", answer.ids)
