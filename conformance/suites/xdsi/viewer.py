"""What web viewers ask of RAD-107: metadata and single frames (PS3.18 8.7.3, 10.4.1.1.2, 10.4.1.1.6, annex F)."""
import json
import re
import struct

from lib.cases import add, case
from lib.checks import Skipped, equal, true
from lib.dicom import EXPLICIT, JPEG_BASELINE, described, element, encapsulated, sequence

from .audit import details, records
from .retrieve import hospital_study, published, whole
from .web import below, get
from .world import archive, images_of, publish, study

METADATA, FRAMES = "PS3.18 10.4.1.1.2, F.2", "PS3.18 10.4.1.1.6, 8.7.3.3"
JSON = "application/dicom+json"
OCTETS = 'multipart/related; type="application/octet-stream"'
JPEG = f'multipart/related; type="image/jpeg"; transfer-syntax={JPEG_BASELINE}'


def metadata(reply, status=200):
    """{SOP instance: data set}, each checked for what annex F says of any."""
    equal((reply.status, reply.header("content-type").split(";")[0]), (status, JSON), "status and media type")
    repeated = []

    def attributes(pairs):
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            repeated.append(names)
        return dict(pairs)

    told = json.loads(reply.body.decode("utf-8"), object_pairs_hook=attributes)
    equal(repeated, [], "names that stand twice")
    true(isinstance(told, list), "an array", type(told))
    for one in told:
        tags = list(one)
        equal(tags, sorted(tags), "attributes in ascending order (F.2.2)")
        for tag, said in one.items():
            true(re.fullmatch("[0-9A-F]{8}", tag) and not tag.endswith("0000"), "a tag that is no group length", tag)
            true(len(set(said) & {"Value", "BulkDataURI", "InlineBinary"}) <= 1, "one kind of value at most", said)
        true(not set(one.get("7FE00010", {})) & {"Value", "InlineBinary"}, "no pixels", tags)
    return {one["00080018"]["Value"][0]: one for one in told}


def parts(reply, status=200):
    """[(Content-Type, octets)] of a package of frames."""
    equal(reply.status, status, "HTTP status")
    kind = reply.header("content-type")
    true(kind.startswith("multipart/related"), "a package", kind)
    boundary = re.search(r'boundary="?([^";]+)"?', kind).group(1).encode()
    pieces = reply.body.split(b"--" + boundary)
    equal(pieces[-1], b"--\r\n", "what stands behind the last delimiter")
    out = []
    for piece in pieces[1:-1]:
        head, data = piece.split(b"\r\n\r\n", 1)
        true(data.endswith(b"\r\n"), "a line end before the delimiter", data[-8:])
        label = re.search(rb"(?im)^content-type: *([^\r]+)", head).group(1).decode()
        true(f'type="{label.split(";")[0]}"' in kind, "a package that tells what is in it", kind)
        out.append((label, data[:-2]))
    return out


def made_of(t, **options):
    """A study of one image that was written with `options`, published."""
    made = study(t)
    archive(t).store(made.image(made.series[0], made.series[0].images[0], **options))
    publish(t, t.patient(), made)
    return made, below(made, made.series[0].uid, made.series[0].images[0])


# Metadata ---------------------------------------------------------------------------------------


@case("xdsi/rad-107/metadata/resources", "of study, series and instance", METADATA)
def _resources(t):
    made, _ = whole(t)
    one = images_of(made)[0]
    for path, wanted in ((below(made), [i.instance for i in images_of(made)]),
                         (below(made, made.series[0].uid), made.series[0].images),
                         (below(made, one.series, one.instance), [one.instance])):
        told = metadata(get(t, path + "/metadata", JSON))
        equal(sorted(told), sorted(wanted), "instances")
    said = told[one.instance]
    equal({tag: said[tag] for tag in ("00080005", "00080060", "00100010", "0020000D", "0020000E")},
          {"00080005": {"vr": "CS", "Value": ["ISO_IR 192"]}, "00080060": {"vr": "CS", "Value": ["CT"]},
           "00100010": {"vr": "PN", "Value": [{"Alphabetic": made.name}]},
           "0020000D": {"vr": "UI", "Value": [made.uid]}, "0020000E": {"vr": "UI", "Value": [one.series]}}, "attributes")


