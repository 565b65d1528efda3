"""ITI-81 Retrieve ATNA AuditEvent: search of the trail as FHIR AuditEvent."""
import json
import time
from urllib.parse import quote

from lxml import etree

from lib.canon import parse
from lib.cases import case
from lib.checks import equal, fail, true
from lib.ids import cx
from lib.syslog import audit_message, deliver, frame, line, need

ITI81 = "RESTful ATNA 3.81.4.1"
TODAY = time.strftime("ge%Y-%m-%d", time.gmtime(time.time() - 86400))


def ask(t, query, role="toolkit", accept="application/fhir+json", method="GET"):
    need(t)
    headers = {"Accept": accept} if accept else {}
    return t.https(role).request(method, t.target.base_path + "/fhir/AuditEvent?" + query, headers)


def bundle(t, query, **options):
    reply = ask(t, query, **options)
    equal(reply.status, 200, "HTTP status")
    true("fhir+json" in reply.header("Content-Type"), "application/fhir+json", reply.header("Content-Type"))
    answer = json.loads(reply.body)
    equal(answer["resourceType"], "Bundle", "resource type")
    equal(answer["type"], "searchset", "bundle type")
    return [entry["resource"] for entry in answer.get("entry", ()) if entry["search"]["mode"] == "match"]


def outcome(reply, status):
    equal(reply.status, status, "HTTP status")
    equal(json.loads(reply.body)["resourceType"], "OperationOutcome", "resource type")


def delivered(t):
    """A patient and a user of a fresh message; waits until the search tells of it."""
    patient, user = cx(t.ids.text("F"), t.target.authorities[0]), t.ids.text("dr")
    true(deliver(t, frame(line(audit_message(patient, user))), role=t.need_role("hospital")), "an orderly end",
         "a broken connection")
    deadline = time.monotonic() + 20
    while not bundle(t, f"date={TODAY}&agent.identifier={user}"):
        if time.monotonic() > deadline:
            fail("the delivered message", "none")
        time.sleep(0.2)
    return patient, user


def token(patient):
    number, _, authority = patient.partition("^^^&")
    return quote(f"urn:oid:{authority.split('&')[0]}|{number}")


@case("atna/iti-81/date-required", "a question without a date is refused", ITI81 + ".2")
def _date(t):
    outcome(ask(t, "patient.identifier=x"), 400)
    outcome(ask(t, ""), 400)
    outcome(ask(t, "date=yesterday"), 400)


@case("atna/iti-81/modifier", "a modifier that is not known is refused, not passed over", "FHIR R4 3.1.1.4.4 Modifiers")
def _modifier(t):
    outcome(ask(t, f"date={TODAY}&outcome:not=0"), 400)
    outcome(ask(t, f"date={TODAY}&agent.identifier:exact=x"), 400)


@case("atna/iti-81/escaped", "commas in a name are told from those between alternatives by a backslash",
      "FHIR R4 3.1.1.4.0.1 Escaping Search Parameters")
def _escaped(t):
    patient = cx(t.ids.text("F"), t.target.authorities[0])
    user = "CN=" + t.ids.text("ward") + ",O=Clinic|West,C=JP"
    true(deliver(t, frame(line(audit_message(patient, user))), role=t.need_role("hospital")), "an orderly end",
         "a broken connection")
    wanted = quote(user.replace(",", "\\,").replace("|", "\\|"))
    deadline = time.monotonic() + 20
    while not bundle(t, f"date={TODAY}&agent.identifier=nobody,{wanted}"):
        if time.monotonic() > deadline:
            fail("the delivered message", "none")
        time.sleep(0.2)
    equal(bundle(t, f"date={TODAY}&agent.identifier={quote(user)}"), [], "without backslashes")


@case("atna/iti-81/nothing-found", "nothing found is an empty bundle", ITI81 + ".3")
def _nothing(t):
    equal(bundle(t, "date=lt1990-01-01"), [], "entries")


@case("atna/iti-81/every-parameter", "each parameter finds the event, and hides it when it differs", ITI81 + ".2")
def _parameters(t):
    patient, user = delivered(t)
    base = f"date={TODAY}&agent.identifier={user}"
    dcm = quote("http://dicom.nema.org/resources/ontology/DCM|")
    good = [f"patient.identifier={token(patient)}", f"entity.identifier={token(patient)}", "address=192.0.2.17",
            f"agent.identifier={user}", "entity-type=1", "entity-role=1", "source.identifier=suite",
            f"type={dcm}110112", f"subtype={quote('urn:ihe:event-type-code|ITI-18')}", "outcome=0", "unknown=parameter",
            "outcome=4,0"]
    bad = ["patient.identifier=nobody", "entity.identifier=nobody", "address=192.0.2.99", "agent.identifier=nobody",
           "entity-type=3", "entity-role=24", "source.identifier=other", f"type={dcm}110106", "subtype=ITI-43",
           "outcome=8", "date=lt2000-01-01", "outcome=0&outcome=4"]
    for condition in good:
        equal(len(bundle(t, f"{base}&{condition}")), 1, f"entries with {condition}")
    for condition in bad:
        equal(len(bundle(t, f"{base}&{condition}")), 0, f"entries with {condition}")


