"""Benchmark of the imaging document source: a study fetched with RAD-69, against the same study read from the archive behind it
(Orthanc) over WADO-RS directly. Both readers are the same few lines, which throw away what they read."""
import base64
import glob
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "conformance"))
from lib.dicom import EXPLICIT, Series, Study  # noqa: E402  pylint: disable=wrong-import-position

from communities import tls  # noqa: E402
from machine import BENCH, PKI, PORT, TOP, Failed, Node, command  # noqa: E402

SOURCE = "2.999.77.30"
IMAGE_OCTETS = 512 * 1024  # a slice of a CT: 512 x 512, 16 bits
BUFFER = bytearray(1 << 20)
DOCUMENT = ("<d:DocumentRequest><d:RepositoryUniqueId>{source}</d:RepositoryUniqueId><d:DocumentUniqueId>{instance}"
            "</d:DocumentUniqueId></d:DocumentRequest>")
ENVELOPE = """\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
<a:Action s:mustUnderstand="1">urn:ihe:rad:2009:RetrieveImagingDocumentSet</a:Action><a:MessageID>urn:uuid:{message}</a:MessageID>
<a:To>https://localhost/</a:To></s:Header><s:Body>
<r:RetrieveImagingDocumentSetRequest xmlns:r="urn:ihe:rad:xdsi-b:2009" xmlns:d="urn:ihe:iti:xds-b:2007">
<r:StudyRequest studyInstanceUID="{study}"><r:SeriesRequest seriesInstanceUID="{series}">{documents}</r:SeriesRequest>
</r:StudyRequest><r:TransferSyntaxUIDList><r:TransferSyntaxUID>{syntax}</r:TransferSyntaxUID></r:TransferSyntaxUIDList>
</r:RetrieveImagingDocumentSetRequest></s:Body></s:Envelope>"""
BOUNDARY = "BenchBoundary"


def drained(answer):
    """(octets, the first of them)"""
    first, total = b"", 0
    while count := answer.readinto(BUFFER):
        first = first or bytes(BUFFER[:min(count, 4000)])
        total += count
    return total, first


