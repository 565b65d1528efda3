"""The HL7 v3 transactions: a request sent, its answer judged and taken apart."""
from lxml import etree

from . import gazelle
from .checks import equal, fail, one_of, same_set, true
from .soap import check_addressing, content_type, envelope
from .v2_answers import without
from .v3 import ACTION, NS3, V3


def exchange(t, action, service, body, role="toolkit", headers="", schema=True):
    """Posts a body; the reply's addressing and schema are checked unless it is a fault. The answer
    to a query that breaks the schema is not validated: it holds a copy of that query."""
    asked, answered = ACTION[action]
    message_id = t.ids.uuid()
    data = envelope(asked, body, to=t.target.url(t.target.path(service)), message_id=message_id,
                    extra_header=headers)
    reply = t.post(service, data, content_type(asked), role)
    if reply.fault is None:
        equal(reply.http.status, 200, "HTTP status")
        check_addressing(reply, answered, message_id)
        if schema:
            t.run.schemas.check(reply.payload)
    return reply


def parsed(body):
    return etree.fromstring(body.encode() if isinstance(body, str) else body)


class Answer:
    """Common to all: acknowledgement code and details. `secret` must show in no detail; `beside` is
    as in v2_answers."""

    beside = frozenset()

    def __init__(self, reply, request, tag, secret=()):
        if reply.fault is not None:
            fail(f"{tag}", f"a SOAP fault {reply.fault_codes()}")
        equal(reply.payload.tag, f"{{{V3}}}{tag}", "root element of the answer")
        self.root, self.request = reply.payload, request
        self.ack = gazelle.code(self.root, "h:acknowledgement/h:typeCode")
        self.details = []
        for detail in self.root.findall("h:acknowledgement/h:acknowledgementDetail", NS3):
            places = [(e.text or "").strip() for e in detail.findall("h:location", NS3)]
            self.details.append((detail.find("h:code", NS3).get("code"), places))
            for text in secret:
                true(text not in "".join(detail.itertext()), "no data of the patient in a detail",
                     etree.tostring(detail, encoding="unicode"))

    def error(self, code, *places):
        """Each place (its end) is named by one detail with this code, and there are no others."""
        found = [d for d in self.details if d[0] == code]
        for place in places:
            true(any(loc.replace("h:", "").endswith(place) for _, locs in found for loc in locs),
                 f"detail {code} at ...{place}", self.details)
        if places:
            equal(len(found), len(places), f"number of details {code}")
        true(found, f"a detail with {code}", self.details)
        return self


class Acknowledgement(Answer):
    """MCCI_IN000002UV01."""

    def __init__(self, reply, request, secret=()):
        super().__init__(reply, request, "MCCI_IN000002UV01", secret)
        gazelle.acknowledgement(self.root, request)

    def accepted(self):
        one_of(self.ack, {"AA", "CA"}, "acknowledgement code")
        return self

    def refused(self):
        one_of(self.ack, {"AE", "CE", "AR", "CR"}, "acknowledgement code")
        return self


class Query(Answer):
    """PRPA_IN201310UV02 and PRPA_IN201306UV02."""

    def __init__(self, reply, request, tag, secret=()):
        super().__init__(reply, request, tag, secret)
        self.act, query_ack, self.patients = gazelle.response(self.root, request)
        self.outcome = gazelle.code(query_ack, "h:queryResponseCode")
        identifier = self.root.find("h:id", NS3)
        self.id = (identifier.get("root"), identifier.get("extension"))
        self.quantities = [None if e is None else int(e.get("value")) for e in
                           (query_ack.find(f"h:result{n}Quantity", NS3)
                            for n in ("Total", "Current", "Remaining"))]
        self.ids = [ids_of(p) for p in self.patients]
        for listed in self.ids:
            equal(len(set(listed)), len(listed), "number of different ids of one patient")

    def expect(self, ack, outcome):
        equal((self.ack, self.outcome), (ack, outcome), "acknowledgement and queryResponseCode")
        return self

    def nothing(self):
        told = [without(p, self.beside) for p in self.ids]
        equal([p for p in told if p], [], "patients")
        return self.expect("AA", "OK" if self.patients else "NF")

    def found(self, *persons):
        """Exactly these persons, each given by all its (extension, oid) pairs."""
        self.expect("AA", "OK" if persons else "NF")
        wanted = [i for p in persons for i in p]
        same_set([tuple(sorted(without(p, self.beside, wanted))) for p in self.ids],
                 [tuple(sorted(p)) for p in persons], "patients")
        return self


def ids_of(patient):
    """All ids of a patient: patient/id and asOtherIDs/id, without null ones."""
    found = patient.findall("h:id", NS3) + patient.findall("h:patientPerson/h:asOtherIDs/h:id", NS3)
    return [(e.get("extension"), e.get("root")) for e in found if e.get("nullFlavor") is None]


class CrossReferences(Query):
    def __init__(self, reply, request, secret=()):
        super().__init__(reply, request, "PRPA_IN201310UV02", secret)
        value = request.find(".//h:patientIdentifier/h:value", NS3)
        if value is not None:
            asked = (value.get("extension"), value.get("root"))
            for listed in self.ids:
                true(asked not in listed, "not the id that was asked about", listed)


class Patients(Query):
    def __init__(self, reply, request, secret=()):
        super().__init__(reply, request, "PRPA_IN201306UV02", secret)
        equal(self.quantities[1], len(self.patients), "resultCurrentQuantity")
        for listed, patient in zip(self.ids, self.patients):
            true(patient.find("h:id", NS3) is not None, "an id in patient", listed)


def send_feed(t, interaction, body, role="toolkit", service="pix", secret=()):
    return Acknowledgement(exchange(t, interaction, service, body, role), parsed(body), secret)


def ask_pix(t, body, role="toolkit", secret=()):
    return told(t, CrossReferences(exchange(t, "PRPA_IN201309UV02", "pix", body, role), parsed(body),
                                   secret))


def ask_pdq(t, body, role="toolkit", secret=()):
    return told(t, Patients(exchange(t, "PRPA_IN201305UV02", "pdq", body, role), parsed(body), secret))


def told(t, answer):
    """Lets the affinity domain's own ids be told besides."""
    answer.beside = frozenset(filter(None, [t.target.xad_pid]))
    return answer
