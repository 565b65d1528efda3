"""What the identity suites share: persons made known, and questions in their shortest form."""
from . import v2, v2_answers, v3, v3_answers
from .checks import Skipped
from .ids import cx
from .people import person
from .v2_answers import pair

UTF8 = "UNICODE UTF-8"


def known(t, someone, ids, trigger="A01", role="toolkit", **options):
    """Feeds a person under these ids (one message: one source that serves several domains)."""
    options = dict(charset=UTF8) | someone.feed_options() | options
    t.feed(ids, trigger, role=role, **options).expect("AA")
    return ids


def linked(t, domains=(0, 1), someone=None):
    """A person with one fresh id in each of the target's domains; (person, [CX ...])."""
    someone = someone or person()
    ids = [t.new_patient_id(number) for number in domains]
    known(t, someone, ids)
    return someone, ids


def domain(t, number):
    return v2.authority(t.target.authorities[number])


def ask_v2(t, identifier, domains=(), role="toolkit", **options):
    """ITI-9 about a CX text; `domains` are OIDs."""
    text = v2.pix_query(t, identifier, [v2.authority(d) for d in domains], **options)
    return v2_answers.ask(t, text, role)


def ask_v3(t, identifier, domains=(), role="toolkit", **options):
    """ITI-45 about a CX text; `domains` are OIDs."""
    body = v3.cross_reference_query(pair(identifier), domains, t.ids.text("T"), **options)
    return v3_answers.ask_pix(t, body, role)


def find_v2(t, criteria, domains=(), role="toolkit", charset=UTF8, secret=(), **options):
    """ITI-21 (or what options say); `criteria` are (name, value) pairs."""
    text = v2.pdq(t, criteria, [v2.authority(d) for d in domains], charset=charset, **options)
    return v2_answers.ask(t, text, role, charset, v2_answers.Patients, secret)


def find_v3(t, role="toolkit", quantity=None, tag=None, minimum=None, secret=(), **criteria):
    body = v3.find_candidates(v3.criteria(**criteria), tag or t.ids.text("T"), quantity, minimum)
    return v3_answers.ask_pdq(t, body, role, secret)


def name_v2(someone, spelling="kanji"):
    return [("PID.5.1.1", getattr(someone.family, spelling)),
            ("PID.5.2", getattr(someone.given, spelling))]


def name_v3(someone, spelling="kanji", use=None):
    return v3.name_value(getattr(someone.family, spelling), getattr(someone.given, spelling), use)


def pairs(ids):
    return [pair(identifier) for identifier in ids]


def known_v3(t, someone, ids, interaction="PRPA_IN201301UV02", role="toolkit", **options):
    """ITI-44 for a person under these CX texts."""
    body = v3.feed(interaction, pairs(ids), someone.v3(), **options)
    return v3_answers.send_feed(t, interaction, body, role).accepted()


def member_id(t, role):
    """A fresh id in the own domain of a member."""
    t.need_role(role)
    oid = t.target.member_authorities.get(role)
    if oid is None:
        raise Skipped("no-second-member", f"the target file names no domain of '{role}'")
    return cx(t.ids.text("L"), oid)


def need(t, what, reason):
    """An option that the target file must declare."""
    if what not in t.target.offers:
        raise Skipped(reason, f"the target file does not offer {what}")
