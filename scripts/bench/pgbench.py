"""The database alone: the statement that the node prepares, run by pgbench with values as the node would send them."""
import os
import re

from machine import BENCH, PG_BIN, SOCKET, command, sql, tool

# $5..$26 as the load generator's query sets them (tests/perf/find_scenario.cc); '-' stands for NULL.
CRITERIA = {
    5: "{1}", 6: "{1}",
    7: "{" + ",".join(f"{c}^^JP-classCode" for c in (
        "referral", "summary", "clinical-record", "prescription", "injection", "laboratory", "physiology", "imaging",
        "imaging-report", "diagnosis", "allergy", "other")) + "}",
    8: "{" + ",".join(f"{c}^^2.16.840.1.113883.6.1" for c in (
        "57133-1", "18842-5", "34108-1", "34112-3", "57833-6", "18748-4")) + ",ADT-61^^JP-ssmix2-dataKind}",
    9: "{" + ",".join(f"{c}^^1.2.392.200250.2.2.2" for c in ("01", "02", "05", "06", "08", "09", "10")) + "}",
    10: "{hospital^^JP-healthcareFacilityTypeCode,clinic^^JP-healthcareFacilityTypeCode}",
    11: "{urn:ihe:iti:xds:2017:mimeTypeSufficient^^1.3.6.1.4.1.19376.1.2.3,"
        "urn:ihe:iti:xds-sd:pdf:2008^^1.3.6.1.4.1.19376.1.2.3}",
    12: "-", 13: "-", 14: "-",
    15: "{N^^2.16.840.1.113883.5.25,R^^2.16.840.1.113883.5.25}", 16: "{0,0}", 17: "1",
    18: "20100101000000", 19: "20400101000000", 20: "20100101000000", 21: "20400101000000",
    22: "-", 23: "-", 24: "-", 25: "-", 26: "-",
}
TYPES = {2: "integer[]", 3: "text", 4: "bigint", 5: "smallint[]", 6: "smallint[]", 12: "text[]", 13: "integer[]",
         14: "integer", 15: "text[]", 16: "integer[]", 17: "integer", 24: "bytea[]", 25: "integer[]", 26: "integer"}
for number in (7, 8, 9, 10, 11):
    TYPES[number] = "text[]"
for number in (18, 19, 20, 21, 22, 23):
    TYPES[number] = "bigint"


def find_script(kind, patients):
    statement = command(tool("musubi_generate"), "--sql", kind).strip()
    patient = "ARRAY[lpad(:pid::text, 9, '0') || '^^^&2.999.1.1.1&ISO']"
    statement = statement.replace("$1::text[]", patient)

    def put(match):
        number = int(match.group(1))
        return f"nullif(:p{number}::text, '-')::{TYPES[number]}"
    statement = re.sub(r"\$(\d+)(?:::[a-z]+(?:\[\])?)?", put, statement)
    return f"\\set pid random(0, {patients - 1})\n{statement};\n"


def find_values(database):
    labels = sql(database, "select array_agg(label_id order by label_id) from registry.label")
    return {**{f"p{n}": v for n, v in CRITERIA.items()}, "p2": labels, "p3": "clinic-kita", "p4": "5001"}


FEED = """\
\\set id random(1, 9000000000000000)
begin;
select regional_id from feed.identifier where authority = '1.2.392' and token = :id::text;
insert into feed.patient values (:id) on conflict do nothing;
insert into feed.identifier values ('1.2.392', :id::text, :id) on conflict do nothing;
insert into feed.history (regional_id) values (:id);
commit;
"""
FEED_TABLES = """
drop schema if exists feed cascade; create schema feed;
create table feed.patient (regional_id bigint primary key);
create table feed.identifier (authority text, token text, regional_id bigint, primary key (authority, token));
create table feed.history (at timestamptz default now(), regional_id bigint);
"""


def identity_scripts(asked):
    """Every statement that the node sends for a question, with what it is given for some hundred of them, of which each
    transaction takes one. One text each for all questions, so that preparing costs as little as it costs the node."""
    questions = asked["questions"]

    def one_of(name, kind):
        return "((array[" + ",".join(f"'{question[name]}'" for question in questions) + f"])[:k])::{kind}"
    start = f"\\set k random(1, {len(questions)})\n"
    cross_reference = asked["pix"].replace("$1", one_of("authority", "text")).replace("$2", one_of("token", "bytea"))
    # The limits are those of mpi/cross_reference.cc.
    search = asked["pdq"]
    for number, value in {1: one_of("first", "text"), 2: one_of("others", "text"), 3: one_of("groups", "text"),
                          4: one_of("mask", "integer"), 5: "500", 6: "2000", 7: "'{}'"}.items():
        search = search.replace(f"${number}", value)
    consent = asked["consent"].replace("$1", one_of("patient", "text")).replace("$2", "now()")
    return start + cross_reference + ";\n" + consent + ";\n", start + search + ";\n" + consent + ";\n"


def run(database, script, seconds, values=(), clients=16, user=None):
    """Transactions per second."""
    # As the node: one plan for all values.
    os.environ["PGOPTIONS"] = "-c plan_cache_mode=force_generic_plan -c jit=off"
    serving = user or ("musubi_serving" if "registry." in script else "musubi")
    path = os.path.join(BENCH, "pgbench.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(script)
    arguments = [f"{PG_BIN}/pgbench", "-n", "-h", SOCKET, "-U", serving, "-M", "prepared", "-c", clients, "-j", 2, "-T",
                 max(1, round(seconds)), "-f", path]
    for name, value in dict(values).items():
        arguments += ["-D", f"{name}={value}"]
    out = command(*arguments, database)
    if re.search(r"number of failed transactions: [1-9]", out):
        raise RuntimeError(out)
    return float(re.search(r"tps = ([0-9.]+)", out).group(1))