@case("xdsi/rad-107/metadata/values", "numbers, binary values, sequences, empty ones", "PS3.18 F.2.3, F.2.5, F.2.7")
def _values(t):
    more = (element(0x00280030, "DS", "0.50\\\\+1e-2") + element(0x00280103, "US", struct.pack("<H", 1))
            + element(0x00280106, "SS", struct.pack("<h", -2000)) + element(0x00281050, "DS", "no number")
            + element(0x00282000, "OB", b"\1\2\3\4") + element(0x00321060, "LO", "")
            + sequence(0x00400275, [element(0x00400007, "LO", "CHEST"), b""]) + sequence(0x0040A730, []))
    made, path = made_of(t, more=more)
    said, = metadata(get(t, path + "/metadata", JSON)).values()
    equal({tag: said[tag] for tag in said if "00280000" < tag < "00500000"}, {
        "00280030": {"vr": "DS", "Value": [0.5, None, 0.01]}, "00280103": {"vr": "US", "Value": [1]},
        "00280106": {"vr": "SS", "Value": [-2000]}, "00281050": {"vr": "DS", "Value": ["no number"]},
        "00282000": {"vr": "OB", "InlineBinary": "AQIDBA=="}, "00321060": {"vr": "LO"},
        "00400275": {"vr": "SQ", "Value": [{"00400007": {"vr": "LO", "Value": ["CHEST"]}}, {}]},
        "0040A730": {"vr": "SQ"}}, "attributes")


@case("xdsi/rad-107/metadata/japanese", "UTF-8, whatever character set the image uses", "PS3.18 F.2, PS3.5 H.3")
def _japanese(t):
    # The example of PS3.5 H.3.1.
    name = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
    made, path = made_of(t, characters=("\\ISO 2022 IR 87", name))
    said, = metadata(get(t, path + "/metadata", JSON)).values()
    equal((said["00080005"]["Value"], said["00100010"]["Value"]),
          (["ISO_IR 192"], [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}]),
          "character set and name")


@case("xdsi/rad-107/metadata/bulk-data", "pixels by reference: the address gives them", "PS3.18 10.4.3.3.2, F.2.6")
def _bulk(t):
    pixels = bytes(i % 251 for i in range(3 * 2 * 4 * 2))
    made, path = made_of(t, more=described(2, 4, frames=3), pixel_data=element(0x7FE00010, "OW", pixels))
    said, = metadata(get(t, path + "/metadata", JSON)).values()
    if "BulkDataURI" not in said.get("7FE00010", {}):
        return  # left out, as all bulk data may be
    address = said["7FE00010"]["BulkDataURI"]
    base = t.target.path("xds-i")
    true(base + "/studies/" in address, "an address of this service", address)
    told = parts(get(t, address.split(base, 1)[1], OCTETS))
    equal(b"".join(data for _, data in told), pixels, "pixels")


@case("xdsi/rad-107/metadata/accept", "JSON where it is wanted or nothing is said, else 406", "PS3.18 8.7.5")
def _metadata_accept(t):
    made, _ = whole(t)
    path = below(made) + "/metadata"
    for accept in (None, "*/*", "application/*", f"text/html, {JSON};q=0.5"):
        equal(len(metadata(get(t, path, accept))), 3, f"number of instances, Accept: {accept}")
    for accept in ("image/jpeg", f"{JSON};q=0", OCTETS):
        equal(get(t, path, accept).status, 406, f"HTTP status, Accept: {accept}")


@case("xdsi/rad-107/metadata/partial", "206 with what there is; what cannot be read is an image that is missing", METADATA)
def _metadata_partial(t):
    made, _ = published(t, (3,))
    series = made.series[0]
    lost, broken, there = series.images
    archive(t).modes[lost] = "http-404"
    archive(t).store(made.image(series, broken, more=b"\0" * 16))
    equal(list(metadata(get(t, below(made) + "/metadata", JSON), 206)), [there], "instances")
    equal(get(t, below(made, series.uid, lost) + "/metadata", JSON).status, 404, "HTTP status of what is missing")
    true(get(t, below(made, series.uid, broken) + "/metadata", JSON).status >= 500, "an error for what is broken", "none")
    archive(t).modes[lost] = "http-503"
    equal(get(t, below(made, series.uid, lost) + "/metadata", JSON).status, 503, "HTTP status")


