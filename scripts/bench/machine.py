"""What a benchmark stands on: processes, their CPU time, the private database cluster, a plain web server."""
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Another folder and other ports than those of `./dev bench`, for trying the benchmarks themselves.
BENCH = os.path.join(TOP, os.environ.get("MUSUBI_BENCH_FOLDER", "var/bench"))
PKI = os.path.join(BENCH, "pki")
SOCKET = os.path.join(BENCH, "postgres")
PG_BIN = "/usr/lib/postgresql/15/bin"
BUILD = os.path.join(TOP, "build/release")
# Below the range from which the system takes ports for outgoing connections.
PORT = int(os.environ.get("MUSUBI_BENCH_PORT", "29443"))
TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    pass


def tool(name):
    return os.path.join(BUILD, "tests/perf", name)


def command(*arguments, **options):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, cwd=TOP, **options)
    if done.returncode != 0:
        raise Failed(f"{os.path.basename(str(arguments[0]))}: {(done.stderr + done.stdout).strip()[-1500:]}")
    return done.stdout


def sql(database, statement):
    return command(f"{PG_BIN}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", SOCKET, "-U", "musubi", "-d", database,
                   "-Atc", statement).strip()


def stat_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()


def cpu_of(pid):
    """Seconds of a process, without its children."""
    fields = stat_of(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_of_tree(root):
    """Seconds of a process, of its children that live, and of those that have ended."""
    total = 0.0
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = stat_of(entry)
        except OSError:
            continue
        if int(entry) == root:
            total += sum(int(f) for f in fields[11:15]) / TICKS
        elif int(fields[1]) == root:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def postgres_pid():
    # In a user namespace of its own the server may write another number for itself: ask the kernel.
    listed = command("pgrep", "-o", "-f", f"^{PG_BIN}/postgres -D {SOCKET}/data").split()
    return int(listed[0])


def rss_kb(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(field + r":\s+(\d+)", file.read()).group(1))


class Peak:
    """How much more memory a process had at its most than at the beginning."""

    def __init__(self, pid):
        self.pid = pid
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # the kernel forgets the peak so far
        self.before = rss_kb(pid)

    def growth_kb(self):
        return max(0, rss_kb(self.pid, "VmHWM") - self.before)


class Node:
    """A region's node with a database of its own, made of `documents` documents."""

    def __init__(self, documents, contents=0, order="time"):
        self.documents, self.contents, self.order = documents, contents, order
        # Nodes without audit or policy refuse databases of other names.
        self.name = f"musubi_bench_{documents}_{order}"
        self.folder = os.path.join(BENCH, self.name)
        self.process = None
        self.program = self.binary()
        self.patients = documents // 20

    def prepare(self):
        """Makes region and data; keeps what an earlier run has made."""
        done = os.path.join(self.folder, f"data-{self.contents}")
        if os.path.exists(done):
            self.make_region()
            command(self.binary(), "migrate", "--config", self.config())
            return
        began = time.monotonic()
        sql("postgres", f"drop database if exists {self.name}")
        command("rm", "-rf", self.folder)
        sql("postgres", f"create database {self.name} owner musubi_owner")
        self.make_region()
        command(self.binary(), "migrate", "--config", self.config())
        self.fill()
        sql(self.name, "vacuum analyze")
        print(f"prepared in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        with open(done, "w", encoding="utf-8") as file:
            file.write("complete\n")

    def make_region(self, *more):
        command("python3", "scripts/make_region.py", "--out", self.folder, "--region", "a", "--pki", PKI, "--db-host",
                SOCKET, "--db-name", self.name, "--port-base", PORT, "--musubi", self.binary(), *more)

    def fill(self):
        loaded = subprocess.run([tool("musubi_generate"), "--config", self.config(), "--documents", str(self.documents),
                                 "--contents", str(self.contents), "--order", self.order], stdout=subprocess.PIPE,
                                text=True, check=False, cwd=TOP)
        if loaded.returncode != 0:
            raise Failed("the data could not be generated")
        for size, label in ((1 << 20, "1M"), (100 << 20, "100M")):
            command(tool("musubi_generate"), "--config", self.config(), "--large", large_id(label), size)
        with open(os.path.join(self.folder, "generated.json"), "w", encoding="utf-8") as file:
            file.write(loaded.stdout)

    @staticmethod
    def binary():
        return os.path.join(BUILD, "modules/node/musubi")

    def config(self):
        return os.path.join(self.folder, "musubi.yaml")

    def start(self):
        log = open(os.path.join(self.folder, "log/musubi.log"), "a", encoding="utf-8")
        began = time.monotonic()
        self.process = subprocess.Popen([self.program, "serve", "--config", self.config()], stdout=log, stderr=log,
                                        stdin=subprocess.DEVNULL, cwd=TOP)
        while time.monotonic() - began < 60:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT + 2}/health/ready", timeout=1).read()
                return time.monotonic() - began
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.005)
        self.stop()
        raise Failed(f"the node did not start: see {self.folder}/log/musubi.log")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process = None

    def drop(self):
        """Nothing is left of it."""
        self.stop()
        sql("postgres", f"drop database if exists {self.name}")
        command("rm", "-rf", self.folder)

    def metric(self, name):
        text = urllib.request.urlopen(f"http://127.0.0.1:{PORT + 2}/metrics", timeout=5).read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.split("{")[0].split(" ")[0] == name)

    def usage(self):
        wal = sql(self.name, "select wal_sync, wal_bytes from pg_stat_wal").split("|")
        return {"node_cpu": cpu_of(self.process.pid), "postgres_cpu": cpu_of_tree(postgres_pid()),
                "wal_syncs": int(wal[0]), "wal_bytes": int(wal[1]), "journal_syncs": self.metric("atna_journal_syncs_total")}

    def load(self, scenario, seconds, member="clinic-kita", port=PORT, count=True, **options):
        """One run of the load generator; with what node and database spent on it."""
        before = self.usage() if count and self.process else None
        result = load(scenario, seconds, member, port, patients=self.patients, contents=self.contents, **options)
        if before:
            after = self.usage()
            # The counters cover the warm-up too: relate them to all requests, measured and not.
            total = result["requests"] * (result["seconds"] + result["warmup"]) / result["seconds"]
            result["per_request"] = {
                "node_cpu_us": round((after["node_cpu"] - before["node_cpu"]) / total * 1e6, 1),
                "postgres_cpu_us": round((after["postgres_cpu"] - before["postgres_cpu"]) / total * 1e6, 1),
                "client_cpu_us": round(result["client_cpu_s"] / max(result["requests"], 1) * 1e6, 1),
                "wal_syncs": round((after["wal_syncs"] - before["wal_syncs"]) / total, 3),
                "journal_syncs": round((after["journal_syncs"] - before["journal_syncs"]) / total, 3),
                "wal_bytes": round((after["wal_bytes"] - before["wal_bytes"]) / total)}
        return result


