"""HTTP/1.1 as good, odd and hostile peers speak it (RFC 9112; what must never be misread)."""
from lxml import etree

from lib.cases import add, case
from lib.checks import equal, one_of, true
from lib.names import ACTION
from lib.soap import content_type, envelope
from lib.tls import RawTls

from .handshake import query, request

RFC = "RFC 9112"


def raw(t):
    return RawTls(t.target, "toolkit", t.recorder)


def head(t, *lines, method="POST"):
    first = f"{method} {t.target.path('registry')} HTTP/1.1\r\n"
    return (first + "".join(line + "\r\n" for line in lines) + "\r\n").encode()


def base(t):
    return [f"Host: {t.target.host}", f"Content-Type: {content_type()}"]


@case("tls/http/keep-alive", "ten requests on one connection", RFC + " 9.3")
def _keep_alive(t):
    with raw(t) as member:
        for _ in range(10):
            member.send(request(t, connection=b"keep-alive"))
            equal(member.read_reply().status, 200, "HTTP status")


@case("tls/http/close-is-honoured",
      "Connection: close ends the connection after the answer", RFC + " 9.6")
def _close(t):
    with raw(t) as member:
        member.send(request(t))
        data, closed = member.read_to_end()
        true(data.startswith(b"HTTP/1.1 200"), "HTTP/1.1 200", data[:40])
        true(closed, "the connection to be closed", "it stays open")


@case("tls/http/1.0", "HTTP/1.0 is answered and closed, or refused", RFC + " 9.3")
def _http10(t):
    with raw(t) as member:
        member.send(request(t).replace(b"HTTP/1.1", b"HTTP/1.0"))
        data, closed = member.read_to_end()
        one_of(data[9:12], {b"200", b"400", b"426", b"505"}, "HTTP status")
        true(closed, "the connection to be closed", "it stays open")


@case("tls/http/pipelined", "two requests in one write are answered in order", RFC + " 9.3.2")
def _pipelined(t):
    with raw(t) as member:
        member.send(request(t, connection=b"keep-alive") + request(t))
        data, _ = member.read_to_end()
        equal(data.count(b"HTTP/1.1 200"), 2, "number of answers")


@case("tls/http/100-continue",
      "Expect: 100-continue is answered before the body", RFC + "; RFC 9110 10.1.1")
def _continue(t):
    body = query(t)
    with raw(t) as member:
        member.send(head(t, *base(t), "Expect: 100-continue", f"Content-Length: {len(body)}",
                         "Connection: close"))
        first = member.socket.recv(4096)
        true(first.startswith(b"HTTP/1.1 100"), "HTTP/1.1 100", first[:60])
        member.send(body)
        data, _ = member.read_to_end()
        true(b"HTTP/1.1 200" in first + data, "HTTP/1.1 200", data[:60])


@case("tls/http/unknown-expectation", "an unknown expectation is 417 or ignored", "RFC 9110 10.1.1")
def _expectation(t):
    with raw(t) as member:
        member.send_carelessly(request(t, b"Expect: miracles\r\n"))
        data, _ = member.read_to_end()
        one_of(data[9:12], {b"200", b"417", b"400"}, "HTTP status")


def chunked(body, size, extension=b""):
    out = b""
    for position in range(0, len(body), size):
        part = body[position:position + size]
        out += b"%x" % len(part) + extension + b"\r\n" + part + b"\r\n"
    return out + b"0\r\n\r\n"


def _chunks(size, extension=b"", close=True):
    def run(t):
        with raw(t) as member:
            member.send(head(t, *base(t), "Transfer-Encoding: chunked",
                             "Connection: close" if close else "Connection: keep-alive") +
                        chunked(query(t), size, extension))
            equal(member.read_reply().status, 200, "HTTP status")
            if not close:
                member.send(request(t))
                equal(member.read_reply().status, 200, "HTTP status of the next request")
    return run


for _name, _run in (("small", _chunks(7)), ("one", _chunks(1 << 20)),
                    ("extension", _chunks(100, b";name=value")),
                    ("keep-alive", _chunks(50, close=False))):
    add(f"tls/http/chunked/{_name}", f"a chunked request: {_name.replace('-', ' ')}", RFC + " 7.1",
        _run)


@case("tls/http/chunked/trailer", "a trailer section is read and ignored", RFC + " 7.1.2")
def _trailer(t):
    with raw(t) as member:
        member.send(head(t, *base(t), "Transfer-Encoding: chunked", "Connection: keep-alive") +
                    chunked(query(t), 64)[:-2] + b"X-Trailer: 1\r\n\r\n")
        one_of(member.read_reply().status, {200, 400}, "HTTP status")


