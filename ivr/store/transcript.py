"""A record put into lines for people: what was said (``transcript``) and why it went so (``reasons``). Pure.

Without ``full``, phones, accounts, long keyed numbers, houses and flats are masked. A sentence that such a thing was
spoken in is then shown as its wording's name and values: in words («дом пять») it cannot be masked reliably. Of what
callers say all numbers are masked; a name that somebody says cannot be told from other words.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from ivr.call.errands import Errand
from ivr.call.journal import TAG, Unknown
from ivr.call.model import (
    CallRecord,
    Connected,
    Digits,
    Entry,
    HungUp,
    NoInput,
    NoMatch,
    OutcomeClass,
    Prompt,
    Unanswered,
    Utterance,
)
from ivr.call.verbs import Ask, Enter, Note, Say, Transfer
from ivr.masking import MASK, mask_address, mask_phone, mask_phones, mask_spoken

OWED_LIMIT = 2.0
"""A caller is never owed a sound for longer (seconds; DOMAIN section 4)."""
PERSONAL = frozenset(("phone", "phones", "caller", "account", "house", "houses", "flat", "address", "words"))
LONGEST_KEYS = 4
"""More keys than that may be an account or a phone."""
PLACES = frozenset(("place", "first", "second", "third"))
"""Values of sentences that are addresses (``prompts/ru``); the street may be read, the house not."""
SPOKEN = frozenset(("heard",))
"""Fields that hold a caller's words."""
PRIVATE = frozenset(("address", "digits"))
"""Answers to such a question (:class:`ivr.call.model.Speech`) are personal, a bare number too."""
_SHOWN_ITEMS = 3
_DEEP = 2
_NAMING = frozenset(("id", "name"))
"""Fields that name a thing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``at`` seconds after the call's start, ``who`` did it, in words; ``owed`` where a sound was owed."""

    at: float
    who: str
    text: str
    owed: float | None = None


def transcript(record: CallRecord, *, full: bool) -> tuple[Line, ...]:
    """What robot, caller and operator said and did, in order of time; behind words what they were taken for."""
    lines: list[Line] = []
    words = False
    for entry in sorted(record.entries, key=lambda entry: entry.at):
        verb = entry.verb
        if isinstance(verb, Say | Ask):
            lines.append(Line(entry.at, "robot", spoken(verb.prompt, entry.said, full=full), entry.owed_silence))
            lines.extend(by_caller(entry, full=full))
            words = any(isinstance(each, Utterance) for each in (*entry.overheard, entry.value))
        elif isinstance(verb, Transfer):
            lines.extend(_transfer(entry))
            words = False
        elif words and (meant := _meant(entry, full=full)):
            lines.append(Line(round(entry.at + entry.took, 3), "meant", meant))
    return tuple(lines)


def by_caller(entry: Entry, *, full: bool) -> list[Line]:
    """What the caller did during a sentence or a question, and for an answer to it."""
    verb: Say | Ask = entry.verb
    did = list(entry.overheard)
    if isinstance(verb, Ask) or isinstance(entry.value, HungUp):
        did.append(entry.value)
    private = isinstance(verb, Ask) and verb.speech is not None and verb.speech.expects in PRIVATE
    into = ", breaking in" if entry.cut else ""
    ended = round(entry.at + entry.took, 3)
    return [Line(ended, "caller", heard(each, full=full, private=private) + into) for each in did]


def _meant(entry: Entry, *, full: bool) -> str:
    """What was made of the words before this entry; empty where it is about something else."""
    if isinstance(entry.verb, Note):
        return entry.verb.text if full else mask_phones(entry.verb.text)
    understands = any(name in SPOKEN for name, _ in _fields(entry.verb) or ())
    return brief(entry.value, full=full) if understands else ""


def spoken(prompt: Prompt, words: str, *, full: bool) -> str:
    """The words of a sentence, or without ``full`` its name and masked values where something personal is in it."""
    personal = any(name in PERSONAL or name in PLACES for name, _ in prompt.pairs)
    return words if full or not personal else brief(prompt, full=False)


def reasons(record: CallRecord, kind: OutcomeClass, *, full: bool) -> tuple[Line, ...]:
    """Every node, note, errand with its answer, and decision of the caller, in the order they happened.

    ``kind`` is the class that the call was counted in.
    """
    lines = [line for entry in record.entries for line in steps(entry, full=full)]
    lines.append(Line(round(record.seconds, 3), "end", f"{brief(record.outcome, full=full)}, counted as {kind.value}"))
    return tuple(lines)


def steps(entry: Entry, *, full: bool) -> list[Line]:
    """One entry as lines of :func:`reasons`."""
    verb = entry.verb
    match verb:
        case Enter(node=node):
            return [Line(entry.at, "node", node)]
        case Note(text=text):
            return [Line(entry.at, "because", text if full else mask_phones(text))]
        case Say(prompt=prompt):
            said = Line(entry.at, "said", brief(prompt, full=full), entry.owed_silence)
            gone = isinstance(entry.value, HungUp)
            return [said, Line(round(entry.at + entry.took, 3), "caller", "hangs up")] if gone else [said]
        case Ask(prompt=prompt):
            answer = ", ".join(line.text for line in by_caller(entry, full=full))
            return [Line(entry.at, "asked", f"{brief(prompt, full=full)} → {answer}", entry.owed_silence)]
        case Transfer():
            return _transfer(entry)
        case _:
            who = "errand" if isinstance(verb, Errand | Unknown) else "step"
            return [Line(entry.at, who, f"{brief(verb, full=full)} → {brief(entry.value, full=full)}")]


