#!/usr/bin/env python3
"""demo_assertion.py FILE: a doctor's assertion (XUA, SAML 2.0) for the demo, signed by its provider.

    --purpose CODE   purpose of use, may be repeated; a reason of the agreement's list breaks the glass
    --forged         the signed assertion inside one that nobody signed, which names somebody else
"""
import argparse
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "conformance"))
from lib import saml  # noqa: E402  pylint: disable=wrong-import-position

DOCTOR = ("309343006", "2.16.840.1.113883.6.96", "SNOMED CT", "physician")
REASONS = "2.16.840.1.113883.5.8"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--pki", required=True)
    parser.add_argument("--user", default="dr-aoba")
    parser.add_argument("--organisation", required=True, help="OID of the institution")
    parser.add_argument("--purpose", action="append", default=[])
    parser.add_argument("--forged", action="store_true")
    options = parser.parse_args()
    provider = saml.Provider(f"{options.pki}/idp.crt", f"{options.pki}/idp.key", "https://idp.kita.example/",
                             "urn:oid:2.999.1.1")
    purposes = [(code, REASONS, "ActReason", code) for code in options.purpose or ["TREAT"]]

    def made(user):
        return provider.assertion(f"_{uuid.uuid4()}", user, f"urn:oid:{options.organisation}", DOCTOR, purposes)

    root = provider.sign(made(options.user))
    if options.forged:
        forged = made("administrator")
        forged.append(root)
        root = forged
    with open(options.file, "wb") as out:
        out.write(saml.etree.tostring(root))


main()
