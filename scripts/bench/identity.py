"""The benchmarks of identity: feeds, cross-references, demographics, and how they take a growing number of people."""
import glob
import os
import statistics
import sys

import pgbench
from machine import PG_BIN, SOCKET, TOP, People, command, sql

TRANSACTIONS = {"pix-query": '.id = "ITI-9"', "pdq": '.id = "ITI-21"'}


def offered(name):
    """Whether the node has the transaction that a benchmark measures; without it there is nothing to list."""
    if name not in TRANSACTIONS:
        return True
    for path in glob.glob(os.path.join(TOP, "modules/*/*.cc")):
        with open(path, encoding="utf-8") as file:
            if TRANSACTIONS[name] in file.read():
                return True
    return False


class Identity:
    """Part of Bench, which has the options and the report."""

    def people(self):
        """The region that identity benchmarks use; its node is started, the other one stopped."""
        if self.main:
            self.main.stop()
        if not self.region:
            self.region = People(self.persons)
            print(f"preparing {self.persons:,} people", file=sys.stderr, flush=True)
            self.region.prepare()
        if not self.region.process:
            self.warm(self.region)
            self.region.start()
        return self.region

    def feed(self):
        if not sql("postgres", "select 1 from pg_database where datname = 'bench_r1'"):
            sql("postgres", "create database bench_r1")
        command(f"{PG_BIN}/psql", "-X", "-q", "-h", SOCKET, "-U", "musubi", "-d", "bench_r1", "-c", pgbench.FEED_TABLES)
        self.people().restore()
        region = self.people()
        pairs = self.pair_up("feed", lambda: region.ask("feed", self.seconds, warmup=self.warmup),
                             lambda: pgbench.run("bench_r1", pgbench.FEED, self.seconds))
        peak = max(value for value, _, _ in pairs)
        half = region.ask("feed", self.seconds, rate=round(peak / 2), warmup=self.warmup)
        self.report.add("feed", pairs, "messages/s", "one durable transaction of 4 statements, 16 clients", 0.10,
                        persons=self.persons, messages="A04, one in four A08; new people known at several hospitals",
                        latency_at_half={k: half[k] for k in ("p50_us", "p99_us", "per_second")})
        region.restore()

    def identity(self, name, scenario, pick, goal):
        """Answers about random people against the database alone, asked the same by pgbench."""
        region = self.people()
        script = pgbench.identity_scripts(region.questions(200))[pick]

        def baseline():
            return pgbench.run(region.name, script, self.seconds, user="musubi_serving")
        pairs = self.pair_up(name, lambda: region.ask(scenario, self.seconds, warmup=self.warmup), baseline)
        peak = max(value for value, _, _ in pairs)
        half = region.ask(scenario, self.seconds, rate=round(peak / 2), warmup=self.warmup)
        more = {"latency_at_half": {k: half[k] for k in ("p50_us", "p99_us", "per_second")}, "persons": self.persons}
        if name == "pdq":
            ordered = sorted((region.ask("pdqv3", self.seconds, warmup=self.warmup)["per_second"], baseline())
                             for _ in range(3))
            more["v3"] = {"per_second": ordered[1][0], "baseline": ordered[1][1],
                          "ratio": round(ordered[1][0] / ordered[1][1], 3), "goal": 0.15}
        self.report.add(name, pairs, "queries/s", "pgbench, the same SQL, 16 clients", goal, **more)

    def pix_query(self):
        self.identity("pix-query", "pix-query", 0, 0.30)

    def pdq(self):
        self.identity("pdq", "pdq", 1, 0.30)

    def growth_patients(self):
        """Throughput with this many people against that with 10,000."""
        self.stop_node()
        small, large_region = People(2_000 if self.options.quick else 10_000), People(self.persons)
        goals = {name: goal for name, goal in (("pix-query", 0.9), ("pdq", 0.8), ("feed", 0.9)) if offered(name)}
        runs = {scenario: [] for scenario in goals}
        for region in (small, large_region):
            print(f"preparing {region.persons:,} people", file=sys.stderr, flush=True)
            region.prepare()
        for number in range(max(3, self.pairs // 2)):
            self.step("growth-patients", number)
            measured = {}
            for region in (large_region, small):
                if "feed" in goals:
                    region.restore()  # what was fed before counts as size
                self.warm(region)
                region.start()
                try:
                    for scenario in goals:
                        # Feeds are last and short: they make the small region larger.
                        seconds = min(self.seconds, 3) if scenario == "feed" else self.seconds
                        measured[region, scenario] = region.ask(scenario, seconds, warmup=self.warmup)
                finally:
                    region.stop()
            for scenario in goals:
                ours = measured[large_region, scenario]
                runs[scenario].append((ours["per_second"], measured[small, scenario]["per_second"], ours))
        medians = {}
        for scenario, each in runs.items():
            medians[scenario] = {"ratio": round(statistics.median(value / base for value, base, _ in each), 3),
                                 "goal": goals[scenario]}
        self.report.add("growth-patients", runs["feed"], "messages/s",
                        f"itself with {small.persons:,} people ({self.persons:,} here)", 0.9, each=medians,
                        persons=self.persons)
        for region in (small, large_region):
            region.restore()
