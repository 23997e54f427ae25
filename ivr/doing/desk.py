"""The centre's desk: which handler does which of the centre's errands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ivr.call.errands import (
    CurrentAnnouncement,
    Errand,
    FindConsent,
    FindTicket,
    KeepConsent,
    OpenTicket,
    Promise,
    SendSms,
)
from ivr.call.last_place import FindLastPlace, KeepLastPlace
from ivr.doing.current_announcement import current_announcement
from ivr.doing.find_consent import find_consent
from ivr.doing.find_ticket import find_ticket
from ivr.doing.keep_consent import keep_consent
from ivr.doing.last_place import find_last_place, keep_last_place
from ivr.doing.open_ticket import open_ticket
from ivr.doing.promise import promise
from ivr.doing.send_sms import send_sms
from ivr.doing.words import Words
from ivr.sms import Gateways
from ivr.store import Store


def handlers(
    store: Store, clock: Callable[[], datetime], words: Words, gateways: Gateways
) -> Mapping[type[Errand[Any]], Callable[[Any], Any]]:
    """Handlers for every errand in :mod:`ivr.call.errands` (the runner itself tells the time)."""
    return {
        OpenTicket: open_ticket(store, clock),
        FindTicket: find_ticket(store),
        FindConsent: find_consent(store),
        CurrentAnnouncement: current_announcement(store, clock),
        KeepConsent: keep_consent(store, clock, words),
        SendSms: send_sms(store, clock, words.of_sms, gateways),
        Promise: promise(store, clock),
        FindLastPlace: find_last_place(store, clock),
        KeepLastPlace: keep_last_place(store, clock),
    }