class People(Node):
    """A region of `persons` people as forty hospitals know them, without documents. Feeds add to it: restore() brings
    back what prepare() made."""
    SEED = 1

    def __init__(self, persons):
        super().__init__(0)
        self.persons = persons
        self.name = f"musubi_bench_people_{persons}"
        self.folder = os.path.join(BENCH, self.name)

    def make_region(self, *more):
        super().make_region("--unsigned")
        self.admit_hospitals()
        super().make_region("--sign-only")

    def admit_hospitals(self):
        """One member feeds for all hospitals, and asks more often than any hospital would."""
        hospitals = command(tool("musubi_people"), "--authorities").split()
        agreement = os.path.join(self.folder, "agreement.yaml")
        with open(agreement, encoding="utf-8") as file:
            text = file.read()
        text, fed = re.subn(r"(assigning_authorities: \[1\.2\.392\.100495\.20\.3\.51\.11319876543)\]",
                            r"\1, " + ", ".join(hospitals) + "]", text)
        text, rated = re.subn(r"(queries_per_minute|alarm_patients_per_hour): \d+", r"\1: 1000000", text)
        if fed != 1 or rated != 2:
            raise Failed("the sample agreement has changed its form")
        with open(agreement, "w", encoding="utf-8") as file:
            file.write(text)

    def fill(self):
        loading = subprocess.run([tool("musubi_people"), "--config", self.config(), "--persons", str(self.persons),
                                  "--seed", str(self.SEED)], cwd=TOP, check=False)
        if loading.returncode != 0:
            raise Failed("the people could not be loaded")
        sql(self.name, "analyze")
        # Everybody agreed: askers are measured with the consent rule at work.
        sql(self.name, "insert into policy.consent (consent_uuid, patient, scope, value, granted, basis, recorded_by,"
                       " organisation, recorded_at) select gen_random_uuid(), regional_id, 0, '', true, 'benchmark',"
                       " 'benchmark', 'hospital-kita', now() from mpi.patient")
        # The node's files belong to its database (the audit chain is anchored in them): both are kept together.
        sql("postgres", f"drop database if exists {self.name}_kept")
        sql("postgres", f"create database {self.name}_kept template {self.name}")
        command("rm", "-rf", self.folder + ".kept")
        command("cp", "-a", self.folder, self.folder + ".kept")

    def restore(self):
        self.stop()
        sql("postgres", f"drop database if exists {self.name}")
        sql("postgres", f"create database {self.name} owner musubi_owner template {self.name}_kept")
        command("rm", "-rf", self.folder)
        command("cp", "-a", self.folder + ".kept", self.folder)
        command(self.binary(), "migrate", "--config", self.config())
        sql(self.name, "vacuum analyze")
        with open(os.path.join(self.folder, f"data-{self.contents}"), "w", encoding="utf-8") as file:
            file.write("complete\n")

    def questions(self, count):
        return json.loads(command(tool("musubi_people"), "--config", self.config(), "--persons", self.persons, "--seed",
                                  self.SEED, "--values", count))

    def ask(self, scenario, seconds, **options):
        """One run of an identity scenario, through its own door."""
        member = "hospital-kita" if scenario == "feed" else "clinic-kita"
        port = PORT if scenario == "pdqv3" else PORT + 1
        return self.load(scenario, seconds, member=member, port=port, persons=self.persons, population_seed=self.SEED,
                         **options)


