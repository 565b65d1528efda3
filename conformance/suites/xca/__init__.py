"""Gateways between communities: ITI-38 and ITI-39."""
