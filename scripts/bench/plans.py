"""Plans of every stored query on a registry of many documents: inside one patient, whatever the size. No clock: pages and rows."""
import json
import os
import sys
import time

from machine import BENCH, Failed, Node, command, sql, tool

DOCUMENTS_PER_PATIENT = 20
# What one patient with 20 documents can touch: a page and an index descent for each object and what points to it.
MOST_PAGES, MOST_ROWS = 600, 400
# They lie in a page each: an index would be the longer way.
SMALL_TABLES = {"label_count", "label"}

# Objects of a patient: 20 entries of 20 classes in the order of time, a set for every four, the first entry replaced by
# the last, a folder with three. `p` counts patients, `i` a patient's documents; keys are in the order of publishing.
LOAD = [
    ("labels", "insert into registry.label select n, 'hospital-kita', 'c' || n, 't' || n, 'p', '{N}' from generate_series(1, 20) n"),
    ("labels", "update registry.label_count set last = 20"),
    ("patients", "insert into registry.patient select p, lpad((p - 1)::text, 9, '0') || '^^^&2.999.1.1.1&ISO', p"
                 " from generate_series(1, :patients) p"),
    ("sets", "insert into registry.submission_set select p, (i * :patients + p) * 8, md5('s' || p || '.' || i)::uuid,"
             " '2.999.2.' || p || '.' || i, 1, '2.999.3', 'ct', 20260101000000 + i, true, 'hospital-kita'"
             " from generate_series(0, 16, 4) i, generate_series(1, :patients) p"),
    ("entries", "insert into registry.entry (patient_key, entry_key, set_key, uuid, lid, creation_time, service_start,"
                " service_stop, size, label, version, kind, status, has_author, unique_id, class_code, type_code, format_code,"
                " practice_setting_code, facility_type_code, mime_type, hash, repository, confidentiality_codes)"
                " select p, (i * :patients + p) * 8 + 1, (i / 4 * 4 * :patients + p) * 8, u, u, 20260101000000 + i,"
                " 20260101000000, 20260101000000, 45000, 1 + i, 1, 1, case i when 0 then 2 else 1 end, true,"
                " '2.999.4.' || p || '.' || i, 'c' || i, 't' || i, 'f', 'p', 'h', 'application/pdf', md5(p::text) || 'abcdef01',"
                " '2.999.1.1.2', '{N}' from generate_series(0, 19) i, generate_series(1, :patients) p,"
                " lateral (select md5('e' || p || '.' || i)::uuid as u) u"),
    ("folders", "insert into registry.folder select p, (20 * :patients + p) * 8, md5('f' || p)::uuid, '2.999.5.' || p, 1,"
                " 20260101000000, 'hospital-kita', '{f}' from generate_series(1, :patients) p"),
    ("associations", "insert into registry.association select p, (i * :patients + p) * 8 + 2, (i / 4 * 4 * :patients + p) * 8, p,"
                     " (i * :patients + p) * 8 + 1, 20260101000000, gen_random_uuid(), 1, 1, 2, 1"
                     " from generate_series(0, 19) i, generate_series(1, :patients) p"),
    ("replacements", "insert into registry.association select p, (19 * :patients + p) * 8 + 3, (19 * :patients + p) * 8 + 1, p,"
                     " p * 8 + 1, 20260101000000, gen_random_uuid(), 2, 1, 1, 1 from generate_series(1, :patients) p"),
    ("memberships", "insert into registry.association select p, (20 * :patients + p) * 8 + 1 + i, (20 * :patients + p) * 8, p,"
                    " (i * :patients + p) * 8 + 1, 20260101000000, gen_random_uuid(), 1, 1, 3, 1"
                    " from generate_series(1, 3) i, generate_series(1, :patients) p"),
    ("fragments", "insert into registry.fragment select patient_key, entry_key, 'i', '\\x00112233445566778899aabbccddeeff', '\\x00'"
                  " from registry.entry"),
    ("directory of uuids", "insert into registry.uuid_dir select uuid, patient_key, entry_key, 1 from registry.entry union all"
                           " select uuid, patient_key, set_key, 2 from registry.submission_set union all"
                           " select uuid, patient_key, folder_key, 3 from registry.folder"),
    ("directory of unique ids", "insert into registry.unique_id_dir select unique_id, patient_key, entry_key, 45000, 1, 1, hash"
                                " from registry.entry"),
    ("repeats", "insert into registry.unique_id_again select unique_id, patient_key, object_key + 5 from registry.unique_id_dir"
                " where patient_key % 5 = 0 and object_key < :patients * 16"),
]
TABLES = ("submission_set", "entry", "folder", "association", "fragment", "uuid_dir", "unique_id_dir", "unique_id_again",
          "patient")


