#!/usr/bin/env python3
"""What a hospital's system asks a region about a patient, in both generations of HL7. Prints one result a line.

demo_identity.py pix-v2 CX           ITI-9: the ids of the same person elsewhere, over MLLP
demo_identity.py pix-v3 CX           ITI-45: the same question over SOAP
demo_identity.py pdq KANA BIRTH      ITI-21: who is called KANA (family^given), born BIRTH; prints name and ids

Options: --cert --key --ca, --host, --mllp PORT, --https PORT. Standard library only; no code of the node is used, so
that the demo asks as a stranger would."""
import argparse
import datetime
import http.client
import socket
import ssl
import sys
import uuid
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

V3 = "urn:hl7-org:v3"
ISO = "2.16.840.1.113883.1.6"

ENVELOPE = """\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing">
<s:Header><a:Action s:mustUnderstand="1">urn:hl7-org:v3:PRPA_IN201309UV02</a:Action>
<a:MessageID>urn:uuid:{message}</a:MessageID><a:To s:mustUnderstand="1">{url}</a:To></s:Header>
<s:Body><PRPA_IN201309UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">
<id root="{message}"/><creationTime value="{now}"/>
<interactionId root="{iso}" extension="PRPA_IN201309UV02"/>
<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="AL"/>
<receiver typeCode="RCV"><device classCode="DEV" determinerCode="INSTANCE"><id root="2.999.1.1.9"/></device></receiver>
<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE"><id root="2.999.1.1.8"/></device></sender>
<controlActProcess classCode="CACT" moodCode="EVN"><code code="PRPA_TE201309UV02" codeSystem="{iso}"/>
<queryByParameter><queryId root="2.999.1.1.8.1" extension="{message}"/><statusCode code="new"/>
<responsePriorityCode code="I"/><parameterList><patientIdentifier>
<value root={root} extension={extension}/><semanticsText>Patient.id</semanticsText>
</patientIdentifier></parameterList></queryByParameter></controlActProcess>
</PRPA_IN201309UV02></s:Body></s:Envelope>"""


def parts_of(cx: str) -> tuple[str, str]:
    components = cx.split("^")
    return components[0], components[3].split("&")[1]


def tls(options) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.ca)
    context.load_cert_chain(options.cert, options.key)
    return context


def mllp(options, segments: list[str]) -> list[list[str]]:
    """Sends one message in ISO-2022-JP, as Japanese systems do; the answer's segments as fields."""
    data = "".join(segment + "\r" for segment in segments).encode("iso2022_jp")
    with socket.create_connection((options.host, options.mllp), timeout=30) as plain:
        with tls(options).wrap_socket(plain, server_hostname=options.host) as line:
            line.sendall(b"\x0b" + data + b"\x1c\r")
            answer = b""
            while not answer.endswith(b"\x1c\r"):
                got = line.recv(65536)
                if not got:
                    raise SystemExit("the node closed the connection without an answer")
                answer += got
    return [segment.split("|") for segment in answer[1:-2].decode("iso2022_jp").split("\r") if segment]


def header(event: str) -> str:
    now = datetime.datetime.now().strftime("%Y%m%d%H%M%S")
    return (f"MSH|^~\\&|HIS|HOSP|MUSUBI|MUSUBI|{now}||{event}|{uuid.uuid4().hex[:20]}|P|2.5||||||~ISO IR87"
            "||ISO 2022-1994")


def segments_named(answer: list[list[str]], name: str) -> list[list[str]]:
    return [segment for segment in answer if segment[0] == name]


def accept(answer: list[list[str]]) -> None:
    code = segments_named(answer, "MSA")[0][1]
    if code != "AA":
        errors = ["|".join(segment) for segment in segments_named(answer, "ERR")]
        raise SystemExit(f"refused: {code} " + " ".join(errors))


def ids_of(pid: list[str]) -> list[str]:
    found = []
    for repetition in pid[3].split("~"):
        value, authority = parts_of(repetition)
        found.append(f"{value}^^^&{authority}&ISO")
    return found


def pix_v2(options) -> list[str]:
    value, authority = parts_of(options.question[0])
    answer = mllp(options, [header("QBP^Q23^QBP_Q21"),
                            f"QPD|IHE PIX Query|T{uuid.uuid4().hex[:8]}|{value}^^^&{authority}&ISO", "RCP|I"])
    accept(answer)
    return sorted(cx for pid in segments_named(answer, "PID") for cx in ids_of(pid))


def pix_v3(options) -> list[str]:
    value, authority = parts_of(options.question[0])
    url = f"https://{options.host}:{options.https}/pix/manager"
    body = ENVELOPE.format(message=uuid.uuid4(), url=url, iso=ISO, root=quoteattr(authority),
                           extension=quoteattr(value), now=datetime.datetime.now().strftime("%Y%m%d%H%M%S"))
    connection = http.client.HTTPSConnection(options.host, options.https, context=tls(options), timeout=30)
    connection.request("POST", "/pix/manager", body.encode(), {
        "Content-Type": 'application/soap+xml; charset=UTF-8; action="urn:hl7-org:v3:PRPA_IN201309UV02"'})
    answer = ElementTree.fromstring(connection.getresponse().read())
    if (code := answer.find(f".//{{{V3}}}queryResponseCode")) is None or code.get("code") not in ("OK", "NF"):
        raise SystemExit("refused: " + ElementTree.tostring(answer, encoding="unicode")[:2000])
    roles = [f".//{{{V3}}}patient/{{{V3}}}id", f".//{{{V3}}}asOtherIDs/{{{V3}}}id"]
    return sorted({f"{id.get('extension')}^^^&{id.get('root')}&ISO" for role in roles for id in answer.findall(role)})


def pdq(options) -> list[str]:
    family, given = options.question[0].split("^")
    answer = mllp(options, [
        header("QBP^Q22^QBP_Q21"),
        f"QPD|IHE PDQ Query|T{uuid.uuid4().hex[:8]}|@PID.5.1.1^{family}~@PID.5.2^{given}~@PID.7^{options.question[1]}",
        "RCP|I|10^RD"])
    accept(answer)
    return [f"{pid[5].split('~')[0].split('^')[0]} {pid[5].split('~')[0].split('^')[1]}\t{pid[7]}\t"
            + " ".join(ids_of(pid)) for pid in segments_named(answer, "PID")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["pix-v2", "pix-v3", "pdq"])
    parser.add_argument("question", nargs="+")
    for name in ("cert", "key", "ca"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--mllp", type=int, default=2575)
    parser.add_argument("--https", type=int, default=8443)
    options = parser.parse_args()
    for line in {"pix-v2": pix_v2, "pix-v3": pix_v3, "pdq": pdq}[options.what](options):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
