"""Pairs of runs as one result: medians, ratios pair by pair, a JSON file and a line of the table."""
import json
import os
import platform
import statistics

from machine import BENCH

# What the server must spend at least on one request, node and database, in CPU microseconds (performance.md 3.1). That of
# pix-query is made of the same parts: SQL 2 cores / 36.2 k, TLS 45, parse 10, reply 5, decision and audit 25.
FLOORS_US = {"find-documents-objectref": 267, "find-documents": 641, "retrieve": 272, "provide-and-register": 1270,
             "pdq": 180, "pix-query": 140}
# A baseline that reached less than this share of the best one ever seen on this machine was not a baseline.
LEAST_SHARE_OF_BEST = 0.6


def summary(values):
    ordered = sorted(values)
    return {"min": round(ordered[0], 4), "median": round(statistics.median(ordered), 4), "max": round(ordered[-1], 4)}


def best_baseline(name, what, quick, value):
    """The best that was recorded for this comparison, this one included."""
    path = os.path.join(BENCH, "best-baselines.json")
    best = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            best = json.load(file)
    key = f"{name}{' (quick)' if quick else ''}: {what}"
    best[key] = max(value, best.get(key, 0))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(best, file, indent=1, ensure_ascii=False, sort_keys=True)
        file.write("\n")
    return best[key]


def verdict_of(ratios, goal, lower_is_better):
    """Below only when the median and the better quartile are: with noisy neighbours a median alone says little."""
    ordered = sorted(ratios, reverse=lower_is_better)
    better_quartile = ordered[min(len(ordered) - 1, (3 * len(ordered)) // 4)]

    def reached(value):
        return value <= goal if lower_is_better else value >= goal
    if reached(statistics.median(ordered)):
        return "met"
    return "unsure" if reached(better_quartile) else "below"


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
        if goal is not None:
            result["verdict"] = verdict_of(ratios or values, goal, lower_is_better)
            result["met"] = result["verdict"] == "met"
        else:
            result["verdict"] = result["met"] = None
        os.makedirs(BENCH, exist_ok=True)
        if bases:
            result["baseline_best"] = round(best_baseline(name, baseline_what, self.setup["quick"], max(bases)), 3)
            if result["baseline"] < LEAST_SHARE_OF_BEST * result["baseline_best"]:
                result["verdict"], result["met"] = "void", None
        with open(os.path.join(BENCH, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1, ensure_ascii=False)
            file.write("\n")
        self.rows.append(result)
        self.line(result)

    @staticmethod
    def header():
        print(f"{'benchmark':<28}{'value':>11} {'unit':<10}{'baseline':>11}{'ratio':>8}{'goal':>7}  {'':<6}"
              f"{'CPU us':>8}{'eff.':>6}  baseline is", flush=True)

    @staticmethod
    def line(r):
        def number(value, digits=3):
            return "-" if value is None else f"{value:.{digits}f}" if abs(value) < 100 else f"{value:,.0f}"
        verdict = r["verdict"] or ""
        print(f"{r['name']:<28}{number(r['value']):>11} {r['unit']:<10}{number(r['baseline']):>11}"
              f"{number(r['ratio']):>8}{number(r['goal'], 2):>7}  {verdict:<6}{number(r.get('server_cpu_us'), 1):>8}"
              f"{number(r.get('efficiency'), 2):>6}  {r['baseline_what'] or '-'}", flush=True)
