"""ITI-18: the queries that start from a UUID or uniqueId, and the single-patient rule."""
from lib.answers import slot_values
from lib.cases import add, case
from lib.checks import equal, only, same_set, true
from lib.dataset import XDS_MS
from lib.ebrim import CONFIDENTIALITY, IHE_FORMAT
from lib.names import APND, HAS_MEMBER, NS, ON_DEMAND, RPLC, SIGNS, STABLE, XFRM

from .query_find import code, dataset

TF = "ITI TF-2 3.18.4.1.2.3.7"
MISSING, NUMBER = "XDSStoredQueryMissingParam", "XDSStoredQueryParamNumber"
DE, SS, FD = "$XDSDocumentEntry", "$XDSSubmissionSet", "$XDSFolder"


def quoted(values):
    return "(" + ",".join(f"'{v}'" for v in values) + ")"


def uids(data, names):
    return [data.objects[name].unique_id for name in names.split()]


def expect(t, data, query, parameters, names, links=None):
    """LeafClass gives exactly the named objects (and links), ObjectRef the same ids."""
    found = t.query(query, parameters).success()
    objects = [o for o in found.ids() if o not in found.ids("associations")]
    same_set(objects, data.pick(names), "objects", data.name_of)
    if links is not None:
        same_set(found.links(), links, "associations")
    refs = t.query(query, parameters, "ObjectRef").success()
    same_set(refs.ids("refs"), found.ids(), "references", data.name_of)
    return found


def member(data, *pairs):
    return [(HAS_MEMBER, data.ids[a], data.ids[b]) for a, b in (p.split("-") for p in pairs)]


# --- by list of ids: GetDocuments, GetFolders -------------------------------------------------

BY_ID = [
    ("one", "A", lambda v: [quoted(v)]),
    ("several", "A C D", lambda v: [quoted(v)]),
    ("several-values", "A C D", lambda v: [quoted([x]) for x in v]),
    ("split-list", "A B C D", lambda v: [quoted(v[:2]), quoted(v[2:])]),
    ("no-parentheses", "A", lambda v: [f"'{v[0]}'"]),
    ("same-twice", "A", lambda v: [quoted(v + v)]),
    ("with-unknown", "A", lambda v: [
        quoted(v + ["urn:uuid:00000000-0000-4000-8000-000000000009"])]),
]


def _by_id(query, prefix, names, values, kind):
    def run(t):
        data = dataset(t)
        wanted = names
        if prefix == FD:
            wanted = " ".join(f"F{n}" for n in range(1, min(len(names.split()), 3) + 1))
        ids = data.pick(wanted) if kind == "EntryUUID" else uids(data, wanted)
        expect(t, data, query, [(prefix + kind, values(ids))], wanted, [])
    return run


for _query, _prefix in (("GetDocuments", DE), ("GetFolders", FD)):
    for _kind in ("EntryUUID", "UniqueId"):
        for _name, _names, _values in BY_ID:
            add(f"xds/iti-18/{_query}/{_kind}-{_name}",
                f"{_query} by {_kind}: {_name.replace('-', ' ')} (11901, 11902)", TF,
                _by_id(_query, _prefix, _names, _values, _kind))


@case("xds/iti-18/GetDocuments/upper-case-uuid",
      "UUIDs are stored in lower case; upper finds the same or nothing",
      "ITI TF-3 4.2.3.1.5")
def _upper(t):
    data = dataset(t)
    found = t.query("GetDocuments", [(DE + "EntryUUID", [quoted(
        ["urn:uuid:" + data.ids["A"][9:].upper()])])]).success()
    true(set(found.ids()) <= {data.ids["A"]}, "entry A or nothing", found.ids())


ALTERNATIVES = [("GetDocuments", DE), ("GetFolders", FD), ("GetDocumentsAndAssociations", DE),
                ("GetSubmissionSetAndContents", SS), ("GetFolderAndContents", FD),
                ("GetFoldersForDocument", DE)]


def _both(query, prefix):
    def run(t):
        t.query(query, [(prefix + "EntryUUID", [f"'{t.ids.uuid()}'"]),
                        (prefix + "UniqueId", [f"'{t.ids.oid()}'"])]).failure(NUMBER)
    return run


def _neither(query):
    def run(t):
        t.query(query, []).failure(MISSING)
    return run


def _unknown_id(query, prefix, kind):
    def run(t):
        value = t.ids.uuid() if kind == "EntryUUID" else t.ids.oid()
        equal(t.query(query, [(prefix + kind, [f"'{value}'"])]).success().objects, [], "objects")
    return run


