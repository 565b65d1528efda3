"""ITI-18: FindDocuments, by reference id, exclude.

The expected sets are read off the table in lib/dataset.py. `$` stands for a parameter's full
name, `@NAME` in a value for something only the run knows.
"""
from lxml import etree

from lib.answers import QueryAnswer
from lib.cases import add, case
from lib.checks import Skipped, equal, same_set
from lib.dataset import EVENTS, GENERIC, XDS_MS, build
from lib.ebrim import CONFIDENTIALITY, IHE_FORMAT, LOINC, SNOMED, XDS_CLASS, rim, slot
from lib.names import APPROVED, DEPRECATED, ON_DEMAND, STABLE

TF = "ITI TF-2 3.18.4.1.2.3"
BOTH = f"('{APPROVED}','{DEPRECATED}')"
ONLY = f"('{APPROVED}')"


def dataset(t):
    return t.run.data.get("stored-query data set",
                          lambda: build(t, lambda t, s: t.register(s).success()))


def code(value, scheme):
    return f"'{value}^^{scheme}'"


E1, E2, CT = EVENTS["1"].query(), EVENTS["2"].query(), EVENTS["CT"].query()
CONF = {c: code(c, CONFIDENTIALITY) for c in "NRLV"}
D = "$XDSDocumentEntry"

