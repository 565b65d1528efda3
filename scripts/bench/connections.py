"""Benchmarks about connections: TLS handshakes (P14) against nginx, audit messages taken in (P11) against rsyslog."""
import glob
import json
import os
import subprocess
import time

from machine import BENCH, PKI, PORT, TOP, Failed, Nginx, Node, command, cpu_of, tool

MESSAGE = 2_200


def connection_load(scenario, port, seconds, connections, **options):
    arguments = [tool("musubi_load"), scenario, "--port", port, "--cert", f"{PKI}/hospital-kita.crt", "--key",
                 f"{PKI}/hospital-kita.key", "--ca", f"{PKI}/ca.crt", "--seconds", seconds, "--connections", connections]
    for name, value in options.items():
        arguments += ["--" + name, value]
    return json.loads(command(*arguments))


class Rsyslog:
    """The receiver of audit messages that others run: mutual TLS, everything into one file, no sync."""
    PORT = PORT + 15

    def __init__(self):
        self.folder = os.path.join(BENCH, "rsyslog")
        self.file = os.path.join(self.folder, "all.log")
        roots = [os.path.join(TOP, "var/tools/peers"), "/"]
        programs = [os.path.join(root, "usr/sbin/rsyslogd") for root in roots]
        modules = [path for root in roots for path in glob.glob(os.path.join(root, "usr/lib/*-linux-*/rsyslog"))
                   if os.path.exists(os.path.join(path, "lmnsd_ossl.so"))]
        self.program = next((path for path in programs if os.path.exists(path)), None)
        if not self.program or not modules:
            raise Failed("rsyslog with rsyslog-openssl is not here (./dev test fetches both)")
        self.modules = modules[0]
        self.environment = dict(os.environ)
        if self.program.startswith(roots[0]):
            self.environment["LD_LIBRARY_PATH"] = os.path.dirname(self.modules)

    def start(self):
        command("rm", "-rf", self.folder)
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "rsyslog.conf"), "w", encoding="utf-8") as file:
            file.write(f"""
global(workDirectory="{self.folder}" maxMessageSize="64k" defaultNetstreamDriver="ossl"
  defaultNetstreamDriverCAFile="{PKI}/ca.crt" defaultNetstreamDriverCertFile="{PKI}/node-a.crt"
  defaultNetstreamDriverKeyFile="{PKI}/node-a.key")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
input(type="imtcp" port="{self.PORT}" address="127.0.0.1")
template(name="whole" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{self.file}" template="whole")
""")
        with open(os.path.join(self.folder, "out.log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([self.program, "-n", "-M", self.modules, "-f",
                                             f"{self.folder}/rsyslog.conf", "-i", f"{self.folder}/rsyslog.pid"],
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=TOP,
                                            env=self.environment)
        time.sleep(1)
        if self.process.poll() is not None:
            raise Failed("rsyslog did not start: see var/bench/rsyslog/out.log")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def run(self, seconds, connections):
        """Messages a second, from the first octet until the file has them all."""
        before = os.path.getsize(self.file) if os.path.exists(self.file) else 0
        began = time.monotonic()
        result = connection_load("messages", self.PORT, seconds, connections, size=MESSAGE)
        settle(lambda: os.path.getsize(self.file) - before >= result["requests"] * MESSAGE, "rsyslog")
        return result["requests"] / (time.monotonic() - began)


def settle(done, whose):
    """Waits until what was sent has arrived."""
    deadline = time.monotonic() + 120
    while not done():
        if time.monotonic() > deadline:
            raise Failed(f"not all messages have arrived at {whose}")
        time.sleep(0.02)


class Connections:
    def handshakes(self):
        """The HTTPS door alone, each handshake complete on both sides; then the same with tickets."""
        self.stop_node()
        nginx = Nginx({"45k": 45_000})
        nginx.start()
        door = subprocess.Popen([tool("musubi_edge"), "--port", str(PORT), "--cert", f"{PKI}/node-a.crt", "--key",
                                 f"{PKI}/node-a.key", "--ca", f"{PKI}/ca.crt", "--crl", f"{PKI}/ca.crl"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TOP)
        try:
            door.stdout.readline()

            def shake(port, **options):
                return connection_load("handshakes", port, self.seconds, 8, **options)

            def ours():
                before = cpu_of(door.pid)
                result = shake(PORT)
                result["node_cpu_us_each"] = round((cpu_of(door.pid) - before) / max(result["requests"], 1) * 1e6, 1)
                return result
            pairs = self.pair_up("handshakes", ours, lambda: shake(Nginx.PORT)["per_second"])
            resumed = []
            for _ in range(3):
                mine, theirs = shake(PORT, resume="yes"), shake(Nginx.PORT, resume="yes")
                if mine["resumed"] < 0.9 * mine["requests"] or theirs["resumed"] < 0.9 * theirs["requests"]:
                    raise Failed("sessions are not resumed")
                resumed.append((mine["per_second"], theirs["per_second"]))
            resumed.sort(key=lambda pair: pair[0] / max(pair[1], 1e-9))
            self.report.add("handshakes", pairs, "handshakes/s", "nginx, same OpenSSL and certificates, mTLS 1.3", 0.85,
                            resumed={"per_second": resumed[1][0], "nginx": resumed[1][1], "goal": 0.85,
                                     "ratio": round(resumed[1][0] / max(resumed[1][1], 1e-9), 3)})
        finally:
            door.stdin.close()
            door.wait(10)
            nginx.stop()

    def audit_ingest(self):
        """ITI-20 over mutual TLS: parsed, durable, sealed into the chain with its columns; a file without sync beside it.
        A region of its own, which is thrown away."""
        self.stop_node()
        node = Node(1_000, 0, "ingest")
        node.drop()
        node.prepare()
        node.start()
        rsyslog = Rsyslog()
        rsyslog.start()
        connections = 4
        try:
            def ours():
                before, sealed = node.usage(), node.metric("atna_records_sealed_total")
                began = time.monotonic()
                result = connection_load("messages", PORT + 6, self.seconds, connections, size=MESSAGE)
                settle(lambda: node.metric("atna_records_sealed_total") - sealed >= result["requests"], "the chain")
                result["per_second"] = result["requests"] / (time.monotonic() - began)
                after = node.usage()
                result["per_request"] = {
                    f"{part}_cpu_us": round((after[f"{part}_cpu"] - before[f"{part}_cpu"]) / result["requests"] * 1e6, 1)
                    for part in ("node", "postgres")}
                return result
            self.report.add("audit-ingest", self.pair_up("audit-ingest", ours,
                                                         lambda: rsyslog.run(self.seconds, connections)),
                            "messages/s", "rsyslog to a file, mTLS, one record per message", 0.30, octets=MESSAGE)
        finally:
            rsyslog.stop()
            node.drop()
