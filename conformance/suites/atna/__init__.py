"""Audit: ITI-20 as repository, ITI-81, and what the node records of itself."""
