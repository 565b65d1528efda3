"""HL7 v3 requests of PIXV3, PDQV3 and XCPD (ITI TF-2 3.44 to 3.47, 3.55, Appendix O)."""
import time
import uuid
from xml.sax.saxutils import quoteattr

V3 = "urn:hl7-org:v3"
HL7 = "2.16.840.1.113883.1.6"
XCPD = "urn:ihe:iti:xcpd:2009"
NS3 = {"h": V3}
DEVICE = "2.999.77.1"

ACTION = {
    "PRPA_IN201301UV02": (V3 + ":PRPA_IN201301UV02", V3 + ":MCCI_IN000002UV01"),
    "PRPA_IN201302UV02": (V3 + ":PRPA_IN201302UV02", V3 + ":MCCI_IN000002UV01"),
    "PRPA_IN201304UV02": (V3 + ":PRPA_IN201304UV02", V3 + ":MCCI_IN000002UV01"),
    "PRPA_IN201309UV02": (V3 + ":PRPA_IN201309UV02", V3 + ":PRPA_IN201310UV02"),
    "PRPA_IN201305UV02": (V3 + ":PRPA_IN201305UV02", V3 + ":PRPA_IN201306UV02"),
    "continue": (V3 + ":QUQI_IN000003UV01_Continue", V3 + ":PRPA_IN201306UV02"),
    "cancel": (V3 + ":QUQI_IN000003UV01_Cancel", V3 + ":MCCI_IN000002UV01"),
    "xcpd": (V3 + ":PRPA_IN201305UV02:CrossGatewayPatientDiscovery",
             V3 + ":PRPA_IN201306UV02:CrossGatewayPatientDiscovery"),
    "xcpd-deferred": (V3 + ":PRPA_IN201305UV02:Deferred:CrossGatewayPatientDiscovery",
                      V3 + ":MCCI_IN000002UV01"),
    "location": ("urn:ihe:iti:2009:PatientLocationQuery",
                 "urn:ihe:iti:2009:PatientLocationQueryResponse"),
}
QUERY_ID_ROOT = "2.999.77.2"


def ii(root, extension=None, tag="id"):
    more = "" if extension is None else f" extension={quoteattr(extension)}"
    return f'<{tag} root="{root}"{more}/>'


def device(kind, root, organization=None, telecom=""):
    agent = "" if organization is None else (
        '<asAgent classCode="AGNT"><representedOrganization classCode="ORG" '
        f'determinerCode="INSTANCE">{ii(organization)}</representedOrganization></asAgent>')
    return (f'<{kind} typeCode="{"RCV" if kind == "receiver" else "SND"}"><device classCode="DEV" '
            f'determinerCode="INSTANCE">{ii(root)}{telecom}{agent}</device></{kind}>')


def message(interaction, content, root=None, message_id=None, organization=None, receiver="2.999.1.1",
            processing="P", mode="T", before="", respond_to="", extension=None):
    """A transmission wrapper. `content` is the controlActProcess, `before` what stands ahead of it."""
    message_id = message_id or ii(str(uuid.uuid4()))
    now = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    root = root or interaction
    return (f'<{root} xmlns="{V3}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'ITSVersion="XML_1.0">{message_id}<creationTime value="{now}"/>'
            f"{ii(HL7, extension or interaction, 'interactionId')}"
            f'<processingCode code="{processing}"/><processingModeCode code="{mode}"/>'
            f'<acceptAckCode code="AL"/>{device("receiver", receiver)}{respond_to}'
            f"{device('sender', DEVICE, organization)}{before}{content}</{root}>")


def control_act(trigger, content, author=""):
    return (f'<controlActProcess classCode="CACT" moodCode="EVN"><code code="{trigger}" '
            f'codeSystem="{HL7}"/>{author}{content}</controlActProcess>')


# ITI-44 -------------------------------------------------------------------------------------------

def patient_xml(ids, person_xml, provider):
    listed = "".join(ii(oid, extension) for extension, oid in ids)
    organization = "" if provider is None else (
        f'<providerOrganization classCode="ORG" determinerCode="INSTANCE">{ii(provider)}'
        '<contactParty classCode="CON"/></providerOrganization>')
    return (f'<patient classCode="PAT">{listed}<statusCode code="active"/>'
            f'<patientPerson classCode="PSN" determinerCode="INSTANCE">{person_xml}</patientPerson>'
            f"{organization}</patient>")


def registration(patient, prior=""):
    return ('<subject typeCode="SUBJ" contextConductionInd="false"><registrationEvent classCode="REG" '
            'moodCode="EVN"><id nullFlavor="NA"/><statusCode code="active"/><subject1 typeCode="SBJ">'
            f'{patient}</subject1><custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">'
            f"{ii(DEVICE)}</assignedEntity></custodian>{prior}</registrationEvent></subject>")


def prior_registration(identifier):
    extension, oid = identifier
    return ('<replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN">'
            '<statusCode code="obsolete"/><subject1 typeCode="SBJ"><priorRegisteredRole '
            f'classCode="PAT">{ii(oid, extension)}</priorRegisteredRole></subject1>'
            "</priorRegistration></replacementOf>")


