"""What somebody tries who has one good assertion: wrapping it (XSW), changing it, sending other kinds of tokens."""
import copy

from lib.cases import add, case
from lib.checks import equal, fail
from lib.saml import (DS, ENVELOPED, RSA_SHA1, SHA1, attribute, header, q,
                      without_signature)
from lib.soap import expect_fault
from lxml import etree

from .wishes import accepted, ask, bare, provider, refused, signed

SECTION = "SAML 2.0 core 5.4; XML Signature wrapping"
TOKEN, CHECK = "InvalidSecurityToken", "FailedCheck"


def parts(t):
    """A good assertion, its signature, and another one that nobody signed."""
    good = signed(t)
    evil = bare(t)
    evil.find(f"{q('Subject')}/{q('NameID')}").text = "administrator"
    return good, copy.deepcopy(good.find(q("Signature", DS))), evil


def put_signature(evil, signature):
    evil.insert(evil.index(evil.find(q("Issuer"))) + 1, signature)
    return evil


def _evil_before(t):
    good, _, evil = parts(t)
    return (evil, good)


def _evil_behind(t):
    good, _, evil = parts(t)
    return (good, evil)


def _original_inside(t):
    good, _, evil = parts(t)
    evil.append(good)
    return (evil,)


def _signature_moved(t):
    good, signature, evil = parts(t)
    return (put_signature(evil, signature), without_signature(good))


def _inside_signature(t):
    good, signature, evil = parts(t)
    signature.append(without_signature(good))
    return (put_signature(evil, signature),)


def _inside_object(t):
    good, signature, evil = parts(t)
    etree.SubElement(signature, q("Object", DS)).append(without_signature(good))
    return (put_signature(evil, signature),)


def _inside_advice(t):
    good, signature, evil = parts(t)
    advice = etree.SubElement(evil, q("Advice"))
    advice.append(without_signature(good))
    return (put_signature(evil, signature),)


def _same_id(t):
    good, signature, evil = parts(t)
    evil.set("ID", good.get("ID"))
    return (put_signature(evil, signature), f'<x:Other xmlns:x="urn:x" Id="{good.get("ID")}"/>')


WRAPPED = [
    ("1-before", _evil_before), ("2-behind", _evil_behind), ("3-original-inside", _original_inside),
    ("4-signature-moved", _signature_moved), ("5-inside-signature", _inside_signature),
    ("6-inside-object", _inside_object), ("7-inside-advice", _inside_advice), ("8-same-id", _same_id)]
for _name, _make in WRAPPED:
    add(f"xua/wrapping/{_name}", "a good signature does not carry another assertion", SECTION,
        lambda t, make=_make: refused(t, *make(t), code=(TOKEN, CHECK)))


@case("xua/attack/comment-in-a-name", "a comment in a NameID neither ends it nor breaks the signature", SECTION)
def _comment(t):
    good = etree.tostring(signed(t), encoding="unicode")
    user = good.split("</saml2:NameID>")[0].split(">")[-1]
    accepted(t, good.replace(f">{user}<", f">{user[:4]}<!-- x -->{user[4:]}<"))


CHANGES = [
    ("name", lambda text: text.replace(">user-", ">vser-", 1)),
    ("role", lambda text: text.replace('code="', 'code="x', 1)),
    ("end", lambda text: text.replace('NotOnOrAfter="2', 'NotOnOrAfter="3', 1)),
    ("blank", lambda text: text.replace("</saml2:Subject>", "</saml2:Subject> ", 1)),
    ("added", lambda text: text.replace("</saml2:AttributeStatement>",
                                        '<saml2:Attribute Name="x"/></saml2:AttributeStatement>', 1))]
for _name, _change in CHANGES:
    add(f"xua/attack/changed-{_name}", f"a signed assertion with another {_name} is refused", SECTION,
        lambda t, change=_change: refused(t, change(etree.tostring(signed(t), encoding="unicode")), code=CHECK))


def _algorithm(path, value):
    def run(t):
        by = provider(t)

        def edit(signature):
            signature.find("/".join(q(name, DS) for name in path)).set("Algorithm", value)
        refused(t, by.sign(bare(t, by), edit=edit), code=("UnsupportedAlgorithm", TOKEN))
    return run


