"""Patient identity: ITI-8, 30, 44 feeds, ITI-9 and ITI-45 queries."""
