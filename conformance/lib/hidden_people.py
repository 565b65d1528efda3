"""One person whom two members know under ids of their own, for questions about consent.

Nobody has consented when a case begins; `consent` gives or takes it by the operator's command.
"""
import re

from . import v2
from .checks import Skipped, equal, fail
from .identity import known, member_id, name_v2
from .people import person

_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")

def two_members(t, someone=None):
    """(person, hospital's CX, clinic's CX): both fed it, alike in every respect."""
    someone = someone or person()
    hospital, clinic = member_id(t, "hospital"), member_id(t, "clinic")
    known(t, someone, [hospital], role="hospital")
    known(t, someone, [clinic], role="clinic")
    return someone, hospital, clinic


def consent(t, cx, verb="grant"):
    if not t.target.consent_command:
        raise Skipped("no-consent-command", "the target file has no consent_command")
    t.target.consent(verb, cx)


def by_name(t, someone, **options):
    """An ITI-21 text by name and birth."""
    return v2.pdq(t, name_v2(someone) + [("PID.7", someone.birth)], **options)


def alike(one, other, replace=()):
    """Fails unless two HL7 v2 answers are equal but for times, control ids, tags and `replace`."""
    def plain(answer):
        lines = []
        for segment in answer.message.segments:
            fields = list(segment.fields)
            if segment.name == "MSH":
                fields[7], fields[10] = "TIME", "CONTROL"
            elif segment.name == "MSA":
                fields[2] = "CONTROL"
            elif segment.name in ("QAK", "QPD"):
                fields[1 if segment.name == "QAK" else 2] = "TAG"
            text = _UUID.sub("{uuid}", "|".join(fields))  # the number of an incident, not of a person
            for old, new in replace:
                text = text.replace(old, new)
            lines.append(text)
        return lines
    first, second = plain(one), plain(other)
    if first != second:
        different = [(a, b) for a, b in zip(first, second) if a != b]
        if not different:
            fail("answers of equal length", f"{first} and {second}")
        equal(different[0][0], different[0][1], "a segment of the two answers")
