"""ITI-55 as the responding gateway (ITI TF-2 3.55; pix-pdq 5.5)."""
import re

from lib import gazelle, v3, v3_answers
from lib.cases import add, case
from lib.checks import equal, one_of, true
from lib.hidden_people import consent
from lib.identity import known, linked, member_id, name_v3
from lib.names import NS
from lib.people import person
from lib.soap import expect_fault
from lib.v2_answers import pair
from lib.v3 import NS3
from lib.v3_answers import Patients, exchange, parsed, told

SECTION = "ITI TF-2 3.55.4.2.3"
HOME = "2.999.77.9"
LOCATOR = "1.3.6.1.4.1.19376.1.2.27.2"
AUTHOR = ('<authorOrPerformer typeCode="AUT"><assignedDevice classCode="ASSIGNED"><id root="2.999.77.8"/>'
          "</assignedDevice></authorOrPerformer>")


class Discovery(Patients):
    """An answer of ITI-55: one id of the community in each registration, custodian and locator."""

    def __init__(self, t, reply, request, secret=()):
        super().__init__(reply, request, secret)
        home = (t.target.home or "").removeprefix("urn:oid:")
        for event in self.act.findall("h:subject/h:registrationEvent", NS3):
            entity = event.find("h:custodian/h:assignedEntity", NS3)
            if home:
                equal(entity.find("h:id", NS3).get("root"), home, "custodian (homeCommunityId)")
            code = entity.find("h:code", NS3)
            true(code is not None, "a locator code of the custodian", None)
            equal(code.get("codeSystem"), LOCATOR, "code system of the locator code")
            one_of(code.get("code"), {"NotHealthDataLocator", "SupportsHealthDataLocator"}, "locator")
        for patient in self.patients:
            equal(len(patient.findall("h:id", NS3)), 1, "number of patient/id")
        self.main = [(p.find("h:id", NS3).get("extension"), p.find("h:id", NS3).get("root"))
                     for p in self.patients]


def body(t, priority="I", home=HOME, respond_to="", mode="T", author=AUTHOR, **criteria):
    return v3.find_candidates(v3.criteria(**criteria), t.ids.text("T"), author=author, priority=priority,
                              organization=home, respond_to=respond_to, mode=mode)


def discover(t, text, role="toolkit", headers="", secret=()):
    return told(t, Discovery(t, exchange(t, "xcpd", "xcpd", text, role, headers), parsed(text), secret))


def of(someone, spelling="kanji", **more):
    return dict(names=[name_v3(someone, spelling)], birth=someone.birth) | more


@case("xcpd/iti-55/case-1-one-match", "name, birth and sex of one person: one registrationEvent",
      SECTION + " case 1")
def _one(t):
    someone, ids = linked(t, (0,))
    answer = discover(t, body(t, **of(someone, sex=someone.sex))).found([pair(ids[0])])
    equal(answer.main, [pair(ids[0])], "patient/id")


@case("xcpd/iti-55/other-ids", "one id as patient/id, the others in asOtherIDs", SECTION)
def _others(t):
    someone, ids = linked(t, (0, 1))
    answer = discover(t, body(t, **of(someone)))
    answer.found([pair(i) for i in ids])


@case("xcpd/iti-55/id-fits-the-registry", "the id that is told can be used for ITI-18", SECTION)
def _registry(t):
    someone, ids = linked(t, (0,))
    made = t.build_uuids.submission(ids[0])
    t.register(made).success()
    answer = discover(t, body(t, **of(someone))).expect("AA", "OK")
    identifier, oid = answer.main[0]
    true(made.entry.id in t.stored(f"{identifier}^^^&{oid}&ISO").ids(), "the document under that id",
         answer.main)


@case("xcpd/iti-55/demographics-come-back", "name, birth and sex of the person", SECTION)
def _demographics(t):
    someone, _ = linked(t, (0,))
    answer = discover(t, body(t, **of(someone))).expect("AA", "OK")
    patient = answer.patients[0].find("h:patientPerson", NS3)
    families = [n.findtext("h:family", None, NS3) for n in patient.findall("h:name", NS3)]
    true(someone.family.kanji in families and someone.family.kana in families, "both spellings", families)
    equal(patient.find("h:birthTime", NS3).get("value")[:8], someone.birth, "birthTime")


@case("xcpd/iti-55/case-2-or-3-several", "two persons of one name and birth: both, or none and what to add",
      SECTION + " case 2, 3")
def _several(t):
    someone, _ = linked(t, (0,))
    other = person(family=someone.family, given=someone.given, birth=someone.birth)
    known(t, other, [t.new_patient_id(0)])
    answer = discover(t, body(t, **of(someone))).expect("AA", "OK")
    if answer.patients:
        equal(len(answer.patients), 2, "number of matches")
        return
    codes = [e.get("code") for e in answer.act.findall(
        "h:reasonOf/h:detectedIssueEvent/h:triggerFor/h:actOrderRequired/h:code", NS3)
        if e.get("codeSystem") == "1.3.6.1.4.1.19376.1.2.27.1"]
    true(codes, "attributes that are asked for", None)
    for code in codes:
        one_of(code, {"LivingSubjectAdministrativeGenderRequested", "PatientAddressRequested",
                      "PatientTelecomRequested", "LivingSubjectBirthPlaceNameRequested",
                      "LivingSubjectBirthPlaceAddressRequested", "MothersMaidenNameRequested"}, "code")


