"""What every answer to an HL7 v2 message must fulfil, and the answers of the single transactions.

Appendix C.2.3 (acknowledgements, ERR), 3.9.4.2.2 and 3.21.4.2.2 (responses), table 0208 and 0357.
"""
from .checks import equal, fail, one_of, same_set, true
from .v2 import ids_of, send

CODES_0357 = {"0", "100", "101", "102", "103", "200", "201", "202", "203", "204", "205", "206",
              "207"}
REPLY = {"QBP^Q23": "RSP^K23^RSP_K23", "QBP^Q22": "RSP^K22^RSP_K21", "QBP^ZV1": "RSP^ZV2^RSP_ZV2"}


def locations(error):
    """ERR-2 of v2.5 as texts like QPD^1^3^1^1, without empty components at the end."""
    return [r.rstrip("^") for r in error.repetitions(2)]


class Answer:
    """A judged answer. `secret`: texts that must not show in any ERR. `beside`: authorities whose
    ids may be told besides those a case expects (the affinity domain's own, which fits everybody)."""

    beside = frozenset()

    def __init__(self, request, answer, secret=()):
        self.request, self.message = request, answer
        asked, got = request.msh, answer.msh
        true("\n" not in answer.text, "segments ended by CR alone (C.2.1)", repr(answer.text[:80]))
        true(answer.octets.endswith(b"\r"), "the last segment to end with CR", answer.octets[-20:])
        equal(got.field(2), "^~\\&", "MSH-2")
        for ours, theirs in ((3, 5), (4, 6), (5, 3), (6, 4)):
            equal(got.field(ours), asked.field(theirs), f"MSH-{ours} (MSH-{theirs} of the request)")
        true(len(got.field(7)) >= 8, "MSH-7 with a time", got.field(7))
        true(got.field(10) and got.field(10) != asked.field(10), "an MSH-10 of its own",
             got.field(10))
        true(len(got.field(10)) <= 20, "MSH-10 of at most 20 characters", got.field(10))
        msa = answer.one("MSA")
        self.code = msa.field(1)
        equal(msa.component(2), asked.component(10), "MSA-2 (the request's MSH-10)")
        equal(answer.names()[:2], ["MSH", "MSA"], "the first two segments")
        self._errors(secret)

    def _errors(self, secret):
        self.errors = self.message.all("ERR")
        bad = self.code not in ("AA", "CA")
        true(bool(self.errors) == bad, "ERR if and only if something is wrong",
             [s.line for s in self.errors] + [self.code])
        for error in self.errors:
            for text in secret:
                true(text not in error.line, "no data of the patient in ERR", error.line)
            if self.message.msh.field(12) < "2.4":
                true(error.field(1) and not error.field(2), "v2.3.1: ERR-1 alone", error.line)
                continue
            equal(error.field(1), "", "ERR-1, which v2.5 forbids here")
            one_of(error.component(3, 1), CODES_0357, "ERR-3.1 (table 0357)")
            equal(error.component(3, 3), "HL70357", "ERR-3.3")
            one_of(error.field(4), {"E", "W", "I"}, "ERR-4 (severity)")

    def expect(self, codes):
        one_of(self.code, {codes} if isinstance(codes, str) else set(codes), "MSA-1")
        return self

    def error(self, code, location=None, count=None):
        """Some ERR has this code and begins with this location (which only v2.5 tells so)."""
        codes = {code} if isinstance(code, str) else set(code)
        found = [e for e in self.errors
                 if (e.component(3, 1) or e.component(1, 4, 1, 1)) in codes]
        if self.message.msh.field(12) < "2.4":
            location = None
        if location is not None:
            found = [e for e in found if any(loc == location or loc.startswith(location + "^")
                                             for loc in locations(e))]
        if not found or (count is not None and len(self.errors) != count):
            fail(f"ERR with {sorted(codes)} at {location or 'any place'}",
                 [e.line for e in self.errors])
        return self


class Ack(Answer):
    """A general acknowledgement."""

    def __init__(self, request, answer, secret=()):
        super().__init__(request, answer, secret)
        equal(self.message.msh.component(9, 1), "ACK", "MSH-9.1")
        for name in self.message.names():
            one_of(name, {"MSH", "MSA", "ERR"}, "segments of an acknowledgement")


