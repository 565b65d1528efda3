"""The conformance runner's own reading of the standards; it shares no code with any node."""
