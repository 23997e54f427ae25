"""What callers were told of outages, read out of the records of their calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ivr.call.errands import SendSms, Sent
from ivr.call.model import CallRecord, Entry, HungUp, Prompt
from ivr.call.verbs import Ask, Say
from outage_feed.model import ServicePoint
from outage_feed.telling import Found, Told, telling
from outage_feed.told_times import Telling
from robot.errands import FindOutages
from robot.outage_notices import At, outage_id
from robot.outage_talk import informed_of
from robot.wording import Ongoing, place, tell, tell_again


def tellings(record: CallRecord, outage: str) -> Iterator[Telling]:
    """Every sentence and SMS of a call that told of the outage with this id.

    The sentences are known again by what was looked up before them: the same words are made of it once more.
    """
    sentences: dict[Prompt, tuple[ServicePoint, Told]] = {}
    places: dict[str, tuple[ServicePoint, Told]] = {}
    for entry in record.entries:
        verb, value = entry.verb, entry.value
        if isinstance(verb, FindOutages) and isinstance(value, Found):
            told = telling(value)
            known = (verb.point, told)
            for whole in (False, True):
                sentences[tell(told, verb.point.address, whole=whole)] = known
            if isinstance(told, Ongoing):
                sentences[tell_again(told)] = known
            places[place(verb.point.address)] = known
        elif isinstance(verb, Say | Ask) and verb.prompt in sentences:
            point, told = sentences[verb.prompt]
            if outage_id(told) == outage:
                yield _telling(record, entry, point, told, _until(verb.prompt), _how(entry))
        elif isinstance(verb, SendSms) and isinstance(value, Sent):
            texted = places.get(str(verb.text_prompt.values.get("place", "")))
            if texted is not None and outage_id(texted[1]) == outage:
                yield _telling(record, entry, *texted, _until(verb.text_prompt), "sms")


def _telling(
    record: CallRecord, entry: Entry, point: ServicePoint, told: Told, until: datetime | None, how: str
) -> Telling:
    at = record.call.started_at + timedelta(seconds=entry.at)
    what = informed_of(At(point, told)).what
    return Telling(record.call.id, at, record.call.caller or "", place(point.address), what, until, how)


def _until(prompt: Prompt) -> datetime | None:
    until = prompt.values.get("until")
    return until if isinstance(until, datetime) else None


def _how(entry: Entry) -> str:
    return "cut short" if entry.cut or isinstance(entry.value, HungUp) else "said"