# (name, [(parameter without $XDSDocumentEntry, [values])], expected entries[, status])
FIND = [
    ("status-approved", [], "A B C E T N"),
    ("status-deprecated", [], "D", f"('{DEPRECATED}')"),
    ("status-both", [], "A B C D E T N", BOTH),
    ("status-without-parentheses", [], "A B C E T N", f"'{APPROVED}'"),
    ("status-unknown-value-dropped", [], "A B C E T N",
     f"('{APPROVED}','urn:oasis:names:tc:ebxml-regrep:StatusType:Unheard')"),
    ("class-one", [("ClassCode", [f"({code('REPORTS', XDS_CLASS)})"])], "A E N"),
    ("class-two-are-or", [("ClassCode", [f"({code('REPORTS', XDS_CLASS)},"
                                         f"{code('IMAGES', XDS_CLASS)})"])], "A C E N"),
    ("class-two-values-are-or", [("ClassCode", [f"({code('REPORTS', XDS_CLASS)})",
                                                f"({code('IMAGES', XDS_CLASS)})"])], "A C E N"),
    ("class-three-values-mixed", [("ClassCode", [
        f"({code('REPORTS', XDS_CLASS)},{code('IMAGES', XDS_CLASS)})",
        f"({code('SUMMARIES', XDS_CLASS)})"])], "A B C E T N"),
    ("class-blanks-after-comma", [("ClassCode", [f"({code('REPORTS', XDS_CLASS)}, "
                                                 f"{code('IMAGES', XDS_CLASS)})"])], "A C E N"),
    ("class-no-parentheses", [("ClassCode", [code("REPORTS", XDS_CLASS)])], "A E N"),
    ("class-of-other-scheme", [("ClassCode", [f"({code('REPORTS', '2.999.1')})"])], ""),
    ("class-unknown", [("ClassCode", [f"({code('NOTHING', XDS_CLASS)})"])], ""),
    ("class-is-case-sensitive", [("ClassCode", [f"({code('reports', XDS_CLASS)})"])], ""),
    ("class-wildcard-is-no-wildcard", [("ClassCode", [f"({code('REP%', XDS_CLASS)})"])], ""),
    ("type", [("TypeCode", [f"({code('11488-4', LOINC)})"])], "A E T"),
    ("type-or", [("TypeCode", [f"({code('18842-5', LOINC)},{code('18748-4', LOINC)})"])], "B C N"),
    ("setting", [("PracticeSettingCode", [f"({code('309915006', SNOMED)})"])], "A T N"),
    ("facility", [("HealthcareFacilityTypeCode", [f"({code('22232009', SNOMED)})"])], "A E T"),
    ("format", [("FormatCode", [f"({code(XDS_MS, IHE_FORMAT)})"])], "A E N"),
    ("format-or", [("FormatCode", [f"({code(XDS_MS, IHE_FORMAT)},{code(GENERIC, IHE_FORMAT)})"])],
     "A B C E T N"),
    ("event-one", [("EventCodeList", [f"({E1})"])], "A B"),
    ("event-or", [("EventCodeList", [f"({E1},{E2})"])], "A B C"),
    ("event-and", [("EventCodeList", [f"({E1})"]), ("EventCodeList", [f"({E2})"])], "B"),
    ("event-or-within-and", [("EventCodeList", [f"({E1},{CT})"]), ("EventCodeList", [f"({E2})"])],
     "B"),
    ("event-and-of-none", [("EventCodeList", [f"({E1})"]), ("EventCodeList", [f"({CT})"])], ""),
    ("confidentiality-one", [("ConfidentialityCode", [f"({CONF['N']})"])], "A B T N"),
    ("confidentiality-or", [("ConfidentialityCode", [f"({CONF['R']},{CONF['L']})"])], "B C E"),
    ("confidentiality-and", [("ConfidentialityCode", [f"({CONF['N']})"]),
                             ("ConfidentialityCode", [f"({CONF['R']})"])], "B"),
    ("author-exact", [("AuthorPerson", ["('^Yamada^Hanako')"])], "A"),
    ("author-percent-front", [("AuthorPerson", ["('%Hanako')"])], "A"),
    ("author-percent-both", [("AuthorPerson", ["('%Yamada%')"])], "A B"),
    ("author-underscore", [("AuthorPerson", ["('^Yamad_^Hanako')"])], "A"),
    ("author-underscore-is-one-character", [("AuthorPerson", ["('^Yama_^Hanako')"])], ""),
    ("author-or", [("AuthorPerson", ["('%Hanako%','%Sato%')"])], "A E"),
    ("author-quote-doubled", [("AuthorPerson", ["('%O''Brien%')"])], "B"),
    ("author-kanji", [("AuthorPerson", ["('%山田%')"])], "C"),
    ("author-kanji-underscore", [("AuthorPerson", ["('^山_^花子')"])], "C"),
    ("author-second-of-two", [("AuthorPerson", ["('%Taro%')"])], "B"),
    ("author-no-match", [("AuthorPerson", ["('%Nobody%')"])], ""),
    ("author-no-implicit-wildcard", [("AuthorPerson", ["('Yamada')"])], ""),
    ("author-backslash-is-plain", [("AuthorPerson", ["('%\\\\%')"])], ""),
    ("creation-from-left-edge", [("CreationTimeFrom", ["20041224"])], "A B C E T N"),
    ("creation-from-after-edge", [("CreationTimeFrom", ["20041224000001"])], "B C E T N"),
    ("creation-from-seconds-at-edge", [("CreationTimeFrom", ["20041224000000"])], "A B C E T N"),
    ("creation-to-right-edge-excluded", [("CreationTimeTo", ["20051224"])], "A"),
    ("creation-to-just-after", [("CreationTimeTo", ["20051224000001"])], "A B"),
    ("creation-range", [("CreationTimeFrom", ["20051224"]), ("CreationTimeTo", ["20061224"])],
     "B"),
    ("creation-range-by-year", [("CreationTimeFrom", ["2005"]), ("CreationTimeTo", ["2007"])],
     "B C"),
    ("creation-range-by-hour", [("CreationTimeFrom", ["2006122410"]),
                                ("CreationTimeTo", ["2006122411"])], "C"),
    ("creation-empty-range", [("CreationTimeFrom", ["20061225"]), ("CreationTimeTo", ["20061224"])],
     ""),
    ("creation-quoted-date", [("CreationTimeFrom", ["'20090101'"])], "N"),
    ("start-from", [("ServiceStartTimeFrom", ["2006"])], "C E T N"),
    ("start-to", [("ServiceStartTimeTo", ["2006"])], "A B C N"),
    ("start-range", [("ServiceStartTimeFrom", ["200412230800"]),
                     ("ServiceStartTimeTo", ["200412230801"])], "A C N"),
    ("start-right-edge-excluded", [("ServiceStartTimeTo", ["200412230800"])], "C N"),
    ("stop-from", [("ServiceStopTimeFrom", ["2009"])], "C T N"),
    ("stop-to", [("ServiceStopTimeTo", ["20051224"])], "A C T"),
    ("type-stable", [("Type", [f"('{STABLE}')"])], "A B C E T N"),
    ("type-on-demand", [("Type", [f"('{ON_DEMAND}')"])], ""),
    ("type-both", [("Type", [f"('{STABLE}','{ON_DEMAND}')"])], "A B C E T N"),
    ("several-parameters-are-and", [("ClassCode", [f"({code('REPORTS', XDS_CLASS)})"]),
                                    ("TypeCode", [f"({code('11488-4', LOINC)})"]),
                                    ("CreationTimeTo", ["2006"])], "A"),
    ("all-parameters", [
        ("ClassCode", [f"({code('SUMMARIES', XDS_CLASS)})"]),
        ("TypeCode", [f"({code('18842-5', LOINC)})"]),
        ("PracticeSettingCode", [f"({code('309927009', SNOMED)})"]),
        ("HealthcareFacilityTypeCode", [f"({code('264372000', SNOMED)})"]),
        ("FormatCode", [f"({code(GENERIC, IHE_FORMAT)})"]), ("EventCodeList", [f"({E1})"]),
        ("ConfidentialityCode", [f"({CONF['R']})"]), ("AuthorPerson", ["('%Brien%')"]),
        ("CreationTimeFrom", ["2005"]), ("CreationTimeTo", ["2006"]),
        ("ServiceStartTimeFrom", ["2005"]), ("ServiceStartTimeTo", ["2006"]),
        ("ServiceStopTimeFrom", ["2005"]), ("ServiceStopTimeTo", ["2006"]),
        ("Type", [f"('{STABLE}')"])], "B"),
    ("unknown-parameter-ignored", [("NoSuchThing", ["('x')"])], "A B C E T N"),
    ("metadata-level-1", [("@$MetadataLevel", ["1"])], "A B C E T N"),
    ("white-space-round-values", [("ClassCode", [f"\n   ({code('REPORTS', XDS_CLASS)})\n  "])],
     "A E N"),
    ("sql-is-text", [("AuthorPerson", ["('%'') OR 1=1 --')"])], ""),
]


