"""No power at the address of a personal account: for hidden numbers, and for calls about somewhere else."""

from __future__ import annotations

from ivr.call.model import Call, NeedsPerson, Outcome
from robot.asking_place import ask_place
from robot.outage_talk import KnownPoints, talk


async def account(call: Call) -> Outcome:
    """Ask for the address in words, or the account by keys, then tell what is known of outages there."""
    asked = await ask_place(call.branch)
    return asked if isinstance(asked, NeedsPerson) else await talk(call, KnownPoints(asked, named=True))