def _transfer(entry: Entry) -> list[Line]:
    verb: Transfer = entry.verb
    match entry.value:
        case Connected(waited=waited, talked=talked):
            came = f"a person answered after {waited:g} s and talked for {talked:g} s"
        case Unanswered(why=why):
            came = f"nobody answered ({why})"
        case HungUp():
            came = "the caller hangs up while waiting"
        case other:
            came = brief(other, full=False)
    urgent = f", priority {verb.priority}" if verb.priority else ""
    return [Line(entry.at, "transfer", f"to the queue {verb.queue}{urgent}: {came}")]


def heard(answer: Any, *, full: bool, private: bool = False) -> str:
    """An answer as people write it: ``[1]`` for keys, «words» with their confidence, or what was missing. ``private``:
    the question was for something personal."""
    match answer:
        case Digits(keys=keys):
            return f"[{keys}]" if full or len(keys) <= LONGEST_KEYS else f"[{MASK}{keys[-2:]}] ({len(keys)} keys)"
        case Utterance(text=text, confidence=confidence, alternatives=others):
            shown = [f"«{each if full else mask_spoken(each, alone=private)}»" for each in (text, *others)]
            sure = [f"{confidence:.2f}"] if confidence < 1 else []
            more = ", ".join([*sure, *(f"or {each}" for each in shown[1:])])
            return shown[0] + (f" ({more})" if more else "")
        case NoInput():
            return "(silence)"
        case HungUp():
            return "hangs up"
        case NoMatch(heard=text):
            return f"(not understood{': ' + text if text and full else ''})"
        case _:
            return brief(answer, full=full)


def brief(value: Any, *, full: bool, depth: int = 0) -> str:
    """Any journaled value on one line, without its empty fields; what lies deep in it is only named."""
    match value:
        case str():
            return value if full else mask_phones(value)
        case datetime():
            return value.strftime("%d.%m %H:%M")
        case date():
            return value.strftime("%d.%m.%Y")
        case Enum():
            return str(value.value)
        case tuple() | frozenset():
            items = [brief(item, full=full, depth=depth) for item in list(value)[:_SHOWN_ITEMS]]
            more = len(value) - len(items)
            return "[" + ", ".join(items) + (f", and {more} more" if more else "") + "]"
        case _:
            return _brief_object(value, full=full, depth=depth)


def _brief_object(value: Any, *, full: bool, depth: int) -> str:
    fields = _fields(value)
    if fields is None:
        return str(value)
    name = value.name if isinstance(value, Unknown) else type(value).__name__
    if name == "Prompt":
        (_, prompt), (_, pairs) = fields
        return f"“{prompt}”" + (f" ({_named(pairs, full=full, depth=depth)})" if pairs else "")
    if depth >= _DEEP:
        fields = [(field, item) for field, item in fields if field in _NAMING] or [("", "…")]
        return f"{name}({', '.join(str(item) for _, item in fields)})"
    return f"{name}({_named([(n, v) for n, v in fields if n != 'call_id'], full=full, depth=depth + 1)})"


def _named(pairs: Any, *, full: bool, depth: int) -> str:
    shown = []
    for name, value in pairs:
        if value in (None, "", ()):
            continue
        if name in SPOKEN and not full:
            text = brief(_masked_words(value), full=True, depth=depth)
        elif full or (name not in PERSONAL and name not in PLACES):
            text = brief(value, full=full, depth=depth)
        else:
            text = mask_address(value) if name in PLACES and isinstance(value, str) else MASK
        shown.append(f"{name}={text}")
    return ", ".join(shown)


def _fields(value: Any) -> list[tuple[str, Any]] | None:
    if isinstance(value, Unknown):
        return list(value.fields)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    return None


def masked(data: Any) -> Any:
    """An encoded record (``ivr.call.journal.encode``) with its personal data masked: ``--json`` without ``--full``."""
    if isinstance(data, list):
        return [masked(item) for item in data]
    if isinstance(data, str):
        return mask_phones(data)
    if not isinstance(data, dict):
        return data
    if data.get(TAG) == "Digits" and len(data["keys"]) > LONGEST_KEYS:
        return {**data, "keys": MASK + data["keys"][-2:]}
    if data.get(TAG) == "Utterance":
        return {**data, **{name: _masked_words(data[name]) for name in ("text", "alternatives")}}
    if data.get(TAG) == "Transfer":  # the name on the display has the address in it
        data = {**data, "context": [[k, v and MASK if k in (*PERSONAL, "name") else v] for k, v in data["context"]]}
    if data.get(TAG) == "Prompt":
        return {**data, "pairs": [[name, _masked_field(name, item)] for name, item in data["pairs"]]}
    shown = {name: _masked_field(name, item) for name, item in data.items()}
    prompt = data["verb"].get("prompt") if isinstance(data.get("verb"), dict) else None
    if (
        isinstance(prompt, dict)
        and "said" in data
        and any(name in PERSONAL or name in PLACES for name, _ in prompt["pairs"])
    ):
        shown["said"] = MASK  # the address or the account stands there in words
    return shown


def _masked_words(said: Any) -> Any:
    """A caller's words, or several, without numbers."""
    if isinstance(said, list | tuple):
        return type(said)(_masked_words(each) for each in said)
    return mask_spoken(said, alone=True) if isinstance(said, str) else said


def _masked_field(name: str, item: Any) -> Any:
    if name in SPOKEN:
        return _masked_words(item)
    if name in PLACES and isinstance(item, str):
        return mask_address(item)
    if name not in PERSONAL:
        return masked(item)
    return mask_phone(item) if isinstance(item, str) and item.startswith("+") else item and MASK
