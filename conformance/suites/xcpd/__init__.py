"""Cross-community patient discovery: ITI-55 and 56."""
