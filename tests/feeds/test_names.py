from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.model import Settlement, Street, Sureness
from outage_feed.names import (
    fold,
    fold_district,
    parse_settlement,
    parse_street,
    same_settlement,
    same_street,
    street_key,
)
from outage_feed.regions import find_region


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("с. Бабяково", "с", "Бабяково"),
        ("с.\n  Бабяково", "с", "Бабяково"),
        ("Бабяково", "", "Бабяково"),
        ("г Сычевка", "г", "Сычевка"),
        ("Абрамова Гора дер.", "д", "Абрамова Гора"),
        ("п. 1-го отделения совхоза «Краснопольский»", "п", "1-го отделения совхоза «Краснопольский»"),
        ("р.п. Рамонь", "рп", "Рамонь"),
        ("рабочий посёлок Рамонь", "рп", "Рамонь"),
        ("пос. городского типа Анна", "пгт", "Анна"),
        ("Красная Слобода", "", "Красная Слобода"),
        ("СНТ «Заря»", "снт", "«Заря»"),
        ("п.Отрадное", "п", "Отрадное"),
        ("Щит садоводство", "снт", "Щит"),
        ("Гранит ДНП", "днп", "Гранит"),
        ("деревня Новая", "д", "Новая"),
        ("с.", "", "с"),
        ("", "", ""),
    ],
)
def test_settlements_are_taken_apart(text: str, kind: str, name: str) -> None:
    assert parse_settlement(text) == Settlement(name, kind)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("ул. Ленина", "ул", "Ленина"),
        ("ул.Ленина", "ул", "Ленина"),
        ("Лесная ул.", "ул", "Лесная"),
        ("Газа 1-й пер.", "пер", "Газа 1-й"),
        ("1-й пер. Газа", "пер", "1-й Газа"),
        ("ул. Наугорское шоссе", "ш", "Наугорское"),
        ("ул. Бульвар Победы", "б-р", "Победы"),
        ("пр-т Мира", "пр-кт", "Мира"),
        ("Красная площадь", "пл", "Красная"),
        ("9-е Января", "", "9-е Января"),
        ("у. К.Маркса", "ул", "К.Маркса"),
    ],
)
def test_streets_are_taken_apart(text: str, kind: str, name: str) -> None:
    assert parse_street(text) == Street(name, kind)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ул. 9-е Января", "ул. 9 Января"),
        ("Лесная ул.", "ул. Лесная"),
        ("Газа 1-й пер.", "1-й пер. Газа"),
        ("ул. К.Маркса", "ул. Карла Маркса"),
        ("ул. Маркса", "ул. Карла Маркса"),
        ("ул. Королёва", "ул. Королева"),
        ("ул. Наугорское шоссе", "ш. Наугорское"),
        ("Ленина", "ул. Ленина"),
        ("ул. Толсто\u0301го", "ул. Л. Толстого"),
    ],
)
def test_one_street_in_two_spellings(one: str, other: str) -> None:
    assert same_street(parse_street(one), parse_street(other)) is Sureness.SURE
    assert street_key(parse_street(one)) == street_key(parse_street(other))


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("ул. П. Морозова", "ул. Павла Морозова", Sureness.POSSIBLE),
        ("Транспортный", "пер. Транспортный", Sureness.POSSIBLE),
        ("пр. Мира", "пр-кт Мира", Sureness.POSSIBLE),
        ("ул. Горняков", "пер. Горняков", None),
        ("ул. 1-я Молодежная", "ул. 2-я Молодежная", None),
        ("ул. Советская", "ул. Малая Советская", None),
        ("ул. К. Либкнехта", "ул. К. Маркса", None),
        ("ул. Розы Маркса", "ул. Карла Маркса", None),
    ],
)
def test_streets_that_are_not_surely_one(one: str, other: str, answer: Sureness | None) -> None:
    assert same_street(parse_street(one), parse_street(other)) is answer
    assert same_street(parse_street(other), parse_street(one)) is answer


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("Бабяково", "с. Бабяково", Sureness.SURE),
        ("п. Пески", "пгт Пески", Sureness.SURE),
        ("п. Пески", "СНТ Пески", None),
        ("п. Пески", "п. Пескино", None),
        ("п. Пески", "п. Песочный", None),
        ("п. Приозёрье", "п. Приозерье", Sureness.SURE),
    ],
)
def test_settlements_of_one_district(one: str, other: str, answer: Sureness | None) -> None:
    district = "Выборгский р-н"
    assert (
        same_settlement(
            parse_settlement(one, district=district, region="36"),
            parse_settlement(other, district="Выборгский муниципальный район", region="36"),
        )
        is answer
    )


def test_the_same_name_elsewhere_is_another_place() -> None:
    here = Settlement("Пески", "п", "Выборгский р-н", "36")
    assert same_settlement(here, Settlement("Пески", "п", "Кировский р-н", "36")) is None
    assert same_settlement(here, Settlement("Пески", "п", "Выборгский р-н", "48")) is None
    assert same_settlement(here, Settlement("Пески", "п", "", "36")) is Sureness.POSSIBLE
    # A town is unique in its region, whatever district a feed puts it in.
    assert same_settlement(Settlement("Грязи", "г", "", "48"), Settlement("Грязи", "", "Грязинский", "48")) is (
        Sureness.SURE
    )


def test_districts_fold() -> None:
    spellings = ("Новоусманский р-н", "Новоусманский район", "Новоусманский муниципальный район", "Новоусманский")
    assert {fold_district(text) for text in spellings} == {"новоусманский"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("36", "36"), ("Воронежская область", "36"), ("ВОРОНЕЖСКАЯ ОБЛ.", "36"), ("Орелэнерго", "57"), ("Москва", None)],
)
def test_regions(text: str, code: str | None) -> None:
    region = find_region(text)
    assert (region.code if region else None) == code


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_comparison_is_symmetric(one: str, other: str) -> None:
    first, second = parse_street(one), parse_street(other)
    assert same_street(first, second) == same_street(second, first)
    places = parse_settlement(one), parse_settlement(other)
    assert same_settlement(*places) == same_settlement(*reversed(places))


@pytest.mark.parametrize(
    ("written", "street"),
    [
        ("Набережная ул.", Street("Набережная", "ул")),
        ("Набережная улица", Street("Набережная", "ул")),
        ("Площадь ул.", Street("Площадь", "ул")),
        ("2-я Набережная ул.", parse_street("ул. 2-я Набережная")),
    ],
)
def test_a_name_that_is_a_type_word_itself(written: str, street: Street) -> None:
    assert parse_street(written) == street
    assert parse_settlement("Слобода дер.") == Settlement("Слобода", "д")
