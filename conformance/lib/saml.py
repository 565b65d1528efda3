"""An X-Assertion Provider of our own: SAML 2.0 assertions for users, right or wrong in one way (ITI TF-2 3.40).

The canonical form is lxml's, the signature `openssl`'s: nothing is shared with the node under test.
"""
import base64
import copy
import hashlib
import os
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone

from lxml import etree

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
X509_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = DS + "rsa-sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA1 = DS + "sha1"

SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
ORGANISATION = "urn:oasis:names:tc:xspa:1.0:subject:organization"
ORGANISATION_ID = "urn:oasis:names:tc:xspa:1.0:subject:organization-id"
HOME = "urn:ihe:iti:xca:2010:homeCommunityId"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
PATIENT = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
DOCUMENT = "urn:ihe:iti:bppc:2007:docid"
POLICY = "urn:ihe:iti:xua:2012:acp"
URI_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
TREAT = ("TREAT", "2.16.840.1.113883.5.8", "ActReason", "treatment")


def q(name, namespace=SAML):
    return f"{{{namespace}}}{name}"


def time(offset_s=0):
    moment = datetime.now(timezone.utc) + timedelta(seconds=offset_s)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def canonical(element, prefixes=None):
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False,
                          inclusive_ns_prefixes=prefixes)


def coded(name, code, system, system_name="", display="", typed=True):
    """hl7:CE under an element name of the caller's choice."""
    element = etree.Element(q(name, HL7), nsmap={None: HL7, "xsi": XSI} if typed else {None: HL7})
    if typed:
        element.set(q("type", XSI), "CE")
    for key, value in (("code", code), ("codeSystem", system), ("codeSystemName", system_name),
                       ("displayName", display)):
        if value is not None:
            element.set(key, value)
    return element


def attribute(statement, name, *values, name_format=None):
    made = etree.SubElement(statement, q("Attribute"), Name=name)
    if name_format:
        made.set("NameFormat", name_format)
    for value in values:
        holder = etree.SubElement(made, q("AttributeValue"))
        if isinstance(value, str):
            holder.text = value
        else:
            holder.append(value)
    return made


