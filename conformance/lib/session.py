"""What a case is given: clients of the target, builders, fresh ids, and a record of it all."""
import base64
import os
import threading
from lxml import etree

from .answers import QueryAnswer, RegistryAnswer, RetrieveAnswer
from .checks import Failed, Skipped, equal, only, true
from .ebrim import Builder, strip_repository_slots
from .hl7 import MllpClient, adt
from .ids import cx
from .mtom import Dialect
from .names import ACTION, QUERY, QUERY_ID, RESPONSE_ACTION, RIM, XDSB
from .soap import DEFAULT, check_addressing, content_type, envelope, read_reply
from .tls import HttpsClient


class Recorder:
    """Collects what went over the wire for one case."""

    def __init__(self):
        self.requests, self.responses = [], []

    def sent(self, data):
        self.requests.append(bytes(data))

    def received(self, data):
        self.responses.append(bytes(data))


class Shared:
    """Things built once per run and used by many cases; a failed build fails each user."""

    def __init__(self):
        self._lock, self._made = threading.RLock(), {}

    def get(self, key, make):
        with self._lock:
            if key not in self._made:
                try:
                    self._made[key] = (make(), None)
                except (Failed, Skipped) as error:
                    self._made[key] = (None, error)
            value, error = self._made[key]
            if isinstance(error, Skipped):
                raise error
            if error is not None:
                raise Failed(f"data of this case ({key}) could not be prepared\n{error}")
            return value


