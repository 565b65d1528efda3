"""MTOM/XOP packages: a builder for every way clients write them and a strict parser.

Parser rules follow ITI TF-2 V.8 and RFC 2387: what a node sends must be right to the letter.
"""
import re
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from .checks import Failed, equal, fail, true


@dataclass
class Message:
    root: bytes
    root_type: str
    parts: dict = field(default_factory=dict)
    part_types: dict = field(default_factory=dict)


def parameters(value):
    """`type; a=b; c="d"` as (type, {a: b, c: d}); names in lower case, values verbatim."""
    kind, _, rest = value.partition(";")
    found, position = {}, 0
    pattern = re.compile(r'\s*;?\s*([!#-\'*+.^-~\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)\s*')
    while position < len(rest):
        match = pattern.match(rest, position)
        if not match or match.end() == position:
            break
        name, raw = match.group(1).lower(), match.group(2)
        if name in found:
            raise Failed(f"expected: each Content-Type parameter once\ngot:      {name} twice")
        found[name] = re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith('"') else raw
        position = match.end()
    return kind.strip().lower(), found


def _headers(block):
    headers = {}
    for line in re.sub(rb"\r\n[ \t]+", b" ", block).split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if not colon:
            fail("part headers of the form name: value", line[:80])
        headers[name.strip().lower().decode()] = value.strip().decode("latin-1")
    return headers


def split_parts(body, boundary):
    """[(headers, content)] of a multipart body whose last delimiter must be there."""
    delimiter = b"--" + boundary.encode()
    chunks = (b"\r\n" + body).split(b"\r\n" + delimiter)
    if len(chunks) < 3:
        fail(f"a multipart body with boundary {boundary}", body[:80])
    if not chunks[-1].startswith(b"--"):
        fail("a closing delimiter ending in --", chunks[-1][:40])
    parts = []
    for chunk in chunks[1:-1]:
        line, _, rest = chunk.partition(b"\r\n")
        true(not line.strip(), "nothing after the boundary on its line", line[:40])
        if rest.startswith(b"\r\n"):
            head, content = b"", rest[2:]
        else:
            head, separator, content = rest.partition(b"\r\n\r\n")
            true(separator, "an empty line after the part headers", rest[:80])
        parts.append((_headers(head) if head else {}, content))
    return parts


def parse_mtom(content_type, body):
    """Takes an answer apart; every deviation fails the case."""
    kind, given = parameters(content_type)
    equal(kind, "multipart/related", "media type")
    equal(given.get("type", "").lower(), "application/xop+xml", "type parameter")
    boundary = given.get("boundary", "")
    true(0 < len(boundary) <= 70, "a boundary of 1 to 70 characters", repr(boundary))
    if "start-info" in given:
        equal(given["start-info"].split(";")[0].strip(), "application/soap+xml", "start-info")
    parts = split_parts(body, boundary)
    start = given.get("start")
    if start is not None:
        true(start.startswith("<") and start.endswith(">"), "start in angle brackets", start)
    named = {h.get("content-id"): (h, c) for h, c in parts}
    equal(len(named), len(parts), "number of different Content-IDs")
    if start is not None and start not in named:
        fail(f"a part with Content-ID {start}", list(named))
    head, root = named[start] if start is not None else parts[0]
    root_kind, root_given = parameters(head.get("content-type", ""))
    equal(root_kind, "application/xop+xml", "media type of the root part")
    equal(root_given.get("type", "").split(";")[0].strip().lower(), "application/soap+xml",
          "type parameter of the root part")
    message = Message(root, root_kind)
    for headers, content in parts:
        if headers is head:
            continue
        cid = headers.get("content-id", "")
        true(cid.startswith("<") and cid.endswith(">"), "Content-ID in angle brackets", cid)
        message.parts[cid[1:-1]] = content
        message.part_types[cid[1:-1]] = headers.get("content-type", "")
    return message


def resolve(href, parts):
    """The attachment an xop:Include names, or a failed case."""
    true(href.startswith("cid:"), "an xop:Include with a cid: reference", href)
    wanted = href[4:]
    for candidate in (wanted, unquote(wanted)):
        if candidate in parts:
            return parts[candidate]
    fail(f"an attachment for {href}", list(parts))


@dataclass(frozen=True)
class Dialect:
    """How a client writes its package; every member can be bent on its own."""
    boundary: str = "MIMEBoundary_5f3c2e1d0b9a48778695a4b3c2d1e0f1"
    quote_boundary: bool = True
    root_id: str = "root@conformance.test"
    part_id: str = "part{n}@conformance.test"
    href: str = "cid:{id}"
    start: bool = True
    start_value: str = ""
    type_value: str = '"application/xop+xml"'
    parameter_order: tuple = ("boundary", "type", "start", "start-info", "action")
    root_header_id: str = "Content-ID"
    root_encoding: str = "binary"
    part_encoding: str = "binary"
    part_type: str = "application/octet-stream"
    newline: str = "\r\n"
    root_last: bool = False
    preamble: bytes = b""
    epilogue: bytes = b""
    fold: bool = False
    close: bool = True
    extra_parts: tuple = ()
    duplicate_parts: bool = False
    action: str = ""
    http_headers: tuple = ()
    charset: str = "UTF-8"

    def but(self, **changes):
        return replace(self, **changes)

    def part_name(self, number):
        return self.part_id.format(n=number)

    def include(self, number):
        """The xop:Include that stands for document `number` (from 1)."""
        href = self.href.format(id=self.part_name(number), n=number)
        return f'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="{href}"/>'

    def content_type(self):
        boundary = f'"{self.boundary}"' if self.quote_boundary else self.boundary
        values = {
            "boundary": f"boundary={boundary}",
            "type": f"type={self.type_value}" if self.type_value else "",
            "start": f'start="{self.start_value or "<" + self.root_id + ">"}"' if self.start
                     else "",
            "start-info": 'start-info="application/soap+xml"',
            "action": f'action="{self.action}"' if self.action else "",
        }
        return "multipart/related; " + "; ".join(
            values[name] for name in self.parameter_order if values[name])

    def package(self, root, documents):
        """The HTTP body: `root` envelope and the attachments, in order."""
        nl = self.newline.encode()
        parts = [(self._root_head(), root)]
        for number, content in enumerate(documents, 1):
            head = [f"{self.root_header_id}: <{self.part_name(number)}>",
                    f"Content-Type: {self.part_type}"]
            if self.part_encoding:
                head.append(f"Content-Transfer-Encoding: {self.part_encoding}")
            parts.append((head, content))
            if self.duplicate_parts:
                parts.append((head, content + b"?"))
        parts.extend(self.extra_parts)
        if self.root_last:
            parts.append(parts.pop(0))
        out = self.preamble + (nl if self.preamble else b"")
        for head, content in parts:
            out += b"--" + self.boundary.encode() + nl
            out += nl.join(line.encode() for line in head) + nl + nl + content + nl
        if self.close:
            out += b"--" + self.boundary.encode() + b"--" + nl
        return out + self.epilogue

    def _root_head(self):
        join = ";" + self.newline + " " if self.fold else "; "
        kind = join.join(["Content-Type: application/xop+xml", f"charset={self.charset}",
                          'type="application/soap+xml"'])
        head = [kind, f"{self.root_header_id}: <{self.root_id}>"]
        if self.root_encoding:
            head.append(f"Content-Transfer-Encoding: {self.root_encoding}")
        return head
