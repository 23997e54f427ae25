"""◆ What came of an attempt, by name, from what Asterisk and the carrier say of it.

Causes are Q.850's as Asterisk numbers them (its ``causes.h``); dial states are those of its variable ``DIALSTATUS``.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.campaigns.model import Outcome

OF_CAUSE: Mapping[int, Outcome] = {
    **dict.fromkeys((1, 22, 28), Outcome.WRONG_NUMBER),  # unallocated, number changed, invalid format
    17: Outcome.BUSY,
    **dict.fromkeys((18, 19), Outcome.NO_ANSWER),  # no user responding, no answer
    **dict.fromkeys((20, 27), Outcome.SWITCHED_OFF),  # subscriber absent, destination out of order
    21: Outcome.REJECTED,
    **dict.fromkeys((34, 38, 41, 42, 44, 47), Outcome.CONGESTION),  # no circuit, network out of order, overload
}
"""Causes that say what came of a call that nobody answered."""
OF_DIAL_STATUS: Mapping[str, Outcome] = {
    "BUSY": Outcome.BUSY,
    "NOANSWER": Outcome.NO_ANSWER,
    "CANCEL": Outcome.NO_ANSWER,
    "CONGESTION": Outcome.CONGESTION,
    "DONTCALL": Outcome.REJECTED,
    "TORTURE": Outcome.REJECTED,
}


def unanswered(dial_status: str, cause: int | None) -> Outcome:
    """The outcome of a call that was not answered; the cause is more exact than the dial status.

    What neither tells of is our own or the carrier's failure. Raises ``ValueError`` for ``ANSWER``: what came of such
    a call its talk tells.
    """
    status = dial_status.strip().upper()
    if status == "ANSWER":
        raise ValueError("an answered call has the outcome of its talk")
    if cause is not None and cause in OF_CAUSE:
        return OF_CAUSE[cause]
    return OF_DIAL_STATUS.get(status, Outcome.FAILED)


def answered(*, heard_whole: bool, replied: bool, opted_out: bool, machine: bool) -> Outcome:
    """The outcome of a call that was answered. Opting out goes before everything; a machine replies nothing."""
    if opted_out:
        return Outcome.OPTED_OUT
    if machine:
        return Outcome.MESSAGE_LEFT if heard_whole else Outcome.MACHINE
    if replied:
        return Outcome.REPLIED
    return Outcome.HEARD if heard_whole else Outcome.HUNG_UP
