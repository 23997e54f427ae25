"""Records of calls for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ivr.call.errands import Errand
from ivr.call.model import Abandoned, Call, CallRecord, Digits, Entry, Outcome, Prompt, Told
from ivr.call.verbs import Ask, Enter

MOSCOW = timezone(timedelta(hours=3))
NOON = datetime(2026, 11, 25, 12, tzinfo=MOSCOW)


@dataclass(frozen=True, slots=True)
class Place:
    id: str


@dataclass(frozen=True, slots=True)
class AskAbout(Errand[None]):
    """Like the robot's errands: it carries the place that it is about."""

    point: Place


def call(id: str, *, caller: str | None = "+79001231234", at: datetime = NOON, branch: str | None = "46") -> Call:
    return Call(id, caller, "88002200220", at, branch=branch)


def begun(of: Call) -> CallRecord:
    return CallRecord(of, "plan-1", Abandoned(), of.started_at)


def ended(
    of: Call,
    outcome: Outcome | None = None,
    *,
    seconds: float = 30.0,
    point: str | None = None,
    extra: Sequence[Any] = (),
) -> CallRecord:
    entries = [
        Entry(0, 0.0, 0.0, Enter("menu"), None),
        Entry(1, 0.1, 3.0, Ask(Prompt("menu")), Digits("1"), said="Нажмите один.", owed_silence=0.35),
    ]
    if point is not None:
        entries.append(Entry(2, 3.1, 0.1, AskAbout(Place(point)), None))
    entries.extend(extra)
    return CallRecord(
        of, "plan-1", outcome or Told("planned"), of.started_at + timedelta(seconds=seconds), tuple(entries)
    )
