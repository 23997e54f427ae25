"""Calls that go out: who may be called, when, how often, and what came of it. Deciding code; nothing here dials."""
