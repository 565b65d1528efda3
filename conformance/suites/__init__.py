"""Suites; each module declares its cases when imported."""
