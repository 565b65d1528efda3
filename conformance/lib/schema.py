"""Validation of answers against the published schemas, when they are at hand."""
import os
import threading
from lxml import etree

from .checks import fail
from .names import LCM, QUERY, RS, XDSB

_FILES = {
    f"{{{RS}}}RegistryResponse": "ebRS/rs.xsd",
    f"{{{QUERY}}}AdhocQueryResponse": "ebRS/query.xsd",
    f"{{{QUERY}}}AdhocQueryRequest": "ebRS/query.xsd",
    f"{{{LCM}}}SubmitObjectsRequest": "ebRS/lcm.xsd",
    f"{{{XDSB}}}RetrieveDocumentSetResponse": "IHE/XDS.b_DocumentRepository.xsd",
    f"{{{XDSB}}}RetrieveDocumentSetRequest": "IHE/XDS.b_DocumentRepository.xsd",
    f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest": "IHE/XDS.b_DocumentRepository.xsd",
}
_FILES |= {f"{{urn:hl7-org:v3}}{name}": f"HL7V3/NE2008/multicacheschemas/{name}.xsd" for name in (
    "MCCI_IN000002UV01", "PRPA_IN201301UV02", "PRPA_IN201302UV02", "PRPA_IN201304UV02",
    "PRPA_IN201305UV02", "PRPA_IN201306UV02", "PRPA_IN201309UV02", "PRPA_IN201310UV02",
    "QUQI_IN000003UV01")}
_FILES |= {f"{{urn:ihe:iti:xcpd:2009}}PatientLocationQuery{kind}": "IHE/XCPD_PLQ.xsd"
           for kind in ("Request", "Response")}


class Schemas:
    """Loads each schema once; absent schemas mean no validation, and the report says so."""

    def __init__(self, shared):
        self._root = os.path.join(shared, "schemas-official")
        self._loaded, self._lock = {}, threading.Lock()
        self.present = os.path.isdir(self._root)
        self.validated = 0

    def check(self, payload):
        file = _FILES.get(payload.tag)
        if not self.present or file is None:
            return
        with self._lock:
            schema = self._loaded.get(file)
            if schema is None:
                schema = etree.XMLSchema(etree.parse(os.path.join(self._root, file)))
                self._loaded[file] = schema
            # A copy without xop:Include: to the schema the element holds base64.
            plain = etree.fromstring(etree.tostring(payload))
            for include in plain.iter("{http://www.w3.org/2004/08/xop/include}Include"):
                parent = include.getparent()
                parent.remove(include)
                parent.text = "AAAA"
            if not schema.validate(plain):
                first = schema.error_log[0]
                fail(f"an answer valid against the published {file}",
                     f"line {first.line}: {first.message}")
            self.validated += 1
