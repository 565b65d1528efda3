"""SOAP 1.2 envelopes with WS-Addressing (ITI TF-2 V.3)."""
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape
from lxml import etree

from .canon import parse
from .checks import Failed, equal, fail, one_of, true
from .mtom import parse_mtom
from .names import NS, SOAP11, SOAP12, WSA, WSA_ANONYMOUS

DEFAULT = object()


def _text(body):
    if isinstance(body, bytes):
        return body.decode("utf-8")
    if isinstance(body, str):
        return body
    return etree.tostring(body, encoding="unicode")


def envelope(action, body, to="https://localhost/", message_id=DEFAULT, reply_to=WSA_ANONYMOUS,
             must_understand="1", extra_header="", version=SOAP12, declaration=True):
    """Bytes of a request. Pass None to leave a header out; `extra_header` is verbatim XML."""
    if message_id is DEFAULT:
        message_id = "urn:uuid:" + str(uuid.uuid4())
    header = ""
    if action is not None:
        mark = f' s:mustUnderstand="{must_understand}"' if must_understand else ""
        header += f"<wsa:Action{mark}>{escape(action)}</wsa:Action>"
    if message_id is not None:
        header += f"<wsa:MessageID>{escape(message_id)}</wsa:MessageID>"
    if reply_to is not None:
        header += f"<wsa:ReplyTo><wsa:Address>{escape(reply_to)}</wsa:Address></wsa:ReplyTo>"
    if to is not None:
        header += f"<wsa:To>{escape(to)}</wsa:To>"
    start = '<?xml version="1.0" encoding="UTF-8"?>' if declaration else ""
    return (f'{start}<s:Envelope xmlns:s="{version}" xmlns:wsa="{WSA}"><s:Header>{header}'
            f"{extra_header}</s:Header><s:Body>{_text(body)}</s:Body></s:Envelope>").encode()


def content_type(action=None):
    value = "application/soap+xml; charset=UTF-8"
    return value + f'; action="{action}"' if action else value


@dataclass
class SoapReply:
    """A taken-apart answer; `parts` holds MTOM attachments by Content-ID."""
    http: object
    envelope: object
    payload: object
    parts: dict
    is_mtom: bool

    @property
    def fault(self):
        if self.envelope is None:
            return None
        found = self.envelope.find("s:Body/s:Fault", NS)
        if found is None:
            found = self.envelope.find("s11:Body/s11:Fault", NS)
        return found

    def fault_codes(self):
        """Local names of the fault's code and subcodes, outermost first."""
        if self.fault is None:
            return []
        values = self.fault.findall(".//s:Value", NS) or self.fault.findall("faultcode")
        return [(v.text or "").strip().split(":")[-1] for v in values]

    def header(self, name):
        found = self.envelope.find(f"s:Header/wsa:{name}", NS)
        return None if found is None else (found.text or "").strip()


def read_reply(reply):
    """Takes an HTTP answer apart; anything that is not SOAP fails the case."""
    kind = reply.header("content-type")
    parts, root, is_mtom = {}, reply.body, False
    if kind.lower().startswith("multipart/related"):
        message = parse_mtom(kind, reply.body)
        parts, root, is_mtom = message.parts, message.root, True
    elif not kind.lower().startswith(("application/soap+xml", "text/xml")):
        fail("a SOAP answer (application/soap+xml or multipart/related)",
             f"HTTP {reply.status}, Content-Type {kind!r}")
    try:
        tree = parse(root)
    except etree.XMLSyntaxError as error:
        raise Failed(f"expected: a well-formed envelope\ngot:      {error}") from error
    one_of(tree.tag, {f"{{{SOAP12}}}Envelope", f"{{{SOAP11}}}Envelope"}, "root element")
    body = tree.find("s:Body", NS)
    if body is None:
        body = tree.find("s11:Body", NS)
    true(body is not None, "a Body in the envelope", "none")
    children = [c for c in body if isinstance(c.tag, str)]
    equal(len(children), 1, "number of elements in the Body")
    return SoapReply(reply, tree, children[0], parts, is_mtom)


def check_addressing(reply, action, message_id):
    """The headers an answer must have (V.3.2: IHE-WSA101; TF-2 V.3 RelatesTo)."""
    actions = reply.envelope.findall("s:Header/wsa:Action", NS)
    equal(len(actions), 1, "number of wsa:Action headers")
    equal(actions[0].text, action, "wsa:Action of the answer")
    one_of(actions[0].get(f"{{{SOAP12}}}mustUnderstand"), {"1", "true"},
           "mustUnderstand of wsa:Action")
    if message_id is not None:
        equal(reply.header("RelatesTo"), message_id, "wsa:RelatesTo")


def expect_fault(reply, code=None, subcode=None, status=None):
    """The answer is a SOAP fault, sent with an error status and a fault action."""
    if reply.fault is None:
        fail("a SOAP fault", f"HTTP {reply.http.status} with {reply.payload.tag}")
    codes = reply.fault_codes()
    if code:
        one_of(codes[0] if codes else None, {code} if isinstance(code, str) else code,
               "fault code")
    if subcode:
        true(subcode in codes, f"fault subcode {subcode}", codes)
    if status:
        one_of(reply.http.status, {status} if isinstance(status, int) else status, "HTTP status")
    else:
        one_of(reply.http.status, {400, 403, 413, 500, 501}, "HTTP status of a fault")
    reason = reply.fault.find("s:Reason/s:Text", NS)
    if reply.envelope.tag == f"{{{SOAP12}}}Envelope":
        true(reason is not None and (reason.text or "").strip(), "a Reason in the fault", "none")
    action = reply.header("Action")
    if action is not None:
        one_of(action, {WSA + "/fault", WSA + "/soap/fault"}, "wsa:Action of the fault")
