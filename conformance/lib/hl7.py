"""HL7 v2 feed messages and MLLP framing (ITI TF-2 3.8, C.2)."""
import socket
import ssl
import time

from .checks import Failed, equal, fail, one_of, true
from .tls import TIMEOUT_S, context

START, END = b"\x0b", b"\x1c\x0d"


def adt(trigger, pid3, control, mrg1=None, version="2.3.1", charset="", name="CONFORMANCE^CASE",
        evn=True, structure="", pid_extra="", encoding="utf-8", message_type="ADT",
        processing="P", msh20="", birth="19700101", sex="F", pv1="PV1|1|O"):
    """Bytes of one ADT message; `pid3` is a list of CX texts, unescaped."""
    event = "^".join(filter(None, [message_type, trigger, structure]))
    now = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    tail = f"||||||{charset}||{msh20}" if charset or msh20 else ""
    lines = [f"MSH|^~\\&|CONFORMANCE|SUITE|NODE|REGION|{now}||{event}|{control}|{processing}|"
             f"{version}{tail}"]
    if evn:
        lines.append(f"EVN|{trigger}|{now}")
    if pid3 is not None:
        lines.append(f"PID|1||{'~'.join(pid3)}||{name}||{birth}|{sex}{pid_extra}")
    if mrg1 is not None:
        lines.append(f"MRG|{mrg1}")
    if pv1:
        lines.append(pv1)
    return ("\r".join(lines) + "\r").encode(encoding)


class Ack:
    """A taken-apart acknowledgement."""

    def __init__(self, data):
        text = data.decode("utf-8", "replace")
        self.text = text
        self.segments = [line.split("|") for line in text.split("\r") if line]
        if not self.segments or self.segments[0][0] != "MSH":
            fail("an acknowledgement that begins with MSH", text[:80])
        msa = [s for s in self.segments if s[0] == "MSA"]
        equal(len(msa), 1, "number of MSA segments")
        true("\n" not in text, "segments ended by CR alone (C.2.1)", repr(text[:120]))
        self.msh = self.segments[0]
        self.code = msa[0][1] if len(msa[0]) > 1 else ""
        self.control = msa[0][2] if len(msa[0]) > 2 else ""
        one_of(self.code, {"AA", "AE", "AR"}, "MSA-1")
        equal(self.msh[8].split("^")[0] if len(self.msh) > 8 else None, "ACK", "MSH-9.1")

    def expect(self, codes, control=None):
        one_of(self.code, {codes} if isinstance(codes, str) else set(codes), "MSA-1")
        if control is not None:
            equal(self.control, control, "MSA-2 (the request's MSH-10)")
        return self


class MllpClient:
    """A TLS connection that carries one message after another."""

    def __init__(self, target, role, recorder):
        self._target, self._role, self._recorder = target, role, recorder
        self._socket, self._rest = None, b""

    def _open(self):
        plain = socket.create_connection((self._target.mllp_host, self._target.mllp_port),
                                         TIMEOUT_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context(self._target, self._role).wrap_socket(
            plain, server_hostname=self._target.mllp_host)
        self._rest = b""

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send_raw(self, data):
        self._recorder.sent(data)
        if self._socket is None:
            self._open()
        self._socket.sendall(data)

    def read_frame(self):
        """One framed answer, without its frame."""
        while END not in self._rest:
            part = self._socket.recv(65536)
            if not part:
                self.close()
                raise Failed("expected: a framed acknowledgement\ngot:      the connection closed")
            self._rest += part
        frame, _, self._rest = self._rest.partition(END)
        self._recorder.received(frame + b"\n")
        if not frame.startswith(START):
            fail("an answer that begins with 0x0B", frame[:40])
        return frame[1:]

    def exchange(self, message):
        """Sends one message and returns the Ack."""
        try:
            self.send_raw(START + message + END)
            return Ack(self.read_frame())
        except (OSError, ssl.SSLError) as error:
            self.close()
            self._recorder.received(f"{type(error).__name__}: {error}\n".encode())
            raise Failed("expected: an acknowledgement\n"
                         f"got:      {type(error).__name__}: {error}") from error


def normalise(data):
    """A stored sample as it goes on the wire: segments ended by CR, no empty lines."""
    lines = data.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")
    return b"\r".join(line for line in lines if line.strip()) + b"\r"
