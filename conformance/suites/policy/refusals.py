"""What is refused with an error, and leaves nothing behind."""
from lib.answers import QueryAnswer, RegistryAnswer, RetrieveAnswer
from lib.cases import case
from lib.checks import Skipped, equal, true
from lib.ebrim import IHE_FORMAT, Code
from lib.saml import PATIENT, attribute
from lib.soap import expect_fault

from .world import SECTION, fed, fetch, find, form, settings, sheets, sign, user


def nothing_stored(t, made, patient):
    found = t.stored(patient).ids("entries")
    true(made.entry.id not in found, "nothing of the refused submission", found)


def refused(t, reply):
    """By the transaction or, where the member may not call it at all, by a fault."""
    if reply.fault is None:
        equal(RegistryAnswer(reply).status, "Failure", "status")
    else:
        expect_fault(reply)


@case("policy/publish/another-members-patient", "nobody publishes for a patient whom it has never told of", SECTION)
def _foreign(t):
    settings(t)
    patient, _ = fed(t)
    made = t.build_uuids.submission(patient)
    answer = t.provide(made, role=t.need_role("clinic"))
    equal(answer.status, "Failure", "status")
    nothing_stored(t, made, patient)


@case("policy/publish/whatever-the-consent", "consent to being read is none to being written about", SECTION)
def _with_consent(t):
    known = sheets(t)
    sign(t, known.patient, "grant")
    made = t.build_uuids.submission(known.patient)
    equal(t.provide(made, role=t.need_role("clinic")).status, "Failure", "status")
    nothing_stored(t, made, known.patient)


@case("policy/publish/role-that-reads-only", "a role that does not publish is refused, for its own patient too",
      SECTION)
def _pharmacy(t):
    settings(t)
    patient, _ = fed(t, "pharmacy")
    made = t.build_uuids.submission(patient)
    refused(t, t.provide_raw(made, role="pharmacy"))
    nothing_stored(t, made, patient)


@case("policy/publish/registration-alone", "ITI-42 is refused like ITI-41", SECTION)
def _register(t):
    settings(t)
    patient, _ = fed(t)
    made = t.build_uuids.submission(patient)
    equal(t.register(made, role=t.need_role("clinic")).status, "Failure", "status")
    nothing_stored(t, made, patient)


@case("policy/form/of-another-member", "a member cannot consent in the name of another's patient", SECTION)
def _form_foreign(t):
    known = sheets(t)
    made = form(t, known.patient, settings(t)["forms"]["grant"])
    equal(t.provide(made, role=t.need_role("clinic")).status, "Failure", "status")
    found = t.stored(known.patient, "clinic").ids()
    equal(found, [], "objects shown to who tried")


@case("policy/form/unknown-policy", "a form whose policy the agreement does not know is refused whole",
      "ITI TF-3 5.1.2.1.1")
def _unknown(t):
    known = sheets(t)
    made = form(t, known.patient, settings(t)["forms"]["scheme"] + ".99")
    equal(t.provide(made, role="hospital").status, "Failure", "status")
    nothing_stored(t, made, known.patient)
    equal(t.stored(known.patient, t.need_role("clinic")).ids(), [], "objects shown")


@case("policy/form/in-a-policy-language", "a consent that the region cannot evaluate is refused, not kept unread",
      "APPC 1.3; ITI TF-3 5.1")
def _advanced(t):
    known = sheets(t)
    made = form(t, known.patient, settings(t)["forms"]["grant"])
    made.entry.set_code("formatCode", Code("urn:ihe:iti:appc:2016:consent", IHE_FORMAT, "APPC"))
    equal(t.provide(made, role="hospital").status, "Failure", "status")
    nothing_stored(t, made, known.patient)


@case("policy/assertion/of-another-member", "a user of another member is a fault, though the patient agreed",
      "guideline AC-5")
def _stolen(t):
    known = sheets(t)
    sign(t, known.patient, "grant")
    security = user(t, "clinic", organisation=settings(t)["organisations"]["hospital"])
    expect_fault(find(t, known.patient, t.need_role("clinic"), security), "Sender")
    expect_fault(fetch(t, known.letter.entry_uid, "clinic", security), "Sender")


@case("policy/assertion/expired", "an assertion that is over shows nothing, though the patient agreed",
      "SAML 2.0 core 2.5.1.2")
def _expired(t):
    known = sheets(t)
    sign(t, known.patient, "grant")
    security = user(t, "clinic", start_s=-7200, valid_s=60)
    expect_fault(find(t, known.patient, t.need_role("clinic"), security), "Sender")


@case("policy/assertion/for-another-patient", "an assertion for one patient opens none of another",
      "ITI TF-2 3.40.4.1.2")
def _bound(t):
    known, other = sheets(t), sheets(t)
    for one in (known, other):
        sign(t, one.patient, "grant")
    security = user(t, "clinic", attributes=lambda statement: attribute(statement, PATIENT, other.patient))
    QueryAnswer(find(t, known.patient, t.need_role("clinic"), security)).failure("XDSRegistryError")
    good = QueryAnswer(find(t, other.patient, "clinic", security)).success()
    true(other.letter.entry in good.ids(), "the letter of whom it names", good.ids())


@case("policy/assertion/doctor-sees-what-the-house-sees", "a user in the member's role sees what consent opens",
      SECTION)
def _doctor(t):
    known = sheets(t)
    sign(t, known.patient, "grant")
    found = QueryAnswer(find(t, known.patient, t.need_role("clinic"), user(t, "clinic"))).success()
    true(known.letter.entry in found.ids(), "the letter", found.ids())
    true(known.secret.entry not in found.ids(), "not the secret one", found.ids())
    answer = RetrieveAnswer(fetch(t, known.letter.entry_uid, "clinic", user(t, "clinic"))).success()
    equal([d["data"] for d in answer.documents], [f"letter of {known.patient}".encode()], "the letter")


@case("policy/assertion/profession-of-another-kind", "a user whose profession the member's roles do not hold is denied",
      "guideline AC-4")
def _profession(t):
    known = sheets(t)
    sign(t, known.patient, "grant")
    security = user(t, "clinic", who="pharmacist")
    QueryAnswer(find(t, known.patient, t.need_role("clinic"), security)).failure("XDSRegistryError")


@case("policy/error/where-the-agreement-wants-one", "a purpose that the agreement refuses openly is an error, with or "
      "without consent", "agreement (rules: answer)")
def _told(t):
    known = sheets(t)
    purpose = settings(t).get("told_purpose")
    if not purpose:
        raise Skipped("no-told-denial", "the agreement refuses nothing openly")
    security = user(t, t.need_role("clinic"), purposes=(purpose,))
    for consent in (False, True):
        if consent:
            sign(t, known.patient, "grant")
        QueryAnswer(find(t, known.patient, "clinic", security)).failure("XDSRegistryError")
        answer = RetrieveAnswer(fetch(t, known.letter.entry_uid, "clinic", security))
        equal(answer.status, "Failure", "status of the retrieve")
        equal(answer.documents, [], "documents")
