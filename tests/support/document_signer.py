#!/usr/bin/env python3
"""document_signer.py FOLDER: signed documents for tests, made by openssl and lxml, which share no code with the node.

Certificates  ca.crt, crl.pem, signer.crt (with a role of HPKI), revoked.crt, expired.crt, stranger.crt (of nobody),
              tsa/tsa-ca.crt (time_stamp_authority.py)
Documents     content.txt, and for each signer NAME.p7s (apart), NAME.p7m (round it), NAME.pdf; signer-stamped.p7s,
              expired-stamped.p7s; stamped.pdf (a time stamp over the file); dsg.xml (apart, content.txt is 1.2.1),
              dsg-exclusive.xml, dsg-stamped.xml, enveloped.xml, enveloping.xml"""
import base64
import hashlib
import os
import subprocess
import sys

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
HERE = os.path.dirname(os.path.abspath(__file__))

CA_CONFIG = """\
[ca]
default_ca = d
[d]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_crl_days = 30
policy = p
unique_subject = no
[p]
organizationName = optional
commonName = supplied
"""


def openssl(*words: str, data: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *words], check=True, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def write(name: str, data: bytes) -> bytes:
    with open(name, "wb") as file:
        file.write(data)
    return data


def read(name: str) -> bytes:
    with open(name, "rb") as file:
        return file.read()


# -- DER, as far as it takes to put an attribute into a signature

def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(octets)]) + octets + body


def children(data: bytes) -> list[bytes]:
    out, at = [], 0
    while at < len(data):
        size, head = data[at + 1], 2
        if size & 128:
            head += size & 127
            size = int.from_bytes(data[at + 2:at + head], "big")
        out.append(data[at:at + head + size])
        at += head + size
    return out


def body(data: bytes) -> bytes:
    return data[2 + (data[1] & 127 if data[1] & 128 else 0):]


def role_extension(role: str) -> str:
    coded = der(0x31, der(0xA0, bytes.fromhex("06082A83088F1F010601")), der(0xA2, der(0x0C, role.encode())))
    actor = der(0x30, der(0xA0, coded))
    attribute = der(0x30, bytes.fromhex("0606288185420001"), der(0x31, der(0x31, actor)))
    return der(0x30, attribute).hex()


# -- certificates

def certificate(name: str, extension: str, start: str, end: str) -> None:
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj",
            f"/O=Test/CN={name}")
    write(name + ".ext", extension.encode())
    openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-in", name + ".csr", "-out", name + ".crt", "-extfile",
            name + ".ext", "-startdate", start, "-enddate", end)


def make_pki() -> None:
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", "ca.key", "-out", "ca.crt", "-subj",
            "/O=Test/CN=signers", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for name, text in (("ca.cnf", CA_CONFIG), ("index.txt", ""), ("serial", "10\n"), ("crlnumber", "01\n")):
        write(name, text.encode())
    usage = "keyUsage=critical,nonRepudiation\n"
    now, later = "20200101000000Z", "20600101000000Z"
    certificate("signer", usage + f"2.5.29.9=DER:{role_extension('Medical Doctor')}\n", now, later)
    certificate("revoked", usage, now, later)
    certificate("expired", usage, now, "20210101000000Z")
    openssl("ca", "-config", "ca.cnf", "-revoke", "revoked.crt")
    openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", "stranger.key", "-out",
            "stranger.crt", "-subj", "/O=Test/CN=stranger")


def certificate_der(name: str) -> bytes:
    return openssl("x509", "-in", name + ".crt", "-outform", "DER")


def stamp(data: bytes) -> bytes:
    """The token of a time stamp over the octets."""
    write("stamp.data", data)
    openssl("ts", "-query", "-data", "stamp.data", "-sha256", "-cert", "-out", "stamp.q")
    subprocess.run([sys.executable, HERE + "/time_stamp_authority.py", "tsa", "--once", "stamp.q", "stamp.a"], check=True)
    return openssl("ts", "-reply", "-in", "stamp.a", "-token_out")


# -- CMS

def cms(name: str, data: bytes, *options: str) -> bytes:
    write("cms.data", data)
    return openssl("cms", "-sign", "-binary", "-cades", "-outform", "DER", "-md", "sha256", "-in", "cms.data", "-signer",
                   name + ".crt", "-inkey", name + ".key", *options)


def with_stamp(signature: bytes) -> bytes:
    kind, content = children(body(signature))
    parts = children(body(body(content)))
    infos = children(body(parts[-1]))
    info = children(body(infos[0]))
    token = der(0x30, bytes.fromhex("060B2A864886F70D010910020E"), der(0x31, stamp(body(info[-1]))))
    infos[0] = der(0x30, *info, der(0xA1, token))
    parts[-1] = der(0x31, *infos)
    return der(0x30, kind, der(0xA0, der(0x30, *parts)))


# -- PDF

def pdf(sign) -> bytes:
    room = 2 * 12_000
    head = (b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n2 0 obj <</Type /Sig /Filter /Adobe.PPKLite "
            b"/SubFilter /ETSI.CAdES.detached /ByteRange ")
    digits = b"[0 %10d %10d %10d]"
    begin = len(head) + len(digits % (0, 0, 0)) + len(b" /Contents ")
    end = begin + room + 2
    tail = b">> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
    first = head + digits % (begin, end, len(tail)) + b" /Contents "
    signature = sign(first + tail)
    return first + b"<" + signature.hex().encode().ljust(room, b"0") + b">" + tail


# -- XML

