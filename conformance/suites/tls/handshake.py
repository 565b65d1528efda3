"""ITI-19: who gets through the handshake, with which versions and suites."""
import socket
import ssl
import warnings

from lib.cases import add, case
from lib.checks import Failed, Skipped, equal, fail, one_of, true
from lib.hl7 import END, START, Ack, adt
from lib.names import ACTION, APPROVED
from lib.soap import content_type, envelope, expect_fault, read_reply
from lib.tls import TIMEOUT_S, RawTls, context

ITI19 = "ITI TF-2 3.19"
# What an alert about the peer's certificate may be called (RFC 8446 6.2).
ALERT_S = 10
ALERTS = ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "ACCESS_DENIED", "DECRYPT_ERROR")


def query(t):
    body = t.query_body("FindDocuments", [
        ("$XDSDocumentEntryPatientId", ["'nobody^^^&1.2.3&ISO'"]),
        ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"])])
    return envelope(ACTION["ITI-18"], body)


def request(t, extra=b"", body=None, connection=b"close"):
    """A whole HTTP request as bytes."""
    data = query(t) if body is None else body
    return (b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nConnection: %s\r\n%s"
            b"Content-Length: %d\r\n\r\n" % (
                t.target.path("registry").encode(), t.target.host.encode(),
                content_type().encode(), connection, extra, len(data))) + data


def ports(t):
    return {"https": (t.target.host, t.target.port),
            "mllp": (t.target.mllp_host, t.target.mllp_port)}


def refused_by_alert(t, tls, port):
    """The handshake fails with an alert; under TLS 1.3 it shows on the first read."""
    host, number = ports(t)[port]
    try:
        with socket.create_connection((host, number), ALERT_S) as plain:
            with tls.wrap_socket(plain, server_hostname=host) as secured:
                data = secured.recv(1)
                fail("a TLS alert", f"{data!r} on a {secured.version()} connection" if data
                     else "an orderly close without alert")
    except ssl.SSLError as error:
        t.recorder.received(str(error).encode())
        return str(error)
    except OSError as error:
        fail("a TLS alert", f"{type(error).__name__}: {error}")


def _refused(role, port):
    def run(t):
        reason = refused_by_alert(t, context(t.target, role), port)
        true(any(word in reason.upper().replace(" ", "_") for word in ALERTS),
             "an alert about the certificate", reason)
    return run


for _role in ("expired", "revoked", "other-ca", None):
    for _port in ("https", "mllp"):
        add(f"tls/certificate/{_role or 'none'}-{_port}",
            f"{_role or 'no'} certificate on the {_port} port: TLS alert", ITI19 + ".6.2",
            _refused(_role, _port))


@case("tls/certificate/stranger-https",
      "a valid chain that is no member: HTTP 403 with a SOAP fault",
      ITI19 + " authorisation")
def _stranger(t):
    for service in ("registry", "repository"):
        reply = t.post_raw(service, query(t), content_type(), role="stranger")
        equal(reply.status, 403, "HTTP status")
        expect_fault(read_reply(reply), status=403)


@case("tls/certificate/stranger-large-body",
      "a stranger's large body is refused by an answer, not a reset",
      ITI19 + " authorisation")
def _stranger_large(t):
    reply = t.post_raw("registry", b"x" * 300000, content_type(), role="stranger")
    equal(reply.status, 403, "HTTP status")


@case("tls/certificate/stranger-wsdl", "a stranger gets nothing, not even the WSDL", ITI19)
def _stranger_wsdl(t):
    reply = t.https("stranger").request("GET", t.target.path("registry") + "?wsdl", {})
    equal(reply.status, 403, "HTTP status")


@case("tls/certificate/stranger-mllp",
      "a valid chain that is no member: AR", ITI19 + " authorisation")
def _stranger_mllp(t):
    control, patient = t.ids.text("M"), t.new_patient_id()
    t.feed(patient, role="stranger", control=control).expect("AR", control)
    t.register(t.build.submission(patient)).failure("XDSUnknownPatientId")


@case("tls/certificate/member", "a member is served on both ports", ITI19)
def _member(t):
    t.patient()
    reply = t.post_raw("registry", query(t), content_type())
    equal(reply.status, 200, "HTTP status")


@case("tls/certificate/others-are-not-disturbed",
      "a refused handshake does not end others' connections",
      ITI19)
def _undisturbed(t):
    with RawTls(t.target, "toolkit", t.recorder) as member:
        member.send(request(t, connection=b"keep-alive"))
        equal(member.read_reply().status, 200, "HTTP status")
        refused_by_alert(t, context(t.target, "expired"), "https")
        member.send(request(t))
        equal(member.read_reply().status, 200, "HTTP status after another's refusal")


# --- versions and suites ----------------------------------------------------------------------

def _old(version, port):
    def run(t):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                tls = context(t.target, "toolkit", version, version, "ALL:@SECLEVEL=0")
            except (ssl.SSLError, ValueError) as error:
                raise Skipped("no-old-tls", str(error)) from error
        reason = refused_by_alert(t, tls, port)
        if "no protocols available" in reason.lower():
            raise Skipped("no-old-tls", reason)
    return run


def _tls11(t):
    for port in ("https", "mllp"):
        _old(ssl.TLSVersion.TLSv1_1, port)(t)


add("tls/version/tls-1.1", "TLS 1.1 is refused on both ports", ITI19 + ".6.2.3; BCP 195", _tls11)


def _version(version, expected, port):
    def run(t):
        host, number = ports(t)[port]
        with RawTls(t.target, "toolkit", t.recorder,
                    context(t.target, "toolkit", version, version), number, host) as member:
            equal(member.socket.version(), expected, "version")
            _use(t, member, port)
    return run


def _use(t, member, port):
    if port == "https":
        member.send(request(t))
        equal(member.read_reply().status, 200, "HTTP status")
    else:
        control = t.ids.text("M")
        member.send(START + adt("A01", [t.new_patient_id()], control) + END)
        data = b""
        while END not in data:
            part = member.socket.recv(65536)
            true(part, "an acknowledgement", "the connection closed")
            data += part
        Ack(data.partition(END)[0].lstrip(START)).expect("AA", control)


for _port in ("https", "mllp"):
    add(f"tls/version/tls-1.2-{_port}", f"TLS 1.2 is served on the {_port} port", ITI19 + ".6.2.3",
        _version(ssl.TLSVersion.TLSv1_2, "TLSv1.2", _port))
    add(f"tls/version/tls-1.3-{_port}", f"TLS 1.3 is served on the {_port} port", ITI19 + ".6.2.3",
        _version(ssl.TLSVersion.TLSv1_3, "TLSv1.3", _port))

SUITES = ("DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
          "DHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384")


def _suite(name, port):
    def run(t):
        host, number = ports(t)[port]
        tls = context(t.target, "toolkit", ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, name)
        with RawTls(t.target, "toolkit", t.recorder, tls, number, host) as member:
            equal(member.socket.cipher()[0], name, "cipher suite")
            _use(t, member, port)
    return run


for _name in SUITES:
    for _port in ("https", "mllp"):
        add(f"tls/suite/{_name}-{_port}", f"{_name} can be negotiated on the {_port} port",
            ITI19 + ".6.2.3 STX: TLS 1.2 Floor", _suite(_name, _port))

WEAK = ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA256", "NULL-SHA256",
        "ECDHE-RSA-DES-CBC3-SHA")


def _weak(name):
    def run(t):
        try:
            tls = context(t.target, "toolkit", ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2,
                          name + ":@SECLEVEL=0")
        except ssl.SSLError:
            return  # unknown to this machine's OpenSSL, so nobody here can offer it
        refused_by_alert(t, tls, "https")
    return run


for _name in WEAK:
    add(f"tls/suite-refused/{_name}", f"{_name} (no AEAD or no forward secrecy) is refused",
        "BCP 195; CRYPTREC high security", _weak(_name))


@case("tls/server-certificate/name", "the server's certificate names the host that was asked for",
      ITI19 + ".6.2.4; RFC 9525")
def _server_name(t):
    with RawTls(t.target, "toolkit", t.recorder) as member:
        names = [v for _, v in member.socket.getpeercert().get("subjectAltName", ())]
        true(t.target.host in names, f"subjectAltName {t.target.host}", names)


@case("tls/resumption",
      "a second connection with the first one's session is served", "RFC 8446 2.2")
def _resumption(t):
    tls = context(t.target, "toolkit")
    with RawTls(t.target, "toolkit", t.recorder, tls) as first:
        first.send(request(t))
        equal(first.read_reply().status, 200, "HTTP status")
        session = first.socket.session
    with socket.create_connection((t.target.host, t.target.port), TIMEOUT_S) as plain:
        with tls.wrap_socket(plain, server_hostname=t.target.host, session=session) as second:
            second.sendall(request(t))
            data = second.recv(65536)
            true(data.startswith(b"HTTP/1.1 200"), "HTTP/1.1 200", data[:60])


@case("tls/resumption-keeps-identity", "a resumed session of a stranger stays a stranger's", ITI19)
def _resumed_stranger(t):
    tls = context(t.target, "stranger")
    session = None
    for _ in range(2):
        with socket.create_connection((t.target.host, t.target.port), TIMEOUT_S) as plain:
            with tls.wrap_socket(plain, server_hostname=t.target.host,
                                 session=session) as secured:
                secured.sendall(request(t))
                data = secured.recv(65536)
                true(data.startswith(b"HTTP/1.1 403"), "HTTP/1.1 403", data[:60])
                session = secured.session


# --- no TLS at all ----------------------------------------------------------------------------

def _plain(data, port):
    def run(t):
        with socket.create_connection(ports(t)[port], TIMEOUT_S) as plain:
            t.recorder.sent(data)
            plain.sendall(data)
            plain.settimeout(TIMEOUT_S)
            got = b""
            try:
                while len(got) < 65536:
                    part = plain.recv(4096)
                    if not part:
                        break
                    got += part
            except ConnectionError:
                pass
            except (TimeoutError, socket.timeout):
                fail("an alert, an HTTP 400 or a close", "silence")
            t.recorder.received(got)
            one_of(got[:1] or b"", {b"", b"\x15", b"H"}, "first byte (alert, HTTP or close)")
            if got.startswith(b"H"):
                true(b" 400 " in got.split(b"\r\n")[0], "HTTP 400", got[:40])
            true(b"RegistryObjectList" not in got and b"MSA|AA" not in got, "no answer", got[:80])
        _member(t)
    return run


for _name, _data in (("http", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ("noise", b"\x00" * 64),
                     ("sslv2", b"\x80\x2e\x01\x00\x02" + b"\x00" * 41),
                     ("mllp", START + b"MSH|^~\\&|A|B|C|D|20200101||ADT^A01|1|P|2.3.1\r" + END)):
    for _port in ("https", "mllp"):
        add(f"tls/plain/{_name}-{_port}", f"plain {_name} on the {_port} port is refused", ITI19,
            _plain(_data, _port))


@case("tls/half-handshake", "a client that stops in the handshake disturbs nobody", ITI19)
def _half(t):
    open_sockets = [socket.create_connection((t.target.host, t.target.port), TIMEOUT_S)
                    for _ in range(20)]
    try:
        for one in open_sockets:
            one.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        _member(t)
    finally:
        for one in open_sockets:
            one.close()


@case("tls/mllp-and-https-share-no-protocol",
      "HTTP inside the MLLP port's TLS gets no HTTP service", ITI19)
def _cross(t):
    with RawTls(t.target, "toolkit", t.recorder, port=t.target.mllp_port,
                host=t.target.mllp_host) as member:
        member.send_carelessly(request(t))
        member.socket.settimeout(5)
        try:
            data = member.socket.recv(65536)
        except (OSError, Failed):
            data = b""
        true(not data.startswith(b"HTTP"), "no HTTP answer", data[:60])
