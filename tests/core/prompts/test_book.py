"""From a prompt to fragments: order, punctuation, pauses, and the closed set that is rendered beforehand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.call.model import Prompt, Value
from ivr.errors import PromptError
from ivr.prompts import MOSCOW, Fragment, PromptBook

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=MOSCOW)
BOOK = PromptBook.parse(
    {
        "prompts/ru/a.yaml": """
planned:
  says: "По адресу {place:name} — плановые работы. Свет дадут ориентировочно {until:by_time}."
  unnamed: "По вашему адресу идут плановые работы. Свет дадут ориентировочно {until:by_time}."
  note: "Для проверки."
ticket:
  says: "Её номер: {number:ticket}. Повторяю: {number:ticket}."
account:
  says: "Вы набрали: {account:digits}. Верно — нажмите один."
queue:
  says: "Перед вами {waiting:count звонок|звонка|звонков}. Оператор ответит {minutes:in_minutes}."
""",
        "prompts/ru/b.yaml": """
numbers: {says: "Их {n:number}, всего {n:number}."}
house: {says: "Это {house:house}; телефон на {phone:phone_tail}."}
minutes: {says: "Ждать {n:count минута|минуты|минут}."}
stressed: {says: "Звоните за́втра! До свидания…"}
where: {says: "Непогода {town:in_place}.", unnamed: "Непогода."}
""",
    }
)
CLOSED = {(fragment.text, fragment.position) for fragment in BOOK.closed_fragments()}


def speak(name: str, **values: Value) -> str:
    return BOOK.speak(Prompt(name, **values), NOW).text


def test_fragments_of_a_sentence() -> None:
    prompt = Prompt("planned", place="ул. 8 Марта, 25/1", until=NOW.replace(hour=18, minute=30))
    spoken = BOOK.speak(prompt, NOW)
    assert spoken.prompt == "planned"
    assert spoken.fragments == (
        Fragment("По адресу", "fixed", 40, "inner"),
        Fragment("улица Восьмого Марта", "name", 120, "inner"),
        Fragment("дом двадцать пять", "value", 40, "inner"),
        Fragment("дробь", "value", 40, "inner"),
        Fragment("один", "value", 100, "inner"),
        Fragment("плановые работы.", "fixed", 350, "final"),
        Fragment("Свет дадут ориентировочно", "fixed", 40, "inner"),
        Fragment("к восемнадцати часам", "value", 40, "inner"),
        Fragment("тридцати минутам", "value", 0, "final"),
    )
    assert spoken.text == (
        "По адресу улица Восьмого Марта, дом двадцать пять дробь один — плановые работы. "
        "Свет дадут ориентировочно к восемнадцати часам тридцати минутам."
    )


def test_the_wording_without_the_name() -> None:
    prompt = Prompt("planned", place="ул. Ленина, 5", until=NOW.replace(hour=18))
    spoken = BOOK.speak(prompt, NOW, names=False)
    assert not any(fragment.kind == "name" for fragment in spoken.fragments)
    assert spoken.text.startswith("По вашему адресу идут плановые работы. ")
    assert BOOK.speak(Prompt("ticket", number=7), NOW, names=False) == BOOK.speak(Prompt("ticket", number=7), NOW)


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("ticket", {"number": 1204}, "Её номер: один два, ноль четыре. Повторяю: один два, ноль четыре."),
        ("account", {"account": "480012345"}, "Вы набрали: четыре восемь ноль, ноль один два, три четыре пять. "
                                              "Верно — нажмите один."),
        ("queue", {"waiting": 1, "minutes": 1}, "Перед вами один звонок. Оператор ответит через одну минуту."),
        ("queue", {"waiting": 22, "minutes": 21}, "Перед вами двадцать два звонка. "
                                                  "Оператор ответит через двадцать одну минуту."),
        ("queue", {"waiting": 111, "minutes": 90}, "Перед вами сто одиннадцать звонков. "
                                                   "Оператор ответит через час тридцать минут."),
        ("queue", {"waiting": 0, "minutes": 120}, "Перед вами ноль звонков. Оператор ответит через два часа."),
        ("minutes", {"n": 21}, "Ждать двадцать одна минута."),
        ("numbers", {"n": 2026}, "Их две тысячи двадцать шесть, всего две тысячи двадцать шесть."),
        ("house", {"house": "12а", "phone": "+74721234567"}, "Это дом двенадцать а; "
                                                             "телефон на четыре пять, шесть семь."),
        ("stressed", {}, "Звоните завтра! До свидания…"),
        ("where", {"town": "г Грязи"}, "Непогода в городе Грязи."),
    ],
)  # fmt: skip
def test_transcripts(name: str, values: dict[str, Value], text: str) -> None:
    assert speak(name, **values) == text


def test_a_voice_gets_stress_marks_and_a_transcript_does_not() -> None:
    spoken = BOOK.speak(Prompt("stressed"), NOW)
    assert [fragment.text for fragment in spoken.fragments] == ["Звоните за́втра!", "До свидания…"]
    assert "\u0301" not in spoken.text


def test_dictated_numbers_are_slow_between_groups() -> None:
    pauses = [f.pause_after for f in BOOK.speak(Prompt("ticket", number=1204), NOW).fragments]
    assert pauses == [120, 250, 650, 250, 350, 120, 250, 650, 250, 0]


@pytest.mark.parametrize("length", range(1, 21))
def test_digits_are_never_left_alone_in_a_group(length: int) -> None:
    spoken = BOOK.speak(Prompt("account", account="7" * length), NOW).text
    groups = spoken.removeprefix("Вы набрали: ").split(".")[0].split(", ")
    assert sum(len(group.split()) for group in groups) == length
    assert all(2 <= len(group.split()) <= 3 for group in groups) or length == 1


moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(lambda moment: moment.replace(tzinfo=MOSCOW))
houses = st.builds(
    "{}{}{}{}".format,
    st.integers(1, 9999),
    st.sampled_from(["", "а", "бв"[0], "ж", "-к"]),
    st.one_of(st.just(""), st.integers(1, 9999).map("/{}".format)),
    st.one_of(st.just(""), st.integers(1, 99).map(" корп. {}".format)),
)


@given(
    until=moments,
    now=moments,
    house=houses,
    digits=st.text("0123456789", min_size=1, max_size=14),
    count=st.integers(0, 999),
    minutes=st.integers(1, 1440),
    number=st.integers(0, 9999),
)
def test_everything_but_names_is_in_the_closed_set(
    until: datetime, now: datetime, house: str, digits: str, count: int, minutes: int, number: int
) -> None:
    prompts = [
        Prompt("planned", place=f"ул Ленина, {house}", until=until),
        Prompt("ticket", number=digits),
        Prompt("account", account=digits),
        Prompt("queue", waiting=count, minutes=minutes),
        Prompt("numbers", n=number),
        Prompt("house", house=house, phone=f"+7472{digits}1234"),
        Prompt("minutes", n=count),
    ]
    for prompt in prompts:
        spoken = BOOK.speak(prompt, now)
        said = {(fragment.text, fragment.position) for fragment in spoken.fragments if fragment.kind != "name"}
        assert said <= CLOSED
        assert spoken.fragments[-1].position == "final"
        assert spoken.fragments[-1].pause_after == 0


def test_closed_fragments_come_once() -> None:
    keys = [(fragment.text, fragment.position) for fragment in BOOK.closed_fragments()]
    assert len(keys) == len(set(keys))
    assert not any(fragment.kind == "name" for fragment in BOOK.closed_fragments())


def test_names_to_render_when_places_are_imported() -> None:
    assert BOOK.name_positions() == {"inner", "final"}
    named = BOOK.names_of("г Грязи, ул. 8 Марта, д 25/1")
    assert {(f.text, f.position) for f in named} >= {("город Грязи", "inner"), ("улица Восьмого Марта", "inner")}
    spoken = BOOK.speak(Prompt("planned", place="г Грязи, ул. 8 Марта", until=NOW + timedelta(hours=1)), NOW)
    needed = {(f.text, f.position) for f in spoken.fragments if f.kind == "name"}
    assert needed <= {(f.text, f.position) for f in BOOK.names_of("г Грязи, ул. 8 Марта")}


def test_what_a_book_tells_about_itself() -> None:
    assert "planned" in BOOK
    assert "planed" not in BOOK
    assert BOOK.names()[0] == "account"
    assert BOOK.values_of("planned") == {"place": "name", "until": "by_time"}
    assert BOOK.takes("planned") == {"place": (str,), "until": (datetime,)}
    assert BOOK.where("planned") == ("prompts/ru/a.yaml", 2)
    assert BOOK.note("planned") == "Для проверки."
    assert {fragment.text for fragment in BOOK.fragments_of("stressed")} == {"Звоните за́втра!", "До свидания…"}
    assert 3 < BOOK.longest("stressed") + 1 < BOOK.longest("planned") < 20


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (Prompt("planed"), "there is no prompt “planed” (did you mean “planned”?)"),
        (Prompt("ticket"), "prompt “ticket” cannot be said: the value “number” is missing"),
        (Prompt("ticket", number=1, place="x"), "its words have no value “place”"),
        (Prompt("ticket", number="12x"), "its value “number”: “12x” is not a string of digits"),
        (Prompt("numbers", n=10_000), "10000 is not between 0 and 9999"),
        (Prompt("numbers", n=True), "a whole number is needed"),
        (Prompt("house", house="замок", phone="+74721234567"), "“замок” is not a house number"),
        (Prompt("house", house="5", phone="12"), "a telephone number is needed"),
        (Prompt("planned", place=" ", until=NOW), "a text is needed that is not empty"),
        (Prompt("queue", waiting=1, minutes=0), "0 is not between 1 and 1440"),
    ],
)
def test_prompts_that_cannot_be_said(prompt: Prompt, message: str) -> None:
    with pytest.raises(PromptError) as error:
        BOOK.speak(prompt, NOW)
    assert message in str(error.value)