@case("tls/http/byte-by-byte", "a request that trickles in is still one request", RFC)
def _trickle(t):
    data = request(t)
    with raw(t) as member:
        for position in range(0, len(data), 40):
            member.socket.sendall(data[position:position + 40])
        equal(member.read_reply().status, 200, "HTTP status")


@case("tls/http/connection-cut",
      "a body shorter than Content-Length is never acted upon", RFC + " 8")
def _cut(t):
    patient = t.patient()
    made = t.build_uuids.submission(patient)
    body = envelope(ACTION["ITI-42"], etree.tostring(made.write(), encoding="unicode"))
    with raw(t) as member:
        member.send(head(t, *base(t), f"Content-Length: {len(body) + 10}") + body)
    equal(t.stored(patient).objects, [], "objects of an unfinished request")


# --- requests whose end two readers could see in different places -----------------------------

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


def _ambiguous(*lines, body=b"0\r\n\r\n", raw_head=None):
    """The request is refused, the connection closed, and what follows it never answered."""
    def run(t):
        with raw(t) as member:
            sent = raw_head(t) if raw_head else head(t, *base(t), *lines)
            member.send_carelessly(sent + body + SMUGGLED)
            data, closed = member.read_to_end(15)
            true(closed, "the connection to be closed", "it stays open")
            true(data.count(b"HTTP/1.1 ") <= 1, "one answer at most", data[:300])
            if data:
                one_of(data[9:12], {b"400", b"411", b"413", b"431", b"501"}, "HTTP status")
    return run


def _lines(text):
    return lambda t: (f"POST {t.target.path('registry')} HTTP/1.1\r\nHost: {t.target.host}\r\n" +
                      text + "\r\n").encode("latin-1")


AMBIGUOUS = [
    ("length-and-chunked", _ambiguous("Content-Length: 6", "Transfer-Encoding: chunked")),
    ("chunked-and-length", _ambiguous("Transfer-Encoding: chunked", "Content-Length: 6")),
    ("two-lengths", _ambiguous("Content-Length: 5", "Content-Length: 6")),
    ("length-list", _ambiguous("Content-Length: 5, 6")),
    ("length-negative", _ambiguous("Content-Length: -1")),
    ("length-plus", _ambiguous("Content-Length: +5")),
    ("length-hex", _ambiguous("Content-Length: 0x5")),
    ("length-not-a-number", _ambiguous("Content-Length: five")),
    ("length-beyond-64-bits", _ambiguous("Content-Length: 18446744073709551617")),
    ("unknown-coding", _ambiguous("Transfer-Encoding: xchunked")),
    ("chunked-not-last", _ambiguous("Transfer-Encoding: chunked, identity")),
    ("chunked-twice", _ambiguous("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")),
    ("coding-behind-tab", _ambiguous(raw_head=_lines("Transfer-Encoding:\x0bchunked\r\n"))),
    ("space-before-colon", _ambiguous(raw_head=_lines("Transfer-Encoding : chunked\r\n"))),
    ("folded-header", _ambiguous(raw_head=_lines("Transfer-Encoding:\r\n chunked\r\n"
                                                 "Content-Length: 5\r\n"))),
    ("nul-in-header", _ambiguous(raw_head=_lines("X-A: a\x00b\r\nContent-Length: 5\r\n"))),
    ("bare-cr-in-header", _ambiguous(raw_head=_lines("X-A: a\rContent-Length: 5\r\n"
                                                     "Content-Length: 6\r\n"))),
    ("no-colon", _ambiguous(raw_head=_lines("this is no header\r\nContent-Length: 5\r\n"))),
    ("chunk-size-overflow", _ambiguous("Transfer-Encoding: chunked",
                                       body=b"ffffffffffffffff1\r\nx\r\n0\r\n\r\n")),
    ("chunk-size-negative", _ambiguous("Transfer-Encoding: chunked",
                                       body=b"-1\r\nx\r\n0\r\n\r\n")),
    ("chunk-size-no-number", _ambiguous("Transfer-Encoding: chunked",
                                        body=b"xyz\r\nx\r\n0\r\n\r\n")),
    ("chunk-without-crlf", _ambiguous("Transfer-Encoding: chunked",
                                      body=b"1\r\nxyz\r\n0\r\n\r\n")),
]
for _name, _run in AMBIGUOUS:
    add(f"tls/http/ambiguous/{_name}",
        f"a request with {_name.replace('-', ' ')} is refused and nothing behind it is read",
        RFC + " 6.1, 6.3, 11.2 (request smuggling)", _run)


# --- sizes ------------------------------------------------------------------------------------