class Provider:
    """Issues assertions with the key of one of the test certificates."""

    def __init__(self, certificate, key, issuer, audience):
        self.certificate, self.key = certificate, key
        self.issuer, self.audience = issuer, audience

    def sign_octets(self, octets, digest="sha256"):
        with tempfile.NamedTemporaryFile() as file:
            file.write(octets)
            file.flush()
            return subprocess.run(["openssl", "dgst", f"-{digest}", "-sign", self.key, file.name],
                                  capture_output=True, check=True).stdout

    def certificate_base64(self):
        with open(self.certificate, encoding="ascii") as file:
            text = file.read()
        return "".join(text.split("-----BEGIN CERTIFICATE-----")[1]
                       .split("-----END CERTIFICATE-----")[0].split())

    def modulus(self):
        text = subprocess.run(["openssl", "x509", "-in", self.certificate, "-noout", "-modulus"],
                              capture_output=True, text=True, check=True).stdout
        return base64.b64encode(bytes.fromhex(text.strip().split("=")[1])).decode()

    def assertion(self, ident, user, organisation, role, purposes=(TREAT,), valid_s=300, start_s=-5,
                  attributes=None):
        """A complete assertion without signature. `attributes` gets the statement, to add more."""
        root = etree.Element(q("Assertion"), nsmap={"saml2": SAML})
        root.set("ID", ident)
        root.set("IssueInstant", time(start_s))
        root.set("Version", "2.0")
        issuer = etree.SubElement(root, q("Issuer"), Format=ENTITY)
        issuer.text = self.issuer
        subject = etree.SubElement(root, q("Subject"))
        name = etree.SubElement(subject, q("NameID"), SPProvidedID="alias")
        name.text = user
        etree.SubElement(subject, q("SubjectConfirmation"), Method=BEARER)
        conditions = etree.SubElement(root, q("Conditions"), NotBefore=time(start_s),
                                      NotOnOrAfter=time(start_s + valid_s))
        restriction = etree.SubElement(conditions, q("AudienceRestriction"))
        etree.SubElement(restriction, q("Audience")).text = self.audience
        authn = etree.SubElement(root, q("AuthnStatement"), AuthnInstant=time(start_s))
        context = etree.SubElement(authn, q("AuthnContext"))
        etree.SubElement(context, q("AuthnContextClassRef")).text = X509_CLASS
        statement = etree.SubElement(root, q("AttributeStatement"))
        attribute(statement, SUBJECT_ID, "Walter H.Brattain IV")
        attribute(statement, ORGANISATION, "Family Medical Clinic")
        attribute(statement, ORGANISATION_ID, organisation)
        attribute(statement, ROLE, coded("Role", *role))
        if purposes:
            attribute(statement, PURPOSE, *(coded("PurposeOfUse", *one) for one in purposes))
        if attributes:
            attributes(statement)
        return root

    def key_info(self, kind):
        made = etree.Element(q("KeyInfo", DS), nsmap={"ds": DS})
        if kind == "certificate":
            data = etree.SubElement(made, q("X509Data", DS))
            etree.SubElement(data, q("X509Certificate", DS)).text = self.certificate_base64()
        elif kind == "value":
            value = etree.SubElement(etree.SubElement(made, q("KeyValue", DS)), q("RSAKeyValue", DS))
            etree.SubElement(value, q("Modulus", DS)).text = self.modulus()
            etree.SubElement(value, q("Exponent", DS)).text = "AQAB"
        return made

    def sign(self, root, key_info="certificate", method=RSA_SHA256, digest=SHA256, edit=None):
        """Puts the Signature behind the Issuer. `edit` sees it before the value is computed."""
        hashed = hashlib.sha1 if digest == SHA1 else hashlib.sha256
        octets = canonical(root)
        signature = etree.Element(q("Signature", DS), nsmap={"ds": DS})
        info = etree.SubElement(signature, q("SignedInfo", DS))
        etree.SubElement(info, q("CanonicalizationMethod", DS), Algorithm=EXC_C14N)
        etree.SubElement(info, q("SignatureMethod", DS), Algorithm=method)
        reference = etree.SubElement(info, q("Reference", DS), URI="#" + (root.get("ID") or ""))
        transforms = etree.SubElement(reference, q("Transforms", DS))
        etree.SubElement(transforms, q("Transform", DS), Algorithm=ENVELOPED)
        etree.SubElement(transforms, q("Transform", DS), Algorithm=EXC_C14N)
        etree.SubElement(reference, q("DigestMethod", DS), Algorithm=digest)
        etree.SubElement(reference, q("DigestValue", DS)).text = \
            base64.b64encode(hashed(octets).digest()).decode()
        if edit:
            edit(signature)
        value = self.sign_octets(canonical(info), "sha1" if method == RSA_SHA1 else "sha256")
        etree.SubElement(signature, q("SignatureValue", DS)).text = base64.b64encode(value).decode()
        if key_info:
            signature.append(self.key_info(key_info))
        issuer = root.find(q("Issuer"))
        root.insert(0 if issuer is None else root.index(issuer) + 1, signature)
        return root


def header(*tokens, must_understand=True):
    """A wsse:Security header round elements or verbatim texts, for an envelope that declares `s`."""
    mark = ' s:mustUnderstand="1"' if must_understand else ""
    inside = "".join(t if isinstance(t, str) else etree.tostring(t, encoding="unicode")
                     for t in tokens)
    return f'<wsse:Security xmlns:wsse="{WSSE}"{mark}>{inside}</wsse:Security>'


def without_signature(root):
    bare = copy.deepcopy(root)
    for signature in bare.findall(q("Signature", DS)):
        bare.remove(signature)
    return bare


def files_of(target):
    """The provider's certificate and key as the target file names them."""
    certificate, key = target.certificate("idp")
    return (certificate, key) if os.path.exists(key) else None
