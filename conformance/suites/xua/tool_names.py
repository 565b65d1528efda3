"""The assertions that test tools issue by user name, right and wrong, and what a service must do with each."""
from lib.cases import add
from lib.checks import equal
from lib.saml import (DOCUMENT, DS, FORMAT, POLICY, PURPOSE, ROLE, TREAT, URI_FORMAT, attribute, coded, q,
                      time)
from lxml import etree

from .wishes import accepted, bare, provider, refused, signed

SECTION = "ITI TF-2 3.40.4.1; SAML 2.0 core"
EXPIRED, TOKEN, CHECK, AUTH = "MessageExpired", "InvalidSecurityToken", "FailedCheck", "FailedAuthentication"


def drop(path):
    def edit(root):
        found = root.find(path)
        found.getparent().remove(found)
    return edit


def unset(name, path=None):
    def edit(root):
        del (root.find(path) if path else root).attrib[name]
    return edit


def put(name, value, path=None):
    def edit(root):
        (root.find(path) if path else root).set(name, value() if callable(value) else value)
    return edit


def issuer_format(form):
    return put("Format", FORMAT + form, q("Issuer"))


def after_signing(edit):
    """Changes what was signed, or the signature itself."""
    def make(t):
        root = signed(t)
        edit(root)
        return root
    return make


def text_of(path, value):
    def edit(root):
        element = root.find(path)
        element.text = value if isinstance(value, str) else value(element.text)
    return edit


def signature_path(*names):
    return "/".join(q(name, DS) for name in ("Signature",) + names)


def key_value(t):
    by = provider(t)
    return by.sign(bare(t, by), key_info="value")


def broken_key(path, value):
    def make(t):
        root = key_value(t)
        text_of(path, value)(root)
        return root
    return make


def without_key_value(t):
    root = key_value(t)
    drop(signature_path("KeyInfo", "KeyValue"))(root)
    return root


def without_key_info(t):
    by = provider(t)
    return by.sign(bare(t, by), key_info=None)


SUBJECT, NAME = q("Subject"), f"{q('Subject')}/{q('NameID')}"
CONFIRMATION = f"{q('Subject')}/{q('SubjectConfirmation')}"
CLASS_REF = f"{q('AuthnStatement')}/{q('AuthnContext')}/{q('AuthnContextClassRef')}"
AUDIENCE = f"{q('Conditions')}/{q('AudienceRestriction')}/{q('Audience')}"


def edited(edit):
    return lambda t: signed(t, edit=edit)


def late(root):
    root.set("IssueInstant", time(3600))


BROKEN = [
    ("notyetvalid", EXPIRED, lambda t: signed(t, start_s=3600)),
    ("expired", EXPIRED, lambda t: signed(t, start_s=-3600)),
    ("unsigned", TOKEN, bare),
    ("invalidsignature", CHECK, after_signing(
        text_of(signature_path("SignatureValue"), lambda old: ("B" if old[0] == "A" else "A") + old[1:]))),
    ("missingkeyinfo", "SecurityTokenUnavailable", without_key_info),
    ("missingkeyvalue", "SecurityTokenUnavailable", without_key_value),
    ("invalidversion", ("UnsupportedSecurityToken", TOKEN), edited(put("Version", "1.0"))),
    ("missingversion", TOKEN, edited(unset("Version"))),
    ("invalidid", TOKEN, edited(put("ID", "1 invalid"))),
    ("missingid", TOKEN, edited(unset("ID"))),
    ("missingsubject", TOKEN, edited(drop(SUBJECT))),
    ("missingsubjectnameid", TOKEN, edited(drop(NAME))),
    ("missingissuer", TOKEN, edited(drop(q("Issuer")))),
    ("missingissuerformat", TOKEN, edited(unset("Format", q("Issuer")))),
    ("invalidissueremailformat", TOKEN, edited(issuer_format("emailAddress"))),
    ("invalidissuerx509format", TOKEN, edited(issuer_format("X509SubjectName"))),
    ("invalidissuerwindowsdomainformat", TOKEN, edited(issuer_format("WindowsDomainQualifiedName"))),
    ("missingissueinstant", TOKEN, edited(unset("IssueInstant"))),
    ("invalidissueinstant", TOKEN, edited(put("IssueInstant", "21 November 2026"))),
    ("lateissueinstant", EXPIRED, edited(late)),
    ("invalidrsapublickeymodulus", (CHECK, "SecurityTokenUnavailable"), broken_key(
        signature_path("KeyInfo", "KeyValue", "RSAKeyValue", "Modulus"), "AQIDBAUGBwgJ")),
    ("invalidrsapublickeyexponent", (CHECK, "SecurityTokenUnavailable"), broken_key(
        signature_path("KeyInfo", "KeyValue", "RSAKeyValue", "Exponent"), "AQAD")),
    ("invalidx509certificate", ("SecurityTokenUnavailable", CHECK), after_signing(
        text_of(signature_path("KeyInfo", "X509Data", "X509Certificate"), "bm90IGEgY2VydGlmaWNhdGU="))),
    ("missingsubjectconf", TOKEN, edited(drop(CONFIRMATION))),
    ("missingsubjectconfmethod", TOKEN, edited(unset("Method", CONFIRMATION))),
    ("unknownaudience", AUTH, edited(text_of(AUDIENCE, "https://nobody.example/"))),
    ("invalidauthncontext", AUTH, edited(text_of(CLASS_REF, "urn:example:guessed"))),
    # beyond the tools' list
    ("missingconditions", TOKEN, edited(drop(q("Conditions")))),
    ("missingauthnstatement", TOKEN, edited(drop(q("AuthnStatement")))),
    ("unknownissuer", CHECK, edited(text_of(q("Issuer"), "https://nobody.example/"))),
    ("foreignkey", CHECK, lambda t: signed(t, by=provider(t, certificate="other-idp"))),
]


