"""Bringing a real Asterisk, the voices and the test callers onto a machine, without touching the machine."""
