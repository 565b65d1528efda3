"""Broken glass: a person with a name, a purpose that claims it and a reason of the agreement's list."""
from lib.answers import QueryAnswer, RetrieveAnswer
from lib.cases import add, case
from lib.checks import equal, true
from lib.saml import TREAT

from .world import fetch, find, settings, sheets, sign, user

SECTION = "agreement (emergency.break_glass); guideline BG-1, BG-2"


def claim(t):
    known = settings(t)["break_glass"]
    return tuple(known["purpose"]), tuple(known["reason"])


def shown(t, known, security, role="clinic"):
    """Names of the sheets that a query shows; each can be fetched, and no other."""
    found = QueryAnswer(find(t, known.patient, role, security())).success().ids()
    names = set()
    for name, ids in known.all().items():
        if ids.entry in found:
            names.add(name)
        answer = RetrieveAnswer(fetch(t, ids.entry_uid, role, security()))
        equal(answer.status == "Success", ids.entry in found, f"whether the {name} can be fetched")
    return names


@case("policy/emergency/opens", "with purpose and reason what consent hides is shown, but for the highest level", SECTION)
def _opens(t):
    known = sheets(t)
    t.need_role("clinic")
    equal(shown(t, known, lambda: user(t, "clinic", purposes=claim(t))), {"letter", "prescription"}, "sheets shown")


@case("policy/emergency/against-a-refusal", "an ordinary no gives way in an emergency", SECTION)
def _refusal(t):
    known = sheets(t)
    sign(t, known.patient, "refuse")
    t.need_role("clinic")
    equal(shown(t, known, lambda: user(t, "clinic", purposes=claim(t))), {"letter", "prescription"}, "sheets shown")


def _not(purposes, who="doctor", role="clinic"):
    def run(t):
        known = sheets(t)
        t.need_role(role)
        equal(shown(t, known, lambda: user(t, role, purposes=purposes(t), who=who), role), set(), "sheets shown")
    return run


add("policy/emergency/no-reason", "the purpose alone opens nothing", SECTION, _not(lambda t: claim(t)[:1]))
add("policy/emergency/no-purpose", "the reason alone opens nothing", SECTION, _not(lambda t: (TREAT, claim(t)[1])))
add("policy/emergency/reason-of-no-list", "a reason that the agreement does not know opens nothing", SECTION,
    _not(lambda t: (claim(t)[0], ("CURIOUS", "2.16.840.1.113883.5.8", "ActReason", "just looking"))))
add("policy/emergency/other-role", "a role that the agreement does not name breaks no glass", SECTION,
    _not(claim, "pharmacist", "pharmacy"))


@case("policy/emergency/for-the-person-alone", "the house and other users see no more than before", SECTION)
def _alone(t):
    known = sheets(t)
    t.need_role("clinic")
    true(shown(t, known, lambda: user(t, "clinic", purposes=claim(t))), "something", "nothing")
    equal(shown(t, known, lambda: user(t, "clinic")), set(), "sheets shown to another user")
    equal(shown(t, known, lambda: ""), set(), "sheets shown to the house")
