"""◆ How the robot asks: how often, how long it waits, what it has confirmed, what it offers, what callers say for it.

Administrators set it in ``dialplans/robot.yaml``; whatever is not written there is as it stands here. A script asks
``await manner()``: the dialplan remembers it at the start of every call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ivr.call.memory import Recall

Offer = Literal["ticket", "other_address", "sms", "call", "done", "none_of_these"]
"""What callers may say after a sentence or a list, where administrators may add phrases of their own."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How often. Beyond it the caller gets a person."""

    address: int = 6
    """Questions about one address, whatever they are."""
    unknown_address: int = 2
    """Further addresses after one that the register does not have."""
    account: int = 3
    repeats: int = 3
    """How often one question is repeated because the caller asks for it."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of silence before a question is put again."""

    key: float = 5.0
    account: float = 10.0
    address: float = 8.0


@dataclass(frozen=True, slots=True)
class Confirm:
    """What is read back and asked about before it is used."""

    address: Literal["unsure", "always"] = "unsure"
    """``unsure``: a sure one is only read back inside the answer."""
    account: Literal["always", "never"] = "always"


@dataclass(frozen=True, slots=True)
class Offers:
    """What callers are offered once they have heard the time."""

    sms: bool = True
    call: bool = True
    notices: bool = True
    """Of outages to come, to whoever has just agreed to one of the other two."""


@dataclass(frozen=True, slots=True)
class Manner:
    """The whole of it."""

    tries: Tries = Tries()
    waits: Waits = Waits()
    confirm: Confirm = Confirm()
    offers: Offers = Offers()
    phrases: Mapping[Offer, tuple[str, ...]] = field(default_factory=dict)
    """Beside those that the robot knows."""

    def also(self, offer: Offer, known: Sequence[str]) -> tuple[str, ...]:
        """All phrases for an offer: those ``known`` to the robot and those of the administrators."""
        return (*known, *self.phrases.get(offer, ()))


USUAL = Manner()


async def manner() -> Manner:
    """How the robot asks in this call."""
    return await Recall(Manner) or USUAL