class Archive:
    """Orthanc in a folder of its own; nothing stays from run to run."""
    PORT = PORT + 9

    def __init__(self):
        self.folder = os.path.join(BENCH, "pacs")
        root = next((r for r in (os.path.join(TOP, "var/tools/peers"), "") if os.path.exists(f"{r}/usr/sbin/Orthanc")), None)
        plugins = [] if root is None else [p for pattern in ("usr/share/orthanc/plugins/libOrthancDicomWeb.so",
                                                             "usr/lib/orthanc/libOrthancDicomWeb.so.*")
                                           for p in glob.glob(f"{root}/{pattern}") if os.path.exists(p)]
        if not plugins:
            raise Failed("no Orthanc with its DICOMweb plugin on this machine (./dev test unpacks one)")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(os.path.join(self.folder, "db"))
        config = {"Name": "BENCH", "StorageDirectory": f"{self.folder}/db", "IndexDirectory": f"{self.folder}/db",
                  "Plugins": plugins[:1], "HttpPort": self.PORT, "RemoteAccessAllowed": False,
                  "AuthenticationEnabled": False, "DicomServerEnabled": False,
                  "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}}
        with open(f"{self.folder}/orthanc.json", "w", encoding="utf-8") as file:
            json.dump(config, file)
        # Unpacked with the program, or installed with the library.
        words = "/usr/share/libdcmtk17/dicom.dic"
        environment = dict(os.environ, DCMDICTPATH=root + words if os.path.exists(root + words) else words, LD_LIBRARY_PATH=":".join(
            glob.glob(f"{root}/usr/lib/*-linux-*") + glob.glob(f"{root}/lib/*-linux-*")))
        with open(f"{self.folder}/log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([f"{root}/usr/sbin/Orthanc", f"{self.folder}/orthanc.json"], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=environment)
        for _ in range(200):
            try:
                self.ask("GET", "/system")
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise Failed(f"Orthanc did not start: see {self.folder}/log")

    def ask(self, method, path, body=None, headers=None):
        line = http.client.HTTPConnection("127.0.0.1", self.PORT, timeout=60)
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        got = drained(answer)
        if answer.status != 200:
            raise Failed(f"Orthanc: {path}: HTTP {answer.status}: {got[1][:300]!r}")
        return got

    def store(self, study):
        for series in study.series:
            for instance in series.images:
                self.ask("POST", "/instances", study.image(series, instance, pixels=IMAGE_OCTETS))

    def read(self, study):
        """Octets of the whole study, as it is stored."""
        return self.ask("GET", f"/dicom-web/studies/{study.uid}",
                        headers={"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'})[0]

    def stop(self):
        self.process.kill()
        self.process.wait()


class Source(Node):
    """A node in front of the archive, with nothing but a manifest in its registry."""

    def __init__(self):
        super().__init__(0, 0, "images")

    def fill(self):
        pass

    def make_region(self, *more):
        super().make_region("--set", "imaging.sources=sources.yaml", *more)
        with open(os.path.join(self.folder, "sources.yaml"), "w", encoding="utf-8") as file:
            file.write(f"sources:\n  - {{id: {SOURCE}, member: toolkit, timeout: 60, connections: 4,\n"
                       f"     dicomweb: \"http://127.0.0.1:{Archive.PORT}/dicom-web\"}}\n")

    def client(self, verb, *options):
        return command(self.binary(), verb, "--cert", f"{PKI}/toolkit.crt", "--key", f"{PKI}/toolkit.key", "--ca",
                       f"{PKI}/ca.crt", *options)

    def publish(self, study):
        patient = f"BENCH{uuid.uuid4().hex[:12]}^^^&2.999.1.1.1&ISO"
        self.client("feed", "--patient", patient, "--mllp", f"localhost:{PORT + 1}")
        manifest = os.path.join(self.folder, "manifest.dcm")
        with open(manifest, "wb") as file:
            file.write(study.kos())
        self.client("submit", "--url", f"https://localhost:{PORT}/xds/repository", "--file", manifest, "--patient", patient,
                    "--source-patient", f"{study.patient_id}^^^&2.999.77.1&ISO", "--source-id", "2.999.1.1.91.1", "--mime",
                    "application/dicom", "--unique-id", study.manifest, "--format",
                    "1.2.840.10008.5.1.4.1.1.88.59^^1.2.840.10008.2.6.1^^Key Object Selection Document")


class Images:
    """Mixed into Bench."""

    def rad_69(self):
        """Octets a second of a whole CT examination, images and all that is round them."""
        self.stop_node()
        count = 50 if self.options.quick else 300
        uid = f"2.25.{uuid.uuid4().int}"
        study = Study(uid, manifest=f"2.25.{uuid.uuid4().int}")
        study.series.append(Series(f"{uid[:50]}.1", [f"{uid[:50]}.1.{i}" for i in range(1, count + 1)], SOURCE))
        archive, node = Archive(), Source()
        try:
            archive.store(study)
            node.prepare()
            node.start()
            node.publish(study)
            documents = "".join(DOCUMENT.format(source=SOURCE, instance=i) for i in study.series[0].images)
            kind, body = self._package(ENVELOPE.format(message=uuid.uuid4(), study=study.uid, series=study.series[0].uid,
                                                       documents=documents, syntax=EXPLICIT))
            least = count * IMAGE_OCTETS

            def ours():
                line = http.client.HTTPSConnection("localhost", PORT, context=tls("toolkit"), timeout=300)
                began = time.perf_counter()
                line.request("POST", "/xds-i/source", body, {"Content-Type": kind})
                answer = line.getresponse()
                begun = time.perf_counter() - began  # by then every image has come and is staged
                octets, first = drained(answer)
                took = time.perf_counter() - began
                line.close()
                if answer.status != 200 or octets < least or b"ResponseStatusType:Success" not in first:
                    raise Failed(f"RAD-69: HTTP {answer.status}, {octets} octets: {first[:600]!r}")
                return {"per_second": octets / took / 1e6, "seconds": round(took, 3), "first_octet_s": round(begun, 3)}

            def directly():
                began = time.perf_counter()
                octets = archive.read(study)
                if octets < least:
                    raise Failed(f"Orthanc delivered {octets} octets")
                return octets / (time.perf_counter() - began) / 1e6

            ours(), directly()
            self.report.add("rad-69", self.pair_up("rad-69", ours, directly), "MB/s",
                            "WADO-RS of the study at Orthanc, plain HTTP", 0.70, images=count, image_octets=IMAGE_OCTETS,
                            staged="sealed", connections_to_archive=4)
        finally:
            node.stop()
            archive.stop()

    @staticmethod
    def _package(envelope):
        root = f"root.{base64.b16encode(os.urandom(8)).decode().lower()}@bench"
        kind = (f'multipart/related; type="application/xop+xml"; start="<{root}>"; start-info="application/soap+xml"; '
                f'boundary="{BOUNDARY}"')
        head = ('Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
                f"Content-Transfer-Encoding: binary\r\nContent-ID: <{root}>\r\n\r\n")
        return kind, f"--{BOUNDARY}\r\n{head}{envelope}\r\n--{BOUNDARY}--\r\n".encode()
