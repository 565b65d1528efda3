#!/usr/bin/env python3
"""demo_images.py FOLDER --patient-id ID --source OID: a made-up CT examination for the demo, with fresh UIDs at each run.

1.dcm ... 4.dcm   four slices of a phantom (ellipses), 256 x 256, 12 bits; two series
manifest.dcm      the Key Object Selection that names them (XDS-I.b); manifest.id its unique id
report.txt        what the radiologist says about it
"""
import argparse
import os
import struct
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "conformance"))
from lib.dicom import CT, EXPLICIT, Series, Study, element, part10  # noqa: E402  pylint: disable=wrong-import-position

NAME = "SAITO^YUMIKO=斎藤^由美子=サイトウ^ユミコ"
SIZE = 256
# Centre, half axes, grey: body, spine, heart, lungs.
ELLIPSES = ((128, 128, 110, 82, 1040), (128, 190, 16, 16, 1900), (150, 122, 30, 26, 1090), (84, 118, 34, 46, 190),
            (190, 112, 26, 44, 190))

REPORT = """\
CT検査報告書  南中央病院 放射線科
検査日時 2026-11-20 09:30  部位 胸部
所見   縦隔・肺野に明らかな異常を認めません。
結論   異常所見なし。  （架空の検査です）
"""


def slice_of(number: int) -> bytes:
    """The phantom, a little smaller from slice to slice, with a scale of greys at its edge."""
    shrunk = 1.0 - 0.06 * number
    rows = []
    for y in range(SIZE):
        row = [min(16 * x, 4095) if y < 8 else 24 for x in range(SIZE)]
        for cx, cy, a, b, grey in ELLIPSES:
            rest = 1.0 - ((y - cy) / (b * shrunk)) ** 2
            if rest <= 0:
                continue
            half = a * shrunk * rest ** 0.5
            for x in range(max(0, int(cx - half)), min(SIZE, int(cx + half) + 1)):
                row[x] = grey + (x * 7 + y * 13 + number) % 9
        rows.append(struct.pack(f"<{SIZE}H", *row))
    return b"".join(rows)


def image(study: Study, series: Series, instance: str, number: int) -> bytes:
    us = lambda tag, value: element(tag, "US", struct.pack("<H", value))  # noqa: E731
    return part10(CT, instance, EXPLICIT, (
        element(0x00080005, "CS", "ISO_IR 192") + element(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL")
        + element(0x00080016, "UI", CT) + element(0x00080018, "UI", instance) + element(0x00080020, "DA", "20261120")
        + element(0x00080030, "TM", "093000") + element(0x00080050, "SH", study.accession)
        + element(0x00080060, "CS", "CT") + element(0x00081030, "LO", "CT CHEST")
        + element(0x00100010, "PN", study.name)
        + element(0x00100020, "LO", study.patient_id) + element(0x00100030, "DA", "19700101")
        + element(0x00100040, "CS", "F") + element(0x00180015, "CS", "CHEST")
        + element(0x0020000D, "UI", study.uid) + element(0x0020000E, "UI", series.uid)
        + element(0x00200011, "IS", series.uid.rsplit(".", 1)[1]) + element(0x00200013, "IS", str(number))
        + us(0x00280002, 1) + element(0x00280004, "CS", "MONOCHROME2") + us(0x00280010, SIZE) + us(0x00280011, SIZE)
        + us(0x00280100, 16) + us(0x00280101, 12) + us(0x00280102, 11) + us(0x00280103, 0)
        + element(0x00281050, "DS", "1040") + element(0x00281051, "DS", "400")
        + element(0x7FE00010, "OW", slice_of(number))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--patient-id", required=True, help="the hospital's own number")
    parser.add_argument("--source", required=True, help="repositoryUniqueId of the hospital's archive")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)

    def fresh() -> str:
        return f"2.25.{uuid.uuid4().int}"

    def write(name: str, data: bytes) -> None:
        with open(os.path.join(options.folder, name), "wb") as out:
            out.write(data)

    study = Study(fresh(), patient_id=options.patient_id, name=NAME, accession=uuid.uuid4().hex[:12], manifest=fresh())
    number = 0
    for series, images in enumerate((3, 1), 1):
        uid = f"2.25.{uuid.uuid4().int >> 20}.{series}"
        made = Series(uid, [f"{uid}.{i}" for i in range(1, images + 1)], options.source)
        study.series.append(made)
        for instance in made.images:
            number += 1
            write(f"{number}.dcm", image(study, made, instance, number))
            write(f"{number}.id", instance.encode())
    write("manifest.dcm", study.kos())
    write("manifest.id", study.manifest.encode())
    write("report.txt", REPORT.encode())


main()