for _query, _prefix in ALTERNATIVES:
    add(f"xds/iti-18/{_query}/both-alternatives", f"{_query} with UUID and uniqueId is refused",
        "ITI TF-2 3.18.4.1.2.3.6", _both(_query, _prefix))
    add(f"xds/iti-18/{_query}/no-alternative", f"{_query} with neither is refused",
        "ITI TF-2 3.18.4.1.2.3.6", _neither(_query))
    for _kind in ("EntryUUID", "UniqueId"):
        add(f"xds/iti-18/{_query}/unknown-{_kind}", f"{_query} of an unknown object is empty", TF,
            _unknown_id(_query, _prefix, _kind))

for _query in ("GetAssociations", "GetSubmissionSets"):
    add(f"xds/iti-18/{_query}/no-uuid", f"{_query} without $uuid is refused",
        "ITI TF-2 3.18.4.1.2.3.6", _neither(_query))


def _single(query, prefix):
    def run(t):
        t.query(query, [(prefix + "EntryUUID", [quoted([t.ids.uuid(), t.ids.uuid()])])]).failure(
            {NUMBER, "XDSRegistryError"})
    return run


for _query, _prefix in (("GetSubmissionSetAndContents", SS), ("GetFolderAndContents", FD),
                        ("GetFoldersForDocument", DE)):
    add(f"xds/iti-18/{_query}/two-ids", f"{_query} takes one id", "ITI TF-2 3.18.4.1.2.3.5",
        _single(_query, _prefix))


# --- associations -----------------------------------------------------------------------------

@case("xds/iti-18/GetAssociations/of-a-document",
      "every association with the entry at either end (11903)", TF + ".7")
def _associations(t):
    data = dataset(t)
    expected = member(data, "S1-A", "F1-A") + [(XFRM, data.ids["T"], data.ids["A"]),
                                               (APND, data.ids["N"], data.ids["A"])]
    expect(t, data, "GetAssociations", [("$uuid", [quoted(data.pick("A"))])], "", expected)


@case("xds/iti-18/GetAssociations/of-several", "several objects at once", TF + ".7")
def _associations_several(t):
    data = dataset(t)
    expected = member(data, "S1-B") + [(HAS_MEMBER, data.ids["S6"], data.ids["F3"])]
    expect(t, data, "GetAssociations", [("$uuid", [quoted(data.pick("B F3"))])], "", expected)


@case("xds/iti-18/GetAssociations/of-a-set",
      "the set's memberships, also of associations", TF + ".7")
def _associations_set(t):
    data = dataset(t)
    expected = member(data, "S1-A", "S1-B", "S1-F1") + [
        (HAS_MEMBER, data.ids["S1"], data.link("F1", "A"))]
    expect(t, data, "GetAssociations", [("$uuid", [quoted(data.pick("S1"))])], "", expected)


@case("xds/iti-18/GetAssociations/of-nothing", "an unknown object has none", TF + ".7")
def _associations_none(t):
    equal(t.query("GetAssociations", [("$uuid", [quoted([t.ids.uuid()])])]).success().objects, [],
          "objects")


@case("xds/iti-18/GetAssociations/shape",
      "associations carry type, ends, id, objectType and their slots",
      TF)
def _shape(t):
    data = dataset(t)
    found = t.query("GetAssociations", [("$uuid", [quoted(data.pick("B"))])]).success()
    link = only(found.associations(), "associations")
    equal(slot_values(link, "SubmissionSetStatus"), ["Original"], "SubmissionSetStatus")
    equal(link.get("objectType"),
          "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association", "objectType")


DOC_ASSOC = [("B", ["S1-B"], []), ("A", ["S1-A", "F1-A"], [(XFRM, "T", "A"), (APND, "N", "A")]),
             ("D", ["S2-D", "F2-D"], [(RPLC, "E", "D")]),
             ("B T", ["S1-B", "S4-T"], [(XFRM, "T", "A")])]


def _documents_and(names, members, relations, kind):
    def run(t):
        data = dataset(t)
        values = data.pick(names) if kind == "EntryUUID" else uids(data, names)
        links = member(data, *members) + [(k, data.ids[a], data.ids[b]) for k, a, b in relations]
        expect(t, data, "GetDocumentsAndAssociations", [(DE + kind, [quoted(values)])], names,
               links)
    return run


