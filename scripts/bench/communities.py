"""Benchmarks of the initiating gateway (P15): other communities are conformance/sim/neighbour.py, with a delay or hanging."""
import asyncio
import concurrent.futures
import http.client
import os
import re
import ssl
import statistics
import subprocess
import time
import uuid
from xml.sax.saxutils import escape

from machine import BENCH, PKI, PORT, TOP, Failed, Node, rss_kb, sql

SOAP_TYPE = "application/soap+xml; charset=UTF-8"
NEIGHBOURS = 4
DELAY_S = 0.05
ENVELOPE = """\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
<a:Action s:mustUnderstand="1">{action}</a:Action><a:MessageID>urn:uuid:{message}</a:MessageID>
<a:To>https://localhost/</a:To></s:Header><s:Body>
<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
 xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><q:ResponseOption returnType="LeafClass"
 returnComposedObjects="true"/><rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">
<rim:Slot name="$XDSDocumentEntryPatientId"><rim:ValueList><rim:Value>'{patient}'</rim:Value></rim:ValueList></rim:Slot>
<rim:Slot name="$XDSDocumentEntryStatus"><rim:ValueList>
<rim:Value>('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')</rim:Value></rim:ValueList></rim:Slot>
</rim:AdhocQuery></q:AdhocQueryRequest></s:Body></s:Envelope>"""


def question(action, patient):
    return ENVELOPE.format(action=action, message=uuid.uuid4(), patient=escape(patient)).encode()


def tls(member):
    context = ssl.create_default_context(cafile=f"{PKI}/ca.crt")
    context.load_cert_chain(f"{PKI}/{member}.crt", f"{PKI}/{member}.key")
    return context


class Line:
    """One kept connection that asks the same kind of question again and again."""

    def __init__(self, port, path, action, member, patient):
        self.path, self.action, self.patient = path, action, patient
        self.connection = http.client.HTTPSConnection("localhost", port, context=tls(member), timeout=60)

    def ask(self, status=b"ResponseStatusType:Success"):
        """(seconds, answer)"""
        body = question(self.action, self.patient)
        began = time.perf_counter()
        self.connection.request("POST", self.path, body, {"Content-Type": SOAP_TYPE})
        answer = self.connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        if answer.status != 200 or status not in text:
            raise Failed(f"{self.path}: HTTP {answer.status}: {text[:600]!r}")
        return took, text

    def median_ms(self, count):
        self.ask()
        return statistics.median(self.ask()[0] for _ in range(count)) * 1000


def together_ms(lines, count):
    """Until the last of all, who are asked at the same time: they share this machine's cores too."""
    with concurrent.futures.ThreadPoolExecutor(len(lines)) as pool:
        def once():
            began = time.perf_counter()
            list(pool.map(lambda line: line.ask(), lines))
            return time.perf_counter() - began
        once()
        return statistics.median(once() for _ in range(count)) * 1000


class Neighbour:
    def __init__(self, number, mode):
        self.number = number
        self.home = f"2.999.7.{number}"
        folder = os.path.join(BENCH, "neighbours")
        os.makedirs(folder, exist_ok=True)
        self.mode_file = os.path.join(folder, f"mode-{number}")
        with open(self.mode_file, "w", encoding="utf-8") as file:
            file.write(mode + "\n")
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "conformance/sim/neighbour.py", "--certificate", f"{PKI}/node-b.crt", "--key",
             f"{PKI}/node-b.key", "--ca", f"{PKI}/ca.crt", "--home", f"urn:oid:{self.home}", "--repository",
             f"{self.home}.2", "--mode-file", self.mode_file], stdout=subprocess.PIPE, text=True, cwd=TOP)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.kill()
        self.process.wait()

    def directory_entry(self):
        url = f"https://localhost:{self.port}/gateway"
        return (f"  - {{name: n{self.number}, homes: [\"urn:oid:{self.home}\"], query: \"{url}\", retrieve: \"{url}\", "
                "correlation: none}\n")

    def member(self):
        return (f"  - code: n{self.number}\n    name: n{self.number}\n    kind: community\n"
                f"    home_community_id: urn:oid:{self.home}\n    institution_oid: {self.home}.9\n    certificates:\n"
                f"      - fingerprint: {'d' * 63}{self.number}\n    assigning_authorities: [{self.home}.1]\n"
                "    default_role: conformance-test\n    transactions: [neighbour]\n")


class Gateway(Node):
    """A node of few documents whose neighbours are simulated."""

    def __init__(self, neighbours, *settings):
        super().__init__(1_000, 0, f"gateway{len(neighbours)}")
        self.neighbours, self.settings = neighbours, settings

    def make_region(self, *more):
        options = ["xca.initiating=true", "xca.communities=communities.yaml", *self.settings]
        super().make_region("--unsigned", *(word for one in options for word in ("--set", one)))
        with open(os.path.join(self.folder, "communities.yaml"), "w", encoding="utf-8") as file:
            file.write("communities:\n" + "".join(one.directory_entry() for one in self.neighbours))
        agreement = os.path.join(self.folder, "agreement.yaml")
        with open(agreement, encoding="utf-8") as file:
            text = file.read()
        members = "".join(one.member() for one in self.neighbours)
        with open(agreement, "w", encoding="utf-8") as file:
            file.write(text.replace("\nconnections:\n", f"\n{members}\nconnections:\n", 1))
        super().make_region("--sign-only")

    def patient(self):
        return sql(self.name, "select cx from registry.patient order by cx limit 1")


