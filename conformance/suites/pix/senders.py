"""Who may feed what, and whom one is told of (agreement; ITI TF-2 3.8.4.1.3, 3.9.4.2.3; pix-pdq 2.3)."""
from lib import v3, v3_answers
from lib.cases import add, case
from lib.checks import equal
from lib.hidden_people import alike, consent, two_members
from lib.hl7 import adt
from lib.identity import UTF8, ask_v2, ask_v3, known, known_v3, member_id
from lib.people import person
from lib.soap import expect_fault
from lib.v2_answers import pair, raw

SECTION = "ITI TF-2 3.8.4.1.3 (one source for each domain)"


@case("pix/sender/own-domain", "a member feeds its own domain", SECTION)
def _own(t):
    identifier = member_id(t, "hospital")
    known(t, person(), [identifier], role="hospital")
    ask_v2(t, identifier, role="hospital").nothing()


@case("pix/sender/foreign-domain", "the clinic feeds the hospital's domain: refused, unknown afterwards",
      SECTION)
def _foreign(t):
    identifier = member_id(t, "hospital")
    t.need_role("clinic")
    octets = adt("A01", [identifier], t.ids.text("M"), charset=UTF8, **person().feed_options())
    raw(t, octets, "clinic").expect({"AE", "AR"})
    ask_v2(t, identifier, role="hospital").expect("AE")


@case("pix/sender/foreign-domain-v3", "the same by ITI-44", SECTION)
def _foreign_v3(t):
    identifier = member_id(t, "hospital")
    t.need_role("clinic")
    body = v3.feed("PRPA_IN201301UV02", [pair(identifier)], person().v3())
    v3_answers.send_feed(t, "PRPA_IN201301UV02", body, "clinic").refused()
    ask_v2(t, identifier, role="hospital").expect("AE")


@case("pix/sender/foreign-merge", "the clinic merges two ids of the hospital: refused, nothing changes",
      SECTION)
def _merge(t):
    ids = [member_id(t, "hospital"), member_id(t, "hospital")]
    t.need_role("clinic")
    for identifier in ids:
        known(t, person(), [identifier], role="hospital")
    octets = adt("A40", ids[:1], t.ids.text("M"), mrg1=ids[1], pv1=False, charset=UTF8)
    raw(t, octets, "clinic").expect({"AE", "AR"})
    ask_v2(t, ids[1], role="hospital").nothing()


@case("pix/sender/stranger-v3", "a stranger's ITI-44 and ITI-45 get no v3 answer", "ITI-19; agreement")
def _stranger(t):
    if not t.target.has_certificate("stranger"):
        t.need_role("stranger")
    identifier = t.patient()
    for action, body in (
            ("PRPA_IN201309UV02", v3.cross_reference_query(pair(identifier))),
            ("PRPA_IN201301UV02", v3.feed("PRPA_IN201301UV02", [pair(t.new_patient_id())],
                                          person().v3()))):
        reply = v3_answers.exchange(t, action, "pix", body, "stranger")
        expect_fault(reply, status={401, 403, 500, 400})


@case("pix/sender/listed-foreign-id", "an id of another's domain beside an own one links nobody",
      SECTION)
def _listed(t):
    victim, own = member_id(t, "hospital"), member_id(t, "clinic")
    known(t, person(), [victim], role="hospital")
    octets = adt("A01", [own, victim], t.ids.text("M"), charset=UTF8, **person().feed_options())
    raw(t, octets, "clinic").expect({"AA", "AE", "AR"})
    ask_v2(t, victim).nothing()


# Consent ------------------------------------------------------------------------------------------

HIDDEN = "pix-pdq 2.3: hidden by consent behaves as no identifier (case 2)"


@case("pix/hidden/no-consent", "two members know the person, nobody consented: NF for both", HIDDEN)
def _hidden(t):
    _, hospital, clinic = two_members(t)
    ask_v2(t, hospital).found([pair(clinic)])  # the test partner stands outside consent
    ask_v2(t, hospital, role="hospital").nothing()
    ask_v2(t, clinic, role="clinic").nothing()
    ask_v3(t, hospital, role="hospital").nothing()


@case("pix/hidden/asked-for-that-domain", "the hidden domain in QPD-4: NF, not an error", HIDDEN)
def _asked(t):
    _, hospital, clinic = two_members(t)
    ask_v2(t, hospital, [pair(clinic)[1]], role="hospital").nothing()
    ask_v3(t, hospital, [pair(clinic)[1]], role="hospital").nothing()


@case("pix/hidden/looks-like-absent", "hidden and absent are answered alike, octet by octet", HIDDEN)
def _alike(t):
    _, hospital, _ = two_members(t)
    lone = member_id(t, "hospital")
    known(t, person(), [lone], role="hospital")
    for domains in ([], [t.target.member_authorities["clinic"]]):
        seen = ask_v2(t, hospital, domains, "hospital").nothing()
        unseen = ask_v2(t, lone, domains, "hospital").nothing()
        own = [(i[0], "REGIONAL") for a in (seen, unseen) for i in a.ids]
        alike(seen, unseen, own + [(pair(hospital)[0], "ID"), (pair(lone)[0], "ID")])


@case("pix/hidden/foreign-id-known-or-not", "asked by another's id: known and unknown look alike", HIDDEN)
def _foreign_id(t):
    _, _, clinic = two_members(t)
    absent = member_id(t, "clinic")
    seen = ask_v2(t, clinic, role="hospital")
    unseen = ask_v2(t, absent, role="hospital")
    alike(seen, unseen, [(pair(clinic)[0], "ID"), (pair(absent)[0], "ID")])


@case("pix/hidden/foreign-id-known-or-not-v3", "the same by ITI-45", HIDDEN)
def _foreign_id_v3(t):
    _, _, clinic = two_members(t)
    seen = ask_v3(t, clinic, role="hospital")
    unseen = ask_v3(t, member_id(t, "clinic"), role="hospital")
    equal((seen.ack, seen.outcome, seen.details, seen.ids),
          (unseen.ack, unseen.outcome, unseen.details, unseen.ids), "outcome for a known id")


@case("pix/hidden/consent-shows", "consent given: both are told; taken back: NF again", HIDDEN)
def _consent(t):
    _, hospital, clinic = two_members(t)
    consent(t, hospital)
    ask_v2(t, hospital, role="hospital").found([pair(clinic)])
    ask_v2(t, clinic, role="clinic").found([pair(hospital)])
    ask_v3(t, hospital, role="hospital").found([pair(clinic)])
    consent(t, hospital, "withdraw")
    ask_v2(t, hospital, role="hospital").nothing()
    ask_v3(t, clinic, role="clinic").nothing()


def _v3_feed_hidden(t):
    someone = person()
    hospital, clinic = member_id(t, "hospital"), member_id(t, "clinic")
    known_v3(t, someone, [hospital], role="hospital")
    known_v3(t, someone, [clinic], role="clinic")
    ask_v3(t, hospital, role="hospital").nothing()
    ask_v3(t, hospital).found([pair(clinic)])


add("pix/hidden/fed-by-v3", "what ITI-44 fed is hidden alike", HIDDEN, _v3_feed_hidden)