for _names, _members, _relations in DOC_ASSOC:
    for _kind in ("EntryUUID", "UniqueId"):
        add(f"xds/iti-18/GetDocumentsAndAssociations/{_names.replace(' ', '-')}-{_kind}",
            f"{_names} and what touches it, by {_kind} (11904)", TF + ".8",
            _documents_and(_names, _members, _relations, _kind))


SETS = [("A", "S1", ["S1-A"]), ("A B", "S1", ["S1-A", "S1-B"]), ("F2", "S2", ["S2-F2"]),
        ("A D", "S1 S2", ["S1-A", "S2-D"]), ("N F3", "S5 S6", ["S5-N", "S6-F3"])]


def _sets(names, expected, members):
    def run(t):
        data = dataset(t)
        expect(t, data, "GetSubmissionSets", [("$uuid", [quoted(data.pick(names))])], expected,
               member(data, *members))
    return run


for _names, _expected, _members in SETS:
    add(f"xds/iti-18/GetSubmissionSets/of-{_names.replace(' ', '-')}",
        f"the sets of {_names} with their memberships (11905)", TF + ".9",
        _sets(_names, _expected, _members))


@case("xds/iti-18/GetSubmissionSets/of-nothing", "an unknown object is in no set", TF + ".9")
def _sets_none(t):
    equal(t.query("GetSubmissionSets", [("$uuid", [quoted([t.ids.uuid()])])]).success().objects,
          [], "objects")


# --- set and folder contents ------------------------------------------------------------------

FORMAT = (DE + "FormatCode", [f"({code(XDS_MS, IHE_FORMAT)})"])
NORMAL = (DE + "ConfidentialityCode", [f"({code('N', CONFIDENTIALITY)})"])
RESTRICTED = (DE + "ConfidentialityCode", [f"({code('R', CONFIDENTIALITY)})"])
TYPE_OD = (DE + "Type", [f"('{ON_DEMAND}')"])
TYPE_BOTH = (DE + "Type", [f"('{STABLE}','{ON_DEMAND}')"])

# (name, set, filters, objects, memberships, folder memberships that are members of the set)
SET_CONTENTS = [
    ("all", "S1", [], "S1 A B F1", ["S1-A", "S1-B", "S1-F1"], ["F1-A"]),
    ("two-in-a-folder", "S2", [], "S2 C D F2", ["S2-C", "S2-D", "S2-F2"], ["F2-C", "F2-D"]),
    ("no-folder", "S4", [], "S4 T", ["S4-T"], []),
    ("empty-folder", "S6", [], "S6 F3", ["S6-F3"], []),
    ("format", "S1", [FORMAT], "S1 A F1", ["S1-A", "S1-F1"], ["F1-A"]),
    ("confidentiality", "S1", [RESTRICTED], "S1 B F1", ["S1-B", "S1-F1"], []),
    ("confidentiality-and", "S1", [NORMAL, RESTRICTED], "S1 B F1", ["S1-B", "S1-F1"], []),
    ("type-on-demand", "S1", [TYPE_OD], "S1 F1", ["S1-F1"], []),
    ("type-both", "S1", [TYPE_BOTH], "S1 A B F1", ["S1-A", "S1-B", "S1-F1"], ["F1-A"]),
]


def _set_contents(package, filters, objects, members, in_folder, kind):
    def run(t):
        data = dataset(t)
        value = data.ids[package] if kind == "EntryUUID" else data.objects[package].unique_id
        links = member(data, *members, *in_folder)
        links += [(HAS_MEMBER, data.ids[package], data.link(*pair.split("-")))
                  for pair in in_folder]
        expect(t, data, "GetSubmissionSetAndContents",
               [(SS + kind, [f"'{value}'"])] + filters, objects, links)
    return run


for _name, _package, _filters, _objects, _members, _inner in SET_CONTENTS:
    for _kind in ("EntryUUID", "UniqueId"):
        add(f"xds/iti-18/GetSubmissionSetAndContents/{_name}-{_kind}",
            f"contents of a set: {_name.replace('-', ' ')}, by {_kind} (11906)", TF + ".10",
            _set_contents(_package, _filters, _objects, _members, _inner, _kind))

FOLDER_CONTENTS = [
    ("one", "F1", [], "F1 A", ["F1-A"]),
    ("all-status", "F2", [], "F2 C D E", ["F2-C", "F2-D", "F2-E"]),
    ("empty", "F3", [], "F3", []),
    ("format", "F2", [FORMAT], "F2 E", ["F2-E"]),
    ("confidentiality", "F2", [RESTRICTED], "F2 C", ["F2-C"]),
    ("nothing-matches", "F1", [RESTRICTED], "F1", []),
    ("type-on-demand", "F1", [TYPE_OD], "F1", []),
]