@case("xcpd/iti-55/narrowed", "the address tells two persons of one name and birth apart",
      SECTION + " case 3, then 1")
def _narrowed(t):
    someone, ids = linked(t, (0,))
    known(t, person(family=someone.family, given=someone.given, birth=someone.birth),
          [t.new_patient_id(0)])
    address = f"<value><postalCode>{someone.postal}</postalCode></value>"
    discover(t, body(t, **of(someone, addresses=[address]))).found([pair(ids[0])])


@case("xcpd/iti-55/case-4-none", "nobody: AA, NF", SECTION + " case 4")
def _none(t):
    discover(t, body(t, **of(person()))).nothing()


@case("xcpd/iti-55/by-id", "livingSubjectId alone is enough", "ITI TF-2 3.55.4.1.2")
def _by_id(t):
    _, ids = linked(t, (0,))
    discover(t, body(t, ids=[pair(ids[0])])).found([pair(ids[0])])


@case("xcpd/iti-55/by-id-and-demographics", "an id with a birth that does not fit: not found",
      "ITI TF-2 3.55.4.1.2 (AND)")
def _by_id_wrong(t):
    _, ids = linked(t, (0,))
    discover(t, body(t, ids=[pair(ids[0])], birth="18990101")).nothing()


@case("xcpd/iti-55/several-names-are-or", "one of two names fits: found", "pix-pdq 5.5")
def _names(t):
    someone, ids = linked(t, (0,))
    discover(t, body(t, names=[name_v3(person()), name_v3(someone)], birth=someone.birth)).found(
        [pair(ids[0])])


def _spelling(spelling):
    def run(t):
        someone, identifier = person(scripts="IPA"), t.new_patient_id()
        known(t, someone, [identifier])
        discover(t, body(t, **of(someone, spelling))).found([pair(identifier)])
    return run


for _name in ("kanji", "kana", "romaji"):
    add(f"xcpd/iti-55/name-{_name}", f"found by {_name}", "pix-pdq 5.5, 6", _spelling(_name))


@case("xcpd/iti-55/time-to-live-header", "CorrelationTimeToLive in the header is no obstacle", "pix-pdq 5.5")
def _header(t):
    someone, ids = linked(t, (0,))
    header = (f'<x:CorrelationTimeToLive xmlns:x="{v3.XCPD}">P0Y0M7D</x:CorrelationTimeToLive>')
    discover(t, body(t, **of(someone)), headers=header).found([pair(ids[0])])
    for told in ("1", "0", "true", "false"):
        marked = header.replace(">P0", f' xmlns:o="{NS["s"]}" o:mustUnderstand="{told}" o:relay="false">P0')
        discover(t, body(t, **of(someone)), headers=marked).found([pair(ids[0])])


@case("xcpd/iti-55/time-to-live-answer", "how long an id may be kept is told as a duration, and only of an id that is sure",
      "pix-pdq 5.5")
def _kept(t):
    someone, _ = linked(t, (0,))
    reply = exchange(t, "xcpd", "xcpd", body(t, **of(someone)))
    told = reply.envelope.findtext("s:Header/x:CorrelationTimeToLive", None, {**NS, "x": v3.XCPD})
    if told is not None:
        true(re.fullmatch(r"P(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?", told.strip()), "an xs:duration", told)
    nobody = person()
    reply = exchange(t, "xcpd", "xcpd", body(t, **of(nobody)))
    equal(reply.envelope.findtext("s:Header/x:CorrelationTimeToLive", None, {**NS, "x": v3.XCPD}), None,
          "CorrelationTimeToLive beside nobody")


# What cannot be answered (case 5) -----------------------------------------------------------------

def cannot(t, text):
    reply = exchange(t, "xcpd", "xcpd", text, schema=False)
    if reply.fault is not None:
        expect_fault(reply)
        return
    ack = gazelle.code(reply.payload, "h:acknowledgement/h:typeCode")
    true(ack in ("AE", "AR", "CE", "CR"), "a negative acknowledgement", ack)
    equal(len(reply.payload.findall(".//h:registrationEvent", NS3)), 0, "registrationEvents")


