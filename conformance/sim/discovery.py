"""Who somebody is in the neighbour's community (ITI-55): the answers of neighbour.py, true ones and others."""
import hashlib
import uuid
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

V3 = "urn:hl7-org:v3"
XCPD = "urn:ihe:iti:xcpd:2009"
ISO = "2.16.840.1.113883.1.6"
GENDERS = "2.16.840.1.113883.5.1"
WANTED = "1.3.6.1.4.1.19376.1.2.27.1"
CANNOT = "1.3.6.1.4.1.19376.1.2.27.3"
ISSUE = ('<code code="_ActAdministrativeDetectedIssueManagementCode" codeSystem="2.16.840.1.113883.5.4"/>')


def text_of(element, path):
    found = element.find(path, {"v": V3}) if element is not None else None
    return "" if found is None else (found.get("value") or found.get("code") or found.text or "")


class Question:
    """What it was asked with."""

    def __init__(self, body):
        self.body = body
        parameters = body.find(".//{*}parameterList")
        self.family = text_of(parameters, "v:livingSubjectName/v:value/v:family")
        self.given = text_of(parameters, "v:livingSubjectName/v:value/v:given")
        self.birth = text_of(parameters, "v:livingSubjectBirthTime/v:value")
        self.sex = text_of(parameters, "v:livingSubjectAdministrativeGender/v:value")
        self.more = [name for name in ("patientAddress", "patientTelecom", "mothersMaidenName", "livingSubjectId")
                     if parameters.find(f"{{{V3}}}{name}") is not None]
        self.message = body.find(f"{{{V3}}}id").get("root")
        self.asker = text_root(body, ".//v:sender//v:representedOrganization/v:id")
        self.query_id = body.find(".//{*}queryId")
        self.parameters = etree.tostring(body.find(".//{*}queryByParameter"), encoding="unicode")

    def summary(self):
        return "+".join([f"{self.family}/{self.birth}", *self.more])

    def person_id(self):
        return hashlib.sha256(f"{self.family} {self.given} {self.birth}".encode()).hexdigest()[:12]


def text_root(element, path):
    found = element.find(path, {"v": V3})
    return "" if found is None else found.get("root", "")


def person(question, patient_id, authority, custodian, *, family=None, birth=None):
    return f"""\
<subject typeCode="SUBJ" contextConductionInd="false"><registrationEvent classCode="REG" moodCode="EVN"><id nullFlavor="NA"/>
<statusCode code="active"/><subject1 typeCode="SBJ"><patient classCode="PAT">
<id root="{authority}" extension={quoteattr(patient_id)}/><statusCode code="active"/>
<patientPerson classCode="PSN" determinerCode="INSTANCE">
<name><family>{escape(family or question.family)}</family><given>{escape(family or question.given)}</given></name>
<administrativeGenderCode code={quoteattr(question.sex or "F")} codeSystem="{GENDERS}"/>
<birthTime value={quoteattr(birth or question.birth)}/></patientPerson>
<providerOrganization classCode="ORG" determinerCode="INSTANCE"><id root="{custodian}"/>
<contactParty classCode="CON"/></providerOrganization>
<subjectOf1><queryMatchObservation classCode="OBS" moodCode="EVN"><code code="IHE_PDQ"/>
<value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="INT" value="100"/></queryMatchObservation>
</subjectOf1></patient></subject1><custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">
<id root="{custodian}"/><code code="NotHealthDataLocator" codeSystem="1.3.6.1.4.1.19376.1.2.27.2"/>
</assignedEntity></custodian></registrationEvent></subject>"""


def issue(inner):
    return (f'<reasonOf typeCode="RSON"><detectedIssueEvent classCode="ALRT" moodCode="EVN">{ISSUE}{inner}'
            "</detectedIssueEvent></reasonOf>")


def wants(code):
    return issue('<triggerFor typeCode="TRIG"><actOrderRequired classCode="ACT" moodCode="RQO">'
                 f'<code code="{code}" codeSystem="{WANTED}"/></actOrderRequired></triggerFor>')


