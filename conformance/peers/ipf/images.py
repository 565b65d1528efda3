#!/usr/bin/python3
"""images.py FOLDER REPOSITORY PREFIX: an examination of three images in FOLDER/images, its manifest as FOLDER/manifest.dcm; prints what the
driver has to know of them as properties."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", ".."))
sys.dont_write_bytecode = True

from lib.dicom import make_study  # noqa: E402
from lib.ids import Ids  # noqa: E402


def main():
    folder, repository, prefix = sys.argv[1:]
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    study = make_study(Ids(), repository, (3,), patient_id=Ids().text("H"))
    series = study.series[0]
    for instance in series.images:
        with open(os.path.join(folder, "images", instance + ".dcm"), "wb") as file:
            file.write(study.image(series, instance))
    with open(os.path.join(folder, "manifest.dcm"), "wb") as file:
        file.write(study.kos())
    told = {"study": study.uid, "series": series.uid, "instances": " ".join(series.images), "manifest": study.manifest,
            "patient": study.patient_id, "repository": repository, "folder": os.path.abspath(folder)}
    for name, value in told.items():
        print(f"{prefix}.{name}={value}")


main()
