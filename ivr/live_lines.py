"""What happens in a live call, put into lines for people and machines: what ``GET /events`` sends. Pure; masked.

A line is a mapping: ``call`` (its id) · ``at`` (seconds since its start) · ``who`` · ``text``, and where they apply
``owed`` (seconds) · ``prompt`` (name) · ``queue`` · ``class`` (of the ended call). ``who`` is one of

``call`` it begins · ``robot`` begins to say · ``caller`` keys, words, hanging up · ``queue`` waits for people ·
``operator`` has taken the call · ``node``, ``because``, ``errand``, ``transfer``, ``step`` why it goes as it does ·
``end`` how it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ivr.call.model import CallRecord, Entry, HungUp, classify
from ivr.call.verbs import Ask, Say, Transfer
from ivr.live import Answered, Begun, Happening, LiveCall, Queued, Speaking
from ivr.masking import mask_phone
from ivr.store.transcript import Line, brief, by_caller, steps

EventLine = dict[str, object]


def lines_of(live: LiveCall, what: Happening) -> Iterator[EventLine]:
    """The lines that one happening makes; some make none."""
    call = live.call.id
    match what:
        case Begun():
            caller = mask_phone(live.call.caller)
            yield _line(call, 0.0, "call", f"from {caller} to {live.call.dialled}", branch=live.call.branch)
        case Speaking(at=at, prompt=prompt, words=words, owed=owed):
            yield _line(call, at, "robot", words, owed=owed, prompt=prompt)
        case Queued(at=at, queue=queue):
            yield _line(call, at, "queue", f"waits in the queue {queue}", queue=queue)
        case Answered(at=at, queue=queue):
            yield _line(call, at, "operator", f"takes the call from the queue {queue}", queue=queue)
        case Entry():
            yield from (_line(call, line.at, line.who, line.text) for line in _of_entry(what))
        case CallRecord():
            kind = classify(what.outcome, what.seconds).value
            text = f"{brief(what.outcome, full=False)}, counted as {kind}"
            longest = round(what.longest_owed_silence, 3)
            yield _line(call, round(what.seconds, 3), "end", text, owed=longest, **{"class": kind})
        case _:
            assert_never(what)


def lines_so_far(live: LiveCall) -> Iterator[EventLine]:
    """What has happened before somebody began to watch."""
    yield from lines_of(live, Begun())
    for entry in live.entries:
        if isinstance(entry.verb, Say | Ask) and entry.said:
            spoken = Speaking(entry.at, entry.verb.prompt.name, entry.said, entry.owed_silence)
            yield from lines_of(live, spoken)
        yield from lines_of(live, entry)
    if live.saying is not None:
        yield from lines_of(live, live.saying)
    if live.queue:
        yield from lines_of(live, Queued(live.seconds(), live.queue))


def _of_entry(entry: Entry) -> Iterator[Line]:
    """What a done verb adds to what was told when it began."""
    ended = round(entry.at + entry.took, 3)
    match entry.verb:
        case Say() | Ask():
            yield from by_caller(entry, full=False)
        case Transfer() if isinstance(entry.value, HungUp):
            yield Line(ended, "caller", "hangs up")
        case Transfer():
            yield from (Line(ended, line.who, line.text) for line in steps(entry, full=False))
        case _:
            yield from steps(entry, full=False)


def _line(call: str, at: float, who: str, text: str, **more: object) -> EventLine:
    return {"call": call, "at": at, "who": who, "text": text, **{k: v for k, v in more.items() if v is not None}}
