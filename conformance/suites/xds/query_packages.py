"""ITI-18: FindSubmissionSets, FindFolders, GetAll. The expected sets are read off the table in lib/dataset.py."""
from lib.cases import add
from lib.checks import equal, same_set, true
from lib.dataset import XDS_MS
from lib.ebrim import EVENT_DOMAIN, IHE_FORMAT, SNOMED
from lib.names import HAS_MEMBER, ON_DEMAND, RPLC

from .query_find import BOTH, CONF, MISSING, ONLY, TF, D, code, dataset

# --- submission sets and folders --------------------------------------------------------------

S, F = "$XDSSubmissionSet", "$XDSFolder"
SETS = [
    ("all", [], "S1 S2 S3 S4 S5 S6"),
    ("source", [("SourceId", ["('2.999.77.3')"])], "S2"),
    ("source-or", [("SourceId", ["('2.999.77.3','2.999.77.2')"])], "S1 S2 S3 S4 S5 S6"),
    ("source-unknown", [("SourceId", ["('2.999.77.9')"])], ""),
    ("time-from", [("SubmissionTimeFrom", ["20071225"])], "S4 S5 S6"),
    ("time-to-excluded", [("SubmissionTimeTo", ["20051225"])], "S1"),
    ("time-range", [("SubmissionTimeFrom", ["20051225"]), ("SubmissionTimeTo", ["20061225"])],
     "S2"),
    ("author", [("AuthorPerson", ["'%Suzuki%'"])], "S2"),
    ("author-wildcard", [("AuthorPerson", ["'^_amada%'"])], "S1 S3 S4 S5 S6"),
    ("content-type", [("ContentType", [f"({code('264372000', SNOMED)})"])], "S2"),
    ("content-type-or", [("ContentType", [f"({code('264372000', SNOMED)},"
                                          f"{code('22232009', SNOMED)})"])], "S1 S2 S3 S4 S5 S6"),
]
FOLDERS = [
    ("all", [], "F1 F2 F3"),
    ("code", [("CodeList", [f"({code('Referrals', EVENT_DOMAIN)})"])], "F1 F2"),
    ("code-or", [("CodeList", [f"({code('Referrals', EVENT_DOMAIN)},"
                               f"{code('Allergy_Treatments', EVENT_DOMAIN)})"])], "F1 F2 F3"),
    ("code-and", [("CodeList", [f"({code('Referrals', EVENT_DOMAIN)})"]),
                  ("CodeList", [f"({code('Allergy_Treatments', EVENT_DOMAIN)})"])], "F2"),
    ("update-time-from-long-ago", [("LastUpdateTimeFrom", ["20000101"])], "F1 F2 F3"),
    ("update-time-to-long-ago", [("LastUpdateTimeTo", ["20000101"])], ""),
]


def _packages(query, prefix, kind, rows, expected):
    def run(t):
        data = dataset(t)
        parameters = [(prefix + "PatientId", [f"'{data.patient}'"]), (prefix + "Status", [ONLY])]
        parameters += [(prefix + name, values) for name, values in rows]
        found = t.query(query, parameters).success()
        same_set(found.ids(kind), data.pick(expected), kind, data.name_of)
        equal(len(found.objects), len(found.ids(kind)), f"number of {kind}")
        refs = t.query(query, parameters, "ObjectRef").success()
        same_set(refs.ids("refs"), data.pick(expected), "references", data.name_of)
    return run


for _name, _rows, _expected in SETS:
    add(f"xds/iti-18/FindSubmissionSets/{_name}",
        f"FindSubmissionSets: {_name.replace('-', ' ')}", TF + ".7.2",
        _packages("FindSubmissionSets", S, "sets", _rows, _expected))
for _name, _rows, _expected in FOLDERS:
    add(f"xds/iti-18/FindFolders/{_name}", f"FindFolders: {_name.replace('-', ' ')}", TF + ".7.3",
        _packages("FindFolders", F, "folders", _rows, _expected))


def _missing(query, parameters):
    def run(t):
        t.query(query, parameters).failure(MISSING)
    return run


for _query, _prefix in (("FindSubmissionSets", S), ("FindFolders", F)):
    add(f"xds/iti-18/{_query}/no-patient", f"{_query} without patient is refused", TF + ".6",
        _missing(_query, [(_prefix + "Status", [ONLY])]))
    add(f"xds/iti-18/{_query}/no-status", f"{_query} without status is refused", TF + ".6",
        _missing(_query, [(_prefix + "PatientId", ["'P^^^&1.2.3&ISO'"])]))


# --- GetAll -----------------------------------------------------------------------------------

def get_all(data, rows=(), entries=ONLY):
    return [("$patientId", [f"'{data.patient}'"]), (D + "Status", [entries]),
            (S + "Status", [ONLY]), (F + "Status", [ONLY])] + list(rows)


ALL_ROWS = [
    ("approved", [], ONLY, "A B C E T N"),
    ("with-deprecated", [], BOTH, "A B C D E T N"),
    ("format", [(D + "FormatCode", [f"({code(XDS_MS, IHE_FORMAT)})"])], ONLY, "A E N"),
    ("confidentiality", [(D + "ConfidentialityCode", [f"({CONF['R']})"])], ONLY, "B C"),
    ("confidentiality-and", [(D + "ConfidentialityCode", [f"({CONF['N']})"]),
                             (D + "ConfidentialityCode", [f"({CONF['R']})"])], ONLY, "B"),
    ("type-on-demand", [(D + "Type", [f"('{ON_DEMAND}')"])], ONLY, ""),
]


def _all(rows, status, expected):
    def run(t):
        data = dataset(t)
        found = t.query("GetAll", get_all(data, rows, status)).success()
        same_set(found.ids("entries"), data.pick(expected), "entries", data.name_of)
        same_set(found.ids("sets"), data.pick("S1 S2 S3 S4 S5 S6"), "sets", data.name_of)
        same_set(found.ids("folders"), data.pick("F1 F2 F3"), "folders", data.name_of)
        members = set(found.ids("entries") + found.ids("sets") + found.ids("folders"))
        for kind, source, target in found.links():
            true(source in members or target in members,
                 "associations that touch a returned object", (kind, source, target))
        for name, document in (("S1", "A"), ("S3", "E")):
            true((HAS_MEMBER, data.ids[name], data.ids[document]) in found.links(),
                 f"the association {name}-{document}", "it is missing")
        if "D" in expected.split():
            true((RPLC, data.ids["E"], data.ids["D"]) in found.links(), "the RPLC", "none")
        refs = t.query("GetAll", get_all(data, rows, status), "ObjectRef").success()
        same_set(refs.ids("refs"), found.ids(), "references", data.name_of)
    return run


for _name, _rows, _status, _expected in ALL_ROWS:
    add(f"xds/iti-18/GetAll/{_name}", f"GetAll: {_name.replace('-', ' ')} (15803)", TF + ".7.4",
        _all(_rows, _status, _expected))
for _index, _name in ((0, "patient"), (1, "entry-status"), (2, "set-status"), (3, "folder-status")):
    def _run(t, _index=_index):
        parameters = get_all(dataset(t))
        del parameters[_index]
        t.query("GetAll", parameters).failure(MISSING)
    add(f"xds/iti-18/GetAll/no-{_name}", f"GetAll without {_name} is refused", TF + ".6", _run)