class SlimNode(Node):
    """A region whose registry holds rows without meaning, made by the database itself; never started."""

    def __init__(self, documents):
        super().__init__(documents)
        self.name = f"musubi_bench_plans_{documents}"
        self.folder = os.path.join(BENCH, self.name)

    def fill(self):
        kept = self.take_indexes_away()
        for what, statement in LOAD:
            self.step(what, lambda: sql(self.name, statement.replace(":patients", str(self.patients))))
        for name, statement in kept:
            self.step(name, lambda: sql(self.name, "set maintenance_work_mem = '1GB'; " + statement))

    @staticmethod
    def step(what, work):
        began = time.monotonic()
        work()
        print(f"plans: {what}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    def take_indexes_away(self):
        """Sorted once they cost a tenth of what they cost row by row. Returns how to make them, keys first. Foreign keys
        stay away: no plan needs them, and rows that were made together need no check of each."""
        tables = "(" + ",".join(f"'registry.{table}'::regclass" for table in TABLES) + ")"
        listed = sql(self.name, "select conname, 'alter table ' || conrelid::regclass || ' add constraint ' || conname || ' ' ||"
                     " pg_get_constraintdef(oid), 'alter table ' || conrelid::regclass || ' drop constraint ' || conname,"
                     f" contype from pg_constraint where contype in ('p', 'u', 'f') and conrelid in {tables}"
                     f" or contype = 'f' and confrelid in {tables} order by contype = 'f', contype")
        constraints = [line.split("|") for line in listed.splitlines()]
        kept = [(name, make) for name, make, _, kind in constraints if kind != "f"]
        for _, _, drop, _ in reversed(constraints):
            sql(self.name, drop)
        listed = sql(self.name, "select indexrelid::regclass, pg_get_indexdef(indexrelid) from pg_index"
                     f" where indrelid in {tables}")
        for line in listed.splitlines():
            name, make = line.split("|")
            sql(self.name, f"drop index {name}")
            kept.append((name, make))
        for table in TABLES:
            sql(self.name, f"alter table registry.{table} set unlogged")
        return kept


def nodes_of(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes_of(child)


def judged(answer):
    plan = answer["plan"][0]["Plan"]
    pages = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    rows, faults, paths = 0, [], set()
    for node in nodes_of(plan):
        relation = node.get("Relation Name")
        if not relation or relation in SMALL_TABLES:
            continue
        kind = node["Node Type"]
        paths.add(kind)
        looked_at = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        rows += looked_at
        if kind == "Seq Scan" and node["Actual Loops"] > 0:
            faults.append(f"Seq Scan on {relation}")
    if pages > MOST_PAGES:
        faults.append(f"{pages} pages")
    if rows > MOST_ROWS:
        faults.append(f"{rows} rows looked at")
    return {"query": answer["query"], "statement": answer["statement"], "everything": answer["everything"],
            "rows": plan["Actual Rows"], "looked_at": rows, "pages": pages, "paths": sorted(paths), "faults": faults}


def measure(documents):
    """Prints the table, writes plans.json; raises when a plan leaves its patient."""
    node = SlimNode(documents)
    node.prepare()
    patient = node.patients // 2
    answers = json.loads(command(tool("musubi_plans"), "--config", node.config(), "--patient", patient))
    results = [judged(answer) for answer in answers]
    print(f"{'stored query':<47}{'statement':<44}{'sees':<7}{'rows':>5}{'looked at':>11}{'pages':>7}  by")
    for r in results:
        print(f"{r['query']:<47}{r['statement'].removeprefix('registry.'):<44}{'all' if r['everything'] else 'labels':<7}"
              f"{r['rows']:>5}{r['looked_at']:>11}{r['pages']:>7}  {', '.join(r['paths'])}  {'; '.join(r['faults'])}")
    size = sql(node.name, "select pg_size_pretty(pg_database_size(current_database()))")
    with open(os.path.join(BENCH, "plans.json"), "w", encoding="utf-8") as file:
        json.dump({"name": "plans", "documents": documents, "size": size, "most_pages": MOST_PAGES, "most_rows": MOST_ROWS,
                   "results": results, "plans": answers}, file, indent=1)
        file.write("\n")
    bad = [r for r in results if r["faults"]]
    print(f"plans: {len(results)} statements on {documents:,} documents ({size}), {len(bad)} leave their patient")
    if bad:
        raise Failed("; ".join(f"{r['statement']}: {', '.join(r['faults'])}" for r in bad))
