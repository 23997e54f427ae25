"""Whole addresses, settlements among them, into areas."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outage_feed.addresses import parse_place, parse_places
from outage_feed.record import write_area
from tests.feeds.test_freetext import PIECES


def read(text: str, district: str = "") -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    areas, unclear = parse_places(text, region="36", district=district)
    return [(area.settlement.district, write_area(area)) for area in areas], unclear


@pytest.mark.parametrize(
    ("text", "areas", "unclear"),
    [
        ("п Пески, ул Пихтовая, д. 5", [("", "п. Пески, ул. Пихтовая 5")], ()),
        (
            "Воронежская обл., р-н Лискинский, п Пески, ул Пихтовая; п Рощино, ул Пески",
            [("р-н Лискинский", "п. Пески, ул. Пихтовая"), ("р-н Лискинский", "п. Рощино, ул. Пески")],
            (),
        ),
        ("с. Бабяково ул. Мира 5, 7; ул. Ленина", [("", "с. Бабяково, ул. Мира 5, 7, ул. Ленина")], ()),
        ("с. Бор: ул. Мира, с. Отрадное: ул. Мира", [("", "с. Бор, ул. Мира"), ("", "с. Отрадное, ул. Мира")], ()),
        ("Каширский р-н с. Данково, ул. Мира", [("Каширский р-н", "с. Данково, ул. Мира")], ()),
        ("г. Воронеж, Коминтерновский район, ул. Мира", [("", "г. Воронеж, ул. Мира")], ()),
        ("г. Лиски, ул. Мира; Каширский район, с. Данково",
         [("", "г. Лиски, ул. Мира"), ("Каширский район", "с. Данково")], ()),
        ("п Рощино, СНТ Заря", [("", "п. Рощино, СНТ Заря")], ()),
        ("СНТ Заря, линия 3", [("", "СНТ Заря, линия 3")], ()),
        ("Абрамова Гора дер., Лесная ул., д. 5", [("", "д. Абрамова Гора, ул. Лесная 5")], ()),
        ("Немятово-2 дер., Песочная ул.", [("", "д. Немятово-2, ул. Песочная")], ()),
        ("Верхние Осельки пос., 6-я Линия ул., д. 5", [("", "п. Верхние Осельки, линия 6-я 5")], ()),
        ("с. Бабяково (весь населённый пункт)", [("", "с. Бабяково (весь населённый пункт)")], ()),
        ("Каширский район: с. Данково; Лискинский район: с. Бор",
         [("Каширский район", "с. Данково"), ("Лискинский район", "с. Бор")], ()),
        ("с. Бор; с. Бор, ул. Мира", [("", "с. Бор, ул. Мира")], ()),
        ("ул Титова, д. 12", [], ("ул Титова", "д. 12")),
        ("Русское, Лесная ул.", [], ("Русское", "Лесная ул")),
        ("53053", [], ("53053",)),
        ("", [], ()),
    ],
)  # fmt: skip
def test_addresses(text: str, areas: list[tuple[str, str]], unclear: tuple[str, ...]) -> None:
    assert read(text) == (areas, unclear)


def test_a_name_without_a_type_is_a_place_where_the_district_is_known() -> None:
    assert read("Русское, Лесная ул., д. 5", "Каширский р-н") == ([("Каширский р-н", "Русское, ул. Лесная 5")], ())
    assert read("ул. Лесная", "Каширский р-н") == ([], ("ул. Лесная",))


@pytest.mark.parametrize(
    ("place", "objects", "areas"),
    [
        ("с. Бабяково", "ул. Мира 5", ["с. Бабяково, ул. Мира 5"]),
        ("с.\n Бабяково", "", ["с. Бабяково"]),
        ("с. Бабяково, д. Отрадное", "ул. Мира 5", ["с. Бабяково, ул. Мира 5", "д. Отрадное, ул. Мира 5"]),
        ("с. Бабяково, ул. Мира", "ул. Ленина 5", ["с. Бабяково, ул. Мира, ул. Ленина 5"]),
        ("с. Бабяково, д. 5", "", ["с. Бабяково, д. 5"]),
        ("с. Бабяково, ул. Мира, ул. Ленина", "5", ["с. Бабяково, ул. Мира, ул. Ленина, 5"]),
        ("с. Бабяково ул. Мира", "5, 7", ["с. Бабяково, ул. Мира 5, 7"]),
        ("Бабяково", "д. 5", ["Бабяково, д. 5"]),
        (" , ", "ул. Мира", []),
        ("", "ул. Мира", []),
    ],
)
def test_a_place_in_a_field_of_its_own(place: str, objects: str, areas: list[str]) -> None:
    assert [write_area(area) for area in parse_place(place, objects, region="36")] == areas


def test_gardens_inside_of_a_place_without_a_type_are_both() -> None:
    """Registers have «СНТ Заря» as a place of its own, or as a part of the «Мшинское массив»."""
    both = [("Лужский р-н", "Мшинское массив, СНТ Заря 5"), ("Лужский р-н", "СНТ Заря, д. 5")]
    assert read("Лужский р-н, Мшинское массив, СНТ Заря, д. 5") == (both, ())


def test_a_text_beyond_all_measure_stays_as_it_is() -> None:
    text = "с. Бабяково, " * 5000
    assert read(text) == ([], (text.strip(),))
    (area,) = parse_place("с. Бабяково", text, region="36")
    assert area.unclear == (text.strip(),)
    assert parse_places("с. " + "Б" * 400 + ", ул. Мира", region="36")[0] == ()


@settings(deadline=2000)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join)), st.text(max_size=10))
def test_no_text_breaks_the_reader(text: str, district: str) -> None:
    parse_places(text, region="36", district=district)
    parse_place(text[:200], district, region="36")
