from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.alike import SAME_SOUND, NameIndex, Said
from outage_feed.model import Address, House, Settlement, Street
from outage_feed.places import Places, canonical, gather, read_house

TOWN = Settlement("Данков", "г", "Данковский р-н", "48")
VILLAGE = Settlement("Бор", "д", "Нерехтский р-н", "44")
OTHER = Settlement("Бор", "д", "Красносельский р-н", "44")
MIRA = Street("Мира", "ул")
ADDRESSES = (
    Address(TOWN, MIRA, "5"),
    Address(TOWN, MIRA, "5-а"),
    Address(TOWN, MIRA, "б/н"),
    Address(VILLAGE, None, "вл. 3"),
    Address(OTHER, None, "3"),
)


def plain(name: str) -> list[Said]:
    return [Said(name.lower())]


PLACES = Places(gather(ADDRESSES, plain, plain))


@pytest.mark.parametrize(
    ("written", "house"),
    [
        ("вл. 3", House(3)),
        ("влад 3", House(3)),
        ("уч. № 15", House(15)),
        ("домовладение 7а", House(7, "а")),
        ("12/А", House(12, "а")),
        ("12А", House(12, "а")),
        ("25 корп. 2", House(25, corpus="2")),
        ("б/н", None),
    ],
)
def test_houses_as_registers_write_them(written: str, house: House | None) -> None:
    assert read_house(written) == house


def test_a_letter_behind_a_slash_is_the_letter() -> None:
    assert canonical(House(12, fraction="а")) == House(12, "а")
    assert canonical(House(12, "б", fraction="а")) == House(12, "б", fraction="а")


def test_places_are_found_by_their_names() -> None:
    assert [name for name, _, _ in PLACES.towns_like("донков")] == ["Данков"]
    assert set(PLACES.settlements("Бор")) == {VILLAGE, OTHER}
    (way,) = PLACES.ways_named("Мира")
    assert way.addresses(House(5, "а")) == (ADDRESSES[1],)
    assert way.addresses(House(6)) == ()
    assert set(way.with_number(5)) == {House(5), House(5, "а")}
    assert PLACES.ways_in(VILLAGE)[0].addresses(House(3)) == (ADDRESSES[3],)
    assert PLACES.districts == {"Данковский р-н", "Нерехтский р-н", "Красносельский р-н"}


def test_a_settlement_that_leaves_something_open_means_all_that_fit() -> None:
    assert PLACES.meant(VILLAGE) == (VILLAGE,)
    assert set(PLACES.meant(Settlement("бор"))) == {VILLAGE, OTHER}
    assert PLACES.meant(Settlement("Бор", "д", region="36")) == ()


INDEX = NameIndex([
    *((name, Said(name.lower())) for name in ("Лесная", "Ленская", "Песчаная")), ("1-я Садовая", Said("садовая", (1,)))
])  # fmt: skip


def names(letters: str, numbers: tuple[int, ...] = ()) -> dict[str, float]:
    return {name: doubt for name, doubt, _ in INDEX.like(letters, numbers)}


def test_the_more_differs_the_more_doubt() -> None:
    assert names("лесная")["Лесная"] == 0.0
    assert names("лисная")["Лесная"] == SAME_SOUND
    assert SAME_SOUND < names("песчамая")["Песчаная"] < names("посчамая").get("Песчаная", 1.0)
    assert "Лесная" not in names("каменная")


def test_the_same_sounds_in_other_letters_are_hardly_the_same_name() -> None:
    index = NameIndex([("Сярьги", Said("сярьги")), ("Данков", Said("данков"))])
    ((_, doubt, _),) = index.like("зерки")
    assert doubt > 0.2
    assert index.like("донков")[0][1] == SAME_SOUND


def test_among_few_names_more_may_be_wrong_and_endings_swallowed() -> None:
    assert INDEX.like("песч") == ()
    assert [name for name, _, _ in INDEX.likest("песчан", (), ["Песчаная", "Ленская"], 3)] == ["Песчаная"]
    assert INDEX.likest("песчан", (), ["Ленская"], 3) == ()
    assert INDEX.likest("садов", (2,), ["1-я Садовая"], 3) == ()


@pytest.mark.parametrize("at", range(len("песчаная")))
def test_a_wrong_letter_hides_no_name_wherever_it_is(at: int) -> None:
    assert "Песчаная" in names("песчаная"[:at] + "ж" + "песчаная"[at + 1 :])


def test_numbers_of_names_must_be_the_same() -> None:
    assert names("садовая", (1,)) == {"1-я Садовая": 0.0}
    assert names("садовая") == names("садовая", (2,)) == {}


@given(st.text("абвгдежзиклмнопрстуфхцчшщыьэюя", max_size=20))
def test_any_letters_can_be_looked_up(letters: str) -> None:
    found = INDEX.like(letters)
    assert [doubt for _, doubt, _ in found] == sorted(doubt for _, doubt, _ in found)
