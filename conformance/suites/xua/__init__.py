"""Users of messages: ITI-40 (XUA)."""