FAULTS = {
    "no-birth": lambda t, p: body(t, names=[name_v3(p)]),
    "no-name": lambda t, p: body(t, birth=p.birth),
    "nothing-but-sex": lambda t, p: body(t, sex=p.sex),
    "fuzzy-name": lambda t, p: body(t, names=[name_v3(p, use="SRCH")], birth=p.birth),
    "not-a-parameter-of-xcpd": lambda t, p: body(t, **of(p)).replace(
        "</parameterList>", v3.parameter("patientStatusCode", "Patient.statusCode", '<value code="active"/>') +
        "</parameterList>"),
    "fuzzy-mothers-name": lambda t, p: body(t, mother=name_v3(p, use="SRCH"), **of(p)),
    "interaction": lambda t, p: body(t, **of(p)).replace('extension="PRPA_IN201305UV02"',
                                                         'extension="PRPA_IN201309UV02"'),
    "schema": lambda t, p: body(t, **of(p)).replace("<parameterList>", "<nonsense/><parameterList>"),
}


def _fault(make):
    def run(t):
        someone, _ = linked(t, (0,))
        cannot(t, make(t, someone))
    return run


for _name, _make in FAULTS.items():
    add(f"xcpd/iti-55/case-5/{_name}", f"{_name.replace('-', ' ')}: refused, nobody told",
        SECTION + " case 5; pix-pdq 5.5", _fault(_make))


def respond_to(url):
    return (f'<respondTo typeCode="RSP"><telecom value="{url}"/>'
            '<entityRsp classCode="ENT" determinerCode="INSTANCE" xsi:nil="true"/></respondTo>')


def deferred(t, text, refused, place=None):
    """The acknowledgement of a deferred question; a refusal has one of these codes."""
    reply = exchange(t, "xcpd-deferred", "xcpd", text)
    if reply.fault is not None:
        expect_fault(reply)
        return
    answer = v3_answers.Acknowledgement(reply, parsed(text))
    if answer.ack in ("AA", "CA"):
        return
    codes = {detail[0] for detail in answer.details}
    true(codes & (refused | {"NS250"}), f"a detail with one of {sorted(refused)}, or NS250", answer.details)
    if place and "NS250" not in codes:
        answer.error(sorted(refused)[0], place)


@case("xcpd/iti-55/deferred", "deferred mode: taken, refused for an address nobody registered, or NS250 when it "
      "is not supported", "pix-pdq 5.5")
def _deferred(t):
    someone, _ = linked(t, (0,))
    deferred(t, body(t, "D", respond_to=respond_to("https://localhost:1/none"), **of(someone)), {"RTUDEST"})


@case("xcpd/iti-55/deferred-nowhere", "deferred mode without respondTo: the missing element is told", "pix-pdq 5.5")
def _deferred_nowhere(t):
    someone, _ = linked(t, (0,))
    deferred(t, body(t, "D", **of(someone)), {"SYN105"}, "respondTo/telecom")


@case("xcpd/iti-55/deferred-at-once", "the deferred operation with priority I: refused", "pix-pdq 5.5")
def _deferred_at_once(t):
    someone, _ = linked(t, (0,))
    text = body(t, "I", respond_to=respond_to("https://localhost:1/none"), **of(someone))
    reply = exchange(t, "xcpd-deferred", "xcpd", text)
    if reply.fault is not None:
        expect_fault(reply)
        return
    answer = v3_answers.Acknowledgement(reply, parsed(text))
    one_of(answer.ack, {"AE", "AR", "CE", "CR"}, "acknowledgement")
    answer.error("NS250")


@case("xcpd/iti-55/deferred-by-the-wrong-door", "priority D with the action of an answer at once: refused, nobody "
      "told", "pix-pdq 5.5")
def _deferred_wrong_door(t):
    someone, _ = linked(t, (0,))
    cannot(t, body(t, "D", respond_to=respond_to("https://localhost:1/none"), **of(someone)))


# Consent ------------------------------------------------------------------------------------------

@case("xcpd/iti-55/member-without-consent", "a member asks for another member's patient: NF", "agreement")
def _hidden(t):
    someone = person()
    clinic = member_id(t, "clinic")
    known(t, someone, [clinic], role="clinic")
    text = body(t, **of(someone))
    reply = exchange(t, "xcpd", "xcpd", text, t.need_role("hospital"))
    if reply.fault is None:
        Discovery(t, reply, parsed(text)).nothing()
    else:
        expect_fault(reply)  # members may be no gateways at all


@case("xcpd/iti-55/consent-is-no-back-door", "withdrawn consent hides again", "agreement")
def _withdrawn(t):
    someone, clinic = person(), member_id(t, "clinic")
    known(t, someone, [clinic], role="clinic")
    consent(t, clinic)
    consent(t, clinic, "withdraw")
    text = body(t, **of(someone))
    reply = exchange(t, "xcpd", "xcpd", text, t.need_role("hospital"))
    if reply.fault is None:
        Discovery(t, reply, parsed(text)).nothing()
    else:
        expect_fault(reply)


@case("xcpd/iti-55/stranger", "a stranger gets a fault", "ITI-19; agreement")
def _stranger(t):
    t.need_role("stranger")
    expect_fault(exchange(t, "xcpd", "xcpd", body(t, **of(person())), "stranger"),
                 status={400, 401, 403, 500})
