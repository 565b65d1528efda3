"""What of users stands in the audit trail (ITI TF-2 3.40.4.2; DICOM PS3.15 A.5)."""
import time

from lib.cases import case
from lib.checks import equal, fail, only, true
from lib.saml import header, q
from lxml import etree

from .wishes import accepted, ask, refused, settings, signed

SECTION = "ITI TF-2 3.40.4.2"


def record_of(t, user, **conditions):
    """The one record that names this user; indexing may take a moment."""
    settings(t)
    for _ in range(50):
        found = [one for one in t.target.audit_search(user=user, **conditions)]
        if found:
            return only(found, "records of this user")
        time.sleep(0.2)
    fail(f"a record of {user}", "none")
    return None


def name_of(assertion, alias="alias"):
    user = assertion.find(f"{q('Subject')}/{q('NameID')}").text
    return f"{alias}<{user}@{assertion.find(q('Issuer')).text}>"


@case("xua/audit/user", "the user stands in the record as alias<user@issuer>, with role and purpose", SECTION)
def _user(t):
    one = signed(t)
    accepted(t, one)
    message = etree.fromstring(record_of(t, name_of(one), transaction="ITI-18")["message"].encode())
    human = only([p for p in message.findall("ActiveParticipant") if p.get("UserName")], "people in the record")
    equal(human.get("UserName"), name_of(one), "UserName")
    equal(human.get("UserIsRequestor"), "true", "UserIsRequestor")
    true(human.find("RoleIDCode") is not None, "the role that permitted", "none")
    purpose = message.find("EventIdentification/PurposeOfUse")
    equal(purpose.get("csd-code"), "TREAT", "PurposeOfUse")
    equal(purpose.get("originalText"), "treatment", "PurposeOfUse/@originalText")


@case("xua/audit/refused", "a refused assertion is a failed login of the claimed user, with the fault's code", SECTION)
def _refused(t):
    one = signed(t, start_s=-3600)
    refused(t, one, code="MessageExpired")
    record = record_of(t, name_of(one, alias=""), transaction="authentication")
    equal(record["event_id"], "110114", "EventID")
    equal(record["event_type"], "110122", "EventTypeCode")
    message = etree.fromstring(record["message"].encode())
    event = message.find("EventIdentification")
    true(event.get("EventOutcomeIndicator") in ("4", "8"), "a failure", event.get("EventOutcomeIndicator"))
    equal(event.findtext("EventOutcomeDescription"), "wsse:MessageExpired", "EventOutcomeDescription")


@case("xua/audit/stranger", "a message without a readable user is recorded under the sender's certificate", SECTION)
def _stranger(t):
    settings(t)
    ask(t, header("<wsse:UsernameToken/>"))
    found = t.target.audit_search(transaction="authentication")
    true(any("UnsupportedSecurityToken" in str(one["message"]) for one in found), "a record of the refusal", "none")