@case("xdsi/rad-107/metadata/by-manifest", "what lies in the archive and in no manifest is not told", "region rule: by manifest only")
def _metadata_by_manifest(t):
    made = study(t, (2,))
    series = made.series[0]
    for instance in series.images:
        archive(t).store(made.image(series, instance))
    kept = series.images.pop()
    publish(t, t.patient(), made)
    equal(list(metadata(get(t, below(made) + "/metadata", JSON))), series.images, "instances")
    for what in ("/metadata", "/frames/1"):
        equal(get(t, below(made, series.uid, kept) + what, "*/*").status, 404, f"HTTP status of {what}")


@case("xdsi/rad-107/metadata/consent", "hidden is told like absent", "agreement: opt-in")
def _metadata_consent(t):
    if not t.target.consent_command:
        raise Skipped("no-consent-command", "the target file names no consent_command")
    patient, made, _ = hospital_study(t)
    t.need_role("clinic")
    one = images_of(made)[0]
    for end in ("/metadata", f"/series/{one.series}/instances/{one.instance}/frames/1"):
        absent = get(t, f"/studies/{t.ids.oid()}{end}", "*/*", role="clinic")
        hidden = get(t, below(made) + end, "*/*", role="clinic")
        equal((hidden.status, hidden.body), (absent.status, absent.body), f"hidden and absent, {end}")
        equal(hidden.status, 404, "HTTP status")
    equal(archive(t).times(one.instance), 0, "questions to the archive")
    t.target.consent("grant", patient)
    equal(len(metadata(get(t, below(made) + "/metadata", JSON, role="clinic"))), len(images_of(made)),
          "number of instances with consent")


@case("xdsi/rad-107/metadata/audit", "the same record as for whole images", "RAD TF-3 5.1")
def _metadata_audit(t):
    patient = t.patient()
    made, _ = published(t, (2,), patient=patient)
    metadata(get(t, below(made) + "/metadata", JSON))
    record, = records(t, patient, "RAD-107", 1)
    equal((record["event_id"], record["outcome"]), ("110104", 0), "event and outcome")
    for one in images_of(made):
        true(("ihe:DocumentUniqueId", one.instance) in details(record), f"image {one.instance}", details(record))


# Frames -----------------------------------------------------------------------------------------


def native(t):
    """(path of an image of three frames, frames)"""
    def make():
        frames = [bytes([n]) * 16 for n in (1, 2, 3)]
        _, path = made_of(t, more=described(2, 4, frames=3), pixel_data=element(0x7FE00010, "OW", b"".join(frames)))
        return path, frames
    return t.run.data.get("native frames", make)


@case("xdsi/rad-107/frames/native", "octets of single frames, in the order asked for", FRAMES)
def _native(t):
    path, frames = native(t)
    for accept in (OCTETS, OCTETS + f"; transfer-syntax={EXPLICIT}", OCTETS + "; transfer-syntax=*", "*/*", None):
        for numbers in ((1,), (2,), (1, 3), (1, 2, 3)):
            told = parts(get(t, f"{path}/frames/{','.join(map(str, numbers))}", accept))
            equal([data for _, data in told], [frames[n - 1] for n in numbers], f"frames {numbers}, Accept: {accept}")
            equal({label.split(";")[0] for label, _ in told}, {"application/octet-stream"}, "media type")
    equal([data for _, data in parts(get(t, path + "/frames/1%2C2", OCTETS))], frames[:2], "an encoded comma")
    one = get(t, path + "/frames/2", "application/octet-stream")
    equal((one.status, one.header("content-type").split(";")[0], one.body), (200, "application/octet-stream", frames[1]),
          "a frame without a package")


def compressed_case(case_id, purpose, fragments, table, wanted, count):
    def run(t):
        _, path = made_of(t, syntax=JPEG_BASELINE, more=described(2, 4, 8, frames=count),
                          pixel_data=encapsulated(fragments, table))
        for accept in (JPEG, 'multipart/related; type="image/jpeg"; transfer-syntax=*', "*/*; transfer-syntax=*"):
            told = parts(get(t, f"{path}/frames/{','.join(str(n + 1) for n in range(count))}", accept))
            equal([data for _, data in told], wanted, f"frames, Accept: {accept}")
            for label, _ in told:
                equal(label.replace(" ", "").replace('"', ""), f"image/jpeg;transfer-syntax={JPEG_BASELINE}", "label")
        last = get(t, f"{path}/frames/{count}", f"image/jpeg; transfer-syntax={JPEG_BASELINE}")
        equal((last.status, last.body), (200, wanted[-1]), "the last one without a package")
    add(f"xdsi/rad-107/frames/compressed/{case_id}", purpose, "PS3.5 A.4, " + FRAMES, run)