def find_parameters(data, rows, status=ONLY):
    made = [(D + "PatientId", [f"'{data.patient}'"]), (D + "Status", [status])]
    return made + [(name[1:] if name.startswith("@") else D + name, values)
                   for name, values in rows]


def _find(rows, expected, status=ONLY):
    def run(t):
        data = dataset(t)
        parameters = find_parameters(data, rows, status)
        found = t.query("FindDocuments", parameters).success()
        same_set(found.ids(), data.pick(expected), "entries", data.name_of)
        equal(len(found.entries()), len(found.objects), "number of DocumentEntries")
        refs = t.query("FindDocuments", parameters, "ObjectRef").success()
        same_set(refs.ids("refs"), data.pick(expected), "references", data.name_of)
        equal(len(refs.ids()), len(refs.ids("refs")), "number of ObjectRefs")
    return run


for _row in FIND:
    add(f"xds/iti-18/FindDocuments/{_row[0]}",
        f"FindDocuments: {_row[0].replace('-', ' ')}, as objects and as references",
        TF + ".7.1", _find(*_row[1:]))


# --- faults of a query ------------------------------------------------------------------------

ERROR, MISSING, NUMBER = "XDSRegistryError", "XDSStoredQueryMissingParam", \
    "XDSStoredQueryParamNumber"
