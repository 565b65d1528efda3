"""MTOM/XOP as clients really write it, and packages that must be refused (ITI TF-2 V.8)."""
import base64

from lxml import etree

from lib.answers import RegistryAnswer
from lib.cases import add, case
from lib.checks import equal, true
from lib.ebrim import strip_repository_slots
from lib.mtom import Dialect
from lib.names import XDSB

V8 = "ITI TF-2 V.8"
BASE = Dialect(action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b")
UUID_CXF = "9f2c7a10-3c55-4a5e-8d5b-7a1d2c3b4e5f-{n}@urn%3Aihe%3Aiti%3Axds-b%3A2007"

ACCEPT = [
    ("plain", BASE, "as in the profile"),
    ("cxf", BASE.but(boundary="uuid:2a5c0bb7-6f6e-4b44-9c3b-0c2b7f7f0a11",
                     root_id="root.message@cxf.apache.org", part_id=UUID_CXF,
                     href="cid:" + UUID_CXF), "Apache CXF, percent-encoded on both sides"),
    ("cxf-encoded-href", BASE.but(part_id="doc-{n}@urn:ihe:iti:xds-b:2007",
                                  href="cid:doc-{n}@urn%3Aihe%3Aiti%3Axds-b%3A2007"),
     "href percent-encoded, Content-ID not"),
    ("cxf-encoded-content-id", BASE.but(part_id="doc-{n}@urn%3Aihe%3Aiti",
                                        href="cid:doc-{n}@urn:ihe:iti"),
     "Content-ID percent-encoded, href not"),
    ("wcf", BASE.but(boundary="uuid:0ca0e16e-feb1-426c-97d8-c4508ada5e82+id=5",
                     root_id="http://tempuri.org/0", part_id="http://tempuri.org/{n}/638",
                     href="cid:http%3A%2F%2Ftempuri.org%2F{n}%2F638", root_encoding="8bit",
                     parameter_order=("type", "start", "boundary", "start-info"),
                     http_headers=(("MIME-Version", "1.0"), ("Expect", "100-continue"))),
     ".NET WCF: quoted boundary with = and +, 8bit root, Expect"),
    ("axis2", BASE.but(boundary="MIMEBoundaryurn_uuid_8D3C3AFA28B895245C1247499530740",
                       quote_boundary=False,
                       root_id="0.urn:uuid:8D3C3AFA28B895245C1247499530741@apache.org",
                       part_id="{n}.urn:uuid:8D3C3AFA28B895245C1247499530742@apache.org",
                       href="cid:{n}.urn:uuid:8D3C3AFA28B895245C1247499530742@apache.org"),
     "Axis2: unquoted boundary, urn:uuid ids"),
    ("axis2-encoded", BASE.but(part_id="{n}.urn:uuid:AB@apache.org",
                               href="cid:{n}.urn%3Auuid%3AAB%40apache.org"),
     "Axis2: encoded href"),
    ("iris", BASE.but(boundary="--boundary1234.5678--", quote_boundary=False,
                      root_id="root", part_id="part{n}", root_header_id="Content-Id",
                      root_encoding="8bit", part_encoding="8bit", action="",
                      parameter_order=("type", "boundary", "start", "start-info")),
     "IRIS: boundary of dashes, Content-Id, ids without @"),
    ("gsoap", BASE.but(boundary="==abcdefghijklmnop==", root_id="SOAP-ENV:Envelope",
                       part_id="id{n}"), "gSOAP: boundary of equal signs"),
    ("spring", BASE.but(href="cid:part{n}%40conformance.test"), "Spring-WS: encoded at-sign"),
    ("no-start", BASE.but(start=False), "no start: the first part is the root"),
    ("root-last", BASE.but(root_last=True), "start names a part that is not first"),
    ("preamble-and-epilogue", BASE.but(preamble=b"This is a multi-part message.",
                                       epilogue=b"good bye\r\n"), "text around the parts"),
    ("folded-header", BASE.but(fold=True), "part headers folded over lines"),
    ("no-transfer-encoding", BASE.but(root_encoding="", part_encoding=""),
     "no Content-Transfer-Encoding"),
    ("real-part-type", BASE.but(part_type="text/plain; charset=utf-8"),
     "part typed as the document"),
    ("part-that-is-multipart", BASE.but(part_type="multipart/related; boundary=inner"),
     "part of a document that is itself a package (a web page with its pictures)"),
    ("lower-case-header", BASE.but(root_header_id="content-id"), "content-id in lower case"),
    ("parameters-reversed", BASE.but(parameter_order=("action", "start-info", "start", "type",
                                                      "boundary")), "parameters in another order"),
    ("type-in-capitals", BASE.but(type_value='"Application/XOP+XML"'), "media type in capitals"),
    ("no-action-parameter", BASE.but(action=""), "no action parameter"),
    ("wrong-action-parameter", BASE.but(action="urn:wrong:action"),
     "dispatch goes by wsa:Action, not by the parameter"),
    ("unreferenced-part", BASE.but(extra_parts=((["Content-ID: <spare@x>",
                                                  "Content-Type: text/plain"], b"spare"),)),
     "a part nobody refers to"),
    ("boundary-of-70", BASE.but(boundary="b" * 70), "the longest boundary"),
]

# Documents that look like the package around them.
CONTENTS = (b"", b"\r\n", b"--\r\n", b"plain text" * 200, bytes(range(256)) * 8)


def _contents(dialect):
    near = b"\r\n--" + dialect.boundary.encode()[:-1] + b"\r\n"
    return CONTENTS + (near, b"--" + dialect.boundary.encode()[:-1])


def _accept(dialect, chunked=False):
    def run(t):
        contents = _contents(dialect)
        made = t.build_uuids.submission(t.patient(), contents)
        t.provide(made, dialect=dialect, chunked=chunked).success()
        answer = t.retrieve([(t.target.repository, e.unique_id) for e in made.entries]).success()
        for entry, content in zip(made.entries, contents):
            equal(answer.by_id(entry.unique_id)["data"], content, "bytes of the document")
    return run


for _name, _dialect, _purpose in ACCEPT:
    add(f"xds/mtom/accept/{_name}", _purpose, V8, _accept(_dialect))
add("xds/mtom/accept/axis2-chunked", "Axis2 with a chunked body", V8,
    _accept(BASE.but(quote_boundary=False), chunked=True))
add("xds/mtom/accept/wcf-chunked", "WCF with a chunked body", V8,
    _accept(BASE.but(boundary="uuid:0ca0+id=5"), chunked=True))


@case("xds/mtom/accept/all-inline", "an MTOM package without any attachment", V8)
def _all_inline(t):
    made = t.build_uuids.submission(t.patient(), (b"inline",))
    t.provide(made, inline={made.entry.id}).success()
    got = t.retrieve_one(made.entry.unique_id)
    equal(got["data"], b"inline", "bytes of the document")


@case("xds/mtom/accept/multipart-document", "a document that is itself a package comes back whole, "
      "in a part that no reader takes apart", V8)
def _multipart(t):
    page = b"--in\r\nContent-Type: text/html\r\n\r\n<p/>\r\n--in--\r\n"
    made = t.build_uuids.submission(t.patient(), (page,))
    made.entry.attributes["mimeType"] = "multipart/related"
    t.provide(made).success()
    got = t.retrieve_one(made.entry.unique_id)
    equal((got["data"], got["mime_type"]), (page, "multipart/related"), "document")


@case("xds/mtom/accept/lf-only-headers",
      "line ends of LF alone are taken or refused, never misread", V8)
def _lf(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient, (b"line one\nline two",))
    reply = t.provide_raw(made, dialect=BASE.but(newline="\n"))
    if reply.fault is None and RegistryAnswer(reply).status == "Success":
        got = t.retrieve_one(made.entry.unique_id)
        equal(got["data"], b"line one\nline two", "bytes of the document")
    else:
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")


REFUSE = [
    ("href-http", BASE.but(href="http://localhost/secret"), "an Include that is no cid: (SSRF)"),
    ("href-file", BASE.but(href="file:///etc/hostname"), "an Include that names a file"),
    ("dangling", BASE.but(href="cid:nobody@nowhere"), "an Include without its part"),
    ("duplicate-content-id", BASE.but(duplicate_parts=True), "two parts of one Content-ID"),
    ("boundary-too-long", BASE.but(boundary="b" * 71), "a boundary of 71 characters"),
    ("no-closing-delimiter", BASE.but(close=False), "the last delimiter is missing"),
    ("start-names-nothing", BASE.but(start_value="<nobody@nowhere>"), "start without its part"),
    ("huge-part-header", BASE.but(extra_parts=((["Content-ID: <x@x>", "X-Long: " + "x" * 70000],
                                                b"x"),)), "a part header of 70 KB"),
    ("root-is-its-own-document", BASE.but(href="cid:root@conformance.test"),
     "an Include that names the root"),
]


def _refuse(dialect):
    def run(t):
        patient = t.patient()
        made = t.build_uuids.submission(patient, (b"content",))
        reply = t.provide_raw(made, dialect=dialect)
        if reply.fault is None:
            true(RegistryAnswer(reply).status == "Failure", "a fault or a Failure", "Success")
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
        t.retrieve([(t.target.repository, made.entry.unique_id)]).failure(
            "XDSDocumentUniqueIdError")
    return run


for _name, _dialect, _purpose in REFUSE:
    add(f"xds/mtom/refuse/{_name}", f"refused: {_purpose}", V8, _refuse(_dialect))


def _content_type(value):
    def run(t):
        reply = t.post_raw("repository", BASE.package(b"<x/>", [b"content"]), value)
        true(400 <= reply.status < 600, "an HTTP or SOAP error", f"HTTP {reply.status}")
    return run


for _name, _value in (("no-boundary", 'multipart/related; type="application/xop+xml"'),
                      ("other-boundary", 'multipart/related; boundary="other"; '
                                         'type="application/xop+xml"'),
                      ("empty-boundary", 'multipart/related; boundary=""; '
                                         'type="application/xop+xml"'),
                      ("form-data", 'multipart/form-data; boundary="x"'),
                      ("json", "application/json")):
    add(f"xds/mtom/content-type/{_name}", f"Content-Type refused: {_name.replace('-', ' ')}", V8,
        _content_type(_value))


def _many_parts(t):
    extra = tuple(([f"Content-ID: <p{n}@x>"], b"x") for n in range(20000))
    reply = t.post_raw("repository", BASE.but(extra_parts=extra).package(b"<x/>", []),
                       BASE.content_type())
    true(400 <= reply.status < 600, "an HTTP or SOAP error", f"HTTP {reply.status}")


add("xds/mtom/refuse/20000-parts", "refused: twenty thousand parts", V8, _many_parts)


@case("xds/mtom/registry-takes-no-multipart", "the registry's transactions are simple SOAP", V8)
def _registry(t):
    answer = t.post_raw("registry", BASE.package(b"<x/>", []), BASE.content_type())
    true(400 <= answer.status < 600, "an HTTP or SOAP error", f"HTTP {answer.status}")


@case("xds/mtom/simple-soap-provide",
      "ITI-41 as simple SOAP is taken inline or refused by a fault", V8)
def _simple(t):
    patient = t.patient()
    made = strip_repository_slots(t.build_uuids.submission(patient, (b"simple",)))
    body = (f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{XDSB}">'
            f'{etree.tostring(made.write(), encoding="unicode")}'
            f'<xds:Document id="{made.entry.id}">{base64.b64encode(b"simple").decode()}'
            "</xds:Document></xds:ProvideAndRegisterDocumentSetRequest>")
    reply = t.call("ITI-41", "repository", body)
    if reply.fault is None:
        RegistryAnswer(reply).success()
        equal(reply.is_mtom, False, "multipart answer to a simple request")
    else:
        equal(t.stored(patient).objects, [], "objects stored by a refused submission")