def large_id(label):
    return "2.999.1.1.21.5." + {"1M": "1", "100M": "100"}[label]


def large(port, size, member="hospital-kita", **options):
    """One document of `size` octets, made while it is sent."""
    arguments = [tool("musubi_load"), "large", "--port", port, "--cert", f"{PKI}/{member}.crt", "--key",
                 f"{PKI}/{member}.key", "--ca", f"{PKI}/ca.crt", "--size", size]
    for name, value in options.items():
        arguments += ["--" + name, value]
    return json.loads(command(*arguments))


def load(scenario, seconds, member="clinic-kita", port=PORT, warmup=1.0, **options):
    arguments = [tool("musubi_load"), scenario, "--port", port, "--cert", f"{PKI}/{member}.crt", "--key",
                 f"{PKI}/{member}.key", "--ca", f"{PKI}/ca.crt", "--seconds", seconds, "--warmup", warmup]
    for name, value in options.items():
        arguments += ["--" + name.replace("_", "-"), value]
    result = json.loads(command(*arguments))
    result["warmup"] = warmup
    return result


class Nginx:
    """Two workers, the node's certificate, client certificates demanded, files from memory."""
    PORT = PORT + 5

    def __init__(self, files):
        self.folder = os.path.join(BENCH, "nginx")
        os.makedirs(os.path.join(self.folder, "files"), exist_ok=True)
        for name, size in files.items():
            path = os.path.join(self.folder, "files", name)
            if not os.path.exists(path) or os.path.getsize(path) != size:
                with open(path, "wb") as file:
                    file.write(os.urandom(size))
        command("chmod", "-R", "a+rX", self.folder)
        with open(os.path.join(self.folder, "nginx.conf"), "w", encoding="utf-8") as file:
            file.write(f"""
daemon off;
user root;
worker_processes 2;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 100000000;
    client_body_buffer_size 64k;
    client_body_temp_path {self.folder}/body;
    open_file_cache max=100;
    server {{
        listen 127.0.0.1:{self.PORT} ssl;
        ssl_certificate {PKI}/node-a.crt;
        ssl_certificate_key {PKI}/node-a.key;
        ssl_client_certificate {PKI}/ca.crt;
        ssl_crl {PKI}/ca.crl;
        ssl_verify_client on;
        ssl_protocols TLSv1.3;
        root {self.folder}/files;
        error_page 405 =200 $uri;
    }}
}}
""")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-p", self.folder, "-c", f"{self.folder}/nginx.conf"],
                                        stdin=subprocess.DEVNULL, cwd=TOP)
        time.sleep(0.3)
        if self.process.poll() is not None:
            raise Failed("nginx did not start: see var/bench/nginx/error.log")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None
