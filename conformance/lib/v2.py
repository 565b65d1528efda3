"""HL7 v2.5 queries and the taking apart of any HL7 v2 answer (ITI TF-2 C.2, 3.9, 3.21).

Decoded first, split second, unescaped last. Fields count as in the standard: MSH-1 is the bar.
"""
import ssl
import time

from . import charsets
from .checks import Failed, fail
from .hl7 import END, START

_UNESCAPE = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}


def escape(text):
    out = text.replace("\\", "\\E\\")
    for code, mark in (("F", "|"), ("S", "^"), ("T", "&"), ("R", "~")):
        out = out.replace(mark, f"\\{code}\\")
    return out


def unescape(text):
    parts = text.split("\\")
    out = parts[0]
    for number, part in enumerate(parts[1:], 1):
        if number % 2:
            out += _UNESCAPE.get(part, f"\\{part}\\")
        else:
            out += part
    return out


class Segment:
    def __init__(self, line):
        self.line = line
        self.fields = line.split("|")
        self.name = self.fields[0]
        if self.name == "MSH":
            self.fields.insert(1, "|")

    def field(self, number):
        """The raw text of a field, "" when it is not there."""
        return self.fields[number] if number < len(self.fields) else ""

    def repetitions(self, number):
        text = self.field(number)
        return text.split("~") if text else []

    def component(self, number, component=1, repetition=1, sub=None):
        """An unescaped component (or subcomponent), "" when it is not there."""
        repetitions = self.repetitions(number)
        if repetition > len(repetitions):
            return ""
        parts = repetitions[repetition - 1].split("^")
        text = parts[component - 1] if component <= len(parts) else ""
        if sub is not None:
            subs = text.split("&")
            text = subs[sub - 1] if sub <= len(subs) else ""
        return unescape(text)


class Message:
    """One HL7 v2 message; `text` when it is known already (a request of our own)."""

    def __init__(self, octets, text=None):
        self.octets = octets
        try:
            self.text = charsets.decode(octets) if text is None else text
        except (ValueError, UnicodeDecodeError) as error:
            fail("a message in the set its MSH-18 names", error)
        self.segments = [Segment(line) for line in self.text.split("\r") if line]
        if not self.segments or self.segments[0].name != "MSH":
            fail("a message that begins with MSH", self.text[:60])
        self.msh = self.segments[0]

    def all(self, name):
        return [s for s in self.segments if s.name == name]

    def one(self, name):
        found = self.all(name)
        if len(found) != 1:
            fail(f"exactly one {name} segment", [s.name for s in self.segments])
        return found[0]

    def names(self):
        return [s.name for s in self.segments]


def ids_of(segment, number=3):
    """The identifiers of a CX field: (id, namespace, universal id, type), in their order."""
    return [(segment.component(number, 1, r), segment.component(number, 4, r, 1),
             segment.component(number, 4, r, 2), segment.component(number, 4, r, 3))
            for r in range(1, len(segment.repetitions(number)) + 1)]


def header(t, event, control=None, version="2.5", charset="", receiver=None, processing="P",
           sender=("CONFORMANCE", "SUITE"), tail=""):
    """An MSH line. `receiver`: MSH-5; `tail`: MSH-13 on, verbatim, instead of the character set."""
    now = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    application, facility = t.target.v2_receiver
    if charset and not tail and charset not in ("CP932", "EUC-JP"):
        tail = f"||||||{charset}" + ("||ISO 2022-1994" if "IR87" in charset else "")
    return (f"MSH|^~\\&|{sender[0]}|{sender[1]}|"
            f"{application if receiver is None else receiver}|{facility}|{now}||"
            f"{event}|{control or t.ids.text('Q')}|{processing}|{version}{tail}")


def join(*lines):
    return "\r".join(line for line in lines if line) + "\r"


def authority(oid):
    return f"^^^&{oid}&ISO"


def pix_query(t, cx, domains=(), tag=None, name="IHE PIX Query", event="QBP^Q23^QBP_Q21", rcp="RCP|I",
              **options):
    """Text of an ITI-9 message; `domains` are QPD-4 repetitions, CX texts."""
    tail = "|" + "~".join(domains) if domains else ""
    tag = t.ids.text("T") if tag is None else tag
    return join(header(t, event, **options), f"QPD|{name}|{tag}|{cx}{tail}", rcp)


def pdq(t, criteria, domains=(), tag=None, quantity=None, pointer=None, name="IHE PDQ Query",
        event="QBP^Q22^QBP_Q21", **options):
    """Text of an ITI-21 (or ITI-22) message; `criteria` are (name, value) pairs."""
    asked = "~".join(f"@{key}^{escape(value)}" for key, value in criteria)
    tail = "|||||" + "~".join(domains) if domains else ""
    return join(header(t, event, **options),
                f"QPD|{name}|{t.ids.text('T') if tag is None else tag}|{asked}{tail}",
                "RCP|I" + (f"|{quantity}^RD" if quantity is not None else ""),
                f"DSC|{pointer}|I" if pointer else "")


def cancel(t, tag, name="IHE PDQ Query", **options):
    return join(header(t, "QCN^J01^QCN_J01", **options), f"QID|{tag}|{name}")


def send(t, message, role="toolkit", charset=""):
    """Sends text or octets and gives back (request, answer) as Messages, unjudged."""
    if isinstance(message, bytes):
        octets, text = message, message.decode("utf-8", "replace")
    else:
        octets, text = charsets.encode(message, charset), message
    client = t.mllp(role)
    try:
        client.send_raw(START + octets + END)
        return Message(octets, text), Message(client.read_frame())
    except (OSError, ssl.SSLError) as error:
        client.close()
        raise Failed("expected: an answer to the message\n"
                     f"got:      {type(error).__name__}: {error}") from error
