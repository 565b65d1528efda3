"""What a case wants of an assertion, and how it is sent.

A target offers XUA when its file has `xua`: issuer, audience, organisation and role of the toolkit, and the certificate
`idp` of the provider that its agreement believes.
"""
from lib.checks import Skipped, fail, one_of
from lib.names import ACTION, APPROVED
from lib.saml import Provider, files_of, header
from lib.soap import content_type, envelope, expect_fault, read_reply

SENDER = "Sender"


def settings(t):
    if not t.target.xua:
        raise Skipped("no-xua", "the target file says nothing about user assertions")
    return t.target.xua


def provider(t, issuer=None, certificate="idp"):
    known = settings(t)
    files = files_of(t.target) if certificate == "idp" else t.target.certificate(certificate)
    if not files:
        raise Skipped("no-xua", "the provider's key is not here")
    return Provider(*files, issuer or known["issuer"], known["audience"])


def bare(t, by=None, **more):
    """An assertion about the toolkit's user, not signed yet."""
    known = settings(t)
    options = {"organisation": known["organisation"], "role": known["role"]}
    options.update(more)
    return (by or provider(t)).assertion(t.ids.text("_A"), "user-" + t.ids.text("u"), **options)


def signed(t, by=None, edit=None, **more):
    """A good assertion; `edit` changes it before it is signed."""
    by = by or provider(t)
    root = bare(t, by, **more)
    if edit:
        edit(root)
    return by.sign(root)


def query(t, patient=None):
    return t.query_body("FindDocuments", [
        ("$XDSDocumentEntryPatientId", [f"'{patient or 'nobody^^^&1.2.3&ISO'}'"]),
        ("$XDSDocumentEntryStatus", [f"('{APPROVED}')"])])


def ask(t, security, role="toolkit", patient=None):
    """ITI-18 under a Security header; the answer is taken apart."""
    action = ACTION["ITI-18"]
    data = envelope(action, query(t, patient), to=t.target.url(t.target.path("registry")),
                    message_id=t.ids.uuid(), extra_header=security)
    return read_reply(t.post_raw("registry", data, content_type(action), role))


def accepted(t, *tokens, **options):
    reply = ask(t, header(*tokens), **options)
    if reply.fault is not None:
        fail("an answer of the transaction", f"a fault {reply.fault_codes()}")
    return reply


def refused(t, *tokens, code=None, **options):
    """A fault of the sender, with a code of WS-Security: one of `code` if given."""
    reply = ask(t, header(*tokens), **options)
    expect_fault(reply, SENDER)
    codes = reply.fault_codes()
    one_of(codes[-1], set([code] if isinstance(code, str) else code or FAULTS), "fault subcode")
    return reply


FAULTS = ("InvalidSecurity", "UnsupportedSecurityToken", "UnsupportedAlgorithm", "InvalidSecurityToken", "FailedCheck",
          "SecurityTokenUnavailable", "MessageExpired", "FailedAuthentication")
