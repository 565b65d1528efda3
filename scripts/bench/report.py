"""Pairs of runs as one result: medians, ratios pair by pair, a JSON file and a line of the table."""
import json
import os
import platform
import statistics

from machine import BENCH

# What the server must spend at least on one request, node and database, in CPU microseconds (performance.md 3.1).
FLOORS_US = {"find-documents-objectref": 267, "find-documents": 641, "retrieve": 272, "provide-and-register": 1270}


def summary(values):
    ordered = sorted(values)
    return {"min": round(ordered[0], 4), "median": round(statistics.median(ordered), 4), "max": round(ordered[-1], 4)}


def cost(result):
    spent = result.get("per_request")
    return (spent["node_cpu_us"] + spent["postgres_cpu_us"]) if spent else None


class Report:
    def __init__(self, quick, documents):
        self.rows = []
        self.setup = {"quick": quick, "documents": documents, "cores": os.cpu_count(), "kernel": platform.release(),
                      "connections": 16, "tls": "1.3, RSA-2048, mutual"}

    def add(self, name, pairs, unit, baseline_what, goal, lower_is_better=False, **extra):
        """pairs: (value, baseline, detail); a baseline of None has no ratio."""
        ratios = [value / base for value, base, _ in pairs if base]
        values = [value for value, _, _ in pairs]
        bases = [base for _, base, _ in pairs if base]
        result = {"name": name, "value": round(statistics.median(values), 3), "unit": unit,
                  "baseline": round(statistics.median(bases), 3) if bases else None, "baseline_what": baseline_what,
                  "ratio": round(statistics.median(ratios), 4) if ratios else None, "goal": goal,
                  "ratios": summary(ratios) if ratios else None,
                  "runs": [{"value": round(v, 3), "baseline": b, "detail": d} for v, b, d in pairs],
                  "setup": {**self.setup, **extra}}
        costs = [cost(detail) for _, _, detail in pairs if isinstance(detail, dict) and cost(detail)]
        if costs:
            result["server_cpu_us"] = round(statistics.median(costs), 1)
            if name in FLOORS_US:
                result["efficiency"] = round(FLOORS_US[name] / result["server_cpu_us"], 3)
        reached = result["ratio"] if result["ratio"] is not None else result["value"]
        result["met"] = None if goal is None else (reached <= goal if lower_is_better else reached >= goal)
        os.makedirs(BENCH, exist_ok=True)
        with open(os.path.join(BENCH, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1, ensure_ascii=False)
            file.write("\n")
        self.rows.append(result)
        self.line(result)

    @staticmethod
    def header():
        print(f"{'benchmark':<28}{'value':>11} {'unit':<10}{'baseline':>11}{'ratio':>8}{'goal':>7}  {'':<5}"
              f"{'CPU us':>8}{'eff.':>6}  baseline is", flush=True)

    @staticmethod
    def line(r):
        def number(value, digits=3):
            return "-" if value is None else f"{value:.{digits}f}" if abs(value) < 100 else f"{value:,.0f}"
        verdict = {True: "met", False: "below", None: ""}[r["met"]]
        print(f"{r['name']:<28}{number(r['value']):>11} {r['unit']:<10}{number(r['baseline']):>11}"
              f"{number(r['ratio']):>8}{number(r['goal'], 2):>7}  {verdict:<5}{number(r.get('server_cpu_us'), 1):>8}"
              f"{number(r.get('efficiency'), 2):>6}  {r['baseline_what'] or '-'}", flush=True)
