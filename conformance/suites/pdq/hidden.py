"""Whom a member is told of (agreement; pix-pdq 2.3 [design]): what is hidden leaves no trace."""
from lib import v2, v3, v3_answers
from lib.cases import add, case
from lib.checks import equal, true
from lib.hidden_people import alike, by_name, consent, two_members
from lib.identity import UTF8, find_v2, find_v3, known, member_id, name_v2, name_v3
from lib.people import person
from lib.soap import expect_fault
from lib.v2_answers import Patients, ask, pair

SECTION = "agreement (identity); pix-pdq 2.3"


@case("pdq/hidden/own-id-only", "found by both members, each is told its own id only", SECTION)
def _own(t):
    someone, hospital, clinic = two_members(t)
    criteria = name_v2(someone) + [("PID.7", someone.birth)]
    find_v2(t, criteria, role="hospital").found([pair(hospital)])
    find_v2(t, criteria, role="clinic").found([pair(clinic)])
    find_v3(t, "hospital", names=[name_v3(someone)], birth=someone.birth).found([pair(hospital)])


@case("pdq/hidden/another-members-patient", "a person only another member knows: NF, in both versions",
      SECTION)
def _other(t):
    someone = person()
    known(t, someone, [member_id(t, "clinic")], role="clinic")
    t.need_role("hospital")
    find_v2(t, name_v2(someone) + [("PID.7", someone.birth)], role="hospital").found()
    find_v3(t, "hospital", names=[name_v3(someone)], birth=someone.birth).nothing()


@case("pdq/hidden/looks-like-absent", "hidden and absent are answered alike, octet by octet", SECTION)
def _alike(t):
    hidden, absent = person(), person()
    known(t, hidden, [member_id(t, "clinic")], role="clinic")
    t.need_role("hospital")
    seen, unseen = (ask(t, by_name(t, p, charset=UTF8), "hospital", UTF8, Patients)
                    for p in (hidden, absent))
    words = [(text, name) for p in (hidden, absent) for text, name in
             ((p.family.kanji, "FAMILY"), (p.given.kanji, "GIVEN"), (p.birth, "BIRTH"))]
    alike(seen, unseen, words)


@case("pdq/hidden/domain-asked-for", "the hidden domain in QPD-8: the patient is omitted, no error", SECTION)
def _domain(t):
    someone, _, clinic = two_members(t)
    criteria = name_v2(someone) + [("PID.7", someone.birth)]
    find_v2(t, criteria, [pair(clinic)[1]], role="hospital").found()


@case("pdq/hidden/id-of-another", "a search by another's id finds nothing without consent", SECTION)
def _id(t):
    _, hospital, clinic = two_members(t)
    asked = [("PID.3.1", pair(clinic)[0]), ("PID.3.4.2", pair(clinic)[1]), ("PID.3.4.3", "ISO")]
    find_v2(t, asked, role="hospital").found()
    find_v3(t, "hospital", ids=[pair(clinic)]).nothing()
    true(hospital, "a patient", None)


@case("pdq/hidden/demographics-of-another", "what only the other member wrote is neither found nor told",
      SECTION)
def _demographics(t):
    someone, hospital, clinic = two_members(t)
    moved = someone.but(phone="099-" + someone.phone[4:])
    known(t, moved, [clinic], "A08", role="clinic")
    criteria = name_v2(someone) + [("PID.7", someone.birth)]
    pid = find_v2(t, criteria, role="hospital").found([pair(hospital)]).pids[0]
    true(moved.phone not in pid.line, "no telephone of the other's record", pid.field(13))
    find_v2(t, criteria + [("PID.13.12", moved.phone)], role="hospital").found()


@case("pdq/hidden/consent-shows", "consent given: ids of both; taken back: the own one", SECTION)
def _consent(t):
    someone, hospital, clinic = two_members(t)
    criteria = name_v2(someone) + [("PID.7", someone.birth)]
    consent(t, hospital)
    find_v2(t, criteria, role="hospital").found([pair(hospital), pair(clinic)])
    find_v3(t, "clinic", names=[name_v3(someone)], birth=someone.birth).found(
        [pair(hospital), pair(clinic)])
    consent(t, hospital, "withdraw")
    find_v2(t, criteria, role="hospital").found([pair(hospital)])


def _too_little(criteria):
    def run(t):
        t.need_role("hospital")
        someone = person()
        known(t, someone, [member_id(t, "hospital")], role="hospital")
        request, answer = v2.send(t, v2.pdq(t, criteria(someone), charset=UTF8), "hospital", UTF8)
        equal(answer.all("PID"), [], "PID segments")
        true(answer.one("MSA").field(1) in ("AE", "AR"), "a refusal", answer.one("MSA").line)
        true(request, "a request", None)
    return run


for _name, _criteria in (("sex", lambda p: [("PID.8", p.sex)]),
                         ("birth", lambda p: [("PID.7", p.birth)]),
                         ("family", lambda p: [("PID.5.1.1", p.family.kanji)])):
    add(f"pdq/minimum-criteria/{_name}", f"{_name} alone is less than the agreement asks: refused",
        "agreement (minimum_criteria K3.12)", _too_little(_criteria))


@case("pdq/stranger", "a stranger's ITI-47 gets a fault", "ITI-19; agreement")
def _stranger(t):
    t.need_role("stranger")
    body = v3.find_candidates(v3.criteria(birth="19700101"), t.ids.text("T"))
    expect_fault(v3_answers.exchange(t, "PRPA_IN201305UV02", "pdq", body, "stranger"),
                 status={400, 401, 403, 500})
