"""One request in the spellings that XML and HTTP leave open, and in those that they do not (RAD TF-3 4.69, 4.107, 4.55)."""
from lib.cases import add
from lib.checks import equal
from lib.dicom import EXPLICIT
from lib.names import RAD, XDSB

from .retrieve import whole
from .web import RS, URI, below, get, objects, query
from .world import Images, archive, images_of

SECTION = "RAD TF-3 4.69.4.1.2"
LIST = f"<r:TransferSyntaxUIDList><r:TransferSyntaxUID>{EXPLICIT}</r:TransferSyntaxUID></r:TransferSyntaxUIDList>"


def document(one, home=""):
    return (f"<d:DocumentRequest>{home}<d:RepositoryUniqueId>{one.repository}</d:RepositoryUniqueId>"
            f"<d:DocumentUniqueId>{one.instance}</d:DocumentUniqueId></d:DocumentRequest>")


def series(uid, inside):
    return f'<r:SeriesRequest seriesInstanceUID="{uid}">{inside}</r:SeriesRequest>'


def study(uid, inside):
    return f'<r:StudyRequest studyInstanceUID="{uid}">{inside}</r:StudyRequest>'


def request(inside, syntaxes=LIST, more=""):
    return (f'<r:RetrieveImagingDocumentSetRequest xmlns:r="{RAD}" xmlns:d="{XDSB}"{more}>{inside}{syntaxes}'
            "</r:RetrieveImagingDocumentSetRequest>")


def nested(a, b, c):
    """Two series in one study: the plain form of the three images."""
    return study(a.study, series(a.series, document(a) + document(b)) + series(c.series, document(c)))


def default_namespaces(a, b, c):
    plain = request(nested(a, b, c)).replace(f' xmlns:r="{RAD}" xmlns:d="{XDSB}"', f' xmlns="{RAD}"')
    plain = plain.replace("<d:DocumentRequest>", f'<DocumentRequest xmlns="{XDSB}">')
    for prefix in ("r:", "d:"):
        plain = plain.replace("<" + prefix, "<").replace("</" + prefix, "</")
    return plain


def roomy(text):
    """White space round every text and attribute value."""
    return text.replace("UniqueId>", "UniqueId>\n\t ").replace("\n\t </", "</").replace('UID="', 'UID=" ').replace(
        "<r:TransferSyntaxUID>", "<r:TransferSyntaxUID> ").replace("</", " </")


RIGHT = {
    "nested": ("two series in one study", lambda a, b, c: request(nested(a, b, c))),
    "study-twice": ("a study in two StudyRequests", lambda a, b, c: request(
        study(a.study, series(a.series, document(a) + document(b))) + study(c.study, series(c.series, document(c))))),
    "series-twice": ("a series in two SeriesRequests", lambda a, b, c: request(study(a.study, series(
        a.series, document(a)) + series(c.series, document(c)) + series(b.series, document(b))))),
    "white-space": ("white space round values", lambda a, b, c: roomy(request(nested(a, b, c)))),
    "comments": ("comments and instructions", lambda a, b, c: request("<!-- a --><?b c?>" + nested(a, b, c).replace(
        "</d:DocumentUniqueId>", "<!-- d --></d:DocumentUniqueId>"))),
    "cdata": ("values in CDATA sections", lambda a, b, c: request(nested(a, b, c).replace(
        "UniqueId>1", "UniqueId><![CDATA[1]]>").replace("UniqueId>2", "UniqueId><![CDATA[2]]>"))),
    "schema-location": ("xsi:schemaLocation", lambda a, b, c: request(
        nested(a, b, c), more=' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a b.xsd"')),
    "empty-home": ("an empty HomeCommunityId is none",
                   lambda a, b, c: request(nested(a, b, c).replace("Request><d:R", "Request><d:HomeCommunityId/><d:R"))),
    "default-namespaces": ("default namespaces instead of prefixes", default_namespaces),
}
WRONG = {
    "list-first": ("the list of transfer syntaxes in front", lambda a, b, c: request("", LIST + nested(a, b, c))),
    "list-twice": ("two lists of transfer syntaxes", lambda a, b, c: request(nested(a, b, c), LIST + LIST)),
    "no-list": ("no list of transfer syntaxes", lambda a, b, c: request(nested(a, b, c), "")),
    "no-study": ("no StudyRequest", lambda a, b, c: request("")),
    "no-series": ("a StudyRequest with nothing in it", lambda a, b, c: request(study(a.study, ""))),
    "no-document": ("a SeriesRequest with nothing in it", lambda a, b, c: request(study(a.study, series(a.series, "")))),
    "no-source": ("an empty RepositoryUniqueId",
                  lambda a, b, c: request(nested(a, b, c).replace(f">{a.repository}<", "><"))),
    "no-instance": ("no DocumentUniqueId", lambda a, b, c: request(nested(a, b, c).replace(
        f"<d:DocumentUniqueId>{b.instance}</d:DocumentUniqueId>", ""))),
    "order": ("DocumentUniqueId before RepositoryUniqueId", lambda a, b, c: request(study(a.study, series(
        a.series, f"<d:DocumentRequest><d:DocumentUniqueId>{a.instance}</d:DocumentUniqueId>"
        f"<d:RepositoryUniqueId>{a.repository}</d:RepositoryUniqueId></d:DocumentRequest>")))),
}


