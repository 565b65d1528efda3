"""Prepares identity samples for a target: their domains become registered ones, their ids fresh."""
import re

from .hl7 import normalise
from .identity import known
from .people import person


def domains_to_own(t, text, oids):
    """Every OID of `oids` becomes a registered domain, the same for the same."""
    for number, oid in enumerate(oids):
        text = text.replace(f"&{oid}&ISO", f"&{t.target.authorities[number]}&ISO")
        text = text.replace(f'root="{oid}"', f'root="{t.target.authorities[number]}"')
    return text


def v2_sample(t, name, oids=(), namespaces=(), ids=()):
    """(text, {old id: new id}) of a v2 sample."""
    text = normalise(t.sample(name)).decode("utf-8")
    text = domains_to_own(t, text, oids)
    for number, namespace in enumerate(namespaces):
        text = re.sub(rf"\^{re.escape(namespace)}(?=[\^~|&\r])(?!&)",
                      f"^&{t.target.authorities[number]}&ISO", text)
        text = text.replace(f"^{namespace}&", "^&")
    fresh = {old: t.ids.text("P") for old in ids}
    for old, new in fresh.items():
        text = re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.])", new, text)
    return text, fresh


def v3_sample(t, name, oids=(), ids=()):
    text = t.sample(name).decode("utf-8")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    text = domains_to_own(t, text, oids)
    fresh = {old: t.ids.text("P") for old in ids}
    for old, new in fresh.items():
        text = text.replace(f'extension="{old}"', f'extension="{new}"')
    return text, fresh


def make_known(t, ids_by_domain):
    """Feeds one new person under ids given as (domain number, id)."""
    ids = [f"{identifier}^^^&{t.target.authorities[number]}&ISO" for number, identifier in ids_by_domain]
    known(t, person(), ids)
    return ids