def cannot(code):
    return issue('<mitigatedBy typeCode="MITGT"><detectedIssueManagement classCode="ACT" moodCode="EVN">'
                 f'<code code="{code}" codeSystem="{CANNOT}"/></detectedIssueManagement></mitigatedBy>')


def device(home):
    return ('<device classCode="DEV" determinerCode="INSTANCE">'
            f'<id root="{home}"/><asAgent classCode="AGNT"><representedOrganization classCode="ORG" '
            f'determinerCode="INSTANCE"><id root="{home}"/></representedOrganization></asAgent></device>')


def locations(body, mode):
    """(patient asked for, payload) of a patient location query (ITI-56): as the words behind `locates` say."""
    requested = body.find(f"{{{XCPD}}}RequestedPatientId")
    root, extension = requested.get("root"), requested.get("extension")
    told = "".join(
        f"<PatientLocationResponse><HomeCommunityId>{home}</HomeCommunityId><CorrespondingPatientId "
        f'root="{home.removeprefix("urn:oid:")}.1" extension="L{extension}"/><RequestedPatientId root="{root}" '
        f'extension="{extension}"/></PatientLocationResponse>' for home in mode[1:] if mode[0] == "locates")
    return f"{extension}^^^&{root}&ISO", f'<PatientLocationQueryResponse xmlns="{XCPD}">{told}</PatientLocationQueryResponse>'


def answer(question, mode, home):
    """(payload, SOAP headers) for a mode, see README.md; `home` without urn:oid:."""
    authority, known_as = f"{home}.1", question.person_id()
    subjects, code, ack, trouble = [], "OK", "AA", ""
    query_id = question.query_id.get("extension", "")
    custodian = home
    if mode[0] == "absent":
        code = "NF"
    elif mode[0] == "busy":
        code, ack, trouble = "AE", "AE", cannot("ResponderBusy")
    elif mode[0] == "error":
        code, ack, trouble = "AE", "AE", cannot("InternalError")
    elif mode[0] == "wants" and not question.more:
        trouble = wants(mode[1])
    elif mode[0] == "several":
        subjects = [person(question, f"{known_as}-{n}", authority, custodian) for n in (1, 2)]
    elif mode[0] == "other-person":
        subjects = [person(question, known_as, authority, custodian, family="鈴木", birth="18990101")]
    elif mode[0] == "other-custodian":
        subjects = [person(question, known_as, authority, "2.999.77.7")]
    else:
        subjects = [person(question, known_as, authority, custodian)]
    if mode[0] == "other-query":
        query_id = "another"
    total = len(subjects)
    payload = f"""\
<PRPA_IN201306UV02 xmlns="{V3}" ITSVersion="XML_1.0"><id root="{uuid.uuid4()}"/><creationTime value="20261121000000"/>
<interactionId root="{ISO}" extension="PRPA_IN201306UV02"/><processingCode code="P"/><processingModeCode code="T"/>
<acceptAckCode code="NE"/><receiver typeCode="RCV">{device(question.asker)}</receiver>
<sender typeCode="SND">{device(home)}</sender><acknowledgement><typeCode code="{ack}"/>
<targetMessage><id root="{question.message}"/></targetMessage></acknowledgement>
<controlActProcess classCode="CACT" moodCode="EVN"><code code="PRPA_TE201306UV02" codeSystem="{ISO}"/>
{"".join(subjects)}{trouble}<queryAck><queryId root="{question.query_id.get("root")}" extension="{query_id}"/>
<statusCode code="deliveredResponse"/><queryResponseCode code="{code}"/><resultTotalQuantity value="{total}"/>
<resultCurrentQuantity value="{total}"/><resultRemainingQuantity value="0"/></queryAck>{question.parameters}
</controlActProcess></PRPA_IN201306UV02>"""
    keep = {"no-ttl": None, "ttl": mode[1] if len(mode) > 1 else None}.get(mode[0], "P0Y0M7D")
    headers = f'<x:CorrelationTimeToLive xmlns:x="{XCPD}">{keep}</x:CorrelationTimeToLive>' if keep else ""
    return payload, headers