def ask(t, text):
    archive(t)
    return Images(t.call_mtom("RAD-69", "xds-i", text))


def right(form):
    def run(t):
        made, files = whole(t)
        equal(ask(t, form(*images_of(made))).success().files(), files, "images")
    return run


def wrong(form):
    def run(t):
        made, _ = whole(t)
        equal(ask(t, form(*images_of(made))).failure("XDSRepositoryError").documents, [], "documents")
    return run


for _name, (_purpose, _form) in RIGHT.items():
    add(f"xdsi/rad-69/spelling/{_name}", _purpose, SECTION, right(_form))
for _name, (_purpose, _form) in WRONG.items():
    add(f"xdsi/rad-69/wrong/{_name}", _purpose, SECTION, wrong(_form))


def accepts(accept):
    def run(t):
        made, files = whole(t)
        equal(objects(get(t, below(made), accept)), sorted(files.values()), "images")
    return run


for _name, _accept in {
    "unquoted": "multipart/related; type=application/dicom; transfer-syntax=*",
    "capitals": 'Multipart/Related; Type="Application/DICOM"; Transfer-Syntax=*',
    "quoted-star": 'multipart/related;type="application/dicom";transfer-syntax="*"',
    "several": 'multipart/related; type="application/octet-stream", multipart/related; type="application/dicom"; '
               "transfer-syntax=*; q=0.5, */*; q=0.1",
    "bare": "multipart/related",
    "refused-form": "application/dicom;q=0, */*",
}.items():
    add(f"xdsi/rad-107/accept/{_name}", f"Accept: {_accept[:60]}", RS, accepts(_accept))


def asks(change, accept="*/*"):
    def run(t):
        made, files = whole(t)
        one = images_of(made)[0]
        reply = get(t, change(query(one)), accept)
        equal((reply.status, reply.body), (200, files[one.instance]), "image")
    return run


for _name, _purpose, _change, _accept in (
    ("order", "parameters in another order", lambda q: "?" + "&".join(reversed(q[1:].split("&"))), "*/*"),
    ("plain-slash", "contentType without percent encoding", lambda q: q.replace("%2F", "/"), "*/*"),
    ("encoded-uid", "dots of identifiers percent-encoded", lambda q: q.replace(".", "%2E"), "*/*"),
    ("capitals", "types in capitals", lambda q: q.replace("application", "Application"), "Application/DICOM"),
    ("list", "several types, one that is had", lambda q: q.replace("application%2F", "image/jpeg,application%2F"),
     "image/jpeg, application/dicom;q=0.5"),
    ("unknown", "a parameter that nobody knows", lambda q: q + "&new=1&charset=UTF-8", "*/*"),
):
    add(f"xdsi/rad-55/spelling/{_name}", _purpose, URI, asks(_change, _accept))