def _folder_contents(folder, filters, objects, members, kind):
    def run(t):
        data = dataset(t)
        value = data.ids[folder] if kind == "EntryUUID" else data.objects[folder].unique_id
        expect(t, data, "GetFolderAndContents", [(FD + kind, [f"'{value}'"])] + filters, objects,
               member(data, *members))
    return run


for _name, _folder, _filters, _objects, _members in FOLDER_CONTENTS:
    for _kind in ("EntryUUID", "UniqueId"):
        add(f"xds/iti-18/GetFolderAndContents/{_name}-{_kind}",
            f"contents of a folder: {_name.replace('-', ' ')}, by {_kind} (11907)", TF + ".11",
            _folder_contents(_folder, _filters, _objects, _members, _kind))

FOLDERS_FOR = [("A", "F1"), ("D", "F2"), ("E", "F2"), ("B", ""), ("T", "")]


def _folders_for(name, expected, kind):
    def run(t):
        data = dataset(t)
        value = data.ids[name] if kind == "EntryUUID" else data.objects[name].unique_id
        expect(t, data, "GetFoldersForDocument", [(DE + kind, [f"'{value}'"])], expected, [])
    return run


for _name, _expected in FOLDERS_FOR:
    for _kind in ("EntryUUID", "UniqueId"):
        add(f"xds/iti-18/GetFoldersForDocument/{_name}-{_kind}",
            f"folders that hold {_name}: {_expected or 'none'}, by {_kind} (11908)", TF + ".12",
            _folders_for(_name, _expected, _kind))


# --- related documents ------------------------------------------------------------------------

RELATED = [
    ("XFRM-of-the-original", "A", [XFRM], "A T", [(XFRM, "T", "A")]),
    ("XFRM-from-the-other-end", "T", [XFRM], "A T", [(XFRM, "T", "A")]),
    ("APND", "A", [APND], "A N", [(APND, "N", "A")]),
    ("two-types", "A", [APND, XFRM], "A N T", [(XFRM, "T", "A"), (APND, "N", "A")]),
    ("RPLC-shows-deprecated", "E", [RPLC], "D E", [(RPLC, "E", "D")]),
    ("type-without-association", "A", [SIGNS], "", []),
    ("no-association", "B", [RPLC, XFRM, APND], "", []),
    ("HasMember-is-no-relation", "A", [HAS_MEMBER], "", []),
]


def _related(name, kinds, objects, links, kind):
    def run(t):
        data = dataset(t)
        value = data.ids[name] if kind == "EntryUUID" else data.objects[name].unique_id
        expect(t, data, "GetRelatedDocuments",
               [(DE + kind, [f"'{value}'"]), ("$AssociationTypes", [quoted(kinds)])], objects,
               [(k, data.ids[a], data.ids[b]) for k, a, b in links])
    return run


for _name, _entry, _kinds, _objects, _links in RELATED:
    for _kind in ("EntryUUID", "UniqueId"):
        add(f"xds/iti-18/GetRelatedDocuments/{_name}-{_kind}",
            f"related documents: {_name.replace('-', ' ')}, by {_kind} (11909)", TF + ".13",
            _related(_entry, _kinds, _objects, _links, _kind))


@case("xds/iti-18/GetRelatedDocuments/unknown", "an unknown entry has no relations", TF + ".13")
def _related_unknown(t):
    equal(t.query("GetRelatedDocuments", [
        (DE + "EntryUUID", [f"'{t.ids.uuid()}'"]),
        ("$AssociationTypes", [quoted([RPLC])])]).success().objects, [], "objects")


@case("xds/iti-18/GetRelatedDocuments/no-types", "$AssociationTypes is required",
      "ITI TF-2 3.18.4.1.2.3.6")
def _related_no_types(t):
    t.query("GetRelatedDocuments", [(DE + "EntryUUID", [f"'{t.ids.uuid()}'"])]).failure(MISSING)


@case("xds/iti-18/GetRelatedDocuments/no-document", "one of the two ids is required",
      "ITI TF-2 3.18.4.1.2.3.6")
def _related_no_document(t):
    t.query("GetRelatedDocuments", [("$AssociationTypes", [quoted([RPLC])])]).failure(MISSING)


# --- single-patient rule (12368) --------------------------------------------------------------

