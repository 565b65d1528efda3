"""Patients of the hospital whose consent is told by forms (BPPC, ITI TF-3 5.1), and their documents.

A target takes part when its file has `policy`: what the forms of its agreement are called, which kinds of documents
which member may see, and how somebody breaks the glass. Nothing but ITI-8, 41, 42, 18, 43 and 51 is used to prepare.
"""
from dataclasses import dataclass

from lib.checks import Skipped
from lib.ebrim import CONFIDENTIALITY, IHE_FORMAT, Code
from lib.mtom import Dialect
from lib.names import ACTION, APND, APPROVED, DEPRECATED, RPLC
from lib.saml import TREAT, Provider, files_of, header
from lib.soap import content_type, envelope, read_reply
from suites.xds.hidden import KIND, Ids

BPPC = "urn:ihe:iti:bppc:2007"
SECTION = "agreement (rules, consent); ITI TF-1 19; TF-3 5.1"


def settings(t):
    if not t.target.policy:
        raise Skipped("no-policy", "the target file says nothing about its agreement")
    return t.target.policy


@dataclass
class Sheets:
    """Three documents of one patient: for doctors, for doctors and pharmacists, for nobody else."""
    patient: str
    local: str
    letter: Ids
    prescription: Ids
    secret: Ids

    def all(self):
        return {"letter": self.letter, "prescription": self.prescription, "secret": self.secret}


def fed(t, role="hospital"):
    """(regional id, the member's own) of a fresh patient."""
    t.need_role(role)
    authority = t.target.member_authorities.get(role)
    if authority is None or not t.target.regional_id_command:
        raise Skipped("no-regional-id", "the target file has no regional_id_command")
    local = f"{t.ids.text('L')}^^^&{authority}&ISO"
    t.feed(local, role=role).expect("AA")
    return t.target.regional_id(local), local


def published(t, patient, name, change=lambda entry: None):
    """A document of the hospital in a folder, with a reference id and an addendum."""
    made = t.build_uuids.submission(patient, (f"{name} of {patient}".encode(),), folders=1)
    t.build_uuids.put_in_folder(made, made.folder.id, made.entry.id)
    reference = f"{t.ids.text('R')}^^^&2.999.5&ISO^{KIND}"
    made.entry.slots["urn:ihe:iti:xds:2013:referenceIdList"] = [reference]
    change(made.entry)
    t.provide(made, role="hospital").success()
    addendum = t.build_uuids.submission(patient, (b"more",), relation=APND, related_to=made.entry.id)
    change(addendum.entry)
    t.provide(addendum, role="hospital").success()
    return Ids(patient, made.entry.id, made.entry.unique_id, made.set.id, made.set.unique_id,
               made.folder.id, made.folder.unique_id, reference)


def changes(t):
    """What makes an entry the one or the other sheet."""
    def for_pharmacists(entry):
        for attribute, code in settings(t)["pharmacy_kind"].items():
            entry.set_code(attribute, Code(*code))

    def for_nobody(entry):
        entry.set_code("confidentialityCode", Code("V", CONFIDENTIALITY, "very restricted"))
    return {"letter": lambda entry: None, "prescription": for_pharmacists, "secret": for_nobody}


def sheets(t):
    """A fresh patient with all three, of one submission; nothing is said yet."""
    settings(t)
    patient, local = fed(t)
    kinds = changes(t)
    made = t.build_uuids.submission(patient, [f"{name} of {patient}".encode() for name in kinds])
    for entry, change in zip(made.entries, kinds.values()):
        change(entry)
    t.provide(made, role="hospital").success()
    return Sheets(patient, local, *(
        Ids(patient, entry.id, entry.unique_id, made.set.id, made.set.unique_id, "", "", "")
        for entry in made.entries))


def sheets_in_folders(t):
    """The same, each in a submission and a folder of its own, with an addendum."""
    settings(t)
    patient, local = fed(t)
    return Sheets(patient, local, *(published(t, patient, name, change) for name, change in changes(t).items()))


def form(t, patient, policy, replaces=None):
    """A consent form as a submission: its policy, good from now on."""
    made = t.build_uuids.submission(patient, (b"a signed sheet",), relation=RPLC if replaces else None,
                                    related_to=replaces)
    entry = made.entry
    entry.set_code("formatCode", Code(BPPC, IHE_FORMAT, "BPPC"))
    entry.set_code("eventCodeList", Code(policy, settings(t)["forms"]["scheme"], "policy"))
    for slot in ("serviceStartTime", "serviceStopTime"):
        entry.slots.pop(slot, None)
    return made


def sign(t, patient, word, replaces=None, role="hospital"):
    """The patient's form arrives; `word` is grant, refuse or owner_only. The entry's id."""
    made = form(t, patient, settings(t)["forms"][word], replaces)
    t.provide(made, role=role).success()
    return made.entry.id


def known_state(t, name):
    """Patients that cases share and leave as they are: silent, granted, withdrawn."""
    def make():
        made = sheets_in_folders(t)
        if name != "silent":
            first = sign(t, made.patient, "grant")
            if name == "withdrawn":
                sign(t, made.patient, "refuse", first)
        return made
    return t.run.data.get(f"policy: a patient who is {name}", make)


def open_to(role, state):
    """Names of the sheets that a member other than the owner may see: the agreement's matrix with consent."""
    if state != "granted":
        return set()
    return {"clinic": {"letter", "prescription"}, "pharmacy": {"prescription"}}[role]


# Users --------------------------------------------------------------------------------------------

def user(t, role, purposes=(TREAT,), who="doctor", organisation=None, **more):
    """A Security header about a user of that member."""
    known = settings(t)
    if not t.target.xua:
        raise Skipped("no-xua", "the target file says nothing about user assertions")
    files = files_of(t.target)
    if not files:
        raise Skipped("no-xua", "the provider's key is not here")
    provider = Provider(*files, t.target.xua["issuer"], t.target.xua["audience"])
    bare = provider.assertion(t.ids.text("_A"), "user-" + t.ids.text("u"),
                              organisation=organisation or known["organisations"][role],
                              role=known["users"][who], purposes=purposes, **more)
    return header(provider.sign(bare))


def find(t, patient, role, security=""):
    """Reply to FindDocuments under that header; not judged."""
    action = ACTION["ITI-18"]
    body = t.query_body("FindDocuments", [
        ("$XDSDocumentEntryPatientId", [f"'{patient}'"]),
        ("$XDSDocumentEntryStatus", [f"('{APPROVED}','{DEPRECATED}')"])])
    data = envelope(action, body, to=t.target.url(t.target.path("registry")), message_id=t.ids.uuid(),
                    extra_header=security)
    return read_reply(t.post_raw("registry", data, content_type(action), role))


def fetch(t, unique_id, role, security=""):
    """Reply to ITI-43 under that header; not judged."""
    dialect = Dialect()
    root = envelope(ACTION["ITI-43"], t.retrieve_body([(t.target.repository, unique_id)]),
                    to=t.target.url(t.target.path("repository")), message_id=t.ids.uuid(),
                    extra_header=security)
    return read_reply(t.post_raw("repository", dialect.package(root.decode().encode(), []),
                                 dialect.content_type(), role))
