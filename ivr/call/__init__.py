"""The centre: what a call is. Standard library only; no asyncio, clock, random or socket."""
