"""No power at the address of a personal account: for hidden numbers, and for calls about somewhere else."""

from __future__ import annotations

from ivr.call.model import Call, NeedsPerson, Outcome
from robot.outage_talk import KnownPoints, talk
from robot.slots import ask_account


async def account(call: Call) -> Outcome:
    """Ask for the account by keys, then tell what is known of outages there."""
    asked = await ask_account()
    return asked if isinstance(asked, NeedsPerson) else await talk(call, KnownPoints(asked, named=True))
