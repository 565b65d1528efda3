"""DICOM files as cases need them: key object selections and images, written and read (PS3.5, PS3.10)."""
import struct
from dataclasses import dataclass, field

KOS = "1.2.840.10008.5.1.4.1.1.88.59"
CT = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
JPEG_BASELINE, JPEG_LOSSLESS = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70"
LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}


def _tag(tag):
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF)


def element(tag, vr, value):
    """One element in explicit little endian; texts are padded to an even length."""
    if isinstance(value, str):
        value = value.encode()
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    vr = vr.encode()
    if vr in LONG:
        return _tag(tag) + vr + b"\0\0" + struct.pack("<I", len(value)) + value
    return _tag(tag) + vr + struct.pack("<H", len(value)) + value


def sequence(tag, items):
    body = b"".join(_tag(0xFFFEE000) + struct.pack("<I", len(i)) + i for i in items)
    return element(tag, "SQ", body)


def item(value):
    return _tag(0xFFFEE000) + struct.pack("<I", len(value)) + value


def encapsulated(fragments, table=b""):
    """Compressed pixel data: the offset table and the fragments, each of an even length (PS3.5 A.4)."""
    return (_tag(0x7FE00010) + b"OB\0\0" + struct.pack("<I", 0xFFFFFFFF) + item(table)
            + b"".join(item(f + b"\0" * (len(f) % 2)) for f in fragments) + _tag(0xFFFEE0DD) + bytes(4))


def described(rows, columns, bits=16, frames=None):
    """What is said about pixels before them (PS3.3 C.7.6.3, C.7.6.6)."""
    out = element(0x00280002, "US", struct.pack("<H", 1)) + element(0x00280004, "CS", "MONOCHROME2")
    if frames:
        out += element(0x00280008, "IS", str(frames))
    return (out + element(0x00280010, "US", struct.pack("<H", rows)) + element(0x00280011, "US", struct.pack("<H", columns))
            + element(0x00280100, "US", struct.pack("<H", bits)))


def part10(sop_class, sop_instance, syntax, data_set):
    meta = (element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", sop_class)
            + element(0x00020003, "UI", sop_instance) + element(0x00020010, "UI", syntax)
            + element(0x00020012, "UI", "2.25.1"))
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + data_set


@dataclass
class Series:
    uid: str
    images: list
    location: str
    sop_class: str = CT


@dataclass
class Study:
    """An examination: what its manifest says, and what its images are."""
    uid: str
    patient_id: str = "HOSP-0001"
    name: str = "YAMADA^TARO"
    accession: str = "ACC1"
    series: list = field(default_factory=list)
    title: str = "113030"
    manifest: str = ""

    def image(self, series, instance, syntax=EXPLICIT, patient_id=None, pixels=3000, more=b"", pixel_data=None,
              characters=("ISO_IR 192", None)):
        """`more`: elements before the pixels; `pixel_data`: that element, or b"" for none; `characters`: the character
        set, and the name in it."""
        if pixel_data is None:
            pixel_data = element(0x7FE00010, "OW", bytes((i * 7 + len(instance)) % 251 for i in range(pixels)))
        data = (element(0x00080005, "CS", characters[0]) + element(0x00080016, "UI", series.sop_class)
                + element(0x00080018, "UI", instance) + element(0x00080060, "CS", "CT")
                + element(0x00100010, "PN", characters[1] or self.name)
                + element(0x00100020, "LO", self.patient_id if patient_id is None else patient_id)
                + element(0x0020000D, "UI", self.uid) + element(0x0020000E, "UI", series.uid)
                + more + pixel_data)
        return part10(series.sop_class, instance, syntax, data)

    def kos(self):
        """The manifest as a file (PS3.3 A.35.4)."""
        def reference(series, instance):
            return element(0x00081150, "UI", series.sop_class) + element(0x00081155, "UI", instance)

        all_series = [element(0x00080054, "AE", "HOSPPACS")
                      + sequence(0x00081199, [reference(s, i) for i in s.images])
                      + element(0x0020000E, "UI", s.uid) + element(0x0040E011, "UI", s.location)
                      for s in self.series]
        title = (element(0x00080100, "SH", self.title) + element(0x00080102, "SH", "DCM")
                 + element(0x00080104, "LO", "Manifest"))
        data = (element(0x00080005, "CS", "ISO_IR 192") + element(0x00080016, "UI", KOS)
                + element(0x00080018, "UI", self.manifest) + element(0x00080020, "DA", "20240401")
                + element(0x00080023, "DA", "20240402") + element(0x00080030, "TM", "093000")
                + element(0x00080033, "TM", "101500") + element(0x00080050, "SH", self.accession)
                + element(0x00080060, "CS", "KO") + element(0x00080201, "SH", "+0900")
                + element(0x00081030, "LO", "CT CHEST") + element(0x00100010, "PN", self.name)
                + element(0x00100020, "LO", self.patient_id) + element(0x0020000D, "UI", self.uid)
                + element(0x0020000E, "UI", self.uid + ".100") + element(0x0040A040, "CS", "CONTAINER")
                + sequence(0x0040A043, [title]) + element(0x0040A050, "CS", "SEPARATE")
                + sequence(0x0040A375, [sequence(0x00081115, all_series)
                                        + element(0x0020000D, "UI", self.uid)]))
        return part10(KOS, self.manifest, EXPLICIT, data)


def make_study(ids, location, counts=(2,), **options):
    """A study with this number of images in each series; every UID is fresh."""
    uid = ids.oid()
    study = Study(uid, manifest=ids.oid(), **options)
    for number, images in enumerate(counts, 1):
        study.series.append(Series(f"{uid}.{number}", [f"{uid}.{number}.{i}" for i in range(1, images + 1)], location))
    return study


def top_level(data):
    """Tag -> value of a Part 10 file in explicit little endian, up to the pixels; sequences are passed over."""
    if data[128:132] != b"DICM":
        raise ValueError("no Part 10 file")
    out, at = {}, 132
    while at + 8 <= len(data):
        group, number = struct.unpack_from("<HH", data, at)
        vr = data[at + 4:at + 6]
        if vr in LONG:
            length, start = struct.unpack_from("<I", data, at + 8)[0], at + 12
        else:
            length, start = struct.unpack_from("<H", data, at + 6)[0], at + 8
        tag = group << 16 | number
        if tag >= 0x7FE00010 or length == 0xFFFFFFFF:
            break
        out[tag] = data[start:start + length].rstrip(b" \0").decode("utf-8", "replace")
        at = start + length
    return out


def relabelled(data, syntax):
    """The same object in another transfer syntax, as far as a test goes that looks at nothing but labels."""
    meta_length = struct.unpack_from("<I", data, 140)[0]
    tags = top_level(data)
    return part10(tags[0x00020002], tags[0x00020003], syntax, data[144 + meta_length:])
