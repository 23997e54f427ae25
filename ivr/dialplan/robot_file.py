"""``robot.yaml``: how the robot asks. The file may be missing, and so may everything in it.

What each setting means stands in :mod:`ivr.call.manner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field

from ivr.call import manner as how
from ivr.call.manner import USUAL, Manner, Offer
from ivr.dialplan.fields import Part
from ivr.dialplan.findings import Finding

Times = Annotated[int, Field(ge=1, le=10)]
Pause = Annotated[float, Field(ge=2, le=30)]
"""Seconds. Under two nobody has found the key; after half a minute they have hung up."""
Phrase = Annotated[str, Field(min_length=2, max_length=80)]


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Tries(Part):
    """See :class:`ivr.call.manner.Tries`."""

    address: Times = USUAL.tries.address
    unknown_address: Times = USUAL.tries.unknown_address
    account: Times = USUAL.tries.account
    repeats: Times = USUAL.tries.repeats


class Waits(Part):
    """See :class:`ivr.call.manner.Waits`."""

    key: Pause = USUAL.waits.key
    account: Pause = USUAL.waits.account
    address: Pause = USUAL.waits.address


class Confirm(Part):
    """See :class:`ivr.call.manner.Confirm`."""

    address: Literal["unsure", "always"] = USUAL.confirm.address
    account: Literal["always", "never"] = USUAL.confirm.account


class Offers(Part):
    """See :class:`ivr.call.manner.Offers`."""

    sms: bool = USUAL.offers.sms
    call: bool = USUAL.offers.call
    notices: bool = USUAL.offers.notices


Phrases = Annotated[tuple[Phrase, ...], BeforeValidator(_one_or_more)]


class OfferPhrases(Part):
    """What callers say for each :data:`ivr.call.manner.Offer`, beside what the robot knows."""

    ticket: Phrases = ()
    other_address: Phrases = ()
    sms: Phrases = ()
    call: Phrases = ()
    done: Phrases = ()
    none_of_these: Phrases = ()

    def by_offer(self) -> Mapping[Offer, tuple[str, ...]]:
        """The phrases of each offer that has any."""
        return {offer: phrases for offer in get_args(Offer) if (phrases := getattr(self, offer))}


class Robot(Part):
    """The whole file."""

    tries: Tries = Tries()
    waits: Waits = Waits()
    confirm: Confirm = Confirm()
    offers: Offers = Offers()
    phrases: OfferPhrases = OfferPhrases()

    @property
    def manner(self) -> Manner:
        """The same as scripts know it."""
        return Manner(
            how.Tries(**dict(self.tries)),
            how.Waits(**dict(self.waits)),
            how.Confirm(**dict(self.confirm)),
            how.Offers(**dict(self.offers)),
            self.phrases.by_offer(),
        )

    def findings(self, unheard: Callable[[str], tuple[str, ...]] | None) -> Iterator[Finding]:
        """Phrases for two offers at once, and those that the recogniser's model cannot hear."""
        offers: dict[str, str] = {}
        for offer, phrases in self.phrases.by_offer().items():
            for index, phrase in enumerate(phrases):
                path = ("phrases", offer, index)
                if (other := offers.setdefault(phrase, offer)) != offer:
                    yield Finding(path, f"{phrase!r} is said for {other} already", "remove one of the two")
                if unheard is not None and (words := unheard(phrase)):
                    message = f"callers cannot say this: the recogniser does not know «{', '.join(words)}»"
                    yield Finding(path, message, "ivr models adapt", level="warning")