class Context:
    """One case's view of the target. Clients are opened on first use and closed at the end."""

    def __init__(self, run, recorder):
        self.run, self.target, self.ids = run, run.target, run.ids
        self.recorder = recorder
        self._https, self._mllp = {}, {}
        self.build = Builder(self.ids, self.target.repository)
        self.build_uuids = Builder(self.ids, self.target.repository, uuids=True)

    def close(self):
        for client in list(self._https.values()) + list(self._mllp.values()):
            client.close()

    # Clients ----------------------------------------------------------------------------------

    def https(self, role="toolkit"):
        if role not in self._https:
            self._https[role] = HttpsClient(self.target, role, self.recorder)
        return self._https[role]

    def mllp(self, role="toolkit"):
        if role not in self._mllp:
            self._mllp[role] = MllpClient(self.target, role, self.recorder)
        return self._mllp[role]

    def lenient(self):
        """The role under which legacy samples are sent."""
        if not self.target.lenient_cert:
            raise Skipped("no-lenient-profile", "the target file names no lenient_cert")
        return self.target.lenient_cert

    def need_role(self, role):
        if not self.target.has_certificate(role):
            raise Skipped("no-second-member", f"the target file names no certificate '{role}'")
        return role

    def sample(self, name):
        """Bytes of a shared sample, which may be absent."""
        path = os.path.join(self.run.shared, "samples", name)
        if not os.path.exists(path):
            raise Skipped("no-samples", f"{name} is not under {self.run.shared}")
        with open(path, "rb") as file:
            return file.read()

    def fixture(self, name):
        path = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                            "fixtures", name)
        with open(path, "rb") as file:
            return file.read()

    # Patients ---------------------------------------------------------------------------------

    def new_patient_id(self, authority=0):
        return cx(self.ids.text("P"), self.target.authorities[authority])

    def feed(self, pid3, trigger="A01", role="toolkit", control=None, **options):
        """Sends one feed message and returns the acknowledgement."""
        control = control or self.ids.text("M")
        ids = [pid3] if isinstance(pid3, str) else pid3
        return self.mllp(role).exchange(adt(trigger, ids, control, **options))

    def patient(self, authority=0):
        """A patient the registry knows, with no documents yet."""
        made = self.new_patient_id(authority)
        self.feed(made).expect("AA")
        return made

    def member_patient(self, role):
        """A patient whom a member fed under an id of its own; returns the regional id. XDS knows only regional ids, and
        no transaction of this suite tells them: the target file names a command that does."""
        authority = self.target.member_authorities.get(role)
        if authority is None or not self.target.regional_id_command:
            raise Skipped("no-regional-id", "the target file has no regional_id_command")
        local = f"{self.ids.text('L')}^^^&{authority}&ISO"
        self.feed(local, role=role).expect("AA")
        return self.target.regional_id(local)

    def merge(self, surviving, subsumed, **options):
        return self.feed(surviving, trigger="A40", mrg1=subsumed, pv1=False, **options)

    # SOAP -------------------------------------------------------------------------------------

    def post(self, service, body, kind=None, role="toolkit", headers=None, chunks=None):
        """Any bytes to a service; the answer is taken apart but not judged."""
        return read_reply(self.post_raw(service, body, kind, role, headers, chunks))

    def post_raw(self, service, body, kind=None, role="toolkit", headers=None, chunks=None):
        sent = {"Content-Type": kind or content_type()}
        sent.update(headers or {})
        return self.https(role).request("POST", self.target.path(service), sent, body, chunks)

    def call(self, transaction, service, body, role="toolkit", action=DEFAULT, **options):
        """A simple SOAP request of a transaction, checked for addressing and schema."""
        message_id = options.pop("message_id", self.ids.uuid())
        wanted = ACTION[transaction] if action is DEFAULT else action
        data = envelope(wanted, body, to=self.target.url(self.target.path(service)),
                        message_id=message_id, **options)
        reply = self.post(service, data, content_type(wanted), role)
        return self._judge(reply, transaction, message_id)

    def call_mtom(self, transaction, service, body, documents=(), role="toolkit",
                  dialect=Dialect(), message_id=DEFAULT, chunked=False, expect_mtom=True):
        """An MTOM request; the answer must be MTOM as well (V.8: the kind of answer follows)."""
        message_id = self.ids.uuid() if message_id is DEFAULT else message_id
        root = envelope(ACTION[transaction], body, message_id=message_id,
                        to=self.target.url(self.target.path(service)))
        package = dialect.package(root.decode().encode(dialect.charset), list(documents))
        headers = dict(dialect.http_headers)
        chunks = None
        if chunked:
            chunks = [package[i:i + 1000] for i in range(0, len(package), 1000)]
        reply = self.post(service, package, dialect.content_type(), role, headers, chunks)
        if reply.fault is None and expect_mtom:
            true(reply.is_mtom, "a multipart answer to a multipart request (V.8)",
                 reply.http.header("content-type"))
        return self._judge(reply, transaction, message_id)

    def _judge(self, reply, transaction, message_id):
        if reply.fault is None:
            check_addressing(reply, RESPONSE_ACTION[transaction], message_id)
            self.run.schemas.check(reply.payload)
            if transaction not in ("ITI-39", "ITI-41", "ITI-43", "RAD-69", "RAD-75"):
                equal(reply.is_mtom, False, "multipart answer of a simple SOAP transaction")
        return reply

    # Transactions -----------------------------------------------------------------------------

    def register(self, submission, role="toolkit"):
        """ITI-42."""
        return RegistryAnswer(self.call("ITI-42", "registry", submission.write(), role))

    def provide(self, submission, role="toolkit", dialect=Dialect(), inline=(), chunked=False,
                strip=True, edit=None):
        """ITI-41. Documents whose entry id is in `inline` are sent as base64."""
        return RegistryAnswer(
            self.provide_raw(submission, role, dialect, inline, chunked, strip, edit))

    def provide_raw(self, submission, role="toolkit", dialect=Dialect(), inline=(),
                    chunked=False, strip=True, edit=None):
        if strip:
            strip_repository_slots(submission)
        body = etree.tostring(submission.write(), encoding="unicode")
        attached, elements = [], ""
        for entry_id, content in submission.documents.items():
            if entry_id in inline:
                text = base64.b64encode(content).decode()
            else:
                attached.append(content)
                text = dialect.include(len(attached))
            elements += f'<xds:Document id="{entry_id}">{text}</xds:Document>'
        body = (f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{XDSB}">{body}{elements}'
                f"</xds:ProvideAndRegisterDocumentSetRequest>")
        if edit:
            body = edit(body)
        return self.call_mtom("ITI-41", "repository", body, attached, role, dialect,
                              chunked=chunked)

    def query(self, name, parameters, return_type="LeafClass", role="toolkit", home=None,
              transaction="ITI-18", composed="true"):
        """ITI-18 or ITI-51. `parameters`: list of (slot name, list of Value texts)."""
        return QueryAnswer(self.call(transaction, "registry", self.query_body(
            name, parameters, return_type, home, composed), role))

    @staticmethod
    def query_body(name, parameters, return_type="LeafClass", home=None, composed="true"):
        request = etree.Element(f"{{{QUERY}}}AdhocQueryRequest",
                                nsmap={"query": QUERY, "rim": RIM})
        option = etree.SubElement(request, f"{{{QUERY}}}ResponseOption")
        option.set("returnComposedObjects", composed)
        if return_type is not None:
            option.set("returnType", return_type)
        adhoc = etree.SubElement(request, f"{{{RIM}}}AdhocQuery", id=QUERY_ID.get(name, name))
        if home:
            adhoc.set("home", home)
        for slot_name, values in parameters:
            made = etree.SubElement(adhoc, f"{{{RIM}}}Slot", name=slot_name)
            value_list = etree.SubElement(made, f"{{{RIM}}}ValueList")
            for value in values:
                etree.SubElement(value_list, f"{{{RIM}}}Value").text = value
        return request

    @staticmethod
    def retrieve_body(wanted):
        body = f'<xds:RetrieveDocumentSetRequest xmlns:xds="{XDSB}">'
        for item in wanted:
            home, repository, unique_id = item if len(item) == 3 else (None, *item)
            body += "<xds:DocumentRequest>"
            if home:
                body += f"<xds:HomeCommunityId>{home}</xds:HomeCommunityId>"
            body += (f"<xds:RepositoryUniqueId>{repository}</xds:RepositoryUniqueId>"
                     f"<xds:DocumentUniqueId>{unique_id}</xds:DocumentUniqueId>"
                     "</xds:DocumentRequest>")
        return body + "</xds:RetrieveDocumentSetRequest>"

    def retrieve(self, wanted, role="toolkit"):
        """ITI-43. `wanted`: list of ([home,] repository, unique id)."""
        return RetrieveAnswer(self.call_mtom("ITI-43", "repository", self.retrieve_body(wanted),
                                             role=role))

    def retrieve_one(self, unique_id, role="toolkit"):
        """The one document this repository holds under `unique_id`."""
        answer = self.retrieve([(self.target.repository, unique_id)], role).success()
        return only(answer.documents, "documents")

    def stored(self, patient, role="toolkit"):
        """Ids of all approved and deprecated entries of a patient."""
        return self.query("FindDocuments", [
            ("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
            ("$XDSDocumentEntryStatus", [
                "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',"
                "'urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated')"]),
        ], role=role).success()
