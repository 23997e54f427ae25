from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.freetext import parse_area, parse_objects
from outage_feed.houses import write_item
from outage_feed.model import Settlement
from tests.feeds.places import VILLAGE


def read(text: str, settlement: Settlement | None = None) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    parts, unclear = parse_objects(text, settlement)
    streets = {}
    for part in parts:
        houses = [write_item(item) for item in part.houses.items]
        houses += ["вся"] * part.houses.whole + [f"?{text}" for text in part.houses.unclear]
        streets[str(part.street)] = houses
    return streets, unclear


@pytest.mark.parametrize(
    ("text", "streets", "unclear"),
    [
        (
            "ул. Советская с N 15 по 37 и с N 14 по 42, пер. Транспортный, дома 3, 5, 7-а; СНТ Заря",
            {"ул. Советская": ["с 15 по 37", "с 14 по 42"], "пер. Транспортный": ["3", "5", "7а"], "СНТ Заря": []},
            (),
        ),
        ("ул. Ясная 3, 5, 7, 9", {"ул. Ясная": ["3", "5", "7", "9"]}, ()),
        (
            "ул. Пугачева (нечетная сторона дома с N 1 по N 25 и четная сторона дома с N 2 по N 20), ул. Тельмана",
            {"ул. Пугачева": ["нечётные с 1 по 25", "чётные с 2 по 20"], "ул. Тельмана": []},
            (),
        ),
        ("Ленина, Мира, Победы 1-10", {"Ленина": [], "Мира": [], "Победы": ["1 - 10"]}, ()),
        (
            "ул.Ленина д.1-25, ул.Садовая, ТП-123",
            {"ул. Ленина": ["1 - 25"], "ул. Садовая": []},
            ("ТП-123",),
        ),
        (
            "ул. 8 Марта 3, ул. 40 лет Победы, 12а, 9-е Января 5/1, 1-я Молодежная",
            {"ул. 8 Марта": ["3"], "ул. 40 лет Победы": ["12а"], "9-е Января": ["5/1"], "1-я Молодежная": []},
            (),
        ),
        (
            "улицы Транспортная, Луговая, пер. Транспортный, улицы Мира, Минина и Пожарского 5 и 7",
            {
                "ул. Транспортная": [],
                "ул. Луговая": [],
                "пер. Транспортный": [],
                "ул. Мира": [],
                "ул. Минина и Пожарского": ["5", "7"],
            },
            (),
        ),
        ("ул. Ленина, д.3,корп.2, д.5", {"ул. Ленина": ["3 к2", "5"]}, ()),
        ("ул. Мира, 1, 2, 3 ул. Победы 4", {"ул. Мира": ["1", "2", "3"], "ул. Победы": ["4"]}, ()),
        ("Лесная ул. 5", {"ул. Лесная": ["5"]}, ()),
        ("Газа 1-й пер. 3", {"пер. Газа 1-й": ["3"]}, ()),
        ("ул. Лесная вся улица", {"ул. Лесная": ["вся"]}, ()),
        ("пер. Степной (вся улица)", {"пер. Степной": ["вся"]}, ()),
        ("ул. Мира\nд. 3,\n5", {"ул. Мира": ["3", "5"]}, ()),
        ("ул. Генерала Лизюкова, 2-14 чет.", {"ул. Генерала Лизюкова": ["чётные с 2 по 14"]}, ()),
        ("УЛ. ЛЕНИНА 5, УЛ. МИРА", {"ул. ЛЕНИНА": ["5"], "ул. МИРА": []}, ()),
        ("ул. Ленина (бывш. Сталина) 5", {"ул. Ленина": ["5"]}, ("бывш. Сталина",)),
        ("ул. Красноармейская 5 к 2, 7 кв. 3", {"ул. Красноармейская": ["5 к2", "?7 кв. 3"]}, ()),
        ("ул. Ленина 5 Мира 3", {"ул. Ленина": ["?5 Мира 3"]}, ()),
        ("ул. Ленина, кроме домов 3, 5", {}, ("ул. Ленина, кроме домов 3, 5",)),
        ("ВЛ-10 кВ № 4 ПС Жилина", {}, ("ВЛ-10 кВ № 4 ПС Жилина",)),
        ("вся улица", {}, ("вся улица",)),
        ("", {}, ()),
    ],
)
def test_what_is_sure_is_read_and_the_rest_is_kept(
    text: str, streets: dict[str, list[str]], unclear: tuple[str, ...]
) -> None:
    assert read(text) == (streets, unclear)


def test_streets_behind_another_settlement_are_not_this_ones() -> None:
    assert read("с. Бабяково ул. Мира 3", VILLAGE) == ({"ул. Мира": ["3"]}, ())
    assert read("ул. Ленина 1; с. Отрадное ул. Мира 3, 5", VILLAGE) == (
        {"ул. Ленина": ["1"]},
        ("с. Отрадное ул. Мира 3, 5",),
    )


@pytest.mark.parametrize("text", ["весь населённый пункт", "всё село", "полностью", "Весь поселок."])
def test_the_whole_settlement(text: str) -> None:
    assert parse_area(VILLAGE, text).whole


def test_an_empty_text_is_not_the_whole_settlement() -> None:
    assert not parse_area(VILLAGE, "").whole


PIECES = st.sampled_from(
    ["ул. ", "пер. ", "Ленина", "Мира", " 5", ", ", "; ", " и ", "с N 1 по N 9", "(", ")", "д.", "1-й ", "кроме ",
     "\n", "СНТ ", "с. Отрадное", "нечётная сторона", "12-18", "7а", "вся улица", "кв. 3", " - ", "/", "«", "»"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join)))
def test_no_text_breaks_the_reader(text: str) -> None:
    parse_area(VILLAGE, text)
