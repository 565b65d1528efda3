"""Reduces an answer to a form in which two answers can be compared.

Used for "hidden looks like absent": whatever must differ between the two requests (their own
message ids, the ids they asked for, times) is replaced by a placeholder; everything else counts.
"""
import re
from lxml import etree

from .names import NS

_TIME = re.compile(r"\b(19|20)\d{12}\b")
_UUID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def canonical(element, replace):
    """Text of `element` with prefixes, white space and the tokens of `replace` evened out.

    `replace` maps literal text (an id that was asked for) to its placeholder. UUIDs that are not
    in it become `{uuid}`: generated ids differ between any two answers.
    """
    lines = []
    _walk(element, 0, lines)
    text = "\n".join(lines)
    for token in sorted(replace, key=len, reverse=True):
        text = text.replace(token, "{" + replace[token] + "}")
    text = _UUID.sub("{uuid}", text)
    return _TIME.sub("{time}", text)


def _walk(element, depth, lines):
    if not isinstance(element.tag, str):
        return
    attributes = " ".join(f"{k}={v!r}" for k, v in sorted(element.attrib.items()))
    text = (element.text or "").strip()
    lines.append("  " * depth + element.tag + (" " + attributes if attributes else "") +
                 (" " + repr(text) if text else ""))
    for child in element:
        _walk(child, depth + 1, lines)


def canonical_reply(reply, replace):
    """HTTP status, kind of content and the envelope's body of one SOAP reply."""
    body = reply.envelope.find("s:Body", NS) if reply.envelope is not None else None
    text = canonical(body, replace) if body is not None else "no body"
    kind = reply.http.header("content-type").split(";")[0].strip().lower()
    return f"HTTP {reply.http.status} {kind}\n{text}"


def parse(data):
    """Parses XML from a target: no DTD loading, no network, no entities."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False,
                             huge_tree=False, remove_comments=False)
    return etree.fromstring(data, parser)