BAD = [
    ("no-patient", MISSING, lambda p: [x for x in p if "PatientId" not in x[0]]),
    ("no-status", MISSING, lambda p: [x for x in p if "Status" not in x[0]]),
    ("only-unknown-status", MISSING, lambda p: [
        p[0], (D + "Status", ["('urn:oasis:names:tc:ebxml-regrep:StatusType:Unheard')"])]),
    ("two-patients-in-a-value", {NUMBER, ERROR}, lambda p: [
        (D + "PatientId", [f"({p[0][1][0]},'X^^^&1.2.3&ISO')"]), p[1]]),
    ("two-patient-values", {NUMBER, ERROR}, lambda p: [
        (D + "PatientId", [p[0][1][0], "'X^^^&1.2.3&ISO'"]), p[1]]),
    ("patient-slot-twice", {NUMBER, ERROR}, lambda p: [p[0], p[0], p[1]]),
    ("class-slot-twice", {NUMBER, ERROR}, lambda p: p + [
        (D + "ClassCode", [f"({code('REPORTS', XDS_CLASS)})"])] * 2),
    ("code-without-scheme", ERROR, lambda p: p + [(D + "ClassCode", ["('REPORTS')"])]),
    ("code-of-ebrim-2-form", ERROR, lambda p: p + [
        (D + "ClassCode", ["('REPORTS')"]),
        (D + "ClassCodeScheme", [f"('{XDS_CLASS}')"])]),
    ("code-with-empty-value", ERROR, lambda p: p + [(D + "ClassCode", [f"('^^{XDS_CLASS}')"])]),
    ("quote-not-closed", ERROR, lambda p: p + [(D + "AuthorPerson", ["('%Yamada%)"])]),
    ("parenthesis-not-closed", ERROR, lambda p: p + [(D + "AuthorPerson", ["('%Yamada%'"])]),
    ("date-not-a-date", ERROR, lambda p: p + [(D + "CreationTimeFrom", ["yesterday"])]),
    ("two-dates", {NUMBER, ERROR}, lambda p: p + [
        (D + "CreationTimeFrom", ["2004", "2005"])]),
]


@case("xds/iti-18/bad-parameter/several-at-once",
      "a query that lacks two parameters hears of both", "ITI TF-2 3.18.4.1.3")
def _several(t):
    answer = t.query("FindDocuments", [])
    answer.failure(MISSING, mentions=D + "PatientId")
    answer.failure(MISSING, mentions=D + "Status")


@case("xds/iti-18/bad-parameter/fault-beside-an-unknown-parameter",
      "an unknown parameter is ignored, the fault beside it is told", "ebRS 3.0 6.3.2.1")
def _fault_beside_unknown(t):
    parameters = find_parameters(dataset(t), [])
    answer = t.query("FindDocuments", [parameters[0], ("$Unheard", ["('x')"])])
    answer.failure(MISSING, mentions=D + "Status")


def _bad(codes, change):
    def run(t):
        data = dataset(t)
        t.query("FindDocuments", change(find_parameters(data, []))).failure(codes)
    return run


for _name, _codes, _change in BAD:
    add(f"xds/iti-18/bad-parameter/{_name}", f"FindDocuments refused: {_name.replace('-', ' ')}",
        TF + ".5; ebRS 3.0 6.3", _bad(_codes, _change))


@case("xds/iti-18/unknown-query-id", "a query nobody has defined", TF + ".6")
def _unknown_query(t):
    t.query(t.ids.uuid(), find_parameters(dataset(t), [])).failure("XDSUnknownStoredQuery")


def _return_type(value):
    def run(t):
        reply = t.call("ITI-18", "registry", t.query_body(
            "FindDocuments", find_parameters(dataset(t), []), value))
        if reply.fault is None:
            QueryAnswer(reply).failure(ERROR)
    return run