def feed(interaction, ids, person_xml, prior=None, subjects=None, **options):
    """PRPA_IN201301, 302 or 304; `ids` are (extension, oid) pairs."""
    subject = registration(patient_xml(ids, person_xml, ids[0][1] if ids else DEVICE),
                           prior_registration(prior) if prior else "")
    trigger = interaction.replace("_IN", "_TE")
    return message(interaction, control_act(trigger, subjects if subjects is not None else subject),
                   **options)


# Queries ------------------------------------------------------------------------------------------

def query(parameters, tag, before="", modality=True, priority="I"):
    modality = '<responseModalityCode code="R"/>' if modality else ""
    return (f"<queryByParameter>{ii(QUERY_ID_ROOT, tag, 'queryId')}<statusCode code=\"new\"/>{modality}"
            f'<responsePriorityCode code="{priority}"/>{before}'
            f"<parameterList>{parameters}</parameterList></queryByParameter>")


def parameter(name, semantics, *values):
    return f"<{name}>{''.join(values)}<semanticsText>{semantics}</semanticsText></{name}>"


def cross_reference_query(identifier, domains=(), tag="1", **options):
    """PRPA_IN201309UV02 for an (extension, oid) pair."""
    listed = "".join(parameter("dataSource", "DataSource.id", ii(d, tag="value")) for d in domains)
    listed += parameter("patientIdentifier", "Patient.id", ii(identifier[1], identifier[0], "value"))
    author = ('<authorOrPerformer typeCode="AUT"><assignedDevice classCode="ASSIGNED">'
              f"{ii(DEVICE)}</assignedDevice></authorOrPerformer>")
    return message("PRPA_IN201309UV02", control_act(
        "PRPA_TE201309UV02", query(listed, tag, modality=False), author), **options)


def name_value(family="", given="", use=None):
    mark = f' use="{use}"' if use else ""
    return (f"<value{mark}>" + (f"<family>{family}</family>" if family else "") +
            (f"<given>{given}</given>" if given else "") + "</value>")


def criteria(names=(), birth=None, sex=None, ids=(), domains=(), addresses=(), phones=(), mother=None):
    """A parameterList in the schema's order. `birth`: a date, or (low, high)."""
    out = ""
    if sex:
        out += parameter("livingSubjectAdministrativeGender", "LivingSubject.administrativeGender",
                         f'<value code="{sex}"/>')
    if birth:
        value = (f'<value value="{birth}"/>' if isinstance(birth, str) else
                 f'<value><low value="{birth[0]}"/><high value="{birth[1]}"/></value>')
        out += parameter("livingSubjectBirthTime", "LivingSubject.birthTime", value)
    for extension, oid in ids:
        out += parameter("livingSubjectId", "LivingSubject.id", ii(oid, extension, "value"))
    for name in names:
        out += parameter("livingSubjectName", "LivingSubject.name", name)
    if mother:
        out += parameter("mothersMaidenName", "Person.MothersMaidenName", mother)
    for oid in domains:
        out += parameter("otherIDsScopingOrganization", "OtherIDs.scopingOrganization.id",
                         ii(oid, tag="value"))
    if addresses:
        out += parameter("patientAddress", "Patient.addr", *addresses)
    if phones:
        out += parameter("patientTelecom", "Patient.telecom",
                         *[f'<value value="tel:{p}"/>' for p in phones])
    return out


def find_candidates(parameters, tag="1", quantity=None, minimum=None, author="", priority="I",
                    **options):
    """PRPA_IN201305UV02."""
    before = "" if quantity is None else (f'<initialQuantity value="{quantity}"/>'
                                          '<initialQuantityCode code="RD"/>')
    if minimum is not None:
        before += ('<matchCriterionList><minimumDegreeMatch><value xsi:type="INT" '
                   f'value="{minimum}"/><semanticsText>MinimumDegreeMatch</semanticsText>'
                   "</minimumDegreeMatch></matchCriterionList>")
    return message("PRPA_IN201305UV02", control_act(
        "PRPA_TE201305UV02", query(parameters, tag, before, priority=priority), author), **options)


def continuation(tag, answered, quantity=None, status="waitContinuedQueryResponse", root=None,
                 start=None):
    """QUQI_IN000003UV01; `answered` is the id element's (root, extension) of the last answer."""
    before = ('<acknowledgement><typeCode code="AA"/><targetMessage>'
              f"{ii(*answered)}</targetMessage></acknowledgement>")
    content = "<queryContinuation>" + ii(QUERY_ID_ROOT, tag, "queryId")
    if start is not None:
        content += f'<startResultNumber value="{start}"/>'
    if quantity is not None:
        content += f'<continuationQuantity value="{quantity}"/>'
    content += f'<statusCode code="{status}"/></queryContinuation>'
    return message("QUQI_IN000003UV01", control_act("PRPA_TE000003UV01", content),
                   root=root or "QUQI_IN000003UV01", before=before)
