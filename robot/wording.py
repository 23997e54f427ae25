"""What is known of an outage → the one prompt that says it. The words themselves are in ``prompts/ru/no_power.yaml``.

Rules (DOMAIN section 4): a time is «ориентировочно» and comes with the moment it was set; a time already past and a
time from a stale list are not quoted; «возможно» where the list does not name the house for sure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from ivr.call.model import Prompt
from outage_feed.affecting import Explanation
from outage_feed.model import Address, Kind, Outage, Sureness
from outage_feed.telling import (
    Emergency,
    FeedStale,
    NoneKnown,
    NoTimeKnown,
    OfUnknownKind,
    PastItsTime,
    Planned,
    Reported,
    Restored,
    Told,
)

Ongoing = Planned | Emergency | OfUnknownKind | NoTimeKnown | PastItsTime
"""An outage that is on, as far as anyone knows."""

_NO_TIME = {
    Kind.PLANNED: "outage_no_time_planned",
    Kind.EMERGENCY: "outage_no_time_emergency",
    Kind.UNKNOWN: "outage_no_time_unknown",
}


def place(address: Address) -> str:
    """The address as callers hear it: street and house (where there are no streets, settlement and house)."""
    return address.short()


def whole_place(address: Address) -> str:
    """The same with the settlement: for addresses that were said or keyed, so that a town misheard is noticed."""
    return str(replace(address, flat=""))


def tell(told: Told, address: Address, *, whole: bool = False) -> Prompt:
    """The sentence for what is known at this address; ``whole``: which is said with its settlement."""
    where = whole_place(address) if whole else place(address)
    match told:
        case Planned(explanation, until=until, set_at=set_at):
            return Prompt(_sure("outage_planned", explanation), place=where, until=until, set_at=set_at)
        case Emergency(explanation, until=until, set_at=set_at):
            return Prompt(_sure("outage_emergency", explanation), place=where, until=until, set_at=set_at)
        case OfUnknownKind(explanation, until=until, set_at=set_at):
            return Prompt(_sure("outage_unknown_kind", explanation), place=where, until=until, set_at=set_at)
        case Restored(explanation, at=at):
            return Prompt(_sure("outage_restored", explanation), place=where, at=at)
        case PastItsTime(explanation):
            return Prompt(_sure("outage_past_its_time", explanation), place=where)
        case NoTimeKnown(explanation, set_at=set_at):
            return Prompt(_sure(_NO_TIME[explanation.outage.kind], explanation), place=where, set_at=set_at)
        case FeedStale(as_of=as_of):
            return Prompt("outage_list_missing") if as_of is None else Prompt("outage_list_stale", as_of=as_of)
        case NoneKnown(upcoming=Explanation(Outage(kind=kind, start=begins, planned_end=ends), Sureness.SURE)) if (
            ends is not None
        ):
            return Prompt(_later(kind), place=where, begins=begins, ends=ends)
        case Reported(same_street=True):
            return Prompt("outage_reported_street", place=where)
        case Reported():
            return Prompt("outage_reported_near", place=where)
        case NoneKnown():
            return Prompt("outage_none_known", place=where)
        case _:
            assert_never(told)


def tell_again(told: Ongoing) -> Prompt:
    """The short form for a caller who has heard the sentence in this call already."""
    match told:
        case Planned(explanation) | Emergency(explanation) | OfUnknownKind(explanation):
            return Prompt(_sure("outage_again", explanation), until=told.until)
        case PastItsTime():
            return Prompt("outage_again_past_its_time")
        case NoTimeKnown():
            return Prompt("outage_again_no_time")
        case _:
            assert_never(told)


def _later(kind: Kind) -> str:
    """Only what the list calls planned is said to be planned."""
    return "outage_none_known_planned_later" if kind is Kind.PLANNED else "outage_none_known_later"


def _sure(name: str, explanation: Explanation) -> str:
    """The «возможно» wording where it is not certain that the outage includes this house."""
    return name if explanation.sureness is Sureness.SURE else f"{name}_possible"