def canonical(element, form: str) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=form == EXCLUSIVE, with_comments=False)


def add(parent, name: str, text: str | None = None, namespace: str = DS, **attributes: str):
    out = etree.SubElement(parent, f"{{{namespace}}}{name}", **attributes)
    out.text = text
    return out


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sha256(data: bytes) -> str:
    return b64(hashlib.sha256(data).digest())


def reference(parent, uri: str, digest: str, *transforms: str, kind: str | None = None) -> None:
    element = add(parent, "Reference", URI=uri, **({"Type": kind} if kind else {}))
    if transforms:
        inside = add(element, "Transforms")
        for one in transforms:
            add(inside, "Transform", Algorithm=one)
    add(element, "DigestMethod", Algorithm=SHA256)
    add(element, "DigestValue", digest)


def properties(signature, name: str) -> None:
    """XAdES, in an Object behind KeyInfo; its reference is made when all stands."""
    qualifying = etree.SubElement(add(signature, "Object"), f"{{{XADES}}}QualifyingProperties", nsmap={"xades": XADES},
                                  Target="#S")
    signed = add(qualifying, "SignedProperties", namespace=XADES, Id="SP")
    inside = add(signed, "SignedSignatureProperties", namespace=XADES)
    add(inside, "SigningTime", "2026-11-21T09:00:00+09:00", namespace=XADES)
    digest = add(add(add(inside, "SigningCertificate", namespace=XADES), "Cert", namespace=XADES), "CertDigest",
                 namespace=XADES)
    add(digest, "DigestMethod", Algorithm=SHA256)
    add(digest, "DigestValue", sha256(certificate_der(name)))


def begin(parent=None, form: str = INCLUSIVE_11):
    # With a prefix: libxml2 canonicalises a part under a default namespace of its parent wrongly.
    tag = f"{{{DS}}}Signature"
    signature = etree.Element(tag, nsmap={"ds": DS}, Id="S") if parent is None else etree.SubElement(
        parent, tag, nsmap={"ds": DS}, Id="S")
    info = add(signature, "SignedInfo")
    add(info, "CanonicalizationMethod", Algorithm=form)
    add(info, "SignatureMethod", Algorithm=RSA_SHA256)
    value = add(signature, "SignatureValue")
    add(add(add(signature, "KeyInfo"), "X509Data"), "X509Certificate", b64(certificate_der("signer")))
    return signature, info, value


def finish(info, value, form: str) -> None:
    value.text = b64(openssl("dgst", "-sha256", "-sign", "signer.key", data=canonical(info, form)))


def dsg(content: bytes, form: str, stamped: bool = False) -> bytes:
    signature, info, value = begin(form=form)
    manifest = add(add(signature, "Object"), "Manifest", Id="IHEManifest")
    reference(manifest, "urn:oid:1.2.1", sha256(content))
    reference(manifest, "urn:oid:1.2.3.200", "AA==")  # the submission set
    properties(signature, "signer")
    signed = signature.find(f".//{{{XADES}}}SignedProperties")
    reference(info, "#IHEManifest", sha256(canonical(manifest, form)), form, kind=DS + "Manifest")
    reference(info, "#SP", sha256(canonical(signed, form)), form, kind="http://uri.etsi.org/01903#SignedProperties")
    finish(info, value, form)
    if stamped:
        unsigned = add(add(signed.getparent(), "UnsignedProperties", namespace=XADES), "UnsignedSignatureProperties",
                       namespace=XADES)
        inside = add(unsigned, "SignatureTimeStamp", namespace=XADES)
        add(inside, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
        add(inside, "EncapsulatedTimeStamp", b64(stamp(canonical(value, EXCLUSIVE))), namespace=XADES)
    return etree.tostring(signature, xml_declaration=True, encoding="UTF-8")


def enveloped() -> bytes:
    root = etree.fromstring('<ClinicalDocument xmlns="urn:hl7-org:v3"><title>診療情報提供書</title><!-- 注 --></ClinicalDocument>')
    digest = sha256(canonical(root, INCLUSIVE))
    _, info, value = begin(root, INCLUSIVE)
    reference(info, "", digest, ENVELOPED, INCLUSIVE)
    finish(info, value, INCLUSIVE)
    return etree.tostring(root, encoding="UTF-8")


def enveloping() -> bytes:
    signature, info, value = begin(form=EXCLUSIVE)
    content = add(signature, "Object", b64(b"what is inside"), Id="C")
    reference(info, "#C", sha256(canonical(content, EXCLUSIVE)), EXCLUSIVE)
    finish(info, value, EXCLUSIVE)
    return etree.tostring(signature)


def main() -> None:
    os.makedirs(sys.argv[1], exist_ok=True)
    os.chdir(sys.argv[1])
    make_pki()
    content = write("content.txt", "本文\n".encode() * 50)
    for name in ("signer", "revoked", "expired", "stranger"):
        write(name + ".p7s", cms(name, content))
        write(name + ".p7m", cms(name, content, "-nodetach"))
    for name in ("signer", "expired"):
        write(name + "-stamped.p7s", with_stamp(read(name + ".p7s")))
    write("signer.pdf", pdf(lambda data: cms("signer", data)))
    write("stamped.pdf", pdf(stamp))
    write("dsg.xml", dsg(content, INCLUSIVE_11))
    write("dsg-exclusive.xml", dsg(content, EXCLUSIVE))
    write("dsg-stamped.xml", dsg(content, INCLUSIVE, stamped=True))
    write("enveloped.xml", enveloped())
    write("enveloping.xml", enveloping())


main()