def _oversized(*lines):
    def run(t):
        with raw(t) as member:
            member.send_carelessly(head(t, *base(t), *lines, "Content-Length: 0"))
            data, closed = member.read_to_end(15)
            true(closed, "the connection to be closed", "it stays open")
            if data:
                one_of(data[9:12], {b"400", b"413", b"431"}, "HTTP status")
    return run


add("tls/http/size/one-huge-header", "one header of 1 MiB is refused", "RFC 6585 5",
    _oversized("X-Huge: " + "x" * (1 << 20)))
add("tls/http/size/many-headers", "five thousand headers are refused", "RFC 6585 5",
    _oversized(*[f"X-{n}: {n}" for n in range(5000)]))
add("tls/http/size/huge-header-name", "a header name of 64 KiB is refused", "RFC 6585 5",
    _oversized("X" * 65536 + ": 1"))


@case("tls/http/size/long-target", "a request target of 64 KiB is refused", "RFC 9112 3")
def _long_target(t):
    with raw(t) as member:
        member.send_carelessly(b"GET /" + b"x" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        data, closed = member.read_to_end(15)
        true(closed or data, "an answer or a close", "silence")
        if data:
            one_of(data[9:12], {b"400", b"404", b"413", b"414", b"431"}, "HTTP status")


@case("tls/http/size/forty-headers", "forty ordinary headers are fine", RFC)
def _forty(t):
    extra = b"".join(b"X-Header-%d: %s\r\n" % (n, b"v" * 100) for n in range(40))
    with raw(t) as member:
        member.send(request(t, extra))
        equal(member.read_reply().status, 200, "HTTP status")


@case("tls/http/size/announced-monster",
      "a Content-Length of a terabyte is refused at once", "RFC 9110 15.5.14")
def _monster(t):
    with raw(t) as member:
        member.send(head(t, *base(t), f"Content-Length: {1 << 40}"))
        data, _ = member.read_to_end(15)
        one_of(data[9:12], {b"400", b"413"}, "HTTP status")


@case("tls/http/no-length", "a POST without length is refused or empty, never a hang", RFC + " 6.3")
def _no_length(t):
    with raw(t) as member:
        member.send(head(t, *base(t), "Connection: close"))
        data, _ = member.read_to_end(30)
        one_of(data[9:12], {b"400", b"411", b"500"}, "HTTP status")


@case("tls/http/no-host", "HTTP/1.1 without Host is a bad request", RFC + " 3.2")
def _no_host(t):
    with raw(t) as member:
        member.send(request(t).replace(f"Host: {t.target.host}\r\n".encode(), b""))
        data, _ = member.read_to_end(15)
        one_of(data[9:12], {b"400", b"200"}, "HTTP status")


GARBAGE = [("no-method", b" / HTTP/1.1\r\n\r\n"), ("no-version", b"POST /\r\n\r\n"),
           ("http-2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ("binary", bytes(range(256))),
           ("http-9", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n"), ("empty-lines", b"\r\n" * 5000)]


def _garbage(data):
    def run(t):
        with raw(t) as member:
            member.send_carelessly(data + b"\r\n\r\n")
            got, _ = member.read_to_end(15)
            if got:
                true(got.startswith(b"HTTP/1.1 "), "an HTTP answer", got[:40])
                one_of(got[9:10], {b"4", b"5"}, "first digit of the HTTP status")
        with raw(t) as member:
            member.send(request(t))
            equal(member.read_reply().status, 200, "HTTP status of the next connection")
    return run


for _name, _data in GARBAGE:
    add(f"tls/http/garbage/{_name}", f"{_name.replace('-', ' ')}: an error or a close, no crash",
        RFC + " 3", _garbage(_data))


@case("tls/http/path-traversal", "no path leads to a file", "RFC 3986 6.2.2")
def _traversal(t):
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/xds/..%2f"):
        with raw(t) as member:
            member.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            data, _ = member.read_to_end(15)
            one_of(data[9:10], {b"4"}, "first digit of the HTTP status")
            true(b"root:" not in data, "no file's content", data[:80])


@case("tls/http/no-gzip-unasked",
      "no answer is compressed unless that was asked for", "RFC 9110 8.4")
def _gzip(t):
    reply = t.post_raw("registry", query(t), content_type())
    equal(reply.header("content-encoding"), "", "Content-Encoding")


@case("tls/http/no-version-in-server-header",
      "an answer does not tell the program's version", "RFC 9110 10.2.4")
def _server(t):
    server = t.post_raw("registry", query(t), content_type()).header("server")
    true(not any(c.isdigit() for c in server), "no version number", server)
