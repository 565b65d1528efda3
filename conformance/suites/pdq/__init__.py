"""Patient demographics: ITI-21, 22 and 47."""
