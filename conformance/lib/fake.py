"""A small TLS peer for the self-test: it answers, but it is no registry.

It keeps nothing. Every submission succeeds, every query is empty, every document is unknown: so
each case of the suites can be walked through, and most must fail with a proper explanation.
"""
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import uuid

from lxml import etree

from .mtom import Dialect, parse_mtom
from .names import ACTION, NS, RESPONSE_ACTION, SEVERITY, STATUS_URN, WSA

_ROLES = ("toolkit", "toolkit-lenient", "hospital-kita", "clinic-kita", "stranger", "expired",
          "revoked", "other-ca")


def make_pki(folder):
    """A throw-away CA, a server certificate and the members' certificates (openssl command)."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=self-test",
            "-keyout", "ca.key", "-out", "ca.crt")
    with open(os.path.join(folder, "san.cnf"), "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node", "-keyout", "node.key",
            "-out", "node.csr")
    openssl("x509", "-req", "-in", "node.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2",
            "-CAcreateserial", "-extfile", "san.cnf", "-out", "node.crt")
    for role in (*_ROLES, "idp", "other-idp"):
        for suffix in ("crt", "key"):
            os.symlink(f"node.{suffix}", os.path.join(folder, f"{role}.{suffix}"))


def write_target(path, folder, https_port, mllp_port, template):
    with open(template, encoding="utf-8") as file:
        data = json.load(file)
    data.update({"name": "self-test", "base_url": f"https://localhost:{https_port}",
                 "mllp": {"host": "localhost", "port": mllp_port}, "pki": folder})
    for absent in ("regional_id_command", "consent_command", "audit_command", "syslog", "evidence"):
        data.pop(absent, None)  # the fake has no operator and takes no audit messages
    with open(path, "w", encoding="utf-8") as file:
        json.dump(data, file)


class FakePeer:
    """Two listeners with a thread per connection. `handle(action, envelope, parts)` may be
    replaced: it returns the XML of the answer's body."""

    def __init__(self, pki, handle=None, feed=None):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(os.path.join(pki, "node.crt"), os.path.join(pki, "node.key"))
        tls.load_verify_locations(os.path.join(pki, "ca.crt"))
        tls.verify_mode = ssl.CERT_REQUIRED
        self._tls, self._handle, self._feed = tls, handle or answer, feed or (lambda text: "AA")
        self._listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.https_port, self.mllp_port = (s.getsockname()[1] for s in self._listeners)
        for listener, serve in zip(self._listeners, (self._http, self._mllp)):
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()

    def close(self):
        for listener in self._listeners:
            listener.close()

    def _accept(self, listener, serve):
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain, serve), daemon=True).start()

    def _serve(self, plain, serve):
        plain.settimeout(20)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with self._tls.wrap_socket(plain, server_side=True) as secured:
                serve(secured)
        except (OSError, ValueError):
            plain.close()

    def _http(self, secured):
        stream = secured.makefile("rb")
        while True:
            line = stream.readline(70000)
            if not line.strip():
                return
            headers, length = {}, 0
            while (field := stream.readline(70000)).strip():
                name, _, value = field.decode("latin-1").partition(":")
                headers[name.strip().lower()] = value.strip()
            if headers.get("transfer-encoding") == "chunked":
                body = b""
                while size := int(stream.readline().split(b";")[0], 16):
                    body += stream.read(size)
                    stream.readline()
                stream.readline()
            else:
                length = int(headers.get("content-length", "0"))
                body = stream.read(length)
            kind, data, status = self._respond(headers.get("content-type", ""), body)
            secured.sendall((f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n"
                             f"Content-Length: {len(data)}\r\n\r\n").encode() + data)
            if headers.get("connection", "").lower() == "close":
                return

    def _respond(self, kind, body):
        is_mtom = kind.lower().startswith("multipart/related")
        parts = {}
        try:
            if is_mtom:
                message = parse_mtom(kind, body)
                body, parts = message.root, message.parts
            root = etree.fromstring(body)
            action = root.findtext("s:Header/wsa:Action", "", NS).strip()
            relates = root.findtext("s:Header/wsa:MessageID", "", NS)
            transaction = next(tx for tx, value in ACTION.items() if value == action)
        except Exception:  # noqa: BLE001 - whatever is wrong with a request, it is a fault
            return "application/soap+xml", _fault(), 500
        try:
            text, attachments = self._handle(transaction, root, parts), []
        except Exception:  # noqa: BLE001 - this peer validates nothing; odd input ends here
            return "application/soap+xml", _fault(), 500
        if isinstance(text, tuple):
            text, attachments = text
        data = (f'<s:Envelope xmlns:s="{NS["s"]}" xmlns:wsa="{WSA}"><s:Header>'
                f'<wsa:Action s:mustUnderstand="1">{RESPONSE_ACTION[transaction]}</wsa:Action>'
                f"<wsa:RelatesTo>{relates}</wsa:RelatesTo></s:Header><s:Body>{text}</s:Body>"
                "</s:Envelope>").encode()
        if not is_mtom:
            return "application/soap+xml; charset=UTF-8", data, 200
        dialect = Dialect(boundary="b" + uuid.uuid4().hex)
        return dialect.content_type(), dialect.package(data, attachments), 200

    def _mllp(self, secured):
        data = b""
        while True:
            part = secured.recv(65536)
            if not part:
                return
            data += part
            while b"\x1c\r" in data:
                frame, _, data = data.partition(b"\x1c\r")
                text = frame.lstrip(b"\x0b").decode("utf-8", "replace")
                control = re.search(r"^MSH(?:[^|]*\|){9}([^|\r]*)", text)
                code = self._feed(text)
                secured.sendall((f"\x0bMSH|^~\\&|A|B|C|D|20200101||ACK|1|P|2.3.1\r"
                                 f"MSA|{code}|{control.group(1) if control else ''}\r\x1c\r"
                                 ).encode())


def _fault():
    return (f'<s:Envelope xmlns:s="{NS["s"]}"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>'
            '</s:Code><s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault></s:Body>'
            "</s:Envelope>").encode()


def answer(transaction, root, _parts):
    """What a peer without memory says."""
    if transaction in ("ITI-18", "ITI-51"):
        return (f'<q:AdhocQueryResponse xmlns:q="{NS["query"]}" status="{STATUS_URN["Success"]}">'
                f'<rim:RegistryObjectList xmlns:rim="{NS["rim"]}"/></q:AdhocQueryResponse>')
    if transaction == "ITI-43":
        errors = "".join(
            f'<rs:RegistryError errorCode="XDSDocumentUniqueIdError" codeContext="unknown" '
            f'severity="{SEVERITY}Error" location="{e.text}"/>'
            for e in root.iter(f"{{{NS['xds']}}}DocumentUniqueId"))
        return (f'<x:RetrieveDocumentSetResponse xmlns:x="{NS["xds"]}" xmlns:rs="{NS["rs"]}">'
                f'<rs:RegistryResponse status="{STATUS_URN["Failure"]}"><rs:RegistryErrorList>'
                f"{errors}</rs:RegistryErrorList></rs:RegistryResponse>"
                "</x:RetrieveDocumentSetResponse>")
    return f'<rs:RegistryResponse xmlns:rs="{NS["rs"]}" status="{STATUS_URN["Success"]}"/>'
