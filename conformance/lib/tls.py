"""TLS contexts and a small HTTPS client with keep-alive (ITI-19: mutual TLS everywhere)."""
import http.client
import select
import socket
import ssl
import time
from dataclasses import dataclass, field

from .checks import Failed, Skipped

TIMEOUT_S = 60
MAX_ANSWER = 256 * 1024 * 1024


def context(target, role, minimum=ssl.TLSVersion.TLSv1_2, maximum=ssl.TLSVersion.TLSv1_3,
            ciphers=None):
    """Client context presenting `role`'s certificate (None: no certificate at all)."""
    try:
        tls = ssl.create_default_context(cafile=target.ca_file())
    except FileNotFoundError as error:
        raise Failed("expected: the trust anchor of the target file\n"
                     f"got:      no file {target.ca_file()}") from error
    if ciphers:
        tls.set_ciphers(ciphers)
    tls.minimum_version, tls.maximum_version = minimum, maximum
    if role is not None:
        if not target.has_certificate(role):
            raise Skipped("no-such-certificate", f"the target file names no certificate '{role}'")
        try:
            tls.load_cert_chain(*target.certificate(role))
        except FileNotFoundError as error:
            raise Failed(f"expected: the certificate '{role}' of the target file\n"
                         f"got:      no file {target.certificate(role)[0]} or its key") from error
    return tls


@dataclass
class HttpReply:
    status: int
    headers: list = field(default_factory=list)
    body: bytes = b""

    def header(self, name, default=""):
        return next((v for k, v in self.headers if k.lower() == name.lower()), default)

    def head(self):
        lines = [f"HTTP {self.status}"] + [f"{k}: {v}" for k, v in self.headers]
        return "\n".join(lines).encode() + b"\n\n"


class HttpsClient:
    """One connection, reopened when the server has closed it. Not for several threads at once."""

    def __init__(self, target, role, recorder):
        self._target, self._role, self._recorder = target, role, recorder
        self._connection = None
        self.opened = 0

    def _alive(self):
        """An idle connection that is readable has been closed by the server."""
        if self._connection is None or self._connection.sock is None:
            return False
        readable, _, _ = select.select([self._connection.sock], [], [], 0)
        return not readable

    def _open(self):
        self.close()
        self._connection = http.client.HTTPSConnection(
            self._target.host, self._target.port, timeout=TIMEOUT_S,
            context=context(self._target, self._role))
        self._connection.connect()
        self.opened += 1

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, method, path, headers, body=b"", chunks=None):
        """Sends one request; `chunks` sends the body chunked. 503 is retried as it asks."""
        for attempt in range(4):
            reply = self._once(method, path, headers, body, chunks)
            if reply.status != 503 or not reply.header("retry-after").isdigit():
                break
            if attempt < 3:
                time.sleep(min(int(reply.header("retry-after")), 5))
        return reply

    def _once(self, method, path, headers, body, chunks):
        head = f"{method} {path} HTTP/1.1\n" + "".join(f"{k}: {v}\n" for k, v in headers.items())
        self._recorder.sent(head.encode() + b"\n" + (b"".join(chunks) if chunks else body))
        try:
            if not self._alive():
                self._open()
            if chunks is None:
                self._connection.request(method, path, body=body or None, headers=headers)
            else:
                self._connection.request(method, path, body=iter(chunks), headers=headers,
                                         encode_chunked=True)
            answer = self._connection.getresponse()
            data = answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self._recorder.received(f"{type(error).__name__}: {error}\n".encode())
            raise Failed(f"expected: an HTTP answer to {method} {path}\n"
                         f"got:      {type(error).__name__}: {error}") from error
        reply = HttpReply(answer.status, answer.getheaders(), data)
        self._recorder.received(reply.head() + data)
        return reply


class RawTls:
    """A TLS socket on which a case writes exactly the bytes it wants."""

    def __init__(self, target, role, recorder, tls=None, port=None, host=None):
        self._recorder = recorder
        plain = socket.create_connection((host or target.host, port or target.port), TIMEOUT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = (tls or context(target, role)).wrap_socket(
                plain, server_hostname=host or target.host)
        except BaseException:
            plain.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self._recorder.sent(data)
        self.socket.sendall(data)

    def send_carelessly(self, data):
        """As send, but a peer that closes in the middle of it is no error of ours."""
        self._recorder.sent(data)
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def read_to_end(self, timeout_s=TIMEOUT_S):
        """Everything until the peer closes; (bytes, closed)."""
        self.socket.settimeout(timeout_s)
        data, closed = b"", False
        try:
            while len(data) < MAX_ANSWER:
                part = self.socket.recv(65536)
                if not part:
                    closed = True
                    break
                data += part
        except (TimeoutError, socket.timeout):
            pass
        except OSError:
            closed = True
        self._recorder.received(data)
        return data, closed

    def read_reply(self):
        """One HTTP answer from the connection, which stays open."""
        answer = http.client.HTTPResponse(self.socket)
        try:
            answer.begin()
            data = answer.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Failed("expected: an HTTP answer\n"
                         f"got:      {type(error).__name__}: {error}") from error
        reply = HttpReply(answer.status, answer.getheaders(), data)
        self._recorder.received(reply.head() + data)
        return reply
