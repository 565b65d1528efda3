"""ITI-51 Multi-Patient Stored Query (ITI TF-2 3.51; toolkit 12361, 12364)."""
from lib.cases import add, case
from lib.checks import equal, same_set
from lib.ebrim import EVENT_DOMAIN, SNOMED, XDS_CLASS, Code
from lib.names import APPROVED, REFERENCE_IDS

TF = "ITI TF-2 3.51.4.1.2.3"
ONLY = f"('{APPROVED}')"
DE, FD = "$XDSDocumentEntry", "$XDSFolder"
KIND = "urn:ihe:iti:xds:2013:accession"


def records(t):
    """Two patients: each a REPORTS and a SUMMARIES entry, a folder, one common reference id."""
    def make():
        reference = f"{t.ids.text('R')}^^^&2.999.5&ISO^{KIND}"
        made = []
        for number in range(2):
            one = t.build_uuids.submission(t.patient(), (b"report", b"summary"), folders=1)
            one.entries[1].set_code("classCode", Code("SUMMARIES", XDS_CLASS))
            one.entries[0].set_code("eventCodeList", Code(f"MPQ-eventcode-{number + 1}",
                                                          EVENT_DOMAIN))
            one.entries[1].set_code("healthcareFacilityTypeCode", Code("264372000", SNOMED))
            one.entries[0].slots[REFERENCE_IDS] = [reference]
            t.register(one).success()
            made.append(one)
        return made, reference
    return t.run.data.get("multi-patient data", make)


def patients(made, prefix=DE):
    ids = ",".join(f"'{one.set.identifier('patientId')}'" for one in made)
    return (prefix + "PatientId", [f"({ids})"])


def ask(t, query, parameters, return_type="LeafClass"):
    return t.query(query, parameters, return_type, transaction="ITI-51")


DOCUMENTS = [
    ("both-patients", [], ["00", "01", "10", "11"]),
    ("class", [(DE + "ClassCode", [f"('REPORTS^^{XDS_CLASS}')"])], ["00", "10"]),
    ("facility", [(DE + "HealthcareFacilityTypeCode", [f"('264372000^^{SNOMED}')"])],
     ["01", "11"]),
    ("event", [(DE + "EventCodeList", [f"('MPQ-eventcode-2^^{EVENT_DOMAIN}')"])], ["10"]),
    ("event-or", [(DE + "EventCodeList", [f"('MPQ-eventcode-1^^{EVENT_DOMAIN}',"
                                          f"'MPQ-eventcode-2^^{EVENT_DOMAIN}')"])], ["00", "10"]),
    ("event-and", [(DE + "EventCodeList", [f"('MPQ-eventcode-1^^{EVENT_DOMAIN}')"]),
                   (DE + "EventCodeList", [f"('MPQ-eventcode-2^^{EVENT_DOMAIN}')"])], []),
    ("creation-time", [(DE + "CreationTimeTo", ["2004"])], []),
]


def _documents(rows, expected):
    def run(t):
        made, _ = records(t)
        parameters = [patients(made), (DE + "Status", [ONLY])] + rows
        wanted = [made[int(p)].entries[int(e)].id for p, e in expected]
        found = ask(t, "FindDocumentsForMultiplePatients", parameters).success()
        same_set(found.ids("entries"), wanted, "entries of both patients")
        refs = ask(t, "FindDocumentsForMultiplePatients", parameters, "ObjectRef").success()
        same_set(refs.ids("refs"), wanted, "references")
    return run


for _name, _rows, _expected in DOCUMENTS:
    add(f"xds/iti-51/documents/{_name}", f"documents of two patients: {_name.replace('-', ' ')}",
        TF, _documents(_rows, _expected))


@case("xds/iti-51/documents/one-patient", "one patient id gives that patient's", TF)
def _one(t):
    made, _ = records(t)
    found = ask(t, "FindDocumentsForMultiplePatients",
                [patients(made[:1]), (DE + "Status", [ONLY])]).success()
    same_set(found.ids("entries"), [e.id for e in made[0].entries], "entries")


@case("xds/iti-51/documents/nothing-to-find-by", "patient or one of three codes is required", TF)
def _nothing(t):
    ask(t, "FindDocumentsForMultiplePatients", [(DE + "Status", [ONLY])]).failure(
        "XDSStoredQueryMissingParam")


@case("xds/iti-51/folders/both-patients", "folders of two patients", TF)
def _folders(t):
    made, _ = records(t)
    found = ask(t, "FindFoldersForMultiplePatients",
                [patients(made, FD), (FD + "Status", [ONLY])]).success()
    same_set(found.ids("folders"), [one.folder.id for one in made], "folders")


@case("xds/iti-51/folders/code", "folders of two patients by code", TF)
def _folder_code(t):
    made, _ = records(t)
    parameters = [patients(made, FD), (FD + "Status", [ONLY])]
    found = ask(t, "FindFoldersForMultiplePatients", parameters + [
        (FD + "CodeList", [f"('Referrals^^{EVENT_DOMAIN}')"])]).success()
    same_set(found.ids("folders"), [one.folder.id for one in made], "folders")
    found = ask(t, "FindFoldersForMultiplePatients", parameters + [
        (FD + "CodeList", [f"('Allergy_Treatments^^{EVENT_DOMAIN}')"])]).success()
    equal(found.objects, [], "objects")


@case("xds/iti-51/folders/nothing-to-find-by", "patient or code is required", TF)
def _folder_nothing(t):
    ask(t, "FindFoldersForMultiplePatients", [(FD + "Status", [ONLY])]).failure(
        "XDSStoredQueryMissingParam")


@case("xds/iti-51/reference-id", "by reference id across patients", TF)
def _reference(t):
    made, reference = records(t)
    found = ask(t, "FindDocumentsByReferenceIdForMultiplePatients", [
        (DE + "ReferenceIdList", [f"('{reference}')"]), patients(made),
        (DE + "Status", [ONLY])]).success()
    same_set(found.ids("entries"), [one.entry.id for one in made], "entries")


@case("xds/iti-51/single-patient-query-in-it", "FindDocuments is not a query of ITI-51", TF)
def _wrong_query(t):
    made, _ = records(t)
    patient = made[0].set.identifier("patientId")
    ask(t, "FindDocuments", [(DE + "PatientId", [f"'{patient}'"]),
                             (DE + "Status", [ONLY])]).failure(
        {"XDSUnknownStoredQuery", "XDSRegistryError"})


@case("xds/iti-51/multi-patient-query-in-ITI-18", "its queries are not offered in ITI-18", TF)
def _wrong_transaction(t):
    made, _ = records(t)
    t.query("FindDocumentsForMultiplePatients",
            [patients(made), (DE + "Status", [ONLY])]).failure(
        {"XDSUnknownStoredQuery", "XDSRegistryError"})
