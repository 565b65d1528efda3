"""Made-up persons whom no other case and no other run knows.

A name is made of syllables, each with one kanji, so kanji, kana and romaji belong together and two
persons share a name only when a case wants it. No syllable is a bare vowel: no spelling is longer
or shorter than another.
"""
import random
from dataclasses import dataclass, field, replace

_SYLLABLES = ("加か幾き久く計け己こ左さ之し寿す世せ曽そ太た知ち津つ天て登と奈な仁に奴ぬ祢ね乃の"
              "波は比ひ不ふ部へ保ほ末ま美み武む女め毛も也や由ゆ良ら利り留る礼れ呂ろ和わ")
PARTS = [(_SYLLABLES[i], _SYLLABLES[i + 1]) for i in range(0, len(_SYLLABLES), 2)]
_LATIN = dict(zip("かきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆらりるれろわ",
                  ("ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho "
                   "ma mi mu me mo ya yu ra ri ru re ro wa").split()))
_HALF = dict(zip("かきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆらりるれろわ",
                 "ｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾗﾘﾙﾚﾛﾜ"))
_random = random.SystemRandom()


@dataclass(frozen=True)
class Word:
    """One name part in every spelling."""
    kanji: str
    hiragana: str

    @property
    def kana(self):
        return "".join(chr(ord(c) + 0x60) for c in self.hiragana)

    @property
    def half(self):
        return "".join(_HALF[c] for c in self.hiragana)

    @property
    def romaji(self):
        return "".join(_LATIN[c] for c in self.hiragana).upper()


def word(length=3):
    picked = [_random.choice(PARTS) for _ in range(length)]
    return Word("".join(p[0] for p in picked), "".join(p[1] for p in picked))


@dataclass
class Person:
    family: Word
    given: Word
    birth: str
    sex: str
    phone: str
    postal: str
    block: str
    scripts: str = "IP"
    xpn: list = field(default_factory=list)  # verbatim XPN repetitions instead of the scripts

    def but(self, **changes):
        return replace(self, **changes)

    # HL7 v2 -----------------------------------------------------------------------------------

    def pid5(self):
        if self.xpn:
            return "~".join(self.xpn)
        text = {"I": (self.family.kanji, self.given.kanji), "P": (self.family.kana, self.given.kana),
                "A": (self.family.romaji, self.given.romaji), "H": (self.family.half, self.given.half)}
        return "~".join(f"{text[s][0]}^{text[s][1]}^^^^^L^{'P' if s == 'H' else s}"
                        for s in self.scripts)

    def address(self):
        return f"静岡県静岡市駿河区登呂{self.block}"

    def pid_rest(self):
        """PID-9 to PID-13, with the bar before them."""
        return f"|||^^^^{self.postal}^JPN^H^{self.address()}||^PRN^PH^^^^^^^^^{self.phone}"

    def feed_options(self):
        """What lib.hl7.adt needs for this person."""
        return dict(name=self.pid5(), birth=self.birth, sex=self.sex, pid_extra=self.pid_rest())

    # HL7 v3 -----------------------------------------------------------------------------------

    def v3_names(self):
        rows = {"I": ("IDE", self.family.kanji, self.given.kanji),
                "P": ("SYL", self.family.kana, self.given.kana),
                "A": ("ABC", self.family.romaji, self.given.romaji)}
        return "".join(f'<name use="L {rows[s][0]}"><family>{rows[s][1]}</family>'
                       f"<given>{rows[s][2]}</given></name>" for s in self.scripts)

    def v3(self):
        """The children of patientPerson, in the schema's order."""
        return (f'{self.v3_names()}<telecom value="tel:{self.phone}" use="HP"/>'
                f'<administrativeGenderCode code="{self.sex}" codeSystem="2.16.840.1.113883.5.1"/>'
                f'<birthTime value="{self.birth}"/><addr use="HP"><country>JPN</country>'
                f"<postalCode>{self.postal}</postalCode>"
                f"<streetAddressLine>{self.address()}</streetAddressLine></addr>")


def person(**changes):
    """A new person; `changes` replace attributes."""
    digits = "".join(_random.choice("0123456789") for _ in range(12))
    made = Person(word(), word(), f"{_random.randrange(1930, 2000)}"
                  f"{_random.randrange(1, 13):02d}{_random.randrange(1, 29):02d}",
                  _random.choice("MF"), f"054-{digits[:3]}-{digits[3:7]}",
                  f"422-{digits[7:11]}", f"{_random.randrange(2, 90)}-{_random.randrange(2, 90)}"
                  f"-{_random.randrange(100, 999)}")
    return made.but(**changes)
