#!/usr/bin/env python3
"""run.py [--quick] [--documents N] [--persons N] [--full] [--seconds S] [--pairs N] [NAME...]: runs benchmarks with their baselines in turn.

Called by `./dev bench`, which builds, starts the database cluster and stops it. Each benchmark alternates between the
node and its baseline, so that both meet the same neighbours; what counts is the ratio of each pair."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import pgbench
import plans
from communities import Communities
from connections import Connections
from identity import Identity, offered
from images import Images
from machine import (BENCH, BUILD, PKI, PORT, SOCKET, TOP, Failed, Nginx, Node, Peak, command, cpu_of, large, large_id,
                     load, rss_kb, sql, tool)
from report import Report


class Bench(Identity, Communities, Connections, Images):
    def __init__(self, options):
        self.options = options
        self.documents = options.documents or (100_000 if options.quick else 1_000_000)
        self.seconds = options.seconds or (3 if options.quick else 10)
        self.pairs = options.pairs or (3 if options.quick else 7)
        self.warmup = 0.5 if options.quick else 2
        self.contents = 1_000 if options.quick else 5_000
        self.report = Report(options.quick, self.documents)
        self.report.setup.update(seconds=self.seconds, pairs=self.pairs,
                                 data="20 documents a patient, 2 replaced, in the order of time, seeded")
        # 1 M people take hours to load: on demand.
        self.persons = options.persons or (1_000_000 if options.full else 20_000 if options.quick else 100_000)
        self.main = None
        self.region = None
        self.trail = None

    def node(self):
        """The node that most benchmarks use; generated and started once."""
        if self.region:
            self.region.stop()
        if not self.main:
            self.main = Node(self.documents, self.contents)
            print(f"preparing {self.documents:,} documents", file=sys.stderr, flush=True)
            self.main.prepare()
            self.warm(self.main)
        if not self.main.process:
            self.main.start()
        return self.main

    def warm(self, node):
        """All that a query reads, into shared memory: what is measured is the warm node."""
        sql(node.name, "create extension if not exists pg_prewarm")
        sql(node.name, "select sum(pg_prewarm(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                       " where nspname in ('registry', 'policy', 'mpi') and relkind in ('r', 'i')")

    def step(self, name, number):
        end = "" if sys.stderr.isatty() else "\n"
        print(f"\r{name}: pair {number + 1} of {self.pairs} ", end=end, file=sys.stderr, flush=True)

    def pair_up(self, name, ours, baseline):
        pairs = []
        for number in range(self.pairs):
            self.step(name, number)
            result = ours()
            pairs.append((result["per_second"], baseline(), result))
        if sys.stderr.isatty():
            print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)
        return pairs

    # -- one function for each benchmark

    def find(self, name, scenario, goal):
        node = self.node()
        script, values = pgbench.find_script(scenario, node.patients), pgbench.find_values(node.name)
        pairs = self.pair_up(name, lambda: node.load(scenario, self.seconds, warmup=self.warmup),
                             lambda: pgbench.run(node.name, script, self.seconds, values))
        peak = max(value for value, _, _ in pairs)
        half = node.load(scenario, self.seconds, rate=round(peak / 2), warmup=self.warmup)
        self.report.add(name, pairs, "queries/s", "pgbench, the same SQL, 16 clients", goal,
                        latency_at_half={k: half[k] for k in ("p50_us", "p99_us", "per_second")})

    def find_documents(self):
        self.find("find-documents", "leafclass", 0.18)

    def find_documents_objectref(self):
        self.find("find-documents-objectref", "objectref", 0.18)

    def retrieve(self):
        node = self.node()
        nginx = Nginx({"45k": 45_000, "1M": 1 << 20, "100M": 100 << 20})
        nginx.start()
        try:
            def file(name, **more):
                return load("get", self.seconds, port=Nginx.PORT, path=f"/{name}", warmup=self.warmup, **more)
            pairs = self.pair_up("retrieve", lambda: node.load("retrieve", self.seconds, warmup=self.warmup),
                                 lambda: file("45k")["per_second"])
            large = {}
            for label, size, goal in (("1M", 1 << 20, 0.75), ("100M", 100 << 20, 0.9)):
                connections = 16 if label == "1M" else 1
                rounds = []
                for _ in range(3):
                    ours = node.load("retrieve", self.seconds, document=large_id(label), connections=connections,
                                     warmup=self.warmup)["per_second"]
                    theirs = file(label, connections=connections)["per_second"]
                    rounds.append((ours * size / 1e6, theirs * size / 1e6))
                rounds.sort(key=lambda r: r[0] / max(r[1], 1e-9))
                large[label] = {"MB_per_s": round(rounds[1][0], 1), "nginx_MB_per_s": round(rounds[1][1], 1),
                                "ratio": round(rounds[1][0] / max(rounds[1][1], 1e-9), 3), "goal": goal}
            self.report.add("retrieve", pairs, "documents/s", "nginx, 45 KB file, mTLS", 0.30, large=large)
        finally:
            nginx.stop()

    def provide_and_register(self):
        node = self.node()
        conninfo = f"host={SOCKET} dbname=bench_r1 user=musubi"
        if not sql("postgres", "select 1 from pg_database where datname = 'bench_r1'"):
            sql("postgres", "create database bench_r1")
        command(tool("musubi_r1"), "--db", conninfo, "--create")
        folder = os.path.join(BENCH, "r1-files")

        def r1(threads):
            command("rm", "-rf", folder)
            os.makedirs(folder)
            return json.loads(command(tool("musubi_r1"), "--db", conninfo, "--folder", folder, "--threads", threads,
                                      "--seconds", self.seconds))["per_second"]

        def ours(connections):
            return node.load("provide", self.seconds, member="hospital-kita", size=40_000, connections=connections,
                             warmup=self.warmup)
        pairs = self.pair_up("provide-and-register", lambda: ours(16), lambda: r1(16))
        single = [(ours(1), r1(1)) for _ in range(3)]
        single.sort(key=lambda p: p[0]["per_second"] / p[1])
        one = single[1]
        counted = one[0]["per_request"]
        self.report.add("provide-and-register", pairs, "submissions/s", "file + fsync, then INSERTs (R1), 16 threads",
                        0.6, one_client={"per_second": one[0]["per_second"], "r1": one[1],
                                         "ratio": round(one[0]["per_second"] / one[1], 3), "goal": 0.5,
                                         "wal_syncs": counted["wal_syncs"], "journal_syncs": counted["journal_syncs"]})
        command("rm", "-rf", folder)

    def provide_and_register_1gb(self):
        """One large document, streamed, against the least that any receiver has to do with it. In a region of its own,
        which is thrown away: a hundred such documents would fill the disk."""
        self.stop_node()
        size = (256 if self.options.quick else 1024) << 20
        node = Node(1_000, 0, "large")
        node.drop()
        node.prepare()
        node.start()
        folder = os.path.join(BENCH, "upload-files")
        os.makedirs(folder, exist_ok=True)
        plain = subprocess.Popen([tool("musubi_upload"), "--port", str(Nginx.PORT), "--cert", f"{PKI}/node-a.crt", "--key",
                                  f"{PKI}/node-a.key", "--ca", f"{PKI}/ca.crt", "--folder", folder],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TOP)
        try:
            plain.stdout.readline()
            large(PORT, 32 << 20, patients=node.patients)  # what the first request of its kind costs, once

            def ours():
                peak, before = Peak(node.process.pid), node.usage()
                result = large(PORT, size, patients=node.patients)
                after = node.usage()
                return {"per_second": result["MB_per_s"], "seconds": result["seconds"],
                        "client_cpu_s": result["client_cpu_s"], "growth_kb": peak.growth_kb(),
                        "node_cpu_s": round(after["node_cpu"] - before["node_cpu"], 3)}

            def baseline():
                before = cpu_of(plain.pid)
                rate = large(Nginx.PORT, size, path="/upload")["MB_per_s"]
                spent.append(round(cpu_of(plain.pid) - before, 3))
                return rate
            spent = []
            pairs = self.pair_up("provide-and-register-1gb", ours, baseline)
            growth = max(detail["growth_kb"] for _, _, detail in pairs)
            self.report.add("provide-and-register-1gb", pairs, "MB/s", "TLS upload + SHA-1 + write + fsync", 0.7,
                            octets=size, memory={"growth_kb": growth, "goal_kb": 32 * 1024, "met": growth <= 32 * 1024},
                            baseline_cpu_s=spent)
        finally:
            plain.stdin.close()
            plain.wait(10)
            node.drop()
            command("rm", "-rf", folder)

    def edge(self):
        self.stop_node()
        nginx = Nginx({"45k": 45_000})
        nginx.start()
        door = subprocess.Popen([tool("musubi_edge"), "--port", str(PORT), "--cert", f"{PKI}/node-a.crt", "--key",
                                 f"{PKI}/node-a.key", "--ca", f"{PKI}/ca.crt", "--crl", f"{PKI}/ca.crl"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TOP)
        try:
            door.stdout.readline()

            def post(port):
                return load("post", self.seconds, port=port, path="/45k", size=3_700, warmup=self.warmup)

            def ours():
                before = cpu_of(door.pid)
                result = post(PORT)
                total = result["requests"] * (self.seconds + self.warmup) / self.seconds
                result["per_request"] = {"node_cpu_us": round((cpu_of(door.pid) - before) / total * 1e6, 1),
                                         "postgres_cpu_us": 0}
                return result
            self.report.add("edge", self.pair_up("edge", ours, lambda: post(Nginx.PORT)["per_second"]), "requests/s",
                            "nginx, 2 workers: POST 3.7 KB, 45 KB back", 0.6)
        finally:
            door.stdin.close()
            door.wait(10)
            nginx.stop()

    def growth_documents(self):
        """Throughput at each size against that at 10,000 documents; lookups, listings and submissions."""
        self.stop_node()
        sizes = [size for size in (10_000, 100_000) if size < self.documents] + [self.documents]
        nodes = [Node(size, self.contents if size == self.documents else 1_000) for size in sizes]
        for node in nodes:
            print(f"preparing {node.documents:,} documents", file=sys.stderr, flush=True)
            node.prepare()
            self.warm(node)
        goals = {"objectref": 0.9, "leafclass": 0.9, "get-documents": 0.85, "retrieve": 0.85, "provide": 0.9}
        runs = {(scenario, node.documents): [] for scenario in goals for node in nodes[1:]}
        for number in range(max(3, self.pairs // 2)):
            self.step("growth-documents", number)
            measured = {}
            for node in reversed(nodes):
                node.start()
                try:
                    for scenario in goals:
                        member = "hospital-kita" if scenario == "provide" else "clinic-kita"
                        measured[scenario, node.documents] = node.load(scenario, self.seconds, member=member,
                                                                       warmup=self.warmup)
                finally:
                    node.stop()
            for scenario, size in runs:
                ours = measured[scenario, size]
                runs[scenario, size].append((ours["per_second"], measured[scenario, sizes[0]]["per_second"], ours))
        medians = {scenario: {"goal": goal} for scenario, goal in goals.items()}
        for (scenario, size), pairs in runs.items():
            medians[scenario][str(size)] = round(statistics.median(value / base for value, base, _ in pairs), 3)
        self.report.add("growth-documents", runs["leafclass", self.documents], "queries/s",
                        f"itself at {sizes[0]:,} documents ({self.documents:,} here)", 0.9, each=medians)

    def idle_connections(self):
        node = self.node()
        count = 1_000 if self.options.quick else 5_000
        pairs, each = [], []
        for number in range(3):
            self.step("idle-connections", number)
            without = node.load("objectref", self.seconds, warmup=self.warmup)["per_second"]
            before = rss_kb(node.process.pid)
            threads = len(os.listdir(f"/proc/{node.process.pid}/task"))
            holder = subprocess.Popen([tool("musubi_load"), "hold", "--port", str(PORT), "--cert",
                                       f"{PKI}/hospital-kita.crt", "--key", f"{PKI}/hospital-kita.key", "--ca",
                                       f"{PKI}/ca.crt", "--connections", str(count), "--seconds", "3600"],
                                      stdout=subprocess.PIPE, cwd=TOP)
            try:
                holder.stdout.readline()
                each.append({"kb_each": round((rss_kb(node.process.pid) - before) / count, 1),
                             "threads_more": len(os.listdir(f"/proc/{node.process.pid}/task")) - threads})
                result = node.load("objectref", self.seconds, warmup=self.warmup)
            finally:
                holder.kill()
                holder.wait()
            pairs.append((result["per_second"], without, result))
            time.sleep(1)
        self.report.add("idle-connections", pairs, "queries/s", f"itself without {count:,} idle connections", 0.9,
                        connections_idle=count, memory=each)

    def startup(self):
        self.node()
        pairs = []
        for _ in range(max(3, self.pairs)):
            self.stop_node()
            seconds = self.main.start()
            pairs.append((seconds, None, {"rss_kb": rss_kb(self.main.process.pid)}))
        self.report.add("startup", pairs, "s to ready", None, 2.0, lower_is_better=True)

    def policy(self):
        """A reader whose every document needs matrix and consent, against one whose clause exempts him from both."""
        node = self.node()
        pairs = self.pair_up("policy", lambda: node.load("leafclass", self.seconds, warmup=self.warmup),
                             lambda: node.load("leafclass", self.seconds, member="toolkit",
                                               warmup=self.warmup)["per_second"])
        self.report.add("policy", pairs, "queries/s", "itself, asked by a member who is exempt", 0.85)

    def xua(self):
        """A user's assertion on every request, a new one for one in a hundred, against the same queries without."""
        node = self.node()
        def asked(**users):
            return node.load("leafclass", self.seconds, warmup=self.warmup, **users)
        def with_users():
            return asked(provider=f"{PKI}/idp", organisation="urn:oid:2.999.1.1.22")
        pairs = self.pair_up("xua", with_users, lambda: asked()["per_second"])
        self.report.add("xua", pairs, "queries/s", "itself, asked without assertions", 0.80)

    def policy_audit_share(self):
        """The node against itself without the audit trail, and without the agreement's decisions: programs that exist
        for this comparison only and refuse a database that was not made for benchmarks."""
        node = self.node()
        self.stop_node()
        other = Node(self.documents, self.contents)
        goals = {"audit": 0.90, "policy": 0.85}
        shares, all_pairs = {}, {part: [] for part in goals}
        scenarios = {"leafclass": "clinic-kita", "retrieve": "clinic-kita", "provide": "hospital-kita"}
        each = {part: {name: [] for name in scenarios} for part in goals}

        def measured(program):
            other.program = program
            other.start()
            try:
                return {scenario: other.load(scenario, self.seconds, member=member, warmup=self.warmup)
                        for scenario, member in scenarios.items()}
            finally:
                other.stop()
        for number in range(self.pairs):
            self.step("policy-audit-share", number)
            whole = measured(node.binary())
            for part in goals:
                without = measured(tool(f"musubi_without_{part}"))
                for scenario in scenarios:
                    each[part][scenario].append((whole[scenario]["per_second"], without[scenario]["per_second"],
                                                 whole[scenario]))
                all_pairs[part].append(each[part]["leafclass"][-1])
        for part, goal in goals.items():
            shares[part] = {"goal": goal}
            for scenario, runs in each[part].items():
                shares[part][scenario] = round(statistics.median(value / base for value, base, _ in runs), 3)
        self.report.add("policy-audit-share", all_pairs["audit"], "queries/s", "itself without audit (leafclass)",
                        goals["audit"], shares=shares,
                        policy_runs=[{"value": value, "baseline": base} for value, base, _ in all_pairs["policy"]])

    def match_quality(self):
        """Matching on a made-up region with seeds that nothing was tuned on. No clock: shares of pairs."""
        persons = 6_000 if self.options.quick else 60_000
        goals = {"auto_precision": 0.9997, "auto_recall": 0.965, "auto_and_review_recall": 0.995,
                 "review_pairs_per_1000": 90}
        runs = []
        for seed in (9001, 9002):
            folder = os.path.join(BENCH, f"population-{seed}")
            command(tool("musubi_population"), "--persons", persons, "--seed", seed, "--out", folder)
            measured = json.loads(command(os.path.join(BUILD, "modules/node/musubi"), "patient", "evaluate", "--records", f"{folder}/records.ndjson",
                                          "--truth", f"{folder}/truth.tsv"))
            command("rm", "-rf", folder)
            runs.append({"seed": seed, **measured})
        # The worst of the seeds counts; of review pairs fewer are better.
        worst = {name: (max if name.startswith("review") else min)(run["with_insurance"][name] for run in runs)
                 for name in goals}
        met = sum(worst[name] <= goal if name.startswith("review") else worst[name] >= goal
                  for name, goal in goals.items())
        self.report.add("match-quality", [(met, None, None)], "goals", None, len(goals), persons=persons, worst=worst,
                        goals=goals, seeds=runs)

    def plans(self):
        """No clock: which pages and rows each stored query touches among ten million documents."""
        self.stop_node()
        plans.measure(self.options.documents or (100_000 if self.options.quick else 10_000_000))

    def stop_node(self):
        for node in (self.main, self.region):
            if node:
                node.stop()

    def audit_trail(self):
        """Measured once for both benchmarks, on the trail of a node that does not run."""
        if not self.trail:
            self.stop_node()
            records = 100_000 if self.options.quick else 1_000_000
            node = Node(1_000, 0, "audit")
            node.prepare()
            self.trail = json.loads(command(tool("musubi_audit"), "--config", node.config(), "--records", records,
                                            "--fresh", records // 10))
        return self.trail

    def audit_verify(self):
        told = self.audit_trail()
        goal = 30 * told["records"] / 1e6
        self.report.add("audit-verify", [(told["verify_s"], told["rows_s"], told)], "s", "the same rows, only read", None,
                        records=told["records"], absolute={"goal_s": round(goal, 1), "met": told["verify_s"] <= goal})

    def audit_search(self):
        told = self.audit_trail()
        self.report.add("audit-search", [(told["search_ms"], told["sql_ms"], told)], "ms", "the statement behind it", None,
                        records=told["records"], fresh=told["fresh"],
                        absolute={"goal_ms": 50, "met": told["search_ms"] <= 50})

    ALL = {"edge": edge, "find-documents": find_documents, "find-documents-objectref": find_documents_objectref,
           "retrieve": retrieve, "provide-and-register": provide_and_register,
           "provide-and-register-1gb": provide_and_register_1gb, "growth-documents": growth_documents,
           "idle-connections": idle_connections, "startup": startup, "feed": Identity.feed, "pix-query": Identity.pix_query,
           "pdq": Identity.pdq, "growth-patients": Identity.growth_patients, "policy": policy, "xua": xua,
           "policy-audit-share": policy_audit_share, "handshakes": Connections.handshakes,
           "audit-ingest": Connections.audit_ingest, "audit-verify": audit_verify, "audit-search": audit_search,
           "xca": Communities.xca, "xca-one-hangs": Communities.xca_one_hangs,
           "xca-hanging-neighbour": Communities.xca_hanging_neighbour, "rad-69": Images.rad_69,
           "match-quality": match_quality, "plans": plans}
    WHEN_NAMED = {"plans"}  # fills ten million rows


def main():
    listed = {name: run for name, run in Bench.ALL.items() if offered(name)}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(listed))
    parser.add_argument("--quick", action="store_true", help="100,000 documents, short runs: for orientation")
    parser.add_argument("--documents", type=int)
    parser.add_argument("--persons", type=int, help="of identity benchmarks; 100,000, with --full 1,000,000")
    parser.add_argument("--full", action="store_true", help="1 M people: hours to load once")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--pairs", type=int)
    options = parser.parse_args()
    for name in options.names:
        if name not in listed:
            parser.error(f"no benchmark {name}; there are: {', '.join(listed)}")
    bench = Bench(options)
    failed = []
    Report.header()
    try:
        for name in options.names or [name for name in listed if name not in Bench.WHEN_NAMED]:
            try:
                listed[name](bench)
            except (Failed, OSError, RuntimeError, subprocess.SubprocessError) as why:
                failed.append(name)
                print(f"{name}: {why}", file=sys.stderr, flush=True)
    finally:
        bench.stop_node()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
