"""Consistent time: ITI-1, as far as it shows from outside."""
