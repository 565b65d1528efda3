"""What the agreement makes of a verified user: organisation, role, purpose, patient, level, second use.

Authentication ends in a fault, authorisation in the transaction's own answer (security fact sheet 10.2, 11.6).
"""
from lib.cases import case
from lib.checks import Skipped, equal
from lib.saml import PATIENT, attribute, q
from lib.answers import QueryAnswer

from .wishes import accepted, provider, refused, settings, signed

AUTH = "FailedAuthentication"


def denied(reply):
    QueryAnswer(reply).failure({"XDSRegistryError"})


@case("xua/agreement/other-organisation", "an assertion about another organisation than the sender's is refused",
      "guideline AC-5")
def _other(t):
    refused(t, signed(t, organisation="urn:oid:1.2.3.4.5"), code=AUTH)


@case("xua/agreement/no-organisation", "an assertion that names no organisation is refused", "guideline AC-5")
def _none(t):
    def edit(root):
        for found in list(root.iter(q("Attribute"))):
            if found.get("Name").endswith(":organization-id"):
                found.getparent().remove(found)
    refused(t, signed(t, edit=edit), code=AUTH)


@case("xua/agreement/sent-by-another-member", "a member may not use the assertion of another member's user",
      "guideline AC-5")
def _stolen(t):
    t.need_role("hospital")
    refused(t, signed(t), code=AUTH, role="hospital")


@case("xua/agreement/unknown-role", "a user in no role of the agreement is denied, not faulted",
      "guideline AC-4; security 11.6")
def _role(t):
    denied(accepted(t, signed(t, role=("Astronaut", "1.2.3.4", "made up", "astronaut"))))


@case("xua/agreement/unknown-purpose", "a purpose that the agreement does not know is denied", "security 11.6")
def _purpose(t):
    denied(accepted(t, signed(t, purposes=[("CURIOSITY", "1.2.3.4", "made up", "just looking")])))


@case("xua/agreement/patient", "an assertion for one patient is good for this one and denied for another",
      "ITI TF-2 3.40.4.1.2")
def _patient(t):
    mine, other = t.patient(), t.patient()

    def about(statement):
        attribute(statement, PATIENT, mine)
    QueryAnswer(accepted(t, signed(t, attributes=about), patient=mine)).success()
    denied(accepted(t, signed(t, attributes=about), patient=other))


@case("xua/agreement/repeated-use", "an assertion serves many messages while it is valid", "ITI TF-2 3.40.4.1")
def _repeated(t):
    one = signed(t)
    for _ in range(3):
        accepted(t, one)


@case("xua/agreement/once", "an assertion of a provider whose assertions serve once is refused the second time",
      "SAML 2.0 core 2.5.1.5; guideline ID-5")
def _once(t):
    known = settings(t)
    if "once" not in known:
        raise Skipped("no-xua", "the target file names no provider of this sort")
    one = signed(t, by=provider(t, issuer=known["once"]))
    accepted(t, one)
    refused(t, one, code=AUTH)
    equal(accepted(t, signed(t, by=provider(t, issuer=known["once"]))).fault, None, "fault for another one")
