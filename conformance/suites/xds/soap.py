"""SOAP 1.2 and WS-Addressing at both services (ITI TF-2 V.3; SOAP 1.2 part 1 and 2)."""
import socket

from lib.answers import QueryAnswer
from lib.canon import parse
from lib.cases import add, case
from lib.checks import equal, one_of, true
from lib.names import ACTION, APPROVED, NS, RESPONSE_ACTION, SOAP11, WSA, WSA_NONE
from lib.soap import check_addressing, content_type, envelope, expect_fault

V3 = "ITI TF-2 V.3.2"
SENDER = "Sender"


def query(t):
    """A harmless, valid query body."""
    return t.query_body("FindDocuments", [
        ("$XDSDocumentEntryPatientId", ["'nobody^^^&1.2.3&ISO'"]),
        ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"])])


def send(t, data=None, kind=None, service="registry", **options):
    action = options.pop("action", ACTION["ITI-18"])
    if data is None:
        data = envelope(action, query(t), to=t.target.url(t.target.path(service)), **options)
    return t.post(service, data, kind or content_type(ACTION["ITI-18"]))


def _fault(code, subcode=None, status=None, **options):
    def run(t):
        expect_fault(send(t, **options), code, subcode, status)
    return run


UNKNOWN = '<x:Odd xmlns:x="urn:example:odd" s:mustUnderstand="1">1</x:Odd>'
FAULTS = [
    ("unknown-action", "an unknown wsa:Action is named in the fault", SENDER, "ActionNotSupported",
     dict(action="urn:example:NoSuchAction")),
    ("missing-action", "a request without wsa:Action", SENDER, "MessageAddressingHeaderRequired",
     dict(action=None)),
    ("action-of-another-service", "ITI-43 is not served by the registry", SENDER,
     "ActionNotSupported", dict(action=ACTION["ITI-43"])),
    ("response-action", "a response action is no request", SENDER, "ActionNotSupported",
     dict(action=RESPONSE_ACTION["ITI-18"])),
    ("two-actions", "two wsa:Action headers", SENDER, "InvalidAddressingHeader",
     dict(extra_header=f'<wsa:Action xmlns:wsa="{WSA}">{ACTION["ITI-42"]}</wsa:Action>')),
    ("unknown-mandatory-header", "a header that must be understood and is not", "MustUnderstand",
     None, dict(extra_header=UNKNOWN)),
    ("unknown-mandatory-header-true", "mustUnderstand may be written true", "MustUnderstand", None,
     dict(extra_header=UNKNOWN.replace('"1"', '"true"'))),
]
ULTIMATE = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
FAULTS += [
    ("mandatory-header-for-the-ultimate-receiver", "the role that every receiver plays",
     "MustUnderstand", None,
     dict(extra_header=UNKNOWN.replace("<x:Odd ", f'<x:Odd s:role="{ULTIMATE}" '))),
    ("ReplyTo-without-address", "an empty address", SENDER, "InvalidAddressingHeader",
     dict(reply_to=None,
          extra_header="<wsa:ReplyTo><wsa:Address></wsa:Address></wsa:ReplyTo>")),
    ("header-without-namespace", "a header block of no namespace", SENDER, None,
     dict(extra_header="<odd/>")),
]
for _name, _purpose, _code, _subcode, _options in FAULTS:
    add(f"xds/soap/fault/{_name}", _purpose, V3 + "; WS-Addressing 6.4",
        _fault(_code, _subcode, **_options))


@case("xds/soap/fault/problem-action",
      "the fault of an unknown action names it", "WS-Addressing 6.4.1.3")
def _problem(t):
    reply = send(t, action="urn:example:NoSuchAction")
    expect_fault(reply, SENDER)
    found = reply.fault.find("s:Detail//wsa:ProblemAction/wsa:Action", NS)
    if found is None:
        found = reply.fault.find("s:Detail//wsa:ProblemAction", NS)
    text = "" if found is None else (found.text or "").strip()
    equal(text, "urn:example:NoSuchAction", "ProblemAction")


@case("xds/soap/fault/not-understood-names-header",
      "NotUnderstood names the header", "SOAP 1.2-1 5.4.8")
def _not_understood(t):
    reply = send(t, extra_header=UNKNOWN)
    expect_fault(reply, "MustUnderstand")
    found = reply.envelope.find("s:Header/s:NotUnderstood", NS)
    true(found is not None, "a NotUnderstood header", "none")
    equal((found.get("qname") or "").split(":")[-1], "Odd", "header that was not understood")


@case("xds/soap/fault/relates-to", "a fault names the message it answers", V3)
def _relates(t):
    message_id = t.ids.uuid()
    reply = send(t, action="urn:example:NoSuchAction", message_id=message_id)
    expect_fault(reply)
    equal(reply.header("RelatesTo"), message_id, "wsa:RelatesTo")


@case("xds/soap/fault/soap-1.1",
      "an envelope of SOAP 1.1 is a version mismatch", "SOAP 1.2-1 5.4.7")
def _soap11(t):
    data = envelope(ACTION["ITI-18"], query(t), version=SOAP11)
    for kind in ("text/xml; charset=utf-8", content_type()):
        raw = t.post_raw("registry", data, kind)
        one_of(raw.status, {400, 415, 500}, "HTTP status")
        if raw.header("content-type").startswith(("text/xml", "application/soap+xml")):
            true(b"VersionMismatch" in raw.body, "VersionMismatch", raw.body[:200])


MALFORMED = [
    ("not-xml", b"hello"), ("empty-body", b""), ("unclosed", b"<s:Envelope"),
    ("no-end-tag", b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'),
    ("not-utf-8", b'<?xml version="1.0" encoding="UTF-8"?><a>\xff\xfe</a>'),
    ("nul", b"<a>\x00</a>"), ("two-roots", b"<a/><b/>"),
    ("undeclared-prefix", b"<s:Envelope/>"), ("other-root", b"<html/>"),
    ("entity-bomb", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
    ("external-entity", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'),
    ("external-dtd", b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>'),
    ("deep", b"<a>" * 100000 + b"</a>" * 100000),
    ("many-attributes", b"<a " + b" ".join(b'a%d="1"' % n for n in range(100000)) + b"/>"),
]


def _malformed(data, service):
    def run(t):
        raw = t.post_raw(service, data, content_type())
        one_of(raw.status, {400, 411, 413, 500}, "HTTP status")
        if raw.header("content-type").lower().startswith("application/soap+xml"):
            true(b"Fault" in raw.body, "a SOAP fault", raw.body[:200])
        QueryAnswer(t.call("ITI-18", "registry", query(t))).success()
    return run


for _name, _data in MALFORMED:
    for _service in ("registry", "repository"):
        add(f"xds/soap/malformed/{_service}-{_name}",
            f"{_service}: {_name.replace('-', ' ')} is refused and the next request served",
            "SOAP 1.2-2 7.5; XML 1.0", _malformed(_data, _service))


@case("xds/soap/doctype-in-a-valid-request", "a DOCTYPE before a valid envelope is refused, unread",
      "SOAP 1.2-1 5 (no DTD)")
def _doctype(t):
    data = envelope(ACTION["ITI-18"], query(t), declaration=False)
    for declaration in (b"<!DOCTYPE x>", b'<!DOCTYPE s:Envelope [<!ENTITY e "1">]>',
                        b'<?xml version="1.0"?>\n<!-- c --><!DOCTYPE x>'):
        expect_fault(t.post("registry", declaration + data, content_type()))


@case("xds/soap/no-body-element", "an empty Body is a fault", "SOAP 1.2-1 5.3; TF-2 V.3")
def _no_element(t):
    expect_fault(send(t, data=envelope(ACTION["ITI-18"], "")), SENDER)


@case("xds/soap/two-body-elements", "two elements in the Body are a fault", "WS-I BP; TF-2 V.3")
def _two_elements(t):
    expect_fault(send(t, data=envelope(ACTION["ITI-18"], "<a/><b/>")), SENDER)


@case("xds/soap/body-of-another-transaction", "action and body must fit", V3)
def _wrong_body(t):
    reply = send(t, action=ACTION["ITI-42"])
    if reply.fault is None:
        equal(reply.payload.get("status").rsplit(":", 1)[-1], "Failure", "status")
    else:
        expect_fault(reply, SENDER)


@case("xds/soap/schema-invalid-body", "a body that breaks the schema is a fault or a Failure", V3)
def _schema(t):
    body = query(t)
    body.remove(body[0])
    reply = t.call("ITI-18", "registry", body)
    if reply.fault is None:
        QueryAnswer(reply).failure({"XDSRegistryError", "XDSStoredQueryMissingParam"})


TOLERATED = [
    ("no-reply-to", "ReplyTo absent means the same connection", dict(reply_to=None)),
    ("no-to", "To absent", dict(to=None)),
    ("must-understand-true", "mustUnderstand written as true", dict(must_understand="true")),
    ("must-understand-absent", "Action without mustUnderstand", dict(must_understand="")),
    ("unknown-optional-header", "an unknown header without mustUnderstand",
     dict(extra_header='<x:Odd xmlns:x="urn:example:odd">1</x:Odd>')),
    ("header-for-another-role", "mustUnderstand of another node's role", dict(
        extra_header='<x:Odd xmlns:x="urn:example:odd" s:mustUnderstand="1" '
                     's:role="http://www.w3.org/2003/05/soap-envelope/role/none">1</x:Odd>')),
    ("from-and-fault-to", "From and FaultTo", dict(
        extra_header=f"<wsa:From><wsa:Address>{WSA}/anonymous</wsa:Address></wsa:From>"
                     f"<wsa:FaultTo><wsa:Address>{WSA}/anonymous</wsa:Address></wsa:FaultTo>")),
    ("no-declaration", "no XML declaration", dict(declaration=False)),
    ("ReplyTo-must-be-understood", "mustUnderstand on ReplyTo", dict(
        reply_to=None, extra_header='<wsa:ReplyTo s:mustUnderstand="1"><wsa:Address>'
        f"{WSA}/anonymous</wsa:Address></wsa:ReplyTo>")),
    ("ReplyTo-with-parameters", "reference parameters and metadata in ReplyTo", dict(
        reply_to=None, extra_header=f"<wsa:ReplyTo><wsa:Address>{WSA}/anonymous</wsa:Address>"
        '<wsa:ReferenceParameters><x:a xmlns:x="urn:example:a">1</x:a></wsa:ReferenceParameters>'
        "<wsa:Metadata/></wsa:ReplyTo>")),
    ("RelatesTo-in-a-request", "a request that relates to something", dict(
        extra_header="<wsa:RelatesTo>urn:uuid:00000000-0000-4000-8000-000000000003"
                     "</wsa:RelatesTo>")),
]


def _tolerated(options):
    def run(t):
        message_id = t.ids.uuid()
        given = {"to": t.target.url(t.target.path("registry"))} | options
        data = envelope(ACTION["ITI-18"], query(t), message_id=message_id, **given)
        reply = t.post("registry", data, content_type())
        QueryAnswer(reply).success()
        check_addressing(reply, RESPONSE_ACTION["ITI-18"], message_id)
    return run


for _name, _purpose, _options in TOLERATED:
    add(f"xds/soap/tolerated/{_name}", _purpose, V3, _tolerated(_options))

RESHAPED = [
    ("white-space-in-action", lambda d: d.replace(ACTION["ITI-18"].encode(),
                                                  b"\n   " + ACTION["ITI-18"].encode() + b"\n  ")),
    ("comments-everywhere", lambda d: d.replace(b"<s:Body>", b"<!-- a --><s:Body><!-- b -->")),
    ("processing-instruction", lambda d: d.replace(b"<s:Body>", b"<s:Body><?pi x?>")),
    ("white-space-in-body", lambda d: d.replace(b"<s:Body>", b"<s:Body>\n\t ")),
    ("byte-order-mark", lambda d: b"\xef\xbb\xbf" + d),
    ("other-prefixes", lambda d: d.replace(b"<s:", b"<SOAP-ENV:").replace(
        b"</s:", b"</SOAP-ENV:").replace(b"xmlns:s=", b"xmlns:SOAP-ENV=").replace(
        b"s:mustUnderstand", b"SOAP-ENV:mustUnderstand")),
    ("cdata", lambda d: d.replace(b"'nobody^^^&amp;1.2.3&amp;ISO'",
                                  b"<![CDATA['nobody^^^&1.2.3&ISO']]>")),
    ("character-references", lambda d: d.replace(b"nobody", b"&#110;&#x6f;body")),
]


def _reshaped(change):
    def run(t):
        QueryAnswer(t.post("registry", change(envelope(ACTION["ITI-18"], query(t))),
                           content_type())).success()
    return run


for _name, _change in RESHAPED:
    add(f"xds/soap/tolerated/{_name}", f"same infoset, written with {_name.replace('-', ' ')}",
        "XML 1.0; SOAP 1.2-1 5", _reshaped(_change))

KINDS = [("charset-lower", "application/soap+xml; charset=utf-8"),
         ("charset-quoted", 'application/soap+xml; charset="UTF-8"'),
         ("no-charset", "application/soap+xml"),
         ("wrong-action-parameter", 'application/soap+xml; charset=UTF-8; action="urn:wrong"'),
         ("capitals", "Application/SOAP+XML; Charset=UTF-8")]


def _kind(value):
    def run(t):
        QueryAnswer(t.post("registry", envelope(ACTION["ITI-18"], query(t)), value)).success()
    return run


for _name, _value in KINDS:
    add(f"xds/soap/content-type/{_name}", f"Content-Type accepted: {_value}",
        "ITI TF-2 V.3 IHE-WSP211", _kind(_value))


@case("xds/soap/content-type/answer", "a simple answer is application/soap+xml in UTF-8", V3)
def _answer_kind(t):
    reply = t.call("ITI-18", "registry", query(t))
    parts = [p.strip().lower() for p in reply.http.header("content-type").split(";")]
    equal(parts[0], "application/soap+xml", "media type")
    true("charset=utf-8" in [p.replace('"', "") for p in parts], "charset UTF-8", parts)


@case("xds/soap/get-is-405", "GET on a service is not allowed", "HTTP 9110 15.5.6")
def _get(t):
    for service in ("registry", "repository"):
        reply = t.https().request("GET", t.target.path(service), {})
        equal(reply.status, 405, "HTTP status")
        true("POST" in reply.header("allow"), "Allow: POST", reply.header("allow"))


@case("xds/soap/other-methods", "PUT and DELETE are not allowed", "HTTP 9110 15.5.6")
def _methods(t):
    for method in ("PUT", "DELETE", "PATCH"):
        reply = t.https().request(method, t.target.path("registry"), {"Content-Type": "text/xml"},
                                  b"<a/>")
        one_of(reply.status, {405, 501}, f"HTTP status of {method}")


@case("xds/soap/wsdl", "?wsdl describes the service in well-formed WSDL", "ITI TF-2 V.2.4")
def _wsdl(t):
    for service, port in (("registry", "DocumentRegistry_Port_Soap12"),
                          ("repository", "DocumentRepository_Port_Soap12")):
        reply = t.https().request("GET", t.target.path(service) + "?wsdl", {})
        equal(reply.status, 200, "HTTP status")
        tree = parse(reply.body)
        equal(tree.tag, "{http://schemas.xmlsoap.org/wsdl/}definitions", "root of the WSDL")
        ports = [p.get("name") for p in tree.iter("{http://schemas.xmlsoap.org/wsdl/}port")]
        true(port in ports, f"port {port}", ports)


@case("xds/soap/unknown-path", "a path that serves nothing is 404", "HTTP 9110 15.5.5")
def _unknown_path(t):
    reply = t.https().request("POST", t.target.base_path + "/xds/nothing",
                              {"Content-Type": content_type()},
                              envelope(ACTION["ITI-18"], query(t)))
    equal(reply.status, 404, "HTTP status")


# --- addresses in the request must not steer the server ---------------------------------------

@case("xds/soap/async/unregistered-reply-to", "no answer goes to an address nobody registered",
      "ITI TF-2 V.3 asynchronous; [SSRF]")
def _async(t):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"https://127.0.0.1:{listener.getsockname()[1]}/reply"
        for place in ("reply", "fault"):
            extra = "" if place == "reply" else \
                f"<wsa:FaultTo><wsa:Address>{address}</wsa:Address></wsa:FaultTo>"
            data = envelope(ACTION["ITI-18"], query(t), extra_header=extra,
                            reply_to=address if place == "reply" else f"{WSA}/anonymous")
            raw = t.post_raw("registry", data, content_type())
            allowed = {202, 400, 403, 500} | ({200} if place == "fault" else set())
            one_of(raw.status, allowed, "HTTP status")
        listener.settimeout(3)
        try:
            listener.accept()
        except (TimeoutError, socket.timeout):
            return
        true(False, "no connection to the address in the request", "one")


@case("xds/soap/async/reply-to-none", "ReplyTo none: the answer is dropped", "WS-Addressing 3.1")
def _none(t):
    raw = t.post_raw("registry", envelope(ACTION["ITI-18"], query(t), reply_to=WSA_NONE),
                     content_type())
    one_of(raw.status, {202, 204, 400, 500}, "HTTP status")


@case("xds/soap/security-header-without-agreement",
      "an assertion that was not checked is not understood",
      "ITI-40; SOAP 1.2-1 5.4.8")
def _security(t):
    wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    reply = send(t, extra_header=f'<wsse:Security xmlns:wsse="{wsse}" s:mustUnderstand="1"/>')
    expect_fault(reply)
