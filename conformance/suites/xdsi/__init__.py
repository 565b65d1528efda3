"""Images across institutions: RAD-68, RAD-69, RAD-107, RAD-55 (XDS-I.b)."""
