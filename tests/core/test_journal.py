"""The journal's codec."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, StrEnum
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call.journal import CORE, Codec, Unknown, classes_of, encode
from ivr.call.model import Call, CallRecord, Digits, Entry, NoInput, OutcomeClass, Prompt, Told, Utterance
from ivr.call.verbs import Ask, Enter, Say

MOSCOW = timezone(timedelta(hours=3))
NOW = datetime(2026, 11, 25, 9, 30, 15, 123456, MOSCOW)


class Colour(StrEnum):
    RED = "red"


class Size(Enum):
    BIG = (1, 2)


@dataclass(frozen=True, slots=True)
class Holds:
    value: Any
    more: int = 7


def there_and_back(value: object, classes: dict[str, type] | None = None) -> object:
    known = {**CORE, "Holds": Holds, "Colour": Colour, "Size": Size, **(classes or {})}
    return Codec(known).decode(json.loads(json.dumps(encode(value))))


def test_a_whole_record_comes_back_as_it_was() -> None:
    call = Call("c1", "+79001231234", "88002200220", NOW, branch="46", diversion="4712000000")
    asked = Ask(Prompt("menu"), most=3, flush=True)
    record = CallRecord(
        call,
        "plan-1",
        Told("planned"),
        NOW + timedelta(seconds=40),
        (
            Entry(0, 0.0, 0.0, Enter("menu"), None),
            Entry(
                1, 0.1, 2.5, Say(Prompt("told", until=NOW, place="г. Грязи")), None, (Digits("1"),), "Сказано.", 0.12
            ),
            Entry(2, 2.6, 1.0, asked, Utterance("света нет", 0.8, ("свет", "нет")), said="Что случилось?"),
            Entry(3, 3.6, 5.0, asked, NoInput()),
        ),
    )
    assert there_and_back(record) == record


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        -2.5,
        "«ё» \u0301 \"'\\",
        (),
        (1, ("a", None)),
        NOW,
        datetime(2026, 1, 1, tzinfo=UTC),
        date(2026, 11, 25),
        timedelta(minutes=3, milliseconds=1),
        frozenset({"a", "b"}),
        {"a": 1, 2: (3,)},
        Colour.RED,
        Size.BIG,
        OutcomeClass.SERVED,
        Holds(Holds(Prompt("x", n=1))),
        Holds,
    ],
)
def test_values_of_every_kind_come_back(value: object) -> None:
    back = there_and_back(Holds(value))
    assert back == Holds(value)
    assert type(back.value) is type(value)


def test_a_datetime_keeps_its_offset_and_is_no_date() -> None:
    back = there_and_back(NOW)
    assert isinstance(back, datetime)
    assert back.isoformat() == NOW.isoformat()


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
nested = st.recursive(
    plain | st.datetimes(timezones=st.just(MOSCOW)) | st.dates(),
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner) | inner.map(Holds),
    max_leaves=20,
)


@given(nested)
def test_whatever_is_put_together_of_them_comes_back(value: object) -> None:
    assert there_and_back(value) == value


def test_a_tag_of_the_callers_own_is_only_text() -> None:
    assert there_and_back(Holds({"_": "Say", "v": 1})) == Holds({"_": "Say", "v": 1})


def test_a_class_that_is_gone_is_unknown_but_readable() -> None:
    data = encode(Holds(Prompt("x"), 3))
    back = Codec(CORE).decode(data)
    assert back == Unknown("Holds", (("value", Prompt("x")), ("more", 3)))
    assert encode(back) == data


def test_a_field_added_since_has_its_default() -> None:
    data = encode(Holds(1, 2))
    del data["more"]
    assert Codec({"Holds": Holds}).decode(data) == Holds(1, 7)


def test_a_field_without_default_or_one_that_is_gone_makes_it_unknown() -> None:
    codec = Codec({"Holds": Holds, "Colour": Colour})
    assert codec.decode({"_": "Holds", "more": 1}) == Unknown("Holds", (("more", 1),))
    assert isinstance(codec.decode({"_": "Holds", "value": 1, "more": 1, "gone": 2}), Unknown)
    assert isinstance(codec.decode({"_": "Colour", "v": "blue"}), Unknown)


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_odd_values_never_raise_and_cannot_pass_for_right_ones() -> None:
    for odd in (object(), Broken(), {1, 2}.__iter__(), b"bytes"):
        back = there_and_back(Holds(odd))
        assert isinstance(back.value, Unknown)
        assert there_and_back(Holds([1])) != Holds([1])


def test_two_classes_of_one_name_are_refused() -> None:
    one, other = ModuleType("one"), ModuleType("other")
    for module in (one, other):
        kind = dataclass(frozen=True)(type("Found", (), {"__module__": module.__name__}))
        module.Found = kind
    with pytest.raises(ValueError, match=r"two journaled classes are called Found: one and other"):
        classes_of(one, other)
    assert list(classes_of(one)) == ["Found"]


def test_reserved_names_are_refused() -> None:
    with pytest.raises(ValueError, match="date"):
        Codec({"date": Holds})