class Response(Answer):
    """RSP of a query: MSH MSA [ERR] QAK QPD [PID ...] [DSC]."""

    def __init__(self, request, answer, secret=()):
        super().__init__(request, answer, secret)
        event = "^".join(request.msh.field(9).split("^")[:2])
        equal(self.message.msh.field(9), REPLY.get(event), "MSH-9 of the answer")
        equal(self.message.msh.field(12), "2.5", "MSH-12")
        qak, qpd = self.message.one("QAK"), self.message.one("QPD")
        self.status = qak.field(2)
        self.tag = qak.component(1)
        equal(self.tag, request.one("QPD").component(2), "QAK-1 (the query tag)")
        asked = request.one("QPD").line.rstrip("|")
        equal(qpd.line.rstrip("|"), asked, "QPD, which comes back as it was sent")
        allowed = {"AA": {"OK", "NF"}, "AE": {"AE"}, "AR": {"AR"}}
        one_of(self.status, allowed.get(self.code, {"a known MSA-1"}), f"QAK-2 beside {self.code}")
        self.pids = self.message.all("PID")
        true(bool(self.pids) == (self.status == "OK"), "PID if and only if QAK-2 is OK",
             self.message.names())
        dsc = self.message.all("DSC")
        self.pointer = dsc[0].component(1) if dsc else None
        if dsc:
            true(self.pointer, "a pointer in DSC-1", dsc[0].line)
            equal(dsc[0].field(2), "I", "DSC-2")
            equal(self.message.names()[-1], "DSC", "the last segment")

    def all_or_nothing(self, pid):
        """Each identifier with all three parts of its authority, ids of a domain side by side."""
        found = ids_of(pid)
        true(found, "identifiers in PID-3", pid.line)
        seen = []
        for identifier, _, oid, kind in found:
            true(identifier and oid, "id, universal id and type in each CX", pid.field(3))
            equal(kind, "ISO", "type of the universal id")
            if oid not in seen:
                seen.append(oid)
            elif seen[-1] != oid:
                fail("ids of one domain side by side", pid.field(3))
        return found


class CrossReferences(Response):
    """RSP^K23."""

    def __init__(self, request, answer, secret=()):
        super().__init__(request, answer, secret)
        true(len(self.pids) <= 1, "at most one PID", self.message.names())
        self.ids = []
        if self.pids:
            pid = self.pids[0]
            found = self.all_or_nothing(pid)
            for identifier, namespace, _, _ in found:
                true(namespace, "a namespace in each authority (3.9.4.2.2.6)", identifier)
            self.ids = [(identifier, oid) for identifier, _, oid, _ in found]
            equal(pid.field(5), "~^^^^^^S", "PID-5")
            equal(len(set(self.ids)), len(self.ids), "number of different ids")
            for number in range(1, len(pid.fields)):
                if number not in (1, 3, 5):
                    equal(pid.field(number), "", f"PID-{number}")
            query = request.one("QPD")
            true((query.component(3, 1), query.component(3, 4, 1, 2)) not in self.ids,
                 "not the id that was asked about", self.ids)

    def found(self, expected):
        self.expect("AA")
        equal(self.status, "OK", "QAK-2")
        same_set(without(self.ids, self.beside, expected), expected, "ids in PID-3")
        return self

    def nothing(self):
        self.expect("AA")
        equal(without(self.ids, self.beside), [], "ids in PID-3")
        equal(self.status, "OK" if self.ids else "NF", "QAK-2")
        return self


class Patients(Response):
    """RSP^K22 and RSP^ZV2."""

    def __init__(self, request, answer, secret=()):
        super().__init__(request, answer, secret)
        self.patients = []
        for pid in self.pids:
            self.patients.append([(i, oid) for i, _, oid, _ in self.all_or_nothing(pid)])
            true(pid.field(5).strip("^~"), "a name in PID-5", pid.line)
        for name in self.message.names():
            one_of(name, {"MSH", "MSA", "ERR", "QAK", "QPD", "PID", "PD1", "PV1", "PV2", "QRI", "DSC"},
                   "segments of the answer")

    def found(self, *persons):
        """Exactly these persons, each given by its ids (all of them)."""
        self.expect("AA")
        equal(self.status, "OK" if persons else "NF", "QAK-2")
        wanted = [i for p in persons for i in p]
        same_set([tuple(sorted(without(p, self.beside, wanted))) for p in self.patients],
                 [tuple(sorted(p)) for p in persons], "patients")
        return self


def without(ids, authorities, wanted=()):
    """The ids but those of these authorities that nobody expects."""
    return [i for i in ids if i[1] not in authorities or i in wanted]


def pair(cx):
    """(id, oid) of a CX text."""
    return cx.split("^")[0], cx.split("&")[1]


def ask(t, message, role="toolkit", charset="", kind=CrossReferences, secret=()):
    request, answer = send(t, message, role, charset)
    judged = kind(request, answer, secret)
    judged.beside = frozenset(filter(None, [t.target.xad_pid]))
    return judged


def raw(t, octets, role="toolkit", kind=Ack):
    """Octets of a feed and the judged acknowledgement."""
    return kind(*send(t, octets, role))
