"""Dialplans: the administrators' YAML becomes call scripts. Pure: no files, clock, asyncio or socket in here."""
