"""House rule: every verb, answer and outcome of ours comes back from the journal as it was (DESIGN section 4)."""

import dataclasses
import importlib
import itertools
import json
import pkgutil
import sys
import typing
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from types import UnionType
from typing import Any

import pytest

import ivr
import outage_feed
import robot
from ivr import app
from ivr.call.errands import Errand
from ivr.call.journal import encode
from ivr.call.memory import Recall, Remember
from ivr.call.model import Outcome
from ivr.call.verbs import Verb

CODEC = app.codec()
MOMENT = datetime(2026, 11, 25, 9, 30, 15, 123456, timezone(timedelta(hours=3)))
PLAIN: dict[Any, list[Any]] = {
    type(None): [None],
    bool: [True, False],
    int: [7, -1],
    float: [1.5],
    str: ["«света нет»", ""],
    datetime: [MOMENT],
    date: [MOMENT.date()],
    timedelta: [timedelta(minutes=3)],
    object: ["anything"],
    Any: ["anything"],
}
NOT_JOURNALED = {Remember, Recall}
"""They are answered by a combinator and never reach the runner (ivr/call/memory.py)."""


def all_modules() -> list[str]:
    names = []
    for package in (ivr, robot, outage_feed):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # What makes models needs PyTorch (the extra "train") and journals nothing.
            if module.name.rpartition(".")[2] != "__main__" and not module.name.startswith("robot.training."):
                importlib.import_module(module.name)
                names.append(module.name)
    return names


def heirs(kind: type) -> set[type]:
    """Every class of ours below ``kind``. (dataclass(slots=True) leaves a twin behind, which no name leads to.)"""
    found = set()
    for heir in kind.__subclasses__():
        found |= heirs(heir)
        if getattr(sys.modules[heir.__module__], heir.__name__, None) is heir:
            found.add(heir)
    return {heir for heir in found if heir.__module__.partition(".")[0] in ("ivr", "robot", "outage_feed")}


def parts(hint: Any) -> set[type]:
    """The classes that a type hint is made of, and those of their fields in turn."""
    found: set[type] = set()
    waiting = [hint]
    while waiting:
        one = waiting.pop()
        if isinstance(one, UnionType) or typing.get_origin(one) is not None:
            waiting.extend(typing.get_args(one))
        elif isinstance(one, type) and one not in found and (dataclasses.is_dataclass(one) or issubclass(one, Enum)):
            found.add(one)
            if dataclasses.is_dataclass(one):
                hints = typing.get_type_hints(one)
                waiting.extend(hints[field.name] for field in dataclasses.fields(one))
    return found


def answers_of(errand: type) -> set[type]:
    (hint,) = (typing.get_args(base)[0] for base in errand.__orig_bases__ if typing.get_origin(base))  # type: ignore[attr-defined]
    return parts(hint)


MODULES = all_modules()
VERBS = heirs(Verb) - NOT_JOURNALED - {Errand}
JOURNALED = sorted(
    VERBS.union(heirs(Outcome), *(parts(verb) for verb in VERBS), *map(answers_of, heirs(Errand))),
    key=lambda kind: kind.__qualname__,
)


def test_the_walk_finds_verbs_of_all_three_rooms() -> None:
    names = {kind.__name__ for kind in JOURNALED}
    assert {
        "Say",
        "OpenTicket",
        "Ticket",
        "Told",
        "FindOutages",
        "FindServicePoints",
        "ServicePoint",
        "Outage",
    } <= names
    assert len(MODULES) > 60


@pytest.mark.parametrize("kind", JOURNALED, ids=lambda kind: kind.__name__)
def test_every_verb_answer_and_outcome_is_known_to_the_codec(kind: type) -> None:
    assert CODEC.classes.get(kind.__name__) is kind


def examples(hint: Any) -> list[Any]:
    """Values of a type hint: every alternative, every member at least once. A kind that cannot be journaled fails."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, UnionType) or origin is typing.Union:
        return [value for alternative in args for value in examples(alternative)]
    if origin is typing.Literal:
        return list(args)
    if origin is tuple and args[-1:] == (Ellipsis,):
        return [(), tuple(examples(args[0]))]
    if origin is tuple:
        return [tuple(values) for values in zip(*map(itertools.cycle, map(examples, args)), range(3), strict=False)]
    if origin is frozenset:
        return [frozenset(), frozenset(examples(args[0]))]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    assert dataclasses.is_dataclass(hint), f"a field of this type cannot be journaled: {hint}"
    return instances(hint)


def instances(kind: Any) -> list[Any]:
    """Instances of a dataclass, each field going through all its examples (whether they are valid together or not)."""
    hints = typing.get_type_hints(kind)
    fields = {field.name: examples(hints[field.name]) for field in dataclasses.fields(kind)}
    made = []
    for n in range(max(map(len, fields.values()), default=1)):
        value = object.__new__(kind)
        for name, choices in fields.items():
            object.__setattr__(value, name, choices[n % len(choices)])
        made.append(value)
    return made


@pytest.mark.parametrize("kind", JOURNALED, ids=lambda kind: kind.__name__)
def test_it_comes_back_as_it_was(kind: type) -> None:
    for value in examples(kind):
        back = CODEC.decode(json.loads(json.dumps(encode(value))))
        assert type(back) is type(value)
        assert back == value