REFERENCE = ("SignedInfo", "Reference")
for _name, _path, _value in [
        ("hmac", ("SignedInfo", "SignatureMethod"), DS + "hmac-sha1"),
        ("md5-digest", REFERENCE + ("DigestMethod",), "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ("inclusive", ("SignedInfo", "CanonicalizationMethod"), "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("xslt", REFERENCE + ("Transforms", "Transform"), "http://www.w3.org/TR/1999/REC-xslt-19991116")]:
    add(f"xua/algorithm/{_name}", "an algorithm outside the list is refused", SECTION, _algorithm(_path, _value))


@case("xua/algorithm/sha1", "SHA-1 is refused unless the agreement takes it from this provider", SECTION)
def _sha1(t):
    by = provider(t)
    refused(t, by.sign(bare(t, by), method=RSA_SHA1, digest=SHA1), code="UnsupportedAlgorithm")


def _reference(edit_reference):
    def run(t):
        by = provider(t)
        refused(t, by.sign(bare(t, by), edit=lambda s: edit_reference(s.find("/".join(
            q(name, DS) for name in REFERENCE)))), code=(TOKEN, "UnsupportedAlgorithm"))
    return run


def _second_reference(reference):
    reference.getparent().append(copy.deepcopy(reference))


def _no_exclusive(reference):
    transforms = reference.find(q("Transforms", DS))
    transforms.remove(transforms[1])
    equal(transforms[0].get("Algorithm"), ENVELOPED, "transform left")


for _name, _edit in [("whole-document", lambda r: r.set("URI", "")), ("elsewhere", lambda r: r.set("URI", "#_other")),
                     ("remote", lambda r: r.set("URI", "http://127.0.0.1:1/x")), ("two", _second_reference),
                     ("no-canonicalisation", _no_exclusive)]:
    add(f"xua/reference/{_name}", "exactly one reference, to the assertion itself", SECTION, _reference(_edit))


# --- the header -----------------------------------------------------------------------------------

HEADER = "WS-Security 1.1; ITI TF-2 3.40.4.1"
SAML1 = '<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="a" MajorVersion="1" MinorVersion="1"/>'
for _name, _token in [
        ("saml-1.1", SAML1), ("username", "<wsse:UsernameToken><wsse:Username>root</wsse:Username></wsse:UsernameToken>"),
        ("encrypted", '<a:EncryptedAssertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"/>')]:
    add(f"xua/header/{_name}", "another kind of token is named as such", HEADER,
        lambda t, token=_token: refused(t, token, code="UnsupportedSecurityToken"))


@case("xua/header/empty-but-mandatory", "a Security header that must be understood and holds nothing", HEADER)
def _empty(t):
    expect_fault(ask(t, header()), {"Sender", "MustUnderstand"})


@case("xua/header/optional", "the header need not be marked mandatory", HEADER)
def _optional(t):
    reply = ask(t, header(signed(t), must_understand=False))
    if reply.fault is not None:
        fail("an answer", reply.fault_codes())


@case("xua/header/two-headers", "two Security headers for us", HEADER)
def _two(t):
    expect_fault(ask(t, header(signed(t)) + header(signed(t))), "Sender")


@case("xua/header/namespace-above", "namespaces may be declared above the assertion", HEADER)
def _above(t):
    text = etree.tostring(signed(t), encoding="unicode")
    declaration = ' xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"'
    moved = header(text.replace(declaration, "", 1)).replace("<wsse:Security", "<wsse:Security" + declaration, 1)
    reply = ask(t, moved)
    if reply.fault is not None:
        fail("an answer", reply.fault_codes())


@case("xua/header/huge", "an assertion beyond 64 KiB is refused", HEADER)
def _huge(t):
    refused(t, signed(t, attributes=lambda s: attribute(s, "urn:x", *["x" * 1000] * 80)), code=TOKEN)


@case("xua/header/doctype", "a DOCTYPE is refused before anything is read", HEADER)
def _doctype(t):
    expect_fault(ask(t, header('<!DOCTYPE x [<!ENTITY e "root">]>', signed(t))))


@case("xua/header/fault-says-no-more", "a refusal tells the code and nothing of what was compared", HEADER)
def _quiet(t):
    good = etree.tostring(signed(t), encoding="unicode")
    reply = refused(t, good.replace(">user-", ">vser-", 1))
    text = etree.tostring(reply.envelope, encoding="unicode")
    if "vser-" in text or "Brattain" in text or "digest" in text.lower():
        fail("a fault without words of the assertion", text[:500])


