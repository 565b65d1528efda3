"""The sample messages of ITI-18 and ITI-51."""
from lib.answers import QueryAnswer
from lib.checks import equal
from lib.replay import Replay, fill, parse_sample

from .samples import row


def _query(name, check):
    def run(t):
        root = Replay(t, "toolkit").query(parse_sample(t.sample(name)))
        check(QueryAnswer(t.call("ITI-18", "registry", root)))
    return run


def _no_objects(answer):
    equal(answer.success().objects, [], "objects")


QUERIES = [
    ("connect-FindSubmissionSets.xml", "FindSubmissionSets", _no_objects),
    ("connect-GetDocuments.xml", "GetDocuments of an id that is no UUID", _no_objects),
    ("connect-GetFolderAndContents.xml", "GetFolderAndContents of an id that is no UUID",
     _no_objects),
    # It also has a class code without quotes, which may be told of too.
    ("connect-missing-patient-id.xml", "a patient slot without value",
     lambda a: a.failure_among("XDSStoredQueryMissingParam")),
    ("connect-FindDocuments-stable-and-on-demand.xml", "both entry types, home given", _no_objects),
    ("openxds-FindDocuments.xml", "FindDocuments", _no_objects),
    ("ipf-FindDocuments.xml", "quotes and SQL in the patient id are text", _no_objects),
    ("invalid/missing-patient-id.xml", "no patient",
     lambda a: a.failure("XDSStoredQueryMissingParam")),
    ("invalid/missing-status.xml", "no status",
     lambda a: a.failure("XDSStoredQueryMissingParam")),
    ("invalid/two-patient-ids.xml", "two patients",
     lambda a: a.failure("XDSStoredQueryParamNumber")),
    ("invalid/unknown-query-id.xml", "unknown query",
     lambda a: a.failure("XDSUnknownStoredQuery")),
    # The sample's README says XDSRegistryError; the TF's own examples write it so. Both pass.
    ("invalid/patient-id-without-quotes.xml", "patient id without quotes",
     lambda a: a.success() if a.status == "Success" else a.failure("XDSRegistryError")),
    ("invalid/GetDocuments-uuid-and-uniqueId.xml", "both alternatives",
     lambda a: a.failure("XDSStoredQueryParamNumber")),
    ("invalid/event-code-slot-twice-is-AND.xml", "a repeated slot is AND", _no_objects),
]
for _name, _purpose, _check in QUERIES:
    row(f"iti-18/{_name}", _purpose, _query(f"iti-18/{_name}", _check))


def _multi_patient(t):
    text = t.sample("iti-51/nist-FindDocumentsForMultiplePatients.xml").decode()
    values = {"patient_id": t.patient().replace("&", "&amp;")}
    for number in range(10):
        values[f"hcft{number}"] = "22232009^^2.16.840.1.113883.6.96"
        values[f"cc{number}"] = "REPORTS^^1.3.6.1.4.1.19376.1.2.6.1"
        values[f"ec{number}"] = "MPQ-eventcode-1^^1.3.6.1.4.1.21367.2017.3"
    _no_objects(QueryAnswer(t.call("ITI-51", "registry", fill(text, values))))


row("iti-51/nist-FindDocumentsForMultiplePatients.xml", "ten codes of each kind", _multi_patient)