for _value in ("RegistryObject", "LeafClassWithRepositoryItem", "Everything"):
    add(f"xds/iti-18/return-type/{_value}", f"returnType {_value} is not for stored queries",
        TF + ".2", _return_type(_value))


@case("xds/iti-18/unknown-patient", "an unknown patient: nothing, or the error the domain chose",
      TF + ".9")
def _unknown_patient(t):
    answer = t.query("FindDocuments", [(D + "PatientId", [f"'{t.new_patient_id()}'"]),
                                       (D + "Status", [ONLY])])
    if t.target.unknown_patient == "error":
        answer.failure("XDSUnknownPatientId")
    else:
        equal(answer.success().objects, [], "objects")


@case("xds/iti-18/known-patient-without-documents",
      "a known patient without documents is empty", TF)
def _nothing(t):
    equal(t.stored(t.patient()).objects, [], "objects")


@case("xds/iti-18/patient-id-compared-exactly", "a prefix or another case is another patient", TF)
def _exact(t):
    data = dataset(t)
    for changed in (data.patient.replace("^^^", "0^^^"), data.patient[1:], data.patient.lower()):
        answer = t.query("FindDocuments", [(D + "PatientId", [f"'{changed}'"]),
                                           (D + "Status", [ONLY])])
        equal(answer.objects, [], f"objects for {changed.split('^')[0]}")


@case("xds/iti-18/home-is-ignored", "a registry accepts and ignores AdhocQuery/@home (11901)", TF)
def _home(t):
    data = dataset(t)
    found = t.query("FindDocuments", find_parameters(data, []), home="urn:oid:1.2.3.4").success()
    same_set(found.ids("entries"), data.pick("A B C E T N"), "entries", data.name_of)


def _paged(body):
    body.set("startIndex", "3")
    body.set("maxResults", "1")
    body.set("comment", "the next page, please")


def _request_slots(body):
    slots = etree.Element("{urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0}RequestSlotList")
    slot(slots, "urn:example:why", ["curiosity"])
    body.insert(0, slots)


def _expression(body):
    etree.SubElement(body[1], rim("QueryExpression"), queryLanguage="urn:example:language")


IGNORED = [("pages", "startIndex and maxResults: there are no pages", _paged),
           ("request-slots", "slots of the request itself", _request_slots),
           ("query-expression", "an expression in the stored query", _expression),
           ("query-id-in-capitals", "a URN's UUID in capitals", lambda body: body[1].set(
               "id", body[1].get("id").upper().replace("URN:UUID", "urn:uuid")))]


def _ignored(change):
    def run(t):
        data = dataset(t)
        body = t.query_body("FindDocuments", find_parameters(data, []))
        change(body)
        found = QueryAnswer(t.call("ITI-18", "registry", body)).success()
        same_set(found.ids("entries"), data.pick("A B C E T N"), "entries", data.name_of)
    return run


for _name, _purpose, _change in IGNORED:
    add(f"xds/iti-18/ignored/{_name}", f"ignored: {_purpose}", TF + "; ebRS 3.0 6.3",
        _ignored(_change))


@case("xds/iti-18/return-type/none", "without a returnType nothing is guessed", TF)
def _no_return_type(t):
    t.query("FindDocuments", find_parameters(dataset(t), []), None).failure("XDSRegistryError")


@case("xds/iti-18/composed-objects-false",
      "returnComposedObjects false still gives whole objects", TF)
def _composed(t):
    data = dataset(t)
    found = t.query("FindDocuments", find_parameters(data, []), composed="false").success()
    same_set(found.ids("entries"), data.pick("A B C E T N"), "entries", data.name_of)


@case("xds/iti-18/double-quotes",
      "a patient id in double quotes or bare is tolerated or refused by code",
      TF + ".5")