compressed_case("fragment-each", "one fragment for each frame", [b"frame1", b"frame 2!"], b"", [b"frame1", b"frame 2!"], 2)
compressed_case("one-frame", "all fragments are the only frame", [b"frag", b"ment"], b"", [b"fragment"], 1)
compressed_case("offset-table", "a frame of several fragments", [b"frag", b"ment", b"second"],
                struct.pack("<II", 0, 24), [b"fragment", b"second"], 2)


@case("xdsi/rad-107/frames/compressed/extended-table", "padding is no part of a frame", "PS3.3 C.7.6.3.1.8, " + FRAMES)
def _extended(t):
    tables = (element(0x7FE00001, "OV", struct.pack("<QQ", 0, 14)) + element(0x7FE00002, "OV", struct.pack("<QQ", 5, 4)))
    _, path = made_of(t, syntax=JPEG_BASELINE, more=described(2, 4, 8, frames=2),
                      pixel_data=tables + encapsulated([b"odd-1", b"even"]))
    equal([data for _, data in parts(get(t, path + "/frames/1,2", JPEG))], [b"odd-1", b"even"], "frames")


@case("xdsi/rad-107/frames/compressed/unclear", "fragments that belong to nobody knows which frame: an error", "PS3.5 A.4")
def _unclear(t):
    _, path = made_of(t, syntax=JPEG_BASELINE, more=described(2, 4, 8, frames=2),
                      pixel_data=encapsulated([b"frag", b"ment", b"second"]))
    true(get(t, path + "/frames/1", JPEG).status >= 500, "an error", "none")


def refused_frame(case_id, purpose, frames, status, accept=OCTETS):
    def run(t):
        path, _ = native(t)
        equal(get(t, f"{path}/frames{frames}", accept).status, status, "HTTP status")
    add(f"xdsi/rad-107/frames/refused/{case_id}", purpose, FRAMES, run)


refused_frame("beyond", "404", "/4", 404)
refused_frame("some-beyond", "404", "/1,4", 404)
refused_frame("huge", "404", "/4294967297", 404)
refused_frame("zero", "frames are counted from 1", "/0", 400)
refused_frame("no-number", "400", "/x", 400)
refused_frame("empty", "400", "/1,,2", 400)
refused_frame("negative", "400", "/-1", 400)
refused_frame("twice", "400", "/1,1", 400)
refused_frame("descending", "in ascending order (PS3.18 10.1)", "/2,1", 400)
refused_frame("no-list", "404", "", 404)
refused_frame("rendered", "404", "/1/rendered", 404)
refused_frame("whole-file", "406", "/1", 406, 'multipart/related; type="application/dicom"')
refused_frame("other-image", "406", "/1", 406, "image/png")
refused_frame("several-in-one", "several frames need a package", "/1,2", 406, "application/octet-stream")
refused_frame("bad-accept", "400", "/1", 400, OCTETS + '; transfer-syntax="x"')


@case("xdsi/rad-107/frames/none", "an object without pixels has no frames", FRAMES)
def _none(t):
    _, path = made_of(t, pixel_data=b"")
    equal(get(t, path + "/frames/1", OCTETS).status, 404, "HTTP status")


@case("xdsi/rad-107/frames/audit", "the same record as for the whole image", "RAD TF-3 5.1")
def _frames_audit(t):
    patient, made = t.patient(), study(t)
    one = images_of(made)[0]
    archive(t).store(made.image(made.series[0], one.instance, more=described(1, 4, 8), pixels=4))
    publish(t, patient, made)
    equal(len(parts(get(t, below(made, one.series, one.instance) + "/frames/1", OCTETS))), 1, "number of frames")
    record, = records(t, patient, "RAD-107", 1)
    equal((record["event_id"], record["outcome"]), ("110104", 0), "event and outcome")
    true(("ihe:DocumentUniqueId", one.instance) in details(record), "the image", details(record))