def two_patients(t):
    """A set, folder and entry for each of two patients."""
    def make():
        made = []
        for _ in range(2):
            one = t.build_uuids.submission(t.patient(), folders=1)
            t.build_uuids.put_in_folder(one, one.folder.id, one.entry.id)
            t.register(one).success()
            made.append(one)
        return made
    return t.run.data.get("two patients", make)


SPANNING = [
    ("GetDocuments", lambda a, b: [(DE + "EntryUUID", [quoted([a.entry.id, b.entry.id])])]),
    ("GetFolders", lambda a, b: [(FD + "EntryUUID", [quoted([a.folder.id, b.folder.id])])]),
    ("GetDocumentsAndAssociations",
     lambda a, b: [(DE + "EntryUUID", [quoted([a.entry.id, b.entry.id])])]),
    ("GetSubmissionSets", lambda a, b: [("$uuid", [quoted([a.entry.id, b.entry.id])])]),
]


def _spanning(query, parameters):
    def run(t):
        first, second = two_patients(t)
        given = parameters(first, second)
        t.query(query, given).failure("XDSResultNotSinglePatient")
        refs = t.query(query, given, "ObjectRef").success()
        true(len(refs.ids("refs")) >= 2, "references for both patients", refs.ids())
    return run


for _query, _parameters in SPANNING:
    add(f"xds/iti-18/single-patient/{_query}",
        f"{_query} across patients: refused as objects, given as references (12368)",
        "ITI TF-2 3.18.4.1.2.3.8", _spanning(_query, _parameters))


@case("xds/iti-18/single-patient/reference-to-another-patient",
      "a set that refers to another patient's entry: nothing comes under the wrong patient",
      "ITI TF-2 3.18.4.1.2.3.8; TF-3 4.2.2.1")
def _reference_spans(t):
    first, other = (t.build_uuids.submission(t.patient()) for _ in range(2))
    t.register(first).success()
    other.associations.append(
        t.build_uuids.link(HAS_MEMBER, other.set.id, first.entry.id, "Reference"))
    t.register(other).success()
    for query, given in (("GetSubmissionSetAndContents",
                          [("$XDSSubmissionSetEntryUUID", [f"'{other.set.id}'"])]),
                         ("GetSubmissionSets", [("$uuid", [quoted([first.entry.id])])])):
        # Who sees both patients is refused; who sees one is told of that one.
        found = t.query(query, given)
        if found.status != "Success":
            found.failure("XDSResultNotSinglePatient")
        both = {made.id: made for one in (first, other) for made in (one.entry, one.set)}
        shown = {o.get("id") for o in found.entries() + found.sets()}
        equal(len({both[i].identifier("patientId") for i in shown}) <= 1, True,
              f"patients of {query}")
        equal(len(t.query(query, given, "ObjectRef").success().ids("refs")) >= 1, True,
              "references")


@case("xds/iti-18/single-patient/GetAssociations", "GetAssociations has no single-patient rule",
      "ITI TF-2 3.18.4.1.2.3.8")
def _associations_span(t):
    first, second = two_patients(t)
    found = t.query("GetAssociations",
                    [("$uuid", [quoted([first.entry.id, second.entry.id])])]).success()
    equal(len(found.associations()), 4, "number of associations")


@case("xds/iti-18/many-ids", "a list of two hundred ids is answered", "ITI TF-2 3.18.4.1.2.3.5")
def _many(t):
    data = dataset(t)
    ids = [t.ids.uuid() for _ in range(199)] + data.pick("A")
    values = [quoted(ids[i:i + 5]) for i in range(0, len(ids), 5)]
    found = t.query("GetDocuments", [(DE + "EntryUUID", values)]).success()
    same_set(found.ids(), data.pick("A"), "entries", data.name_of)


@case("xds/iti-18/answer-names-lid-and-version", "entries and folders carry lid and version 1",
      "Metadata Update 3.42.4.1.3.6")
def _lid(t):
    data = dataset(t)
    for query, prefix, name in (("GetDocuments", DE, "A"), ("GetFolders", FD, "F1")):
        found = t.query(query, [(prefix + "EntryUUID", [quoted(data.pick(name))])]).success()
        item = found.find(data.ids[name])
        if item.get("lid") is not None:
            equal(item.get("lid"), item.get("id"), "lid of a first version")
            version = item.find("rim:VersionInfo", NS)
            if version is not None:
                equal(version.get("versionName", "1.1") in ("1", "1.1"), True,
                      "first version number")