def _broken(code, make):
    def run(t):
        refused(t, make(t), code=code)
        accepted(t, signed(t))  # and the next one is served
    return run


for _name, _code, _make in BROKEN:
    add(f"xua/tool/{_name}", f"an assertion of the user name `{_name}` is refused", SECTION, _broken(_code, _make))


# --- what must be accepted ----------------------------------------------------------------------

def second_context(root):
    statement = etree.SubElement(root, q("AuthnStatement"), AuthnInstant=time(-5))
    context = etree.SubElement(statement, q("AuthnContext"))
    etree.SubElement(context, q("AuthnContextClassRef")).text = "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession"
    root.remove(statement)
    root.insert(root.index(root.find(q("AuthnStatement"))), statement)


def more(name, element, code, system):
    return lambda root: attribute(root.find(q("AttributeStatement")), name, coded(element, code, system))


def again(name, element, code, system):
    """The same attribute with two values."""
    def edit(root):
        for found in root.iter(q("Attribute")):
            if found.get("Name") == name:
                etree.SubElement(found, q("AttributeValue")).append(coded(element, code, system))
    return edit


def consent(root):
    statement = root.find(q("AttributeStatement"))
    attribute(statement, DOCUMENT, "urn:oid:1.2.3.4", name_format=URI_FORMAT)
    attribute(statement, POLICY, "urn:oid:1.2.3.4.5", name_format=URI_FORMAT)


NHIN = "2.16.840.1.113883.3.18.7.1"
GOOD = [
    ("valid", lambda t: signed(t)),
    ("valid-key-value", key_value),
    ("secondauthncontext", edited(second_context)),
    ("secondrole", edited(again(ROLE, "Role", "Nobody knows", "1.2.3.4"))),
    ("secondrole-attribute", edited(more(ROLE, "Role", "Nobody knows", "1.2.3.4"))),
    ("secondpurposeofuse", edited(again(PURPOSE, "PurposeOfUse", "TREATMENT", NHIN))),
    ("withauthzconsent", edited(consent)),
    ("untyped-codes", lambda t: signed(t, purposes=[(*TREAT, False)])),
    ("no-purpose", lambda t: signed(t, purposes=())),
]
for _code in ("TREATMENT", "PAYMENT", "OPERATIONS", "EMERGENCY", "RESEARCH", "PUBLICHEALTH"):
    GOOD.append((f"secondpurposeofuse.{_code}", edited(more(PURPOSE, "PurposeForUse", _code, NHIN))))


def _good(make):
    def run(t):
        reply = accepted(t, make(t))
        equal(reply.payload.get("status").rsplit(":", 1)[-1], "Success", "status")
    return run


for _name, _make in GOOD:
    add(f"xua/tool/{_name}", f"an assertion of the user name `{_name}` is accepted", SECTION, _good(_make))
