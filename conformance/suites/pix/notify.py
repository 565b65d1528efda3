"""ITI-10: the manager tells a consumer of changes (ITI TF-2 3.10; pix-pdq 2.4).

The suite is the consumer, so the node must have it configured: `notify` of the target file names
the port where the suite listens and the two domains that interest it (used by no other case).
"""
import socket
import ssl
import threading
import time

from lib.cases import case
from lib.checks import Skipped, equal, fail, true
from lib.hl7 import END, START
from lib.identity import known
from lib.ids import cx
from lib.people import person
from lib.v2 import Message, ids_of
from lib.v2_answers import pair

from .pam import pam

SECTION = "ITI TF-2 3.10.4"
PATIENCE_S = 20


def _wake(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster


class Consumer:
    """Listens, acknowledges each notification and keeps it."""

    def __init__(self, t):
        if not t.target.notify:
            raise Skipped("no-consumer", "the target file does not say where the node sends ITI-10")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*t.target.certificate("toolkit"))
        tls.load_verify_locations(t.target.ca_file())
        tls.verify_mode = ssl.CERT_REQUIRED
        self._tls, self._recorder = tls, t.recorder
        self._listener = socket.create_server(("127.0.0.1", t.target.notify["port"]))
        self._changed, self.messages = threading.Condition(), []
        self._open, self._serving = [], []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Nothing is closed that a thread still reads: its descriptor would be the next connection's.
        _wake(self._listener)
        self._thread.join()
        self._listener.close()
        for one in self._open:
            _wake(one)
        for thread in self._serving:
            thread.join()

    def _accept(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(plain)
            self._serving.append(threading.Thread(target=self._serve, args=(plain,), daemon=True))
            self._serving[-1].start()

    def _serve(self, plain):
        plain.settimeout(PATIENCE_S)
        try:
            with self._tls.wrap_socket(plain, server_side=True) as secured:
                self._open.append(secured)
                data = b""
                while part := secured.recv(65536):
                    data += part
                    while END in data:
                        frame, _, data = data.partition(END)
                        self._take(secured, frame.lstrip(START))
        except OSError:
            plain.close()

    def _take(self, secured, frame):
        self._recorder.received(frame)
        message = Message(frame)
        msh = message.msh
        secured.sendall(START + (
            f"MSH|^~\\&|{msh.field(5)}|{msh.field(6)}|{msh.field(3)}|{msh.field(4)}|20250401||"
            f"ACK^A31^ACK|{msh.field(10)}A|P|2.5\rMSA|AA|{msh.field(10)}\r").encode() + END)
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def told(self, wanted, after=0):
        """The first notification from number `after` on whose ids are exactly `wanted`."""
        end = time.monotonic() + PATIENCE_S
        with self._changed:
            while True:
                for message in self.messages[after:]:
                    found = {(i, oid) for i, _, oid, _ in ids_of(message.one("PID"))}
                    if found == set(wanted):
                        return message
                if not self._changed.wait(max(0, end - time.monotonic())):
                    fail(f"a notification with {sorted(wanted)}",
                         [m.one("PID").field(3) for m in self.messages[after:]])


def fresh(t):
    return [cx(t.ids.text("N"), oid) for oid in t.target.notify["domains"]]


def judge(message):
    """What every notification must look like."""
    equal(message.msh.field(9), "ADT^A31^ADT_A05", "MSH-9")
    equal(message.msh.field(12), "2.5", "MSH-12")
    true(message.msh.field(5) and message.msh.field(6), "a receiving application and facility (C.2.2)",
         message.msh.line)
    equal([s.name for s in message.segments], ["MSH", "EVN", "PID", "PV1"], "segments")
    pid = message.one("PID")
    equal(pid.field(5), " ", "PID-5 (one space)")
    for number in range(1, len(pid.fields)):
        if number not in (3, 5):
            equal(pid.field(number), "", f"PID-{number}")
    equal(message.one("PV1").field(2), "N", "PV1-2")
    for identifier, namespace, oid, kind in ids_of(pid):
        true(identifier and namespace and oid and kind == "ISO", "three parts of each authority",
             pid.field(3))


@case("pix/iti-10/first-id", "a new person with one id is told", SECTION + ".1.1")
def _first(t):
    with Consumer(t) as consumer:
        identifier = fresh(t)[0]
        known(t, person(), [identifier])
        judge(consumer.told([pair(identifier)]))


@case("pix/iti-10/joined-and-parted", "linked: one set of both; parted: one message for each set",
      SECTION + ".1.1")
def _parted(t):
    with Consumer(t) as consumer:
        one, other = fresh(t)
        known(t, person(), [one])
        known(t, person(), [other])
        consumer.told([pair(one)])
        consumer.told([pair(other)])
        pam(t, "A24", [one], second=other).expect("AA")
        judge(consumer.told([pair(one), pair(other)]))
        before = len(consumer.messages)
        pam(t, "A37", [one], second=other).expect("AA")
        judge(consumer.told([pair(one)], before))
        judge(consumer.told([pair(other)], before))


@case("pix/iti-10/merge", "a merge: the set has the survivor, no longer the subsumed id", SECTION + ".1.1")
def _merge(t):
    with Consumer(t) as consumer:
        old, other = fresh(t)
        new = fresh(t)[0]
        known(t, person(), [old, other])
        known(t, person(), [new])
        consumer.told([pair(old), pair(other)])
        pam(t, "A40", [new], mrg=old).expect("AA")
        judge(consumer.told([pair(new), pair(other)]))


@case("pix/iti-10/after-an-absence", "what changed while the consumer was away is told later, in order",
      "pix-pdq 2.4 (queue, retry)")
def _later(t):
    Consumer(t).__exit__()
    one, other = fresh(t)
    known(t, person(), [one])
    known(t, person(), [other])
    pam(t, "A24", [one], second=other).expect("AA")
    with Consumer(t) as consumer:
        consumer.told([pair(one), pair(other)])
        sets = [{i for i, _, _, _ in ids_of(m.one("PID"))} for m in consumer.messages]
        mine = [s for s in sets if s & {pair(one)[0], pair(other)[0]}]
        equal(mine[-1], {pair(one)[0], pair(other)[0]}, "the last set that was told")
