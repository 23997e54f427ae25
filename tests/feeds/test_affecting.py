from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.affecting import Phase, Within, affecting, covers
from outage_feed.model import Area, HouseSet, Kind, Outage, Settlement, StreetPart, Sureness
from outage_feed.names import settlement_key, street_key
from outage_feed.rows import places
from tests.feeds.places import HOUR, NOW, TOWN, VILLAGE, house_sets, houses, outage, point, street

SURE, POSSIBLE, NOT = Sureness.SURE, Sureness.POSSIBLE, None


@pytest.mark.parametrize(
    ("where", "at", "house", "answer"),
    [
        ("ул. Ленина 5", "ул. Ленина", "5", SURE),
        ("ул. Ленина 5", "ул. Ленина", "6", NOT),
        ("ул. Ленина 5", "пер. Ленина", "5", NOT),
        ("ул. Ленина 5", "ул. Мира", "5", NOT),
        ("Ленина 5", "ул. Ленина", "5", SURE),
        ("Ленина 5", "пер. Ленина", "5", POSSIBLE),
        ("ул. П. Морозова 5", "ул. Павла Морозова", "5", POSSIBLE),
        ("ул. Ленина", "ул. Ленина", "5", POSSIBLE),  # no houses said
        ("ул. Ленина (вся улица)", "ул. Ленина", "5", SURE),
        ("ул. Ленина, кроме домов 3, 5", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина, кроме домов 3, 5", "ул. Мира", "5", POSSIBLE),  # nothing readable: in a village anybody
        ("ул. Мира 1; ул. Ленина кроме 3", "ул. Ленина", "5", POSSIBLE),
        ("ул. Мира 1; ул. Ленина кроме 3", "ул. Садовая", "5", NOT),
        ("ВЛ-10 кВ № 4", "ул. Ленина", "5", POSSIBLE),
        ("", "ул. Ленина", "5", POSSIBLE),
        ("полностью", "ул. Ленина", "5", SURE),
        ("ул. Ленина 5", "", "5", NOT),
        ("полностью", "", "5", SURE),
    ],
)
def test_coverage_in_a_village(where: str, at: str, house: str, answer: Sureness | None) -> None:
    assert covers(outage(where), point(VILLAGE, at, house)) is answer


@pytest.mark.parametrize(
    ("where", "at", "answer"),
    [
        ("ТП-41", "ул. Мира", NOT),  # nobody in a whole town is told «possibly» because of a text nobody can read
        ("частично ул. Мира", "ул. Мира", POSSIBLE),
        ("частично ул. Мира", "ул. Ленина", NOT),
        ("ул. Мира 5 (бывш. Сталина)", "ул. Сталина", POSSIBLE),
    ],
)
def test_coverage_in_a_town(where: str, at: str, answer: Sureness | None) -> None:
    assert covers(outage(where, TOWN), point(TOWN, at, "5")) is answer


@pytest.mark.parametrize("place", [VILLAGE, TOWN])
@pytest.mark.parametrize(
    ("where", "at", "house", "answer"),
    [
        # A street that the list names in a way nobody can read for sure is possible, and never missed.
        ("ул. Ленина КТП 10", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина ф-5", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина котельная", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина№5", "ул. Ленина", "5", POSSIBLE),
        ("ул. им. Ленина 5", "ул. Ленина", "5", POSSIBLE),
        ("ул Ленина.д5", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина чет.", "ул. Ленина", "6", POSSIBLE),
        ("ул. Ленина участки 1-20", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина пер. Мира 5", "ул. Ленина", "5", POSSIBLE),
        ("ул. Ленина пер. Мира 5", "пер. Мира", "5", POSSIBLE),
        ("ул. Лeнинa 5", "ул. Ленина", "5", SURE),  # Latin «e» and «a»
        # Streets of their own.
        ("ул. 2-я Молодежная 5", "ул. 1-я Молодежная", "5", NOT),
        ("ул. 1-я Молодежная 5", "ул. Молодежная", "5", NOT),
        ("ул. Газа 1-я, 5", "ул. Газа", "5", NOT),
        ("ул. 40 лет Победы 5", "ул. Победы", "5", NOT),
        # Numbers that may go on with something else than houses.
        ("ул. Ленина 5, ЗТП 12, 14", "ул. Ленина", "5", SURE),
        ("ул. Ленина 5, ЗТП 12, 14", "ул. Ленина", "14", POSSIBLE),
        ("ул. Ленина 5, ЗТП 12, № 14", "ул. Ленина", "14", POSSIBLE),
        ("ул. Ленина 5, ЗТП 12, с 14 по 18", "ул. Ленина", "16", POSSIBLE),
        ("ул. Ленина ЗТП 12, 14", "ул. Ленина", "14", POSSIBLE),
        ("ул. Ленина 5 ЗТП 12, 14", "ул. Ленина", "14", POSSIBLE),
        ("ул. Ленина 5, опоры 12, 14", "ул. Ленина", "14", POSSIBLE),
        ("ул. Ленина опоры 12, 14", "ул. Ленина", "14", POSSIBLE),
        ("ул. Ленина 5, подъезд 1, 2", "ул. Ленина", "2", POSSIBLE),
        ("ул. Ленина 5 подъезд 1, 2, 3", "ул. Ленина", "3", POSSIBLE),
        ("ул. Ленина 12 корпус 2,3", "ул. Ленина", "3", POSSIBLE),
        ("ул. Ленина 12 корпус 2, д. 3", "ул. Ленина", "3", SURE),
        ("ул. Ленина 12 корпус 2, ул. Мира 3", "ул. Мира", "3", SURE),
        # It may be hours, and then nothing is said of the houses.
        ("ул. Ленина с 9 до 17", "ул. Ленина", "11", POSSIBLE),
        ("ул. Ленина с 9 до 17", "ул. Ленина", "30", POSSIBLE),
        ("ул. Ленина с N 9 до N 17", "ул. Ленина", "11", SURE),
    ],
)
def test_what_cannot_be_read_for_sure_is_possible(
    where: str, at: str, house: str, answer: Sureness | None, place: Settlement
) -> None:
    found, here = outage(where, place), point(place, at, house)
    assert covers(found, here) is answer
    if answer:  # it must be loaded for the point, too
        assert here.address.street
        keys = {street for key, street in places(found) if key == settlement_key(place)}
        assert keys & {"", street_key(here.address.street)}


def test_a_place_without_a_type_is_only_possibly_the_gardens_of_that_name() -> None:
    found = outage("полностью", Settlement("Пески", "", "Выборгский р-н", "36"))
    for kind, answer in (("п", SURE), ("снт", POSSIBLE)):
        assert covers(found, point(Settlement("Пески", kind, "Выборгский р-н", "36"), "ул. Мира", "1")) is answer
    other = Settlement("Пески", "снт", "Кировский р-н", "36")
    assert covers(found, point(other, "ул. Мира", "1")) is NOT


def test_names_that_are_alike_are_not_the_same_place() -> None:
    found = outage("полностью", Settlement("Пески", "п", "Выборгский р-н", "36"))
    for name, kind, district in [
        ("Пескино", "п", "Выборгский р-н"),
        ("Песочный", "п", "Выборгский р-н"),
        ("Пески", "снт", "Выборгский р-н"),
        ("Пески", "п", "Кировский р-н"),
    ]:
        assert covers(found, point(Settlement(name, kind, district, "36"), "ул. Мира", "1")) is NOT
    rosh = Settlement("Рощино", "п", "Выборгский р-н", "36")
    assert covers(found, point(rosh, "ул. Пески", "1")) is NOT


def test_an_unknown_district_is_only_possible() -> None:
    found = outage("ул. Ленина 5", replace(VILLAGE, district=""))
    assert covers(found, point(VILLAGE, "ул. Ленина", "5")) is POSSIBLE


def test_the_network_is_surer_than_the_address() -> None:
    fed = point(VILLAGE, "ул. Мира", "1", network=("ТП-5", "Ф-2"))
    assert covers(replace(outage("ул. Ленина 5"), network=("Ф-2",)), fed) is SURE
    assert covers(replace(outage("ул. Ленина 5"), network=("Ф-3",)), fed) is NOT


@pytest.mark.parametrize(
    ("where", "off", "feeding", "answer"),
    [
        ("", ("ТП-214",), ("ТП-9", "Ф-2"), NOT),
        ("ТП-214", ("ТП-214",), ("ТП-9", "Ф-2"), NOT),
        ("", ("ТП-214",), (), POSSIBLE),
        ("", ("ПС Жилина",), ("ТП-9", "Ф-2"), POSSIBLE),  # it may feed ТП-9
        ("", ("ПС Жилина", "ТП-214"), ("ТП-9", "Ф-2"), POSSIBLE),
        ("", ("ТП № 09",), ("ТП-9",), POSSIBLE),  # two spellings of one
        ("часть ул. Мира", ("ТП-214",), ("ТП-9",), POSSIBLE),
        ("ул. Мира 1", ("ТП-214",), ("ТП-9",), SURE),  # the list names the house
        ("полностью", ("ТП-214",), ("ТП-9",), SURE),
    ],
)
def test_who_is_fed_by_another_substation_is_not_told_possibly(
    where: str, off: tuple[str, ...], feeding: tuple[str, ...], answer: Sureness | None
) -> None:
    fed = point(VILLAGE, "ул. Мира", "1", network=feeding)
    assert covers(replace(outage(where), network=off), fed) is answer


HERE = point(VILLAGE, "ул. Ленина", "5")


@pytest.mark.parametrize(
    ("changes", "phase"),
    [
        ({}, Phase.NOW),
        ({"start": NOW + timedelta(minutes=20), "planned_end": NOW + 3 * HOUR}, Phase.NOW),
        ({"start": NOW + HOUR, "planned_end": NOW + 3 * HOUR}, Phase.LATER),
        ({"start": NOW + timedelta(days=6), "planned_end": None}, Phase.LATER),
        ({"start": NOW + timedelta(days=8), "planned_end": None}, None),
        ({"planned_end": NOW}, Phase.OVERDUE),
        ({"planned_end": NOW + timedelta(seconds=1)}, Phase.NOW),
        ({"start": NOW - 30 * HOUR, "planned_end": NOW - 13 * HOUR}, None),
        ({"planned_end": None}, Phase.NOW),
        ({"start": NOW - timedelta(days=4), "planned_end": None}, None),
        ({"restored_at": NOW - timedelta(minutes=5)}, Phase.RESTORED),
        ({"start": NOW - 9 * HOUR, "restored_at": NOW - 7 * HOUR}, None),
        ({"restored_at": NOW + HOUR}, Phase.NOW),  # announced, not yet so
        ({"closed_at": NOW - timedelta(minutes=5)}, None),
        ({"start": NOW + HOUR, "closed_at": NOW}, None),
    ],
)
def test_phases(changes: dict[str, object], phase: Phase | None) -> None:
    found = affecting(HERE, [replace(outage("ул. Ленина 5"), **changes)], NOW)  # type: ignore[arg-type]
    assert [explanation.phase for explanation in found] == ([phase] if phase else [])


def test_limits_are_settings() -> None:
    old = replace(outage("ул. Ленина 5"), restored_at=NOW - timedelta(minutes=30))
    assert affecting(HERE, [old], NOW)
    assert not affecting(HERE, [old], NOW, Within(restored=timedelta(minutes=10)))


def test_the_order_of_explanations() -> None:
    planned, emergency = {"kind": Kind.PLANNED}, {"kind": Kind.EMERGENCY}
    outages = [
        outage("ул. Ленина", id="possible emergency", **emergency),
        outage("ул. Ленина 5", id="planned later", start=NOW + HOUR, **planned),
        outage("ул. Ленина 5", id="planned now", **planned),
        outage("ул. Ленина 5", id="emergency overdue", planned_end=NOW - timedelta(minutes=1), **emergency),
        outage("ул. Ленина 5", id="emergency now", **emergency),
        outage("ул. Ленина", id="possible planned", **planned),
        outage("ул. Мира 5", id="elsewhere"),
    ]
    for given_order in (outages, outages[::-1]):
        assert [explanation.outage.id for explanation in affecting(HERE, given_order, NOW)] == [
            "emergency now",
            "planned now",
            "emergency overdue",
            "planned later",
            "possible emergency",
            "possible planned",
        ]


def lists(listed: HouseSet) -> Outage:
    return replace(outage(), areas=(Area(VILLAGE, (StreetPart(street("ул. Ленина"), listed),)),))


@given(house_sets, houses)
def test_other_streets_settlements_and_regions_are_never_surely_covered(listed: HouseSet, house: object) -> None:
    found = lists(listed)
    assert covers(found, point(VILLAGE, "ул. Мира", str(house))) is NOT
    assert covers(found, point(VILLAGE, "пер. Ленина", str(house))) is NOT
    assert covers(found, point(replace(VILLAGE, name="Отрадное"), "ул. Ленина", str(house))) is NOT
    assert covers(found, point(replace(VILLAGE, region="48"), "ул. Ленина", str(house))) is NOT
    assert covers(found, point(replace(VILLAGE, type="д"), "ул. Ленина", str(house))) is NOT


@given(house_sets, houses, st.integers(-400, 400), st.integers(1, 300), st.sampled_from(Kind))
def test_explanations_are_true_and_ranked(listed: HouseSet, house: object, hours: int, length: int, kind: Kind) -> None:
    here = point(VILLAGE, "ул. Ленина", str(house))
    start = NOW + hours * HOUR / 4
    one = replace(lists(listed), start=start, planned_end=start + length * HOUR / 4, kind=kind)
    two = replace(outage("ул. Ленина (вся улица)"), id="test:2")
    found = affecting(here, [one, two], NOW)
    assert two in [explanation.outage for explanation in found]
    sureness = [explanation.sureness for explanation in found]
    assert sureness == sorted(sureness, key=[SURE, POSSIBLE].index)
    for explanation in found:
        assert explanation.sureness is covers(explanation.outage, here)
        end = explanation.outage.planned_end
        assert end is not None
        assert (explanation.phase is Phase.OVERDUE) == (end <= NOW)
        assert (explanation.phase is Phase.LATER) == (explanation.outage.start > NOW + timedelta(minutes=30))
