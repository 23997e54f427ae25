"""Prompts as an SMS has them: in figures, short enough, and true whenever they are read."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ivr.call.model import Prompt, Value
from ivr.errors import PromptError
from ivr.prompts import PromptBook
from ivr.prompts.values import FORMATTERS
from ivr.prompts.written import WRITTEN
from ivr.sms.segments import MOST_SEGMENTS, segments

MOSCOW = timezone(timedelta(hours=3))
NOW = datetime(2026, 11, 24, 14, 20, tzinfo=MOSCOW)
SHIPPED = sorted((Path(__file__).parents[3] / "prompts" / "ru").glob("*.yaml"))


def written(wording: str, unnamed: str = "", *, names: bool = True, **values: Value) -> str:
    text = f'x:\n  says: "{wording}"\n' + (f'  unnamed: "{unnamed}"\n' if unnamed else "")
    return PromptBook.parse({"x.yaml": text}).write(Prompt("x", **values), NOW, names=names)


def test_every_formatter_has_a_written_sister() -> None:
    assert set(WRITTEN) == set(FORMATTERS)


@pytest.mark.parametrize(
    ("formatter", "moment", "text"),
    [
        ("by_time", NOW.replace(hour=18, minute=5), "к 18:05 24.11"),
        ("by_time", NOW.replace(day=25, hour=9, minute=0), "к 9:00 25.11"),
        ("by_time", NOW.replace(day=25, hour=0, minute=0), "к полуночи с 24.11 на 25.11"),
        ("by_time", datetime(2027, 1, 1, 0, 0, tzinfo=MOSCOW), "к полуночи с 31.12 на 01.01"),
        ("by_time", datetime(2026, 11, 24, 15, 30, tzinfo=UTC), "к 18:30 24.11"),
        ("at_time", NOW.replace(day=23, hour=21, minute=0), "в 21:00 23.11"),
        ("from_time", NOW.replace(day=25, hour=9, minute=0), "с 9:00 25.11"),
        ("until_time", NOW.replace(hour=16, minute=0), "до 16:00 24.11"),
        ("as_of", NOW, "на 14:20"),
        ("as_of", NOW - timedelta(days=1), "на 14:20 23.11"),
        ("on_date", date(2026, 11, 26), "26.11"),
        ("date", date(2026, 12, 1), "01.12"),
    ],
)  # fmt: skip
def test_moments(formatter: str, moment: datetime | date, text: str) -> None:
    assert written(f"Это {{at:{formatter}}}.", at=moment) == f"Это {text}."


def test_a_day_is_written_once() -> None:
    begins, ends = NOW.replace(day=25, hour=9, minute=0), NOW.replace(day=25, hour=17, minute=0)
    assert written("Без света {a:from_time} {b:until_time}.", a=begins, b=ends) == "Без света с 9:00 25.11 до 17:00."
    over = ends + timedelta(hours=12)
    assert written("Без света {a:from_time} {b:until_time}.", a=begins, b=over).endswith("до 5:00 26.11.")
    midnight = NOW.replace(day=26, hour=0, minute=0)
    assert written("Без света {a:from_time} {b:until_time}.", a=begins, b=midnight).endswith("25.11 до полуночи.")


@pytest.mark.parametrize(
    ("slot", "value", "text"),
    [
        ("number", 25, "25"),
        ("count звонок|звонка|звонков", 22, "22 звонка"),
        ("in_minutes", 90, "через 1 ч 30 мин"),
        ("in_minutes", 120, "через 2 ч"),
        ("in_minutes", 5, "через 5 мин"),
        ("digits", "48001", "48001"),
        ("ticket", 100204, "100204"),
        ("phone_tail", "+79001231234", "1234"),
        ("house", "25/1", "д. 25/1"),
        ("house", "участок 15", "участок 15"),
    ],
)
def test_other_values(slot: str, value: int | str, text: str) -> None:
    assert written(f"Вот {{it:{slot}}}.", it=value) == f"Вот {text}."


def test_places_are_written_as_they_are_stored_and_left_out_when_asked() -> None:
    wording, unnamed = "Адрес — {place:name}. Всё.", "Ваш адрес. Всё."
    assert written(wording, unnamed, place="ул. 8 Марта, 12а") == "Адрес — ул. 8 Марта, 12а. Всё."
    assert written(wording, unnamed, place="ул. 8 Марта, 12а", names=False) == "Ваш адрес. Всё."
    assert written("Мы {place:in_place}.", "Мы тут.", place="г Грязи") == "Мы в городе Грязи."
    assert written("Внимание! {text:words}.", "Внимание!", text="Ветер. Дома!") == "Внимание! Ветер. Дома."


def test_values_that_cannot_be_written_are_refused() -> None:
    for slot, value in (("number", "пять"), ("by_time", datetime(2026, 11, 24)), ("name", " ")):
        with pytest.raises(PromptError, match="cannot be said"):
            written(f"Вот {{it:{slot}}}.", "Вот." if slot == "name" else "", it=value)
    with pytest.raises(PromptError, match="is missing"):
        written("Вот {it:number}.")


# ── the messages that ship ─────────────────────────────────────────────────────────────────────────────────────

LONGEST: dict[type, Value] = {
    datetime: datetime(2026, 12, 26, 0, 0, tzinfo=MOSCOW),
    date: date(2026, 12, 26),
    int: 100_204,
    str: "ул. Красной Армии, 105/12",
}
LATEST = {"set_at": NOW - timedelta(days=1), "as_of": NOW - timedelta(days=1)}


def shipped() -> PromptBook:
    return PromptBook.parse({str(path): path.read_text("utf-8") for path in SHIPPED})


def messages() -> list[str]:
    return [name for name in shipped().names() if name.startswith("sms_")]


def test_there_are_messages() -> None:
    assert messages()


@pytest.mark.parametrize("name", messages())
def test_a_message_fits_two_segments_with_its_longest_values(name: str) -> None:
    book = shipped()
    values = {value: LATEST.get(value) or LONGEST[kinds[0]] for value, kinds in book.takes(name).items()}
    for names in (True, False):
        text = book.write(Prompt(name, **values), NOW, names=names)
        assert segments(text) <= MOST_SEGMENTS, f"{len(text)} characters: {text}"


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 1), ("я" * 70, 1), ("я" * 71, 2), ("я" * 134, 2), ("я" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2)],
)
def test_segments(text: str, number: int) -> None:
    assert segments(text) == number
