"""Images over HTTP: RAD-107 WADO-RS and RAD-55 WADO-URI (PS3.18 9, 10.4; toolkit ids_2018-4802, 4810)."""
import re

from lib.cases import add, case
from lib.checks import Skipped, equal, true
from lib.dicom import EXPLICIT, JPEG_BASELINE, JPEG_LOSSLESS, relabelled

from .audit import details, records
from .retrieve import compressed, hospital_study, published, whole
from .world import archive, images_of, publish, retrieve, stored, study

RS, URI = "RAD TF-3 4.107, PS3.18 10.4", "RAD TF-3 4.55, PS3.18 9"
STORED = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def get(t, path, accept=STORED, role="toolkit"):
    archive(t)
    headers = {"Accept": accept} if accept is not None else {}
    return t.https(role).request("GET", t.target.path("xds-i") + path, headers)


def below(made, series=None, instance=None):
    path = f"/studies/{made.uid}"
    if series:
        path += f"/series/{series}"
    return path + (f"/instances/{instance}" if instance else "")


def parts(reply):
    """The objects of a package, each with the transfer syntax that its part names."""
    kind = reply.header("content-type")
    true(kind.startswith("multipart/related") and 'type="application/dicom"' in kind, "a package of DICOM files", kind)
    boundary = re.search(r'boundary="?([^";]+)"?', kind).group(1).encode()
    true(reply.body.endswith(b"--" + boundary + b"--\r\n"), "a closing delimiter", reply.body[-80:])
    out = []
    for piece in reply.body.split(b"--" + boundary + b"\r\n")[1:]:
        head, data = piece.split(b"\r\n\r\n", 1)
        end = data.rfind(b"\r\n--" + boundary)
        data = data[:end] if end >= 0 else data[:-2]
        out.append((re.search(rb"transfer-syntax=([0-9.]+)", head).group(1).decode(), data))
    return out


def objects(reply, status=200):
    equal(reply.status, status, "HTTP status")
    return sorted(data for _, data in parts(reply))


@case("xdsi/rad-107/study", "every image of a study", RS)
def _study(t):
    made, files = whole(t)
    equal(objects(get(t, below(made))), sorted(files.values()), "images")


@case("xdsi/rad-107/series", "every image of a series", RS)
def _series(t):
    made, files = whole(t)
    one = made.series[1]
    equal(objects(get(t, below(made, one.uid))), sorted(files[i] for i in one.images), "images")


@case("xdsi/rad-107/instance", "one image, in a package or as it is", RS)
def _instance(t):
    made, files = whole(t)
    one = images_of(made)[0]
    path = below(made, one.series, one.instance)
    equal(objects(get(t, path)), [files[one.instance]], "image")
    plain = get(t, path, "application/dicom")
    equal((plain.status, plain.header("content-type").split(";")[0], plain.body),
          (200, "application/dicom", files[one.instance]), "image")


@case("xdsi/rad-107/transfer-syntax", "explicit little endian where nothing is said; what is asked for; as stored", RS)
def _syntax(t):
    made, files = compressed(t)
    path = below(made)
    equal(objects(get(t, path)), sorted(files.values()), "as stored")
    plain = sorted(relabelled(data, EXPLICIT) for data in files.values())
    for accept in (None, "*/*", 'multipart/related; type="application/dicom"'):
        equal(objects(get(t, path, accept)), plain, f"Accept: {accept}")
    only = get(t, path, f'multipart/related; type="application/dicom"; transfer-syntax={JPEG_LOSSLESS}')
    # The one that is stored with loss cannot become lossless.
    equal([syntax for syntax, _ in parts(only)], [JPEG_LOSSLESS], "transfer syntaxes")
    equal(only.status, 206, "HTTP status of an answer that is not whole")
    lossy = below(made, made.series[0].uid, made.series[0].images[0])
    equal(get(t, lossy, f'multipart/related; type="application/dicom"; transfer-syntax={JPEG_BASELINE}').status, 406,
          "HTTP status of a lossy wish")


def refused(case_id, purpose, path, status, accept=STORED):
    def run(t):
        made, _ = whole(t)
        equal(get(t, path(t, made), accept).status, status, "HTTP status")
    add(f"xdsi/rad-107/{case_id}", purpose, RS, run)


refused("unknown-study", "404", lambda t, m: f"/studies/{t.ids.oid()}", 404)
refused("wrong-series", "404", lambda t, m: below(m, m.series[1].uid, m.series[0].images[0]), 404)
refused("wrong-instance", "404", lambda t, m: below(m, m.series[0].uid, t.ids.oid()), 404)
refused("no-uid", "404", lambda t, m: "/studies/1.02", 404)
refused("empty", "404", lambda t, m: "/studies//series/" + m.series[0].uid, 404)
refused("no-such-resource", "404", lambda t, m: below(m) + "/rendered", 404)
refused("not-acceptable", "406", lambda t, m: below(m), 406, "image/jpeg")
refused("bad-accept", "400", lambda t, m: below(m), 400, 'multipart/related; transfer-syntax="x"')


@case("xdsi/rad-107/partial", "206 with what there is when an image is missing; 503 when nothing is to be had now", RS)
def _partial(t):
    made, files = published(t, (2,))
    lost, there = made.series[0].images
    archive(t).modes[lost] = "http-404"
    equal(objects(get(t, below(made)), 206), [files[there]], "images")
    archive(t).modes[lost] = "http-503"
    equal(get(t, below(made, made.series[0].uid, lost), "application/dicom").status, 503, "HTTP status")