@case("atna/iti-81/mapping", "the message's parts stand where the mapping says", ITI81 + ".3")
def _mapping(t):
    patient, user = delivered(t)
    event = bundle(t, f"date={TODAY}&agent.identifier={user}")[0]
    equal(event["type"]["code"], "110112", "type")
    equal((event["subtype"][0]["system"], event["subtype"][0]["code"]), ("urn:ihe:event-type-code", "ITI-18"), "subtype")
    equal(event["action"], "E", "action")
    equal(event["outcome"], "0", "outcome")
    agent = event["agent"][0]
    equal(agent["who"]["identifier"]["value"], user, "who")
    equal(agent["requestor"], True, "requestor")
    equal(agent["network"], {"address": "192.0.2.17", "type": "2"}, "network")
    equal(event["source"]["observer"]["identifier"]["value"], "suite", "observer")
    what = event["entity"][0]["what"]["identifier"]
    equal(f"{what['value']}^^^&{what['system'].removeprefix('urn:oid:')}&ISO", patient, "entity")
    true("recorded" in event, "recorded", "absent")


def _values(element):
    """A FHIR element as nested (name, value, children)."""
    return (etree.QName(element).localname, element.get("value"), [_values(child) for child in element])


def _as_elements(name, value):
    """What JSON says, in the same form; lists repeat their element."""
    if isinstance(value, list):
        return [one for item in value for one in _as_elements(name, item)]
    if not isinstance(value, dict):
        return [(name, str(value).lower() if isinstance(value, bool) else str(value), [])]
    inner = [one for key, item in value.items() if key != "resourceType" for one in _as_elements(key, item)]
    if "resourceType" in value:
        inner = [(value["resourceType"], None, inner)]
        return inner if name is None else [(name, None, inner)]
    return [(name, None, inner)]


@case("atna/iti-81/both-forms", "XML says what JSON says, asked for by header or by parameter",
      ITI81 + ".3 (both forms); FHIR R4 2.1.12")
def _both(t):
    _, user = delivered(t)
    query = f"date=lt2100-01-01&agent.identifier={user}"
    said = _as_elements(None, json.loads(ask(t, query).body))
    replies = [ask(t, query, accept="application/fhir+xml"), ask(t, query + "&_format=xml")]
    for reply in replies:
        equal(reply.status, 200, "HTTP status")
        true("fhir+xml" in reply.header("Content-Type"), "application/fhir+xml", reply.header("Content-Type"))
    tree = parse(replies[0].body)
    equal(etree.QName(tree).namespace, "http://hl7.org/fhir", "namespace")
    equal([_values(tree)], said, "what the XML says")
    refused = ask(t, "patient.identifier=x", accept="application/fhir+xml")
    equal(refused.status, 400, "HTTP status")
    equal(etree.QName(parse(refused.body)).localname, "OperationOutcome", "resource type")


@case("atna/iti-81/count-of-none", "_count=0 tells how many there are, and none of them",
      ITI81 + ".3; FHIR R4 3.1.1.5.3 (_count)")
def _none_of_them(t):
    _, user = delivered(t)
    query = f"date=lt2100-01-01&agent.identifier={user}"
    whole = json.loads(ask(t, query).body)
    counted = json.loads(ask(t, query + "&_count=0").body)
    equal(counted.get("total"), len(whole["entry"]), "total")
    true("entry" not in counted, "no entry", "some")


@case("atna/iti-81/recorded", "the search is itself on record as Audit Log Used", ITI81 + " 3.20 table")
def _recorded(t):
    mark = t.ids.text("agent")
    bundle(t, f"date={TODAY}&agent.identifier={mark}")
    records = [r for r in t.target.audit_search(transaction="ITI-81") if r["event_id"] == "110101"]
    true(records, "a record of the search", "none")


@case("atna/iti-81/who-may-ask", "strangers and members without that right are refused", ITI81 + " security")
def _who(t):
    equal(ask(t, f"date={TODAY}", role="stranger").status, 403, "HTTP status")
    outcome(ask(t, f"date={TODAY}", role=t.need_role("clinic")), 403)


@case("atna/iti-81/other-forms", "other methods and other formats are refused in FHIR's words", ITI81)
def _forms(t):
    outcome(ask(t, f"date={TODAY}", accept="application/pdf"), 406)
    outcome(ask(t, f"date={TODAY}&_format=application/pdf"), 406)
    outcome(ask(t, f"date={TODAY}", method="DELETE"), 405)
    bundle(t, f"date={TODAY}&_count=1", accept=None)