async def wait_together(port, count, patient, hold):
    """`count` queries of as many connections, all waiting; `hold()` runs meanwhile, in a thread."""
    context = tls("toolkit")
    gate = asyncio.Semaphore(50)  # handshakes at a time

    async def one():
        body = question("urn:ihe:iti:2007:RegistryStoredQuery", patient)
        head = (f"POST /xca/initiating HTTP/1.1\r\nHost: localhost\r\nContent-Type: {SOAP_TYPE}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        async with gate:
            reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
            writer.write(head + body)
            await writer.drain()
        return reader, writer

    lines = await asyncio.gather(*(one() for _ in range(count)))
    try:
        return await asyncio.get_running_loop().run_in_executor(None, hold)
    finally:
        for _, writer in lines:
            writer.transport.abort()


class Communities:
    """Mixed into Bench."""

    def xca(self):
        """One query for five communities, against the four others asked directly, at once, and our own registry."""
        self.stop_node()
        neighbours = [Neighbour(n, f"slow {DELAY_S}") for n in range(2, 2 + NEIGHBOURS)]
        node = Gateway(neighbours, "xca.rest_after=1000")
        try:
            node.prepare()
            node.start()
            patient = node.patient()
            query = "urn:ihe:iti:2007:RegistryStoredQuery"
            everywhere = Line(PORT, "/xca/initiating", query, "toolkit", patient)
            here = Line(PORT, "/xds/registry", query, "toolkit", patient)
            others = [Line(one.port, "/gateway", "urn:ihe:iti:2007:CrossGatewayQuery", "node-a", patient)
                      for one in neighbours]
            rounds = max(5, int(self.seconds * 5))
            pairs = []
            for number in range(self.pairs):
                self.step("xca", number)
                slowest = together_ms(others, rounds)
                own = here.median_ms(rounds)
                pairs.append((everywhere.median_ms(rounds), slowest + own, {"slowest_ms": slowest, "local_ms": own}))
            homes = set(re.findall(rb'home="(urn:oid:[0-9.]+)"', everywhere.ask()[1]))
            if len(homes) != 1 + NEIGHBOURS:
                raise Failed(f"{len(homes)} communities answered")
            over = statistics.median(value - detail["slowest_ms"] for value, _, detail in pairs)
            self.report.add("xca", pairs, "ms", f"slowest of {NEIGHBOURS} neighbours ({DELAY_S * 1000:.0f} ms) + registry",
                            None, absolute={"over_slowest_ms": round(over, 2), "goal_ms": 10, "met": over <= 10})
        finally:
            node.stop()
            for one in neighbours:
                one.stop()

    def xca_one_hangs(self):
        """One query for six communities of which one hangs: the answer at the deadline, with what the others said."""
        self.stop_node()
        deadline_ms = 1_000
        neighbours = [Neighbour(n, f"slow {DELAY_S}") for n in range(2, 2 + NEIGHBOURS)] + [Neighbour(2 + NEIGHBOURS, "hang")]
        node = Gateway(neighbours, "xca.rest_after=1000", f"xca.query_deadline={deadline_ms}ms")
        try:
            node.prepare()
            node.start()
            line = Line(PORT, "/xca/initiating", "urn:ihe:iti:2007:RegistryStoredQuery", "toolkit", node.patient())
            line.ask(b"ResponseStatusType:PartialSuccess")
            pairs = []
            for number in range(max(5, self.pairs)):
                self.step("xca-one-hangs", number)
                took, text = line.ask(b"ResponseStatusType:PartialSuccess")
                homes = set(re.findall(rb'home="(urn:oid:[0-9.]+)"', text))
                if len(homes) != 1 + NEIGHBOURS or b"XDSUnavailableCommunity" not in text:
                    raise Failed(f"{len(homes)} communities answered")
                pairs.append((took * 1000, float(deadline_ms), {}))
            over = max(value - deadline for value, deadline, _ in pairs)
            self.report.add("xca-one-hangs", pairs, "ms", "xca.query_deadline", None,
                            absolute={"over_deadline_ms": round(over, 2), "goal_ms": 100, "met": over <= 100})
        finally:
            node.stop()
            for one in neighbours:
                one.stop()

    def xca_hanging_neighbour(self):
        """What the node still does for others while a thousand queries wait for a neighbour that hangs."""
        self.stop_node()
        count = 200 if self.options.quick else 1_000
        hanging = Neighbour(2, "hang")
        node = Gateway([hanging], "xca.rest_after=1000", "xca.query_deadline=120s", "xca.query_first_byte=120s")
        try:
            node.prepare()
            node.start()
            patient = node.patient()

            def throughput():
                return node.load("leafclass", self.seconds, warmup=self.warmup)

            def threads():
                return len(os.listdir(f"/proc/{node.process.pid}/task"))

            pairs, held = [], []
            for number in range(3):
                self.step("xca-hanging-neighbour", number)
                alone, before = throughput()["per_second"], threads()

                def while_waiting():
                    until = time.monotonic() + 60
                    while node.metric("musubi_requests_parked") < count and time.monotonic() < until:
                        time.sleep(0.1)
                    parked = node.metric("musubi_requests_parked")
                    if parked < count:
                        raise Failed(f"{parked:.0f} of {count} queries wait")
                    held.append({"parked": int(parked), "threads_more": threads() - before,
                                 "connections_in_use": int(node.metric("musubi_pg_pool_in_use")),
                                 "resident_mib": rss_kb(node.process.pid) // 1024})
                    return throughput()
                result = asyncio.run(wait_together(PORT, count, patient, while_waiting))
                pairs.append((result["per_second"], alone, result))
                node.stop()  # what waits goes with it
                node.start()
            self.report.add("xca-hanging-neighbour", pairs, "queries/s", f"itself without {count:,} queries that wait", 0.9,
                            waiting=count, held=held,
                            absolute={"resident_mib": max(one["resident_mib"] for one in held), "goal_mib": 500,
                                      "met": max(one["resident_mib"] for one in held) <= 500})
        finally:
            node.stop()
            hanging.stop()