def _double_quotes(t):
    data = dataset(t)
    for value in (f'"{data.patient}"', data.patient):
        answer = t.query("FindDocuments", [(D + "PatientId", [value]), (D + "Status", [ONLY])])
        if answer.status == "Success":
            same_set(answer.ids("entries"), data.pick("A B C E T N"), "entries", data.name_of)
        else:
            answer.failure(ERROR)


# --- reference ids ----------------------------------------------------------------------------

REFERENCES = [
    ("one", [["acc1"]], "A B"), ("or", [["acc1", "wf3"]], "A B N"),
    ("and", [["acc1"], ["ord2"]], "B"), ("or-within-and", [["acc1", "wf3"], ["ord2"]], "B"),
    ("and-of-none", [["acc1"], ["wf3"]], ""),
]


def _references(groups, expected):
    def run(t):
        data = dataset(t)
        rows = [("ReferenceIdList", ["(" + ",".join(f"'{data.references[r]}'" for r in group) +
                                     ")"]) for group in groups]
        parameters = find_parameters(data, rows)
        found = t.query("FindDocumentsByReferenceId", parameters).success()
        same_set(found.ids("entries"), data.pick(expected), "entries", data.name_of)
    return run


for _name, _groups, _expected in REFERENCES:
    add(f"xds/iti-18/FindDocumentsByReferenceId/{_name}",
        f"by reference id: {_name.replace('-', ' ')}", TF + ".7.14",
        _references(_groups, _expected))


@case("xds/iti-18/FindDocumentsByReferenceId/with-class", "further parameters narrow the result",
      TF + ".7.14")
def _reference_class(t):
    data = dataset(t)
    found = t.query("FindDocumentsByReferenceId", find_parameters(data, [
        ("ReferenceIdList", [f"('{data.references['acc1']}')"]),
        ("ClassCode", [f"({code('REPORTS', XDS_CLASS)})"])])).success()
    same_set(found.ids("entries"), data.pick("A"), "entries", data.name_of)


@case("xds/iti-18/FindDocumentsByReferenceId/no-list", "the list is required", TF + ".6")
def _reference_missing(t):
    t.query("FindDocumentsByReferenceId", find_parameters(dataset(t), [])).failure(MISSING)


@case("xds/iti-18/FindDocumentsByReferenceId/id-alone", "the id without its type is another value",
      TF + ".7.14")
def _reference_part(t):
    data = dataset(t)
    short = data.references["acc1"].split("^")[0]
    found = t.query("FindDocumentsByReferenceId", find_parameters(
        data, [("ReferenceIdList", [f"('{short}')"])])).success()
    equal(found.objects, [], "objects")


# --- FindDocumentsExclude (option) ------------------------------------------------------------

EXCLUDE = [
    ("none", [], "A B C E T N"),
    ("class", [("ClassCodeExclude", [f"({code('REPORTS', XDS_CLASS)})"])], "B C T"),
    ("event", [("EventCodeListExclude", [f"({E1})"])], "C E T N"),
    ("author", [("AuthorPersonExclude", ["('%Yamada%')"])], "C E T N"),
    ("confidentiality", [("ConfidentialityCodeExclude", [f"({CONF['R']})"])], "A E T N"),
]


def _exclude(rows, expected):
    def run(t):
        data = dataset(t)
        answer = t.query("FindDocumentsExclude", find_parameters(data, rows))
        if answer.status == "Failure" and {e.code for e in answer.errors} == {
                "XDSUnknownStoredQuery"}:
            raise Skipped("no-exclude-query", "the target answers XDSUnknownStoredQuery")
        same_set(answer.success().ids("entries"), data.pick(expected), "entries", data.name_of)
    return run


for _name, _rows, _expected in EXCLUDE:
    add(f"xds/iti-18/exclude/{_name}", f"FindDocumentsExclude: {_name}", "CP-ITI-1323",
        _exclude(_rows, _expected))
