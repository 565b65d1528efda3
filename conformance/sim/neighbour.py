#!/usr/bin/python3
"""A responding gateway that misbehaves on request. See README.md beside this file."""
import argparse
import copy
import hashlib
import http.client
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.dont_write_bytecode = True

from lxml import etree  # noqa: E402

from lib.dicom import top_level  # noqa: E402
from lib.ebrim import Builder  # noqa: E402
from lib.ids import Ids  # noqa: E402
from lib.mtom import Dialect, parse_mtom  # noqa: E402
from lib.names import APPROVED, NS, OBJECT_TYPE, RIM, SEVERITY, STATUS_URN, WSA, XDSB  # noqa: E402
from lib.soap import envelope  # noqa: E402
from sim import discovery  # noqa: E402

SOAP_TYPE = "application/soap+xml; charset=UTF-8"


def parse(data):
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def number_of(text):
    """A foreseeable UUID number for a text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:30], 16)


class Documents:
    """Two documents for each patient, the same whenever they are asked for."""

    def __init__(self, home, repository, folder=None):
        self.home, self.repository, self.folder = home, repository, folder
        self.made = {}

    def file(self, name):
        """An image by its SOP Instance UID, or the manifest; nothing when there is none."""
        try:
            with open(os.path.join(self.folder or "", os.path.basename(name)), "rb") as file:
                return file.read()
        except OSError:
            return None

    def manifest(self):
        """(unique id, octets) of the manifest that each patient has besides; nothing where there is none."""
        data = self.file("manifest") if self.folder else None
        return (top_level(data)[0x00080018], data) if data else None

    def unique_id(self, patient, number):
        return f"2.25.{number_of(f'{self.home} {patient} {number}')}"

    def entry(self, patient, number):
        if (patient, number) not in self.made:
            self.made[patient, number] = self.make(patient, number)
        return copy.deepcopy(self.made[patient, number])

    def make(self, patient, number):
        builder = Builder(Ids(), self.repository, uuids=True)
        made = builder.submission(patient, (self.content(self.unique_id(patient, number)),))
        made.entry.identifiers["XDSDocumentEntry.uniqueId"] = self.unique_id(patient, number)
        if number == "manifest":
            made.entry.identifiers["XDSDocumentEntry.uniqueId"] = self.manifest()[0]
            made.entry.attributes["mimeType"] = "application/dicom"
        written = made.write().find(f".//{{{RIM}}}ExtrinsicObject")
        written.set("home", self.home)
        written.set("status", APPROVED)
        fixed = f"{number_of(f'uuid {self.home} {patient} {number}'):032x}"[:32]
        fixed = "urn:uuid:" + "-".join((fixed[:8], fixed[8:12], "4" + fixed[13:16], "8" + fixed[17:20], fixed[20:]))
        own = written.get("id")
        for element in written.iter():
            for name in ("id", "lid", "classifiedObject", "registryObject"):
                if element.get(name) == own:
                    element.set(name, fixed)
            if element is not written and element.tag in (f"{{{RIM}}}Classification", f"{{{RIM}}}ExternalIdentifier"):
                element.set("objectType", OBJECT_TYPE + etree.QName(element).localname)
        return written

    @staticmethod
    def content(unique_id):
        return f"document {unique_id}".encode()


def error_list(code, context="on request"):
    return (f'<rs:RegistryErrorList><rs:RegistryError errorCode="{code}" codeContext="{context}" '
            f'severity="{SEVERITY}Error" location="elsewhere"/></rs:RegistryErrorList>')


def query_answer(status, objects, errors=""):
    body = "".join(etree.tostring(o, encoding="unicode") for o in objects)
    return (f'<q:AdhocQueryResponse xmlns:q="{NS["query"]}" xmlns:rs="{NS["rs"]}" status="{STATUS_URN[status]}">'
            f'{errors}<rim:RegistryObjectList xmlns:rim="{RIM}">{body}</rim:RegistryObjectList></q:AdhocQueryResponse>')


def as_references(objects):
    out = []
    for item in objects:
        made = etree.Element(f"{{{RIM}}}ObjectRef", id=item.get("id"))
        if item.get("home"):
            made.set("home", item.get("home"))
        out.append(made)
    return out


class Neighbour(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out in two pieces
    options = documents = None
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def mode(self, line=0):
        """The first line of the file is about documents, the second about who somebody is."""
        try:
            with open(self.options.mode_file, encoding="utf-8") as file:
                return file.read().splitlines()[line].split() or ["good"]
        except (OSError, IndexError):
            return ["good"]

    def note(self, action, patient, asserted):
        if not self.options.log:
            return
        with self.lock, open(self.options.log, "a", encoding="utf-8") as file:
            file.write(f"{action} {patient or '-'} {'assertion' if asserted else '-'}\n")

    def do_POST(self):  # noqa: N802 - the name is http.server's
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        mode, mtom = self.mode(), kind.startswith("multipart")
        root = parse(parse_mtom(kind, data).root if mtom else data)
        self.message_id = root.findtext(f".//{{{WSA}}}MessageID")
        self.action = root.findtext(f".//{{{WSA}}}Action")
        self.reply_to = root.findtext(f".//{{{WSA}}}ReplyTo/{{{WSA}}}Address") or ""
        if not self.reply_to.startswith("https:"):
            self.reply_to = ""
        asserted = root.find(".//{urn:oasis:names:tc:SAML:2.0:assertion}Assertion") is not None
        body = root.find("s:Body", NS)[0]
        locates = self.action.endswith("PatientLocationQuery")
        discovers = self.action.endswith("CrossGatewayPatientDiscovery") or locates
        if discovers:
            mode = self.mode(1)
        if mode[0] == "hang" or (locates and mode[0] == "hang-location"):
            self.note("discovery" if discovers else self.action, "", asserted)
            time.sleep(600)
            return
        if mode[0] == "close":
            self.close_connection = True
            return
        if mode[0] == "slow":
            time.sleep(float(mode[1]))
        if mode[0] == "http-500":
            self.reply(500, "text/plain", b"no")
            return
        if mode[0] == "garbage":
            self.reply(200, SOAP_TYPE, os.urandom(2000))
            return
        if locates:
            patient, text = discovery.locations(body, mode)
            self.note("location", patient, asserted)
            self.reply(200, SOAP_TYPE, self.sealed(text, mode))
        elif discovers:
            self.discover(body, mode, asserted)
        elif self.action.endswith("Retrieve"):
            self.note(self.action, "", asserted)
            self.retrieve(body, mode)
        elif self.action.endswith("ImagingDocumentSet"):
            self.note(self.action, str(sum(1 for _ in body.iter(f"{{{XDSB}}}DocumentRequest"))), asserted)
            self.retrieve(body, mode)
        else:
            self.query(body, mode, asserted)

    def discover(self, body, mode, asserted):
        question = discovery.Question(body)
        self.note("discovery", question.summary(), asserted)
        text, headers = discovery.answer(question, mode, self.options.home.removeprefix("urn:oid:"))
        self.reply(200, SOAP_TYPE, self.sealed(text, mode, headers))

    # Answers ----------------------------------------------------------------------------------

    def query(self, body, mode, asserted):
        patient = None
        for slot in body.iter(f"{{{RIM}}}Slot"):
            if slot.get("name", "").endswith(("PatientId", "patientId")):
                patient = re.sub(r"^[('\s]+|['\s)]+$", "", slot.findtext(".//{*}Value") or "")
        self.note(self.action, patient, asserted)
        numbers = (1, 2, "manifest") if self.documents.manifest() else (1, 2)
        objects = [self.documents.entry(patient, n) for n in numbers] if patient else []
        if mode[0] == "no-home":
            del objects[0].attrib["home"]
        elif mode[0] == "lying-home":
            objects[0].set("home", mode[1])
        elif mode[0] == "other-patient":
            objects[0] = self.documents.entry("OTHER^^^&2.999.1.2.1&ISO", 1)
        elif mode[0] == "broken-schema":
            etree.SubElement(objects[0], f"{{{RIM}}}Nonsense")
        if 'returnType="ObjectRef"' in etree.tostring(body, encoding="unicode"):
            objects = as_references(objects)
        text = query_answer("Success", objects)
        if mode[0] == "partial":
            text = query_answer("PartialSuccess", objects, error_list(mode[1]))
        if mode[0] == "failure":
            text = query_answer("Failure", [], error_list(mode[1]))
        self.send_soap(text, mode)

    def content(self, unique_id, mode):
        """(octets, type); nothing when there is no such document or image."""
        if self.action.endswith("ImagingDocumentSet"):
            if mode[0] == "instead":
                unique_id = mode[1]
            data = None if mode[0] == "without" and unique_id == mode[1] else self.documents.file(unique_id)
            return data and (data, "application/dicom")
        if mode[0] == "without" and unique_id == mode[1]:
            return None
        manifest = self.documents.manifest()
        if manifest and unique_id == manifest[0]:
            return manifest[1], "application/dicom"
        return (self.documents.content(unique_id), "text/plain") if unique_id.startswith("2.25.") else None

    def retrieve(self, body, mode):
        out, contents, errors = "", [], ""
        home = {"no-home": "", "lying-home": mode[-1]}.get(mode[0], self.options.home)
        home = home and f"<x:HomeCommunityId>{home}</x:HomeCommunityId>"
        for wanted in body.iter(f"{{{XDSB}}}DocumentRequest"):
            if mode[0] == "failure":
                errors = error_list(mode[1])
                break
            unique_id = wanted.findtext("xds:DocumentUniqueId", None, NS)
            found = self.content(unique_id, mode)
            if not found:
                errors += error_list("XDSDocumentUniqueIdError", unique_id)
                continue
            contents.append(found[0])
            named = f"{unique_id}.99" if mode[0] == "unasked" else unique_id
            made = f"<x:NewDocumentUniqueId>{unique_id}.7</x:NewDocumentUniqueId>" if mode[0] == "on-demand" else ""
            out += (f"<x:DocumentResponse>{home}<x:RepositoryUniqueId>"
                    f"{wanted.findtext('xds:RepositoryUniqueId', None, NS)}</x:RepositoryUniqueId>"
                    f"<x:DocumentUniqueId>{named}</x:DocumentUniqueId>{made}<x:mimeType>{found[1]}</x:mimeType>"
                    f"<x:Document>{Dialect().include(len(contents))}</x:Document></x:DocumentResponse>")
        errors = re.sub(r"</rs:RegistryErrorList><rs:RegistryErrorList>", "", errors)
        status = "Success" if not errors else "PartialSuccess" if out else "Failure"
        text = (f'<x:RetrieveDocumentSetResponse xmlns:x="{XDSB}" xmlns:rs="{NS["rs"]}"><rs:RegistryResponse '
                f'status="{STATUS_URN[status]}">{errors}</rs:RegistryResponse>{out}</x:RetrieveDocumentSetResponse>')
        if mode[0] in ("fault", "huge", "trickle", "reset"):
            self.send_soap(text, mode)
            return
        dialect = Dialect()
        self.reply(200, dialect.content_type(), dialect.package(self.sealed(text, mode), contents))

    def response_action(self):
        return self.action.replace("PRPA_IN201305UV02", "PRPA_IN201306UV02") if ":v3:" in self.action \
            else self.action + "Response"

    def sealed(self, text, mode, headers=""):
        relates = "urn:uuid:00000000-0000-4000-8000-000000000000" if mode[0] == "other-message" else self.message_id
        return envelope(self.response_action(), text, to=None, reply_to=None,
                        extra_header=f"<wsa:RelatesTo>{relates}</wsa:RelatesTo>{headers}")

    def send_soap(self, text, mode):
        if mode[0] == "fault":
            text = (f'<s:Fault xmlns:s="{NS["s"]}"><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason>'
                    '<s:Text xml:lang="en">on request</s:Text></s:Reason></s:Fault>')
            self.reply(500, SOAP_TYPE, self.sealed(text, mode))
            return
        data = self.sealed(text, mode)
        if mode[0] == "huge":
            self.huge(data, int(mode[1]) << 20)
        elif mode[0] in ("trickle", "reset"):
            self.broken(data, mode[0])
        else:
            self.reply(200, SOAP_TYPE, data)

    # Transport --------------------------------------------------------------------------------

    def head(self, status, kind, size):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def reply(self, status, kind, data):
        if self.reply_to:
            threading.Thread(target=self.reply_later, args=(kind, data, self.mode(2)), daemon=True).start()
            status, kind, data = 202, "text/plain", b""
        try:
            self.head(status, kind, len(data))
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def reply_later(self, kind, data, mode):
        """The answer on a connection of its own, as the third line of the file says."""
        if self.options.log:
            with self.lock, open(self.options.log + ".messages", "a", encoding="utf-8") as file:
                file.write(self.message_id + "\n")
        if mode[0] == "never":
            return
        if mode[0] == "late":
            time.sleep(float(mode[1]))
        if mode[0] == "unknown":
            data = data.replace(self.message_id.encode(), b"urn:uuid:00000000-0000-4000-8000-000000000001")
        url = urlsplit(self.reply_to)
        context = ssl.create_default_context(cafile=self.options.ca)
        context.load_cert_chain(self.options.certificate, self.options.key)
        for _ in range(2 if mode[0] == "twice" else 1):
            line = http.client.HTTPSConnection(url.hostname, url.port, context=context, timeout=20)
            line.request("POST", url.path, data, {"Content-Type": kind})
            status = line.getresponse().status
            line.close()
            if self.options.log:
                with self.lock, open(self.options.log + ".replies", "a", encoding="utf-8") as file:
                    file.write(f"{status}\n")

    def huge(self, data, size):
        """White space behind the XML declaration would be noticed late; before the end, too."""
        end = data.rindex(b"</s:Envelope>")
        blank = b" " * (1 << 16)
        try:
            self.head(200, SOAP_TYPE, len(data) + size)
            self.wfile.write(data[:end])
            for _ in range(size // len(blank)):
                self.wfile.write(blank)
            self.wfile.write(data[end:])
        except OSError:
            self.close_connection = True

    def broken(self, data, how):
        self.close_connection = True
        try:
            self.head(200, SOAP_TYPE, len(data))
            if how == "reset":
                self.wfile.write(data[:len(data) // 2])
                self.wfile.flush()
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            for octet in data:
                self.wfile.write(bytes([octet]))
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--repository", default="2.999.1.2.2")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode-file", required=True)
    parser.add_argument("--images", help="folder: images by their SOP Instance UID, and the `manifest` that names them")
    parser.add_argument("--log")
    options = parser.parse_args()
    Neighbour.options = options
    Neighbour.documents = Documents(options.home, options.repository, options.images)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    context.load_verify_locations(options.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Neighbour)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
