"""A sender of audit messages: RFC 5424 lines, octet counting over TLS (RFC 5425), datagrams (RFC 5426)."""
import socket
from datetime import datetime, timezone
from xml.sax.saxutils import quoteattr

from .checks import Skipped
from .tls import context

TIMEOUT_S = 20


def need(t):
    if not t.target.syslog:
        raise Skipped("no-audit-repository", "the target file names no syslog port")
    return t.target.syslog


def line(message, host="suite", msg_id="IHE+RFC-3881", pri=85, bom=False):
    """One RFC 5424 message as bytes; `message` text or bytes."""
    body = message if isinstance(message, bytes) else message.encode()
    head = f"<{pri}>1 {datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')} {host} suite 1 {msg_id} - "
    return head.encode() + (b"\xef\xbb\xbf" if bom else b"") + body


def audit_message(patient, user, code_attribute="csd-code", declaration=False):
    """A DICOM audit message of a query; RFC 3881 called the code attribute `code`."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def code(name, value, system, text):
        return (f'<{name} {code_attribute}="{value}" codeSystemName="{system}" originalText="{text}" '
                f'displayName="{text}"/>')
    text = (f'<AuditMessage><EventIdentification EventActionCode="E" EventDateTime="{now}" EventOutcomeIndicator="0">'
            + code("EventID", "110112", "DCM", "Query")
            + code("EventTypeCode", "ITI-18", "IHE Transactions", "Registry Stored Query")
            + f'</EventIdentification><ActiveParticipant UserID={quoteattr(user)} UserIsRequestor="true" '
              'NetworkAccessPointID="192.0.2.17" NetworkAccessPointTypeCode="2"/>'
              '<AuditSourceIdentification AuditSourceID="suite"/>'
              f'<ParticipantObjectIdentification ParticipantObjectID={quoteattr(patient)} '
              'ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1">'
            + code("ParticipantObjectIDTypeCode", "2", "RFC-3881", "Patient Number")
            + "</ParticipantObjectIdentification></AuditMessage>")
    return '<?xml version="1.0" encoding="UTF-8"?>' + text if declaration else text


def frame(data):
    return str(len(data)).encode() + b" " + data


def deliver(t, frames, role="hospital", pieces=None):
    """Sends bytes, ends in order and reads to the receiver's end. True: it ended in order too, which says that
    everything was kept."""
    where = need(t)
    tls = context(t.target, role)
    with socket.create_connection((where["host"], where["port"]), TIMEOUT_S) as plain:
        plain.settimeout(TIMEOUT_S)
        secured = tls.wrap_socket(plain, server_hostname=where["host"])
        try:
            for part in pieces or [frames]:
                secured.sendall(part)
            secured.unwrap()
            return True
        except OSError:
            return False


def deliver_datagram(t, data):
    where = need(t)
    if not where.get("udp_port"):
        raise Skipped("no-audit-repository", "the target file names no datagram port")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(data, (where["host"], where["udp_port"]))