@case("xdsi/rad-107/consent", "hidden is told like absent", "agreement: opt-in")
def _consent(t):
    if not t.target.consent_command:
        raise Skipped("no-consent-command", "the target file names no consent_command")
    patient, made, files = hospital_study(t)
    t.need_role("clinic")
    absent = get(t, f"/studies/{t.ids.oid()}", role="clinic")
    hidden = get(t, below(made), role="clinic")
    equal((hidden.status, hidden.body), (absent.status, absent.body), "hidden and absent")
    equal(hidden.status, 404, "HTTP status")
    equal(archive(t).times(made.series[0].images[0]), 0, "questions to the archive")
    t.target.consent("grant", patient)
    equal(objects(get(t, below(made), role="clinic")), sorted(files.values()), "images with consent")


@case("xdsi/rad-107/by-manifest", "what lies in the archive and in no manifest is not there", "region rule: by manifest only")
def _by_manifest(t):
    patient, made = t.patient(), study(t, (2,))
    files = stored(t, made)
    kept = made.series[0].images.pop()
    publish(t, patient, made)
    equal(objects(get(t, below(made))), [files[made.series[0].images[0]]], "images")
    equal(get(t, below(made, made.series[0].uid, kept)).status, 404, "HTTP status")


@case("xdsi/rad-107/audit", "110104, study and images", "RAD TF-3 5.1")
def _audit(t):
    patient = t.patient()
    made, _ = published(t, (2,), patient=patient)
    objects(get(t, below(made)))
    record, = records(t, patient, "RAD-107", 1)
    equal((record["event_id"], record["outcome"]), ("110104", 0), "event and outcome")
    said = details(record)
    for one in images_of(made):
        true(("ihe:DocumentUniqueId", one.instance) in said, f"image {one.instance}", said)


@case("xdsi/rad-107/methods", "anything but GET is refused", "RFC 9110 15.5.6")
def _methods(t):
    made, _ = whole(t)
    for method in ("POST", "DELETE", "PUT"):
        reply = t.https().request(method, t.target.path("xds-i") + below(made), {"Accept": STORED})
        equal(reply.status, 405, f"HTTP status of {method}")


# RAD-55 ---------------------------------------------------------------------------------------


def query(one, **changes):
    values = {"requestType": "WADO", "studyUID": one.study, "seriesUID": one.series, "objectUID": one.instance,
              "contentType": "application%2Fdicom"}
    values.update(changes)
    return "?" + "&".join(f"{k}={v}" for k, v in values.items() if v is not None)


@case("xdsi/rad-55/image", "the image as it is (4802)", URI)
def _uri(t):
    made, files = whole(t)
    for one in images_of(made):
        reply = get(t, query(one), "application/dicom")
        equal((reply.status, reply.header("content-type").split(";")[0], reply.body),
              (200, "application/dicom", files[one.instance]), "image")


@case("xdsi/rad-55/transfer-syntax", "explicit little endian where nothing is said, else what is asked for", URI)
def _uri_syntax(t):
    made, files = compressed(t)
    one = images_of(made)[0]
    equal(get(t, query(one), "*/*").body, relabelled(files[one.instance], EXPLICIT), "image")
    equal(get(t, query(one, transferSyntax=JPEG_LOSSLESS), "*/*").body, files[one.instance], "image")
    equal(get(t, query(one, transferSyntax=JPEG_BASELINE), "*/*").status, 406, "HTTP status")


def wrong(case_id, purpose, status, accept="*/*", **changes):
    def run(t):
        made, _ = whole(t)
        one = images_of(made)[0]
        given = {k: v(t, made) if callable(v) else v for k, v in changes.items()}
        equal(get(t, query(one, **given), accept).status, status, "HTTP status")
    add(f"xdsi/rad-55/{case_id}", purpose, URI, run)


wrong("unknown-object", "4810-1", 404, objectUID=lambda t, m: t.ids.oid())
wrong("wrong-series", "4810-2", 404, seriesUID=lambda t, m: m.series[1].uid)
wrong("wrong-study", "4810-3", 404, studyUID=lambda t, m: t.ids.oid())
wrong("empty-study", "4810-4", 404, studyUID="")
wrong("empty-series", "4810-5", 404, seriesUID="")
wrong("empty-both", "4810-6", 404, studyUID="", seriesUID="")
wrong("no-object", "a parameter that is missing", 400, objectUID=None)
wrong("no-content-type", "a parameter that is missing", 400, contentType=None)
wrong("no-request-type", "a parameter that is missing", 400, requestType=None)
wrong("other-request-type", "another service", 400, requestType="wado")
wrong("no-accept", "no Accept header", 400, accept=None)
wrong("other-content-type", "a content type that is not had", 406, contentType="video/mpeg")
wrong("accept-excludes", "an Accept header that excludes it", 406, accept="image/jpeg")
wrong("anonymize", "what would change the object", 406, anonymize="yes")


@case("xdsi/rad-55/and-soap", "SOAP and WSDL at the same path", "ITI TF-2 V.3")
def _and_soap(t):
    made, files = whole(t)
    equal(retrieve(t, images_of(made)).success().files(), files, "images")
    reply = t.https().request("GET", t.target.path("xds-i") + "?wsdl", {})
    equal(reply.status, 200, "HTTP status of ?wsdl")
    true(b"RetrieveImagingDocumentSet" in reply.body, "a WSDL of RAD-69", reply.body[:200])
