"""What a caller is sent or promised after an outage was told: the time by SMS, a call when the light is back, notices
of outages to come.

Each only with a consent of its own that is written down first, with the words that were heard (126-ФЗ ст. 44.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.errands import (
    Consent,
    FindConsent,
    KeepConsent,
    NoConsent,
    NotHeard,
    Promise,
    Promised,
    SendSms,
    Sent,
    Unavailable,
)
from ivr.call.model import Call, Prompt
from ivr.call.verbs import Say
from outage_feed.model import ServicePoint
from outage_feed.telling import Emergency, NoneKnown, OfUnknownKind, Planned, Reported, Told
from robot.slots import WantsPerson, ask_yes_no
from robot.wording import place


@dataclass(frozen=True, slots=True)
class At:
    """What is to be told of one service point."""

    point: ServicePoint
    told: Told


def outage_id(told: Told) -> str:
    """The id of the outage that is told of («probable:3» where callers alone have reported it), or an empty text."""
    if isinstance(told, Reported):
        return told.probable.name
    explanation = told.upcoming if isinstance(told, NoneKnown) else told.explanation
    return explanation.outage.id if explanation else ""


def is_mobile(phone: str | None) -> bool:
    """Whether a number takes SMS: those of mobile networks begin with +79."""
    return phone is not None and phone.startswith("+79")


async def send_time(call: Call, at: At) -> NotHeard | None:
    """Send the time that was told to the caller's number, who has just agreed to it; say what came of it."""
    told = at.told
    if call.caller is None or not isinstance(told, Planned | Emergency | OfUnknownKind):
        return None
    text = Prompt("sms_outage", place=place(at.point.address), until=told.until, set_at=told.set_at)
    consent = await KeepConsent("sms", call.caller, call.id, "outage_offer_sms")
    if isinstance(consent, NotHeard):
        return consent
    sent = await SendSms(consent, text, call.id) if isinstance(consent, Consent) else None
    await Say(Prompt("sms_sent" if isinstance(sent, Sent) else "sms_not_sent"))
    return None


async def promise_call(call: Call, at: At) -> NotHeard | None:
    """Promise a call when the light is back, to the caller's number, who has just agreed to it."""
    if call.caller is None:
        return None
    consent = await KeepConsent("callback", call.caller, call.id, "outage_offer_call")
    if isinstance(consent, NotHeard):
        return consent
    promised = None
    if isinstance(consent, Consent):
        promised = await Promise(
            "restored_notice", call.caller, call.id, "wants to know when the light is back",
            point_id=at.point.id, outage=outage_id(at.told),
        )  # fmt: skip
    await Say(Prompt("call_promised" if isinstance(promised, Promised) else "call_not_promised"))
    return None


async def offer_notices(call: Call, at: At) -> WantsPerson | None:
    """Offer to tell of outages at this address beforehand; not to those who have agreed to it already.

    A consent to one SMS, or to one call, is none to this. Silence is a no, and so is a key that means nothing.
    """
    if call.caller is None or not isinstance(await FindConsent("outage_notices", call.caller), NoConsent):
        return None
    answer = await ask_yes_no(Prompt("outage_offer_notices"))
    consent = await _agreed(call.caller, call.id) if answer is True else None
    if isinstance(consent, NotHeard):
        answer = await ask_yes_no(Prompt("outage_offer_notices"), flush=True)
        consent = await _agreed(call.caller, call.id) if answer is True else None
    if answer is not True:
        return answer if isinstance(answer, WantsPerson) else None
    promised = None
    if isinstance(consent, Consent):
        promised = await Promise(
            "outage_notices", call.caller, call.id, "wants to be told of outages", point_id=at.point.id
        )
    await Say(Prompt("notices_promised" if isinstance(promised, Promised) else "notices_not_promised"))
    return None


async def _agreed(phone: str, call_id: str) -> Consent | NotHeard | Unavailable:
    return await KeepConsent("outage_notices", phone, call_id, "outage_offer_notices")
